"""A measure: what a number means, said once. Engines count its parts; what they come to is worked out here.

A **part** is something an engine counts out of the rows of a **grain** (purchases and returns, moves of points, first
purchases): one whole number for each key that is asked for, and for each unit where the rows move units. A measure
takes parts and says what they come to. So a share is the same quotient of the same whole numbers on every engine, and
the share of a year is that of the year's parts, never a mean of monthly shares.

**Worked.** ``average_order`` has the parts ``sales`` and ``baskets``. January: 30.00 in 2 baskets, 15.00 each.
February: 10.00 in 1, 10.00. Both together: 40.00 in 3, which is 13.33 a basket and not the mean 12.50.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from guerdon.core.amounts import Rounding, divide
from guerdon.core.program import Unit
from guerdon.runtime.summary import worth_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from guerdon.insight.measures.history import History

Kind = Literal["money", "amount", "count", "share", "number", "days"]
"""``money`` is in minor units of the currency, ``amount`` in the smallest part of a unit of the program; both whole.
``share`` is of 1. ``number`` is a quotient such as baskets a member."""
Value = int | float | None
"""What a measure comes to; None: it cannot be told."""

TIMES = ("month", "week", "day")
OF_MEMBERS = ("cohort", "enrolment", "segment", "tier", "plan")
PLACES = ("channel", "store")


class Grain(NamedTuple):
    """Rows of one sort, of which parts are counted. Each has a ``member`` and a ``day``."""

    name: str
    rows: "Callable[[History, str], ir.Table]"
    """Makes the rows. The text is the step of time that is asked for: ``month``, ``week`` or ``day``."""
    cuts: tuple[str, ...]
    """By what its rows can be told apart."""
    by_unit: bool = False
    """Its rows have a ``unit``, and what they count is never added over several."""
    fold: "Callable[[ir.Table, list[str]], ir.Table] | None" = None
    """Where rows are compared with each other inside a key: makes rows of rows, given the columns of the key."""


class Part(NamedTuple):
    """Something that is counted."""

    name: str
    grain: Grain
    count: "Callable[[ir.Table], ir.Value]"
    to_date: bool = False
    """It counts from the beginning of the history up to the end of the period, whenever the question begins."""
    of_nothing: int | None = 0
    """What it is where there are no rows; None: it cannot be told."""


class Found:
    """What the engine has counted for one key: called with a part, it gives its number."""

    def __init__(self, counted: Mapping[tuple[str, str], Value], units: Mapping[str, Unit], unit: str = "") -> None:
        """``counted`` is by the part's name and the unit, which is empty where rows have none."""
        self._counted, self._units, self._unit = counted, units, unit

    def __call__(self, part: Part) -> int:
        """The number of a part, of the unit in hand where it counts by unit."""
        unit = self._unit if part.grain.by_unit else ""
        found = self._counted.get((part.name, unit), part.of_nothing)
        return int(found or 0)

    def statistic(self, part: Part) -> float | None:
        """The same for a part that is no whole number, or cannot be told."""
        found = self._counted.get((part.name, ""), part.of_nothing)
        return None if found is None else float(found)

    def worth(self, part: Part) -> int:
        """What all units of a part are worth together, in minor units. A unit without a worth counts nothing."""
        amounts = {unit: value for (name, unit), value in self._counted.items() if name == part.name and value}
        return sum(
            [worth_of(self._units[unit], int(amount)) or 0 for unit, amount in amounts.items() if unit in self._units]
        )


class Measure(NamedTuple):
    """A measure."""

    name: str
    title: str
    formula: str
    """In words and signs."""
    kind: Kind
    source: str
    """The tables and columns, and where the definition comes from."""
    parts: tuple[Part, ...]
    value: Callable[[Found], Value]
    """What the parts come to."""
    per: str = ""
    """What it is told per: ``basket``. Empty: it is a total or a share."""
    unknown: str = ""
    """Why there may be no value."""
    by_unit: bool = False
    """It has a value for each unit of the program, and none for all together."""
    compares: bool = False
    """It compares two segments, which the question has to name."""

    @property
    def cuts(self) -> tuple[str, ...]:
        """By what it can be told: by whatever all of its parts can."""
        return tuple([cut for cut in self.parts[0].grain.cuts if all(cut in part.grain.cuts for part in self.parts)])

    @property
    def is_additive(self) -> bool:
        """Whether its values of several months add up to that of all of them. Of those with one part, no other does."""
        return self.kind in ("money", "amount", "count") and not self.per and len(self.parts) == 1


def just(part: Part) -> Callable[[Found], Value]:
    """The part itself."""
    return lambda found: found(part)


def share(of: Part, by: Part) -> Callable[[Found], Value]:
    """One part of another; None where that is nothing."""
    return lambda found: quotient(found(of), found(by))


def each(of: Part, by: Part) -> Callable[[Found], Value]:
    """Money per something, to the nearest minor unit, a half away from zero."""
    return lambda found: divide(found(of), found(by), Rounding.NEAREST) if found(by) > 0 else None


def quotient(of: int, by: int) -> float | None:
    """A quotient; None where nothing stands below."""
    return of / by if by > 0 else None
