"""Time as a program sees it: instants, days in the program's time zone, periods, windows and terms.

An **instant** is a whole number of seconds since 1970-01-01T00:00Z. A **day** is a whole number of days since
1970-01-01 in the program's time zone. Rules speak of days ("this week", "18 months"), so arithmetic is done on days
and only the two ends are turned into instants: a day with a change of clocks has 23 or 25 hours and is still one day.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib import resources
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

Instant = int
"""Seconds since 1970-01-01T00:00Z."""

Day = int
"""Days since 1970-01-01, in the program's time zone."""

PeriodUnit = Literal["day", "week", "month", "quarter", "year", "statement", "ever"]
"""A calendar period; ``statement``: a month that begins on the member's own day."""
TermUnit = Literal["day", "week", "month", "year"]

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_FIRST_YEAR, _LAST_YEAR = 1970, 2101
_WEEK_SECONDS = 7 * 86_400

FIRST_INSTANT = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
LAST_INSTANT = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
"""Events are dated from FIRST_INSTANT up to, and not at, LAST_INSTANT.

A till with a wrong clock is the likelier cause beyond.
"""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def instant_of(moment: datetime) -> Instant:
    """The whole second in which an aware datetime lies."""
    return int(moment.timestamp() // 1)


def moment_of(instant: Instant) -> datetime:
    """The instant as an aware datetime in UTC, for people and for the database."""
    return datetime.fromtimestamp(instant, UTC)


def day_of(value: date) -> Day:
    """The number of a calendar date."""
    return value.toordinal() - _EPOCH_ORDINAL


def date_of(day: Day) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def weekday_of(day: Day) -> int:
    """0 for Monday to 6 for Sunday. 1970-01-01 was a Thursday."""
    return (day + 3) % 7


def month_of(day: Day) -> int:
    """Months since year 0: ``year * 12 + month - 1``. Equal for all days of one calendar month."""
    value = date_of(day)
    return value.year * 12 + value.month - 1


@lru_cache(maxsize=65_536)
def add_months(day: Day, months: int) -> Day:
    """The same day of the month, so many months on; the month's last day where it has no such day.

    31 January plus one month is 28 February, or 29 February in a leap year; 29 February plus twelve months is 28
    February.
    """
    value = date_of(day)
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - date.resolution).day
    return day_of(date(year, month + 1, min(value.day, last)))


def add_term(day: Day, count: int, unit: TermUnit) -> Day:
    """The day that lies ``count`` days, weeks, months or years after."""
    if unit == "day":
        return day + count
    if unit == "week":
        return day + 7 * count
    return add_months(day, count * (12 if unit == "year" else 1))


@lru_cache(maxsize=65_536)
def period_start(day: Day, unit: PeriodUnit) -> Day:
    """The first day of the calendar period that the day lies in. Weeks start on Monday; "ever" starts on day 0."""
    if unit == "day":
        return day
    if unit == "week":
        return day - weekday_of(day)
    if unit == "ever":
        return 0
    if unit == "statement":
        raise ValueError("a statement period is a member's own: ask the case")
    value = date_of(day)
    month = {"month": value.month, "quarter": value.month - (value.month - 1) % 3, "year": 1}[unit]
    return day_of(date(value.year, month, 1))


@lru_cache(maxsize=65_536)
def period_end(day: Day, unit: PeriodUnit, after: int = 0) -> Day:
    """The first day behind the calendar period that the day lies in, or behind the period ``after`` periods later.

    ``period_end(31 January 2026, "year", 1)`` is 1 January 2028: the end of the next calendar year.
    """
    start = period_start(day, unit)
    if unit == "day":
        return start + 1 + after
    if unit == "week":
        return start + 7 * (1 + after)
    if unit in ("ever", "statement"):
        raise ValueError(f"the period {unit!r} has no end of its own")
    return add_months(start, {"month": 1, "quarter": 3, "year": 12}[unit] * (1 + after))


