"""Commands that write: ingest events from a file, let the clock tick, deliver what passes between members."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from guerdon.cli import tables
from guerdon.cli.home import console, database, errors, told_plainly
from guerdon.cli.options import Home, ProgramName
from guerdon.cli.showing import counted
from guerdon.core.calendar import instant_of
from guerdon.core.refusals import Refusal
from guerdon.runtime import ingest as runtime
from guerdon.runtime.ndjson import NdjsonFile, numbered_events
from guerdon.runtime.programs import find_program
from guerdon.runtime.relay import deliver, tick_and_deliver
from guerdon.runtime.till import Till
from guerdon.store.database import connect

_SHOWN = 10

Ahead = Annotated[
    bool, typer.Option("--ahead", help="Accept times ahead of the clock, to try a program out. There is no way back.")
]


def ingest(
    file: Annotated[Path, typer.Argument(help="A file with one JSON event a line.", exists=True, dir_okay=False)],
    home: Home = None,
    program: ProgramName = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes at once.")] = 1,
    ahead: Ahead = False,
    announce: Annotated[bool, typer.Option(help="Tell the world outside too: stream, webhooks, broker.")] = False,
) -> None:
    """Take events in from a file. Running it again is harmless: each event counts once.

    Exit code 1 where a line was no event, or one that only Guerdon itself may send.
    """
    with told_plainly(), database(home) as url:
        with connect(url) as connection:
            number = find_program(connection, program)
        columns = (TextColumn("{task.completed:,.0f} events"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=None)
            done = runtime.ingest(
                url,
                number,
                NdjsonFile(file),
                workers=workers,
                up_to=None if ahead else int(time.time()),
                announces=announce,
                progress=lambda so_far: bar.update(task, completed=so_far.events),
            )
    console.print(tables.outcomes_table(done))
    if done.refused:
        console.print(tables.refused_table(done, _SHOWN))
    _print_delivered(done.delivered)
    if done.outcomes["event_malformed"] or done.outcomes["event_for_the_engine_only"]:
        _print_wrong_lines(file)
        raise typer.Exit(1)


def _print_delivered(count: int) -> None:
    """Say what passed between members, where anything did."""
    if count:
        console.print(f"Delivered {counted(count, 'event')} from member to member.", highlight=False)


def _print_wrong_lines(file: Path) -> None:
    """Say which lines could not be taken, and why."""
    wrong = [(number, event) for number, event in numbered_events(file) if isinstance(event, Refusal)]
    for number, refusal in wrong[:_SHOWN]:
        told = refusal.details.get("reason", refusal.sentence)
        console.print(f"{file.name}:{number}: {told}", highlight=False, markup=False)
    if len(wrong) > _SHOWN:
        console.print(f"and {len(wrong) - _SHOWN:,} more", highlight=False)


def tick(
    at: Annotated[str | None, typer.Option(help="Settle up to this time (ISO 8601); by default now, in UTC.")] = None,
    home: Home = None,
    program: ProgramName = None,
    ahead: Ahead = False,
) -> None:
    """Settle what fell due: expiry, maturity, vouchers, tier reviews."""
    now = datetime.now(UTC)
    moment = now if at is None else _moment(at)
    if moment > now and not ahead:
        errors.print(f"[bold red]error:[/] {moment:%Y-%m-%d %H:%M} UTC lies ahead; --ahead allows it.", highlight=False)
        raise typer.Exit(2)
    with told_plainly(), database(home) as url, connect(url) as connection:
        till = Till(lambda: connect(url), find_program(connection, program))
        connection.commit()
        settled, done = tick_and_deliver(till, connection, instant_of(moment))
        till.close()
    who = counted(settled, "member")
    console.print(f"Something fell due for {who} by {moment:%Y-%m-%d %H:%M} UTC.", highlight=False)
    _print_delivered(done.events)


def relay(home: Home = None, program: ProgramName = None) -> None:
    """Deliver what members' events send to other members: gifts, referrals.

    `ingest` and `tick` do it too before they end; this is for what was left when one of them was stopped.
    """
    with told_plainly(), database(home) as url, connect(url) as connection:
        till = Till(lambda: connect(url), find_program(connection, program))
        connection.commit()
        done = deliver(till, connection)
        till.close()
    _print_delivered(done.events)
    if done.refused:
        console.print(f"{counted(done.refused, 'event')} refused; amounts among them went back.", highlight=False)
    if not done.events:
        console.print("Nothing was waiting.")


def _moment(text: str) -> datetime:
    """A time as it was typed; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a time such as 2026-09-30T18:00:00+02:00") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
