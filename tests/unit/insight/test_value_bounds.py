"""Too little to learn from, and figures that hold without a fit."""

from datetime import date, timedelta

import numpy as np
import pytest

from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.value import worth
from guerdon.insight.value.fitting import Convergence, TooFewToFit
from guerdon.insight.value.holdout import area, brier, cut_of

FIRST = date(2026, 1, 1)


def a_purchase(member, day):
    return {
        "member": member,
        "kind": "purchase",
        "event_id": f"{member}-{day}",
        "day": FIRST + timedelta(days=day),
        "paid": 100,
    }


def members(count):
    return [{"member": number, "key": f"m{number}", "seq": 1} for number in range(1, count + 1)]


def test_nobody_bought():
    with pytest.raises(TooFewToFit, match="Nobody has bought anything yet"):
        worth.learn(tables_from({"members": members(3)}))


@pytest.mark.parametrize("count", [1, 29])
def test_too_few_came_back(count):
    events = [a_purchase(member, day) for member in range(1, count + 1) for day in (0, 9)]
    once = [a_purchase(count + 1, 0)]
    with pytest.raises(TooFewToFit, match=f"{count} of {count + 1} members who bought have come back, and at least 30"):
        worth.learn(tables_from({"events": events + once, "members": members(count + 1)}))


@pytest.mark.parametrize(
    ("days", "weeks"), [(15 * 7 - 1, None), (16 * 7 - 2, None), (16 * 7 - 1, 4), (364, 13), (3000, 13)]
)
def test_a_quarter_is_held_out_and_never_more_than_thirteen_weeks(days, weeks):
    until = FIRST + timedelta(days=days)
    assert cut_of(FIRST, until) == (None if weeks is None else until - timedelta(weeks=weeks))


def test_the_worked_scores():
    assert brier(np.array([0.8, 0.1]), np.array([True, False])) == 0.025
    assert area(np.array([0.8, 0.1]), np.array([True, False])) == 1.0
    assert area(np.array([0.1, 0.1]), np.array([True, False])) == 0.5
    assert area(np.array([0.8, 0.1]), np.array([True, True])) is None


@pytest.mark.parametrize(
    ("found", "sound"),
    [
        (Convergence(0, 1.05, 100), True),
        (Convergence(1, 1.0, 1000), False),
        (Convergence(0, 1.051, 1000), False),
        (Convergence(0, 1.0, 99), False),
        (Convergence(None, None, None), True),
    ],
)
def test_chains_that_do_not_agree_are_told(found, sound):
    assert found.is_sound is sound
    assert ("do not agree" in found.in_words) is not sound
