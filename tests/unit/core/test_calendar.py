"""Time as a program sees it: days of its zone, periods, windows and terms, through every trick of the clocks."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfoNotFoundError

import pytest

from guerdon.core.calendar import (
    FIRST_INSTANT,
    LAST_INSTANT,
    Term,
    Window,
    add_months,
    add_term,
    date_of,
    day_of,
    instant_of,
    moment_of,
    month_of,
    period_end,
    period_start,
    weekday_of,
    zone,
)
from tests.builders import day, instant, rows, shown_day, shown_instant, term, window


def test_an_instant_is_the_whole_second_in_which_a_moment_lies():
    moment = datetime(2026, 3, 10, 12, 0, 0, 999_999, tzinfo=UTC)
    assert instant_of(moment) == instant_of(moment.replace(microsecond=0))
    assert instant_of(datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC)) == -1
    assert instant_of(datetime(1970, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))) == 0


def test_an_instant_is_shown_in_utc():
    assert moment_of(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment_of(0).tzinfo is UTC


def test_events_are_dated_in_one_century():
    assert moment_of(FIRST_INSTANT) == datetime(2000, 1, 1, tzinfo=UTC)
    assert moment_of(LAST_INSTANT) == datetime(2100, 1, 1, tzinfo=UTC)


def test_days_are_counted_from_1970():
    assert day_of(date(1970, 1, 1)) == 0
    assert day_of(date(1970, 1, 2)) == 1
    assert day_of(date(2000, 3, 1)) == 11_017
    assert date_of(11_017) == date(2000, 3, 1)


def test_a_week_starts_on_monday():
    assert [weekday_of(day(f"2026-11-{number}")) for number in range(23, 30)] == [0, 1, 2, 3, 4, 5, 6]
    assert weekday_of(0) == 3


def test_months_are_counted_from_year_0():
    assert month_of(day("2026-01-01")) == 2026 * 12
    assert month_of(day("2026-01-31")) == 2026 * 12
    assert month_of(day("2026-12-01")) == 2026 * 12 + 11


MONTHS = """
    # day        | months | is
      2026-01-15 |  0     | 2026-01-15
      2026-01-31 |  1     | 2026-02-28    # clamped
      2024-01-31 |  1     | 2024-02-29    # in a leap year
      2024-02-29 |  12    | 2025-02-28
      2024-02-29 |  48    | 2028-02-29
      2096-02-29 |  48    | 2100-02-28    # 2100 is no leap year
      2026-01-30 |  1     | 2026-02-28
      2026-01-28 |  1     | 2026-02-28
      2026-03-31 |  1     | 2026-04-30
      2026-10-31 |  1     | 2026-11-30
      2026-10-31 |  2     | 2026-12-31
      2026-11-30 |  1     | 2026-12-30
      2026-12-31 |  1     | 2027-01-31    # over the end of the year
      2026-12-31 |  2     | 2027-02-28
      2026-01-31 | -1     | 2025-12-31
      2026-03-31 | -1     | 2026-02-28
      2026-01-15 | -13    | 2024-12-15
"""


@pytest.mark.parametrize(("start", "months", "expected"), rows(MONTHS))
def test_months_are_added_up_to_the_last_day_of_the_month(start, months, expected):
    assert shown_day(add_months(day(start), int(months))) == expected


TERMS_ADDED = """
    # day        | count | unit  | is
      2026-02-27 | 2     | day   | 2026-03-01
      2026-02-27 | 2     | week  | 2026-03-13
      2026-02-27 | 2     | month | 2026-04-27
      2024-02-29 | 2     | year  | 2026-02-28
      2026-03-01 | -1    | day   | 2026-02-28
