"""Experiments, read from the tables of a lake: who is compared, by what, and what may be concluded."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from guerdon.core.experiments import step
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.experiments.assignment import Assignment, ExperimentTrouble, assigned, names, stopped_early
from guerdon.insight.experiments.metrics import METRICS, Days, observed, total
from guerdon.insight.experiments.question import Question
from guerdon.insight.experiments.reading import read
from guerdon.language import read_program

FIRST, LAST = date(2026, 4, 1), date(2026, 4, 30)
HALVES = "{control: 50%, ten: 50%}"


def tables(members: list[dict], events: list[dict] = (), effects: list[dict] = ()) -> Any:
    return tables_from({"members": members, "events": events, "effects": effects})


def member(number: int, joined: date | None = date(2026, 1, 1), **more: Any) -> dict:
    return {"member": number, "key": f"m{number}", "enrolled_day": joined, "is_household": False, **more}


def bought(number: int, day: date, paid: int, kind: str = "purchase", **more: Any) -> dict:
    return {"member": number, "seq": 1, "kind": kind, "day": day, "paid": paid, "items": 1, **more}


def program(since: str, experiments: str) -> Version:
    text = f"program: cafe\ncurrency: EUR\ntimezone: UTC\neffective_from: {since}\n{experiments}"
    text += "units:\n  points: {}\nmechanics:\n  - {earn: points, rate: 1 per 1 EUR}\n"
    return Version(read_program(text), number=int(since[5:7]))


def version(since: str, groups: str = HALVES, between: str = "between: [2026-04-01, 2026-04-30]") -> Version:
    return program(since, f"experiments:\n  spring: {{groups: {groups}, {between}}}\n")


SPRING = assigned(Timeline([version("2026-01-01")]), "spring")
KEYS = [f"m{number}" for number in range(1, 2001)]
GROUPS = SPRING.of(KEYS)


def history(lift: float, *, count: int = 2000, seed: int = 3, since: date = FIRST - timedelta(56)) -> Any:
    """Members who each buy as much a week as is their way; group `ten` buys a share more from April on."""
    random = np.random.default_rng(seed)
    ways = random.gamma(2, 500, count)
    events = []
    for number in range(1, count + 1):
        for week in range(12):
            day = FIRST - timedelta(56) + timedelta(7 * week)
            more = 1 + lift if day >= FIRST and GROUPS[number - 1] == 1 else 1
            if day >= since:
                events.append(bought(number, day, round(ways[number - 1] * random.uniform(0.5, 1.5) * more)))
    return tables([member(number) for number in range(1, count + 1)], events)


def rows_of(table: Any) -> list[dict]:
    return table.to_pyarrow().to_pylist()


def result(there: Any, question: Question | None = None, *, until: date = LAST, history: int = 56, **more: Any) -> Any:
    question = question or Question()
    assignment = more.pop("assignment", SPRING)
    days = Days(FIRST - timedelta(56), assignment.first, until)
    seen = observed(there, METRICS[question.metric], days)
    stopped = more.pop("stopped", False)
    return read(assignment, seen, question, until=until, history=history, stopped=stopped, currency="EUR", **more)


def codes(told: Any) -> list[str]:
    return [sentence.code for sentence in told.conclusions]


# Who is in which group.


def test_an_experiment_is_dealt_out_as_the_engine_does() -> None:
    assert SPRING.groups == ("control", "ten")
    assert SPRING.steps == [5000, 5000]
    assert (SPRING.first, SPRING.last) == (FIRST, LAST)
    assert [GROUPS[0], GROUPS[1]] == [int(step("spring", key) >= 5000) for key in KEYS[:2]]


def test_who_was_in_two_groups_is_compared_with_nobody() -> None:
    versions = [version("2026-01-01"), version("2026-04-10", "{control: 30%, ten: 70%}")]
    both = assigned(Timeline(versions), "spring")
    assert both.steps == [3000, 5000]
    assert set(both.of(KEYS)) == {-1, 0, 1}


def test_an_experiment_that_is_dropped_ended_the_day_before() -> None:
    dropped = Timeline([version("2026-01-01"), program("2026-04-11", "")])
    ended = assigned(dropped, "spring")
    assert ended.last == date(2026, 4, 10)
    assert stopped_early(dropped, ended)
    assert not stopped_early(Timeline([version("2026-01-01")]), SPRING)


def test_one_without_dates_begins_with_the_version_that_has_it() -> None:
    ever = assigned(Timeline([version("2026-02-01", between="")]), "spring")
    assert (ever.first, ever.last) == (date(2026, 2, 1), None)


def test_an_unknown_experiment_is_told_with_those_that_are_there() -> None:
    timeline = Timeline([version("2026-01-01")])
    assert names(timeline) == ["spring"]
    with pytest.raises(ExperimentTrouble, match="It has `spring`"):
        assigned(timeline, "summer")
    with pytest.raises(ExperimentTrouble, match="It has none"):
        assigned(Timeline([program("2026-01-01", "")]), "summer")


# What members did.


def test_figures_are_those_of_the_days_before_and_of_both_halves() -> None:
    events = [
        bought(1, FIRST - timedelta(57), 1),
        bought(1, FIRST - timedelta(56), 20),
        bought(1, FIRST - timedelta(1), 300),
        bought(1, FIRST, 4000),
        bought(1, FIRST, 50000),
        bought(1, date(2026, 4, 15), 600000),
        bought(1, date(2026, 4, 16), 7000000),
        bought(1, LAST, -1000000, kind="return"),
        bought(1, LAST + timedelta(1), 80000000),
        bought(1, LAST, None, refusal="member_blocked"),
    ]
    days = Days(FIRST - timedelta(56), FIRST, LAST)
    spend = observed(tables([member(1)], events), METRICS["spend"], days)
    assert (spend.before.tolist(), spend.early.tolist(), spend.late.tolist()) == ([320], [654000], [6000000])
    visits = observed(tables([member(1)], events), METRICS["visits"], days)
    assert total(METRICS["visits"], visits).tolist() == [3]
    assert total(METRICS["baskets"], observed(tables([member(1)], events), METRICS["baskets"], days)).tolist() == [4]
    buyers = observed(tables([member(1)], events), METRICS["buyers"], days)
    assert (buyers.before.tolist(), total(METRICS["buyers"], buyers).tolist()) == ([1], [1])


def test_members_without_events_count_as_nothing_and_households_not_at_all() -> None:
    there = tables([member(1), member(2, is_household=True), member(3, joined=None)], [bought(3, FIRST, 5)])
    seen = observed(there, METRICS["spend"], Days(FIRST - timedelta(56), FIRST, LAST))
    assert (list(seen.keys), seen.since) == (["m1", "m3"], [date(2026, 1, 1), FIRST])
    assert total(METRICS["spend"], seen).tolist() == [0, 5]


def test_the_tier_is_that_of_before_the_first_day() -> None:
    moves = [
        {"member": 1, "seq": seq, "number": 0, "day": day, "effect": "tier_changed", "after": after}
        for seq, day, after in [
            (1, date(2026, 2, 1), "silver"),
            (2, date(2026, 3, 1), "gold"),
            (3, date(2026, 4, 2), "platinum"),
        ]
    ]
    there = tables([member(1, tier="platinum"), member(2, tier="silver")], [], moves)
    seen = observed(there, METRICS["spend"], Days(FIRST - timedelta(56), FIRST, LAST))
    assert seen.traits["tier"] == ["gold", ""]


# What may be concluded.


def test_a_lift_that_is_there_is_found() -> None:
    told = result(history(0.10))
    comparison = told.comparisons[0]
    assert (told.status, told.currency, codes(told)) == ("ended", "EUR", ["shown"])
    assert comparison.lift == pytest.approx(0.10, abs=0.03)
    assert comparison.lift_low < 0.10 < comparison.lift_high
    assert comparison.low <= comparison.difference <= comparison.high
    assert comparison.total == pytest.approx(comparison.difference * told.groups[1].members, rel=0.01)
    assert isinstance(comparison.difference, int)
    assert told.explained > 0.7


def test_nothing_is_shown_where_nothing_is() -> None:
    told = result(history(0))
    assert codes(told) == ["not_shown"]
    assert told.comparisons[0].low < 0 < told.comparisons[0].high


def test_while_it_runs_only_what_holds_on_any_day_is_shown() -> None:
    until = date(2026, 4, 20)
    large, small = result(history(0.3), until=until), result(history(0.045), until=until)
    assert (large.status, codes(large)) == ("running", ["shown"])
    assert codes(small) == ["not_shown_yet"]
    at_the_end = result(history(0.045), until=until, assignment=SPRING._replace(last=until)).comparisons[0]
    assert (small.comparisons[0].high - small.comparisons[0].low) > 1.4 * (at_the_end.high - at_the_end.low)


def test_without_history_nothing_is_concluded_before_the_end() -> None:
    there = history(0.3, since=FIRST)
    running = result(there, until=date(2026, 4, 20), history=0)
    assert codes(running) == ["no_history"]
    assert running.comparisons[0].low is None
    ended = result(there, history=0)
    assert codes(ended) == ["shown", "not_adjusted"]
    assert ended.groups[0].before is None


def test_one_that_was_stopped_early_is_judged_by_the_rule_for_looks() -> None:
    there, halted = history(0.045), SPRING._replace(last=date(2026, 4, 20))
    stopped = result(there, until=date(2026, 4, 25), assignment=halted, stopped=True)
    ended = result(there, until=date(2026, 4, 25), assignment=halted)
    assert (stopped.status, ended.status) == ("stopped", "ended")
    assert (
        stopped.comparisons[0].high - stopped.comparisons[0].low > ended.comparisons[0].high - ended.comparisons[0].low
    )
    assert stopped.comparisons[0].p > ended.comparisons[0].p


def test_members_who_stock_up_are_warned_of_before_the_end() -> None:
    rows = [
        bought(number, day, paid)
        for number in range(1, 201)
        for day, paid in [
            (FIRST - timedelta(20), 1000 + number),
            (FIRST, 10 * number),
            (date(2026, 4, 18), 2500 - 10 * number),
        ]
    ]
    there = tables([member(number) for number in range(1, 201)], rows)
    assert "runs_against" in codes(result(there, until=date(2026, 4, 20)))
    assert "runs_against" not in codes(result(there))


def test_an_experiment_that_has_not_begun_compares_nobody() -> None:
    told = result(history(0), until=date(2026, 3, 31))
    assert (told.status, codes(told), told.groups, told.comparisons) == ("not_begun", ["not_begun"], (), ())


def test_uneven_groups_are_not_compared() -> None:
    there = history(0.3)
    lost = [row for row in rows_of(there.members) if GROUPS[row["member"] - 1] or row["member"] % 3]
    told = result(tables(lost, rows_of(there.events)))
    assert told.mismatch < 0.001
    assert (codes(told), told.comparisons) == (["groups_uneven"], ())


@pytest.mark.parametrize("members", [[], [member(1, joined=FIRST)]])
def test_nobody_to_compare_is_said(members: list[dict]) -> None:
    told = result(tables(members))
    assert (codes(told), told.mismatch) == (["nobody"], None)


def test_one_member_is_compared_with_nobody() -> None:
    told = result(tables([member(1)], [bought(1, FIRST, 100)]))
    assert codes(told)[0] == "too_few_members"
    assert told.comparisons[0].difference is None
    assert "few_members" in codes(told)


def test_members_who_all_do_the_same_are_not_compared() -> None:
    told = result(tables([member(number) for number in range(1, 21)]))
    assert codes(told)[0] == "nobody_differs"


def test_who_joined_later_or_was_merged_is_counted_and_not_compared() -> None:
    members = [member(1, joined=FIRST), member(2, barred="merged"), *[member(number) for number in range(3, 40)]]
    told = result(tables(members, [bought(number, FIRST, number) for number in range(3, 40)]))
    assert told.left_out == {"joined_later": 1, "merged": 1, "moved": 0}
    assert sum(group.members for group in told.groups) == 37


def test_large_figures_are_cut_where_that_is_asked_for() -> None:
    there = history(0)
    giant = [*rows_of(there.events), bought(7, FIRST, 90_000_000)]
    told = result(tables(rows_of(there.members), giant), Question(quantile=0.99))
    assert told.cut_at < 90_000_000
    assert "cut" in codes(told)
    assert result(there, Question(quantile=1)).cut_at is None


def test_slices_are_told_at_the_end_only() -> None:
    running = result(history(0.1), Question(by="before"), until=date(2026, 4, 20))
    assert (running.slices, codes(running)[-1]) == ((), "slices_at_the_end")
    ended = result(history(0.1), Question(by="before"))
    assert [each.part for each in ended.slices] == ["lower third before", "middle third before", "upper third before"]
    assert sum(each.members for each in ended.slices) == 2000
    assert codes(ended)[-1] in ("slices_differ", "slices_alike")


def test_several_groups_share_the_error_rate() -> None:
    three = assigned(Timeline([version("2026-01-01", "{ten: 30%, control: 40%, twenty: 30%}")]), "spring")
    told = result(history(0), assignment=three)
    assert [(each.group, each.control) for each in told.comparisons] == [("ten", "control"), ("twenty", "control")]
    other = result(history(0), Question(control="ten"), assignment=three)
    assert [each.group for each in other.comparisons] == ["control", "twenty"]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question(metric="smiles"), "no metric `smiles`"),
        (Question(control="eleven"), "no group `eleven`"),
        (Question(by="shoe size"), "cut by before, tier"),
        (Question(quantile=float("nan")), "a quantile from 0.5 to 1, not at nan"),
        (Question(quantile=0.4), "not at 0.4"),
    ],
)
def test_a_question_that_does_not_fit_is_refused(question: Question, said: str) -> None:
    with pytest.raises(ExperimentTrouble, match=said):
        read(
            SPRING,
            observed(tables([member(1)]), METRICS["spend"], Days(FIRST, FIRST, LAST)),
            question,
            until=LAST,
            history=56,
            stopped=False,
            currency="EUR",
        )


def test_groups_that_differ_by_nothing_are_told_apart_as_rarely_as_promised() -> None:
    random = np.random.default_rng(8)
    seen = observed(history(0), METRICS["spend"], Days(FIRST - timedelta(56), FIRST, LAST))
    wrong = 0
    for _ in range(400):
        shuffled = Assignment("spring", SPRING.groups, random.permutation(SPRING.places), FIRST, LAST)
        told = read(shuffled, seen, Question(), until=LAST, history=56, stopped=False, currency="EUR")
        wrong += any(each.is_shown for each in told.comparisons)
    assert 0.02 < wrong / 400 < 0.065
