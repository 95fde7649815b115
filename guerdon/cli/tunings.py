"""The command that searches for settings of a program under goals."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from guerdon.cli.home import console, errors, told_plainly
from guerdon.cli.lakes import LakeFolder
from guerdon.cli.options import AsJson, Home, ProgramName, Workers, chosen_day
from guerdon.cli.simulations import CandidateFile, Day, Kept, LastDay, Shift, expected, history_of, part_of
from guerdon.cli.writing import write_whole
from guerdon.language import read_program
from guerdon.specs import text_of

# What a search takes is loaded when one is asked for: the other commands start without it.
if TYPE_CHECKING:
    from guerdon.insight.tuning.result import Tuning

SpaceFile = Annotated[
    Path,
    typer.Option(
        "--space",
        help="The search file: which settings may take which values, and the goals.",
        exists=True,
        dir_okay=False,
    ),
]
Tries = Annotated[int, typer.Option(min=1, max=100_000, help="How many settings are tried on the sample.")]
Confirm = Annotated[int, typer.Option(min=1, max=1_000, help="How many of them are then tried on all members.")]
Sample = Annotated[
    float,
    typer.Option(
        min=0.001, max=1.0, help="The share of the members on which settings are tried; of few members all are taken."
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed comes to the same settings.")]
SaveDraft = Annotated[
    Path | None,
    typer.Option("--save", help="Write the program with the best settings into this file, where some meet the goals."),
]


def tune(
    candidate: CandidateFile,
    space: SpaceFile,
    history: Kept = "database",
    tries: Tries = 60,
    confirm: Confirm = 6,
    sample: Sample = 0.1,
    seed: Seed = 1,
    since: Day = None,
    until: LastDay = None,
    shift_years: Shift = 0,
    save: SaveDraft = None,
    lake: LakeFolder = None,
    home: Home = None,
    program: ProgramName = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Search the settings of a program for those that keep goals, on history, and show cost against reach.

    Many are tried on a sample of the members, and the best of them on all. Ends with 1 where none meets the goals.
    """
    from guerdon.insight.tuning.file import read_search
    from guerdon.insight.tuning.goals import NotMeasurable
    from guerdon.insight.tuning.settings import ProgramText
    from guerdon.insight.tuning.tuning import Days, Effort, tune

    with told_plainly(*expected(), NotMeasurable), ExitStack() as stack:
        text = text_of(candidate)
        declared = read_program(text, candidate.name)
        wanted = read_search(text_of(space), ProgramText(text), declared.currency, space.name)
        replayed, _ = history_of(history, stack, home, program, lake)
        effort = Effort(tries, confirm, sample, seed=seed, workers=workers or os.cpu_count() or 1)
        with _bar(as_json) as told:
            found = tune(
                text,
                wanted,
                part_of(replayed, shift_years, 1),
                name=candidate.name,
                effort=effort,
                days=Days(chosen_day(since), chosen_day(until)),
                progress=told,
            )
        if save is not None and found.draft is not None:
            write_whole(save, found.draft)
    _show(found, as_json)
    if found.best is None:
        if save is not None:
            errors.print(f"{escape(save.name)} was not written.", highlight=False)
        raise typer.Exit(1)


class _Bar:
    """How far a search is: one bar for the sample, one for all members."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task = bars.add_task("Trying settings", total=None)

    def __call__(self, what: str, done: int, of: int) -> None:
        self._bars.update(self._task, description=what, completed=done, total=of)


@contextmanager
def _bar(quiet: bool) -> Iterator[_Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=40), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet) as bars:
        yield _Bar(bars)


def _show(found: "Tuning", as_json: bool) -> None:
    from guerdon.cli.tuned import TuningTables

    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    tables = TuningTables(found)
    console.print(tables.headline(), highlight=False, soft_wrap=True)
    for table in (tables.goals(), tables.frontier(), tables.refused()):
        if table.row_count:
            console.print()
            console.print(table)
    console.print()
    for sentence in (tables.answer(), *found.remarks):
        console.print(f"- {escape(sentence)}", highlight=False, soft_wrap=True)
