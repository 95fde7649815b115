"""The lake on the command line: exporting to it, and finding the one that a question about many members is asked of."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from guerdon.cli.home import console, database, errors, folder_of, told_plainly
from guerdon.cli.options import AsJson, Home, ProgramName
from guerdon.cli.showing import counted
from guerdon.insight.extras import needs
from guerdon.insight.lake.commits import forget
from guerdon.runtime.programs import find_program
from guerdon.store import programs as stored
from guerdon.store.database import connect

if TYPE_CHECKING:
    from guerdon.insight.lake.exporting import Exported
    from guerdon.insight.lake.opening import Lake

LakeFolder = Annotated[
    Path | None,
    typer.Option("--lake", help="Ask this lake as it is, and no database. By default what is new is exported first."),
]

export = typer.Typer(help="Copies of the ledger for other tools.", no_args_is_help=True)


@export.command("lake")
def export_lake(
    folder: Annotated[Path | None, typer.Argument(help="Where; by default `lake/PROGRAM` in Guerdon's folder.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Forget what was exported before.")] = False,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """Export the ledger to Parquet files: what is new since the last time, one row an event, effect, transfer, member.

    Killed in the middle, it goes on where it stood. What the tables hold stands in docs/reference/lake.md.
    """
    with told_plainly():
        needs("insight")
        with database(home) as url:
            place, exported = _export(url, home, program, folder, anew=anew)
    if as_json:
        typer.echo(msgspec.json.encode({"folder": str(place), **exported._asdict()}))
        return
    added = ", ".join([f"{rows:,} {table.replace('_', ' ')}" for table, rows in exported.rows.items() if rows])
    console.print(f"[bold green]{place}[/] {f'took {added}' if added else 'has everything already'}.", highlight=False)
    if exported.swept:
        console.print(f"{counted(exported.swept, 'file')} of an export that was killed were swept up.", highlight=False)


@contextmanager
def lake_of(home: Path | None, program: str | None, lake: Path | None) -> Iterator["Lake"]:
    """The lake that a command asks, brought up to date first unless it is named."""
    needs("insight")
    from guerdon.insight.lake.opening import open_lake

    if lake is not None:
        yield _told_if_behind(open_lake(lake))
        return
    with database(home) as url:
        place, _ = _export(url, home, program, None, anew=False)
        yield open_lake(place)


def _told_if_behind(lake: "Lake") -> "Lake":
    if not lake.is_complete:
        errors.print(
            "The last export of this lake did not come to its end: some members are behind. "
            "Go on with: guerdon export lake",
            style="yellow",
        )
    return lake


def _export(
    url: str, home: Path | None, program: str | None, folder: Path | None, *, anew: bool
) -> tuple[Path, "Exported"]:
    """Bring a lake up to date; gives its folder and what was added."""
    from guerdon.insight.lake.exporting import export as export_to

    with connect(url) as connection:
        number = find_program(connection, program)
        name = stored.program_name(connection, number)
    place = folder or lake_folder(home, name)
    if anew:
        forget(place)
    with Progress(
        TextColumn("Exporting the ledger"), BarColumn(), MofNCompleteColumn(), console=errors, transient=True
    ) as shown:
        bar = shown.add_task("", total=None)
        return place, export_to(url, number, place, told=lambda done, all: shown.update(bar, completed=done, total=all))


def lake_folder(home: Path | None, name: str) -> Path:
    """Where the lake of a program is: ``GUERDON_LAKE``, or ``lake`` in Guerdon's folder, and there by its name."""
    root = os.environ.get("GUERDON_LAKE")
    return (Path(root) if root else (folder_of(home) or Path(".guerdon").resolve()) / "lake") / name
