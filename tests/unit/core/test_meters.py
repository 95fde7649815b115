"""Meters: what lies in a window, however late it arrives, and nothing that can still count is dropped."""

import pytest

from guerdon.core import meters
from guerdon.core.calendar import Window
from tests.builders import day, rows, shown_day, window

WEEK, YEAR = window("7 days"), window("calendar year")
LONG_AGO = day("2000-01-01")


def counted(shown: Window, *amounts: tuple[str, int], keep_from: int = LONG_AGO) -> meters.Buckets:
    buckets: meters.Buckets = {}
    for when, amount in amounts:
        buckets = meters.add(buckets, shown, day(when), amount, keep_from=keep_from)
    return buckets


READINGS = """
    # looked at on | last 7 days | this year
      2026-01-02   | 0           | 50          # a calendar period shows as a whole
      2026-01-03   | 20          | 50
      2026-01-08   | 20          | 50
      2026-01-09   | 50          | 50
      2026-01-10   | 30          | 50
      2026-01-15   | 30          | 50
      2026-01-16   | 0           | 50
      2026-12-31   | 0           | 50
      2027-01-01   | 0           | 0
      2025-12-31   | 0           | 0
"""


@pytest.mark.parametrize(("when", "week", "year"), rows(READINGS))
def test_a_meter_shows_what_lies_in_its_window(when, week, year):
    amounts = (("2026-01-03", 20), ("2026-01-09", 30))
    assert meters.value(counted(WEEK, *amounts), WEEK, day(when)) == int(week)
    assert meters.value(counted(YEAR, *amounts), YEAR, day(when)) == int(year)


def test_a_late_amount_lies_in_the_window_of_its_own_date():
    in_order = counted(WEEK, ("2026-01-03", 20), ("2026-01-09", 30))
    late = counted(WEEK, ("2026-01-09", 30), ("2026-01-03", 20))
    assert [meters.value(late, WEEK, day(f"2026-01-{d:02}")) for d in range(1, 20)] == [
        meters.value(in_order, WEEK, day(f"2026-01-{d:02}")) for d in range(1, 20)
    ]


def test_amounts_of_one_bucket_add_up_and_can_be_taken_out_again():
    buckets = counted(WEEK, ("2026-01-03", 20), ("2026-01-03", 30), ("2026-01-03", -10))
    assert buckets == {day("2026-01-03"): 40}


def test_counting_leaves_the_buckets_as_they_were():
    before = counted(WEEK, ("2026-01-03", 20))
    meters.add(before, WEEK, day("2026-01-09"), 30, keep_from=day("2026-01-09"))
    assert before == {day("2026-01-03"): 20}


PRUNING = """
    # keep from  | buckets that stay
      2026-01-03 | 2026-01-03 2026-01-09
      2026-01-04 | 2026-01-09
      2026-01-09 | 2026-01-09
"""


@pytest.mark.parametrize(("keep_from", "stays"), rows(PRUNING))
def test_only_what_ends_before_the_first_day_to_keep_is_dropped(keep_from, stays):
    buckets = meters.add(counted(WEEK, ("2026-01-03", 20)), WEEK, day("2026-01-09"), 30, keep_from=day(keep_from))
    assert " ".join(map(shown_day, buckets)) == stays


def test_what_is_too_old_when_it_arrives_is_dropped_at_once():
    assert counted(WEEK, ("2026-01-03", 20), keep_from=day("2026-01-04")) == {}
    assert counted(WEEK, ("2026-01-03", 20), keep_from=day("2026-01-03")) == {day("2026-01-03"): 20}


@pytest.mark.parametrize(
    "shown", ["7 days", "1 month", "12 months", "calendar week", "calendar month", "calendar year"]
)
def test_pruning_never_loses_what_the_latest_acceptable_event_would_count(shown):
    """Spend 10 a day for two years, with events accepted up to 30 days late."""
    looked, accepted_late, first = window(shown), 30, day("2024-11-01")
    kept: meters.Buckets = {}
    everything: meters.Buckets = {}
    for today in range(first, first + 730):
        keep_from = looked.first_day(today - accepted_late)
        kept = meters.add(kept, looked, today, 10, keep_from=keep_from)
        everything = meters.add(everything, looked, today, 10, keep_from=LONG_AGO)
        for back in (0, 1, 29, 30):
            assert meters.value(kept, looked, today - back) == meters.value(everything, looked, today - back)
    assert len(kept) < len(everything) or len(everything) <= 3


def test_the_upper_bound_is_never_below_what_a_meter_shows():
    buckets = counted(WEEK, ("2026-01-03", 20), ("2026-01-09", -30), ("2026-01-20", 5))
    assert meters.upper_bound(buckets, negative=True) == 25
    assert max(meters.value(buckets, WEEK, today) for today in range(day("2026-01-01"), day("2026-02-01"))) == 20
    assert meters.upper_bound({}, negative=False) == 0
