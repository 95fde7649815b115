"""What comes back with a return, line by line, in money: the part of the export that the engine itself works out.

**Worked.** Two cups for 10.00 and a plate for 6.00 were paid with a voucher of 4.00: 7.50 and 4.50 in money. One cup
comes back: a row of -1 cup with a ``net`` of -5.00, and the return's ``paid`` is -3.75.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from guerdon.core.effects import decode_outcome
from guerdon.core.events import Line, Purchase, Return, decode_event, line_nets
from guerdon.core.facts import PurchaseRecord
from guerdon.core.returning import Origin, Quantities, origin_of

RETURNED = pa.schema([("member", pa.int64()), ("seq", pa.int32()), ("items", pa.int64()), ("paid", pa.int64())])
RETURNED_LINES = pa.schema(
    [
        ("member", pa.int64()),
        ("seq", pa.int32()),
        ("line", pa.int32()),
        ("sku", pa.string()),
        ("category", pa.string()),
        ("brand", pa.string()),
        ("quantity", pa.int64()),
        ("amount", pa.int64()),
        ("net", pa.int64()),
    ]
)


class ReturnRow(NamedTuple):
    """A return as it stands in the journal, with its purchase."""

    member: int
    seq: int
    content: str
    buyer: int
    bought: int
    """The entry of the purchase in the journal of ``buyer``."""
    purchase: str
    outcome: str


def returned_tables(rows: Iterable[ReturnRow], *, after: dict[int, int]) -> tuple[pa.Table, pa.Table]:
    """What comes back as tables ``returned`` and ``returned_lines``, of the entries behind those named by member.

    ``rows`` are all returns of the members, in the order of their journals: what had come back before counts too.
    """
    heads, lines = [], []
    for row, origin in _origins(rows):
        if row.seq > after[row.member]:
            parts = _lines_back(row, origin)
            lines += parts
            heads.append(
                {"member": row.member, "seq": row.seq, "items": -len(parts), "paid": -_back(origin, origin.payments)}
            )
    return pa.Table.from_pylist(heads, schema=RETURNED), pa.Table.from_pylist(lines, schema=RETURNED_LINES)


def _origins(rows: Iterable[ReturnRow]) -> Iterator[tuple[ReturnRow, Origin]]:
    """Each return with what its goods come back from."""
    before: dict[tuple[int, int], Quantities] = {}
    for row in rows:
        event, purchase = decode_event(row.content.encode()), decode_event(row.purchase.encode())
        assert isinstance(event, Return)
        assert isinstance(purchase, Purchase)
        record = PurchaseRecord(purchase, decode_outcome(row.outcome).effects)
        origin = origin_of(event, record, before.get((row.buyer, row.bought), {}))
        before[row.buyer, row.bought] = origin.after
        yield row, origin


def _back(origin: Origin, shares: list[int]) -> int:
    """What comes back of amounts that each line has a share of."""
    return sum([origin.share_coming_back(share, line) for line, share in enumerate(shares)])


def _lines_back(row: ReturnRow, origin: Origin) -> list[dict[str, object]]:
    nets = line_nets(origin.purchase.lines)
    found = []
    for number, line in enumerate(origin.purchase.lines):
        pieces = origin.after.get(number, 0) - origin.before.get(number, 0)
        if pieces:
            found.append(_line_back(row, origin, number, line, nets[number], pieces))
    return found


def _line_back(row: ReturnRow, origin: Origin, number: int, line: Line, net: int, pieces: int) -> dict[str, object]:
    return {
        "member": row.member,
        "seq": row.seq,
        "line": number,
        "sku": line.sku,
        "category": line.category or None,
        "brand": line.brand or None,
        "quantity": -pieces if line.quantity else 0,
        "amount": -origin.share_coming_back(line.amount, number),
        "net": -origin.share_coming_back(net, number),
    }
