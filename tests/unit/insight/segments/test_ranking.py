"""Ranking: places, fifths and scores, with ties and with few."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.insight.segments.ranking import fifths, places, scores

VALUES = st.lists(st.integers(-5, 20), min_size=1, max_size=60)


def test_places_of_four() -> None:
    assert places([10, 20, 20, 30]) == [Fraction(1, 8), Fraction(1, 2), Fraction(1, 2), Fraction(7, 8)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([7], [3]),
        ([7, 9], [2, 4]),
        ([1, 2, 3], [1, 3, 5]),
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
        ([4, 4, 4, 4, 4], [3, 3, 3, 3, 3]),
        ([1, 1, 1, 1, 9], [3, 3, 3, 3, 5]),
        (list(range(10)), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        # Two of four equals and one better: their place is (0 + 4/2)/5 = 2/5, just on the border: the upper fifth.
        ([1, 1, 1, 1, 2], [3, 3, 3, 3, 5]),
        ([1, 1, 2, 3, 4], [2, 2, 3, 4, 5]),
    ],
)
def test_fifths(values: list[int], expected: list[int]) -> None:
    assert fifths(values) == expected


@given(VALUES)
def test_equal_values_are_equal_and_more_is_never_less(values: list[int]) -> None:
    told = list(zip(values, fifths(values), strict=True))
    assert all((one[0] >= other[0]) == (one[1] >= other[1]) or one[1] == other[1] for one in told for other in told)
    assert all(1 <= group <= 5 for _, group in told)


@given(VALUES)
def test_places_are_one_half_on_average(values: list[int]) -> None:
    assert sum(places(values)) == Fraction(len(values), 2)


def test_scores_of_nothing_are_0() -> None:
    assert scores([0, 0, 0, 5]) == [0, 0, 0, 88]
    assert scores([]) == []
