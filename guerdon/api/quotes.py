"""Quotes: what a basket would cost, earn and unlock. They change nothing."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from litestar import Router, post
from litestar.params import RawBody

from guerdon.api.access import CUSTOMER, open_to
from guerdon.api.problems import Declined, Problem
from guerdon.api.receipts import moment, receipt
from guerdon.api.requests import AnyRequest, program_of, read_event, service_of
from guerdon.core.calendar import instant_of
from guerdon.core.events import Purchase, encode_event, instant_in_range
from guerdon.core.refusals import refuse
from guerdon.messages.amounts import wired
from guerdon.messages.carts import QuoteRequest
from guerdon.messages.effects import wired_effects
from guerdon.messages.quotes import QuoteAnswer, QuotedCoupon, QuotedReward
from guerdon.runtime.quoting import CouponNow, Quote, RewardNow, quote
from guerdon.runtime.story import MemberNotFound

_PREFIX = "q1_"
_FIELDS = [field.name for field in msgspec.structs.fields(Purchase)]


class QuotedPrice(NamedTuple):
    """What the id of a quote says: what was quoted, and for which basket."""

    to_pay: int
    """In minor units."""
    cart: bytes
    """What tells whether the purchase is of the same basket: see ``cart_digest``."""


@post("/", sync_to_thread=True, **open_to(*CUSTOMER), status_code=200)
def ask_for_quote(request: AnyRequest, body: RawBody) -> QuoteAnswer:
    """What buying this basket would lead to: prices, points, coupons, rewards, and why. Nothing is recorded."""
    asked = read_event(request, body, QuoteRequest)
    purchase = _purchase(asked)
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        try:
            found = quote(connection, service.published(connection, program), purchase)
        except MemberNotFound:
            raise Declined(refuse("member_unknown", member=purchase.member)) from None
    if found.decision.outcome.refusal is not None:
        raise Declined(found.decision.outcome.refusal)
    return _answer(found)


def quoted_price(quote_id: str) -> QuotedPrice:
    """Read the id of a quote; raises Problem where it is none."""
    try:
        content = urlsafe_b64decode(quote_id.removeprefix(_PREFIX).encode("ascii"))
        return QuotedPrice(*msgspec.msgpack.decode(content, type=tuple[int, bytes]))
    except (ValueError, msgspec.DecodeError):
        raise Problem("quote_not_readable") from None


def cart_digest(purchase: Purchase) -> bytes:
    """What two purchases share that are of one basket by one member, whenever they are."""
    plain = msgspec.structs.replace(purchase, id="cart", at=datetime(2000, 1, 1, tzinfo=UTC))
    return hashlib.blake2b(encode_event(plain), digest_size=8).digest()


def _purchase(asked: QuoteRequest) -> Purchase:
    """The purchase that is quoted."""
    at = asked.as_of or datetime.now(UTC).replace(microsecond=0)
    if at.tzinfo is None or not instant_in_range(instant_of(at)):
        raise Declined(refuse("event_time_out_of_range", at=at.isoformat()))
    fields = {name: getattr(asked, name) for name in _FIELDS}
    return Purchase(**(fields | {"at": at}))


def _answer(found: Quote) -> QuoteAnswer:
    decision = found.decision
    told = receipt(found.purchase, decision.outcome.effects, decision.state)
    price = (int(told.to_pay), cart_digest(found.purchase))
    return QuoteAnswer(
        id=_PREFIX + urlsafe_b64encode(msgspec.msgpack.encode(price)).decode(),
        as_of=found.purchase.at,
        version=decision.version,
        receipt=told,
        rewards=[_reward(reward) for reward in found.rewards],
        coupons=[_coupon(coupon) for coupon in found.coupons],
        effects=wired_effects(decision.outcome.effects),
        trace=decision.notes,
    )


def _reward(reward: RewardNow) -> QuotedReward:
    refusal = reward.refusal
    return QuotedReward(
        reward=reward.reward,
        unit=reward.cost.unit,
        cost=wired(reward.cost.amount),
        available=refusal is None,
        after_purchase=reward.after_purchase,
        missing=wired(reward.missing),
        why_not="" if refusal is None else refusal.code,
        reason="" if refusal is None else refusal.sentence,
    )


def _coupon(coupon: CouponNow) -> QuotedCoupon:
    return QuotedCoupon(
        coupon=coupon.coupon,
        reference=coupon.reference,
        saves=wired(coupon.saves),
        expires_at=moment(coupon.expires_at),
    )


router = Router(path="/quotes", route_handlers=[ask_for_quote], tags=["Checkout"])
