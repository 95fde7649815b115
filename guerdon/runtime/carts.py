"""Carts: a basket, tried out with what it does not use yet, by the decision of the purchase itself.

Each reward, coupon and unit is tried for itself: what there would be to pay with this one too. It is the engine that
says it, so the purchase will say the same. Nothing is looked up and nothing is stored here.

**Worked.** Bob has 620 points and may pay up to half of a bill with them, 100 for a dollar. On a bill of 10.00 that is
500 points, which leave 5.00 to pay; the voucher of 8.00 for 500 points would leave 2.00.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.belongings import Coupon
from guerdon.core.calendar import Instant
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Discounted, PaidWith, Reduced
from guerdon.core.events import MOST_REWARDS_TAKEN, Purchase, TakenReward
from guerdon.core.facts import Facts
from guerdon.core.purchasing import to_pay
from guerdon.core.state import MemberState
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.mechanics.payment import PaymentRule

_BOUNDS = {"payment_exceeds_share": "most", "payment_exceeds_available": "available"}
"""By code of the refusal of a payment: the detail that says how much would be taken."""


class CouponNow(NamedTuple):
    """A personal coupon that the member holds and that would take something off, were it shown."""

    coupon: str
    reference: str
    saves: int
    """How much less there would be to pay, in minor units."""
    expires_at: Instant | None


class PayableNow(NamedTuple):
    """A unit that a part of this bill may be paid with."""

    unit: str
    most: int
    """The largest amount of it that would be taken, in its smallest part."""
    money: int
    """What that pays, in minor units."""
    to_pay: int
    """What would be left to pay in money, in minor units."""


class Cart(NamedTuple):
    """What all trials of one basket share."""

    timeline: Timeline
    stored: MemberState
    """The state as stored: each trial settles what falls due by itself, as a purchase would."""
    facts: Facts

    def tried(self, purchase: Purchase) -> Decision:
        """What a purchase other than the one that is quoted would lead to, whatever price was expected."""
        return decide(self.timeline, self.stored, msgspec.structs.replace(purchase, expects=None), self.facts)


def to_pay_with(cart: Cart, purchase: Purchase, reward: str) -> int | None:
    """What there would be to pay if the purchase took one more reward along; None: it could not."""
    if len(purchase.rewards) >= MOST_REWARDS_TAKEN:
        return None
    taking = msgspec.structs.replace(purchase, rewards=(*purchase.rewards, TakenReward(reward)))
    outcome = cart.tried(taking).outcome
    return None if outcome.refusal is not None else to_pay(taking, outcome.effects)


def payable_now(cart: Cart, version: Version, purchase: Purchase) -> list[PayableNow]:
    """The units that pay for a part of this bill, with the most that each would, beside what the others pay already."""
    rules = [rule for rule in version.answering.values() if isinstance(rule, PaymentRule)]
    found = [_most_payable(cart, rule, purchase) for rule in rules]
    return sorted([payable for payable in found if payable is not None])


def _most_payable(cart: Cart, rule: PaymentRule, purchase: Purchase) -> PayableNow | None:
    """Ask for as much as there can be, and then for what the refusal says there is.

    So it is the engine that says it, and the purchase will say the same. Each time less is asked for.
    """
    unit, amount = rule.settings.unit, rule.up_to(MAX_AMOUNT)
    while amount:
        asking = paying(purchase, unit, amount)
        outcome = cart.tried(asking).outcome
        if outcome.refusal is None:
            money = sum([paid.money for paid in outcome.effects if isinstance(paid, PaidWith) and paid.unit == unit])
            return PayableNow(unit, amount, money, to_pay(asking, outcome.effects))
        bound = _BOUNDS.get(outcome.refusal.code)
        if bound is None:
            return None
        told = outcome.refusal.details
        amount = rule.up_to(told[bound] if told["unit"] == unit else _beside(cart, rule, purchase, amount))
    return None


def _beside(cart: Cart, rule: PaymentRule, purchase: Purchase, too_much: int) -> int:
    """How much leaves enough of the bill for another unit that the purchase pays with, and would not have enough."""
    fits = 0
    while too_much - fits > 1:
        middle = (fits + too_much) // 2
        asking = paying(purchase, rule.settings.unit, rule.up_to(middle))
        if cart.tried(asking).outcome.refusal is None:
            fits = middle
        else:
            too_much = middle
    return fits


def paying(purchase: Purchase, unit: str, amount: int) -> Purchase:
    """The purchase, with so much of a unit to pay with."""
    return msgspec.structs.replace(purchase, spend=purchase.spend | {unit: amount})


def coupons_now(cart: Cart, purchase: Purchase, held: Iterable[Coupon], decision: Decision) -> list[CouponNow]:
    """Of the coupons that are held, those not used by themselves, and what each would take off if it were shown."""
    plain, found = taken_off(decision), []
    for coupon in held:
        if coupon.reference in purchase.codes:
            continue
        trial = cart.tried(msgspec.structs.replace(purchase, codes=(*purchase.codes, coupon.reference)))
        saves = taken_off(trial) - plain
        if trial.outcome.refusal is None and saves > 0:
            found.append(CouponNow(coupon.coupon, coupon.reference, saves, coupon.expires_at))
    return found


def taken_off(decision: Decision) -> int:
    """What a decision takes off the price, in minor units."""
    effects: Sequence[object] = decision.outcome.effects
    off = sum([effect.amount for effect in effects if isinstance(effect, Reduced | Discounted)])
    return off + sum([effect.money for effect in effects if isinstance(effect, PaidWith)])
