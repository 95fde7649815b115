"""The command of the accountant: the liability, its roll-forward, and the journal entries for an ERP."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from guerdon.cli import tables
from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.lakes import LakeFolder, lake_of
from guerdon.cli.options import AsJson, Home, ProgramName, chosen_day
from guerdon.cli.showing import Shower, counted, money
from guerdon.cli.writing import write_whole
from guerdon.core.calendar import day_of, moment_of
from guerdon.insight.accounting.period import PeriodWrong, period
from guerdon.runtime.programs import find_program
from guerdon.store import reading
from guerdon.store.database import connect

if TYPE_CHECKING:
    from guerdon.insight.accounting.closing import Books
    from guerdon.insight.accounting.deferral import Worths
    from guerdon.insight.accounting.roll_forward import UnitRoll
    from guerdon.insight.engines import Tables
    from guerdon.insight.lake.opening import Lake

_DAY = ["%Y-%m-%d"]
_CERTAIN = 1_000_000
_METHODS = {
    "ifrs15": "IFRS 15: deferred revenue, with breakage",
    "gross": "everything outstanding at its worth",
}


def liability(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=_DAY, help="The day at whose end it holds; by default that of the newest entry."
        ),
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=_DAY, help="The first day of a month; by default of the month of the last day."),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="The last day of the period; the same as --as-of.")
    ] = None,
    method: Annotated[
        Literal["ifrs15", "gross"],
        typer.Option(help="`ifrs15`: deferred revenue with breakage. `gross`: everything outstanding at its worth."),
    ] = "ifrs15",
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the journal entries of the period here.", dir_okay=False)
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(help="A YAML file with the names of your accounts.", dir_okay=False),
    ] = None,
    home: Home = None,
    program: ProgramName = None,
    lake: LakeFolder = None,
    as_json: AsJson = False,
) -> None:
    """What members may still use, in units and money: opening, what moved, closing, tied to the ledger."""
    with told_plainly(PeriodWrong, *_refusals()), lake_of(home, program, lake) as found:
        from guerdon.insight.accounting.closing import close, worths_of
        from guerdon.insight.accounting.telling import told
        from guerdon.insight.engines.duckdb import tables_of

        start, end = period(found, chosen_day(first), _last(as_of, last))
        worths = worths_of(found.timeline, found.zone)
        own = tables_of(found)
        books = close(own, worths, end, method)
        _check(books, found, own, home, is_alone=lake is not None)
        if csv is not None:
            _write(books, worths, found, start, csv, accounts)
        if as_json:
            months = [_month(day) for day in (start, end)]
            typer.echo(msgspec.json.encode(told(books, found.name, found.currency, *months)))
        else:
            _print(books, found, start, csv)


def _refusals() -> tuple[type[Exception], ...]:
    from guerdon.insight.accounting.accounts import AccountsNotRead
    from guerdon.insight.accounting.deferral import UnitsInACircle
    from guerdon.insight.accounting.lots import WalletOverdrawn
    from guerdon.insight.accounting.tying import DoesNotTie

    return (AccountsNotRead, DoesNotTie, OSError, UnitsInACircle, WalletOverdrawn)


def _last(as_of: datetime | None, last: datetime | None) -> date | None:
    """The day on which the period ends; None: it is not told. Raises ``PeriodWrong``."""
    if as_of is not None and last is not None and as_of != last:
        raise PeriodWrong("--as-of and --to name different days. Give one of them: the period ends on it.")
    return chosen_day(as_of or last)


def _month(day: date) -> int:
    from guerdon.insight.accounting.lots import month_of

    return month_of(day)


def _check(books: "Books", lake: "Lake", own: "Tables", home: Path | None, *, is_alone: bool) -> None:
    """Tie the books to the database, or to the wallets of a lake that stands alone. Raises ``DoesNotTie``."""
    from guerdon.insight.accounting.tying import check_ties, check_wallets

    check_wallets(books, own)
    if is_alone:
        return
    end = moment_of(lake.zone.start(day_of(books.as_of) + 1) - 1)
    with database(home) as url, connect(url) as connection:
        balances = reading.account_balances_at(connection, find_program(connection, lake.name), end)
    check_ties(books, balances)


def _write(books: "Books", worths: "Worths", lake: "Lake", first: date, path: Path, accounts: Path | None) -> None:
    from guerdon.insight.accounting.accounts import Accounts, read_accounts
    from guerdon.insight.accounting.entries import as_csv, entries

    named = Accounts() if accounts is None else read_accounts(accounts)
    postings = entries(books, worths, named, lake.name, _month(first), _month(books.as_of))
    write_whole(path, as_csv(postings, lake.currency))


def _print(books: "Books", lake: "Lake", first: date, csv: Path | None) -> None:
    shower = Shower(lake.program, lake.zone)
    rolls = books.over(_month(first), _month(books.as_of))
    console.print(f"[bold]{lake.name}[/] from {first} through {books.as_of}, {_METHODS[books.method]}", highlight=False)
    console.print()
    for roll in rolls:
        console.print(tables.roll_forward_table(roll, shower, lake.currency))
        for line in _said(roll, shower):
            console.print(line, highlight=False)
        console.print()
    total = sum([roll.money.closing for roll in rolls if roll.money is not None])
    console.print(f"[bold]Liability: {money(total, lake.currency)}[/]. It ties to the ledger.", highlight=False)
    if csv is not None:
        lines = max(csv.read_text("utf-8").count("\n") - 1, 0)
        console.print(f"{counted(lines, 'posting')} in {csv}.", highlight=False, soft_wrap=True)


def _said(roll: "UnitRoll", shower: Shower) -> Iterator[str]:
    """What the numbers of a unit do not say by themselves."""
    if roll.money is None:
        yield f"The program gives {roll.unit} no worth (`worth`), so they have no part in the liability."
    if roll.likelihood is not None and roll.expected is not None:
        granted = f"{roll.likelihood / _CERTAIN:.1%} of what was granted in the last month was expected to be used"
        left = f"{shower.amount(roll.expected, roll.unit)} of {shower.amount(roll.units.closing, roll.unit)}"
        yield f"{granted}; of what is outstanding, {left}."
