"""The segments of a member over time: when each was entered, by what, and when it was left.

They are told out of the journal by the very function that decides, so the last of them are those of the member's state.
A stay begins and ends when the member's record takes note of it: a `segment` that is dated before the last entry counts
from that entry on, as it is decided (see ``decide``).

**Worked.** Ana is described as a student on 1 March, found at risk by `rfm` on 1 April, and not any more on 3 May: she
was in `students` from 1 March and still is, and in `at-risk` from 1 April to 3 May.
"""

from collections.abc import Iterable
from typing import NamedTuple

from guerdon.core.calendar import Instant
from guerdon.core.describing import segments_after
from guerdon.core.events import Segment, instant_of_event
from guerdon.core.facts import PastEvent
from guerdon.runtime.replay import history_of
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import JournalRow


class Stay(NamedTuple):
    """A time that a member was in a segment."""

    segment: str
    entered_at: Instant
    left_at: Instant | None
    """None: the member is in it still."""
    by: str = ""
    """What found the member in it; empty: a description told it, or it was not said."""


def member_segments(connection: Connection, member: int) -> list[Stay]:
    """The segments of a stored member over time."""
    return segments_over_time(reading.member_journal(connection, member))


def segments_over_time(journal: Iterable[JournalRow]) -> list[Stay]:
    """The segments of one member over time, by a journal from its beginning: the first entered first."""
    return stays(history_of(journal))


def stays(past: Iterable[PastEvent]) -> list[Stay]:
    """The same by the events of one member that were not refused."""
    ended: list[Stay] = []
    running: dict[str, Stay] = {}
    as_of = 0
    for event, _ in past:
        as_of = max(as_of, instant_of_event(event))
        now = segments_after(tuple(running), event)
        ended += [running.pop(segment)._replace(left_at=as_of) for segment in running.keys() - set(now)]
        by = event.by if isinstance(event, Segment) else ""
        running |= {segment: Stay(segment, as_of, None, by) for segment in now if segment not in running}
    return sorted([*ended, *running.values()], key=lambda stay: (stay.entered_at, stay.segment))
