"""Quotes: what a basket would cost, earn and unlock. They change nothing."""

from datetime import UTC, datetime

from litestar import Router, post
from litestar.params import RawBody

from guerdon.api.access import CUSTOMER, open_to
from guerdon.api.problems import Declined
from guerdon.api.quoted import QuotedPrice, cart_digest, plain_purchase, quote_id
from guerdon.api.receipts import moment, receipt
from guerdon.api.requests import AnyRequest, program_of, read_event, service_of
from guerdon.api.standings import next_levels
from guerdon.core.calendar import instant_of
from guerdon.core.events import Purchase, instant_in_range
from guerdon.core.refusals import refuse
from guerdon.messages.amounts import wired
from guerdon.messages.carts import IN_A_QUOTE, QuoteRequest
from guerdon.messages.effects import wired_effects
from guerdon.messages.quotes import Payable, QuoteAnswer, QuotedCoupon, QuotedReward
from guerdon.runtime.carts import CouponNow, PayableNow
from guerdon.runtime.quoting import Quote, RewardNow, quote
from guerdon.runtime.story import MemberNotFound


@post("/", sync_to_thread=True, **open_to(*CUSTOMER, body=QuoteRequest), status_code=200)
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


def _purchase(asked: QuoteRequest) -> Purchase:
    """The purchase that is quoted."""
    at = asked.as_of or datetime.now(UTC).replace(microsecond=0)
    if at.tzinfo is None or not instant_in_range(instant_of(at)):
        raise Declined(refuse("event_time_out_of_range", at=at.isoformat()))
    return plain_purchase(asked, id=IN_A_QUOTE, at=at)


def _answer(found: Quote) -> QuoteAnswer:
    decision = found.decision
    told = receipt(found.purchase, decision.outcome.effects, found.after)
    price = QuotedPrice(int(told.to_pay), cart_digest(found.purchase))
    return QuoteAnswer(
        id=quote_id(price),
        as_of=found.purchase.at,
        version=decision.version,
        receipt=told,
        rewards=[_reward(reward) for reward in found.rewards],
        coupons=[_coupon(coupon) for coupon in found.coupons],
        payable=[_payable(payable) for payable in found.payable],
        next_levels=next_levels(found.after),
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
        to_pay_with_it=None if reward.to_pay_with_it is None else wired(reward.to_pay_with_it),
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


def _payable(payable: PayableNow) -> Payable:
    return Payable(
        unit=payable.unit,
        most=wired(payable.most),
        money=wired(payable.money),
        to_pay=wired(payable.to_pay),
    )


router = Router(path="/quotes", route_handlers=[ask_for_quote], tags=["Checkout"])
