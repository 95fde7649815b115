"""Quotes: what a purchase would lead to, without leading to it.

The same ``decide`` looks at the same basket with the same facts, and nothing of its answer is stored. So what a quote
says is what the purchase will say, unless something comes in between: the member buys elsewhere, a limit runs out, the
program changes. The moment may lie ahead: what falls due up to then is settled first, in memory.

**Worked.** Ann has 480 points; the voucher costs 500. A quote of a basket of 25.00 USD at a point a dollar says that
she would earn 25, that the voucher is not to be had now and takes 20 points more, and that after this purchase it is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from guerdon.core import wallet
from guerdon.core.calendar import Instant, date_of
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Discounted, PaidWith, Reduced
from guerdon.core.events import Event, Purchase, Redeem, instant_of_event
from guerdon.core.facts import Facts
from guerdon.core.holding import limits_coming_back
from guerdon.core.program import Quantity
from guerdon.core.refusals import Refusal
from guerdon.core.state import MemberState, decode_state
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.runtime.codes import shown_codes
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


class CouponNow(NamedTuple):
    """A personal coupon that the member holds and that would take something off, were it shown."""

    coupon: str
    reference: str
    saves: int
    """How much less there would be to pay, in minor units."""
    expires_at: Instant | None


class Quote(NamedTuple):
    """What a purchase would lead to."""

    purchase: Purchase
    decision: Decision
    before: MemberState
    """Where the member stands before it, with everything settled that falls due up to then."""
    rewards: list[RewardNow]
    coupons: list[CouponNow]
    version: Version


class _Cart(NamedTuple):
    """What all trials of one quote share."""

    timeline: Timeline
    stored: MemberState
    """The state as stored: each trial settles what falls due by itself, as a purchase would."""
    facts: Facts


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
    before = settled(connection, published.id, timeline, stored.id, state, at)
    if decision.outcome.refusal is not None:
        return Quote(purchase, decision, before, [], [], version)
    rewards = [_reward_now(cart, version, name, purchase, decision) for name in list(version.rewards)[:_MOST_REWARDS]]
    return Quote(purchase, decision, before, rewards, _coupons_now(cart, purchase, before, decision), version)


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
    return RewardNow(name, cost, now, max(cost.amount - wallet.available(held), 0), then is None)


def _coupons_now(cart: _Cart, purchase: Purchase, before: MemberState, decision: Decision) -> list[CouponNow]:
    """The coupons that are not used by themselves, and what each would take off if it were shown."""
    plain, found = _taken_off(decision), []
    for held in before.coupons:
        if held.reference in purchase.codes:
            continue
        shown = msgspec.structs.replace(purchase, codes=(*purchase.codes, held.reference))
        trial = decide(cart.timeline, cart.stored, shown, cart.facts)
        saves = _taken_off(trial) - plain
        if trial.outcome.refusal is None and saves > 0:
            found.append(CouponNow(held.coupon, held.reference, saves, held.expires_at))
    return found


def _taken_off(decision: Decision) -> int:
    """What a decision takes off the price, in minor units."""
    effects: Sequence[object] = decision.outcome.effects
    off = sum([effect.amount for effect in effects if isinstance(effect, Reduced | Discounted)])
    return off + sum([effect.money for effect in effects if isinstance(effect, PaidWith)])
