"""Quotes: what a purchase would lead to, without leading to it.

The same ``decide`` looks at the same basket with the same facts, and nothing of its answer is stored. So what a quote
says is what the purchase will say, unless something comes in between: the member buys elsewhere, a limit runs out, the
program changes. The moment may lie ahead: what falls due up to then is settled first, in memory.

**Worked.** Ann has 480 points; the voucher costs 500. A quote of a basket of 25.00 USD at a point a dollar says that
she would earn 25, that the voucher is not to be had now and takes 20 points more, and that after this purchase it is.

**What else would do.** Rewards, coupons and points that the basket does not use yet are tried out with it, each for
itself: the answer tells what there would be to pay with this one too. Bob has 620 points and may pay up to half of a
bill with them, 100 for a dollar. On a bill of 10.00 that is 500 points, which leave 5.00 to pay; the voucher of 8.00
for 500 points would leave 2.00.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from guerdon.core import wallet
from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.calendar import Instant, date_of
from guerdon.core.case import Case
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Discounted, PaidWith, Reduced
from guerdon.core.events import MOST_REWARDS_TAKEN, Event, Purchase, Redeem, TakenReward, instant_of_event
from guerdon.core.facts import Facts
from guerdon.core.holding import limits_coming_back
from guerdon.core.program import Quantity
from guerdon.core.purchasing import to_pay
from guerdon.core.refusals import Refusal
from guerdon.core.state import MemberState, decode_state
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.mechanics.payment import PaymentRule
from guerdon.runtime.codes import shown_codes
from guerdon.runtime.outlook import case_at
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.replay import history_of
from guerdon.runtime.standing import settled
from guerdon.runtime.story import MemberNotFound
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.rates import rates_on

_MOST_REWARDS = 500
"""How many rewards of a catalogue are tried out."""
_BOUNDS = {"payment_exceeds_share": "most", "payment_exceeds_available": "available"}
"""By code of the refusal of a payment: the detail that says how much would be taken."""


class RewardNow(NamedTuple):
    """A reward of the catalogue, tried out for the member."""

    reward: str
    cost: Quantity
    refusal: Refusal | None
    """Why it is not to be had before this purchase; None: it is."""
    missing: int
    """How much of the cost's unit the member lacks, in its smallest part."""
    after_purchase: bool
    """Whether it would be to be had right after this purchase."""
    to_pay_with_it: int | None
    """What there would be to pay for this basket if it took the reward along too, in minor units; None: it cannot."""


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


class Quote(NamedTuple):
    """What a purchase would lead to."""

    purchase: Purchase
    decision: Decision
    before: MemberState
    """Where the member stands before it, with everything settled that falls due up to then."""
    rewards: list[RewardNow]
    coupons: list[CouponNow]
    payable: list[PayableNow]
    after: Case
    """Where the member would stand after it."""


class _Cart(NamedTuple):
    """What all trials of one quote share."""

    timeline: Timeline
    stored: MemberState
    """The state as stored: each trial settles what falls due by itself, as a purchase would."""
    facts: Facts

    def tried(self, purchase: Purchase) -> Decision:
        """What a purchase other than the one that is quoted would lead to, whatever price was expected."""
        return decide(self.timeline, self.stored, msgspec.structs.replace(purchase, expects=None), self.facts)


def quote(connection: Connection, published: PublishedProgram, purchase: Purchase) -> Quote:
    """Work a purchase through and store nothing. Raises MemberNotFound.

    Where the decision is a refusal, the purchase would be refused now for the same reason.
    """
    stored = reading.find_member(connection, published.id, purchase.member)
    if stored is None:
        raise MemberNotFound(f"There is no member {purchase.member}.")
    timeline, state = published.timeline, decode_state(stored.state)
    at = instant_of_event(purchase)
    cart = _Cart(timeline, state, _facts(connection, published, stored.id, state, purchase))
    decision = decide(timeline, state, purchase, cart.facts, traced=True)
    version = timeline.at(at) or timeline.versions[0]
    before = settled(connection, published.id, timeline, stored, state, at)
    after = case_at(timeline, purchase.member, decision.state, at)
    if decision.outcome.refusal is not None:
        return Quote(purchase, decision, before, [], [], [], after)
    rewards = [_reward_now(cart, version, name, purchase, decision) for name in list(version.rewards)[:_MOST_REWARDS]]
    coupons = _coupons_now(cart, purchase, before, decision)
    return Quote(purchase, decision, before, rewards, coupons, _payable_now(cart, version, purchase), after)


