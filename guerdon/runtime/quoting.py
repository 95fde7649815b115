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

from typing import NamedTuple

from guerdon.core import wallet
from guerdon.core.calendar import date_of
from guerdon.core.case import Case
from guerdon.core.decide import Decision, decide
from guerdon.core.events import Event, Purchase, Redeem, instant_of_event
from guerdon.core.facts import Facts
from guerdon.core.holding import limits_coming_back
from guerdon.core.program import Quantity
from guerdon.core.refusals import Refusal
from guerdon.core.state import MemberState, decode_state
from guerdon.core.version import Version
from guerdon.runtime.carts import Cart, CouponNow, PayableNow, coupons_now, payable_now, to_pay_with
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


def quote(connection: Connection, published: PublishedProgram, purchase: Purchase) -> Quote:
    """Work a purchase through and store nothing. Raises MemberNotFound.

    Where the decision is a refusal, the purchase would be refused now for the same reason.
    """
    stored = reading.find_member(connection, published.id, purchase.member)
    if stored is None:
        raise MemberNotFound(f"There is no member {purchase.member}.")
    timeline, state = published.timeline, decode_state(stored.state)
    at = instant_of_event(purchase)
    cart = Cart(timeline, state, _facts(connection, published, stored.id, state, purchase))
    decision = decide(timeline, state, purchase, cart.facts, traced=True)
    version = timeline.at(at) or timeline.versions[0]
    before = settled(connection, published.id, timeline, stored, state, at)
    after = case_at(timeline, purchase.member, decision.state, at)
    if decision.outcome.refusal is not None:
        return Quote(purchase, decision, before, [], [], [], after)
    rewards = [_reward_now(cart, version, name, purchase, decision) for name in list(version.rewards)[:_MOST_REWARDS]]
    coupons = coupons_now(cart, purchase, before.coupons, decision)
    return Quote(purchase, decision, before, rewards, coupons, payable_now(cart, version, purchase), after)


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


def _reward_now(cart: Cart, version: Version, name: str, purchase: Purchase, decision: Decision) -> RewardNow:
    """A reward, tried out before the purchase and after it."""
    event = Redeem(id=f"{purchase.id}>{name}", member=purchase.member, at=purchase.at, reward=name,
                   channel=purchase.channel)  # fmt: skip
    now = decide(cart.timeline, cart.stored, event, cart.facts).outcome.refusal
    then = decide(cart.timeline, decision.state, event, cart.facts).outcome.refusal
    cost = version.rewards[name].settings.cost
    held = cart.stored.wallets.get(cost.unit, wallet.EMPTY)
    missing = max(cost.amount - wallet.available(held), 0)
    return RewardNow(name, cost, now, missing, then is None, to_pay_with(cart, purchase, name))
