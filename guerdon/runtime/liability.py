"""The liability: what is outstanding of each unit at a moment, where it came from and where the rest has gone.

Everything is what the accounts held at that moment, by the dates of the events that moved something. So for each unit
what was issued is what is outstanding, and what was redeemed, has expired, was reversed or converted, was given to
causes or went to partners. What fell due counts from when it was settled.

**Worked.** 1,000 points were granted by 31 March, and 300 of them spent on 2 April. As of 31 March 1,000 are
outstanding; at 1 USD per 100 points that is 10 USD. On 2 April it is 700, or 7 USD.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from guerdon.core.calendar import instant_of
from guerdon.core.effects import MEMBER_ACCOUNTS
from guerdon.core.program import Unit
from guerdon.core.timeline import Timeline
from guerdon.runtime.summary import worth_of
from guerdon.store import reading
from guerdon.store.database import Connection

Balances = Mapping[tuple[str, str], int]
"""What accounts hold, by unit and account."""


class UnitLiability(NamedTuple):
    """One unit over all members, in its smallest part."""

    unit: str
    issued: int
    reversed: int
    redeemed: int
    expired: int
    converted: int
    causes: int
    """What was given to causes."""
    partners: int
    """What was spent with partners, less what they granted; below zero where they granted more."""
    outstanding: int
    """What the wallets hold, less debts, and what is on its way from one member to another."""
    in_transit: int
    """The part of it that is on its way."""
    worth: int | None
    """What is outstanding in minor units of the currency; None where the unit is not worth money."""


def liability(
    connection: Connection, program: int, timeline: Timeline, at: datetime | None = None
) -> list[UnitLiability]:
    """The liability at a moment, unit by unit, by the version in force then. None: now, by all that is recorded."""
    if at is None:
        balances, instant = reading.account_balances(connection, program), int(time.time())
    else:
        balances, instant = reading.account_balances_at(connection, program, at), instant_of(at)
    version = timeline.at(instant) or timeline.versions[0]
    units = {name: _unit(timeline, name) for name, _ in balances} | dict(version.program.units)
    return [_liability(balances, name, unit) for name, unit in sorted(units.items())]


def _unit(timeline: Timeline, name: str) -> Unit:
    """A unit as the first version that has it declares it."""
    declared = [version.program.units[name] for version in timeline.versions if name in version.program.units]
    return declared[0] if declared else Unit()


def _liability(balances: Balances, name: str, unit: Unit) -> UnitLiability:
    own = {account: held for (unit_of, account), held in balances.items() if unit_of == name}
    in_transit = own.get("in_transit", 0)
    outstanding = sum([own.get(account, 0) for account in MEMBER_ACCOUNTS]) + in_transit
    return UnitLiability(
        name,
        -own.get("issued", 0),
        own.get("reversed", 0),
        own.get("redeemed", 0),
        own.get("expired", 0),
        own.get("converted", 0),
        _of_kind(own, "cause:"),
        _of_kind(own, "partner:"),
        outstanding,
        in_transit,
        worth_of(unit, outstanding),
    )


def _of_kind(own: Mapping[str, int], kind: str) -> int:
    return sum([held for account, held in own.items() if account.startswith(kind)])
