"""Leafing through a member's journal: a page of entries with the balances after each, without reading the rest.

The balances after an entry are what all transfers up to it add up to. For the newest entries that is what the member
has now, less what has moved since; for the oldest it is what has moved before. So a page costs what its own entries
cost, and a sum that PostgreSQL makes over the transfers on the shorter side.

**Worked.** Entries 1 to 5 bring 50, 10, -20, 5 and 0 points, and the member has 45. The two newest before entry 5 are 4
and 3: nothing has moved since entry 4, so that 45 are there after it, and 45 - 5 = 40 after entry 3.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from guerdon.core import wallet
from guerdon.core.state import decode_state
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import Entry, StoredMember


class StatementEntry(NamedTuple):
    """A journal entry, and where it left the wallets."""

    entry: Entry
    change: dict[str, int]
    """By unit: how much more the member has, in its smallest part."""
    balance: dict[str, int]
    """By unit: what the member has afterwards: available, pending and reserved, less debt."""


def oldest_first(connection: Connection, member: StoredMember, *, after: int, most: int) -> list[StatementEntry]:
    """Entries behind a place in the journal, the oldest first, up to where ``member`` was read."""
    entries = reading.entries_after(connection, member.id, after, last=member.seq, most=most)
    if not entries:
        return []
    balances = Counter(reading.change_over_entries(connection, member.id, 1, entries[0].seq - 1))
    changes = reading.changes_by_entry(connection, member.id, entries[0].seq, entries[-1].seq)
    told = []
    for entry in entries:
        change = changes.get(entry.seq, {})
        balances.update(change)
        told.append(_entry(entry, change, balances))
    return told


def newest_first(
    connection: Connection, member: StoredMember, *, before: int | None, most: int
) -> list[StatementEntry]:
    """Entries before a place in the journal (None: from its end), the newest first."""
    first = member.seq + 1 if before is None else min(before, member.seq + 1)
    entries = reading.entries_before(connection, member.id, first, most=most)
    if not entries:
        return []
    state = decode_state(member.state)
    balances = Counter({unit: wallet.total(held) for unit, held in state.wallets.items()})
    balances.subtract(reading.change_over_entries(connection, member.id, first, member.seq))
    changes = reading.changes_by_entry(connection, member.id, entries[-1].seq, first - 1)
    told = []
    for entry in entries:
        change = changes.get(entry.seq, {})
        told.append(_entry(entry, change, balances))
        balances.subtract(change)
    return told


def _entry(entry: Entry, change: Mapping[str, int], balances: Mapping[str, int]) -> StatementEntry:
    moved = {unit: amount for unit, amount in sorted(change.items()) if amount}
    return StatementEntry(entry, moved, {unit: held for unit, held in sorted(balances.items()) if held})
