"""The period that is told: from the first day of a month to any day after it."""

import time
from datetime import date
from typing import TYPE_CHECKING

from guerdon.core.calendar import date_of, instant_of

if TYPE_CHECKING:
    from guerdon.insight.lake.opening import Lake


class PeriodWrong(ValueError):
    """A period that cannot be told; the message says why."""


def period(lake: "Lake", first: date | None, last: date | None) -> tuple[date, date]:
    """The first and the last day. By default it ends with the newest entry and begins with the month of its end.

    Raises ``PeriodWrong``.
    """
    today = date_of(lake.zone.day(int(time.time())))
    newest = today if lake.until is None else date_of(lake.zone.day(instant_of(lake.until)))
    end = last or newest
    start = first or end.replace(day=1)
    if start.day != 1:
        raise PeriodWrong(f"{start} is not the first day of a month: the period may begin on {start.replace(day=1)}.")
    if start > end:
        raise PeriodWrong(f"The period would begin on {start} and end on {end} before it.")
    if end > max(today, newest):
        raise PeriodWrong(f"{end} lies ahead: nobody knows what members will have by then.")
    return start, end
