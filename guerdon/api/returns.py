"""Returns: goods that come back, and what comes back with them."""

from collections.abc import Sequence

from anyio.to_thread import run_sync
from litestar import Router, post
from litestar.params import RawBody

from guerdon.api.access import CHECKOUT, open_to
from guerdon.api.committing import commit, state_after
from guerdon.api.receipts import balances, moment, tiers
from guerdon.api.requests import AnyRequest, event_sent
from guerdon.core.effects import BadgeLost, CouponRestored, CouponWithdrawn, Effect, Refunded, Restored, Reversed
from guerdon.core.events import Return
from guerdon.core.state import MemberState
from guerdon.messages.amounts import wired
from guerdon.messages.effects import wired_effects
from guerdon.messages.returns import GivenBack, ReturnAnswer, TakenBack
from guerdon.runtime.till import Answer


@post("/", **open_to(*CHECKOUT, body=Return), status_code=200)
async def send_return(request: AnyRequest, body: RawBody) -> ReturnAnswer:
    """Record that goods of a purchase come back, and answer what was taken back and what is in the wallet again."""
    event = await event_sent(request, body, Return)
    answer = await commit(request, event)
    state = answer.state
    if state is None:
        state = await run_sync(state_after, request, answer)
    return return_answer(event, answer, state)


def return_answer(event: Return, answer: Answer, state: MemberState) -> ReturnAnswer:
    """What a return led to, given the state after it."""
    assert answer.seq is not None, "only what was journaled is answered"
    effects = answer.outcome.effects
    return ReturnAnswer(
        id=answer.event_id,
        member=answer.member,
        seq=answer.seq,
        version=answer.version,
        repeated=answer.repeated,
        purchase=event.purchase,
        taken_back=[_taken(effect) for effect in effects if isinstance(effect, Reversed)],
        given_back=_given(effects),
        coupons_given_back=[effect.reference for effect in effects if isinstance(effect, CouponRestored)],
        coupons_withdrawn=[effect.reference for effect in effects if isinstance(effect, CouponWithdrawn)],
        badges_lost=[effect.badge for effect in effects if isinstance(effect, BadgeLost)],
        wallets=balances(state),
        tiers=tiers(state),
        effects=wired_effects(effects),
    )


def _taken(effect: Reversed) -> TakenBack:
    return TakenBack(
        mechanic=effect.mechanic,
        unit=effect.unit,
        amount=wired(effect.amount),
        available=wired(effect.available),
        pending=wired(effect.pending),
        owed=wired(effect.owed),
        forgiven=wired(effect.forgiven),
    )


def _given(effects: Sequence[Effect]) -> list[GivenBack]:
    return [
        GivenBack(
            mechanic=effect.mechanic,
            unit=effect.unit,
            amount=wired(effect.amount),
            expires_at=moment(effect.expires_at),
            reference=getattr(effect, "reference", ""),
        )
        for effect in effects
        if isinstance(effect, Refunded | Restored)
    ]


router = Router(path="/returns", route_handlers=[send_return], tags=["Checkout"])
