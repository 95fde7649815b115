"""Dates, months, weekdays and hours as they are written."""

from datetime import date

import pytest

from guerdon.language.dates import DATE, HOURS, MONTH, WEEKDAY, all_days
from guerdon.language.errors import Wrong


@pytest.mark.parametrize("written", ["2000-01-01", "2024-02-29", "2026-04-14", "2099-12-31"])
def test_a_date(written):
    assert DATE.parse(written) == date.fromisoformat(written)


@pytest.mark.parametrize(
    "written",
    [
        "", "1999-12-31", "2100-01-01", "2026-02-29", "2026-13-01", "2026-4-1", "20260414", "2026-W16-2", "14.04.2026",
        "2026-04-14T00:00", "2026-04-14 ", "٢٠٢٦-04-14",
    ],
)  # fmt: skip
def test_not_a_date(written):
    with pytest.raises(Wrong):
        DATE.parse(written)


def test_a_month():
    assert MONTH.parse("2026-01") == 2026 * 12
    assert MONTH.parse("2026-12") == 2026 * 12 + 11


@pytest.mark.parametrize("written", ["2026", "2026-00", "2026-13", "2026-1", "1999-12", "2026-01-01"])
def test_not_a_month(written):
    with pytest.raises(Wrong):
        MONTH.parse(written)


def test_hours():
    assert HOURS.parse("17:00-19:00") == (1020, 1140)
    assert HOURS.parse("00:00-24:00") == (0, 1440)
    assert HOURS.parse("23:59-24:00") == (1439, 1440)


@pytest.mark.parametrize(
    "written",
    ["", "17-19", "17:00", "19:00-17:00", "17:00-17:00", "24:00-24:00", "7:00-9:00", "17:60-18:00", "17:00-24:01"],
)
def test_not_hours(written):
    with pytest.raises(Wrong):
        HOURS.parse(written)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("mon", (0,)),
        ("sun", (6,)),
        ("weekend", (5, 6)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat-sun", (5, 6)),
        ("wed-wed", (2,)),
    ],
)
def test_weekdays(written, days):
    assert WEEKDAY.parse(written) == days


@pytest.mark.parametrize("written", ["", "saturday", "Sat", "sun-mon", "mon,tue", "6", "weekends"])
def test_not_a_weekday(written):
    with pytest.raises(Wrong):
        WEEKDAY.parse(written)


def test_days_of_a_list_come_once_and_from_monday():
    assert all_days(((5, 6), (0,), (6,))) == (0, 5, 6)
