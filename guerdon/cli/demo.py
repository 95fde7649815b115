"""The demo command: a real year of a grocery, with a progress bar and a tidy end."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guerdon.cli import tables
from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.ledger import print_report, print_summary
from guerdon.cli.options import AsJson, Home, Workers
from guerdon.cli.showing import Shower
from guerdon.core.events import Purchase
from guerdon.core.version import Version
from guerdon.language import read_program
from guerdon.runtime import ingest, story
from guerdon.store.database import connect

if TYPE_CHECKING:
    from guerdon.demo import running

EXAMPLES = ("117", "2375", "900")


def demo(
    home: Home = None,
    workers: Workers = None,
    years: Annotated[int, typer.Option(min=1, max=20, help="Tell the year so many times over.")] = 1,
    headless: Annotated[bool, typer.Option("--headless", help="No progress bar and no tables.")] = False,
    as_json: AsJson = False,
) -> None:
    """One real year of a grocery's loyalty data through engine and ledger, and the proof that the books are right."""
    # The grocery's data needs packages that only the demo needs; nothing else should load them or miss them.
    with told_plainly(ModuleNotFoundError):
        from guerdon.demo import running
    count = workers or os.cpu_count() or 1
    with told_plainly(ModuleNotFoundError, running.NotTheDemosDatabase), database(home) as url:
        quiet = headless or as_json
        with _bars(quiet) as bars:
            ran = _run(url, count, years, bars)
        if as_json:
            typer.echo(msgspec.json.encode(running.as_json(ran)))
        elif not headless:
            _print(url, ran, home)
    if not ran.report.is_clean:
        raise typer.Exit(1)


def _bars(quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=console,
        disable=quiet,
    )


def _run(url: str, workers: int, years: int, bars: Progress) -> "running.Ran":
    """Run the demo under its progress bars."""
    from guerdon.demo import running
    from guerdon.demo.journey import Journey

    total = Journey.installed().count().baskets * years
    taking_in = bars.add_task("Taking in baskets", total=total, speed="")
    replaying = bars.add_task("Verifying members", total=None, speed="", start=False)

    def ingesting(done: ingest.Progress) -> None:
        seconds = bars.tasks[taking_in].elapsed or 1
        baskets = done.outcomes["purchase"]
        bars.update(taking_in, completed=baskets, speed=f"{baskets / seconds:,.0f} baskets/s")

    def verifying(done: int, of: int) -> None:
        bars.start_task(replaying)
        bars.update(replaying, completed=done, total=of)

    return running.run(url, workers=workers, years=years, ingesting=ingesting, verifying=verifying)


def _print(url: str, ran: "running.Ran", home: Path | None) -> None:
    """The summary, three members, the verification, and what to try next."""
    from guerdon.demo import running

    version = Version(read_program(running.grocery_program()))
    baskets = ran.progress.outcomes["purchase"]
    console.print()
    console.print(
        f"[bold]{baskets:,} baskets[/] with {ran.progress.lines:,} lines in {ran.seconds:.1f} s: "
        f"[bold]{baskets / ran.seconds:,.0f} baskets/s[/], each decided, booked and committed to disk.",
        highlight=False,
    )
    console.print()
    print_summary(ran.summary, version)
    with connect(url) as connection:
        for member in EXAMPLES:
            told = story.statement(connection, ran.program, member)
            console.print(tables.statement_table(told, version, last=6))
            for line in tables.wallet_lines(told, Shower(version.program, version.zone)):
                console.print(line, highlight=False)
            console.print()
    print_report(ran.report)
    _print_next(told, home)


def _print_next(told: story.Statement, home: Path | None) -> None:
    bought = [line.event.id for line in told.lines if isinstance(line.event, Purchase) and line.changes]
    there = "" if home is None else f" --home {home}"
    console.print("\n[bold]Try next[/]")
    for command, why in (
        (f"statement {told.member} --all{there}", "a member's whole year"),
        (f"explain {told.member} {bought[-1]}{there}", "why this basket earned what it earned"),
        (f"verify{there}", "prove the books again"),
        (f"summary --json{there}", "the figures, for machines"),
        (f"up{there}", "the service on this year, with HTTP"),
        ("check my-program.yaml", "a program of your own, with every mistake at once"),
    ):
        console.print(f"  {_command()} {command:<36} [dim]{why}[/]", highlight=False, soft_wrap=True)


def _command() -> str:
    """How this command was called, so that what is printed can be typed: the virtual environment may not be active."""
    called = Path(sys.argv[0])
    if called.name != "guerdon":
        return "guerdon"
    return "guerdon" if shutil.which("guerdon") == str(called) else os.path.relpath(called)
