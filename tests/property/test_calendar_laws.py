"""The calendar against the standard library's time zones, and the laws of periods and terms."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, reset_tzpath

from hypothesis import given

from guerdon.core.calendar import (
    Window,
    add_months,
    add_term,
    date_of,
    day_of,
    moment_of,
    month_of,
    period_end,
    period_start,
    weekday_of,
    zone,
)
from tests.property import strategies as some

# By the pinned rules of the tzdata package, as the core does, and not by those of the machine.
reset_tzpath(to=())
ZoneInfo.clear_cache()


@given(some.zone_names, some.instants)
def test_an_instant_lies_where_the_standard_library_says(name, instant):
    local = datetime.fromtimestamp(instant, ZoneInfo(name))
    assert zone(name).day(instant) == day_of(local.date())
    assert zone(name).minute(instant) == local.hour * 60 + local.minute


@given(some.zone_names, some.days)
def test_before_a_day_starts_it_is_an_earlier_day(name, day):
    start = zone(name).start(day)
    before = datetime.fromtimestamp(start - 1, ZoneInfo(name))
    at = datetime.fromtimestamp(start, ZoneInfo(name))
    assert day_of(before.date()) < day <= day_of(at.date())


@given(some.zone_names, some.days)
def test_a_local_midnight_is_the_start_of_its_day(name, day):
    midnight = datetime.combine(date_of(day), datetime.min.time(), ZoneInfo(name))
    start = zone(name).start(day)
    back = datetime.fromtimestamp(start, ZoneInfo(name))
    if midnight.astimezone(UTC).astimezone(ZoneInfo(name)).replace(fold=0) == midnight:
        assert back == midnight
    assert start == int(midnight.timestamp())


@given(some.zone_names, some.days)
def test_days_start_one_after_the_other(name, day):
    assert 0 <= zone(name).start(day + 1) - zone(name).start(day) <= 26 * 3600


@given(some.days)
def test_days_and_dates_are_the_same(day):
    assert day_of(date_of(day)) == day
    assert weekday_of(day) == date_of(day).weekday()
    assert month_of(day) == date_of(day).year * 12 + date_of(day).month - 1
    assert moment_of(day * 86_400).date() == date_of(day)


@given(some.days, some.st.integers(-600, 600))
def test_adding_months_lands_in_the_right_month_on_the_same_day_or_its_last(day, months):
    landed = add_months(day, months)
    assert month_of(landed) == month_of(day) + months
    if date_of(landed).day != date_of(day).day:
        assert date_of(landed).day < date_of(day).day
        assert (date_of(landed) + timedelta(days=1)).day == 1


@given(some.days, some.st.integers(0, 200), some.term_units)
def test_a_term_never_goes_back(day, count, unit):
    assert add_term(day, count, unit) >= day
    assert add_term(day + 1, count, unit) >= add_term(day, count, unit)


@given(some.days, some.period_units)
def test_a_day_lies_between_the_ends_of_its_period(day, unit):
    start, end = period_start(day, unit), period_end(day, unit)
    assert start <= day < end
    assert period_start(end - 1, unit) == start
    assert period_start(end, unit) == end
    assert period_end(day, unit, 1) == period_end(end, unit)


@given(some.days, some.terms)
def test_what_has_a_term_lasts_at_least_through_its_first_day(day, term):
    assert term.ends(day) > day
    assert term.ends(day + 1) >= term.ends(day)


@given(some.days, some.st.integers(1, 40), some.term_units)
def test_a_rolling_window_ends_today_and_moves_on_with_it(day, count, unit):
    window = Window("rolling", count, unit)
    assert window.first_day(day) <= day
    assert window.first_day(day + 1) >= window.first_day(day)
    assert window.bucket(day) == day


@given(some.days, some.period_units)
def test_a_calendar_window_is_its_period(day, unit):
    window = Window("calendar", 1, unit)
    assert window.first_day(day) == window.bucket(day) == period_start(day, unit)