def _facts(
    connection: Connection, published: PublishedProgram, member: int, state: MemberState, purchase: Purchase
) -> Facts:
    """What the decisions of a quote may look at: what a till would load, without a lock."""
    timeline, at = published.timeline, instant_of_event(purchase)
    moment = purchase.at
    asked: list[Event] = [purchase]
    asked += [
        Redeem(id="quote", member=purchase.member, at=moment, reward=reward)
        for version in timeline.versions
        for reward in version.rewards
    ]
    codes = shown_codes(connection, published.id, purchase.codes)
    of_codes = {code.limit for code in codes.values() if code.key}
    names = timeline.limits_for(asked).keys() | of_codes | limits_coming_back(state, purchase)
    limits, added = reading.limits_used(connection, published.id, list(names))
    needed = timeline.needs_history(state, at)
    history = history_of(reading.member_journal(connection, member)) if needed else ()
    rates = {}
    if purchase.currency:
        day = date_of(published.zone.day(at))
        rate = rates_on(connection, published.currency, [(purchase.currency, day)]).get((purchase.currency, day))
        rates = {} if rate is None else {purchase.currency: rate}
    return Facts(limits, None, history, rates, {}, codes, added)


def _reward_now(cart: _Cart, version: Version, name: str, purchase: Purchase, decision: Decision) -> RewardNow:
    """A reward, tried out before the purchase and after it."""
    event = Redeem(id=f"{purchase.id}>{name}", member=purchase.member, at=purchase.at, reward=name,
                   channel=purchase.channel)  # fmt: skip
    now = decide(cart.timeline, cart.stored, event, cart.facts).outcome.refusal
    then = decide(cart.timeline, decision.state, event, cart.facts).outcome.refusal
    cost = version.rewards[name].settings.cost
    held = cart.stored.wallets.get(cost.unit, wallet.EMPTY)
    missing = max(cost.amount - wallet.available(held), 0)
    return RewardNow(name, cost, now, missing, then is None, _to_pay_with(cart, purchase, name))


def _to_pay_with(cart: _Cart, purchase: Purchase, reward: str) -> int | None:
    """What there would be to pay if the purchase took one more reward along; None: it could not."""
    if len(purchase.rewards) >= MOST_REWARDS_TAKEN:
        return None
    taking = msgspec.structs.replace(purchase, rewards=(*purchase.rewards, TakenReward(reward)))
    outcome = cart.tried(taking).outcome
    return None if outcome.refusal is not None else to_pay(taking, outcome.effects)


def _payable_now(cart: _Cart, version: Version, purchase: Purchase) -> list[PayableNow]:
    """The units that pay for a part of this bill, with the most that each would, beside what the others pay already."""
    rules = [rule for rule in version.answering.values() if isinstance(rule, PaymentRule)]
    found = [_most_payable(cart, rule, purchase) for rule in rules]
    return sorted([payable for payable in found if payable is not None])


def _most_payable(cart: _Cart, rule: PaymentRule, purchase: Purchase) -> PayableNow | None:
    """Ask for as much as there can be, and then for what the refusal says there is.

    So it is the engine that says it, and the purchase will say the same. Each time less is asked for.
    """
    unit, amount = rule.settings.unit, rule.up_to(MAX_AMOUNT)
    while amount:
        paying = _paying(purchase, unit, amount)
        outcome = cart.tried(paying).outcome
        if outcome.refusal is None:
            money = sum([paid.money for paid in outcome.effects if isinstance(paid, PaidWith) and paid.unit == unit])
            return PayableNow(unit, amount, money, to_pay(paying, outcome.effects))
        bound = _BOUNDS.get(outcome.refusal.code)
        if bound is None:
            return None
        told = outcome.refusal.details
        amount = rule.up_to(told[bound] if told["unit"] == unit else _beside(cart, rule, purchase, amount))
    return None


def _beside(cart: _Cart, rule: PaymentRule, purchase: Purchase, too_much: int) -> int:
    """How much leaves enough of the bill for another unit that the purchase pays with, and would not have enough."""
    fits = 0
    while too_much - fits > 1:
        middle = (fits + too_much) // 2
        paying = _paying(purchase, rule.settings.unit, rule.up_to(middle))
        if cart.tried(paying).outcome.refusal is None:
            fits = middle
        else:
            too_much = middle
    return fits


def _paying(purchase: Purchase, unit: str, amount: int) -> Purchase:
    return msgspec.structs.replace(purchase, spend=purchase.spend | {unit: amount})


def _coupons_now(cart: _Cart, purchase: Purchase, before: MemberState, decision: Decision) -> list[CouponNow]:
    """The coupons that are not used by themselves, and what each would take off if it were shown."""
    plain, found = _taken_off(decision), []
    for held in before.coupons:
        if held.reference in purchase.codes:
            continue
        trial = cart.tried(msgspec.structs.replace(purchase, codes=(*purchase.codes, held.reference)))
        saves = _taken_off(trial) - plain
        if trial.outcome.refusal is None and saves > 0:
            found.append(CouponNow(held.coupon, held.reference, saves, held.expires_at))
    return found


def _taken_off(decision: Decision) -> int:
    """What a decision takes off the price, in minor units."""
    effects: Sequence[object] = decision.outcome.effects
    off = sum([effect.amount for effect in effects if isinstance(effect, Reduced | Discounted)])
    return off + sum([effect.money for effect in effects if isinstance(effect, PaidWith)])
