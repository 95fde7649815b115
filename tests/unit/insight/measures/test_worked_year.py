"""Every measure by month on the worked history, counted by hand, and each cut."""

from datetime import date

import pytest

from guerdon.insight.measures.cuts import CUTS
from guerdon.insight.measures.reckoning import figures
from guerdon.insight.measures.registry import MEASURES
from tests.unit.insight.worked_year import MONTHS, worked

THIRD = pytest.approx(1 / 3)

BY_MONTH = {
    # 18 + 10 + 7, 30 + 20 + 5, 40, 9
    "sales": [3500, 5500, 4000, 900],
    "returns": [0, 0, 0, 1000],
    "net_sales": [3500, 5500, 4000, -100],
    # What the voucher, the wallet and the program's discount took off is still in the lines.
    "goods_sales": [3500, 5501, 4200, 0],
    "baskets": [3, 3, 1, 1],
    "average_order": [1167, 1833, 4000, 900],
    "items_per_basket": [pytest.approx(4 / 3), 2, 1, 1],
    "active_members": [3, 3, 1, 1],
    "purchase_frequency": [1, 1, 1, 1],
    "spend_per_member": [1167, 1833, 4000, -100],
    "program_discounts": [0, 0, 0, 100],
    "paid_with_wallets": [0, 1, 0, 0],
    # The best tenth of three is one. In April nobody spent more than nothing.
    "top_decile_share": [pytest.approx(18 / 35), pytest.approx(30 / 55), 1, None],
    # Ann, Bob and Eve; Cid. Nobody knows about Dee, and the household is no person.
    "enrolments": [3, 1, 0, 0],
    "members": [3, 5, 4, 4],
    "first_purchases": [3, 1, 0, 0],
    # Ann 5 Feb, Bob 20 Feb; Eve 2 Mar, Ann 12 Mar, Bob 27 Mar; Dee 20 Apr
    "lapsed": [0, 2, 3, 1],
    "reactivated": [0, 2, 0, 1],
    # Of Ann, Bob and Eve two came again; of Ann, Bob and Dee only Dee; Dee did not
    "retention": [None, pytest.approx(2 / 3), THIRD, 0],
    "churn": [None, THIRD, pytest.approx(2 / 3), 1],
    "cohort_retention": [None, pytest.approx(2 / 3), 1 / 4, 1 / 4],
    "engagement": [0, 2 / 5, 1 / 4, 0],
    "revenue_to_date": [1167, 2250, 3250, 3225],
    # 4, 10 and 16 days
    "time_to_first_purchase": [10, None, None, None],
    "time_to_second_purchase": [None, 36, 29, None],
    "time_to_first_redemption": [None, 26, None, None],
    "points_issued": {"points": [35, 60, 40, 9], "vouchers": [0, 0, 200, 0]},
    "points_redeemed": {"points": [0, 10, 20, 0], "vouchers": [0, 0, 200, 0]},
    "points_expired": {"points": [0, 0, 7, 5], "vouchers": [0, 0, 0, 0]},
    "points_reversed": {"points": [0, 0, 0, 10], "vouchers": [0, 0, 0, 0]},
    "points_outstanding": {"points": [35, 85, 98, 92], "vouchers": [0, 0, 0, 0]},
    "burn_ratio": {"points": [0, pytest.approx(1 / 6), 1 / 2, 0], "vouchers": [None, None, 1, None]},
    "redemption_rate": {
        "points": [0, pytest.approx(10 / 95), pytest.approx(30 / 135), pytest.approx(30 / 134)],
        "vouchers": [None, None, 1, 1],
    },
    "breakage_rate": {
        "points": [0, 0, pytest.approx(7 / 135), pytest.approx(12 / 134)],
        "vouchers": [None, None, 0, 0],
    },
    # 10 points at half a cent; the voucher, and not again the points that it was made of; the discount
    "reward_cost": [0, 5, 200, 100],
    "reward_cost_share": [0, pytest.approx(5 / 5500), 200 / 4000, None],
    # 17.5 and 42.5 cents are rounded up
    "liability": [18, 43, 49, 46],
    "earning_participation": [1, 4 / 5, 1 / 4, 1 / 4],
    "redeeming_participation": [0, 1 / 5, 1 / 4, 0],
    "tier_ups": [0, 1, 0, 0],
    "tier_downs": [0, 0, 0, 1],
    # Ann against half of Bob and Eve; then Ann and Cid against Bob and Eve
    "incremental_sales": [950, 2500, 0, -100],
}

IN_ALL = {
    "net_sales": 12900,
    "active_members": 4,
    "purchase_frequency": 2,
    "spend_per_member": 3225,
    "retention": pytest.approx(3 / 7),
    "cohort_retention": pytest.approx(4 / 11),
    "members": 4,
    "reward_cost": 305,
    "liability": 46,
    "time_to_second_purchase": 36,
    "incremental_sales": 2500,
    "top_decile_share": pytest.approx(6000 / 12900),
}

