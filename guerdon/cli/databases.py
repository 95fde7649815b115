"""Commands for whoever runs the database: where its schema stands, and bringing it up to date."""

from typing import Annotated

import typer

from guerdon import __version__
from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import Home
from guerdon.cli.showing import counted
from guerdon.store.database import connect
from guerdon.store.distribute import CannotDistribute, distribute
from guerdon.store.migrations import Migration, Status, migrate, postponed, status

db = typer.Typer(help="The database: its schema, and where it lies.", no_args_is_help=True)


@db.command("status")
def show(home: Home = None) -> None:
    """Tell which migrations are applied, which are next, and which older versions are connected."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        _print_status(status(connection))


@db.command("migrate")
def bring_up_to_date(
    home: Home = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
) -> None:
    """Apply the migrations that are next, while everything goes on working. Every start does the same by itself."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        if dry_run:
            found = status(connection)
            waiting = postponed(found)
            _print_steps("Would apply", [step for step in found.pending if step not in waiting])
        else:
            pending = status(connection).pending
            applied = migrate(connection)
            _print_steps("Applied", [step for step in pending if step.name in applied])
            found = status(connection)
            waiting = postponed(found)
        _print_waiting(waiting, found.older)


@db.command("distribute")
def spread(home: Home = None) -> None:
    """Spread journal and transfers over the machines of a Citus cluster, by member. Stop the service first."""
    with told_plainly(CannotDistribute), database(home) as url, connect(url) as connection:
        migrate(connection)
        done = distribute(connection)
    if not done.tables:
        console.print("They are distributed already. Nothing was changed.")
        return
    console.print(
        f"[green]{' and '.join(done.tables)} are distributed by member over {counted(done.machines, 'machine')}.[/]",
        highlight=False,
    )
    if done.guards_bind_nobody:
        console.print(
            "[yellow]This user is a superuser, whom nothing keeps from changing the journal now.[/] "
            "Let Guerdon connect as an ordinary user who owns the database.",
            highlight=False,
        )


def _print_status(found: Status) -> None:
    console.print(f"Guerdon {__version__}; {counted(len(found.applied), 'migration')} applied.", highlight=False)
    for step in found.unknown:
        console.print(f"  {step.name} is of a newer Guerdon; this one can live with it.", highlight=False)
    if found.pending:
        _print_steps("Next", found.pending)
    else:
        console.print("[green]The database is up to date.[/]")
    _print_waiting(postponed(found), found.older)


def _print_steps(what: str, steps: list[Migration]) -> None:
    for step in steps:
        console.print(f"{what}: {step.name} ({'expand' if step.expands else 'contract'})", highlight=False)
    if not steps and what != "Next":
        console.print("[green]The database is up to date.[/]")


def _print_waiting(waiting: list[Migration], older: list[str]) -> None:
    for step in waiting:
        console.print(
            f"[yellow]{step.name} waits[/] until Guerdon {', '.join(older)} is no longer connected.", highlight=False
        )
