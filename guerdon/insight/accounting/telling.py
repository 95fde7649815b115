"""The liability as machines read it: the answer of `guerdon liability --json`."""

from collections.abc import Iterable
from datetime import date

import msgspec

from guerdon.insight.accounting.closing import Books, Method
from guerdon.insight.accounting.curves import CERTAIN
from guerdon.insight.accounting.lots import Month
from guerdon.insight.accounting.roll_forward import LINES, UnitRoll


class Line(msgspec.Struct, frozen=True):
    """A line of a roll-forward."""

    line: str
    """``sold``, ``given``, ``funded``, ``gained``, ``restored``, ``redeemed``, ``expired``, ``reversed``,
    ``converted``, ``causes``, ``partners``, ``breakage`` or ``revalued``."""
    units: int
    """What is added, below zero what leaves, in the unit's smallest part."""
    money: int | None
    """The same in minor units of the currency; null: the unit is not worth money."""


class UnitPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """One unit over a period: the opening balance and the lines add up to the closing balance."""

    unit: str
    first: date
    """The first day of the period."""
    last: date
    """The last day of it."""
    opening: int
    """The balance before the first day, in the unit's smallest part."""
    closing: int
    """The balance at the end of the last day."""
    opening_money: int | None
    """The opening balance in minor units; null: the unit is not worth money."""
    closing_money: int | None
    """The closing balance in minor units: the liability."""
    lines: list[Line]
    """What moved; lines where nothing did are left out."""
    likelihood: float | None
    """How likely a point granted in the last month was expected to be used, from 0 to 1; null: not estimated."""
    expected: int | None
    """How much of the closing balance is expected to be used yet, in the smallest part; null: not estimated."""


class LiabilityTold(msgspec.Struct, frozen=True, kw_only=True):
    """The liability of a program as of a day."""

    program: str
    """The program's name."""
    method: Method
    """``ifrs15`` (deferred revenue with breakage) or ``gross`` (everything outstanding at its worth)."""
    currency: str
    """The currency of all money."""
    as_of: date
    """The day at the end of which this holds, in the program's time zone."""
    liability: int
    """The closing balances of all units that are worth money, in minor units."""
    units: list[UnitPeriod]
    """Each unit over the period."""
    months: list[UnitPeriod]
    """The same month by month."""


def told(books: Books, program: str, currency: str, first: Month, last: Month) -> LiabilityTold:
    """The answer for a period of months."""
    period = [_period(roll) for roll in books.over(first, last)]
    months = [_period(roll) for month in range(first, last + 1) for roll in books.over(month, month)]
    return LiabilityTold(
        program=program,
        method=books.method,
        currency=currency,
        as_of=books.as_of,
        liability=sum([unit.closing_money or 0 for unit in period]),
        units=period,
        months=months,
    )


def _period(roll: UnitRoll) -> UnitPeriod:
    return UnitPeriod(
        unit=roll.unit,
        first=roll.first,
        last=roll.last,
        opening=roll.units.opening,
        closing=roll.units.closing,
        opening_money=None if roll.money is None else roll.money.opening,
        closing_money=None if roll.money is None else roll.money.closing,
        lines=list(_lines(roll)),
        likelihood=None if roll.likelihood is None else roll.likelihood / CERTAIN,
        expected=roll.expected,
    )


def _lines(roll: UnitRoll) -> Iterable[Line]:
    for line in LINES:
        units, money = roll.units.moves.get(line, 0), None if roll.money is None else roll.money.moves.get(line, 0)
        if units or money:
            yield Line(line, units, money)
