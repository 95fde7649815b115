"""Commands that write: ingest events from a file, let the clock tick."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import Home, ProgramName, Workers
from guerdon.core.calendar import instant_of
from guerdon.runtime import clock
from guerdon.runtime import ingest as runtime
from guerdon.runtime.ndjson import NdjsonFile, numbered_events
from guerdon.runtime.programs import find_program
from guerdon.runtime.till import Till
from guerdon.store.database import connect


def ingest(
    file: Annotated[Path, typer.Argument(help="A file with one JSON event a line.", exists=True, dir_okay=False)],
    home: Home = None,
    program: ProgramName = None,
    workers: Workers = 1,
) -> None:
    """Take events in from a file. Running it again is harmless: each event counts once."""
    with told_plainly(), database(home) as url:
        with connect(url) as connection:
            number = find_program(connection, program)
        with Progress(
            TextColumn("{task.completed:,.0f} events"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as bar:
            task = bar.add_task("", total=None)
            done = runtime.ingest(
                url,
                number,
                NdjsonFile(file),
                workers=workers or 1,
                progress=lambda so_far: bar.update(task, completed=so_far.events),
            )
    table = Table("outcome", "events", box=None, pad_edge=False)
    for outcome, count in sorted(done.outcomes.items()):
        table.add_row(outcome, f"{count:,}")
    console.print(table)
    if done.outcomes["event_malformed"]:
        _print_malformed(file)


def _print_malformed(file: Path, most: int = 10) -> None:
    """Say which lines were no events."""
    wrong = [(number, event) for number, event in numbered_events(file) if isinstance(event, str)]
    for number, sentence in wrong[:most]:
        console.print(f"{file.name}:{number}: {sentence}", highlight=False, markup=False)
    if len(wrong) > most:
        console.print(f"and {len(wrong) - most:,} more", highlight=False)


def tick(
    at: Annotated[datetime | None, typer.Option(help="Settle up to this time in UTC; by default now.")] = None,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Settle what fell due: expiry, maturity, vouchers, tier reviews."""
    moment = datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)
    with told_plainly(), database(home) as url, connect(url) as connection:
        till = Till(lambda: connect(url), find_program(connection, program))
        connection.commit()
        settled = clock.tick(till, connection, instant_of(moment))
        till.close()
    console.print(f"Something fell due for {settled:,} members by {moment:%Y-%m-%d %H:%M} UTC.", highlight=False)
