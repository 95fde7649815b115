"""Campaigns against similar members: each step by hand, and a known effect found where a plain comparison is fooled."""

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from guerdon.insight.campaigns.campaign import Campaign, InvitationsWrong, invitations
from guerdon.insight.campaigns.effects import effect
from guerdon.insight.campaigns.figures import Span, figures
from guerdon.insight.campaigns.likeness import logits, standardised
from guerdon.insight.campaigns.matching import Matched, apart, matched
from guerdon.insight.campaigns.reading import read
from guerdon.insight.campaigns.sensitivity import e_value, e_value_of_interval
from guerdon.insight.engines.duckdb import tables_from

BEGAN, FIRST = date(2026, 1, 5), date(2026, 4, 6)
LAST = FIRST + timedelta(27)


def tables(members: list[dict], events: list[dict] = (), lines: list[dict] = ()) -> Any:
    return tables_from({"members": members, "events": events, "lines": lines})


def member(number: int, joined: date | None = BEGAN) -> dict:
    return {"member": number, "key": str(number), "enrolled_day": joined, "is_household": False}


def bought(number: int, day: date, paid: int, kind: str = "purchase") -> dict:
    return {"member": number, "seq": 1, "kind": kind, "day": day, "paid": paid}


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


# By hand.


def test_what_was_known_and_what_was_spent() -> None:
    span = Span(FIRST, FIRST + timedelta(13), 2)
    events = [
        bought(1, FIRST - timedelta(57), 1),
        bought(1, FIRST - timedelta(56), 800),
        bought(1, FIRST - timedelta(29), 1600),
        bought(1, FIRST - timedelta(28), 4000),
        bought(1, FIRST - timedelta(3), 4000),
        bought(1, FIRST, 3000),
        bought(1, FIRST + timedelta(13), -1000, kind="return"),
        bought(1, FIRST + timedelta(14), 9999),
    ]
    lines = [
        {"member": 1, "seq": 1, "line": 0, "day": FIRST - timedelta(3), "category": "dairy/milk", "net": 3000},
        {"member": 1, "seq": 1, "line": 1, "day": FIRST - timedelta(3), "category": None, "net": 1000},
        {"member": 1, "seq": 2, "line": 0, "day": FIRST, "category": "wine", "net": 5000},
    ]
    seen = figures(tables([member(1), member(2), member(3, joined=FIRST)], events, lines), span)
    assert list(seen.keys) == ["1", "2"]
    assert seen.outcome.tolist() == [1000, 0]
    assert seen.before.tolist() == [1300, 0]
    assert seen.known["spend 1 to 4 weeks before"] == pytest.approx([math.log(81), 0])
    assert seen.known["visits 5 to 8 weeks before"] == pytest.approx([math.sqrt(2), 0])
    assert seen.known["days since the last visit"] == pytest.approx([math.log(4), math.log(57)])
    assert {name: list(values) for name, values in seen.known.items() if "share" in name} == {
        "share in dairy": [0.75, 0]
    }


def test_a_propensity_without_knowledge_is_the_share_of_the_invited() -> None:
    invited = np.arange(100) < 25
    assert logits(standardised({"same": np.ones(100)}, 100), invited) == pytest.approx(np.full(100, math.log(1 / 3)))


def test_a_propensity_rises_with_what_was_chosen_by_and_stays_finite() -> None:
    spent = np.arange(100.0)
    fitted = logits(standardised({"spent": spent}, 100), spent >= 60)
    assert (np.diff(fitted) > 0).all()
    assert np.isfinite(fitted).all()


def test_each_gets_the_nearest_within_reach() -> None:
    fitted = array(0.0, 2.0, 0.1, -0.2, 0.4, 3.0)
    # The standard deviation is 1.171, so the caliper is 0.234: 0.4 is out of reach.
    pairs = matched(fitted, np.array([True, True, False, False, False, False]))
    assert pairs.compared.tolist() == [True, False, False, False, False, False]
    assert pairs.weights == pytest.approx([0, 0, 0.5, 0.5, 0, 0])


