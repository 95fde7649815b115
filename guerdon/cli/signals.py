"""The commands of whoever looks after fraud: who should be looked at, why, and what was said about them."""

import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from guerdon.cli import tables
from guerdon.cli.home import console, database, folder_of, told_plainly
from guerdon.cli.lakes import LakeFolder, lake_of
from guerdon.cli.options import AsJson, Home, ProgramName, chosen_day
from guerdon.cli.showing import Shower, safe
from guerdon.core.events import Block
from guerdon.runtime.programs import find_program
from guerdon.runtime.till import Till
from guerdon.store.database import connect

if TYPE_CHECKING:
    from guerdon.insight.lake.opening import Lake
    from guerdon.insight.signals.all_kinds import Look, Suspect

signals = typer.Typer(help="Members whose habits look like fraud, for a person to look at.")

_DAY = ["%Y-%m-%d"]
_MOST_SHOWN = 25

Since = Annotated[
    datetime | None, typer.Option(formats=_DAY, help="The first day that is looked at; by default from the beginning.")
]


class NotSuspected(ValueError):
    """There is no signal about a member."""

    def __init__(self, member: str) -> None:
        super().__init__(f"There is no signal about {member}. `guerdon signals` lists all members with signals.")


class ReviewUnclear(ValueError):
    """A review says both, or neither, or cannot be kept."""


@signals.callback(invoke_without_command=True)
def list_signals(
    context: typer.Context,
    since: Since = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Show weak signals too, and members who were reviewed.")
    ] = False,
    home: Home = None,
    program: ProgramName = None,
    lake: LakeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Members whose habits look like fraud: scored, with the strongest reason. Nothing follows by itself."""
    if context.invoked_subcommand is not None:
        return
    from guerdon.insight.signals.reviews import ReviewsDamaged, read_reviews
    from guerdon.insight.signals.telling import told

    with told_plainly(ReviewsDamaged), lake_of(home, program, lake) as found:
        first = chosen_day(since)
        seen = _look(found, first)
        path = _reviews_of(home, found)
        reviews = {} if path is None else read_reviews(path)
        suspects = seen.suspects if everybody else _to_look_at(seen, path)
        if as_json:
            typer.echo(msgspec.json.encode(told(seen, suspects, reviews, found.name, first)))
            return
        if suspects:
            console.print(tables.suspects_table(suspects[:_MOST_SHOWN], reviews))
            if len(suspects) > _MOST_SHOWN:
                console.print(f"and {len(suspects) - _MOST_SHOWN:,} more", highlight=False)
        else:
            console.print("Nobody needs to be looked at.")
        _print_not_looked_for(seen)


@signals.command("explain")
def explain(
    member: Annotated[str, typer.Argument(help="The member's id.")],
    since: Since = None,
    home: Home = None,
    program: ProgramName = None,
    lake: LakeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Every signal about a member, what is usual, and the newest events behind it."""
    from guerdon.insight.signals.reviews import ReviewsDamaged, read_reviews
    from guerdon.insight.signals.telling import suspect_told

    with told_plainly(NotSuspected, ReviewsDamaged), lake_of(home, program, lake) as found:
        suspect = _suspect(_look(found, chosen_day(since)), member)
        path = _reviews_of(home, found)
        review = None if path is None else read_reviews(path).get(member)
        if as_json:
            typer.echo(msgspec.json.encode(suspect_told(suspect, review)))
            return
        shower = Shower(found.program, found.zone)
        barred = f" ({suspect.barred})" if suspect.barred else ""
        console.print(f"[bold]{safe(member)}[/]{barred}: score {suspect.score} of 100", highlight=False)
        if review is not None:
            said = f"Reviewed on {review.at:%Y-%m-%d} by {review.by}: {review.verdict}. {review.reason}"
            console.print(safe(said), highlight=False)
        for signal in suspect.signals:
            console.print()
            kind = signal.kind.replace("_", " ")
            console.print(f"[bold]{kind}[/] {signal.score}: {safe(signal.sentence)}", highlight=False)
            console.print(tables.behind_table(signal, shower))


@signals.command("review")
def review(
    member: Annotated[str, typer.Argument(help="The member's id.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence without personal data.")],
    by: Annotated[str, typer.Option(help="Who says so: an id of the person on the staff.")],
    fine: Annotated[bool, typer.Option("--fine", help="It has its reasons: do not tell it again.")] = False,
    block: Annotated[bool, typer.Option("--block", help="Block the member, as `block` events do.")] = False,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Say what you found: that it is fine, or that the member is to be blocked."""
    from guerdon.insight.signals.reviews import Review, newest, remember

    with told_plainly(NotSuspected, ReviewUnclear, OSError), lake_of(home, program, None) as found:
        if fine == block:
            raise ReviewUnclear("Say either --fine or --block.")
        if not (reason.strip() and by.strip()):
            raise ReviewUnclear("Say why with --reason, and who says so with --by.")
        path = _reviews_of(home, found)
        if path is None:
            raise ReviewUnclear("There is no folder to keep reviews in. Name one with GUERDON_HOME or --home.")
        suspect = _suspect(_look(found, None), member)
        now = datetime.now(UTC).replace(microsecond=0)
        if block:
            _block(home, found, Block(id=f"review-{uuid.uuid4()}", member=member, at=now, reason=reason, by=by))
        verdict = "blocked" if block else "fine"
        remember(path, Review(member, verdict, reason, by, now, newest(suspect)))  # type: ignore[arg-type]
    told = "is blocked" if block else f"is fine, through {newest(suspect)}"
    console.print(f"{safe(member)} {told}.", highlight=False)


def _look(lake: "Lake", since: date | None) -> "Look":
    from guerdon.insight.engines.duckdb import tables_of
    from guerdon.insight.signals.all_kinds import look

    return look(tables_of(lake), since)


def _suspect(seen: "Look", member: str) -> "Suspect":
    found = next((suspect for suspect in seen.suspects if suspect.key == member), None)
    if found is None:
        raise NotSuspected(member)
    return found


def _to_look_at(seen: "Look", reviews: Path | None) -> "list[Suspect]":
    """Those whom somebody should look at and has not, and who may still act."""
    from guerdon.insight.signals.reviews import read_reviews, unreviewed
    from guerdon.insight.signals.scoring import LOOK

    strong = [suspect for suspect in seen.suspects if suspect.score >= LOOK and suspect.barred is None]
    return strong if reviews is None else unreviewed(strong, read_reviews(reviews))


def _reviews_of(home: Path | None, lake: "Lake") -> Path | None:
    """The file with the reviews of a program; None where there is no data folder."""
    folder = folder_of(home)
    return None if folder is None else folder / "signals" / f"{lake.name}.ndjson"


def _block(home: Path | None, lake: "Lake", event: Block) -> None:
    """Block a member through the till. Raises ``ReviewUnclear`` where the event is refused."""
    with database(home) as url, connect(url) as connection:
        number = find_program(connection, lake.name)
        connection.commit()
        till = Till(lambda: connect(url), number)
        try:
            answer = till.commit_one(event)
        finally:
            till.close()
    if answer.refusal is not None:
        raise ReviewUnclear(f"{event.member} was not blocked: {answer.refusal.sentence}")


def _print_not_looked_for(seen: "Look") -> None:
    for kind, why in seen.not_looked_for.items():
        console.print(f"[dim]Not looked for: {kind.replace('_', ' ')}, as {why}.[/]", highlight=False)
