"""The statistics of experiments, each on numbers that a person can check."""

import math

import numpy as np
import pytest

from guerdon.insight.experiments.adjusting import cuped, winsorised
from guerdon.insight.experiments.dealing import mismatch
from guerdon.insight.experiments.looking import always_valid_p, reach, runs_against, tuned
from guerdon.insight.experiments.many import discovered, holm
from guerdon.insight.experiments.means import Moments, difference, lift, moments
from guerdon.insight.experiments.planning import least_difference, members_needed
from guerdon.insight.experiments.slices import drawn_together

CONTROL = moments(np.array([10.0, 12.0, 14.0]))
TREATED = moments(np.array([13.0, 15.0, 17.0, 19.0]))


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


# Means.


def test_a_difference_is_that_of_welch() -> None:
    apart = difference(TREATED, CONTROL)
    assert apart.value == pytest.approx(4)
    assert apart.variance == pytest.approx(3)
    assert apart.degrees == pytest.approx(9 / ((4 / 3) ** 2 / 2 + (5 / 3) ** 2 / 3))
    assert apart.interval(0.05) == pytest.approx((-0.463, 8.463), abs=1e-3)
    assert apart.p == pytest.approx(0.0693, abs=1e-4)


def test_a_lift_is_a_share_of_the_control() -> None:
    share = lift(TREATED, CONTROL, 0.05)
    assert share.value == pytest.approx(1 / 3)
    assert share.low < 0 < share.value < share.high


@pytest.mark.parametrize(
    ("treated", "control"),
    [((), (1, 2)), ((1,), (1, 2)), ((1, 2), ()), ((1, 2), (3,)), ((5, 5), (5, 5)), ((5, 5), (7, 7))],
)
def test_what_cannot_be_known_is_none(treated: tuple[float, ...], control: tuple[float, ...]) -> None:
    pair = moments(array(*treated)), moments(array(*control))
    assert difference(*pair) is None
    assert lift(*pair, 0.05) is None


def test_one_group_without_spread_can_still_be_compared() -> None:
    apart = difference(moments(array(0, 0, 0)), moments(array(1, 2, 3)))
    assert apart.value == -2
    assert apart.degrees == pytest.approx(2)


@pytest.mark.parametrize("mean", [0.0, -5.0, 0.2])
def test_a_share_of_next_to_nothing_is_none(mean: float) -> None:
    assert lift(Moments(100, 3.0, 4.0), Moments(100, mean, 4.0), 0.05) is None


# Adjusting.


def test_values_are_cut_at_a_quantile() -> None:
    values, most = winsorised(np.arange(1.0, 101.0), 0.9)
    assert (values.max(), most) == (91.0, 91.0)
    assert winsorised(np.arange(1.0, 101.0), 1.0)[1] is None
    assert winsorised(array(3, 3, 3), 0.9)[1] is None
    assert winsorised(array(), 0.9)[1] is None


def test_cuped_takes_out_what_was_known_before() -> None:
    adjusted = cuped(array(12, 19, 32, 41), array(10, 20, 30, 40), np.array([0, 1, 0, 1]))
    assert adjusted.slope == pytest.approx(1.05)
    assert adjusted.values == pytest.approx([27.75, 24.25, 26.75, 25.25])
    # 420² / (400 · 442)
    assert adjusted.explained == pytest.approx(420**2 / (400 * 442))


@pytest.mark.parametrize(
    ("outcome", "before"),
    [
        ((1, 2, 3, 4), (5, 5, 5, 5)),
        ((1, 1, 1, 1), (1, 2, 3, 4)),
        ((0, 0, 0, 0), (0, 0, 0, 0)),
        ((3, 6, 9, 12), (1, 2, 3, 4)),
    ],
)
def test_what_foretells_nothing_or_all_adjusts_nothing(outcome: tuple[float, ...], before: tuple[float, ...]) -> None:
    assert cuped(array(*outcome), array(*before), np.array([0, 0, 1, 1])) is None


def test_cuped_finds_the_same_lift_with_less_noise() -> None:
    random = np.random.default_rng(4)
    plain, sharper = [], []
    for _ in range(200):
        before = random.gamma(2, 50, 400)
        groups = random.integers(0, 2, 400)
        outcome = before + random.normal(0, 20, 400) + 10 * groups
        plain.append(outcome[groups == 1].mean() - outcome[groups == 0].mean())
        values = cuped(outcome, before, groups).values
        sharper.append(values[groups == 1].mean() - values[groups == 0].mean())
    assert np.mean(sharper) == pytest.approx(10, abs=0.5)
    assert np.std(sharper) < np.std(plain) / 3


# Dealing out.


def test_uneven_groups_are_told_from_chance() -> None:
    assert mismatch([170, 410, 420], [20, 40, 40]) == pytest.approx(math.exp(-5.75 / 2))
    assert mismatch([1700, 4200, 4200], [0.2, 0.4, 0.4]) == pytest.approx(math.exp(-57.5 / 2))
    assert mismatch([200, 400, 400], [2000, 4000, 4000]) == 1


@pytest.mark.parametrize(("counted", "shares"), [([], []), ([5], [1]), ([0, 0], [1, 1]), ([3, 4], [1, 0])])
def test_nobody_is_no_mismatch(counted: list[int], shares: list[float]) -> None:
    assert mismatch(counted, shares) is None


# Looking.


def test_the_reach_of_a_look() -> None:
    assert reach(4, 0.5, 0.05) == pytest.approx(6.07, abs=0.005)
    assert always_valid_p(7, 4, 0.5) == pytest.approx(1 / 77.2, rel=1e-2)
    assert always_valid_p(0, 4, 0.5) == 1


