"""The overview of a grouping: how large each segment is, what it brings, and whether that grows.

**Worked.** Two segments. The first: 3 of 4 members, who paid 300.00 in the year for 20 purchases, 90.00 of it in the
last 90 days and 60.00 in the 90 days before. Its share of sales is 300.00 of 400.00, three quarters; an order is 15.00
on average; its trend is 90.00 for 60.00, half as much again: +50 %. A segment without purchases has no average order,
and one that paid nothing before has no trend.
"""

from collections.abc import Iterable, Sequence

import msgspec

from guerdon.insight.segments.grouping import Grouping
from guerdon.insight.segments.habits import Habits


class SegmentFigures(msgspec.Struct, frozen=True):
    """What a segment is and brings."""

    name: str
    about: str
    """Who is in it."""
    members: int
    share_of_members: float | None
    """From 0 to 1; None: there are no members at all."""
    purchases: int
    """In the year."""
    sales: int
    """Paid in the year less what came back, in minor units."""
    share_of_sales: float | None
    """From 0 to 1; None: nothing was sold, or more came back than was sold."""
    average_order: int | None
    """Sales by purchases, in minor units, rounded half up; None: there are no purchases."""
    trend: float | None
    """Sales of the last 90 days against the 90 days before, less 1; None: there were none before."""


class Overview(msgspec.Struct, frozen=True):
    """A grouping in figures."""

    by: str
    """The grouping: `rfm`, `stage`, `clusters`, `kinds` or `rules`."""
    day: str
    """The day that it is as of."""
    members: int
    sales: int
    """Of all members in the year, in minor units."""
    currency: str
    segments: tuple[SegmentFigures, ...]
    notes: tuple[str, ...]
    """What a reader should know."""


def overview(grouping: Grouping, habits: Sequence[Habits], *, day: str, currency: str) -> Overview:
    """The figures of every segment of a grouping."""
    sales = sum([one.spent for one in habits])
    by_segment: dict[str, list[Habits]] = {name: [] for name in grouping.names}
    for one in habits:
        for name in grouping.members.get(one.member, ()):
            by_segment[name].append(one)
    figures = tuple(
        _figures(segment.name, segment.about, by_segment[segment.name], len(habits), sales)
        for segment in grouping.segments
    )
    return Overview(grouping.name, day, len(habits), sales, currency, figures, grouping.notes)


def _figures(name: str, about: str, inside: Sequence[Habits], members: int, sales: int) -> SegmentFigures:
    spent, purchases = sum([one.spent for one in inside]), sum([one.purchases for one in inside])
    return SegmentFigures(
        name=name,
        about=about,
        members=len(inside),
        share_of_members=len(inside) / members if members else None,
        purchases=purchases,
        sales=spent,
        share_of_sales=spent / sales if sales > 0 else None,
        average_order=_average(spent, purchases),
        trend=_trend(inside),
    )


def _average(spent: int, purchases: int) -> int | None:
    return (2 * spent + purchases) // (2 * purchases) if purchases else None


def _trend(inside: Iterable[Habits]) -> float | None:
    quarters = [(one.spent_quarter, one.spent_quarter_before) for one in inside]
    before = sum([earlier for _, earlier in quarters])
    return sum([now for now, _ in quarters]) / before - 1 if before > 0 else None