"""


@pytest.mark.parametrize(("start", "count", "unit", "expected"), rows(TERMS_ADDED))
def test_a_count_of_days_weeks_months_or_years_is_added(start, count, unit, expected):
    assert shown_day(add_term(day(start), int(count), unit)) == expected


PERIODS = """
    # day        | unit    | starts     | ends       | one later  | two later
      2026-05-13 | day     | 2026-05-13 | 2026-05-14 | 2026-05-15 | 2026-05-16
      2026-05-10 | week    | 2026-05-04 | 2026-05-11 | 2026-05-18 | 2026-05-25   # a Sunday
      2026-05-11 | week    | 2026-05-11 | 2026-05-18 | 2026-05-25 | 2026-06-01   # a Monday
      2026-05-31 | month   | 2026-05-01 | 2026-06-01 | 2026-07-01 | 2026-08-01
      2026-01-31 | month   | 2026-01-01 | 2026-02-01 | 2026-03-01 | 2026-04-01
      2026-03-31 | quarter | 2026-01-01 | 2026-04-01 | 2026-07-01 | 2026-10-01
      2026-04-01 | quarter | 2026-04-01 | 2026-07-01 | 2026-10-01 | 2027-01-01
      2026-08-15 | quarter | 2026-07-01 | 2026-10-01 | 2027-01-01 | 2027-04-01
      2026-12-31 | quarter | 2026-10-01 | 2027-01-01 | 2027-04-01 | 2027-07-01
      2026-01-01 | year    | 2026-01-01 | 2027-01-01 | 2028-01-01 | 2029-01-01
      2026-12-31 | year    | 2026-01-01 | 2027-01-01 | 2028-01-01 | 2029-01-01
"""


@pytest.mark.parametrize(("inside", "unit", "starts", "ends", "one_later", "two_later"), rows(PERIODS))
def test_a_period_has_a_first_day_and_a_first_day_behind_it(inside, unit, starts, ends, one_later, two_later):
    assert shown_day(period_start(day(inside), unit)) == starts
    assert [shown_day(period_end(day(inside), unit, after)) for after in (0, 1, 2)] == [ends, one_later, two_later]
    assert period_end(day(inside), unit) == period_end(day(inside), unit, 0)


def test_ever_is_one_period_without_an_end():
    assert period_start(day("2026-05-13"), "ever") == 0
    with pytest.raises(ValueError, match="has no end"):
        period_end(day("2026-05-13"), "ever")


WINDOWS = """
    # window           | looked at on | starts on
      calendar year    | 2026-12-31   | 2026-01-01
      calendar year    | 2027-01-01   | 2027-01-01
      calendar quarter | 2026-06-30   | 2026-04-01
      calendar month   | 2026-02-28   | 2026-02-01
      calendar week    | 2026-05-17   | 2026-05-11
      calendar day     | 2026-05-17   | 2026-05-17
      calendar ever    | 2026-05-17   | 1970-01-01
      7 days           | 2026-05-10   | 2026-05-04
      1 day            | 2026-05-10   | 2026-05-10
      2 weeks          | 2026-05-14   | 2026-05-01
      12 months        | 2026-03-15   | 2025-03-16
      1 month          | 2026-03-31   | 2026-03-01
      1 month          | 2026-03-30   | 2026-03-01
      1 year           | 2024-02-29   | 2023-03-01
"""


@pytest.mark.parametrize(("shown", "looked_at", "starts"), rows(WINDOWS))
def test_a_window_has_a_first_day(shown, looked_at, starts):
    assert shown_day(window(shown).first_day(day(looked_at))) == starts


def test_a_calendar_window_counts_in_its_period_and_a_rolling_one_in_the_day():
    assert shown_day(window("calendar year").bucket(day("2026-05-13"))) == "2026-01-01"
    assert shown_day(window("calendar month").bucket(day("2026-05-13"))) == "2026-05-01"
    assert shown_day(window("12 months").bucket(day("2026-05-13"))) == "2026-05-13"
    assert Window("calendar", 1, "ever").bucket(day("2026-05-13")) == 0


TERMS = """
    # term                  | from       | ends at the start of
      0 days                | 2026-01-01 | 2026-01-02            # the day itself counts
      1 day                 | 2026-01-01 | 2026-01-03
      30 days               | 2026-01-01 | 2026-02-01            # through 31 January
      2 weeks               | 2026-01-01 | 2026-01-16
      1 month               | 2026-01-31 | 2026-03-01            # through 28 February
      18 months             | 2026-01-01 | 2027-07-02
      12 months             | 2024-02-29 | 2025-03-01
      1 year                | 2026-03-10 | 2027-03-11
      6 months after month  | 2020-12-15 | 2021-07-01
      6 months after month  | 2020-12-31 | 2021-07-01
      6 months after month  | 2021-01-01 | 2021-08-01
      0 months after month  | 2026-02-10 | 2026-03-01
      3 months after quarter | 2026-02-10 | 2026-07-01
      2 weeks after week    | 2026-05-13 | 2026-06-01
      10 days after month   | 2026-02-10 | 2026-03-11
      0 years after year    | 2026-05-13 | 2027-01-01            # until the end of this calendar year
      1 year after year     | 2026-01-01 | 2028-01-01            # until the end of next calendar year
      1 year after year     | 2026-12-31 | 2028-01-01
      1 year after year     | 2027-01-01 | 2029-01-01
