"""What two sets of conditions have to do with each other: whether one follows from the other, or both can hold at once.

``None`` in a condition means that it does not matter. Where these functions cannot tell they answer in the way that
leads to no finding.
"""

from collections.abc import Iterable
from datetime import date

import msgspec

from guerdon.core.calendar import WEEKDAYS, day_of, weekday_of
from guerdon.core.program import MonthChoice, Program, When

CHOICES = (
    "brand", "sku", "store", "channel", "tender", "partner", "merchant_category", "code", "tier", "membership",
    "badge", "segment", "region", "language", "role",
)  # fmt: skip
"""Matchers that are satisfied by any one of their values."""


def given(when: When) -> set[str]:
    """The matchers that are used."""
    return {field.name for field in msgspec.structs.fields(when) if getattr(when, field.name) is not None}


def covers(wider: When, narrower: When) -> bool:
    """Whether one condition surely holds wherever the other does."""
    return all(_covers(name, getattr(wider, name), getattr(narrower, name)) for name in given(wider))


def _covers(name: str, wider: object, narrower: object) -> bool:
    if wider == narrower:
        return True
    if narrower is None:
        return False
    if name in CHOICES:
        return set(narrower) <= set(wider)  # type: ignore[call-overload, no-any-return]
    if name == "category" and isinstance(wider, tuple) and isinstance(narrower, tuple):
        return all(any(lies_in(path, root) for root in wider) for path in narrower)
    if name == "between":
        return wider[0] <= narrower[0] and narrower[1] <= wider[1]  # type: ignore[index, no-any-return]
    if name == "hours":
        return wider[0] <= narrower[0] and narrower[1] <= wider[1]  # type: ignore[index, no-any-return]
    if name == "weekday":
        return set(narrower) <= set(wider)  # type: ignore[call-overload, no-any-return]
    if name in ("basket_at_least", "items_at_least", "age_from"):
        return wider <= narrower  # type: ignore[operator, no-any-return]
    return bool(name == "basket_at_most" and wider >= narrower)  # type: ignore[operator]


def overlap(one: When, other: When) -> bool:
    """Whether both surely can hold for the same line of the same event."""
    return all(_overlap(name, getattr(one, name), getattr(other, name)) for name in given(one) & given(other))


def _overlap(name: str, one: object, other: object) -> bool:
    if one == other:
        return True
    if name in CHOICES or name == "weekday":
        return not set(one).isdisjoint(other)  # type: ignore[call-overload]
    if name == "category" and isinstance(one, tuple) and isinstance(other, tuple):
        return any(lies_in(a, b) or lies_in(b, a) for a in one for b in other)
    if name in ("between", "hours"):
        return one[0] <= other[1] and other[0] <= one[1]  # type: ignore[index, no-any-return]
    return name in ("basket_at_least", "items_at_least", "age_from", "basket_at_most")


def lies_in(path: str, root: str) -> bool:
    """Whether a category is another one or lies in it."""
    return path == root or path.startswith(f"{root}/")


def contradictions(when: When, program: Program) -> Iterable[str]:
    """Why conditions can never hold together, in words that follow "because"."""
    if when.between is not None and when.between[1] < program.effective_from:
        yield f"its last day, {when.between[1]}, lies before the program begins on {program.effective_from}"
    if when.between is not None and when.weekday is not None and not _has_weekday(when.between, when.weekday):
        days = ", ".join(WEEKDAYS[day] for day in when.weekday)
        yield f"no {days} lies between {when.between[0]} and {when.between[1]}"
    if isinstance(when.category, MonthChoice):
        first = program.effective_from.year * 12 + program.effective_from.month - 1
        if max(when.category.by_month) < first:
            yield "all of its months lie before the program begins"
    if isinstance(when.category, tuple) and _is_excluded(when.category, program):
        yield f"{', '.join(when.category)} never earns, by `never_earn`"
    if when.basket_at_most is not None and (when.basket_at_least or 0) > when.basket_at_most:
        yield "the basket would have to be larger and smaller at once"
    if when.enrolled_at_least is not None and when.enrolled_at_most is not None:
        joined = day_of(program.effective_from)
        if when.enrolled_at_least.ends(joined) > when.enrolled_at_most.ends(joined):
            yield "a member would have to be a longer and a newer one at once"
    for name in when.experiment or {}:
        yield from _not_running(name, when, program)
    for meter, bounds in (when.readings or {}).items():
        if bounds.least is not None and bounds.most is not None and bounds.least > bounds.most:
            yield f"{meter} would have to show more and less at once"


def _not_running(name: str, when: When, program: Program) -> Iterable[str]:
    """Why nobody is in a group of an experiment while the rest holds."""
    between = program.experiments[name].between
    if between is None:
        return
    if between[1] < program.effective_from:
        yield f"the last day of {name}, {between[1]}, lies before the program begins on {program.effective_from}"
    elif when.between is not None and not _overlap("between", between, when.between):
        yield f"{name} runs from {between[0]} to {between[1]}, and on none of its own days"


def _has_weekday(between: tuple[date, date], weekdays: tuple[int, ...]) -> bool:
    first, last = day_of(between[0]), day_of(between[1])
    return any(weekday_of(day) in weekdays for day in range(first, min(last, first + 6) + 1))


def _is_excluded(categories: tuple[str, ...], program: Program) -> bool:
    excluded = program.never_earn
    if not isinstance(excluded.category, tuple) or excluded.brand or excluded.sku:
        return False
    return all(any(lies_in(path, root) for root in excluded.category) for path in categories)
