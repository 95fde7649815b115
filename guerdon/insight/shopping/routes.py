"""Routes: how a program turns what it gives into money.

| what the program has | what the shopper does |
|---|---|
| discounts, coupons, stamps, vouchers that apply themselves | nothing: they take off what they take off |
| a reward that brings a coupon or a voucher of those: 500 points for 10 USD off | takes it just before a purchase |
| points or cashback that pay a part of the bill | pays with as much as is taken |
| cashback that expires | pays with it at the till |
| a voucher that no mechanic takes off | takes it; it counts with its amount when it is given |
| cashback that lasts for ever | leaves it where it is: it is money |
| a reward that is a thing, a benefit | takes it where its worth is known |

A **thing** is worth what the shopper says. Where he says nothing it is worth what its points are worth by the program
itself (``worth: 5 USD per 175 points``), and is taken only if the program has no other route for that unit: nobody
takes a sample for points that are money. What neither knows is not taken, and not guessed.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from guerdon.core.amounts import Rounding
from guerdon.core.program import Quantity, Reward, Unit
from guerdon.core.version import Version
from guerdon.insight.shopping.habits import Esteem, Shopper
from guerdon.mechanics.benefit import BenefitRule
from guerdon.mechanics.coupon import CouponRule
from guerdon.mechanics.payment import PaymentRule
from guerdon.mechanics.vouchers import VouchersRule


class Thing(NamedTuple):
    """A reward that is a thing and whose worth is known."""

    reward: str
    unit: str
    cost: int
    worth: int
    """In minor units of the program's currency."""
    period: str = ""
    """The period in which only one is worth anything; empty: each is."""
    is_paper: bool = False
    """Whether it is a voucher, which counts when it is given."""


class Routes:
    """The routes of one version, for one shopper."""

    def __init__(self, version: Version, shopper: Shopper) -> None:
        """Look through the version's rules and rewards once."""
        program = version.program
        self._shopper = shopper
        self._currency = program.currency
        self._esteem: Mapping[str, Esteem] = shopper.esteem.get(program.program, {})
        self._units: Mapping[str, Unit] = program.units
        takes = shopper.takes.get(program.program)
        wanted = [reward for reward in program.rewards if takes is None or reward.name in takes]
        issues = [rule for rule in version.rules if isinstance(rule, VouchersRule)]
        self.coupons_on_request = any(
            isinstance(rule, CouponRule) and rule.settings.applied == "on request" for rule in version.rules
        )
        self.pays = {rule.settings.unit for rule in version.rules if isinstance(rule, PaymentRule)}
        """The units that pay a part of the bill."""
        taken_off = {rule.settings.gives.unit for rule in issues if rule.settings.applied == "automatically"}
        money = {name: unit for name, unit in program.units.items() if unit.money and name not in taken_off | self.pays}
        self.on_paper = {name for name, unit in money.items() if not unit.divisible}
        """The units of vouchers that no mechanic takes off the bill."""
        self.cash = {name for name, unit in money.items() if unit.divisible and unit.expires is None}
        """The units that are as good as money in a bank."""
        self.spent_at_once = money.keys() - self.on_paper - self.cash
        """The units of money that would expire."""
        bring = {rule.settings.on for rule in version.rules if isinstance(rule, CouponRule)}
        self.bringing = [
            reward for reward in wanted
            if f"redeemed:{reward.name}" in bring or (reward.gives is not None and reward.gives.unit in taken_off)
        ]  # fmt: skip
        """Rewards that take something off the next purchase."""
        papers = [reward for reward in wanted if reward.gives is not None and reward.gives.unit in self.on_paper]
        self._papers = {reward.name for reward in papers}
        routed = {reward.cost.unit for reward in (*papers, *self.bringing)} | self.pays
        routed |= {rule.settings.every.unit for rule in issues}
        others = [reward for reward in wanted if reward.gives is None and reward not in self.bringing]
        found = [self._thing(reward, reward.cost.unit in routed) for reward in others]
        found += [_paper(reward) for reward in papers]
        self.things = sorted([thing for thing in found if thing is not None], key=_dearness)
        """The things that are taken, the one that is worth most for its cost first, the cheaper where equal."""
        benefits = [rule.name for rule in version.rules if isinstance(rule, BenefitRule)]
        self.benefits = {name: self._esteem[name] for name in benefits if name in self._esteem}
        """The benefits that are worth something to the shopper."""
        self.waits_for_delivery = any(
            rule.delay is not None and rule.delay.start == "delivery" for rule in version.rules
        )
        """Whether something it gives waits until the goods arrive."""
        self.unvalued = sorted({name for name in benefits if name not in self._esteem})
        """The benefits of which nobody says what they are worth."""

    def _thing(self, reward: Reward, has_route: bool) -> Thing | None:
        esteem, cost = self._esteem.get(reward.name), reward.cost
        if esteem is not None:
            return Thing(reward.name, cost.unit, cost.amount, self.worth_of(esteem), esteem.period)
        worth = self.unit_worth(cost.unit, cost.amount)
        if has_route or self._units[cost.unit].money or not worth:
            return None
        return Thing(reward.name, cost.unit, cost.amount, worth)

    def worth_of(self, esteem: Esteem) -> int:
        """What something is worth to the shopper, in minor units of the program's currency."""
        return self._shopper.exchange.into(self._currency, esteem.price)

    def reward_worth(self, reward: str, spent: Iterable[Quantity]) -> int:
        """What a reward was worth by what was given for it; nothing for one whose worth is counted elsewhere."""
        if any(known.name == reward for known in self.bringing) or reward in self._papers:
            return 0
        return sum([self.unit_worth(given.unit, given.amount) or 0 for given in spent])

    def unit_worth(self, unit: str, amount: int) -> int | None:
        """What an amount of a unit is worth by the program, in minor units; None: the program does not say."""
        settings = self._units.get(unit)
        if settings is None or settings.money:
            return None if settings is None else amount
        return None if settings.worth is None else settings.worth.of(amount, Rounding.NEAREST)


def _paper(reward: Reward) -> Thing | None:
    """A voucher as a thing."""
    assert reward.gives is not None, "it gives a voucher"
    return Thing(reward.name, reward.cost.unit, reward.cost.amount, reward.gives.amount, is_paper=True)


def _dearness(thing: Thing) -> tuple[float, int]:
    """For sorting alone: the largest worth for its cost first."""
    return (-thing.worth / thing.cost if thing.cost else float("-inf"), thing.cost)
