"""Changes: the events that let the till know who entered a segment and who left one.

Only what is otherwise than the engine knows becomes an event, so working everything out twice changes nothing. A
grouping speaks of its own segments and of no others: those that other sources have put a member into stay. The names of
a grouping that no program declares carry its own in front: ``rfm-champions``.

**Worked.** The engine knows Ana in ``regular`` and in ``students``, which somebody else found. The rules find her in
``at-risk`` and speak of ``at-risk`` and ``regular``: entered ``at-risk``, left ``regular``.

The id of an event is made of the grouping, the member, the entry of the journal that the lake has last seen of the
member, and the change. If the till is told and the process dies before it hears of it, the next run sees the entry and
finds nothing to change; a run that has not seen it sends the same id, and it counts once. Whoever asked to be forgotten
is in no segment and enters none.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from guerdon.core.events import MOST_SEGMENTS, Segment, decode_event
from guerdon.insight.engines import Tables
from guerdon.insight.segments.grouping import Grouping

KEPT_FRESH = ("rules", "rfm", "stage", "kinds")
"""The groupings whose names last from day to day. Clusters are found anew each time."""


class Known(NamedTuple):
    """What the engine knows of a member's segments, as far as the lake has it."""

    key: str
    seq: int
    segments: tuple[str, ...]
    is_forgotten: bool = False
    """The person asked to be forgotten."""


def known_of(tables: Tables) -> dict[int, Known]:
    """Every member by number."""
    events = tables.events
    forgotten = events.filter(events.refusal.isnull(), events.kind == "erase").select("member").distinct()
    gone = set(forgotten.to_pyarrow()["member"].to_pylist())
    rows = tables.members.select("member", "key", "seq", "segments").to_pyarrow().to_pylist()
    return {
        row["member"]: Known(row["key"], row["seq"], tuple(row["segments"] or ()), row["member"] in gone)
        for row in rows
    }


def named_by(tables: Tables, by: str) -> set[str]:
    """The segments that a grouping has ever let members enter: also those that a program declares no longer."""
    events = tables.events
    told = events.filter(events.refusal.isnull(), events.kind == "segment").select("content").to_pyarrow()
    found = [decode_event(content) for content in told["content"].to_pylist()]
    return {name for event in found if isinstance(event, Segment) and event.by == by for name in event.entered}


def outside_name(grouping: Grouping, segment: str) -> str:
    """The name by which programs and members know a segment."""
    return segment if grouping.name == "rules" else f"{grouping.name}-{segment}"


def changes(
    grouping: Grouping, known: Mapping[int, Known], *, at: datetime, before: Collection[str] = ()
) -> list[Segment]:
    """The events by which the engine hears of a grouping, in the order of the members' keys.

    ``before`` are segments that the grouping has spoken of earlier: members leave those too.
    """
    own = {outside_name(grouping, name) for name in grouping.names} | set(before)
    found: list[Segment] = []
    for number, member in sorted(known.items(), key=lambda one: one[1].key):
        if number in grouping.members and not member.is_forgotten:
            now = {outside_name(grouping, name) for name in grouping.members[number]}
            has = own.intersection(member.segments)
            found += _events(grouping.name, number, member, sorted(now - has), sorted(has - now), at)
    return found


def _events(
    by: str, number: int, member: Known, entered: Sequence[str], left: Sequence[str], at: datetime
) -> Iterable[Segment]:
    """One event, or none where nothing changes; several where it is more than one event may name."""
    for start in range(0, max(len(entered), len(left)), MOST_SEGMENTS):
        into, out = tuple(entered[start : start + MOST_SEGMENTS]), tuple(left[start : start + MOST_SEGMENTS])
        yield Segment(
            id=_id(by, number, member.seq, into, out), member=member.key, at=at, entered=into, left=out, by=by
        )


def _id(by: str, number: int, seq: int, entered: Sequence[str], left: Sequence[str]) -> str:
    change = "\n".join([*entered, "", *left])
    return f"segment/{by}/{number}/{seq}/{hashlib.blake2b(change.encode(), digest_size=8).hexdigest()}"
