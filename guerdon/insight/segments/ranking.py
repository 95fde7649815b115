"""Ranking: where a value lies among all of them, with ties treated alike.

The place of a value is the share of values below it and half the share of its equals: of 10, 20, 20 and 30 the places
are 1/8, 1/2, 1/2 and 7/8. So the same value always has the same place, one value alone lies in the middle, and so do
values that are all the same: nothing sets them apart.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction


def places(values: Sequence[float]) -> list[Fraction]:
    """The place of each value, above 0 and below 1."""
    ordered, count = sorted(values), len(values)
    known = {
        value: Fraction(bisect_left(ordered, value) + bisect_right(ordered, value), 2 * count) for value in set(values)
    }
    return [known[value] for value in values]


def fifths(values: Sequence[float], groups: int = 5) -> list[int]:
    """The group from 1 to ``groups`` that each value lies in, by its place; on a border the upper one.

    With fewer values than groups some groups stay empty: one value is in the middle (3), two are 2 and 4.
    """
    return [int(place * groups) + 1 for place in places(values)]


def scores(values: Sequence[float]) -> list[int]:
    """What each value scores among all, from 0 to 100: its place, and 0 for whoever has nothing of it."""
    return [round(place * 100) if value > 0 else 0 for value, place in zip(values, places(values), strict=True)]
