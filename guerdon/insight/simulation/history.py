"""A history: what happened to members from outside, member by member, wherever it is kept.

It is dealt out in **shards**, each a description that travels to a worker process and is read there, so that a file is
never sent from process to process. Only what came from outside belongs to it: ticks, and what one member's decision
sent to another, the program that is tried brings about anew.

A history of another kind is one more class with ``source``, ``span`` and ``shards``.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Protocol

import msgspec

from guerdon.core.calendar import Instant, moment_of
from guerdon.core.events import ENGINE_EVENTS, Event, Hold, Tick, instant_of_event
from guerdon.runtime.replay import JournaledFacts

_DAYS_A_YEAR = 365.2425


class NothingToReplay(Exception):
    """The history tells of no event, or of none in the part that was asked for."""


class MemberHistory(NamedTuple):
    """What happened to one member from outside."""

    member: str
    events: list[Event]
    """In the order in which they are to be decided."""
    facts: Mapping[str, JournaledFacts] = {}
    """By event id: what the journal was told besides (rates, seeds, codes); limits are those of the simulation."""
    unreadable: int = 0
    """How many entries were left out because they are no events, or not for anybody outside to send."""


class Span(NamedTuple):
    """From when to when a history reaches."""

    first: Instant
    last: Instant


class Shard(Protocol):
    """A part of a history. It travels to another process."""

    def members(self) -> Iterator[MemberHistory]:
        """The members of this part, one after the other."""


class History(Protocol):
    """What happened to many members."""

    @property
    def source(self) -> str:
        """Where it comes from, for a report: ``demo``, ``database``, the name of a file."""

    def span(self) -> Span | None:
        """From when to when it reaches; None: it tells of nothing."""

    def size(self) -> int | None:
        """About how many members it tells of, for a progress bar; None: that is not known before it is read."""

    def shards(self, workers: int) -> Sequence[Shard]:
        """All of it in parts, for so many processes."""


def is_from_outside(event: Event) -> bool:
    """Whether an event is a fact of its own, and not what a decision or the clock brought about."""
    return not isinstance(event, (*ENGINE_EVENTS, Tick))


# --- in memory --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MemoryHistory:
    """A history that is small enough to be held: a sample, or a test's."""

    held: Sequence[MemberHistory]
    source: str = "memory"
    reaches: Span | None = None
    """From when to when; None: that is looked up when it is asked for."""

    @classmethod
    def of(cls, events: Iterable[Event], source: str = "memory") -> "MemoryHistory":
        """Events of many members in the order in which they happened."""
        by_member: dict[str, list[Event]] = {}
        for event in events:
            by_member.setdefault(event.member, []).append(event)
        held = [MemberHistory(member, own) for member, own in by_member.items()]
        return cls(held, source, span_of(held))

    def span(self) -> Span | None:
        """From the first to the last event."""
        return self.reaches or span_of(self.held)

    def size(self) -> int | None:
        """How many members are held."""
        return len(self.held)

    def shards(self, workers: int) -> Sequence[Shard]:
        """Every so manyth member."""
        return [MemoryShard(self.held[place::workers]) for place in range(min(workers, len(self.held) or 1))]


@dataclass(frozen=True)
class MemoryShard:
    """Members that are held."""

    held: Sequence[MemberHistory]

    def members(self) -> Iterator[MemberHistory]:
        """One after the other."""
        yield from self.held


def span_of(members: Iterable[MemberHistory]) -> Span | None:
    """From the first to the last event of members."""
    first = last = None
    for history in members:
        for event in history.events:
            at = instant_of_event(event)
            first = at if first is None or at < first else first
            last = at if last is None or at > last else last
    return None if first is None or last is None else Span(first, last)


# --- parts of another -------------------------------------------------------------------------------------------------


def sampled(history: History, share: float) -> MemoryHistory:
    """About that share of the members, chosen by their ids, held in memory: to be folded again and again.

    The same members whatever the machine; a larger share takes those of a smaller one along. What all members share (a
    budget, a stock) stays whole, so it lasts longer than it would: its source says so to whoever reads a report.
    """
    chosen = [one for shard in history.shards(1) for one in shard.members() if _chosen(one.member, share)]
    part = "" if share >= 1 else f", {share * 100:g} % of the members under whole budgets"
    return MemoryHistory(chosen, f"{history.source}{part}", history.span())


def chance(text: str) -> float:
    """A number from 0 up to 1 that hangs on a text alone, spread evenly."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) / 2**48


def _chosen(member: str, share: float) -> bool:
    return chance(f"sample/{member}") < share


@dataclass(frozen=True)
class Until:
    """A history without what came after an instant."""

    whole: History
    last: Instant

    @property
    def source(self) -> str:
        """As that of the whole."""
        return self.whole.source

    def span(self) -> Span | None:
        """Up to the instant, if anything lies before it."""
        span = self.whole.span()
        return None if span is None or span.first > self.last else Span(span.first, min(span.last, self.last))

    def size(self) -> int | None:
        """As that of the whole."""
        return self.whole.size()

    def shards(self, workers: int) -> Sequence[Shard]:
        """Those of the whole, cut."""
        return [ShardUntil(shard, self.last) for shard in self.whole.shards(workers)]


@dataclass(frozen=True)
class ShardUntil:
    """A shard without what came after an instant."""

    whole: Shard
    last: Instant

    def members(self) -> Iterator[MemberHistory]:
        """Those of whom anything is left."""
        for history in self.whole.members():
            events = [event for event in history.events if instant_of_event(event) <= self.last]
            if events:
                yield history._replace(events=events)


@dataclass(frozen=True)
class Moved:
    """A history as if it had happened earlier or later."""

    whole: History
    seconds: int

    @property
    def source(self) -> str:
        """As that of the whole."""
        return self.whole.source

    def span(self) -> Span | None:
        """Moved."""
        span = self.whole.span()
        return None if span is None else Span(span.first + self.seconds, span.last + self.seconds)

    def size(self) -> int | None:
        """As that of the whole."""
        return self.whole.size()

    def shards(self, workers: int) -> Sequence[Shard]:
        """Those of the whole, moved."""
        return [MovedShard(shard, self.seconds) for shard in self.whole.shards(workers)]


@dataclass(frozen=True)
class MovedShard:
    """A shard as if it had happened earlier or later."""

    whole: Shard
    seconds: int

    def members(self) -> Iterator[MemberHistory]:
        """All of them, at other times."""
        by = timedelta(seconds=self.seconds)
        for history in self.whole.members():
            yield history._replace(events=[moved(event, by) for event in history.events])


def moved(event: Event, by: timedelta) -> Event:
    """The same event at another time; what it reserves is reserved as long."""
    if isinstance(event, Hold):
        return msgspec.structs.replace(event, at=event.at + by, until=event.until + by)
    return msgspec.structs.replace(event, at=event.at + by)


def seconds_of_years(years: int) -> int:
    """So many years in whole weeks, so that each event keeps its weekday: 10 years are 522 weeks."""
    return round(years * _DAYS_A_YEAR / 7) * 7 * 86_400


def shown(instant: Instant) -> str:
    """An instant as results tell it: ``2017-03-31T12:00:00Z``."""
    return f"{moment_of(instant):%Y-%m-%dT%H:%M:%SZ}"
