"""What only the whole file shows: conversions that make something out of nothing, and what cannot be given in parts.

**Worked.** Every 100 points give 5 stars, and every 4 stars give 90 points. 400 points become 20 stars, and those 450
points: whoever goes round once has 50 more. Such a circle is an error, told with its units. With 80 points for 4 stars
it gives 400 back, and nobody gains.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import NamedTuple

from guerdon.core.program import Quantity, Reward, Unit
from guerdon.language.place import Place
from guerdon.language.section import Fields
from guerdon.mechanics.cause import Cause
from guerdon.mechanics.conversion import Conversion
from guerdon.mechanics.sending import Sending
from guerdon.mechanics.vouchers import Vouchers


class _Step(NamedTuple):
    """One unit becomes another, at the best rate that there is for it."""

    source: str
    target: str
    rate: Fraction
    name: str


def check_circles(fields: Fields) -> None:
    """Report conversions that lead back to where they began with more than they began with."""
    best: dict[tuple[str, str], _Step] = {}
    for step in sorted(_steps(fields), key=lambda step: step.rate):
        best[step.source, step.target] = step
    for circle in _circles([best[ends] for ends in sorted(best)]):
        if prod([step.rate for step in circle]) > 1:
            _report(fields, circle)


def _report(fields: Fields, circle: tuple[_Step, ...]) -> None:
    way = " → ".join([circle[0].source, *[step.target for step in circle]])
    by = ", ".join([f"`{step.name}`" for step in circle])
    sentence = f"a member gains by going round in a circle: {way} ({by}); lower one of the rates"
    _place_of(fields, circle[-1].name).report("conversion_circle", sentence)


def _steps(fields: Fields) -> Iterator[_Step]:
    """Every way in which the program lets one unit become another."""
    for mechanic in fields.get("mechanics") or ():
        if isinstance(mechanic, Conversion) and not mechanic.partner:
            plus = (
                Fraction(0) if mechanic.bonus is None else Fraction(mechanic.bonus.plus.amount, mechanic.bonus.plus.per)
            )
            yield _step(mechanic.every, mechanic.gives, mechanic.name, 1 + plus)
        elif isinstance(mechanic, Vouchers):
            yield _step(mechanic.every, mechanic.gives, mechanic.name)
    for reward in fields.get("rewards") or ():
        yield from _steps_of(reward)


def _steps_of(reward: Reward) -> Iterator[_Step]:
    """What a reward gives for its cost, at the price of each tier; for one in any amount by its rate."""
    if reward.gives is None:
        return
    if reward.value is not None:
        rate = Fraction(reward.value.amount, reward.value.per)
        yield _Step(reward.cost.unit, reward.gives.unit, rate, reward.name)
        return
    for cost in (reward.cost, *reward.cost_by_tier.values()):
        yield _step(cost, reward.gives, reward.name)


def _step(every: Quantity, gives: Quantity, name: str, times: Fraction = Fraction(1)) -> _Step:
    return _Step(every.unit, gives.unit, Fraction(gives.amount, every.amount) * times, name)


def _circles(steps: list[_Step], so_far: tuple[_Step, ...] = ()) -> Iterator[tuple[_Step, ...]]:
    """Every way round that comes by each unit once, beginning with the unit that is first by name."""
    for step in steps:
        if so_far and (step.source != so_far[-1].target or step.target < so_far[0].source):
            continue
        circle = (*so_far, step)
        if step.target == circle[0].source:
            yield circle
        elif step.target > circle[0].source and step.target not in [one.source for one in circle]:
            yield from _circles(steps, circle)


def check_whole_vouchers(fields: Fields) -> None:
    """Report what would take parts of vouchers: a voucher is spent whole."""
    units: dict[str, Unit] = fields.get("units") or {}
    whole = {name for name, unit in units.items() if unit.money and not unit.divisible}
    for mechanic in fields.get("mechanics") or ():
        if isinstance(mechanic, Cause | Sending | Conversion):
            unit = mechanic.every.unit if isinstance(mechanic, Conversion) else _unit_of(mechanic)
            if unit in whole:
                told = (
                    f"`{unit}` are vouchers, each of which stays whole; only a unit of which any part may be spent fits"
                )
                _place_of(fields, mechanic.name).report("unit_other", told)


def _unit_of(mechanic: Cause | Sending) -> str:
    return mechanic.takes if isinstance(mechanic, Cause) else mechanic.unit


def check_chains(fields: Fields) -> None:
    """Report a cause whose surplus would go to a cause of another unit."""
    causes = {mechanic.name: mechanic for mechanic in fields.get("mechanics") or () if isinstance(mechanic, Cause)}
    for cause in causes.values():
        following = causes.get(cause.then)
        if following is not None and following.takes != cause.takes:
            told = f"`{cause.name}` takes `{cause.takes}`, and `{following.name}` takes `{following.takes}`"
            _place_of(fields, cause.name).report("unit_other", f"{told}; both must take the same unit")


def _place_of(fields: Fields, name: str) -> Place:
    """Where a mechanic or reward stands, for an error about it."""
    for key in ("mechanics", "rewards"):
        for number, found in enumerate(fields.get(key) or ()):
            if found.name == name:
                return fields.at(key).items(key)[number]
    return fields.place
