"""A partner's statement: what its members' points came to between two days, unit by unit, to the last point.

The partner's account is below zero by what the partner granted and has to pay for, and above by what was spent with it
and is owed to it. What moved is told by the effects of the decisions, so each line says what it was for; opening and
closing are what the ledger's own transfers add up to before and after, and the lines make up the difference exactly.

**Dates** are those of the events, by the program's calendar: a late event changes the statement of its own month.

**Worked.** A partner opened March with 200 points to its credit, granted 500, was paid with 120, and goods that had
earned 50 came back. It closes with 200 - 500 + 120 + 50 = -130 points: at 1 USD per 100 points it owes 1.30 USD.
"""

from collections import Counter
from datetime import date
from typing import NamedTuple

from guerdon.core.amounts import Rounding
from guerdon.core.calendar import FIRST_INSTANT, LAST_INSTANT, Instant, day_of
from guerdon.core.effects import (
    Captured,
    Converted,
    Effect,
    Granted,
    PaidWith,
    Refunded,
    Reversed,
    Spent,
    decode_outcome,
)
from guerdon.core.program import Unit
from guerdon.core.version import Version
from guerdon.runtime.programs import PublishedProgram
from guerdon.store import reading
from guerdon.store.database import Connection

KINDS: dict[type, str] = {
    Granted: "granted",
    Reversed: "taken back",
    Spent: "spent",
    Captured: "spent",
    PaidWith: "spent",
    Refunded: "given back",
    Converted: "converted",
}
"""What moves something to or from a partner, and how a statement calls it."""


class PartnerNotFound(Exception):
    """No version of the program has such a partner."""


class PartnerLine(NamedTuple):
    """What one mechanic or reward has moved between two days."""

    kind: str
    """``granted``, ``taken back``, ``spent``, ``given back`` or ``converted``."""
    reason: str
    """The mechanic, reward or conversion."""
    amount: int
    """In the unit's smallest part: below zero what the partner owes for, above zero what it is owed."""
    times: int
    worth: int | None
    """The same in minor units of the currency; None where the unit is not worth money."""


class PartnerUnit(NamedTuple):
    """One unit of a partner's statement, in its smallest part."""

    opening: int
    lines: list[PartnerLine]
    closing: int
    worth: int | None
    """What the closing amount is worth in minor units; None where the unit is not worth money."""


class PartnerStatement(NamedTuple):
    """What is between the program and a partner."""

    partner: str
    first: date | None
    """The first day; None: from the beginning."""
    last: date | None
    """The last day; None: up to now."""
    units: dict[str, PartnerUnit]
    worth: int
    """What the closing amounts of all units are worth, in minor units: below zero the partner owes it."""


def partner_statement(
    connection: Connection,
    program: int,
    partner: str,
    *,
    first: date | None = None,
    last: date | None = None,
    published: PublishedProgram | None = None,
) -> PartnerStatement:
    """Tell what is between the program and a partner, from a first day through a last. Raises PartnerNotFound.

    ``published`` is the program where it is compiled already.
    """
    published = published or PublishedProgram(connection, program)
    if all(partner not in version.program.partners for version in published.versions):
        known = (
            ", ".join(sorted({name for version in published.versions for name in version.program.partners})) or "none"
        )
        raise PartnerNotFound(f"The program has no partner {partner}; there is: {known}.")
    version, account = published.in_force(), f"partner:{partner}"
    begins, ends = _begins(version, first), _ends(version, last)
    opening = reading.account_before(connection, program, account, begins)
    closing = reading.account_before(connection, program, account, ends)
    moved = _moved(connection, program, account, begins, ends)
    units: dict[str, PartnerUnit] = {}
    for unit in sorted(opening.keys() | closing.keys()):
        declared = version.program.units.get(unit)
        lines = [
            PartnerLine(kind, reason, amount, times, _worth(declared, amount))
            for (of, kind, reason), (amount, times) in sorted(moved.items())
            if of == unit
        ]
        held = closing.get(unit, 0)
        units[unit] = PartnerUnit(opening.get(unit, 0), lines, held, _worth(declared, held))
    return PartnerStatement(partner, first, last, units, sum([unit.worth or 0 for unit in units.values()]))


def _begins(version: Version, first: date | None) -> Instant:
    return FIRST_INSTANT if first is None else version.zone.start(day_of(first))


def _ends(version: Version, last: date | None) -> Instant:
    return LAST_INSTANT if last is None else version.zone.start(day_of(last) + 1)


def _moved(
    connection: Connection, program: int, account: str, begins: Instant, ends: Instant
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """What was moved to the account, by unit, kind and reason, and how many times."""
    amounts: Counter[tuple[str, str, str]] = Counter()
    times: Counter[tuple[str, str, str]] = Counter()
    for outcome in reading.partner_entries(connection, program, account, begins, ends):
        for effect in decode_outcome(outcome).effects:
            for unit, reason, amount in _parts(effect, account):
                key = unit, KINDS.get(type(effect), str(effect.__struct_config__.tag)), reason
                amounts[key] += amount
                times[key] += 1
    return {key: (amount, times[key]) for key, amount in amounts.items()}


def _parts(effect: Effect, account: str) -> list[tuple[str, str, int]]:
    """What one effect moves to the account, or from it (below zero): by unit and reason, once."""
    sums: Counter[tuple[str, str]] = Counter()
    for unit, source, target, amount, reason in effect.transfers():
        if account in (source, target):
            sums[unit, reason] += amount if target == account else -amount
    return [(unit, reason, amount) for (unit, reason), amount in sums.items()]


def _worth(unit: Unit | None, amount: int) -> int | None:
    """An amount in minor units; a half goes away from zero, so that both sides round alike."""
    if unit is None:
        return None
    if unit.money:
        return amount
    return None if unit.worth is None else unit.worth.of(amount, Rounding.NEAREST)
