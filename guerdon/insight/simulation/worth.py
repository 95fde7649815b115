"""What amounts of units are worth in money, and which rewards are the cheapest: what a program says about its costs."""

from collections.abc import Mapping

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.program import Program, Unit
from guerdon.core.timeline import Timeline

_ITSELF = Rate(1, 1)


class Worths:
    """What each unit of a program is worth, by the last of its versions that has it."""

    def __init__(self, timeline: Timeline) -> None:
        """Look through all versions."""
        self.units: dict[str, Unit] = {}
        for version in timeline.versions:
            self.units |= version.program.units
        self.rates: dict[str, Rate | None] = {
            name: _ITSELF if unit.money else unit.worth for name, unit in self.units.items()
        }

    def of(self, unit: str, amount: int) -> int | None:
        """An amount in minor units, to the nearest; None: the unit is not worth money."""
        rate = self.rates.get(unit)
        return None if rate is None else rate.of(amount, Rounding.NEAREST)

    def of_all(self, amounts: Mapping[str, int]) -> int:
        """Amounts of several units in minor units, each to the nearest; one that is not worth money counts nothing."""
        return sum([self.of(unit, amount) or 0 for unit, amount in amounts.items()])


def cheapest_rewards(program: Program) -> dict[str, int]:
    """By unit: what the cheapest reward of the catalogue costs those for whom it is cheapest.

    Who may take it is not looked at, nor what else it takes.
    """
    cheapest: dict[str, int] = {}
    for reward in program.rewards:
        for cost in (reward.cost, *reward.cost_by_tier.values()):
            cheapest[cost.unit] = min(cost.amount, cheapest.get(cost.unit, cost.amount))
    return {unit: amount for unit, amount in cheapest.items() if amount}
