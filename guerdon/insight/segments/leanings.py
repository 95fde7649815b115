"""Leanings: what a segment buys more of than members in general do.

The **lift** of a category is its share of what the segment spends, by the same share for all members. **Worked.** Of
100.00 that the segment spent, 30.00 were for produce; of 1,000.00 that all spent, 100.00. The lift is 30 % by 10 %: 3.
A lift below 1 is what they leave to others. Shares are of what lines cost, less what came back.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date

import msgspec

from guerdon.insight.engines import Tables
from guerdon.insight.segments.habits import bought_lines

BY = {"category": "main", "brand": "brand"}
"""What lines may be told apart by, and the column of it."""


class Leaning(msgspec.Struct, frozen=True):
    """A category or brand in a segment."""

    name: str
    sales: int
    """What the segment spent on it in the year, in minor units."""
    share: float
    """Of what the segment spent, from 0 to 1."""
    share_of_all: float
    """Of what all members spent."""
    lift: float | None
    """Share by share of all; None: all members together kept nothing of it."""


def spending_by(tables: Tables, as_of: date, by: str = "category") -> dict[int, dict[str, int]]:
    """What each member spent on each category or brand in the year, less what came back, by number."""
    lines = bought_lines(tables, as_of)
    known = lines.filter(lines[BY[by]].notnull())
    spent = known.group_by("member", name=known[BY[by]]).aggregate(net=known.net.sum())
    found: dict[int, dict[str, int]] = {}
    for row in spent.order_by("member", "name").to_pyarrow().to_pylist():
        found.setdefault(row["member"], {})[row["name"]] = int(row["net"] or 0)
    return found


def leanings(
    spending: Mapping[int, Mapping[str, int]], inside: Collection[int], *, at_least: float = 0.01
) -> list[Leaning]:
    """What a segment buys, with the lift against all members, the highest lift first.

    ``at_least``: the share of what the segment spends that a category needs to be told of. One toy sold is no leaning.
    """
    everybody = summed(spending.values())
    segment = summed(spending[member] for member in inside if member in spending)
    whole, part = sum(everybody.values()), sum(segment.values())
    if whole <= 0 or part <= 0:
        return []
    told = [
        _leaning(name, net, part, everybody[name], whole) for name, net in segment.items() if net >= at_least * part > 0
    ]
    return sorted(told, key=lambda one: (-(one.lift or 0), one.name))


def summed(told: Iterable[Mapping[str, int]]) -> Counter[str]:
    """What several spent together, by name."""
    found: Counter[str] = Counter()
    for spent in told:
        found.update(spent)
    return found


def _leaning(name: str, net: int, part: int, net_of_all: int, whole: int) -> Leaning:
    share, general = net / part, net_of_all / whole
    return Leaning(name, net, share, general, share / general if general > 0 else None)


def favourites(spent: Mapping[str, int], most: int = 5) -> tuple[str, ...]:
    """The categories that a member spends most on, the first most."""
    ordered = sorted(((net, name) for name, net in spent.items() if net > 0), key=lambda one: (-one[0], one[1]))
    return tuple(name for _, name in ordered[:most])
