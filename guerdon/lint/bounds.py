"""How much of a unit one member could hold or earn at the very most, by the limits of the mechanics that give it.

**Worked.** Points come from one mechanic alone, 100 a month at most, and last 6 months. Whoever earns all there is
holds the points of the running month, of six months before it, and of a part of the seventh: 800.
"""

from collections.abc import Iterator
from math import ceil

import msgspec

from guerdon.core.calendar import PeriodUnit, Term
from guerdon.core.program import Cap, Mechanic, Program
from guerdon.mechanics.earn import Earn

_DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365, "statement": 28}
MOST_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
"""The most days that a calendar period may have."""


def days_of(term: Term) -> int:
    """The most days that a term may last."""
    behind = MOST_DAYS[term.end_of] if term.end_of is not None and term.end_of in MOST_DAYS else 0
    return term.count * MOST_DAYS[term.unit] + behind


def most_within(program: Program, unit: str, days: int | None) -> int | None:
    """The most that one member can get of a unit within so many days; None: there is no bound, or it is not known.

    ``days`` None: ever.
    """
    total = 0
    for mechanic in program.mechanics:
        bound = _most_of(mechanic, unit, days)
        if bound is None:
            return None
        total += bound
    given = any(reward.gives is not None and getattr(reward.gives, "unit", "") == unit for reward in program.rewards)
    return None if given else total


def most_held(program: Program, unit: str) -> int | None:
    """The most that one member can hold of a unit; None: there is no bound, or it is not known."""
    term = program.units[unit].expires
    return most_within(program, unit, days_of(term) if isinstance(term, Term) else None)


def _most_of(mechanic: Mechanic, unit: str, days: int | None) -> int | None:
    if not isinstance(mechanic, Earn):
        return None if _mentions(msgspec.to_builtins(mechanic), unit) and not hasattr(mechanic, "levels") else 0
    if mechanic.earn != unit:
        return 0
    bounds = [_most_of_period(amount, period, days) for amount, period in _most_by_period(mechanic.limit)]
    bounds += [mechanic.limit.total]
    if mechanic.on == "enrol":
        bounds += [mechanic.flat]
    known = [bound for bound in bounds if bound is not None]
    return min(known) if known else None


def _most_by_period(limit: Cap) -> Iterator[tuple[int, PeriodUnit]]:
    """The most that anybody gets in each period, whatever tier or plan it takes."""
    more = [allowance for allowances in limit.more_for.values() for allowance in allowances]
    for allowance in limit.per_member:
        amounts = [each.amount for each in more if each.period == allowance.period]
        yield max([allowance.amount, *amounts]), allowance.period


def _most_of_period(amount: int, period: PeriodUnit, days: int | None) -> int | None:
    if period == "ever":
        return amount
    return None if days is None else amount * (ceil(days / _DAYS[period]) + 1)


def _mentions(value: object, unit: str) -> bool:
    """Whether the settings of a mechanic name a unit anywhere; then it may give some."""
    if isinstance(value, dict):
        return any(key == unit or _mentions(inner, unit) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return any(_mentions(inner, unit) for inner in value)
    return value == unit