@lru_cache(maxsize=65_536)
def is_birthday(birthday: str, day: Day) -> bool:
    """Whether a birthday, ``MM-DD``, falls on a day. That of 29 February falls on 28 February in other years."""
    if not birthday:
        return False
    value = date_of(day)
    if birthday == "02-29" and (value.month, value.day) == (2, 28):
        return date_of(day + 1).month == 3
    return f"{value:%m-%d}" == birthday


@lru_cache(maxsize=65_536)
def next_birthday(birthday: str, day: Day) -> Day | None:
    """The first day after a day on which a birthday, ``MM-DD``, falls; None for one that no year has, as 04-31."""
    month, day_of_month = int(birthday[:2]), int(birthday[3:])
    in_leap_year = day_of(date(2000, month, 1))
    if _day_in_month(in_leap_year, day_of_month) != in_leap_year + day_of_month - 1:
        return None
    for year in (date_of(day).year, date_of(day).year + 1):
        found = _day_in_month(day_of(date(year, month, 1)), day_of_month)
        if found > day:
            return found
    return None


@lru_cache(maxsize=65_536)
def next_anniversary(first: Day, day: Day) -> Day:
    """The first day after a day that lies a whole number of years after the first: 1 or more."""
    years = max(date_of(day).year - date_of(first).year, 1)
    found = add_months(first, 12 * years)
    return found if found > day else add_months(first, 12 * (years + 1))


@lru_cache(maxsize=65_536)
def statement_start(day: Day, day_of_month: int) -> Day:
    """The first day of the statement period that a day lies in: it begins on the same day of every month.

    With periods from the 10th, 9 March lies in the one of 10 February. In a month too short for the day the period
    begins on its last day.
    """
    first = period_start(day, "month")
    begins = _day_in_month(first, day_of_month)
    return begins if begins <= day else _day_in_month(add_months(first, -1), day_of_month)


@lru_cache(maxsize=65_536)
def statement_end(day: Day, day_of_month: int) -> Day:
    """The first day behind the statement period that a day lies in."""
    start = statement_start(day, day_of_month)
    return _day_in_month(add_months(period_start(start, "month"), 1), day_of_month)


def _day_in_month(first: Day, day_of_month: int) -> Day:
    """A day of the month that begins with ``first``, or its last one where it is too short."""
    return min(first + day_of_month - 1, add_months(first, 1) - 1)


def next_of_year(day: Day, month: int, day_of_month: int) -> Day:
    """The first day after a day that is so many days into a month: the next 15 June. 29 February is 28 in other years.

    >>> str(date_of(next_of_year(day_of(date(2026, 6, 15)), 6, 15)))
    '2027-06-15'
    """
    year = date_of(day).year
    first = day_of(date(year, month, 1))
    this_year = _day_in_month(first, day_of_month)
    return this_year if this_year > day else _day_in_month(add_months(first, 12), day_of_month)


class Window(msgspec.Struct, frozen=True):
    """The days over which a meter counts.

    Either a calendar period (``Window("calendar", 1, "year")``: this calendar year) or the last N days, weeks, months
    or years up to and with today (``Window("rolling", 12, "month")``).
    """

    kind: Literal["calendar", "rolling"]
    count: int
    unit: PeriodUnit

    def bucket(self, day: Day) -> Day:
        """The key under which an amount of that day is counted: the period's first day, or the day itself."""
        return day if self.kind == "rolling" else period_start(day, self.unit)

    def first_day(self, day: Day) -> Day:
        """The first day that still counts when the window is looked at on ``day``.

        A rolling window of 7 days on the 10th starts on the 4th. One of 12 months on 15 March 2026 starts on 16 March
        2025.
        """
        if self.kind == "calendar":
            return period_start(day, self.unit)
        return add_term(day, -self.count, self.unit) + 1  # type: ignore[arg-type]


class Term(msgspec.Struct, frozen=True):
    """How long something lasts: "30 days", "18 months", "until the end of next calendar year".

    ``end_of`` None counts from the day itself and includes the day so many days or months later: 30 days from 1 January
    last through 31 January. With ``end_of`` the count starts behind that calendar period: 6 months after the end of the
    month, from 15 December 2020, is 1 July 2021.
    """

    count: int
    unit: TermUnit
    end_of: PeriodUnit | None = None

    def ends(self, day: Day) -> Day:
        """The first day on which it no longer lasts. Whatever has the term ends at the start of that day."""
        if self.end_of is None:
            return add_term(day, self.count, self.unit) + 1
        return add_term(period_end(day, self.end_of), self.count, self.unit)


