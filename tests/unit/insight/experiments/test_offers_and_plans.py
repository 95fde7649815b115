"""Offers chosen by what is known of them, what that saves, and what an experiment could find beforehand."""

from datetime import date, timedelta

import numpy as np
import pytest

from guerdon.core.timeline import Timeline
from guerdon.insight.experiments.asking import ask, offer
from guerdon.insight.experiments.assignment import ExperimentTrouble
from guerdon.insight.experiments.bandit import Spent, Taken, TooFewMembers, chosen, shares
from guerdon.insight.experiments.prospects import plan
from guerdon.insight.experiments.question import Question
from guerdon.insight.experiments.regret import simulated
from tests.unit.insight.experiments.test_reading_experiments import (
    FIRST,
    LAST,
    bought,
    history,
    member,
    tables,
    version,
)

TIMELINE = Timeline([version("2026-01-01")])


def random(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


# Arms.


def test_what_is_expected_of_an_offer() -> None:
    assert Taken(100, 10).mean == pytest.approx(11 / 102)
    assert Taken(0, 0).mean == 0.5
    spent = Spent.of(np.array([10.0, 20.0, 60.0]))
    assert (spent.mean, Spent.of(np.array([])).mean) == (30, 0)
    # The variance of the mean is 700 / 3; that of a t with 2 degrees is wider still.
    assert spent.draws(random(), 40_000).mean() == pytest.approx(30, abs=1.5)


def test_draws_of_an_offer_are_spread_as_its_distribution_says() -> None:
    draws = Taken(100, 20).draws(random(), 100_000)
    assert draws.mean() == pytest.approx(21 / 102, abs=1e-3)
    assert draws.var() == pytest.approx(21 * 81 / (102**2 * 103), rel=0.03)


def test_the_better_offer_gets_more_of_the_next_members() -> None:
    arms = {"ten": Taken(100, 10), "twenty": Taken(100, 20)}
    dealt = shares(arms, random())
    assert sum(dealt.values()) == 10_000
    assert dealt["twenty"] == pytest.approx(9700, abs=60)
    assert shares(arms, random(), least=0.05) == {"ten": 500, "twenty": 9500}
    assert shares(arms, random()) == dealt, "the same seed, the same shares"


@pytest.mark.parametrize("least", [0.0, 0.2, 1 / 3, 0.9])
def test_shares_always_add_up(least: float) -> None:
    dealt = shares({"a": Taken(50, 1), "b": Taken(50, 20), "c": Taken(0, 0)}, random(), least=least)
    assert sum(dealt.values()) == 10_000
    assert min(dealt.values()) >= min(least, 1 / 3) * 10_000 - 1


def test_offers_of_which_nothing_is_known_get_as_many() -> None:
    dealt = shares({"a": Taken(0, 0), "b": Taken(0, 0)}, random())
    assert dealt["a"] == pytest.approx(5000, abs=150)


def test_spending_of_two_members_says_too_little() -> None:
    with pytest.raises(TooFewMembers, match="`b` went to 2 members"):
        shares({"a": Spent.of(np.arange(9.0)), "b": Spent.of(np.arange(2.0))}, random())


def test_a_member_gets_the_offer_with_the_highest_draw() -> None:
    picks = [chosen([Taken(1000, 100), Taken(1000, 300)], random(seed)) for seed in range(50)]
    assert set(picks) == {1}


# Regret.


def test_thompson_misses_less_than_an_experiment() -> None:
    experiment, greedy, thompson = simulated([0.05, 0.06, 0.08], members=10_000, rounds=20, runs=60, seed=1)
    assert [way.way for way in (experiment, greedy, thompson)] == ["experiment", "greedy", "thompson"]
    assert thompson.missed < 0.6 * experiment.missed
    assert thompson.missed_at_worst < greedy.missed_at_worst
    # Half of 10,000 members are dealt out equally: two thirds of them get an offer that is worse by 3 % or 2 %.
    assert experiment.missed >= 5000 / 3 * (0.03 + 0.02) * 0.9


def test_where_offers_are_alike_nothing_is_missed() -> None:
    assert [way.missed for way in simulated([0.1, 0.1], members=200, rounds=4, runs=5, seed=2)] == [0, 0, 0]


# Asked of a lake.


def test_the_groups_of_an_experiment_are_offers_for_the_next() -> None:
    there = history(0.2, count=400)
    dealt = offer(TIMELINE, there, "spring", Question(), until=LAST, least=0.1, seed=7)
    assert [each.group for each in dealt.offers] == ["control", "ten"]
    assert sum(each.members for each in dealt.offers) == 400
    assert sum(each.next for each in dealt.offers) == 10_000
    assert dealt.offers[1].next > dealt.offers[0].next >= 1000
    again = offer(TIMELINE, there, "spring", Question(metric="buyers"), until=LAST, least=0.1, seed=7)
    assert again.offers[0].mean > 0.9


def test_before_it_begins_nothing_is_known_of_offers() -> None:
    with pytest.raises(ExperimentTrouble, match="begins on 2026-04-01"):
        offer(TIMELINE, history(0, count=20), "spring", Question(), until=FIRST - timedelta(1), least=0, seed=1)


@pytest.mark.parametrize("least", [-0.1, 1.1, float("nan")])
def test_a_least_share_that_is_none_is_refused(least: float) -> None:
    with pytest.raises(ExperimentTrouble, match="from 0 % to 100 %"):
        offer(TIMELINE, tables([]), "spring", Question(), until=LAST, least=least, seed=1)


def test_history_counts_from_the_first_day_with_anything() -> None:
    told = ask(TIMELINE, history(0, count=50), "spring", Question(), until=LAST, currency="EUR")
    assert told.explained is not None
    short = ask(
        TIMELINE, history(0, count=50, since=FIRST - timedelta(6)), "spring", Question(), until=LAST, currency="EUR"
    )
    assert short.explained is None


# Plans.


def test_a_plan_says_what_could_be_found() -> None:
    there = history(0, count=1000)
    told = plan(there, Question(), {"control": 0.5, "ten": 0.5}, until=LAST, currency="EUR", weeks=(2, 4, 26))
    two, four, long = told.outlooks
    assert (two.members, four.members) == (1000, 1000)
    assert 0 < four.least_lift < two.least_lift < 0.2
    assert four.least == pytest.approx(four.least_lift * four.mean, rel=0.01)
    assert (long.unknown, long.least) == ("too_little_history", None)


def test_a_plan_for_days_before_anything_happened() -> None:
    groups = {"control": 0.5, "ten": 0.5}
    (told,) = plan(history(0, count=9), Question(), groups, until=date(1, 1, 1), currency="EUR", weeks=(4,)).outlooks
    assert (told.members, told.unknown) == (0, "too_little_history")


def test_smaller_groups_and_more_of_them_find_less() -> None:
    there = history(0, count=1000)

    def least(groups: dict[str, float]) -> float:
        return plan(there, Question(), groups, until=LAST, currency="EUR", weeks=(4,)).outlooks[0].least

    halves = least({"control": 0.5, "ten": 0.5})
    assert least({"control": 0.9, "ten": 0.1}) > halves
    assert least({"control": 0.4, "ten": 0.3, "twenty": 0.3}) > halves


def test_a_plan_says_how_many_members_a_lift_takes() -> None:
    """The least lift that the members there are can find takes as many as there are, half of it four times as many."""
    there = history(0, count=400)
    groups = {"control": 0.5, "ten": 0.5}
    (first,) = plan(there, Question(), groups, until=LAST, currency="EUR", weeks=(4,)).outlooks
    assert first.least_lift is not None
    assert first.needed is None
    for part, times in ((1, 1), (2, 4)):
        find = first.least_lift / part
        (told,) = plan(there, Question(), groups, until=LAST, currency="EUR", weeks=(4,), find=find).outlooks
        assert told.needed == pytest.approx(times * first.members, rel=0.01)
    with pytest.raises(ExperimentTrouble, match="above 0 %"):
        plan(there, Question(), groups, until=LAST, currency="EUR", find=0.0)


def test_a_plan_without_purchases_is_none() -> None:
    there = tables([member(1), member(2)], [bought(1, date(2026, 1, 5), 0), bought(2, date(2026, 1, 5), 0)])
    told = plan(there, Question(), {"control": 0.5, "ten": 0.5}, until=LAST, currency="EUR", weeks=(4,))
    assert told.outlooks[0].unknown == "nobody_differs"
    assert plan(tables([]), Question(), {"a": 0.5, "b": 0.5}, until=LAST, currency="EUR").outlooks[0].members == 0


@pytest.mark.parametrize("groups", [{}, {"all": 1.0}, {"a": 0.5, "b": 0.4}, {"a": 1.0, "b": 0.0}])
def test_shares_that_are_none_are_refused(groups: dict[str, float]) -> None:
    with pytest.raises(ExperimentTrouble, match="100 %"):
        plan(tables([]), Question(), groups, until=LAST, currency="EUR")
