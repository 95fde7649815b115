"""What the world outside is told: CloudEvents 1.0 in their JSON form, rendered from the journal.

An entry is told as itself and then as the news that its effects make. Ana's third entry, a purchase that lifts her to
gold, stands at position 42 and is two changes:

| id | type | sequence |
|---|---|---|
| ``17-3`` | ``guerdon.purchase`` | ``0000000000000000042.00000`` |
| ``17-3-1`` | ``guerdon.member.tier_changed`` | ``0000000000000000042.00001`` |

Nothing is stored but the position, so what is told twice is the same to the byte, and has the same id.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from guerdon.core.calendar import moment_of
from guerdon.core.effects import Effect, Emitted, decode_outcome, news_of
from guerdon.messages.effects import WireEffect, wired, wired_effects
from guerdon.store.stream import StreamRow

CONTENT_TYPE = "application/cloudevents+json"
PREFIX = "guerdon."
EVERYTHING = ("*",)
"""The types of a reader that wants all."""

_encode = msgspec.json.Encoder().encode


class Change(NamedTuple):
    """One thing that the world outside is told."""

    position: int
    """The place of its entry in the stream: the cursor of whoever reads."""
    number: int
    """0: the entry itself; 1, 2 and so on: its news."""
    member_id: int
    seq: int
    id: str
    """The same whenever it is told."""
    type: str
    member: str
    body: bytes
    """The CloudEvent in JSON."""


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A change in the form of CloudEvents 1.0."""

    specversion: str = "1.0"
    id: str
    source: str
    """The program, such as ``urn:guerdon:grocery``. Source and id together are unique."""
    type: str
    subject: str
    """The member's key."""
    time: datetime
    """When it happened: for what fell due, when it did."""
    datacontenttype: str = "application/json"
    recordedtime: datetime
    """When it was recorded."""
    sequence: str
    """Sorts as text in the order of the stream."""
    partitionkey: str
    """The member's key once more, under the name by which brokers keep what belongs together in order."""
    data: Any


def encoded(event: CloudEvent) -> bytes:
    """The JSON of a CloudEvent."""
    return _encode(event)


class EntryTold(msgspec.Struct, frozen=True, kw_only=True):
    """The data of an entry."""

    event: msgspec.Raw
    """The event as it was recorded."""
    effects: list[WireEffect]
    """What the decision did, in order, with times as times."""
    seq: int
    """Which of the member's entries it is."""
    version: int
    """The program version that decided."""


def changes_of(program: str, row: StreamRow, types: Sequence[str] = EVERYTHING) -> list[Change]:
    """The entry and its news, those of them that are wanted, in order."""
    effects = decode_outcome(row.outcome).effects
    news = news_of(effects)
    changes = [_entry_told(program, row, effects)] if is_wanted(PREFIX + row.kind, types) else []
    changes += [
        _news_told(program, row, number, item)
        for number, item in enumerate(news, 1)
        if is_wanted(PREFIX + item.type, types)
    ]
    return changes


def all_changes(program: str, rows: Iterable[StreamRow], types: Sequence[str] = EVERYTHING) -> Iterator[Change]:
    """The changes of several rows."""
    for row in rows:
        yield from changes_of(program, row, types)


def is_wanted(type: str, types: Sequence[str]) -> bool:
    """Whether a type is among some; ``guerdon.member.*`` stands for everything that begins with ``guerdon.member.``."""
    return any(type.startswith(wanted[:-1]) if wanted.endswith("*") else type == wanted for wanted in types)


def _entry_told(program: str, row: StreamRow, effects: Sequence[Effect]) -> Change:
    told = wired_effects(effects)
    data = EntryTold(event=msgspec.Raw(row.content), effects=told, seq=row.seq, version=row.version)
    return _told(program, row, 0, PREFIX + row.kind, row.at, data)


def _news_told(program: str, row: StreamRow, number: int, item: Emitted) -> Change:
    at = item.data.get("at")
    return _told(program, row, number, PREFIX + item.type, row.at if at is None else moment_of(at), wired(item.data))


def _told(program: str, row: StreamRow, number: int, type: str, at: datetime, data: Any) -> Change:
    id = f"{row.member_id}-{row.seq}" + (f"-{number}" if number else "")
    event = CloudEvent(
        id=id, source=f"urn:guerdon:{quote(program, safe='')}", type=type, subject=row.member, time=at.astimezone(UTC),
        recordedtime=row.recorded_at.astimezone(UTC), sequence=f"{row.position:019d}.{number:05d}",
        partitionkey=row.member, data=data,
    )  # fmt: skip
    return Change(row.position, number, row.member_id, row.seq, id, type, row.member, _encode(event))
