"""What a signal is, and how the events behind it are fetched."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_EVENTS = 10
"""How many events behind a signal are told."""


class Behind(NamedTuple):
    """An event behind a signal."""

    event_id: str
    kind: str
    at: datetime
    store: str | None
    paid: int | None
    """What was paid, in minor units; None: not a purchase or return."""


class Signal(NamedTuple):
    """Something about a member that somebody should look at."""

    kind: str
    member: int
    """The member's number in the lake (`members.member`)."""
    score: int
    """From 0 to 100: how far from what happens by itself."""
    sentence: str
    """What was seen, with its numbers and with what is usual."""
    last: date
    """The day of the newest event behind it."""
    events: tuple[Behind, ...] = ()
    """The newest events behind it, at most ten, the newest first."""


class Seen(NamedTuple):
    """What a kind of signal found."""

    signals: list[Signal]
    not_looked_for: str = ""
    """Why nothing could be found; empty: it was looked for."""


def since_day(events: "ir.Table", since: date | None) -> "ir.Table":
    """Events from a day on, without what merely fell due."""
    own = events.filter(events.kind != "tick")
    return own if since is None else own.filter(own.day >= since)


def with_events(signals: Collection[Signal], behind: "ir.Table") -> list[Signal]:
    """The signals with the newest events behind each, out of a table of all that may be; the strongest first."""
    members = sorted({signal.member for signal in signals})
    newest = _newest(behind, members) if members else {}
    told = [
        signal._replace(events=events, last=events[0].at.date() if not signal.events and events else signal.last)
        for signal in signals
        for events in [newest.get(signal.member, ())]
    ]
    return sorted(told, key=lambda signal: (-signal.score, signal.member))


def _newest(behind: "ir.Table", members: list[int]) -> Mapping[int, tuple[Behind, ...]]:
    import ibis

    own = behind.filter(behind.member.isin(members))
    own = own.mutate(place=ibis.row_number().over(group_by=own.member, order_by=[own.at.desc(), own.seq.desc()]))
    kept = own.filter(own.place < MOST_EVENTS).order_by("member", "place")
    found: dict[int, tuple[Behind, ...]] = {}
    for row in kept.select("member", *Behind._fields).to_pyarrow().to_pylist():
        member = row.pop("member")
        found[member] = (*found.get(member, ()), Behind(**row))
    return found
