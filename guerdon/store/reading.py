"""Reading the ledger: members, journals, transfers and totals, streamed where there may be many. Changes nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from guerdon.core.calendar import Instant, moment_of
from guerdon.core.effects import MEMBER_ACCOUNTS, Transfer
from guerdon.store.database import Connection
from guerdon.store.queries import statement

_ROWS_AT_A_TIME = 2_000


class JournalRow(NamedTuple):
    """A journal entry as stored."""

    member: int
    seq: int
    event_id: str
    kind: str
    at: datetime
    version: int
    content: bytes
    content_hash: bytes
    facts: bytes | None
    outcome: bytes


class StoredMember(NamedTuple):
    """A member as stored."""

    id: int
    key: str
    seq: int
    state: bytes
    next_due_at: datetime | None


class Entry(NamedTuple):
    """A journal entry, as whoever looks one up or leafs through a journal reads it."""

    seq: int
    event_id: str
    kind: str
    at: datetime
    recorded_at: datetime
    version: int
    content: bytes
    outcome: bytes


class StoredTransfer(NamedTuple):
    """A transfer as stored, with the journal entry it belongs to."""

    member: int
    seq: int
    transfer: Transfer


class MovedAmount(NamedTuple):
    """What one reason has moved between two accounts, over all members."""

    unit: str
    source: str
    target: str
    reason: str
    amount: int
    times: int


class StoredLimit(NamedTuple):
    """A shared limit as stored."""

    name: str
    allowed: int
    used: int
    added: int = 0
    """By hand, on top of what is allowed."""


class CauseGifts(NamedTuple):
    """What one cause was given of one unit."""

    unit: str
    cause: str
    amount: int
    times: int
    members: int


def find_member(connection: Connection, program: int, key: str) -> StoredMember | None:
    """A member by key; None: there is none."""
    row = connection.execute(statement("find_member"), {"program": program, "key": key}).fetchone()
    return None if row is None else StoredMember(*row)


def members_page(connection: Connection, program: int, *, after: str, most: int) -> list[StoredMember]:
    """Members by key, from behind a key on (empty: from the first)."""
    asked = {"program": program, "after": after, "most": most}
    return [StoredMember(*row) for row in connection.execute(statement("members_page"), asked)]


def entries_after(connection: Connection, member: int, after: int, *, last: int, most: int) -> list[Entry]:
    """Entries of a member's journal behind a place and up to another, the oldest first."""
    asked = {"member": member, "after": after, "last": last, "most": most}
    return [Entry(*row) for row in connection.execute(statement("entries_after"), asked)]


def entries_before(connection: Connection, member: int, before: int, *, most: int) -> list[Entry]:
    """Entries of a member's journal before a place, the newest first."""
    asked = {"member": member, "before": before, "most": most}
    return [Entry(*row) for row in connection.execute(statement("entries_before"), asked)]


def find_event(connection: Connection, program: int, event_id: str) -> tuple[str, Entry] | None:
    """The member and the entry of an event; None: nothing of that id is on record."""
    row = connection.execute(statement("find_event"), {"program": program, "event_id": event_id}).fetchone()
    return None if row is None else (row[0], Entry(*row[1:]))


def changes_by_entry(connection: Connection, member: int, first: int, last: int) -> dict[int, dict[str, int]]:
    """By entry and unit, how much more the member has by each entry; one that moved nothing is left out."""
    changes: dict[int, dict[str, int]] = {}
    for seq, unit, change in connection.execute(statement("changes_by_entry"), _own(member, first, last)):
        changes.setdefault(seq, {})[unit] = change
    return changes


def change_over_entries(connection: Connection, member: int, first: int, last: int) -> dict[str, int]:
    """By unit, how much more the member has by all of these entries together."""
    return dict(connection.execute(statement("change_over_entries"), _own(member, first, last)).fetchall())


def _own(member: int, first: int, last: int) -> dict[str, object]:
    return {"member": member, "first": first, "last": last, "own": list(MEMBER_ACCOUNTS)}


def member_journal(connection: Connection, member: int) -> list[JournalRow]:
    """A member's whole journal."""
    return [JournalRow(*row) for row in connection.execute(statement("member_journal"), {"member": member})]


def journals_of(connection: Connection, members: Sequence[int]) -> list[JournalRow]:
    """The whole journals of some members, by member and entry."""
    return [JournalRow(*row) for row in connection.execute(statement("journals_of"), {"members": list(members)})]


def id_range(connection: Connection, program: int) -> tuple[int, int] | None:
    """The lowest and the highest member id of a program; None: it has no members."""
    row = connection.execute(statement("id_range"), {"program": program}).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def journal_span(connection: Connection, program: int) -> tuple[datetime, datetime] | None:
    """When the first and the last event of a program happened, ticks aside; None: none did."""
    row = connection.execute(statement("journal_span"), {"program": program}).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def members_in_range(connection: Connection, program: int, first: int, last: int) -> Iterator[StoredMember]:
    """Members by id, streamed."""
    return (StoredMember(*row) for row in _stream(connection, "members_in_range", program, first, last))


def journal_in_range(connection: Connection, program: int, first: int, last: int) -> Iterator[JournalRow]:
    """Journals of members by id and entry, streamed."""
    return (JournalRow(*row) for row in _stream(connection, "journal_in_range", program, first, last))


def transfers_in_range(connection: Connection, program: int, first: int, last: int) -> Iterator[StoredTransfer]:
    """Transfers of members by id, entry and number, streamed."""
    rows = _stream(connection, "transfers_in_range", program, first, last)
    return (StoredTransfer(row[0], row[1], Transfer(*row[2:])) for row in rows)


