"""Journal entries: the months' roll-forwards in money, as debits and credits for an ERP.

Each line of a month is one entry of two or three postings, dated on the last day of the period, with a reference that
is the same whenever the same month is closed. An entry balances by itself. An amount below zero stands on the other
side, never with a sign.

**Worked.** 8,676 are deferred out of sales: debit Sales 8,676, credit Deferred revenue 8,676. 100 points that carry
0.90 go to a cause that is paid 1.00: debit Deferred revenue 0.90 and Cost of rewards 0.10, credit Causes 1.00.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO
from typing import NamedTuple

from guerdon.core.amounts import Rate, Rounding, currency_scale
from guerdon.insight.accounting.accounts import Accounts
from guerdon.insight.accounting.closing import Books
from guerdon.insight.accounting.deferral import Worths
from guerdon.insight.accounting.lots import Month, month_of
from guerdon.insight.accounting.roll_forward import UnitRoll

COLUMNS = ("date", "account", "debit", "credit", "text", "reference")

_COUNTER = {
    "sold": "revenue",
    "given": "marketing",
    "funded": "partners",
    "gained": "exchange",
    "restored": "points_revenue",
    "redeemed": "points_revenue",
    "expired": "breakage",
    "reversed": "revenue",
    "converted": "exchange",
    "breakage": "breakage",
    "revalued": "rewards_cost",
}
"""The account against which each line is posted. What goes to causes and partners has three postings."""
_GROSS = {**_COUNTER, "sold": "rewards_cost", "given": "rewards_cost", "reversed": "rewards_cost"}

_TEXTS = {
    "sold": "{unit} that came with sales",
    "given": "{unit} given without a sale",
    "funded": "{unit} that partners pay for",
    "gained": "{unit} gained for another unit",
    "restored": "{unit} restored after returns",
    "redeemed": "{unit} used",
    "expired": "{unit} lapsed",
    "reversed": "{unit} taken back",
    "converted": "{unit} that became another unit",
    "causes": "{unit} given to causes",
    "partners": "{unit} that went to partners",
    "breakage": "{unit}: what is expected never to be used, estimated anew",
    "revalued": "{unit} valued anew",
}


class Posting(NamedTuple):
    """One posting of an entry, in minor units; one of the two amounts is zero."""

    date: date
    account: str
    debit: int
    credit: int
    text: str
    reference: str


def entries(
    books: Books, worths: Worths, accounts: Accounts, program: str, first: Month, last: Month
) -> Iterator[Posting]:
    """The postings of the months from the first to the last, in the order of months and units."""
    rolls = [roll for roll in books.rolls if first <= month_of(roll.first) <= last and roll.money is not None]
    for roll in sorted(rolls, key=lambda roll: (roll.first, roll.unit)):
        worth = worths(roll.unit, month_of(roll.first)) or Rate(0, 1)
        yield from _of_month(roll, worth, accounts, program, _GROSS if books.method == "gross" else _COUNTER)


def _of_month(
    roll: UnitRoll, worth: Rate, accounts: Accounts, program: str, counter: dict[str, str]
) -> Iterator[Posting]:
    assert roll.money is not None, "only months with money are asked for"
    for line, amount in roll.money.moves.items():
        sides = _sides(line, amount, roll, worth, counter)
        text = _TEXTS[line].format(unit=roll.unit)
        reference = f"{program}-{roll.first:%Y-%m}-{roll.unit}-{line}"
        for account, debit in sides.items():
            if debit:
                name = getattr(accounts, account).replace("{unit}", roll.unit)
                yield Posting(roll.last, name, max(debit, 0), max(-debit, 0), text, reference)


def _sides(line: str, amount: int, roll: UnitRoll, worth: Rate, counter: dict[str, str]) -> dict[str, int]:
    """What is debited to each account; below zero it is credited. They add up to zero."""
    if line not in ("causes", "partners"):
        return {"deferred_revenue": -amount, counter[line]: amount}
    owed = worth.of(-roll.units.moves.get(line, 0), Rounding.NEAREST)
    return {"deferred_revenue": -amount, "rewards_cost": owed + amount, line: -owed}


def as_csv(postings: Iterable[Posting], currency: str) -> str:
    """The postings as CSV, amounts in the currency with its decimals and a point; an empty side is empty."""
    scale = currency_scale(currency)
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for posting in postings:
        sides = [_decimal(amount, scale) if amount else "" for amount in (posting.debit, posting.credit)]
        writer.writerow([posting.date.isoformat(), posting.account, *sides, posting.text, posting.reference])
    return written.getvalue()


def _decimal(amount: int, scale: int) -> str:
    whole, part = divmod(amount, 10**scale)
    return f"{whole}.{part:0{scale}}" if scale else str(whole)
