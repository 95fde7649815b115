"""Commands for segments: who the members are, what each group brings, and letting the till know of changes."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer
from rich.progress import Progress

from guerdon.cli import segment_tables as tables
from guerdon.cli.home import console, database, errors, told_plainly
from guerdon.cli.lakes import LakeFolder, lake_folder, lake_of
from guerdon.cli.options import AsJson, Home, ProgramName, chosen_day
from guerdon.cli.showing import counted, safe
from guerdon.core.events import Segment
from guerdon.insight.extras import needs
from guerdon.runtime.programs import find_program
from guerdon.runtime.story import MemberNotFound
from guerdon.runtime.till import Till
from guerdon.store import programs as stored
from guerdon.store.database import connect
from guerdon.works import segments as works

if TYPE_CHECKING:
    from guerdon.insight.segments.study import Study

segments = typer.Typer(help="Who the members are: groups by what they buy, how often, how lately.")

Grouping = Literal["rfm", "stage", "clusters", "kinds", "rules"]
By = Annotated[
    Grouping,
    typer.Option(
        "--by",
        help="`rfm`: how recently, how frequently, for how much money; `stage`: where in the life of a customer; "
        "`clusters`: who is alike; `kinds`: kinds of loyalty; `rules`: as the program declares.",
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="The last day that counts; by default the last one with a deed."
    ),
]
Name = Annotated[str, typer.Argument(help="The segment, as the overview names it.")]


@contextmanager
def _study(home: Path | None, program: str | None, lake: Path | None, as_of: datetime | None) -> "Iterator[Study]":
    with told_plainly():
        needs("insight")
        from guerdon.insight.engines.duckdb import tables_of
        from guerdon.insight.segments.study import RulesLookAtNow, SegmentUnknown, Study
    expected = (RulesLookAtNow, SegmentUnknown)
    with told_plainly(*expected), lake_of(home, program, lake) as opened:
        yield Study(tables_of(opened), opened.timeline, opened.currency, chosen_day(as_of))


@segments.callback(invoke_without_command=True)
def overview(
    context: typer.Context,
    by: By = "rfm",
    as_of: AsOf = None,
    lake: LakeFolder = None,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """How large each segment is, what it brings, and whether that grows. Who is in one: `guerdon segments members`."""
    if context.invoked_subcommand is not None:
        return
    with _study(home, program, lake, as_of) as study:
        found = study.overview(by)
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    console.print(tables.overview_table(found))
    for note in found.notes:
        console.print(safe(note), highlight=False)


@segments.command("members")
def members(
    name: Name,
    by: By = "rfm",
    most: Annotated[int, typer.Option("--most", min=1, help="Show so many, those who spent most first.")] = 25,
    as_of: AsOf = None,
    lake: LakeFolder = None,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """Who is in a segment. With `--json` everybody is listed."""
    with _study(home, program, lake, as_of) as study:
        from guerdon.insight.segments.listing import SegmentList, listed

        told = listed(study.members(by, name))
        found = SegmentList(by, name, str(study.day or ""), study.currency, told)
    if as_json:
        typer.echo(msgspec.json.encode(found))
    else:
        console.print(tables.members_table(found, most))


@segments.command("leanings")
def leanings(
    name: Name,
    by: By = "rfm",
    of: Annotated[Literal["category", "brand"], typer.Option("--of", help="Of categories or of brands.")] = "category",
    as_of: AsOf = None,
    lake: LakeFolder = None,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """What a segment buys more of than members in general: the lift of each category or brand."""
    with _study(home, program, lake, as_of) as study:
        from guerdon.insight.segments.listing import SegmentLeanings

        told = tuple(study.leanings(by, name, of))
        found = SegmentLeanings(by, name, of, str(study.day or ""), study.currency, told)
    if as_json:
        typer.echo(msgspec.json.encode(found))
    else:
        console.print(tables.leanings_table(found))
        if not told:
            console.print(f"{safe(name)} bought nothing in the year, or nothing that the till has told a {of} of.")


@segments.command("member")
def member(
    key: Annotated[str, typer.Argument(metavar="MEMBER", help="The member's id.")],
    as_of: AsOf = None,
    lake: LakeFolder = None,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """One member: scores, stage, kinds of loyalty, and why a score is missing."""
    with _study(home, program, lake, as_of) as study:
        from guerdon.insight.segments.listing import portrait_of

        found = portrait_of(study, key)
        if found is None:
            raise MemberNotFound(f"There is no member {key} who is counted; households and those who left are not.")
    if as_json:
        typer.echo(msgspec.json.encode(found))
    else:
        for line in tables.portrait_lines(found):
            console.print(line, highlight=False)


@segments.command("refresh")
def refresh(
    by: By = "rules",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """Let the till know who has entered and left segments. Doing it again changes nothing."""
    with told_plainly():
        needs("insight")
        from guerdon.insight.segments.study import NamesDoNotLast
    with told_plainly(NamesDoNotLast), database(home) as url:
        with connect(url) as connection:
            number = find_program(connection, program)
            name = stored.program_name(connection, number)
        events = works.changes_left(url, number, lake_folder(home, name), by)
        told = works.would_tell(events) if dry_run else _tell(url, number, events)
    if as_json:
        typer.echo(msgspec.json.encode(told._asdict() | {"by": by, "dry_run": dry_run}))
    else:
        _say(told, dry_run=dry_run)


def _tell(url: str, program: int, events: Sequence[Segment]) -> works.Told:
    till = Till(lambda: connect(url), program)
    with closing(till), Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("Telling the till", total=None)
        return works.tell(till, events, lambda done, of: bar.update(task, completed=done, total=of))


def _say(told: works.Told, *, dry_run: bool) -> None:
    if not told.members and not told.refused:
        console.print("Nobody has entered or left a segment.")
        return
    would = "would change" if dry_run else "changed"
    console.print(
        f"{counted(told.members, 'member')} {would}: segments entered {counted(told.entered, 'time')}, "
        f"left {counted(told.left, 'time')}.",
        highlight=False,
    )
    for code, count in sorted(told.refused.items()):
        console.print(f"[yellow]{counted(count, 'change')} refused:[/] {code}", highlight=False)
