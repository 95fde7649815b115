"""Closing the books: the roll-forward of every unit, month by month through a day, by one of two methods.

``ifrs15`` carries deferred revenue with breakage, ``gross`` everything outstanding at its worth. The units are the same
by both. A unit that the program gives no worth has units and no money, which is said and not told as zero.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Zone, day_of
from guerdon.core.program import Unit
from guerdon.core.timeline import Timeline
from guerdon.insight.accounting.deferral import WORTHLESS, MonthOfMoney, Worths, deferred_revenue, worth_money
from guerdon.insight.accounting.flows import AccountMove, account_moves, movements, sales
from guerdon.insight.accounting.gross import at_worth
from guerdon.insight.accounting.lots import Cell, Month, cells_of, first_day, month_of
from guerdon.insight.accounting.roll_forward import (
    Roll,
    UnitRoll,
    in_order,
    joined,
    last_day,
    rolls_of_units,
)

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables

Method = Literal["ifrs15", "gross"]


class Books(NamedTuple):
    """The roll-forwards of a program through a day."""

    method: Method
    as_of: date
    rolls: Sequence[UnitRoll]
    """One for each unit and month, in the order of units and months."""
    moves: Sequence[AccountMove]
    """What moved between the accounts, from which the ledger's balances follow."""
    cells: Mapping[Cell, int]
    """What became of each month's grants."""

    def over(self, first: Month, last: Month) -> list[UnitRoll]:
        """The roll-forward of each unit over a period of months."""
        units = sorted({roll.unit for roll in self.rolls})
        return [self._over(unit, first, last) for unit in units]

    def _over(self, unit: str, first: Month, last: Month) -> UnitRoll:
        known = [roll for roll in self.rolls if roll.unit == unit]
        own = [roll for roll in known if first <= month_of(roll.first) <= last]
        money = [roll.money for roll in own if roll.money is not None]
        end = min(last_day(last), self.as_of)
        if not own:
            return UnitRoll(unit, first_day(first), end, Roll(0, {}, 0), _nothing(known), None, None)
        return UnitRoll(
            unit,
            first_day(first),
            end,
            joined([roll.units for roll in own]),
            joined(money) if money else None,
            own[-1].likelihood,
            own[-1].expected,
        )


def _nothing(known: Sequence[UnitRoll]) -> Roll | None:
    """The money of a unit before anything of it moved: nothing, or not known for one that is not worth money."""
    return Roll(0, {}, 0) if known[0].money is not None else None


def worths_of(timeline: Timeline, zone: Zone) -> Worths:
    """What units are worth, by the version in force at the end of a month; of one that was dropped, the last that had
    it.
    """

    def worth(unit: str, month: Month) -> Rate | None:
        end = zone.start(day_of(first_day(month + 1))) - 1
        before = [version for version in timeline.versions if version.starts_at <= end] or timeline.versions[:1]
        declared = [version.program.units[unit] for version in before if unit in version.program.units]
        return worth_of(declared[-1]) if declared else None

    return worth


def worth_of(unit: Unit) -> Rate | None:
    """Minor units for the smallest part of a unit; money is worth itself."""
    return Rate(1, 1) if unit.money else unit.worth


def close(tables: "Tables", worths: Worths, as_of: date, method: Method = "ifrs15") -> Books:
    """The books through a day."""
    moves = account_moves(tables, as_of)
    cells = cells_of(movements(tables, as_of))
    last = month_of(as_of)
    units = rolls_of_units(moves, last)
    money: Mapping[tuple[str, Month], MonthOfMoney | Roll]
    if method == "gross":
        money = _gross(units, worths)
    else:
        months = deferred_revenue(cells, sales(tables, as_of), worths, last=last, last_is_whole=as_of == last_day(last))
        money = {(month.unit, month.month): month for month in months}
    rolls = [_with_money(unit, month, roll, money.get((unit, month)), as_of) for (unit, month), roll in units.items()]
    return Books(method, as_of, rolls, moves, cells)


def _gross(units: Mapping[tuple[str, Month], Roll], worths: Worths) -> dict[tuple[str, Month], Roll]:
    months = sorted({month for _, month in units})
    worthy = worth_money({unit for unit, _ in units}, months, worths)
    return {
        (unit, month): at_worth(roll, worths(unit, month) or WORTHLESS, worths(unit, month - 1) or WORTHLESS)
        for (unit, month), roll in units.items()
        if unit in worthy
    }


def _with_money(unit: str, month: Month, roll: Roll, money: "MonthOfMoney | Roll | None", as_of: date) -> UnitRoll:
    first, last = first_day(month), min(last_day(month), as_of)
    if isinstance(money, MonthOfMoney):
        told = Roll(money.opening, in_order(money.moves), money.closing)
        return UnitRoll(unit, first, last, roll, told, money.likelihood, money.expected)
    return UnitRoll(unit, first, last, roll, money, None, None)
