"""Lots by month: of which month's grants it was that members used, lost or sent on.

The ledger says how much left a wallet, and keeps no history of each lot. Here what leaves takes the oldest month first
(first in, first out), which is the order in which wallets are consumed where all of a unit lasts equally long. What a
return takes back comes out of the month of its purchase, as far as it is there, then out of the newest; what pays back
a debt comes out of the newest, which is what was just granted.

Months are counted from the year 0: ``2017 * 12 + 2`` is March of 2017. Within a month what comes is taken before what
goes, which changes nothing about the months that it comes from.

**Worked.** 100 in January, 60 in February; 120 are used in March: 100 of January and 20 of February.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from guerdon.core import calendar

Month = int
"""Months since the year 0."""

INFLOWS = ("sold", "given", "funded", "gained", "restored", "received")
OUTFLOWS = ("reversed", "repaid", "expired", "sent", "converted", "causes", "partners", "redeemed")
"""In the order in which they are taken within a month."""


def month_of(day: date) -> Month:
    """The month of a day."""
    return calendar.month_of(calendar.day_of(day))


def first_day(month: Month) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


class Movement(NamedTuple):
    """How much of a unit came to a member, or left, in a month, in one way."""

    member: int
    unit: str
    month: Month
    flow: str
    """One of ``INFLOWS`` or ``OUTFLOWS``."""
    other: str
    """Of ``converted`` and ``gained``: the other unit; else empty."""
    origin: Month | None
    """Of ``reversed``: the month of the purchase whose goods came back; None: not known."""
    amount: int
    """In the smallest part; above zero."""


class Cell(NamedTuple):
    """What became of one month's grants in another month."""

    unit: str
    granted: Month
    month: Month
    flow: str
    other: str


class WalletOverdrawn(ValueError):
    """More left a wallet than had ever come: rows of the lake are missing."""

    def __init__(self, movement: Movement) -> None:
        super().__init__(
            f"In {first_day(movement.month):%Y-%m} more {movement.unit} left the wallet of member number "
            f"{movement.member} than had come. The lake lacks rows: export it anew."
        )


def cells_of(movements: Iterable[Movement]) -> Counter[Cell]:
    """What became of each month's grants. ``movements`` are in the order of member, unit and month."""
    cells = Counter[Cell]()
    for _, own in groupby(movements, key=lambda movement: movement[:2]):
        _follow(own, cells)
    return cells


def _follow(movements: Iterable[Movement], cells: Counter[Cell]) -> None:
    """One wallet's life, month by month."""
    lots = dict[Month, int]()
    for month, rows in groupby(movements, key=lambda movement: movement.month):
        for movement in sorted(rows, key=_order):
            if movement.flow in INFLOWS:
                lots[month] = lots.get(month, 0) + movement.amount
                cells[Cell(movement.unit, month, month, movement.flow, movement.other)] += movement.amount
            else:
                _take(movement, lots, cells)


def _order(movement: Movement) -> int:
    return -1 if movement.flow in INFLOWS else OUTFLOWS.index(movement.flow)


def _take(movement: Movement, lots: dict[Month, int], cells: Counter[Cell]) -> None:
    left = movement.amount
    for granted in _in_turn(movement, lots):
        part = min(left, lots[granted])
        left -= part
        lots[granted] -= part
        if part:
            cells[Cell(movement.unit, granted, movement.month, movement.flow, movement.other)] += part
        if not lots[granted]:
            del lots[granted]
        if not left:
            return
    raise WalletOverdrawn(movement)


def _in_turn(movement: Movement, lots: dict[Month, int]) -> list[Month]:
    """The months of the lots, in the order in which this takes from them."""
    if movement.flow not in ("reversed", "repaid"):
        return sorted(lots)
    return sorted(lots, key=lambda granted: (granted != movement.origin, -granted))
