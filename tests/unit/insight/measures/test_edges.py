"""Nothing, one, gaps and only refusals: zeros where something is counted, None where nothing can be told."""

import math
from datetime import date

import pytest

from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.measures.asking import last_day
from guerdon.insight.measures.reckoning import GroupsNeeded, NotToldBy, figures
from guerdon.insight.measures.registry import BOARD, MEASURES, TOPICS, MeasureNotFound, asked_for, measure_of
from tests.unit.insight.measures import test_worked_year
from tests.unit.insight.worked_year import MONTHS, UNITS, bought, day, happened, member, worked

ALL = list(MEASURES.values())
COUNTED = [measure for measure in ALL if measure.is_additive]


def values(rows, by=("month",), **more):
    told = figures(worked(tables_from(rows), **more), ALL, by)
    return {name: [figure.value for figure in figures] for name, figures in told.items()}


def test_every_measure_has_a_case_counted_by_hand() -> None:
    assert set(test_worked_year.BY_MONTH) == set(MEASURES)


def test_an_empty_program_has_zeros_and_nothing_else() -> None:
    told = values({}, by=())
    units = len(UNITS)
    for measure in COUNTED:
        assert told[measure.name] == [0] * (units if measure.by_unit else 1)
    assert {value for found in told.values() for value in found} <= {0, None}
    assert told["average_order"] == told["retention"] == told["reward_cost_share"] == [None]


def test_an_empty_program_by_month_has_the_month_that_was_asked_for() -> None:
    told = figures(worked(tables_from({})), [MEASURES["sales"]], ["month"])["sales"]
    assert told == [((MONTHS[3],), "", 0)]


def test_one_member_with_one_purchase() -> None:
    rows = {"events": [bought(1, 1, day(4, 30), 1000)], "members": [member(1, "one", day(4, 30))]}
    told = values(rows)
    assert told["sales"] == [1000]
    assert told["average_order"] == [1000]
    assert told["top_decile_share"] == [1]
    assert told["time_to_first_purchase"] == [0]
    assert told["retention"] == told["churn"] == told["time_to_second_purchase"] == [None]


def test_members_without_purchases() -> None:
    joined = [happened(number, 1, day(4, number), "enrol") for number in (1, 2)]
    told = values({"events": joined, "members": [member(n, str(n), day(4, n)) for n in (1, 2)]})
    assert told["members"] == [2]
    assert told["active_members"] == told["first_purchases"] == told["lapsed"] == [0]
    assert told["earning_participation"] == told["engagement"] == [0]
    assert told["spend_per_member"] == told["revenue_to_date"] == told["cohort_retention"] == [None]


def test_only_refused_events_are_no_events() -> None:
    refused = {"events": [happened(1, 1, day(4, 2), "purchase", refusal="basket_is_empty")]}
    assert values(refused) == values({})


def test_a_month_without_events_is_a_month() -> None:
    told = values({"events": [bought(1, 1, day(1, 31), 500), bought(1, 2, day(4, 1), 700)]})
    assert told["sales"] == [500, 0, 0, 700]
    assert told["average_order"] == [500, None, None, 700]
    # Nobody bought in March, so nobody could come again in April.
    assert told["retention"] == [None, 0, None, None]


@pytest.mark.parametrize(("gap", "lapses"), [(29, 0), (30, 0), (31, 1)])
def test_a_member_lapses_after_more_than_the_days_told(gap: int, lapses: int) -> None:
    last = date.fromordinal(day(4, 30).toordinal() - gap)
    assert sum(values({"events": [bought(1, 1, last, 500)]})["lapsed"]) == lapses


@pytest.mark.parametrize(("gap", "comes_back"), [(30, 0), (31, 1), (32, 1)])
def test_who_buys_on_the_day_of_lapsing_comes_back(gap: int, comes_back: int) -> None:
    first = date.fromordinal(day(4, 30).toordinal() - gap)
    told = values({"events": [bought(1, 1, first, 500), bought(1, 2, day(4, 30), 500)]})
    assert (sum(told["lapsed"]), sum(told["reactivated"])) == (comes_back, comes_back)


def test_a_month_counts_for_retention_on_its_last_day_and_not_the_day_before() -> None:
    rows = {"events": [bought(1, 1, day(3, 1), 500), bought(1, 2, day(4, 1), 500)]}
    assert values(rows, until=day(4, 29))["retention"][-1] is None
    assert values(rows, until=day(4, 30))["retention"][-1] == 1


def test_no_value_is_anything_but_a_number_or_nothing() -> None:
    for found in values({}).values():
        assert all(value is None or math.isfinite(value) for value in found)


def test_the_last_day_is_that_of_the_last_entry() -> None:
    assert last_day(tables_from({"events": [happened(1, 1, day(2, 3), "tick")]})) == day(2, 3)
    assert last_day(tables_from({})) is None


# What is refused.


def test_a_measure_is_not_told_by_what_its_rows_do_not_have() -> None:
    with pytest.raises(NotToldBy, match=r"net_sales is not told by category\. It is told by month, week, day, cohort"):
        figures(worked(), [MEASURES["net_sales"]], ["category"])


@pytest.mark.parametrize(
    ("by", "why"),
    [
        (["colour"], "Nothing is told by colour"),
        (["month", "week"], "Choose one step of time"),
        (["store", "store"], "at most 2 different things"),
        (["store", "tier", "month"], "at most 2 different things"),
    ],
)
def test_wrong_cuts_are_refused(by: list[str], why: str) -> None:
    with pytest.raises(NotToldBy, match=why):
        figures(worked(), [MEASURES["net_sales"]], by)


def test_a_comparison_needs_two_groups() -> None:
    with pytest.raises(GroupsNeeded, match="--group"):
        figures(worked(group="invited", control=""), [MEASURES["incremental_sales"]])


def test_a_comparison_with_a_segment_that_nobody_is_in_cannot_be_told() -> None:
    told = figures(worked(control="nobody"), [MEASURES["incremental_sales"]])
    assert [figure.value for figure in told["incremental_sales"]] == [None]


def test_a_measure_that_does_not_exist_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(MeasureNotFound, match=r"No measure is called net_sale\. Is it net_sales\?"):
        measure_of("net_sale")


# Which ones.


def test_the_registry_has_every_measure_once_with_all_its_words() -> None:
    assert sum(map(len, TOPICS.values())) == len(MEASURES)
    assert [measure.name for measure in ALL if not (measure.title and measure.formula and measure.source)] == []
    may_lack = [measure.name for measure in ALL if measure.kind in ("share", "number", "days") and not measure.unknown]
    assert may_lack == []


def test_parts_of_one_name_are_one_part() -> None:
    parts = {part for measure in ALL for part in measure.parts}
    assert len({part.name for part in parts}) == len(parts)


def test_without_a_name_it_is_the_board_and_all_is_everything_that_can_be_told() -> None:
    assert [measure.name for measure in asked_for([])] == list(BOARD)
    assert [measure.name for measure in asked_for([], ["category"])] == ["goods_sales"]
    assert "incremental_sales" not in {measure.name for measure in asked_for(["all"])}
    assert len(asked_for(["all"], compares=True)) == len(MEASURES)
    assert [measure.name for measure in asked_for(["sales", "sales"])] == ["sales"]
