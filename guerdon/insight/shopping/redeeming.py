"""What the shopper does with what he holds: he takes what it is worth as soon as he can, at a purchase.

The order at the till: money that would expire is spent, rewards are taken that make the purchase cheaper, coupons are
shown, and as much of what is left is paid out of the wallet as is taken. Whatever the program takes off by itself it
takes off. After the purchase things are taken, and benefits made use of, whose worth is known.

Of several rewards he takes the one that saves most for what it costs, and again until nothing more can be had. He does
not save up for a better one; ``takes`` in the habits says which ones he takes at all, and so what he saves for. He does
not waste one either: a reward waits for a purchase that makes as much of it as any of his purchases would.

**Worked.** 100 points bring a coupon of 10 USD. With a coffee for 4 USD and a jacket for 80 USD among the habits it
waits for the jacket; the coffee would waste 6 USD.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from guerdon.core import wallet
from guerdon.core.calendar import instant_of, period_start
from guerdon.core.decide import decide
from guerdon.core.events import Capture, Hold, Purchase, Redeem, Use, line_nets
from guerdon.core.program import Reward
from guerdon.core.purchasing import to_pay
from guerdon.core.state import MemberState
from guerdon.insight.shopping.baskets import SHOPPER
from guerdon.runtime.carts import Cart, coupons_now, payable_now, paying

if TYPE_CHECKING:
    from guerdon.insight.shopping.living import Life

_MOST_TAKEN = 20
"""How many of a thing, and how many rewards, are taken at one purchase at most."""
_TO_THE_TILL = timedelta(seconds=1)


class Hands:
    """The shopper's hands at the till, in one year."""

    def __init__(self, life: "Life") -> None:
        """Act in a year that is under way."""
        self._life = life
        self._routes = life.routes
        self._had: set[tuple[str, int]] = set()
        """What was had of what is worth something once in a period, with the period's first day."""

    @property
    def _state(self) -> MemberState:
        return self._life.rehearsal.state(SHOPPER)

    def _available(self, unit: str) -> int:
        return wallet.available(self._state.wallets.get(unit, wallet.EMPTY))

    def fill(self, purchase: Purchase) -> Purchase:
        """The purchase with everything that makes it cheaper."""
        routes = self._routes
        if routes.spent_at_once:
            purchase = self._spending(purchase)
        for _ in range(_MOST_TAKEN):
            if not self._take_best(purchase):
                break
        if routes.coupons_on_request and self._state.coupons:
            purchase = self._showing(purchase)
        if any(self._available(unit) > 0 for unit in routes.pays):
            purchase = self._paying(purchase)
        return purchase

    # Money that would expire.

    def _spending(self, purchase: Purchase) -> Purchase:
        """Spend it as a checkout does, by a hold that is captured: the till takes it off the bill."""
        bill = sum(line_nets(purchase.lines))
        left = bill
        for unit in sorted(self._routes.spent_at_once):
            amount = min(self._available(unit), left)
            if amount > 0 and self._spend(purchase, unit, amount):
                left -= amount
        return msgspec.structs.replace(purchase, discount=bill - left)

    def _spend(self, purchase: Purchase, unit: str, amount: int) -> bool:
        held = self._life.name("hold")
        until = purchase.at + _TO_THE_TILL
        hold = Hold(id=held, member=SHOPPER, at=purchase.at, until=until, unit=unit, amount=amount)
        if self._life.take(hold) is not None:
            return False
        return (
            self._life.take(Capture(id=self._life.name("capture"), member=SHOPPER, at=purchase.at, hold=held)) is None
        )

    # Rewards that make a purchase cheaper.

    def _take_best(self, purchase: Purchase) -> bool:
        """Take the reward that saves most for its cost on this purchase; False: none does, or another would do better.

        It is the engine that says what each saves: with it and without it.
        """
        within_reach = [reward for reward in self._routes.bringing if self._affords(reward)]
        if not within_reach:
            return False
        saved = {reward.name: self._saved(reward, purchase) for reward in within_reach}
        good = [reward for reward in within_reach if saved[reward.name] > 0]
        good = [reward for reward in good if self._is_full(reward, purchase, saved[reward.name])]
        best = max(good, key=lambda reward: saved[reward.name] / max(reward.cost.amount, 1), default=None)
        return best is not None and self._redeem(purchase, best.name)

    def _affords(self, reward: Reward) -> bool:
        costs = [reward.cost, *reward.cost_by_tier.values()]
        return any(cost.amount <= self._available(cost.unit) for cost in costs)

    def _saved(self, reward: Reward, purchase: Purchase) -> int:
        """How much less a purchase would cost with a reward; nothing where it is not to be had."""
        taking = self._taking(purchase, reward.name)
        decision = decide(self._life.timeline, self._state, taking, self._life.rehearsal.facts_for(taking))
        if decision.outcome.refusal is not None:
            return 0
        before, after = self._bill(self._state, purchase), self._bill(decision.state, purchase)
        return 0 if before is None or after is None else before - after

    def _bill(self, state: MemberState, purchase: Purchase) -> int | None:
        """What there would be to pay for a purchase in a state; None: it would be refused."""
        outcome = self._cart(purchase, state).tried(purchase).outcome
        return None if outcome.refusal is not None else to_pay(purchase, outcome.effects)

    def _is_full(self, reward: Reward, purchase: Purchase, saved: int) -> bool:
        """Whether none of the shopper's purchases would make more of a reward at this moment."""
        others = self._life.baskets.one_of_each(purchase.at)
        return all(self._saved(reward, other) <= saved for other in others)

    def _cart(self, purchase: Purchase, state: MemberState | None = None) -> Cart:
        """The basket to be tried out, where the shopper stands or would stand."""
        return Cart(self._life.timeline, state or self._state, self._life.rehearsal.facts_for(purchase))

    # Coupons, payment.

    def _showing(self, purchase: Purchase) -> Purchase:
        cart = self._cart(purchase)
        decision = cart.tried(purchase)
        if decision.outcome.refusal is not None:
            return purchase
        shown = tuple([one.reference for one in coupons_now(cart, purchase, self._state.coupons, decision)])
        showing = msgspec.structs.replace(purchase, codes=(*purchase.codes, *shown))
        return purchase if cart.tried(showing).outcome.refusal is not None else showing

    def _paying(self, purchase: Purchase) -> Purchase:
        for unit in sorted(self._routes.pays):
            cart = self._cart(purchase)
            found = [one for one in payable_now(cart, self._life.version, purchase) if one.unit == unit]
            for one in found:
                purchase = paying(purchase, one.unit, one.most)
        return purchase

    # After the purchase.

    def after(self, purchase: Purchase) -> None:
        """Take things, and make use of benefits."""
        for thing in self._routes.things:
            for _ in range(_MOST_TAKEN if thing.cost else 1):
                if self._was_had(thing.reward, thing.period, purchase) or thing.cost > self._available(thing.unit):
                    break
                if not self._redeem(purchase, thing.reward):
                    break
                if not thing.is_paper:
                    self._value(thing.reward, thing.worth, thing.period, purchase)
        for name, esteem in self._routes.benefits.items():
            using = Use(id=self._life.name("use"), member=SHOPPER, at=purchase.at, benefit=name, purchase=purchase.id)
            if not self._was_had(name, esteem.period, purchase) and self._life.take(using) is None:
                self._value(name, self._routes.worth_of(esteem), esteem.period, purchase, is_benefit=True)

    def _redeem(self, purchase: Purchase, reward: str) -> bool:
        return self._life.take(self._taking(purchase, reward)) is None

    def _taking(self, purchase: Purchase, reward: str) -> Redeem:
        return Redeem(
            id=self._life.name("redeem"), member=SHOPPER, at=purchase.at, reward=reward, channel=purchase.channel
        )

    def _period(self, period: str, purchase: Purchase) -> int:
        day = self._life.zone.day(instant_of(purchase.at))
        return period_start(day, period)

    def _was_had(self, name: str, period: str, purchase: Purchase) -> bool:
        return bool(period) and (name, self._period(period, purchase)) in self._had

    def _value(self, name: str, worth: int, period: str, purchase: Purchase, *, is_benefit: bool = False) -> None:
        if period:
            self._had.add((name, self._period(period, purchase)))
        if is_benefit:
            self._life.purse.benefits += worth
        else:
            self._life.purse.rewards += worth