def event_ids_in_range(connection: Connection, program: int, first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """Where event ids point: member, entry and id, streamed."""
    return iter(_stream(connection, "event_ids_in_range", program, first, last))


def emitted_in_range(connection: Connection, program: int, first: int, last: int) -> Iterator[tuple[int, int, bytes]]:
    """The events that members' decisions sent to others: member, entry and event, streamed."""
    return iter(_stream(connection, "emitted_in_range", program, first, last))


def in_transit(connection: Connection, program: int) -> dict[str, int]:
    """By unit, what was sent and has neither arrived nor set out on its way back."""
    return dict(connection.execute(statement("in_transit"), {"program": program}).fetchall())


def wrongly_delivered(connection: Connection, program: int) -> list[tuple[int, bytes]]:
    """Events noted as delivered that stand in nobody's journal: the sender's entry, and the event."""
    rows = connection.execute(statement("wrongly_delivered"), {"program": program})
    return [(seq, event) for seq, event in rows]


def returned_events(connection: Connection, program: int) -> list[tuple[int, bytes | None, str, bytes | None]]:
    """What was refused on delivery, with its code, beside what goes back: the sender's entry, and both events."""
    return connection.execute(statement("returned_events"), {"program": program}).fetchall()


def account_before(connection: Connection, program: int, account: str, at: Instant) -> dict[str, int]:
    """By unit, what an account held before an instant, by the dates of the events."""
    asked = {"program": program, "account": account, "at": moment_of(at)}
    return dict(connection.execute(statement("account_before"), asked).fetchall())


def partner_entries(
    connection: Connection, program: int, account: str, begins: Instant, ends: Instant
) -> Iterator[bytes]:
    """The outcomes of the decisions between two instants that moved something to or from an account, streamed."""
    asked = {"program": program, "account": account, "first": moment_of(begins), "last": moment_of(ends)}
    with connection.cursor(name="partner_entries") as cursor:
        cursor.itersize = _ROWS_AT_A_TIME
        cursor.execute(statement("partner_entries"), asked)
        yield from (outcome for (outcome,) in cursor)


def gifts_to_causes(connection: Connection, program: int) -> list[CauseGifts]:
    """What each cause was given."""
    return [CauseGifts(*row) for row in connection.execute(statement("gifts_to_causes"), {"program": program})]


def _stream(connection: Connection, name: str, program: int, first: int, last: int) -> Iterator[Any]:
    """Rows through a cursor of the server, so that any number of them takes little memory here."""
    with connection.cursor(name=name) as cursor:
        cursor.itersize = _ROWS_AT_A_TIME
        cursor.execute(statement(name), {"program": program, "first": first, "last": last})
        yield from cursor


def account_balances(connection: Connection, program: int) -> dict[tuple[str, str], int]:
    """What each account holds, by unit and account: the balances that the database keeps."""
    return _by_account(connection, "account_balances", program)


def account_balances_at(connection: Connection, program: int, at: datetime) -> dict[tuple[str, str], int]:
    """What each account held at a moment, by the dates of the events that moved something."""
    rows = connection.execute(statement("account_balances_at"), {"program": program, "at": at})
    return {(unit, account): balance for unit, account, balance in rows}


def account_totals(connection: Connection, program: int) -> dict[tuple[str, str], int]:
    """The same, added up anew from every transfer."""
    return _by_account(connection, "account_totals", program)


def _by_account(connection: Connection, name: str, program: int) -> dict[tuple[str, str], int]:
    rows = connection.execute(statement(name), {"program": program})
    return {(unit, account): balance for unit, account, balance in rows}


def limits(connection: Connection, program: int) -> list[StoredLimit]:
    """Every shared limit, by name."""
    return [StoredLimit(*row) for row in connection.execute(statement("limit_uses"), {"program": program})]


def limit(connection: Connection, program: int, name: str) -> StoredLimit | None:
    """One shared limit; None where nobody has looked at it yet."""
    row = connection.execute(statement("one_limit"), {"program": program, "name": name}).fetchone()
    return None if row is None else StoredLimit(name, row[0], row[2], row[1])


def limit_additions(connection: Connection, program: int) -> dict[str, list[int]]:
    """What was added to shared limits by hand, one by one, by limit."""
    added: dict[str, list[int]] = {}
    for name, amount in connection.execute(statement("limit_additions"), {"program": program}):
        added.setdefault(name, []).append(amount)
    return added


def orphans(connection: Connection) -> tuple[int, ...]:
    """How many journal entries, transfers, event ids and events for others belong to no member of their program."""
    row = connection.execute(statement("orphans")).fetchone()
    assert row is not None, "a select of counts gives one row"
    return row


def amounts_by_reason(connection: Connection, program: int) -> list[MovedAmount]:
    """What each mechanic, reward and rule has moved, and how often."""
    return [MovedAmount(*row) for row in connection.execute(statement("amounts_by_reason"), {"program": program})]


def member_count(connection: Connection, program: int) -> int:
    """How many members a program has."""
    row = connection.execute(statement("member_count"), {"program": program}).fetchone()
    return 0 if row is None else row[0]


def members_by_level(connection: Connection, program: int) -> dict[str, int]:
    """How many members stand on each level of each ladder."""
    return dict(connection.execute(statement("members_by_level"), {"program": program}).fetchall())


def limits_used(connection: Connection, program: int, names: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """What is used of some shared limits, and what was added to them by hand, without locking them.

    One that was never looked at is left out.
    """
    if not names:
        return {}, {}
    rows = connection.execute(statement("read_limits"), {"program": program, "names": list(names)}).fetchall()
    return {name: used for name, used, _ in rows}, {name: added for name, _, added in rows if added}
