"""Tying: the books must say what the ledger says, account by account, to the smallest part.

Three sums are compared that come about in different ways: what the transfers of the lake add up to for each account
against the balances that the database keeps; the closing balance of each roll-forward against what wallets hold, less
debts, and what is on its way; and what the lots of all months have left against what wallets hold. In money the
lines of each month lead from its opening to its closing balance, and that is the opening of the next.

A lake by itself, without its database, is compared with its daily wallets. They are made of the same transfers: that
finds files which do not belong together, and no more. Only the database's own balances prove the books.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from guerdon.core.effects import MEMBER_ACCOUNTS
from guerdon.insight.accounting.flows import AccountMove
from guerdon.insight.accounting.lots import INFLOWS, Cell
from guerdon.insight.accounting.roll_forward import Roll, UnitRoll

if TYPE_CHECKING:
    from guerdon.insight.accounting.closing import Books
    from guerdon.insight.engines import Tables

Balances = Mapping[tuple[str, str], int]
"""What accounts hold, by unit and account."""

_IN_LOTS = ("available", "pending", "held")


class Difference(NamedTuple):
    """A sum that is one amount in the books and another in the ledger."""

    what: str
    books: int
    ledger: int


class DoesNotTie(ValueError):
    """The books and the ledger disagree. Nothing is told that does not tie."""

    def __init__(self, differences: list[Difference]) -> None:
        shown = "; ".join([f"{what}: {books:,} in the books, {ledger:,} in the ledger"
                           for what, books, ledger in differences[:5]])  # fmt: skip
        super().__init__(
            f"The books do not tie to the ledger. {shown}. If events came in meanwhile, run it again; if not, run "
            "`guerdon verify`, and export the lake anew."
        )
        self.differences = differences


def check_ties(books: "Books", ledger: Balances) -> None:
    """Compare the books with the ledger's balances of the same day. Raises ``DoesNotTie``."""
    differences = [*_accounts(books.moves, ledger), *_closings(books, ledger), *_lots(books.cells, ledger)]
    differences += _chains(books.rolls)
    if differences:
        raise DoesNotTie(differences)


def check_wallets(books: "Books", tables: "Tables") -> None:
    """Compare the books with the daily wallets of the lake. Raises ``DoesNotTie``."""
    held = wallets(tables, books.as_of)
    own = balances_of(books.moves)
    differences = [
        Difference(f"{account} {unit}", own[unit, account], held[unit, account])
        for unit, account in sorted(set(own) | set(held))
        if account in MEMBER_ACCOUNTS and own[unit, account] != held[unit, account]
    ]
    differences += [*_closings(books, own), *_lots(books.cells, own), *_chains(books.rolls)]
    if differences:
        raise DoesNotTie(differences)


def balances_of(moves: Iterable[AccountMove]) -> Counter[tuple[str, str]]:
    """What accounts hold after transfers."""
    balances = Counter[tuple[str, str]]()
    for move in moves:
        balances[move.unit, move.target] += move.amount
        balances[move.unit, move.source] -= move.amount
    return balances


def wallets(tables: "Tables", last: date) -> Counter[tuple[str, str]]:
    """What wallets held at the end of a day by the daily wallets, by unit and account."""
    daily = tables.daily_wallets
    sums = {account: daily[account].sum() for account in MEMBER_ACCOUNTS}
    found = daily.filter(daily.day <= last).group_by("unit").aggregate(**sums)
    held = Counter[tuple[str, str]]()
    for row in found.to_pyarrow().to_pylist():
        for account in MEMBER_ACCOUNTS:
            held[row["unit"], account] = int(row[account] or 0)
    return held


def _accounts(moves: Iterable[AccountMove], ledger: Balances) -> Iterator[Difference]:
    own = balances_of(moves)
    for unit, account in sorted(set(own) | set(ledger)):
        held = ledger.get((unit, account), 0)
        if own[unit, account] != held:
            yield Difference(f"{account} {unit}", own[unit, account], held)


def _closings(books: "Books", ledger: Balances) -> Iterator[Difference]:
    for unit, rolls in groupby(books.rolls, key=lambda roll: roll.unit):
        *_, newest = rolls
        outstanding = sum([ledger.get((unit, account), 0) for account in (*MEMBER_ACCOUNTS, "in_transit")])
        if newest.units.closing != outstanding:
            yield Difference(f"closing balance of {unit}", newest.units.closing, outstanding)


def _lots(cells: Mapping[Cell, int], ledger: Balances) -> Iterator[Difference]:
    left = Counter[str]()
    for cell, amount in cells.items():
        left[cell.unit] += amount if cell.flow in INFLOWS else -amount
    for unit in sorted(set(left) | {unit for unit, _ in ledger}):
        held = sum([ledger.get((unit, account), 0) for account in _IN_LOTS])
        if left[unit] != held:
            yield Difference(f"lots of {unit}", left[unit], held)


def _chains(rolls: Iterable[UnitRoll]) -> Iterator[Difference]:
    for unit, own in groupby(rolls, key=lambda roll: roll.unit):
        months = list(own)
        yield from _chain(f"{unit}", [roll.units for roll in months])
        yield from _chain(f"money for {unit}", [roll.money for roll in months if roll.money is not None])


def _chain(what: str, rolls: list[Roll]) -> Iterator[Difference]:
    opening = 0
    for roll in rolls:
        if roll.opening != opening:
            yield Difference(f"opening balance of {what}", roll.opening, opening)
        if roll.opening + sum(roll.moves.values()) != roll.closing:
            yield Difference(f"lines of {what}", roll.opening + sum(roll.moves.values()), roll.closing)
        opening = roll.closing
