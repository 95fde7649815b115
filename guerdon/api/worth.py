"""What paid plans are worth to a member."""

from typing import Annotated

from litestar import Router, get
from litestar.params import FromPath, QueryParameter

from guerdon.api.access import READER, open_to
from guerdon.api.addressing import member_of, printable
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.insight.shopping.members import NoPaidPlan, PlanWorth, worth
from guerdon.messages.amounts import WireAmount, wired
from guerdon.messages.worth import PlanWorthAnswer, WorthAnswer

OnePlan = Annotated[str | None, QueryParameter(description="The plan, by its name in the program. Without: each one.")]
BreakEven = Annotated[
    bool,
    QueryParameter(description="Also find from which spend a plan pays for itself: the year is lived some 20 times."),
]


@get("/worth", sync_to_thread=True, **open_to(*READER, problems=("plan_not_found",)))
def read_worth(
    request: AnyRequest, member: FromPath[str], plan: OnePlan = None, break_even: BreakEven = False
) -> WorthAnswer:
    """What a paid plan is worth on the member's own last year: the year is lived again from the journal, with the plan
    and without it. Nothing is written.
    """
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        key = member_of(connection, program, member).key
        published = service.published(connection, program)
        try:
            found = worth(connection, published, key, plan or "", break_even=break_even)
        except NoPaidPlan:
            raise Problem("plan_not_found", plan=printable(plan or "")) from None
    return WorthAnswer(
        member=key,
        currency=found.currency,
        first_day=found.first_day,
        last_day=found.last_day,
        spend=wired(found.spend),
        items=[_plan(one) for one in found.plans],
    )


def _plan(one: PlanWorth) -> PlanWorthAnswer:
    at, cannot = one.break_even, one.cannot or (0, 0)
    return PlanWorthAnswer(
        plan=one.plan,
        held=one.held,
        fee=wired(one.fee),
        term=one.term,
        refusal=one.refusal,
        brings=_known(one.brings),
        fees=_known(one.fees),
        net=_known(one.net),
        pays=None if at is None else at.verdict,
        pays_from=_known(one.break_even_spend),
        pays_above=None if at is None else at.is_for_good,
        cannot_without=cannot[0],
        cannot_with=cannot[1],
        not_counted=[] if one.years is None else list(one.years[1].unvalued),
    )


def _known(amount: int | None) -> WireAmount | None:
    return None if amount is None else wired(amount)


router = Router(path="/members/{member:str}", route_handlers=[read_worth], tags=["Members"])
