"""Segments, as a part of the works: once a day, who has entered and who has left those that a program declares.

What is new in the ledger goes into the lake, the rules are asked of every member, and the till hears of the changes as
of anybody's events. A process that is killed in between has told a part; the next one finds what is left to tell. A
program that declares no segments costs nothing.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from guerdon.core.calendar import date_of
from guerdon.core.effects import SegmentEntered, SegmentLeft
from guerdon.core.events import Segment
from guerdon.runtime.till import Till
from guerdon.store.database import Connection
from guerdon.works.lakes import fresh_lake, lake_folder
from guerdon.works.running import Part, for_programs, repeating

_HOUR = 3_600.0
_EVENTS_A_BATCH = 256

Heard = Callable[[int, int], None]
"""Is told how many events the till has heard and how many there are."""


class Told(NamedTuple):
    """What became of the changes that the till was told of."""

    members: int
    """How many members' records were changed."""
    entered: int
    """How many times a segment was entered."""
    left: int
    refused: Counter[str]
    """How many events were refused, by code: of members who have left meanwhile, or whom another run was telling of."""


def tell(till: Till, events: Sequence[Segment], heard: Heard = lambda done, of: None) -> Told:
    """Let the till hear of changes, in batches that are each committed."""
    moved, entered, left, refused = set[str](), 0, 0, Counter[str]()
    for start in range(0, len(events), _EVENTS_A_BATCH):
        for answer in till.commit(events[start : start + _EVENTS_A_BATCH]):
            if answer.refusal is not None:
                refused[answer.refusal.code] += 1
            elif not answer.repeated:
                moved.add(answer.member)
                entered += sum([isinstance(effect, SegmentEntered) for effect in answer.outcome.effects])
                left += sum([isinstance(effect, SegmentLeft) for effect in answer.outcome.effects])
        heard(min(start + _EVENTS_A_BATCH, len(events)), len(events))
    return Told(len(moved), entered, left, refused)


def would_tell(events: Sequence[Segment]) -> Told:
    """The same where the till is not told."""
    entered, left = sum([len(event.entered) for event in events]), sum([len(event.left) for event in events])
    return Told(len({event.member for event in events}), entered, left, Counter())


def segments_part(lakes: Path | None, seconds: float = _HOUR) -> Part:
    """Keep the segments that programs declare fresh: each program once in a day of its own, and again if that failed.

    ``lakes`` is the folder that lakes lie in, by the program's name; None: one is made each day, and thrown away.
    """
    done: dict[int, date] = {}

    def look_after(url: str, till: Till, connection: Connection) -> None:
        with connection.transaction():
            till.program.refresh(connection)
        today = _today(till)
        if today is not None and done.get(till.program.id) != today:
            with lake_folder(lakes, url, till.program.id) as folder:
                refresh(url, till, folder, now=datetime.now(UTC).replace(microsecond=0))
            done[till.program.id] = today

    return repeating("segments", seconds, lambda url: for_programs(url, partial(look_after, url)))


def refresh(url: str, till: Till, folder: Path, by: str = "rules", *, now: datetime | None = None) -> Told:
    """Bring the lake up to date, and let the till hear who has entered and left the segments of a grouping.

    ``now`` is the moment that members are looked at; None: that of the last thing that anybody did. Raises
    ``NamesDoNotLast``, ``ExtraNotInstalled`` without the packages, and what an export of the lake may raise.
    """
    return tell(till, changes_left(url, till.program.id, folder, by, now=now))


def changes_left(url: str, program: int, folder: Path, by: str, *, now: datetime | None = None) -> Sequence[Segment]:
    """The events that are left to tell. Brings the lake up to date; raises as ``refresh`` does."""
    lake = fresh_lake(url, program, folder)
    from guerdon.insight.engines.duckdb import tables_of
    from guerdon.insight.segments.study import Study

    return Study(tables_of(lake), lake.timeline, lake.currency, now=now).changes(by)


def _today(till: Till) -> date | None:
    """The day in the program's zone; None: the version in force declares no segments."""
    now = int(time.time())
    version = till.program.timeline.at(now)
    return date_of(version.zone.day(now)) if version is not None and version.program.segments else None
