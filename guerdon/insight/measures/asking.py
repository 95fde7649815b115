"""Asking: the history of a lake, as a question about it looks at it."""

from datetime import date

from guerdon.insight.engines import Tables
from guerdon.insight.lake.opening import Lake
from guerdon.insight.measures.history import LAPSE_DAYS, History


class DaysBackwards(Exception):
    """The first day that is asked for is after the last one."""


def history_of(
    lake: Lake,
    tables: Tables,
    *,
    since: date | None = None,
    until: date | None = None,
    lapse_days: int = LAPSE_DAYS,
    group: str = "",
    control: str = "",
) -> History:
    """The history of a lake from one day to another; by default all of it, to the day of the last entry.

    It never ends after the day of the last entry or of the lake itself, whichever is later. Raises ``DaysBackwards``.
    """
    made, newest = lake.made_at.date(), last_day(tables)
    last = min(until or newest or made, max(newest or made, made))
    if since is not None and since > last:
        raise DaysBackwards(f"The first day {since} is after the last one, {last}. Ask for an earlier one.")
    version = max(lake.timeline.versions, key=lambda version: version.number)
    return History(
        tables,
        version.program.units,
        version.ladder_levels,
        last,
        since,
        lapse_days,
        group,
        control,
    )


def last_day(tables: Tables) -> date | None:
    """The day of the last entry; None: there is no entry."""
    found = tables.events.aggregate(last=tables.events.day.max()).to_pyarrow().to_pylist()
    day: date | None = found[0]["last"]
    return day
