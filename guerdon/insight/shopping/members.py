"""Is the plan worth it for this member: the last year of the journal, lived again with the plan and without it.

The year ends with the last day on which the member did anything, and begins twelve months before, or on the day of
joining. ``reliving`` says how a year is lived again.

**Worked.** A member who bought for 8,000.00 in a year, with 5 % in place of 3 % from the plan: it brings 160.00, costs
139.00, and is worth 21.00.
"""

from collections.abc import Iterable
from datetime import date

import msgspec

from guerdon.core.calendar import add_months, date_of, instant_of
from guerdon.core.effects import decode_outcome
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.shopping.comparing import paid_plans
from guerdon.insight.shopping.figures import Outcome
from guerdon.insight.shopping.plans import THOUSAND, BreakEven
from guerdon.insight.shopping.plans import break_even as find_break_even
from guerdon.insight.shopping.reliving import Year, net_of
from guerdon.mechanics.membership import MembershipRule
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.story import MemberNotFound
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import JournalRow


class NoPaidPlan(Exception):
    """The program has no paid plan of that name."""


class PlanWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What a paid plan is worth on a member's own year."""

    plan: str
    held: bool
    """Whether the member is in the plan today."""
    fee: int
    """For a term, in minor units, as is all money here."""
    term: str
    """How long a payment lasts: ``1 month``."""
    refusal: str = ""
    """Why the member may not join; empty: the rest is there."""
    brings: int | None = None
    """How much more the year brings with the plan, before its fees."""
    fees: int | None = None
    """What is paid for it in the year."""
    net: int | None = None
    """``brings`` less ``fees``."""
    years: tuple[Outcome, Outcome] | None = None
    """The year without the plan, and with it."""
    cannot: tuple[int, int] | None = None
    """How many events could not happen again, without the plan and with it."""
    break_even: BreakEven | None = None
    """None: it was not asked for."""
    break_even_spend: int | None = None
    """The spend of a year at which it pays for itself; None: never."""


class MemberWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What the paid plans of a program are worth to a member."""

    member: str
    currency: str
    first_day: date
    last_day: date
    spend: int
    """What was spent in the year, in minor units, before anything came off it."""
    plans: tuple[PlanWorth, ...]


def worth(
    connection: Connection, published: PublishedProgram, member: str, plan: str = "", *, break_even: bool = True
) -> MemberWorth:
    """What a plan, or each one, is worth on the member's own last year. Raises MemberNotFound and NoPaidPlan.

    ``break_even``: also from which spend a plan pays for itself, for which the year is lived some twenty times.
    """
    stored = reading.find_member(connection, published.id, member)
    journal = () if stored is None else reading.member_journal(connection, stored.id)
    return worth_by(published.timeline, member, journal, plan, break_even=break_even)


def worth_by(
    timeline: Timeline, member: str, journal: Iterable[JournalRow], plan: str = "", *, break_even: bool = True
) -> MemberWorth:
    """The same by a journal, which is the member's whole. Raises MemberNotFound and NoPaidPlan."""
    rows = [row for row in journal if decode_outcome(row.outcome).refusal is None]
    if not rows:
        raise MemberNotFound(f"There is no member {member}.")
    last = instant_of(max(row.at for row in rows if row.kind != "tick"))
    version = timeline.at(last) or timeline.versions[0]
    wanted = _plans(version, plan)
    end = version.zone.day(last) + 1
    first = max(add_months(end, -12), version.zone.day(instant_of(min(row.at for row in rows))))
    year = Year(timeline, member, rows, version.zone.start(first), version.zone.start(end))
    found = [_worth(year, rule, break_even=break_even) for rule in wanted]
    spend = year.lived(None, THOUSAND).outcome.own.spend
    return MemberWorth(
        member=member, currency=version.program.currency, first_day=date_of(first), last_day=date_of(end - 1),
        spend=spend, plans=tuple(found),
    )  # fmt: skip


def _plans(version: Version, name: str) -> list[MembershipRule]:
    rules = paid_plans(version)
    wanted = [rule for rule in rules if not name or rule.name == name]
    if name and not wanted:
        names = ", ".join([rule.name for rule in rules])
        there = f"there is {names}" if names else "this program has none"
        raise NoPaidPlan(f"There is no paid plan {name}; {there}.")
    return wanted


def _worth(year: Year, rule: MembershipRule, *, break_even: bool) -> PlanWorth:
    settings = rule.settings
    assert settings.term is not None, "a paid plan has a term"
    term = f"{settings.term.count} {settings.term.unit}"
    told = PlanWorth(plan=rule.name, held=rule.name in year.today.memberships, fee=settings.fee, term=term)
    without, with_it = year.lived(None, THOUSAND, rule), year.lived(rule, THOUSAND)
    if with_it.refusal:
        return msgspec.structs.replace(told, refusal=with_it.refusal)
    net, fees = net_of(with_it) - net_of(without), with_it.outcome.own.fees
    told = msgspec.structs.replace(
        told, brings=net + fees, fees=fees, net=net, years=(without.outcome, with_it.outcome),
        cannot=(without.cannot, with_it.cannot),
    )  # fmt: skip
    return _with_break_even(told, year, rule) if break_even else told


def _with_break_even(told: PlanWorth, year: Year, rule: MembershipRule) -> PlanWorth:
    found = find_break_even(lambda scale: net_of(year.lived(rule, scale)) - net_of(year.lived(None, scale, rule)))
    if found.scale is None:
        return msgspec.structs.replace(told, break_even=found)
    spend = year.lived(None, round(found.scale * THOUSAND), rule).outcome.own.spend
    return msgspec.structs.replace(told, break_even=found, break_even_spend=spend)
