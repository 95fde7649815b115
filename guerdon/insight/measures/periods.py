"""Months, weeks and days in a row, without a gap: a month in which nothing happened is a month.

A period is known by its first day; a week begins on a Monday.
"""

from collections.abc import Iterator
from datetime import date, timedelta

STEPS = {"month": "M", "week": "W", "day": "D"}
"""How a step is called where days are truncated to it."""


def period_of(day: date, step: str) -> date:
    """The first day of the period that a day is in."""
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def next_period(start: date, step: str) -> date:
    """The first day of the period after one.

    >>> next_period(date(2017, 12, 1), "month")
    datetime.date(2018, 1, 1)
    """
    if step == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=7 if step == "week" else 1)


def periods(since: date, until: date, step: str) -> Iterator[date]:
    """Every period from that of one day to that of another."""
    start = period_of(since, step)
    while start <= until:
        yield start
        start = next_period(start, step)


def last_whole(until: date, step: str) -> date:
    """The first day of the last period that is over by the end of a day.

    >>> last_whole(date(2017, 4, 29), "month"), last_whole(date(2017, 4, 30), "month")
    (datetime.date(2017, 3, 1), datetime.date(2017, 4, 1))
    """
    start = period_of(until, step)
    return start if is_over(start, until, step) else period_of(start - timedelta(days=1), step)


def is_over(start: date, until: date, step: str) -> bool:
    """Whether a period's last day is not after a day."""
    return next_period(start, step) - timedelta(days=1) <= until