BY = [
    ("net_sales", "tier", {"basic": 13000, "gold": -100}),
    ("net_sales", "segment", {"control": 2200, "invited": 4700, None: 6000}),
    ("net_sales", "channel", {"shop": 10900, "web": 2000}),
    ("net_sales", "store", {"north": 4900, "south": 6000, None: 2000}),
    ("net_sales", "plan", {"club": 4700, None: 8200}),
    ("net_sales", "cohort", {MONTHS[0]: 6900, MONTHS[1]: 6000}),
    ("net_sales", "enrolment", {MONTHS[0]: 6900, None: 6000}),
    ("goods_sales", "category", {"bakery": 2800, "dairy": 8901, None: 1500}),
    ("cohort_retention", "age", {1: 3 / 4, 2: 0, 3: THIRD}),
    ("cohort_retention", "cohort", {MONTHS[0]: THIRD, MONTHS[1]: 1 / 2}),
    # On the last day Ann was basic again, and so were her 47 points: (18 + 30 + 9 - 10 and Cid's 5, Dee's 40) / 2
    ("liability", "tier", {"basic": 46}),
    ("active_members", "week", {date(2024, 1, 1): 1, date(2024, 1, 8): 0, date(2024, 1, 15): 1}),
]


@pytest.fixture(scope="module")
def by_month():
    return figures(worked(), list(MEASURES.values()), ["month"])


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_by_month(name: str, by_month) -> None:
    told = by_month[name]
    expected = BY_MONTH[name]
    by_unit = expected if isinstance(expected, dict) else {"": expected}
    for unit, values in by_unit.items():
        found = {figure.keys[0]: figure.value for figure in told if figure.unit == unit}
        assert found == dict(zip(MONTHS, values, strict=True))
    assert {figure.unit for figure in told} == set(by_unit)


@pytest.mark.parametrize("name", ["net_sales", "reward_cost_share", "revenue_to_date", "top_decile_share"])
def test_a_measure_by_itself_says_the_same_as_among_all(name: str, by_month) -> None:
    assert figures(worked(), [MEASURES[name]], ["month"])[name] == by_month[name]


@pytest.fixture(scope="module")
def in_all():
    return figures(worked(), list(MEASURES.values()))


@pytest.mark.parametrize("name", IN_ALL)
def test_a_measure_of_the_whole_history(name: str, in_all) -> None:
    assert [figure.value for figure in in_all[name]] == [IN_ALL[name]]


@pytest.mark.parametrize(("name", "cut", "expected"), BY)
def test_a_measure_by_something_else_than_the_month(name: str, cut: str, expected: dict) -> None:
    told = {figure.keys[0]: figure.value for figure in figures(worked(), [MEASURES[name]], [cut])[name]}
    assert {key: told[key] for key in expected} == expected
    assert len(told) == (len(expected) if cut != "week" else 18)


def test_every_cut_of_every_grain_can_be_made() -> None:
    history = worked()
    one_a_grain = {measure.parts[0].grain.name: measure for measure in MEASURES.values()}
    for cut in CUTS:
        figures(history, [measure for measure in one_a_grain.values() if cut in measure.cuts], [cut])


def test_two_cuts_at_once() -> None:
    told = figures(worked(), [MEASURES["net_sales"]], ["month", "channel"])["net_sales"]
    assert {figure.keys: figure.value for figure in told} == {
        (MONTHS[0], "shop"): 3500,
        (MONTHS[0], "web"): 0,
        (MONTHS[1], "shop"): 2500,
        (MONTHS[1], "web"): 3000,
        (MONTHS[2], "shop"): 4000,
        (MONTHS[2], "web"): 0,
        (MONTHS[3], "shop"): 900,
        (MONTHS[3], "web"): -1000,
    }


def test_the_triangle_of_cohorts() -> None:
    told = figures(worked(), [MEASURES["cohort_retention"]], ["cohort", "age"])["cohort_retention"]
    assert [(*figure.keys, figure.value) for figure in told] == [
        (MONTHS[0], 1, pytest.approx(2 / 3)),
        (MONTHS[0], 2, 0),
        (MONTHS[0], 3, THIRD),
        (MONTHS[1], 1, 1),
        (MONTHS[1], 2, 0),
    ]


def test_what_is_told_to_date_counts_from_the_beginning_whenever_the_question_begins() -> None:
    history = worked(since=MONTHS[2])
    names = ["net_sales", "points_outstanding", "members", "revenue_to_date"]
    told = figures(history, [MEASURES[name] for name in names], ["month"])
    assert [figure.value for figure in told["net_sales"]] == [4000, -100]
    assert [figure.value for figure in told["points_outstanding"] if figure.unit == "points"] == [98, 92]
    assert [figure.value for figure in told["members"]] == [4, 4]
    assert [figure.value for figure in told["revenue_to_date"]] == [3250, 3225]


def test_what_happened_after_the_last_day_is_not_there() -> None:
    told = figures(worked(until=date(2024, 4, 9)), list(MEASURES.values()), ["month"])
    assert told["returns"][-1].value == 0
    assert told["net_sales"][-1].value == 900
    assert told["tier_downs"][-1].value == 0
    # April is not over, so nobody can say who came back.
    assert told["retention"][-1].value is None
    assert told["cohort_retention"][-1].value is None
