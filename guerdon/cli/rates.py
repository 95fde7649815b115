"""Commands for the rates of other currencies."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import Home
from guerdon.cli.showing import counted
from guerdon.core.amounts import currency_scale
from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.rates import DatedRate, add_rates, all_rates

rates = typer.Typer(help="What other currencies are worth, by day.", no_args_is_help=True)

RatesFile = Annotated[Path, typer.Argument(help="The CSV file.", exists=True, dir_okay=False)]

_COLUMNS = ["day", "currency", "into", "rate"]
_LARGEST = 10**9


class RatesWrong(Exception):
    """A file of rates that cannot be used."""


@rates.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="The CSV file.", exists=True, dir_okay=False)], home: Home = None
) -> None:
    """Record rates from a CSV file with the columns day, currency, into and rate.

    A line ``2026-03-10,EUR,USD,1.0850`` says that from 10 March 2026 one euro is worth 1.0850 dollars, until the next
    rate, for a week at most.
    """
    with told_plainly(RatesWrong), database(home) as url, connect(url) as connection:
        migrate(connection)
        count = add_rates(connection, read_rates(file))
        connection.commit()
    console.print(f"[green]{counted(count, 'rate')} recorded.[/]")


@rates.command("list")
def show(home: Home = None) -> None:
    """Print every rate, the newest first."""
    with database(home) as url, connect(url) as connection:
        migrate(connection)
        for rate in all_rates(connection):
            typer.echo(f"{rate.day}  1 {rate.currency} = {_shown(rate)} {rate.into}")


def read_rates(file: Path) -> Iterator[DatedRate]:
    """The rates of a CSV file; raises ``RatesWrong`` with the line of the first that is wrong."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if reader.fieldnames != _COLUMNS:
                raise RatesWrong(
                    f"{file.name} begins with {reader.fieldnames}; it should begin with {','.join(_COLUMNS)}"
                )
            yield from (_rate(row, f"{file.name}, line {reader.line_num}") for row in reader)
    except UnicodeDecodeError as error:
        raise RatesWrong(f"{file.name} is not a text in UTF-8: byte {error.start} does not belong there.") from None


def _rate(row: dict[str, str | None], place: str) -> DatedRate:
    try:
        day = date.fromisoformat(row["day"] or "")
        value = Decimal(row["rate"] or "")
    except (ValueError, InvalidOperation):
        raise RatesWrong(f"{place}: a day as in 2026-03-10 and a rate as in 1.0850 belong here.") from None
    currency, into = row["currency"] or "", row["into"] or ""
    if not all(len(name) == 3 and name.isascii() and name.isupper() for name in (currency, into)) or currency == into:
        raise RatesWrong(f"{place}: two currencies belong here, each with its three capitals.")
    if not value.is_finite() or not 0 < value < _LARGEST or -int(value.as_tuple().exponent) > 9:
        raise RatesWrong(f"{place}: the rate lies above 0 and below {_LARGEST:_}, with at most 9 decimals.")
    ratio = value.scaleb(currency_scale(into) - currency_scale(currency))
    amount, per = ratio.as_integer_ratio()
    return DatedRate(day, currency, into, amount, per)


def _shown(rate: DatedRate) -> str:
    value = Decimal(rate.amount) / Decimal(rate.per)
    return f"{value.scaleb(currency_scale(rate.currency) - currency_scale(rate.into)):f}"
