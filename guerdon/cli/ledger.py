"""Commands that read the ledger: summary, statement, explain, verify."""

import subprocess
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress

from guerdon.cli import tables
from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import AsJson, Home, ProgramName, Workers
from guerdon.cli.showing import Shower, counted, safe
from guerdon.core.version import Version
from guerdon.runtime import story
from guerdon.runtime.programs import PublishedProgram, find_program
from guerdon.runtime.summary import Summary, summarise
from guerdon.runtime.verify import Report
from guerdon.runtime.verify import verify as verify_ledger
from guerdon.store.database import Connection, connect
from guerdon.store.server import EmbeddedServer


def _newest(connection: Connection, program: int) -> Version:
    return PublishedProgram(connection, program).in_force()


def print_summary(summary: Summary, version: Version) -> None:
    """Print a program's summary as tables."""
    shower = Shower(version.program, version.zone)
    for table in (
        tables.units_table(summary, shower),
        tables.tiers_table(summary),
        tables.mechanics_table(summary, shower),
        tables.limits_table(summary),
        tables.named_table("Causes", "cause", summary.causes, shower),
        tables.named_table("Partners", "partner", summary.partners, shower),
        tables.transit_table(summary, shower),
    ):
        if table.row_count:
            console.print(table)
            console.print()


def print_report(report: Report) -> None:
    """Print what a verification found."""
    if report.is_clean:
        console.print(
            f"[bold green]The books are right.[/] {counted(report.members, 'member')} replayed from nothing, "
            f"{counted(report.entries, 'entry', 'entries')}, no difference, and every unit adds up to zero.",
            highlight=False,
        )
        return
    console.print(tables.differences_table(report))
    console.print(
        f"[bold red]The books are wrong:[/] {counted(report.differences, 'difference')}, "
        f"{counted(report.unbalanced_units, 'unit')} out of balance.",
        highlight=False,
    )


def summary(home: Home = None, program: ProgramName = None, as_json: AsJson = False) -> None:
    """What was issued, redeemed and expired, what is outstanding, and what it is worth."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        number = find_program(connection, program)
        found = summarise(connection, number)
        if as_json:
            units = {name: unit._asdict() for name, unit in found.units.items()}
            limits = [limit._asdict() for limit in found.limits]
            told = {"members": found.members, "units": units, "liability": found.liability, "tiers": found.tiers}
            passed = {
                "causes": _by_name(found.causes),
                "partners": _by_name(found.partners),
                "in_transit": found.in_transit,
            }
            typer.echo(msgspec.json.encode(told | {"limits": limits} | passed))
        else:
            print_summary(found, _newest(connection, number))


def _by_name(balances: dict[tuple[str, str], int]) -> list[dict[str, str | int]]:
    return [{"name": name, "unit": unit, "amount": amount} for (unit, name), amount in balances.items()]


def statement(
    member: Annotated[str, typer.Argument(help="The member's id.")],
    home: Home = None,
    program: ProgramName = None,
    whole: Annotated[bool, typer.Option("--all", help="Show every line and not only the last 25.")] = False,
    ids: Annotated[bool, typer.Option("--ids", help="Show the events' ids, for `explain`.")] = False,
) -> None:
    """A member's story with running balances."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        number = find_program(connection, program)
        told = story.statement(connection, number, member)
        version = _newest(connection, number)
        console.print(tables.statement_table(told, version, last=None if whole else 25, ids=ids))
        console.print()
        shower = Shower(version.program, version.zone)
        for line in [*tables.wallet_lines(told, shower), *tables.segment_lines(told, shower)]:
            console.print(line, highlight=False)


def explain(
    member: Annotated[str, typer.Argument(help="The member's id.")],
    event: Annotated[str, typer.Argument(help="The event's id, as its source chose it.")],
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Why an event had the effects it had: what each mechanic granted, capped or skipped."""
    with told_plainly(), database(home) as url, connect(url) as connection:
        number = find_program(connection, program)
        told = story.explain(connection, number, member, event)
        version = _newest(connection, number)
        shower = Shower(version.program, version.zone)
        at = shower.moment(int(told.event.at.timestamp()))
        what = f"{at}  {shower.event(told.event)}"
        console.print(f"[bold]{safe(what)}[/]  (entry {told.seq}, program version {told.version})", highlight=False)
        if told.refusal is not None:
            console.print(f"[yellow]Refused:[/] {safe(told.refusal.sentence)} [dim]({told.refusal.code})[/]")
            return
        console.print(tables.explanation_table(told, shower))


def verify(home: Home = None, program: ProgramName = None, workers: Workers = None, as_json: AsJson = False) -> None:
    """Replay every member's journal from nothing and compare with all that is stored. Exit code 1 where they differ."""
    with told_plainly(), database(home) as url:
        with connect(url) as connection:
            number = find_program(connection, program)
        with Progress(console=console, transient=True, disable=as_json) as bar:
            task = bar.add_task("Replaying members", total=None)
            report = verify_ledger(
                url, number, workers=workers, progress=lambda done, of: bar.update(task, completed=done, total=of)
            )
        if as_json:
            examples = [difference._asdict() for difference in report.examples]
            typer.echo(msgspec.json.encode(report._asdict() | {"examples": examples}))
        else:
            print_report(report)
    if not report.is_clean:
        raise typer.Exit(1)


def sql(
    query: Annotated[str | None, typer.Argument(help="What to run; without it a session opens.")] = None,
    home: Home = None,
) -> None:
    """Look at the ledger with psql, which comes with the embedded server."""
    with told_plainly(), database(home) as url:
        command = [str(EmbeddedServer.binary("psql")), "-X", url]
        if query is not None:
            command += ["-c", query]
        code = subprocess.run(command, check=False).returncode
    raise typer.Exit(code)
