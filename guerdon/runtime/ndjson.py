"""Events from a file with one JSON event a line."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zlib import crc32

import msgspec

from guerdon.core.events import Event
from guerdon.core.refusals import Refusal
from guerdon.runtime.ingest import Batch
from guerdon.runtime.till import UNREADABLE, event_from_outside


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
        """The events of one shard. A line that cannot be taken is counted as refused; empty lines are passed over."""
        events: list[Event] = []
        refused: list[str] = []
        for _, event in numbered_events(self.path, shard, shards):
            if isinstance(event, Refusal):
                refused.append(event.code)
            else:
                events.append(event)
            if len(events) + len(refused) >= self.batch:
                yield Batch(events, refused=refused)
                events, refused = [], []
        yield Batch(events, refused=refused)


def numbered_events(path: Path, shard: int = 0, shards: int = 1) -> Iterator[tuple[int, Event | Refusal]]:
    """Each line's number with its event, or with the reason why it cannot be taken."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if number == 1:
                line = line.removeprefix(BOM_UTF8)
            if not line.strip():
                continue
            if shards > 1 and _shard_of(line, shards) != shard:
                continue
            yield number, event_from_outside(line)


def bounded_lines(file: IO[bytes], longest: int) -> Iterator[tuple[int, bytes | None]]:
    """Each line of an open file with its number, None for one that is longer; empty lines are passed over."""
    number = 0
    while line := file.readline(longest):
        number += 1
        if len(line) == longest and not line.endswith(b"\n"):
            _skip_line(file, longest)
            yield number, None
            continue
        if number == 1:
            line = line.removeprefix(BOM_UTF8)
        if not line.isspace() and line:
            yield number, line


def _skip_line(file: IO[bytes], longest: int) -> None:
    while (rest := file.readline(longest)) and not rest.endswith(b"\n"):
        pass


def _shard_of(line: bytes, shards: int) -> int:
    try:
        return crc32(_decode_addressed(line).member.encode()) % shards
    except UNREADABLE:
        return 0  # without a member to go by, the first worker speaks for all
