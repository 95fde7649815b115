"""Small ledgers for tests of the books: transfers written as `enrol ana: issued > available 100 points (welcome)`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from guerdon.core.amounts import Rate
from guerdon.core.effects import MEMBER_ACCOUNTS
from guerdon.insight.accounting.lots import Month
from guerdon.insight.engines.duckdb import tables_from

WORTHS = {"points": Rate(1, 1), "vouchers": Rate(1, 1)}


def worths(unit: str, month: Month) -> Rate | None:
    """A cent for a point; a voucher is money; stamps are worth nothing."""
    return WORTHS.get(unit)


class Entry(NamedTuple):
    """An entry of the journal with its transfers."""

    member: int
    day: date
    kind: str
    transfers: tuple[tuple[str, str, str, int, str], ...]
    """Unit, source, target, amount and reason."""
    paid: int | None = None
    event_id: str = ""
    purchase: str | None = None
    partner: str | None = None


def rows_of(entries: Iterable[Entry]) -> dict[str, list[dict[str, Any]]]:
    """The rows of the lake for entries, in the order in which they were recorded."""
    events, transfers = [], []
    counts, wallets = Counter[int](), Counter[tuple[int, str, date, str]]()
    for entry in entries:
        counts[entry.member] += 1
        seq = counts[entry.member]
        at = datetime(entry.day.year, entry.day.month, entry.day.day, 12, tzinfo=UTC)
        where = {"member": entry.member, "seq": seq, "at": at, "day": entry.day}
        named = {"event_id": entry.event_id or f"{entry.member}-{seq}", "purchase": entry.purchase}
        events.append(where | named | {"kind": entry.kind, "paid": entry.paid, "partner": entry.partner})
        for number, (unit, source, target, amount, reason) in enumerate(entry.transfers, 1):
            accounts = {"unit": unit, "source": source, "target": target}
            transfers.append(where | accounts | {"number": number, "amount": amount, "reason": reason})
            for account, part in ((source, -amount), (target, amount)):
                if account in MEMBER_ACCOUNTS:
                    wallets[entry.member, unit, entry.day, account] += part
    return {"events": events, "transfers": transfers, "daily_wallets": _daily(wallets)}


def _daily(wallets: Mapping[tuple[int, str, date, str], int]) -> list[dict[str, Any]]:
    found: dict[tuple[int, str, date], dict[str, Any]] = {}
    for (member, unit, day, account), amount in wallets.items():
        key = {"member": member, "unit": unit, "day": day, "seq": 1}
        row = found.setdefault((member, unit, day), key | dict.fromkeys(MEMBER_ACCOUNTS, 0))
        row[account] += amount
    return list(found.values())


def tables(entries: Iterable[Entry]) -> Any:
    """The tables of a lake for entries."""
    return tables_from(rows_of(entries))
