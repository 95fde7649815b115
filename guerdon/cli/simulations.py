"""Commands that try a program on a history before anybody is promised anything."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.lakes import LakeFolder, lake_of
from guerdon.cli.options import AsJson, Home, Html, ProgramName, ReportLanguage, Workers, chosen_day
from guerdon.cli.showing import Shower
from guerdon.cli.writing import write_whole
from guerdon.core.version import Version
from guerdon.language import read_program
from guerdon.runtime.programs import PublishedProgram, find_program
from guerdon.specs import FilesWrong, text_of
from guerdon.store.database import connect

# What a simulation takes is loaded when one is asked for: the other commands start without it.
if TYPE_CHECKING:
    from guerdon.insight.simulation.history import History
    from guerdon.insight.simulation.result import Simulation
    from guerdon.insight.simulation.simulating import Candidate

CandidateFile = Annotated[Path, typer.Argument(help="The program file to try.", exists=True, dir_okay=False)]
Against = Annotated[
    Path | None,
    typer.Option(
        help="The program file to compare it with. Left out: with the demo's history the demo's program, with the "
        "database's and the lake's the published one, with a file none.",
        exists=True,
        dir_okay=False,
    ),
]
Kept = Annotated[
    str,
    typer.Option("--history", help="What to replay: `database`, `lake`, `demo`, or a file with one JSON event a line."),
]
Day = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="From this day on figures count; what was before is replayed all the same."
    ),
]
LastDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that is replayed.")]
Shift = Annotated[
    int,
    typer.Option(
        "--shift-years",
        min=-80,
        max=80,
        help="Replay the history as if it had happened so many years later, in whole weeks: for a draft with dates.",
    ),
]
MarginsFile = Annotated[
    Path | None,
    typer.Option(
        "--margins", help="Shares of sales by category, in YAML: `grocery: 25 %`.", exists=True, dir_okay=False
    ),
]
UpliftFile = Annotated[
    Path | None,
    typer.Option(
        "--uplift",
        help="Assumptions about behaviour, in YAML: `low`, `middle`, `high`, by tier or segment.",
        exists=True,
        dir_okay=False,
    ),
]
Visits = Annotated[
    str | None, typer.Option(help="Assume so many % more visits: one number, or low, middle and high: `1,2,4`.")
]
Basket = Annotated[str | None, typer.Option(help="Assume baskets so many % larger: one number, or three.")]
Sample = Annotated[
    float, typer.Option(min=0.001, max=1.0, help="Only this share of the members, chosen by their ids: 0.1 is a tenth.")
]
Save = Annotated[Path | None, typer.Option(help="Write the whole result as JSON into this file, all of it or nothing.")]


def simulate(
    candidate: CandidateFile,
    against: Against = None,
    history: Kept = "database",
    since: Day = None,
    until: LastDay = None,
    shift_years: Shift = 0,
    margins: MarginsFile = None,
    uplift: UpliftFile = None,
    visits: Visits = None,
    basket: Basket = None,
    sample: Sample = 1.0,
    save: Save = None,
    html: Html = None,
    language: ReportLanguage = "en",
    lake: LakeFolder = None,
    home: Home = None,
    program: ProgramName = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Replay a history under a draft program, with the engine that decides live, and compare.

    Behaviour does not change in a replay. What you assume about it is shown apart.
    """
    from guerdon.insight.simulation import files
    from guerdon.insight.simulation.simulating import simulate as run

    with told_plainly(*expected()), ExitStack() as stack:
        draft = _candidate(candidate)
        shares = None if margins is None else files.read_margins(margins)
        uplifts = files.read_uplifts(uplift) if uplift is not None else files.uplifts_of(visits, basket)
        replayed, current = history_of(history, stack, home, program, lake)
        current = current if against is None else _candidate(against)
        with _bar(as_json) as told:
            result = run(
                draft,
                part_of(replayed, shift_years, sample),
                current=current,
                workers=workers or os.cpu_count() or 1,
                since=chosen_day(since),
                until=chosen_day(until),
                margins=shares,
                uplifts=uplifts,
                progress=told,
            )
        if save is not None:
            write_whole(save, msgspec.json.format(msgspec.json.encode(result), indent=2))
        if html is not None:
            from guerdon.insight.report.page import simulation_page

            write_whole(html, simulation_page(result, language))
    if as_json:
        typer.echo(msgspec.json.encode(result))
    else:
        _print(result, draft)