def test_no_more_than_three_neighbours() -> None:
    fitted = array(0.0, 0.01, -0.02, 0.03, -0.04, 5, -5)
    pairs = matched(fitted, np.array([True, *[False] * 6]))
    assert pairs.weights == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 0, 0, 0])


def test_how_far_two_sides_are_apart() -> None:
    assert apart(array(1, 3, 2, 2), array(1, 1, 0, 0), array(0, 0, 1, 1)) == 0
    assert apart(array(1, 3, 0, 1), array(1, 1, 0, 0), array(0, 0, 1, 1)) == 1.5
    assert apart(array(2, 2, 1), array(1, 1, 0), array(0, 0, 1)) == 0


def test_the_difference_of_differences() -> None:
    before, after = array(10, 10, 10, 10), array(14, 18, 12, 16)
    what = effect(after, before, Matched(np.array([True, True, False, False]), array(0, 0, 1.5, 0.5)))
    assert (what.value, what.error) == pytest.approx((3, 3))
    assert what.p == pytest.approx(0.3173, abs=1e-4)


@pytest.mark.parametrize("weights", [(0, 0, 1, 0), (0, 0, 0, 0)])
def test_one_member_is_no_side(weights: tuple[float, ...]) -> None:
    pairs = Matched(np.array([True, True, False, False]), array(*weights))
    assert effect(array(1, 2, 3, 4), array(0, 0, 0, 0), pairs) is None


def test_how_strong_something_unknown_would_have_to_be() -> None:
    assert e_value(20, 100) == pytest.approx(1.69, abs=0.005)
    assert e_value(-20, 100) == e_value(20, 100)
    assert e_value(0, 100) == 1
    assert e_value(5, 0) is None
    assert e_value_of_interval(-1, 9, 100) == 1
    assert e_value_of_interval(10, 30, 100) == e_value(10, 100)
    assert e_value_of_interval(-30, -10, 100) == e_value(10, 100)


# The whole.


def shop(effect_of_campaign: float, *, seed: int = 1, count: int = 500, growing: bool = False) -> tuple[Any, Campaign]:
    """A shop that invites whoever spends much, or (``growing``) whoever has begun to spend more for good."""
    random = np.random.default_rng(seed)
    ways = random.lognormal(8.5, 0.6, count)
    grows = random.random(count) < 0.4
    chosen = grows if growing else random.random(count) < 1 / (1 + np.exp(-2.5 * (np.log(ways) - 8.8)))
    events = []
    for number in range(count):
        for week in range(17):
            day = BEGAN + timedelta(7 * week)
            paid = ways[number] * random.uniform(0.4, 1.6)
            paid *= 1.4 if growing and grows[number] and day >= FIRST - timedelta(28) else 1
            paid *= 1 + effect_of_campaign if chosen[number] and day >= FIRST else 1
            events.append(bought(number, day, round(paid)))
    invited = frozenset(str(number) for number in np.flatnonzero(chosen))
    there = tables([member(number) for number in range(count)], events)
    return there, Campaign(name="easter", first=FIRST, last=LAST, invited=invited)


def told(there: Any, *campaigns: Campaign, until: date = LAST) -> Any:
    return read(there, campaigns, until=until, currency="EUR")


def test_an_effect_that_is_there_is_found_among_those_who_spend_more_anyway() -> None:
    there, easter = shop(0.15)
    found = told(there, easter).campaigns[0]
    assert found.farthest_apart_before > 0.8
    assert found.farthest_apart < 0.25
    assert found.share == pytest.approx(0.15, abs=0.06)
    assert found.low <= found.difference <= found.high
    assert (found.code, found.conclusion[:27]) == ("shown", "The invited spent more than")
    assert abs(found.placebo) < found.difference / 2
    assert found.compared + found.similar <= 500
    assert found.total == pytest.approx(found.difference * found.compared * 4, abs=2 * found.compared)


def test_where_the_campaign_did_nothing_nothing_is_shown() -> None:
    there, easter = shop(0.0)
    found = told(there, easter).campaigns[0]
    assert found.code == "not_shown"
    assert found.low < 0 < found.high
    assert found.e_value_of_interval == 1


