"""Purchases: what the checkout sends, and what it prints from."""

from litestar import Router, post
from litestar.params import RawBody

from guerdon.api.access import CHECKOUT, open_to
from guerdon.api.committing import commit, standing_after
from guerdon.api.quoted import as_quoted
from guerdon.api.receipts import receipt
from guerdon.api.requests import AnyRequest, event_sent
from guerdon.core.case import Case
from guerdon.core.events import Purchase
from guerdon.messages.carts import PurchaseRequest
from guerdon.messages.effects import wired_effects
from guerdon.messages.receipts import PurchaseAnswer
from guerdon.runtime.till import Answer


@post(
    "/",
    **open_to(*CHECKOUT, body=PurchaseRequest, problems=("quote_not_readable", "quote_of_another_cart")),
    status_code=200,
)
async def send_purchase(request: AnyRequest, body: RawBody) -> PurchaseAnswer:
    """Record a purchase, and answer with what its receipt is printed from.

    With ``quote``, the id of a quote of the same basket, it is refused if the price has changed since.
    """
    purchase = as_quoted(await event_sent(request, body, PurchaseRequest))
    answer = await commit(request, purchase)
    return _purchase_answer(purchase, answer, await standing_after(request, purchase, answer))


def _purchase_answer(purchase: Purchase, answer: Answer, after: Case) -> PurchaseAnswer:
    assert answer.seq is not None, "only what was journaled is answered"
    effects = answer.outcome.effects
    return PurchaseAnswer(
        id=answer.event_id,
        member=answer.member,
        seq=answer.seq,
        version=answer.version,
        repeated=answer.repeated,
        receipt=receipt(purchase, effects, after),
        effects=wired_effects(effects),
    )


router = Router(path="/purchases", route_handlers=[send_purchase], tags=["Checkout"])