class Delay(msgspec.Struct, frozen=True):
    """How long something that was granted stays pending: "24 hours", "14 days after delivery"."""

    start: Literal["event", "delivery", "statement"] = "event"
    """What it counts from: the event, the delivery of the goods, or the end of the member's statement period."""
    term: Term | None = None
    hours: int = 0
    """Where it is told in hours, to the second."""

    def ends(self, at: Instant, zone: "Zone") -> Instant:
        """When it is over that began at an instant. A term in days ends at the start of the day behind it."""
        if self.term is None:
            return at + 3_600 * self.hours
        return zone.start(self.term.ends(zone.day(at)))


class Zone:
    """A time zone, with quick answers: which day an instant lies in, and when a day starts.

    The offsets of 1970 to 2101 are looked up once, in steps of a week, and each change is then found to the second.
    """

    def __init__(self, name: str) -> None:
        """Take an IANA name such as ``Europe/Sofia``; raises ``zoneinfo.ZoneInfoNotFoundError`` for another."""
        self.name = name
        self._zone = _rules_of(name)
        self._changes, self._offsets = _offset_changes(self._zone)
        self._starts: dict[Day, Instant] = {}

    def day(self, instant: Instant) -> Day:
        """The local day in which the instant lies."""
        return (instant + self._offsets[bisect_right(self._changes, instant)]) // 86_400

    def minute(self, instant: Instant) -> int:
        """Minutes on the local clock since midnight, 0 to 1439."""
        return (instant + self._offsets[bisect_right(self._changes, instant)]) % 86_400 // 60

    def start(self, day: Day) -> Instant:
        """The first instant of a local day: midnight, or the first moment after it where the clocks skip midnight."""
        known = self._starts.get(day)
        if known is None:
            midnight = datetime.combine(date_of(day), datetime.min.time(), self._zone)
            known = self._starts[day] = int(midnight.timestamp())
        return known

    def shown(self, instant: Instant) -> datetime:
        """What the local clock shows at an instant, as a datetime without a zone."""
        return moment_of(instant).astimezone(self._zone).replace(tzinfo=None)

    def moment(self, shown: datetime) -> datetime:
        """When the local clock shows this, in UTC: the first of the two times where the clocks go back.

        Raises ValueError for a time that the clocks skip.
        """
        moment = shown.replace(tzinfo=self._zone).astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) != shown:
            raise ValueError(f"the clocks skip {shown}")
        return moment

    def clock(self, day: Day, minute: int) -> Instant:
        """When the local clock first shows a minute of a day, counted from midnight."""
        return int(datetime.combine(date_of(day), time(minute // 60, minute % 60), self._zone).timestamp())


def _rules_of(name: str) -> ZoneInfo:
    """The zone by the tzdata package, which is pinned: a replay on another machine must come to the same days."""
    ZoneInfo(name)  # refuses what is no name of a zone
    try:
        with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except OSError:
        raise ZoneInfoNotFoundError(f"No time zone found with key {name}") from None


def _offset_changes(zone: ZoneInfo) -> tuple[list[Instant], list[int]]:
    """Instants at which the offset from UTC changes, and the offsets before the first and after each."""

    def offset(instant: Instant) -> int:
        delta = datetime.fromtimestamp(instant, zone).utcoffset()
        return 0 if delta is None else int(delta.total_seconds())

    first = int(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    last = int(datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    changes: list[Instant] = []
    offsets = [offset(first)]
    for probe in range(first + _WEEK_SECONDS, last, _WEEK_SECONDS):
        if offset(probe) == offsets[-1]:
            continue
        low, high = probe - _WEEK_SECONDS, probe
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
        changes.append(high)
        offsets.append(offset(probe))
    return changes, offsets


@lru_cache(maxsize=256)
def zone(name: str) -> Zone:
    """The zone of that name, made once."""
    return Zone(name)
