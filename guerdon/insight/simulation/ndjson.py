"""A file with one JSON event a line as a history. Lines need not be sorted by member, but by time for each member.

A part of the members is held at a time, as much of the file as ``_BYTES_HELD``; a larger file is read once for each
part. An event that is told again under its id counts once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from guerdon.core.calendar import instant_of
from guerdon.core.events import ENGINE_KINDS, Event
from guerdon.core.refusals import Refusal
from guerdon.insight.simulation.history import MemberHistory, Shard, Span, is_from_outside
from guerdon.runtime.ndjson import numbered_events
from guerdon.runtime.till import UNREADABLE

_BYTES_HELD = 64 * 2**20


_NOT_FROM_OUTSIDE = {"tick", *ENGINE_KINDS}


class _Dated(msgspec.Struct):
    """As much of an event as is needed to know when it was."""

    at: datetime
    kind: str


_decode_dated = msgspec.json.Decoder(_Dated).decode


@dataclass(frozen=True)
class NdjsonHistory:
    """A file of events."""

    path: Path

    @property
    def source(self) -> str:
        """The name of the file."""
        return self.path.name

    def span(self) -> Span | None:
        """From the first to the last line that can be read."""
        moments = [instant for line in self._lines() if (instant := _instant(line)) is not None]
        return Span(min(moments), max(moments)) if moments else None

    def size(self) -> int | None:
        """Not known before it is read."""
        return None

    def shards(self, workers: int) -> Sequence[Shard]:
        """As many parts as there are processes, and more for a large file."""
        parts = max(workers, -(-self.path.stat().st_size // _BYTES_HELD))
        return [NdjsonShard(self.path, number, parts) for number in range(parts)]

    def _lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as lines:
            yield from lines


def _instant(line: bytes) -> int | None:
    """When the event of a line was; None for a line that is none, and for a tick."""
    try:
        dated = _decode_dated(line.removeprefix(b"\xef\xbb\xbf"))
    except UNREADABLE:
        return None
    if dated.at.tzinfo is None or dated.kind in _NOT_FROM_OUTSIDE:
        return None
    return instant_of(dated.at)


@dataclass(frozen=True)
class NdjsonShard:
    """The lines of some members."""

    path: Path
    number: int
    of: int

    def members(self) -> Iterator[MemberHistory]:
        """Member by member, in the order of their first lines."""
        events: dict[str, dict[str, Event]] = {}
        unreadable = 0
        for _, event in numbered_events(self.path, self.number, self.of):
            if isinstance(event, Refusal):
                unreadable += 1
            elif is_from_outside(event):
                events.setdefault(event.member, {}).setdefault(event.id, event)
        if unreadable:
            yield MemberHistory("", [], unreadable=unreadable)
        while events:
            member = next(iter(events))
            yield MemberHistory(member, list(events.pop(member).values()))