"""


@pytest.mark.parametrize(("lasts", "starts", "ends"), rows(TERMS))
def test_a_term_ends_at_the_start_of_a_day(lasts, starts, ends):
    assert shown_day(term(lasts).ends(day(starts))) == ends


def test_a_term_counts_from_the_day_unless_told():
    assert Term(6, "month").end_of is None


# When each local day starts, in UTC. Every zone has its own way of being difficult.
STARTS = """
    # zone                | day        | starts in UTC       | why
      America/New_York    | 2026-03-08 | 2026-03-08 05:00:00 | the clocks go forward at 2:00
      America/New_York    | 2026-03-09 | 2026-03-09 04:00:00 | that day had 23 hours
      America/New_York    | 2026-11-01 | 2026-11-01 04:00:00 | the clocks go back at 2:00
      America/New_York    | 2026-11-02 | 2026-11-02 05:00:00 | that day had 25 hours
      Europe/Sofia        | 2026-03-29 | 2026-03-28 22:00:00 | forward at 3:00
      Europe/Sofia        | 2026-03-30 | 2026-03-29 21:00:00 |
      Europe/Sofia        | 2026-10-25 | 2026-10-24 21:00:00 | back at 4:00
      Europe/Sofia        | 2026-10-26 | 2026-10-25 22:00:00 |
      Australia/Lord_Howe | 2026-04-05 | 2026-04-04 13:00:00 | back by half an hour
      Australia/Lord_Howe | 2026-04-06 | 2026-04-05 13:30:00 |
      Australia/Lord_Howe | 2026-10-04 | 2026-10-03 13:30:00 | forward by half an hour
      Australia/Lord_Howe | 2026-10-05 | 2026-10-04 13:00:00 |
      America/Sao_Paulo   | 2018-11-03 | 2018-11-03 03:00:00 |
      America/Sao_Paulo   | 2018-11-04 | 2018-11-04 03:00:00 | there was no midnight: it was 1:00 at once
      America/Sao_Paulo   | 2018-11-05 | 2018-11-05 02:00:00 |
      America/Sao_Paulo   | 2019-02-16 | 2019-02-16 02:00:00 | back at midnight, so the last hour came twice
      America/Sao_Paulo   | 2019-02-17 | 2019-02-17 03:00:00 |
      Africa/Casablanca   | 2026-02-15 | 2026-02-14 23:00:00 | back for Ramadan at 3:00
      Africa/Casablanca   | 2026-02-16 | 2026-02-16 00:00:00 |
      Africa/Casablanca   | 2026-03-22 | 2026-03-22 00:00:00 | forward after Ramadan
      Africa/Casablanca   | 2026-03-23 | 2026-03-22 23:00:00 |
      Pacific/Apia        | 2011-12-29 | 2011-12-29 10:00:00 |
      Pacific/Apia        | 2011-12-30 | 2011-12-30 10:00:00 | this day never was
      Pacific/Apia        | 2011-12-31 | 2011-12-30 10:00:00 |
      Pacific/Apia        | 2012-01-01 | 2011-12-31 10:00:00 |
      Asia/Kathmandu      | 2026-05-01 | 2026-04-30 18:15:00 | a quarter of an hour
      America/Havana      | 2026-11-01 | 2026-11-01 04:00:00 | midnight comes twice: the first counts
      UTC                 | 2026-05-01 | 2026-05-01 00:00:00 |
