"""The overview and the leanings, by the tables on paper."""

import pytest

from guerdon.insight.segments.grouping import Grouping, Segment
from guerdon.insight.segments.leanings import favourites, leanings
from guerdon.insight.segments.overview import overview
from tests.unit.insight.segments.people import shopper, somebody

GROUPING = Grouping(
    "rfm",
    (Segment("one", ""), Segment("two", ""), Segment("none", "")),
    {1: ("one",), 2: ("one",), 3: ("one",), 4: ("two",)},
)


def test_the_worked_table() -> None:
    told = [
        shopper(1, spent=15_000, purchases=10, spent_quarter=4_000, spent_quarter_before=3_000),
        shopper(2, spent=10_000, purchases=6, spent_quarter=3_000, spent_quarter_before=3_000),
        shopper(3, spent=5_000, purchases=4, spent_quarter=2_000, spent_quarter_before=0),
        shopper(4, spent=10_000, purchases=3, spent_quarter=1_000, spent_quarter_before=0),
    ]
    one, two, none = overview(GROUPING, told, day="2026-12-31", currency="USD").segments
    assert (one.members, one.share_of_members, one.sales, one.share_of_sales) == (3, 0.75, 30_000, 0.75)
    assert (one.average_order, one.trend) == (1_500, 0.5)
    assert (two.average_order, two.trend) == (3_333, None)
    assert (none.members, none.share_of_sales, none.average_order, none.trend) == (0, 0.0, None, None)


def test_nothing_sold_has_no_shares() -> None:
    (figures, *_) = overview(GROUPING, [somebody(1)], day="2026-12-31", currency="USD").segments
    assert (figures.share_of_sales, figures.average_order, figures.trend) == (None, None, None)


def test_nobody() -> None:
    found = overview(GROUPING._replace(members={}), [], day="2026-12-31", currency="USD")
    assert [figures.share_of_members for figures in found.segments] == [None, None, None]


@pytest.mark.parametrize(
    ("spent", "purchases", "average"), [(1000, 3, 333), (1001, 2, 501), (0, 2, 0), (-300, 1, -300)]
)
def test_the_average_order_is_rounded_half_up(spent: int, purchases: int, average: int) -> None:
    told = overview(GROUPING, [somebody(1, spent=spent, purchases=purchases)], day="", currency="USD")
    assert told.segments[0].average_order == average


SPENDING = {1: {"produce": 3_000, "tins": 7_000}, 2: {"produce": 7_000, "tins": 82_000, "toys": 1_000}}


def test_lift_is_a_share_by_a_share() -> None:
    produce, tins = leanings(SPENDING, [1])
    assert (produce.name, produce.share, produce.share_of_all, produce.lift) == (
        "produce",
        0.3,
        0.1,
        pytest.approx(3.0),
    )
    assert (tins.name, tins.sales, tins.lift) == ("tins", 7_000, pytest.approx(0.7 / 0.89))


def test_what_came_back_altogether_has_no_lift() -> None:
    assert leanings({1: {"toys": -100}}, [1]) == []
    assert leanings({}, []) == []
    (only,) = leanings({1: {"toys": 100}, 2: {"toys": -300, "tins": 900}}, [1])
    assert (only.share, only.lift) == (1.0, None)


def test_favourites_are_what_most_is_spent_on() -> None:
    assert favourites({"b": 5, "a": 5, "c": 9, "d": 0, "e": -4}, most=2) == ("c", "a")
