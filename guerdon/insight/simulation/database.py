"""The journals of a database as a history: what came from outside, and what a till was told that is in no journal else.

Members are read by ranges of their ids, streamed, each range in one snapshot. What is written meanwhile is in the
history or not, member by member.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import msgspec

from guerdon.core.calendar import instant_of
from guerdon.core.events import Event, decode_event
from guerdon.insight.simulation.history import MemberHistory, Shard, Span, is_from_outside
from guerdon.runtime.replay import JournaledFacts
from guerdon.store import reading
from guerdon.store.database import connect
from guerdon.store.reading import JournalRow

_MEMBERS_A_SHARD = 500
_decode_facts = msgspec.json.Decoder(JournaledFacts).decode


@dataclass(frozen=True)
class DatabaseHistory:
    """The journals of a program."""

    url: str
    program: int
    source: str = "database"

    def span(self) -> Span | None:
        """From the first to the last event, ticks aside."""
        with connect(self.url) as connection:
            found = reading.journal_span(connection, self.program)
        return None if found is None else Span(instant_of(found[0]), instant_of(found[1]))

    def size(self) -> int | None:
        """How many members the program has."""
        with connect(self.url) as connection:
            return reading.member_count(connection, self.program)

    def shards(self, workers: int) -> Sequence[Shard]:
        """Ranges of members, the same whatever the number of processes."""
        with connect(self.url) as connection:
            span = reading.id_range(connection, self.program)
        first, last = span or (0, -1)
        starts = range(first, last + 1, _MEMBERS_A_SHARD)
        return [RangeShard(self.url, self.program, start, start + _MEMBERS_A_SHARD - 1) for start in starts]


@dataclass(frozen=True)
class RangeShard:
    """The members with ids in a range, both ends included."""

    url: str
    program: int
    first: int
    last: int

    def members(self) -> Iterator[MemberHistory]:
        """One journal after the other."""
        with connect(self.url) as connection, connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            rows = reading.journal_in_range(connection, self.program, self.first, self.last)
            for _, journal in groupby(rows, key=attrgetter("member")):
                yield history_of_rows(journal)


def history_of_rows(rows: Iterator[JournalRow]) -> MemberHistory:
    """What came from outside of one member's journal."""
    events: list[Event] = []
    facts: dict[str, JournaledFacts] = {}
    member = ""
    for row in rows:
        event = decode_event(row.content)
        member = event.member
        if is_from_outside(event):
            events.append(event)
            if row.facts is not None:
                facts |= told_of(row.event_id, row.facts)
    return MemberHistory(member, events, facts)


def told_of(event_id: str, facts: bytes) -> Mapping[str, JournaledFacts]:
    """What a decision was told besides what the simulation knows itself: rates, seeds, codes."""
    found = _decode_facts(facts)
    return {event_id: found} if found.rates or found.seeds or found.codes else {}
