"""The roll-forward: from the opening to the closing balance of a unit in a period, in units and in money.

| line | what moved |
|---|---|
| ``sold`` | came with a purchase of the merchant |
| ``given`` | came with anything else: joining, an action, a correction, a purchase from a partner |
| ``funded`` | came out of a partner's account: granted at its cost, or refunded |
| ``gained`` | came for an amount of another unit |
| ``restored`` | had been used, and came back with the goods |
| ``redeemed`` | was used |
| ``expired`` | lapsed |
| ``reversed`` | was taken back, after returns and by corrections |
| ``converted`` | became another unit |
| ``causes`` ``partners`` | was given to a cause; went to a partner: spent there, or taken back of what it had funded |
| ``breakage`` | money alone: the change of what is expected never to be used |
| ``revalued`` | money alone: the program says that the unit is worth another amount |

**Worked.** 1,000 points on 1 March; 300 are sold, 200 redeemed, 50 lapse: 1,050 on 31 March.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from guerdon.insight.accounting.flows import AccountMove
from guerdon.insight.accounting.lots import Month, first_day

INCOMING = ("sold", "given", "funded", "gained", "restored")
OUTGOING = ("redeemed", "expired", "reversed", "converted", "causes", "partners")
LINES = (*INCOMING, *OUTGOING, "breakage", "revalued")


class Roll(NamedTuple):
    """A balance carried on over a period."""

    opening: int
    moves: Mapping[str, int]
    """By line: what is added, below zero what leaves; lines where nothing moved are left out."""
    closing: int


class UnitRoll(NamedTuple):
    """The roll-forward of a unit over a period of whole months, the last of which may not be over."""

    unit: str
    first: date
    last: date
    units: Roll
    """In the unit's smallest part."""
    money: Roll | None
    """In minor units of the currency; None: the unit is not worth money."""
    likelihood: int | None
    """How likely a point granted in the last month was expected to be used, in millionths; None: not estimated."""
    expected: int | None
    """Of the closing balance, how much is expected to be used yet; None: not estimated."""


def rolls_of_units(moves: Iterable[AccountMove], last: Month) -> dict[tuple[str, Month], Roll]:
    """The roll-forwards in units, by unit and month through the last, from the first month in which anything moved."""
    by_month: dict[str, dict[Month, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for move in moves:
        line, sign = _line(move.flow)
        by_month[move.unit][move.month][line] += sign * move.amount
    return {(unit, month): roll for unit, months in sorted(by_month.items()) for month, roll in _rolls(months, last)}


def _line(flow: str) -> tuple[str, int]:
    """The line of the roll-forward that a flow belongs to, and its sign; what stays with members belongs to none."""
    if flow in INCOMING:
        return flow, 1
    if flow == "owed":
        return "reversed", -1
    return (flow, -1) if flow in OUTGOING else ("", 0)


def _rolls(months: Mapping[Month, Mapping[str, int]], last: Month) -> Iterable[tuple[Month, Roll]]:
    opening = 0
    for month in range(min(months), last + 1):
        moves = in_order(months.get(month, {}))
        closing = opening + sum(moves.values())
        yield month, Roll(opening, moves, closing)
        opening = closing


def in_order(moves: Mapping[str, int]) -> dict[str, int]:
    """The moves in the order of the lines, without those where nothing moved."""
    return {line: moves[line] for line in LINES if moves.get(line)}


def joined(rolls: Sequence[Roll]) -> Roll:
    """Roll-forwards that follow one another, as one."""
    moves = Counter[str]()
    for roll in rolls:
        for line, amount in roll.moves.items():
            moves[line] += amount
    return Roll(rolls[0].opening, in_order(moves), rolls[-1].closing) if rolls else Roll(0, {}, 0)


def last_day(month: Month) -> date:
    """The last day of a month."""
    return first_day(month + 1) - timedelta(1)
