"""Writing and reading the ledger: members under lock, journal, transfers, limits, outbox.

These functions run inside the caller's transaction and never commit. Amounts are in the smallest part of their unit,
times are instants (whole seconds since 1970, UTC).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import msgspec

from guerdon.core.calendar import Instant, moment_of
from guerdon.core.effects import Outcome, Transfer, decode_outcome
from guerdon.store.database import Connection
from guerdon.store.queries import statement
from guerdon.store.reading import StoredLimit

# PostgreSQL's binary timestamp counts microseconds since 2000-01-01.
_POSTGRES_EPOCH = 946_684_800
_MICROSECONDS = 1_000_000

MOST_INSERTED = 256
"""Entries up to which a batch is inserted and not copied."""
_JOURNAL = ("member", "seq", "event_id", "kind", "at", "version", "content", "content_hash", "facts", "outcome")
_TRANSFERS = ("member", "seq", "number", "unit", "source", "target", "amount", "reason")
_EMITTED = ("member", "seq", "event")

_encode = msgspec.json.Encoder().encode


class LockedMember(NamedTuple):
    """A member as stored, locked until the transaction ends."""

    id: int
    key: str
    seq: int
    state: bytes | None
    """None: the caller has it."""


class KnownEvent(NamedTuple):
    """An event that is recorded already."""

    member: str
    seq: int
    version: int
    content: bytes
    content_hash: bytes
    outcome: Outcome


class Entry(NamedTuple):
    """A journal entry to be written, with what follows from it."""

    member: int
    seq: int
    event_id: str
    kind: str
    at: Instant
    version: int
    content: bytes
    content_hash: bytes
    facts: bytes | None
    outcome: bytes
    transfers: Sequence[Transfer]
    announced: bool
    """Whether the world outside is to hear of it."""
    sent: Sequence[bytes]
    """The events for other members, each in its canonical JSON."""


class WaitingEvent(NamedTuple):
    """An event for another member that is not delivered yet."""

    id: int
    member: int
    """The member whose decision sent it (members.id)."""
    seq: int
    event: bytes


class MovedMember(NamedTuple):
    """Where a member stands after a batch."""

    id: int
    seq: int
    state: bytes
    next_due_at: Instant | None


class Opened(NamedTuple):
    """What a batch begins with."""

    newest: int
    """The number of the newest version; nobody publishes another before the transaction ends."""
    members: dict[str, LockedMember]
    known: dict[str, KnownEvent]


def open_batch(
    connection: Connection, program: int, joining: Sequence[str], known: Mapping[str, int], event_ids: Sequence[str]
) -> Opened:
    """Hold the versions, add those who join, lock the members and find what is recorded, in one round trip.

    PostgreSQL works through them in this order, each with a view of its own, as if they were sent one by one. Members
    are locked in the order of their ids; one that does not exist is left out. ``known`` names them, each with the entry
    number at which the caller has the state; -1 where it has none. ``event_ids`` are looked for in the journal.
    """
    asked = {"program": program, "keys": list(known), "seqs": list(known.values())}
    with connection.pipeline():
        connection.execute(statement("hold_versions"), {"program": program})
        newest = connection.execute(statement("latest_version"), {"program": program})
        if joining:
            connection.execute(statement("add_members"), {"program": program, "keys": list(joining)})
        locked = connection.execute(statement("lock_members"), asked)
        recorded = connection.execute(statement("known_events"), {"program": program, "event_ids": list(event_ids)})
    row = newest.fetchone()
    return Opened((row[0] if row else 0) or 0, _locked(locked), _known(recorded))


def _locked(rows: Iterable[tuple[Any, ...]]) -> dict[str, LockedMember]:
    return {row[1]: LockedMember(*row) for row in rows}


def _known(rows: Iterable[tuple[Any, ...]]) -> dict[str, KnownEvent]:
    return {
        event_id: KnownEvent(member, seq, version, content, content_hash, decode_outcome(outcome))
        for event_id, member, seq, version, content, content_hash, outcome in rows
    }


def remove_empty_members(connection: Connection, program: int, keys: Sequence[str]) -> None:
    """Remove the rows of members whose joining was refused."""
    connection.execute(statement("remove_empty_members"), {"program": program, "keys": list(keys)})


def read_limits(
    connection: Connection, program: int, allowed: Mapping[str, int], coming_back: Collection[str] = ()
) -> tuple[dict[str, int], dict[str, int]]:
    """What is used so far of each shared limit, and what was added to it by hand: locked, unless it has run out.

    ``allowed`` names the limits and what each allows, without what was added. From one that has run out nobody takes
    anything, so nobody needs to wait for it: who comes before more is added or given back is refused. ``coming_back``
    are those of which this transaction may itself give some back; they are locked in any case, in the same order.
    """
    asked: dict[str, Any] = {"program": program, "names": list(allowed)}
    rows = {row[0]: row for row in connection.execute(statement("read_limits"), asked)}
    if len(rows) < len(allowed):
        connection.execute(statement("add_limits"), asked | {"allowed": list(allowed.values())})
    still_open = {name for name, allows in allowed.items() if name not in rows or _is_open(allows, *rows[name][1:])}
    locked = [*still_open.union(coming_back)]
    if locked:
        found = connection.execute(statement("lock_limits"), asked | {"names": locked})
        rows.update({row[0]: row for row in found})
    return {name: used for name, used, _ in rows.values()}, {name: added for name, _, added in rows.values() if added}


def _is_open(allowed: int, used: int, added: int) -> bool:
    return used < allowed + added


def add_to_limit(
    connection: Connection, program: int, name: str, amount: int, *, allowed: int, reason: str = ""
) -> StoredLimit | None:
    """Add to a shared limit, or take away by an amount below zero; gives it as it is then.

    ``allowed`` is how large the version in force has it. None: nothing was done, as less would be left than is used.
    """
    asked = {"program": program, "name": name, "amount": amount, "allowed": allowed, "reason": reason}
    connection.execute(statement("add_limits"), {"program": program, "names": [name], "allowed": [allowed]})
    row = connection.execute(statement("add_to_limit"), asked).fetchone()
    if row is None:
        return None
    connection.execute(statement("note_addition"), asked)
    return StoredLimit(name, row[0], row[2], row[1])


def use_limits(connection: Connection, program: int, uses: Mapping[str, int], allowed: Mapping[str, int]) -> None:
    """Take from shared limits, of each of which there is so much, or give back. The database refuses more.

    What a limit that is only given back allows now is not looked at: no version may have it any more.
    """
    asked = {
        "program": program,
        "names": list(uses),
        "amounts": list(uses.values()),
        "allowed": [allowed.get(name) for name in uses],
    }
    connection.execute(statement("use_limits"), asked)


def write(
    connection: Connection,
    program: int,
    entries: Sequence[Entry],
    members: Sequence[MovedMember],
    uses: Mapping[str, int],
    allowed: Mapping[str, int],
) -> None:
    """Write a batch: journal, event ids, transfers, outbox, events for others, where its members stand now, and what
    it takes from shared limits, of each of which there is so much.

    A large batch is copied, which costs PostgreSQL least; a small one is inserted in one round trip, which is over
    sooner.
    """
    if len(entries) > MOST_INSERTED:
        _copy(connection, program, entries)
        _finish(connection, program, entries, members, uses, allowed)
        return
    is_distributed(connection)  # Asked once a connection, and not in the middle of what follows.
    with connection.pipeline():
        _insert(connection, program, entries)
        _finish(connection, program, entries, members, uses, allowed)


def _finish(
    connection: Connection,
    program: int,
    entries: Sequence[Entry],
    members: Sequence[MovedMember],
    uses: Mapping[str, int],
    allowed: Mapping[str, int],
) -> None:
    if is_distributed(connection):
        _move_balances(connection, program, entries)
    connection.execute(statement("update_members"), _columns(members))
    if uses:
        use_limits(connection, program, uses, allowed)


def _insert(connection: Connection, program: int, entries: Sequence[Entry]) -> None:
    """Add a few entries by statements that take arrays."""
    columns = dict(zip(_JOURNAL, zip(*[entry[: len(_JOURNAL)] for entry in entries], strict=True), strict=True))
    journal = {name: list(values) for name, values in columns.items()}
    connection.execute(statement("insert_journal"), journal)
    connection.execute(statement("insert_event_ids"), journal | {"program": program})
    moved = [
        (entry.member, entry.seq, number, *transfer)
        for entry in entries
        for number, transfer in enumerate(entry.transfers, 1)
    ]
    if moved:
        asked = {name: list(values) for name, values in zip(_TRANSFERS, zip(*moved, strict=True), strict=True)}
        connection.execute(statement("insert_transfers"), asked | {"program": program})
    announced = [entry for entry in entries if entry.announced]
    if announced:
        places = {"member": [entry.member for entry in announced], "seq": [entry.seq for entry in announced]}
        connection.execute(statement("insert_outbox"), places | {"program": program})
    sent = [(entry.member, entry.seq, event) for entry in entries for event in entry.sent]
    if sent:
        asked = {name: list(values) for name, values in zip(_EMITTED, zip(*sent, strict=True), strict=True)}
        connection.execute(statement("insert_emitted"), asked | {"program": program})


def _copy(connection: Connection, program: int, entries: Sequence[Entry]) -> None:
    """Add many entries."""
    cursor = connection.cursor()
    with cursor.copy(statement("copy_journal")) as copy:
        copy.set_types(["int8", "int4", "text", "text", "int8", "int4", "bytea", "bytea", "bytea", "bytea"])
        for entry in entries:
            at = (entry.at - _POSTGRES_EPOCH) * _MICROSECONDS
            copy.write_row((*entry[:4], at, *entry[5:10]))
    with cursor.copy(statement("copy_event_ids")) as copy:
        copy.set_types(["int4", "text", "int8", "int4"])
        for entry in entries:
            copy.write_row((program, entry.event_id, entry.member, entry.seq))
    with cursor.copy(statement("copy_transfers")) as copy:
        copy.set_types(["int8", "int4", "int4", "int4", "text", "text", "text", "int8", "text"])
        for entry in entries:
            for number, (unit, source, target, amount, reason) in enumerate(entry.transfers, 1):
                copy.write_row((entry.member, entry.seq, number, program, unit, source, target, amount, reason))
    announced = [(program, entry.member, entry.seq) for entry in entries if entry.announced]
    if announced:
        with cursor.copy(statement("copy_outbox")) as copy:
            copy.set_types(["int4", "int8", "int4"])
            for row in announced:
                copy.write_row(row)
    sent = [(program, entry.member, entry.seq, event) for entry in entries for event in entry.sent]
    if sent:
        with cursor.copy(statement("copy_emitted")) as copy:
            copy.set_types(["int4", "int8", "int4", "bytea"])
            for to_another in sent:
                copy.write_row(to_another)


_distributed: WeakKeyDictionary[Connection, bool] = WeakKeyDictionary()
"""What was found out about the databases of connections. It never changes under an open one."""


def is_distributed(connection: Connection) -> bool:
    """Whether transfers lie on other machines, where no trigger moves balances."""
    if connection not in _distributed:
        row = connection.execute(statement("is_distributed")).fetchone()
        _distributed[connection] = bool(row and row[0])
    return _distributed[connection]


def _move_balances(connection: Connection, program: int, entries: Sequence[Entry]) -> None:
    """Carry transfers over to the balances of their accounts, as the trigger does where there is one."""
    moved: Counter[tuple[str, str]] = Counter()
    for transfer in (transfer for entry in entries for transfer in entry.transfers):
        moved[transfer.unit, transfer.target] += transfer.amount
        moved[transfer.unit, transfer.source] -= transfer.amount
    if moved:
        added = {
            "program": program,
            "units": [unit for unit, _ in moved],
            "accounts": [account for _, account in moved],
            "amounts": list(moved.values()),
        }
        connection.execute(statement("add_to_balances"), added)


def waiting_events(connection: Connection, program: int, most: int) -> list[WaitingEvent]:
    """The first events for other members that are not delivered yet, once no other relay is at work.

    None else is until the caller's transaction ends.
    """
    connection.execute(statement("wait_for_relay"), {"program": program})
    rows = connection.execute(statement("waiting_events"), {"program": program, "most": most})
    return [WaitingEvent(*row) for row in rows]


def mark_delivered(connection: Connection, refusals: Mapping[int, str | None]) -> None:
    """Note what became of events for other members, by id: the code of the refusal, or None."""
    asked = {"ids": list(refusals), "refusals": list(refusals.values())}
    connection.execute(statement("mark_delivered"), asked)


def add_returned(connection: Connection, program: int, returned: Mapping[int, bytes]) -> None:
    """Add the events by which amounts go back to their senders, by the id of what was refused."""
    asked = {"program": program, "ids": list(returned), "events": [event.decode() for event in returned.values()]}
    connection.execute(statement("add_returned"), asked)


def _columns(members: Sequence[MovedMember]) -> dict[str, list[Any]]:
    dues: list[datetime | None] = [
        None if member.next_due_at is None else moment_of(member.next_due_at) for member in members
    ]
    return {
        "ids": [member.id for member in members],
        "seqs": [member.seq for member in members],
        "states": [member.state for member in members],
        "dues": dues,
    }
