"""What counts as a purchase, and the histories that come of them, against tables worked by hand."""

from datetime import date

import pytest

from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.value.purchases import histories, observed_until, purchases_between

UNTIL = date(2026, 1, 31)


def bought(member, day, paid, event="", **more):
    event_id = event or f"b-{member}-{day}-{paid}"
    return {"member": member, "kind": "purchase", "event_id": event_id, "day": date(2026, 1, day), "paid": paid, **more}


def returned(member, day, purchase, paid):
    return {
        "member": member,
        "kind": "return",
        "event_id": f"r-{purchase}",
        "day": date(2026, 1, day),
        "purchase": purchase,
        "paid": paid,
    }


def members(*numbers, **more):
    return [{"member": number, "key": f"m{number}", "seq": 1, "tier": "gold", **more} for number in numbers]


def rows_of(events, people=None, until=UNTIL):
    tables = tables_from({"events": events, "members": people or members(1)})
    return histories(tables, until).to_dict("records")


def test_the_worked_example():
    events = [bought(1, 2, 2000), bought(1, 9, 3000), bought(1, 23, 5000, "big"), returned(1, 30, "big", -1000)]
    (row,) = rows_of(events)
    assert (row["key"], row["tier"], row["repeats"], row["recency"]) == ("m1", "gold", 2, 3.0)
    assert row["age"] == pytest.approx(30 / 7)
    assert (row["spend"], row["spent"]) == (3500.0, 9000)
    assert (row["first"], row["last"]) == (date(2026, 1, 2), date(2026, 1, 23))


def test_two_baskets_on_a_day_are_one_purchase():
    (row,) = rows_of([bought(1, 2, 2000), bought(1, 2, 500), bought(1, 3, 100)])
    assert (row["repeats"], row["spent"], row["spend"]) == (1, 2600, 100.0)


@pytest.mark.parametrize(("back", "repeats", "last"), [(-2999, 1, 9), (-3000, 0, 2)])
def test_a_basket_that_came_back_whole_is_none(back, repeats, last):
    (row,) = rows_of([bought(1, 2, 2000), bought(1, 9, 3000, "b"), returned(1, 20, "b", back)])
    assert (row["repeats"], row["last"]) == (repeats, date(2026, 1, last))


def test_the_same_event_id_of_another_member_is_another_purchase():
    events = [bought(1, 2, 2000, "x"), bought(2, 2, 3000, "x"), returned(2, 3, "x", -1000)]
    rows = rows_of(events, members(1, 2))
    assert [(row["member"], row["spent"]) for row in rows] == [(1, 2000), (2, 2000)]


def test_one_purchase_has_no_mean_of_the_repeated_ones():
    (row,) = rows_of([bought(1, 31, 2000)])
    assert (row["repeats"], row["recency"]) == (0, 0.0)
    assert row["age"] == pytest.approx(1 / 7)
    assert row["spend"] != row["spend"]  # NaN here, and None for whoever asks


def test_what_was_refused_or_lies_later_is_not_seen():
    events = [bought(1, 2, 2000), bought(1, 3, 100, refusal="late"), bought(1, 20, 700)]
    (row,) = rows_of(events, until=date(2026, 1, 19))
    assert (row["repeats"], row["spent"]) == (0, 2000)


def test_members_who_are_barred_or_never_bought_have_no_history():
    people = [*members(1), *members(2, barred="closed"), *members(3)]
    assert [row["member"] for row in rows_of([bought(1, 2, 100), bought(2, 2, 100)], people)] == [1]


def test_time_that_passed_is_not_observed_as_an_event():
    tick = {"member": 1, "kind": "tick", "event_id": "t", "day": date(2026, 3, 1)}
    assert observed_until(tables_from({"events": [bought(1, 2, 100), tick]})) == date(2026, 1, 2)
    assert observed_until(tables_from({})) is None


def test_purchases_between_counts_days_after_the_first_and_up_to_the_second():
    tables = tables_from({"events": [bought(1, 9, 100), bought(1, 10, 100), bought(1, 10, 200), bought(1, 20, 100)]})
    assert purchases_between(tables, date(2026, 1, 9), date(2026, 1, 20)) == {1: 2}
    assert purchases_between(tables, date(2026, 1, 20), UNTIL) == {}
