"""Commands for program files: check, with their worked cases, schema and publish."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape
from rich.padding import Padding

from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import Home
from guerdon.cli.showing import Shower, counted, safe
from guerdon.cli.tables import found_table, reasons_table
from guerdon.core.events import instant_of_event
from guerdon.core.version import Version
from guerdon.insight.shopping.file import habits_schema
from guerdon.language import program_schema, read_program
from guerdon.language.lines import Lines
from guerdon.lint import lint
from guerdon.people.administering import publish_version
from guerdon.people.audit import Author
from guerdon.specs import CaseResult, FilesWrong, Sheaf, Specs, StepResult, gather, run, specs_schema, text_of
from guerdon.store.database import connect
from guerdon.store.migrations import migrate

ProgramFile = Annotated[Path, typer.Argument(help="The program file.", exists=True, dir_okay=False)]
Files = Annotated[
    list[Path],
    typer.Argument(
        help="A program file, or several; and specs files, where they do not stand beside them.",
        exists=True,
        dir_okay=False,
    ),
]
ForSpecs = Annotated[bool, typer.Option("--specs", help="The schema of specs files instead of program files.")]
ForHabits = Annotated[bool, typer.Option("--habits", help="The schema of habits files instead of program files.")]

_SHOWN_CASES = 10
"""How many cases that fail are told in full."""


def check(files: Files) -> None:
    """Read program files, tell every mistake in them at once, say what looks wrong, and run their worked cases.

    The cases of `NAME.yaml` stand beside it in `NAME.specs.yaml`, or in the specs file that is given too. Program files
    of one program are its versions.
    """
    with told_plainly(FilesWrong):
        sheaves = gather(files)
    for sheaf in sheaves:
        for file, version in sheaf.versions:
            _tell_program(file, version)
    results = [_tell_cases(file, specs, sheaf) for sheaf in sheaves for file, specs in sheaf.specs]
    if not all(results):
        raise typer.Exit(1)


def _tell_program(file: Path, version: Version) -> None:
    counts = f"{counted(len(version.rules), 'mechanic')}, {counted(len(version.rewards), 'reward')}"
    console.print(f"[green]{escape(file.name)} is right:[/] {counts}, in force from {version.program.effective_from}.")
    lines = Lines(text_of(file), version.program)
    for finding in lint(version.program):
        place = f"{escape(file.name)}:{lines.of(finding.what, finding.where)}"
        console.print(f"[yellow]{place}:[/] {safe(finding.sentence)} ({finding.code}).", highlight=False)


def _tell_cases(file: Path, specs: Specs, sheaf: Sheaf) -> bool:
    """Run the cases of a file and tell what differs; gives whether they are all right."""
    results = run(specs, sheaf.timeline)
    wrong = [result for result in results if not result.is_right]
    cases, name = counted(len(results), "case"), escape(file.name)
    if not wrong:
        looks = counted(sum([len(step.looks) for case in specs.cases for step in case.steps]), "expectation")
        console.print(f"[green]{name} is right:[/] {cases} with {looks}, all met.")
        return True
    are = "is" if len(wrong) == 1 else "are"
    console.print(f"[bold red]{name}:[/] {len(wrong)} of {cases} {are} not as expected.")
    for result in wrong[:_SHOWN_CASES]:
        _tell_case(file, result, sheaf)
    if len(wrong) > _SHOWN_CASES:
        console.print(f"\nAnd {counted(len(wrong) - _SHOWN_CASES, 'more case')}.")
    return False


def _tell_case(file: Path, result: CaseResult, sheaf: Sheaf) -> None:
    """The steps that differ, each with what came; the reasons for the first, from which the others may follow."""
    case = result.case
    source = f" [dim]({safe(case.source)})[/]" if case.source else ""
    console.print(f"\n[bold]{safe(case.name)}[/]{source}", highlight=False)
    for place, wrong in enumerate(result.wrong):
        event, decision = wrong.answers[0].event, wrong.answers[0].decision
        version = sheaf.timeline.at(instant_of_event(event)) or sheaf.timeline.versions[0]
        shower = Shower(version.program, version.zone)
        _tell_step(file, wrong, shower)
        if place == 0 and (decision.outcome.effects or decision.notes):
            reasons = reasons_table(event, decision.outcome.effects, decision.notes, shower)
            console.print(Padding(reasons, (1, 0, 1, 2)))


def _tell_step(file: Path, wrong: StepResult, shower: Shower) -> None:
    """What differs, and what the step sent to other members."""
    event = wrong.answers[0].event
    told = (
        f"{shower.moment(instant_of_event(event))} {safe(event.id)}: {safe(event.member)} {safe(shower.event(event))}"
    )
    console.print(f"{escape(file.name)}:{wrong.step.line}: {told}", highlight=False)
    console.print(Padding(found_table(wrong.differences), (0, 0, 0, 2)))
    for sent in wrong.answers[1:]:
        refusal = sent.decision.outcome.refusal
        became = "" if refusal is None else f", [yellow]refused: {safe(refusal.sentence)}[/]"
        console.print(f"  [dim]sent to[/] {safe(sent.event.member)}: {safe(shower.event(sent.event))}{became}")


def schema(specs: ForSpecs = False, habits: ForHabits = False) -> None:
    """Print the JSON Schema of program files, of specs files or of habits files, for editors."""
    if specs and habits:
        raise typer.BadParameter("--specs and --habits exclude each other; print one schema after the other")
    found = specs_schema() if specs else habits_schema() if habits else program_schema()
    typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))


def publish(file: ProgramFile, home: Home = None) -> None:
    """Publish a program file as the newest version of its program."""
    with told_plainly(FilesWrong), database(home) as url, connect(url) as connection:
        migrate(connection)
        text = text_of(file)
        number = publish_version(connection, Author("cli"), text, file.name).number
        program = read_program(text, file.name)
    console.print(f"Version {number} of [bold]{escape(program.program)}[/] is in force from {program.effective_from}.")