def test_chance_fools_the_comparison_as_rarely_as_its_p_says() -> None:
    shown = [told(*shop(0.0, seed=seed, count=150)).campaigns[0].p < 0.05 for seed in range(2, 18)]
    assert sum(shown) <= 3


def test_who_was_chosen_for_where_they_were_going_is_found_out_by_the_placebo() -> None:
    found = told(*shop(0.0, growing=True)).campaigns[0]
    assert found.placebo_p < 0.01
    assert found.code == "differed_before"


def test_too_little_history_and_too_few_days_are_said() -> None:
    there, easter = shop(0.1, count=60)
    early = Campaign(name="early", first=BEGAN + timedelta(27), last=LAST, invited=easter.invited)
    short = Campaign(name="short", first=LAST - timedelta(5), last=LAST + timedelta(9), invited=easter.invited)
    result = told(there, short, easter, early)
    assert [each.campaign for each in result.campaigns] == ["early", "easter", "short"]
    assert [each.code for each in result.campaigns][::2] == ["too_little_history", "too_short"]
    assert result.campaigns[0].difference is None


def test_with_four_weeks_of_history_there_is_no_placebo() -> None:
    there, easter = shop(0.3)
    early = Campaign(name="early", first=BEGAN + timedelta(28), last=LAST, invited=easter.invited)
    assert told(there, early).campaigns[0].placebo is None


@pytest.mark.parametrize("invited", [frozenset(), frozenset(map(str, range(60))), frozenset({"nobody"})])
def test_where_there_are_no_two_sides_nobody_is_similar(invited: frozenset[str]) -> None:
    there, _ = shop(0, count=60)
    one = told(there, Campaign(name="all", first=FIRST, last=LAST, invited=invited)).campaigns[0]
    assert (one.code, one.compared, one.p) == ("nobody_similar", 0, None)


def test_nothing_at_all_is_said_to_be_nothing() -> None:
    result = told(tables([]), Campaign(name="x", first=FIRST, last=LAST, invited=frozenset("1")))
    assert (result.began, result.campaigns[0].code) == (None, "too_little_history")
    assert told(tables([])).campaigns == ()


def test_campaigns_at_the_same_time_are_counted() -> None:
    there, easter = shop(0.1, count=200)
    half = frozenset(map(str, range(0, 200, 2)))
    other = Campaign(name="other", first=FIRST + timedelta(7), last=LAST, invited=half)
    first = told(there, easter, other).campaigns[0]
    assert first.others_invited == pytest.approx(0.5, abs=0.2)
    assert first.others_similar == pytest.approx(first.others_invited, abs=0.1)


# Files of invitations.

HEAD = "campaign,kind,first,last,member\n"


def test_a_file_of_invitations() -> None:
    text = (
        HEAD
        + "easter,mail,2026-04-06,2026-05-03,1\neaster,mail,2026-04-06,2026-05-03,2\nmay,,2026-05-04,2026-05-10,1\n"
    )
    easter, may = invitations(text.splitlines(True), "sent.csv")
    assert easter == Campaign(name="easter", kind="mail", first=FIRST, last=LAST, invited=frozenset("12"))
    assert (may.kind, may.invited) == ("", frozenset("1"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("campaign,member\n", "it should begin with campaign,kind,first,last,member"),
        ("", "it should begin with"),
        (HEAD + ",mail,2026-04-06,2026-05-03,1\n", "line 2: a campaign and a member"),
        (HEAD + "a,mail,2026-04-06,2026-05-03\n", "line 2: a campaign and a member"),
        (HEAD + "a,mail,yesterday,2026-05-03,1\n", "line 2: a day as in 2026-03-10 belongs here, not 'yesterday'"),
        (HEAD + "a,mail,2026-05-04,2026-05-03,1\n", "ends before it begins"),
        (
            HEAD + "a,,2026-05-01,2026-05-03,1\na,,2026-05-02,2026-05-03,1\n",
            "line 3: `a` has another kind or other days",
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_line(text: str, said: str) -> None:
    with pytest.raises(InvitationsWrong, match=said):
        invitations(text.splitlines(True), "sent.csv")