def expected() -> tuple[type[Exception], ...]:
    """What may go wrong with a simulation without a bug."""
    from guerdon.insight.simulation.files import SettingsWrong
    from guerdon.insight.simulation.history import NothingToReplay
    from guerdon.insight.simulation.simulating import ProgramsDiffer
    from guerdon.insight.simulation.workers import SimulationFailed

    own = (NothingToReplay, ProgramsDiffer, SettingsWrong, SimulationFailed)
    return FilesWrong, ModuleNotFoundError, OSError, *own


def _candidate(file: Path) -> "Candidate":
    """A program file as a candidate. Raises ProgramErrors with every mistake in it."""
    from guerdon.insight.simulation.simulating import Candidate

    return Candidate(file.name, (read_program(text_of(file), file.name),))


def history_of(
    kept: str, stack: ExitStack, home: Path | None, program: str | None, lake: Path | None
) -> "tuple[History, Candidate | None]":
    """What to replay, and the program that was in force."""
    from guerdon.insight.simulation.database import DatabaseHistory
    from guerdon.insight.simulation.files import SettingsWrong
    from guerdon.insight.simulation.ndjson import NdjsonHistory
    from guerdon.insight.simulation.simulating import Candidate

    if kept == "demo":
        return _demo()
    if kept == "lake":
        from guerdon.insight.simulation.lake import replay_of

        return replay_of(stack.enter_context(lake_of(home, program, lake)))
    if kept == "database":
        url = stack.enter_context(database(home))
        with connect(url) as connection:
            number = find_program(connection, program)
            versions = PublishedProgram(connection, number).versions
        return DatabaseHistory(url, number), Candidate("published", tuple([version.program for version in versions]))
    if not Path(kept).is_file():
        raise SettingsWrong(
            f"--history: there is no file {kept}; write `database`, `lake`, `demo` or the name of a file."
        )
    return NdjsonHistory(Path(kept)), None


def _demo() -> "tuple[History, Candidate]":
    from guerdon.demo.history import DemoHistory
    from guerdon.demo.journey import Journey
    from guerdon.demo.running import grocery_program
    from guerdon.insight.simulation.simulating import Candidate
    from guerdon.runtime.processes import warm_up

    warm_up(["guerdon.demo.history", "guerdon.insight.simulation.workers", "pandas"])
    return DemoHistory(Journey.installed()), Candidate("the demo's program", (read_program(grocery_program()),))


def part_of(history: "History", shift_years: int, sample: float) -> "History":
    """A share of the members, at another time."""
    from guerdon.insight.simulation.history import Moved, sampled, seconds_of_years

    part = history if sample == 1 else sampled(history, sample)
    return Moved(part, seconds_of_years(shift_years)) if shift_years else part


class _Bar:
    """The progress of a simulation: one bar, anew for each pass."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task = bars.add_task("Folding members", total=None)

    def __call__(self, number: int, done: int, of: int | None) -> None:
        self._bars.update(self._task, description=f"Folding members, pass {number}", completed=done, total=of)


@contextmanager
def _bar(quiet: bool) -> Iterator[_Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=40), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet) as bars:
        yield _Bar(bars)


def _print(result: "Simulation", draft: "Candidate") -> None:
    from guerdon.cli.simulated import SimulationTables

    version = Version(draft.newest)
    tables = SimulationTables(result, draft.newest, Shower(version.program, version.zone))
    console.print(tables.headline(), highlight=False, soft_wrap=True)
    console.print()
    for table in tables.all():
        if table.row_count:
            console.print(table)
            console.print()
    for remark in result.remarks:
        console.print(f"- {escape(remark.sentence)}", highlight=False, soft_wrap=True)