"""


@pytest.mark.parametrize(("name", "local_day", "starts", "why"), rows(STARTS))
def test_a_local_day_starts_at_its_first_instant(name, local_day, starts, why):
    local = zone(name)
    found = local.start(day(local_day))
    assert f"{moment_of(found):%Y-%m-%d %H:%M:%S}" == starts, why
    assert local.day(found - 1) < day(local_day) <= local.day(found)


CLOCKS = """
    # zone              | instant in UTC      | local day  | minute
      America/New_York  | 2026-03-08 06:59:59 | 2026-03-08 | 119     # 1:59, and a second later 3:00
      America/New_York  | 2026-03-08 07:00:00 | 2026-03-08 | 180
      America/New_York  | 2026-11-01 05:59:59 | 2026-11-01 | 119     # 1:59, and a second later 1:00 again
      America/New_York  | 2026-11-01 06:00:00 | 2026-11-01 | 60
      America/New_York  | 2026-01-01 04:59:59 | 2025-12-31 | 1439
      America/New_York  | 2026-01-01 05:00:00 | 2026-01-01 | 0
      America/Sao_Paulo | 2018-11-04 02:59:59 | 2018-11-03 | 1439
      America/Sao_Paulo | 2018-11-04 03:00:00 | 2018-11-04 | 60
      Pacific/Apia      | 2011-12-30 09:59:59 | 2011-12-29 | 1439
      Pacific/Apia      | 2011-12-30 10:00:00 | 2011-12-31 | 0
      Australia/Lord_Howe | 2026-04-04 14:59:59 | 2026-04-05 | 119
      Australia/Lord_Howe | 2026-04-04 15:00:00 | 2026-04-05 | 90
      UTC               | 2000-01-01 00:00:00 | 2000-01-01 | 0
      UTC               | 2000-01-01 00:01:00 | 2000-01-01 | 1
"""


@pytest.mark.parametrize(("name", "at", "local_day", "minute"), rows(CLOCKS))
def test_an_instant_lies_in_a_local_day_and_minute(name, at, local_day, minute):
    local, found = zone(name), instant(at + "Z")
    assert shown_day(local.day(found)) == local_day
    assert local.minute(found) == int(minute)


def test_a_zone_knows_the_years_from_1970_to_2100():
    local = zone("America/New_York")
    assert local.day(instant("1970-01-01 00:00Z")) == day("1969-12-31")
    assert local.day(instant("2100-12-31 04:59Z")) == day("2100-12-30")
    assert local.day(instant("2100-12-31 05:00Z")) == day("2100-12-31")
    assert local.minute(instant("2100-07-01 12:00Z")) == 8 * 60


def test_a_zone_is_made_once():
    assert zone("Europe/Sofia") is zone("Europe/Sofia")
    assert zone("Europe/Sofia").name == "Europe/Sofia"


def test_a_day_starts_at_the_same_instant_however_often_it_is_asked():
    local = zone("Europe/Sofia")
    assert local.start(day("2026-05-01")) == local.start(day("2026-05-01"))
    assert shown_instant(local.start(day("2026-05-01")), "Europe/Sofia") == "2026-05-01 00:00"


def test_a_zone_that_does_not_exist_is_not_found():
    with pytest.raises(ZoneInfoNotFoundError):
        zone("Atlantis/Capital")


LOCAL = """
    2026-03-02 10:00 | 2026-03-02 15:00 |
    2026-07-01 00:00 | 2026-07-01 04:00 |
    2026-03-08 01:59 | 2026-03-08 06:59 |
    2026-03-08 03:00 | 2026-03-08 07:00 | # the clocks go from 2 to 3
    2026-11-01 01:30 | 2026-11-01 05:30 | # the first of the two
    2026-11-01 02:00 | 2026-11-01 07:00 |
"""


@pytest.mark.parametrize(("shown", "utc", "_"), rows(LOCAL))
def test_what_the_local_clock_shows_is_a_moment_and_back(shown, utc, _):
    new_york, local = zone("America/New_York"), datetime.fromisoformat(shown)
    moment = new_york.moment(local)
    assert moment == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert new_york.shown(instant_of(moment)) == local


@pytest.mark.parametrize("shown", ["2026-03-08 02:00", "2026-03-08 02:30", "2026-03-08 02:59:59"])
def test_a_time_that_the_clocks_skip_is_no_moment(shown):
    with pytest.raises(ValueError, match="the clocks skip"):
        zone("America/New_York").moment(datetime.fromisoformat(shown))
