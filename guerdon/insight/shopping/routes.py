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

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple, TypeVar

from guerdon.core.amounts import Rounding
from guerdon.core.program import Quantity, Reward, Unit
from guerdon.core.version import Version
from guerdon.insight.shopping.habits import Esteem, Shopper
from guerdon.mechanics.benefit import BenefitRule
from guerdon.mechanics.coupon import CouponRule
from guerdon.mechanics.payment import PaymentRule
from guerdon.mechanics.vouchers import VouchersRule

T = TypeVar("T")


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
        """Look through the version's rules and rewards, each question once."""
        program = version.program
        self._version = version
        self._shopper = shopper
        self._esteem: Mapping[str, Esteem] = shopper.esteem.get(program.program, {})
        self._units: Mapping[str, Unit] = program.units
        takes = shopper.takes.get(program.program)
        self._wanted = [reward for reward in program.rewards if takes is None or reward.name in takes]

    def _rules(self, kind: type[T]) -> list[T]:
        return [rule for rule in self._version.rules if isinstance(rule, kind)]

    # What takes something off a bill.

    @cached_property
    def pays(self) -> frozenset[str]:
        """The units that pay a part of the bill."""
        return frozenset(rule.settings.unit for rule in self._rules(PaymentRule))

    @cached_property
    def _taken_off(self) -> frozenset[str]:
        """The units of vouchers that apply themselves."""
        issues = [rule.settings for rule in self._rules(VouchersRule)]
        return frozenset(settings.gives.unit for settings in issues if settings.applied == "automatically")

    @cached_property
    def coupons_on_request(self) -> bool:
        """Whether there are coupons that have to be shown."""
        return any(rule.settings.applied == "on request" for rule in self._rules(CouponRule))

    @cached_property
    def bringing(self) -> list[Reward]:
        """Rewards that take something off the next purchase."""
        bring = {rule.settings.on for rule in self._rules(CouponRule)}
        return [
            reward
            for reward in self._wanted
            if f"redeemed:{reward.name}" in bring or (reward.gives is not None and reward.gives.unit in self._taken_off)
        ]

    # Money that nothing takes off.

    @cached_property
    def _other_money(self) -> dict[str, Unit]:
        routed = self._taken_off | self.pays
        return {name: unit for name, unit in self._units.items() if unit.money and name not in routed}

    @cached_property
    def on_paper(self) -> frozenset[str]:
        """The units of vouchers that no mechanic takes off the bill."""
        return frozenset(name for name, unit in self._other_money.items() if not unit.divisible)

    @cached_property
    def cash(self) -> frozenset[str]:
        """The units that are as good as money in a bank."""
        return frozenset(name for name, unit in self._other_money.items() if unit.divisible and _lasts_for_ever(unit))

    @cached_property
    def spent_at_once(self) -> frozenset[str]:
        """The units of money that would expire."""
        return frozenset(self._other_money) - self.on_paper - self.cash

    # Things and benefits.

    @cached_property
    def things(self) -> list[Thing]:
        """The things that are taken, the one that is worth most for its cost first, the cheaper where equal."""
        others = [reward for reward in self._wanted if reward.gives is None and reward not in self.bringing]
        found = [*map(self._thing, others), *map(_paper, self._papers)]
        return sorted([thing for thing in found if thing is not None], key=_dearness)

    @cached_property
    def _papers(self) -> list[Reward]:
        """Rewards that give a voucher that no mechanic takes off."""
        return [reward for reward in self._wanted if reward.gives is not None and reward.gives.unit in self.on_paper]

    @cached_property
    def _routed(self) -> frozenset[str]:
        """The units that become money in some way."""
        costs = frozenset(reward.cost.unit for reward in (*self._papers, *self.bringing))
        return costs | self.pays | {rule.settings.every.unit for rule in self._rules(VouchersRule)}

    @cached_property
    def benefits(self) -> dict[str, Esteem]:
        """The benefits that are worth something to the shopper."""
        return {rule.name: self._esteem[rule.name] for rule in self._rules(BenefitRule) if rule.name in self._esteem}

    @cached_property
    def unvalued(self) -> tuple[str, ...]:
        """The benefits of which nobody says what they are worth."""
        return tuple(sorted({rule.name for rule in self._rules(BenefitRule)} - self.benefits.keys()))

    @cached_property
    def waits_for_delivery(self) -> bool:
        """Whether something the program gives waits until the goods arrive."""
        delays = [rule.delay for rule in self._version.rules if rule.delay is not None]
        return any(delay.start == "delivery" for delay in delays)

    def _thing(self, reward: Reward) -> Thing | None:
        esteem, cost = self._esteem.get(reward.name), reward.cost
        if esteem is not None:
            return Thing(reward.name, cost.unit, cost.amount, self.worth_of(esteem), esteem.period)
        worth = self.unit_worth(cost.unit, cost.amount)
        if cost.unit in self._routed or self._units[cost.unit].money or not worth:
            return None
        return Thing(reward.name, cost.unit, cost.amount, worth)

    # What it is worth.

    def worth_of(self, esteem: Esteem) -> int:
        """What something is worth to the shopper, in minor units of the program's currency."""
        return self._shopper.exchange.into(self._version.program.currency, esteem.price)

    def reward_worth(self, reward: str, spent: Quantity) -> int:
        """What a reward was worth by what was given for it, in minor units.

        Nothing for one that brings something that is counted itself.
        """
        brings = {known.name for known in (*self.bringing, *self._papers)}
        return 0 if reward in brings else self.unit_worth(spent.unit, spent.amount) or 0

    def unit_worth(self, unit: str, amount: int) -> int | None:
        """What an amount of a unit is worth by the program, in minor units; None: the program does not say."""
        settings = self._units.get(unit)
        if settings is None or settings.money:
            return None if settings is None else amount
        return None if settings.worth is None else settings.worth.of(amount, Rounding.NEAREST)


def _lasts_for_ever(unit: Unit) -> bool:
    return unit.expires is None and unit.inactive_after is None and not unit.lifetimes


def _paper(reward: Reward) -> Thing | None:
    """A voucher as a thing."""
    assert reward.gives is not None, "it gives a voucher"
    return Thing(reward.name, reward.cost.unit, reward.cost.amount, reward.gives.amount, is_paper=True)


def _dearness(thing: Thing) -> tuple[float, int]:
    """For sorting alone: the largest worth for its cost first."""
    return (-thing.worth / thing.cost if thing.cost else float("-inf"), thing.cost)