def test_p_and_reach_agree() -> None:
    assert always_valid_p(reach(4, 0.5, 0.05), 4, 0.5) == pytest.approx(0.05)


def test_the_reach_is_shortest_at_the_end_that_was_planned() -> None:
    best = tuned(4, 0.05)
    there = reach(4, best, 0.05)
    assert there < reach(4, best * 1.2, 0.05)
    assert there < reach(4, best / 1.2, 0.05)
    assert there / 2 == pytest.approx(3.035, abs=0.01)


def test_who_stocks_up_runs_against_what_is_taken_for_granted() -> None:
    early = np.arange(20.0)
    assert runs_against(early, early[::-1].copy())
    assert not runs_against(early, early)
    assert not runs_against(early, np.zeros(20))


LOOKS, TRIES, MEMBERS = 60, 600, 200


def peeks(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The difference of two groups that differ by nothing, and its variance, as each day of it shows them."""
    rates = random.gamma(2, 0.1, (2 * MEMBERS, 1))
    spent = random.poisson(rates, (2 * MEMBERS, LOOKS)) * random.lognormal(3, 0.8, (2 * MEMBERS, LOOKS))
    so_far = spent.cumsum(axis=1)
    one, other = so_far[:MEMBERS], so_far[MEMBERS:]
    return one.mean(0) - other.mean(0), (one.var(0, ddof=1) + other.var(0, ddof=1)) / MEMBERS


def test_peeking_every_day_fools_the_usual_test_and_not_this_one() -> None:
    random = np.random.default_rng(11)
    _, typical = peeks(random)
    tuning = tuned(float(typical[-1]), 0.05)
    usual = always = once = 0
    for _ in range(TRIES):
        apart, variance = peeks(random)
        usual += bool((np.abs(apart) > 1.96 * np.sqrt(variance)).any())
        once += bool(abs(apart[-1]) > 1.96 * math.sqrt(variance[-1]))
        bounds = [reach(float(step), tuning, 0.05) for step in variance]
        always += bool((np.abs(apart) > bounds).any())
    assert 0.03 < once / TRIES < 0.075
    assert usual / TRIES > 0.15
    assert always / TRIES < 0.05


def test_the_bound_holds_for_steps_that_do_not_hang_together_at_all() -> None:
    """Steps that neither run along nor against are the least favourable that are taken for granted."""
    random = np.random.default_rng(12)
    paths = random.normal(0, 1, (2000, 200)).cumsum(axis=1)
    days = np.arange(1, 201)
    tuning = tuned(200, 0.05)
    bounds = np.array([reach(float(day), tuning, 0.05) for day in days])
    assert (np.abs(paths) > 1.96 * np.sqrt(days)).any(axis=1).mean() > 0.3
    assert (np.abs(paths) > bounds).any(axis=1).mean() < 0.05


# Many at once.


def test_many_questions_ask_for_more() -> None:
    assert holm([0.010, 0.040, 0.030, 0.005]) == pytest.approx([0.030, 0.060, 0.060, 0.020])
    assert discovered([0.010, 0.040, 0.030, 0.005]) == pytest.approx([0.020, 0.040, 0.040, 0.020])
    assert holm([0.03]) == discovered([0.03]) == [0.03]
    assert holm([]) == discovered([]) == []
    assert holm([0.9, 0.8]) == [1, 1]


# Planning.


def test_the_least_lift_that_can_be_found() -> None:
    assert least_difference(6400, 1000, 1000, 0.05, 0.8) == pytest.approx(10.02, abs=0.01)
    assert least_difference(3200, 1000, 1000, 0.05, 0.8) == pytest.approx(7.09, abs=0.01)
    assert least_difference(6400, 0, 1000, 0.05, 0.8) is None


def test_half_the_lift_takes_four_times_the_members() -> None:
    few = members_needed(6400, 10.0238, (0.5, 0.5), 0.05, 0.8)
    assert few == pytest.approx(2000, abs=1)
    assert members_needed(6400, 10.0238 / 2, (0.5, 0.5), 0.05, 0.8) == pytest.approx(4 * few, abs=4)
    assert members_needed(6400, 0, (0.5, 0.5), 0.05, 0.8) is None
    assert members_needed(6400, 5, (0, 1), 0.05, 0.8) is None
    assert members_needed(6400, 1e-300, (0.5, 0.5), 0.05, 0.8) is None
    assert members_needed(6400, 1e-160, (0.5, 0.5), 0.05, 0.8) is None


def test_a_planned_experiment_finds_its_least_lift_four_times_out_of_five() -> None:
    random = np.random.default_rng(5)
    least = least_difference(6400, 300, 300, 0.05, 0.8)
    groups = random.normal(100, 80, (800, 2, 300))
    apart = [difference(moments(one + least), moments(other)) for one, other in groups]
    assert sum(found.p < 0.05 for found in apart) / len(apart) == pytest.approx(0.8, abs=0.04)


# Pieces.


def test_pieces_are_drawn_towards_the_whole() -> None:
    drawn = drawn_together([2, 5, 14], [9, 9, 9])
    assert drawn.values == pytest.approx([7 - 5 * 30 / 39, 7 - 2 * 30 / 39, 7 + 7 * 30 / 39])
    assert drawn.p == pytest.approx(math.exp(-78 / 9 / 2))


def test_pieces_that_differ_by_noise_alone_are_the_whole() -> None:
    assert drawn_together([6, 7, 8], [9, 9, 9]).values == pytest.approx([7, 7, 7])
    assert drawn_together([6], [9]) is None
