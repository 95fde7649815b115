"""Purchases: what the checkout sends, and what it prints from."""

from anyio.to_thread import run_sync
from litestar import Router, post

from guerdon.api.access import CHECKOUT, open_to
from guerdon.api.committing import commit, state_after
from guerdon.api.receipts import receipt
from guerdon.api.requests import AnyRequest, read_event
from guerdon.core.events import Purchase
from guerdon.core.state import MemberState
from guerdon.messages.effects import wired_effects
from guerdon.messages.receipts import PurchaseAnswer
from guerdon.runtime.till import Answer


@post("/", **open_to(*CHECKOUT), status_code=200)
async def send_purchase(request: AnyRequest) -> PurchaseAnswer:
    """Record a purchase, and answer with what its receipt is printed from."""
    purchase = read_event(request, await request.body(), Purchase)
    answer = await commit(request, purchase)
    state = answer.state
    if state is None:
        state = await run_sync(state_after, request, answer)
    return _purchase_answer(purchase, answer, state)


def _purchase_answer(purchase: Purchase, answer: Answer, state: MemberState) -> PurchaseAnswer:
    assert answer.seq is not None, "only what was journaled is answered"
    effects = answer.outcome.effects
    return PurchaseAnswer(
        id=answer.event_id,
        member=answer.member,
        seq=answer.seq,
        version=answer.version,
        repeated=answer.repeated,
        receipt=receipt(purchase, effects, state),
        effects=wired_effects(effects),
    )


router = Router(path="/purchases", route_handlers=[send_purchase], tags=["Checkout"])
