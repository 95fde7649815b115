"""Commands for backups: write one while everything goes on, and restore one that is proven."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.ledger import print_report
from guerdon.cli.options import Home, Workers
from guerdon.cli.showing import counted, safe
from guerdon.runtime.restore import Restored
from guerdon.runtime.restore import restore as restore_backup
from guerdon.store.backup import BackupImpossible, BackupUnreadable, Manifest, Told, back_up
from guerdon.store.restoring import Begun, RestoreFailed, RestoreImpossible

_KEYS = (
    "The key that encrypts the data of persons is not in it: keep that elsewhere. Without it the ledger can be "
    "restored, and who the members are cannot be read."
)
_BEGUN = {
    Begun.INTERRUPTED: "An earlier restore into this database was interrupted and left nothing; this one began anew.",
    Begun.UNPROVEN: "An earlier restore into this database was interrupted when the data was in; it was proven now.",
}


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, which must not be there yet.")], home: Home = None
) -> None:
    """Write a backup of everything in the database, of one moment, while everything goes on working."""
    with told_plainly(BackupImpossible), database(home) as url, _progress() as told:
        manifest = back_up(url, file, told)
    console.print(f"[green]{safe(file.name)} is complete:[/] {_told(manifest)}", highlight=False)
    console.print(_KEYS, highlight=False)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", exists=True, dir_okay=False)],
    home: Home = None,
    workers: Workers = None,
) -> None:
    """Read a backup into an empty database, all or nothing, and prove the books. Exit code 1 where they are wrong."""
    expected = (BackupUnreadable, RestoreImpossible, RestoreFailed)
    with told_plainly(*expected), database(home) as url, _progress() as told:
        restored = restore_backup(url, file, workers=workers, told=told)
    _print_restored(restored)
    if not restored.is_clean:
        raise typer.Exit(1)


def _print_restored(restored: Restored) -> None:
    if restored.begun in _BEGUN:
        console.print(_BEGUN[restored.begun], highlight=False)
    console.print(f"[green]Restored:[/] {_told(restored.manifest)}", highlight=False)
    for name, report in restored.reports.items():
        console.print(f"[bold]{safe(name)}[/]")
        print_report(report)
    if restored.migrated:
        console.print(f"Brought up to date: {', '.join(restored.migrated)}.", highlight=False)


def _told(manifest: Manifest) -> str:
    members = sum(program.members for program in manifest.programs)
    entries = sum(program.entries for program in manifest.programs)
    return (
        f"{counted(len(manifest.programs), 'program')}, {counted(members, 'member')}, "
        f"{counted(entries, 'journal entry', 'journal entries')}, as of {manifest.made_at}."
    )


@contextmanager
def _progress() -> Iterator[Told]:
    """A line that shows what is being done and how far it is."""
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[size]}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Beginning", total=None, size="")
        yield _teller(bar, task)


def _teller(bar: Progress, task: object) -> Callable[[str, int, int], None]:
    def told(what: str, done: int, of: int) -> None:
        size = f"{done / 1e6:,.0f} MB" if what in ("Writing", "Checking", "Reading") else ""
        bar.update(task, description=what, completed=done, total=of or None, size=size)  # type: ignore[arg-type]

    return told
