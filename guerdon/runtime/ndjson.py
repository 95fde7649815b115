"""Events from a file with one JSON event a line."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import msgspec

from guerdon.core.events import Event, decode_event
from guerdon.runtime.ingest import Batch
from guerdon.runtime.till import UNREADABLE


class _Addressed(msgspec.Struct):
    """As much of an event as is needed to know whose turn it is."""

    member: str


_decode_addressed = msgspec.json.Decoder(_Addressed).decode


@dataclass(frozen=True)
class NdjsonFile:
    """A file of events."""

    path: Path
    batch: int = 2_000
    """How many events are committed together."""

    def batches(self, shard: int, shards: int) -> Iterator[Batch]:
        """The events of one shard. A line that is no event is counted as refused; empty lines are passed over."""
        events: list[Event] = []
        refused = 0
        for _, event in numbered_events(self.path, shard, shards):
            if isinstance(event, str):
                refused += 1
            else:
                events.append(event)
            if len(events) + refused >= self.batch:
                yield Batch(events, refused=refused)
                events, refused = [], 0
        yield Batch(events, refused=refused)


def numbered_events(path: Path, shard: int = 0, shards: int = 1) -> Iterator[tuple[int, Event | str]]:
    """Each line's number with its event, or with the sentence that says why it is none."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if number == 1:
                line = line.removeprefix(BOM_UTF8)
            if not line.strip():
                continue
            if shards > 1 and _shard_of(line, shards) != shard:
                continue
            try:
                yield number, decode_event(line)
            except UNREADABLE as error:
                yield number, str(error)


def _shard_of(line: bytes, shards: int) -> int:
    try:
        return crc32(_decode_addressed(line).member.encode()) % shards
    except UNREADABLE:
        return 0  # without a member to go by, the first worker speaks for all
