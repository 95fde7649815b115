"""What suits a member next: things, rewards and offers; and whether the suggestions are any good."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer
from rich.table import Table

from guerdon.cli.home import console, told_plainly
from guerdon.cli.lakes import LakeFolder, lake_of
from guerdon.cli.options import AsJson, Home, ProgramName
from guerdon.cli.showing import Shower, counted, safe
from guerdon.cli.tables import plain_table
from guerdon.insight.extras import needs
from guerdon.runtime.story import MemberNotFound

if TYPE_CHECKING:
    from guerdon.insight.affinity.advice import Advice, ForAll
    from guerdon.insight.affinity.evaluation import Evaluation
    from guerdon.insight.affinity.rewards import RewardIdea


def recommend(
    member: Annotated[str | None, typer.Argument(help="Your id of the member; without it, an overview of all.")] = None,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Hold the last weeks out, and compare the ways to suggest on them.")
    ] = False,
    level: Annotated[
        Literal["category", "sku"], typer.Option(help="Suggest categories, or single articles.")
    ] = "category",
    weeks: Annotated[int, typer.Option(min=1, max=26, help="With --evaluate: so many are held out.")] = 4,
    lake: LakeFolder = None,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """What members will buy again, might try, can have as a reward, and which offer suits them, with the reasons."""
    with told_plainly():
        needs("insight")
        from guerdon.insight.affinity import advice
        from guerdon.insight.affinity.evaluation import TooShortToEvaluate
        from guerdon.insight.affinity.evaluation import evaluate as compare
        from guerdon.insight.engines.duckdb import tables_of
    expected = (TooShortToEvaluate, advice.NothingBought)
    with told_plainly(*expected), lake_of(home, program, lake) as opened:
        tables = tables_of(opened)
        if evaluate:
            _show(compare(tables, opened.program, level, weeks=weeks), _print_evaluation, as_json=as_json)
        elif member is None:
            _show(advice.advise_all(tables, opened.timeline, level), _print_all, as_json=as_json)
        else:
            told = advice.advise(tables, opened.timeline, member, level)
            if told is None:
                raise MemberNotFound(f"There is no member {member} in {opened.folder}.")
            shower = Shower(opened.program, opened.zone)
            _show(told, lambda found: _print_advice(found, shower), as_json=as_json)


def _show(told: object, printed: object, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(told))
    else:
        printed(told)  # type: ignore[operator]


def _print_evaluation(told: "Evaluation") -> None:
    table = plain_table(
        f"{told.suggested} suggestions each, learned until {told.learned_until}, tested until {told.tested_until}",
        ("question", "left"),
        ("method", "left"),
        *[(name, "right") for name in ("precision", "recall", "coverage", "members")],
    )
    for score in sorted(told.scores, key=lambda score: (score.question, -score.precision)):
        best = score.method == told.best.get(score.question)
        shares = [f"{share:.1%}" for share in (score.precision, score.recall, score.coverage)]
        table.add_row(
            score.question, f"[bold]{score.method}[/]" if best else score.method, *shares, f"{score.members:,}"
        )
    console.print(table)
    console.print(f"{told.in_words} [dim]{told.things:,} things could be suggested.[/]", highlight=False)


def _print_all(told: "ForAll") -> None:
    table = plain_table("Suggested as new to the most members", (told.level, "left"), ("members", "right"))
    for thing, members in told.suggested:
        table.add_row(safe(thing), f"{members:,}")
    console.print(table)
    console.print(
        f"{counted(len(told.members), 'member')} as of {told.as_of}; {told.cold:,} of them are unknown and get what is "
        "popular. One member: guerdon recommend MEMBER. All of them: --json. Are they any good: --evaluate.",
        highlight=False,
    )


def _print_advice(told: "Advice", shower: Shower) -> None:
    console.print(f"[bold]Member {safe(told.member)}[/] as of {told.as_of}", highlight=False)
    if told.is_cold:
        console.print("[yellow]Nothing is known that this member likes: what is new is what is popular.[/]")
    for table in (_again(told), _new(told), _rewards(told, shower), _offers(told)):
        if table.row_count:
            console.print()
            console.print(table)


def _again(told: "Advice") -> Table:
    table = plain_table("Will buy again", ("what", "left"), ("days", "right"))
    for one in told.again:
        table.add_row(safe(one.thing), f"{one.days:,}")
    return table


def _new(told: "Advice") -> Table:
    table = plain_table("Might try", ("what", "left"), ("why", "left"))
    for one in told.new:
        why = f"because you buy {' and '.join(one.because)}" if one.because else "because it is popular"
        table.add_row(safe(one.thing), safe(why))
    return table


def _rewards(told: "Advice", shower: Shower) -> Table:
    table = plain_table("Next rewards", ("reward", "left"), ("cost", "right"), ("when", "left"), ("why", "left"))
    for idea in told.rewards:
        cost = f"{shower.amount(idea.cost, idea.unit)} {idea.unit}"
        table.add_row(safe(idea.reward), cost, _when(idea), safe(idea.because))
    return table


def _when(idea: "RewardIdea") -> str:
    if idea.can_have_it:
        return "[green]now[/]"
    return "—" if idea.weeks is None else f"in about {counted(idea.weeks, 'week')}"


def _offers(told: "Advice") -> Table:
    table = plain_table("Offers that suit", ("mechanic", "left"), ("fits", "right"), ("why", "left"))
    for idea in told.offers:
        table.add_row(safe(idea.mechanic), f"{idea.fit:.0%}", safe(idea.because))
    return table
