"""Clusters: two kinds of shoppers are found and named, always the same, and few are not parted."""

import pytest

from guerdon.insight.segments.clusters import _MEASURES, FEWEST, Measure, _name, clusters
from guerdon.insight.segments.habits import Habits
from tests.unit.insight.segments.people import shopper, somebody

PRODUCE, TINS = Measure("p", "much produce", "little produce"), Measure("t", "much tins", "little tins")


def town() -> tuple[list[Habits], dict[int, dict[str, int]]]:
    """Ten who come often for small baskets of produce, twelve who come rarely for large ones of tins."""
    often = [shopper(n, visits=90 + n, purchases=90 + n, spent=90_000) for n in range(1, 11)]
    rarely = [shopper(n, visits=4, purchases=4, spent=80_000 + n) for n in range(11, 23)]
    spending = {n: {"produce": 900, "tins": 100} for n in range(1, 11)} | {
        n: {"produce": 100, "tins": 900} for n in range(11, 23)
    }
    return [*often, *rarely], spending


def test_two_kinds_of_shoppers() -> None:
    found = clusters(*town())
    assert len(found.segments) == 2
    assert [len(found.of(name)) for name in found.names] == [12, 10]
    assert found.of(found.names[1]) == list(range(1, 11))
    assert {"often", "small baskets"} <= set(found.segments[1].about.split(", "))
    assert "2 clusters by the silhouette" in found.notes[0]


def test_the_same_members_give_the_same_clusters() -> None:
    assert clusters(*town()) == clusters(*town())


@pytest.mark.parametrize(
    ("visits", "basket", "weekend", "produce", "tins", "name"),
    [
        (1.2, -0.9, 0.1, 2.0, 0.0, "often, small baskets, much produce"),
        (-1.0, 0.9, 0.8, 0.5, 0.6, "rarely, large baskets, much tins"),
        (-0.5, 0.49, 0.0, 0.0, 0.0, "rarely"),
        (0.1, 0.0, 0.0, 0.5, -0.7, "little tins, much produce"),
        (0.49, -0.49, 0.0, 0.2, 0.0, "like most"),
    ],
)
def test_names_come_of_what_stands_out(
    visits: float, basket: float, weekend: float, produce: float, tins: float, name: str
) -> None:
    assert _name((*_MEASURES, PRODUCE, TINS), (visits, basket, 0.0, weekend, 0.0, produce, tins)) == name


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_few_are_not_parted(count: int) -> None:
    found = clusters([shopper(n, visits=n + 1) for n in range(count)], {})
    assert set(found.members.values()) <= {("everybody",)}
    assert "too few" in found.notes[0]


def test_all_alike_are_not_parted() -> None:
    assert clusters([shopper(n) for n in range(30)], {}).names == ("everybody",)


def test_who_bought_nothing_is_told_apart() -> None:
    people, spending = town()
    found = clusters([*people, somebody(99)], spending)
    assert found.members[99] == ("without-purchases",)
    assert set(found.members) == {one.member for one in [*people, somebody(99)]}
