"""What other currencies were worth, by day. A rate holds from its day until the next one, for a week at most."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from guerdon.core.amounts import Rate
from guerdon.store.database import Connection
from guerdon.store.queries import statement


class DatedRate(NamedTuple):
    """What one currency was worth in another from a day on."""

    day: date
    currency: str
    into: str
    amount: int
    """Minor units of ``into`` …"""
    per: int
    """… per so many minor units of ``currency``."""


def add_rates(connection: Connection, rates: Iterable[DatedRate]) -> int:
    """Record rates; a rate of the same day and currencies is replaced. Gives how many there were. Does not commit.

    What was decided under an earlier rate stays: the journal keeps the rate that each decision saw.
    """
    rows = list(rates)
    columns = ("days", "currencies", "into", "amounts", "per")
    asked = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    if rows:
        connection.execute(statement("add_rates"), asked)
    return len(rows)


def rates_on(connection: Connection, into: str, wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], Rate]:
    """The rates of some currencies on some days; one that is not known is left out."""
    asked = sorted(set(wanted))
    rows = connection.execute(
        statement("rates_on"),
        {"into": into, "currencies": [currency for currency, _ in asked], "days": [day for _, day in asked]},
    )
    return {(currency, day): Rate(amount, per) for currency, day, amount, per in rows}


def all_rates(connection: Connection) -> list[DatedRate]:
    """Every rate, the newest first."""
    return [DatedRate(*row) for row in connection.execute(statement("all_rates"))]
