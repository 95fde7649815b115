"""The summary of a program: what was issued, redeemed and expired, what is outstanding and what that is worth."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from guerdon.core.amounts import Rounding
from guerdon.core.effects import MEMBER_ACCOUNTS
from guerdon.core.program import Unit
from guerdon.core.version import Version
from guerdon.runtime.programs import PublishedProgram
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import StoredLimit


class UnitSummary(NamedTuple):
    """One unit over all members, in its smallest part."""

    issued: int
    reversed: int
    redeemed: int
    expired: int
    elsewhere: int
    """What was donated, became another unit, or was spent with partners, less what partners granted."""
    outstanding: int
    """What the wallets hold, less debts, and what is on its way from one member to another."""
    worth: int | None
    """What is outstanding in minor units of the currency; None where the unit is not worth money."""
    grants: int
    """How many times something was granted."""
    uses: int
    """How many times something was redeemed."""


class Summary(NamedTuple):
    """A program as it stands."""

    members: int
    currency: str
    units: dict[str, UnitSummary]
    liability: int
    """What everything outstanding is worth, in minor units."""
    tiers: dict[str, int]
    """How many members stand on each level, from the lowest level to the highest."""
    limits: list[StoredLimit]
    mechanics: dict[tuple[str, str], int]
    """What each mechanic has granted, by unit and name."""
    causes: dict[tuple[str, str], int]
    """What each cause was given, by unit and name."""
    partners: dict[tuple[str, str], int]
    """What is between the program and each partner, by unit and name: below zero the partner owes it."""
    in_transit: dict[str, int]
    """What members have sent and others have not received yet, by unit."""


def summarise(connection: Connection, program: int) -> Summary:
    """Sum a program up from the ledger.

    Balances are those the database keeps; nothing is added up by member but tiers.
    """
    published = PublishedProgram(connection, program)
    version = published.in_force()
    balances = reading.account_balances(connection, program)
    counts = reading.amounts_by_reason(connection, program)
    units: dict[str, UnitSummary] = {}
    for name, unit in version.program.units.items():
        account = {kind: balances.get((name, kind), 0) for kind in ("issued", "reversed", "redeemed", "expired")}
        issued = -account["issued"]
        elsewhere = sum(
            [held for (unit_of, account), held in balances.items() if unit_of == name and _is_elsewhere(account)]
        )
        outstanding = sum([balances.get((name, kind), 0) for kind in (*MEMBER_ACCOUNTS, "in_transit")])
        worth = worth_of(unit, outstanding)
        times_granted = sum([row.times for row in counts if row.unit == name and row.source == "issued"])
        used = sum([row.times for row in counts if row.unit == name and row.target == "redeemed"])
        units[name] = UnitSummary(
            issued,
            account["reversed"],
            account["redeemed"],
            account["expired"],
            elsewhere,
            outstanding,
            worth,
            times_granted,
            used,
        )
    granted: Counter[tuple[str, str]] = Counter()
    for row in counts:
        if row.source == "issued" or row.source.startswith("partner:"):
            granted[row.unit, row.reason] += row.amount
    levels = {level: 0 for ladder in version.ladder_levels.values() for level in ladder}
    return Summary(
        reading.member_count(connection, program),
        version.program.currency,
        units,
        sum([unit.worth or 0 for unit in units.values()]),
        levels | reading.members_by_level(connection, program),
        _limits(connection, program, version),
        dict(granted),
        _named(balances, "cause"),
        _named(balances, "partner"),
        {unit: amount for (unit, account), amount in sorted(balances.items()) if account == "in_transit" and amount},
    )


def _is_elsewhere(account: str) -> bool:
    """Whether an account holds what has left the wallets in another way than by redemption, expiry and return."""
    return account == "converted" or account.startswith(("cause:", "partner:"))


def _named(balances: Mapping[tuple[str, str], int], kind: str) -> dict[tuple[str, str], int]:
    """The balances of the accounts of which there is one a name, by unit and name."""
    own = f"{kind}:"
    return {
        (unit, account.removeprefix(own)): balance
        for (unit, account), balance in sorted(balances.items())
        if account.startswith(own)
    }


def _limits(connection: Connection, program: int, version: Version) -> list[StoredLimit]:
    """The shared limits of the version in force, each as large as it says, with what is used of it.

    Of a stock that comes in drops it is the last drop of which anything was taken.
    """
    stored = {limit.name: limit for limit in reading.limits(connection, program)}
    known = {name.partition("@")[0] if name.startswith("stock:") else name: stored[name] for name in sorted(stored)}
    found = [(name, allowed, known.get(version.first_name(name))) for name, allowed in sorted(version.limits.items())]
    return [
        StoredLimit(name, allowed, *((0, 0) if limit is None else (limit.used, limit.added)))
        for name, allowed, limit in found
    ]


def worth_of(unit: Unit, outstanding: int) -> int | None:
    """An amount of a unit in minor units of the currency; money is worth itself."""
    if unit.money:
        return outstanding
    return None if unit.worth is None else unit.worth.of(outstanding, Rounding.NEAREST)
