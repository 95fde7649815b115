"""Commands for experiments: what they have shown, what one could find, which offer next, and what campaigns did."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from typer.core import TyperGroup

from guerdon.cli.experiment_tables import (
    campaigns_table,
    checks_table,
    comparisons_table,
    groups_table,
    offers_table,
    outlooks_table,
    regret_table,
    slices_table,
)
from guerdon.cli.home import console, told_plainly
from guerdon.cli.lakes import LakeFolder, lake_of
from guerdon.cli.options import AsJson, Home, ProgramName
from guerdon.cli.showing import counted, safe

if TYPE_CHECKING:
    from guerdon.insight.campaigns.campaign import Campaign
    from guerdon.insight.engines import Tables
    from guerdon.insight.experiments.question import Question
    from guerdon.insight.experiments.result import Offers, Result
    from guerdon.insight.lake.opening import Lake


class _ResultByName(TyperGroup):
    """Takes a word that is no command for the name of an experiment, so that `guerdon experiment spring` shows it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["result", *args]
        return super().parse_args(ctx, args)


experiment = typer.Typer(
    cls=_ResultByName,
    help="What experiments have shown, and what may be concluded. `guerdon experiment NAME` is `result NAME`.",
)

Metric = Annotated[
    str,
    typer.Option(help="By what members are compared: spend, baskets, visits, items, redemptions, buyers or takers."),
]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that counts; by default the last recorded.")
]
Cut = Annotated[
    float,
    typer.Option(min=0.5, max=1.0, help="Cut figures at this quantile, such as 0.99, against a few extreme members."),
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The seed of chance, so that the same comes out again.")]


class NothingRecorded(Exception):
    """A lake without a single event."""


class SharesWrong(Exception):
    """Shares of groups or rates of offers that cannot be used."""


class NoInvitations(Exception):
    """Nobody said who was invited."""


@contextmanager
def _asked(
    home: Path | None, program: str | None, folder: Path | None, until: datetime | None
) -> "Iterator[tuple[Lake, Tables, date]]":
    """The lake, its tables, and the last day that counts."""
    plainly = told_plainly(NothingRecorded, SharesWrong, NoInvitations)
    with plainly, _troubles(), lake_of(home, program, folder) as lake:
        from guerdon.insight.engines.duckdb import tables_of
        from guerdon.insight.experiments.metrics import last_day

        tables = tables_of(lake)
        last = last_day(tables)
        if last is None:
            raise NothingRecorded("Nothing is recorded yet: there is nobody to compare.")
        yield lake, tables, last if until is None else min(until.date(), last)


@contextmanager
def _troubles() -> Iterator[None]:
    """What may be wrong with what is asked, told plainly. Known only where the extra is installed."""
    from guerdon.insight.extras import needs

    needs("insight")
    from guerdon.insight.campaigns.campaign import InvitationsWrong
    from guerdon.insight.experiments.assignment import ExperimentTrouble
    from guerdon.insight.experiments.bandit import TooFewMembers

    with told_plainly(ExperimentTrouble, InvitationsWrong, TooFewMembers):
        yield


@experiment.command("result")
def result(
    name: Annotated[str | None, typer.Argument(help="The experiment; without it, all are listed.")] = None,
    metric: Metric = "spend",
    control: Annotated[str | None, typer.Option(help="The group that the others are compared with.")] = None,
    by: Annotated[
        str | None, typer.Option(help="Cut the result at its end: by before (spending), tier, region or language.")
    ] = None,
    cut: Cut = 1.0,
    until: Until = None,
    program: ProgramName = None,
    lake: LakeFolder = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What an experiment has shown so far, and what may be concluded from it.

    Members count in the group that chance gave them. While it runs only what holds on any day is told; the usual
    interval is kept for the end.
    """
    with _asked(home, program, lake, until) as (opened, tables, last):
        from guerdon.insight.experiments.question import Question

        question = Question(metric=metric, control=control, by=by, quantile=cut)
        told = [_ask(opened, tables, each, question, last) for each in _names(opened, name)]
    if as_json:
        typer.echo(msgspec.json.encode(told[0] if name else told))
        return
    for each in told:
        _print_result(each)
    if not told:
        console.print("The program has no experiments. Add `experiments:` to it.", highlight=False, markup=False)


def _names(lake: "Lake", name: str | None) -> Sequence[str]:
    from guerdon.insight.experiments.assignment import names

    return names(lake.timeline) if name is None else [name]


def _ask(lake: "Lake", tables: "Tables", name: str, question: "Question", until: date) -> "Result":
    from guerdon.insight.experiments.asking import ask

    return ask(lake.timeline, tables, name, question, until=until, currency=lake.currency)


_STATUS = {"not_begun": "has not begun", "running": "is running", "ended": "has ended", "stopped": "was stopped early"}


def _print_result(told: "Result") -> None:
    days = f"from {told.first}" if told.last is None else f"{told.first} to {told.last}"
    heading = f"[bold]{safe(told.experiment)}[/] {_STATUS[told.status]}: {told.metric} per member, {days}"
    console.print(f"{heading}, counted up to {told.until}.", highlight=False)
    tables = [groups_table(told)] if told.groups else []
    tables += [comparisons_table(told)] if told.comparisons else []
    tables += [slices_table(told)] if told.slices else []
    for table in tables:
        console.print()
        console.print(table)
    console.print()
    _print_left_out(told.left_out)
    for sentence in told.conclusions:
        console.print(f"- {safe(sentence.text)}", highlight=False)


_LEFT_OUT = {
    "joined_later": "joined after it began",
    "merged": "were merged into another card",
    "moved": "changed groups when the shares changed",
}


def _print_left_out(left_out: dict[str, int]) -> None:
    told = [f"{count:,} {_LEFT_OUT[reason]}" for reason, count in left_out.items() if count]
    if told:
        console.print(f"Not compared: {', '.join(told)}.", highlight=False)


@experiment.command("plan")
def plan(
    groups: Annotated[list[str], typer.Argument(help="Groups with their shares, such as control=50% ten=50%.")],
    find: Annotated[
        str | None, typer.Option(help="A lift that is to be found, such as 3%: how many members that takes.")
    ] = None,
    metric: Metric = "spend",
    cut: Cut = 1.0,
    until: Until = None,
    program: ProgramName = None,
    lake: LakeFolder = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What an experiment could find, before it begins: the smallest difference that is found four times out of five."""
    with _asked(home, program, lake, until) as (opened, tables, last):
        from guerdon.insight.experiments.prospects import plan
        from guerdon.insight.experiments.question import Question

        question = Question(metric=metric, quantile=cut)
        wanted = None if find is None else _share(find)
        told = plan(tables, question, _shares(groups), until=last, currency=opened.currency, find=wanted)
    if as_json:
        typer.echo(msgspec.json.encode(told))
        return
    console.print(outlooks_table(told))
    console.print(
        "\nFound four times out of five, if it is there. Whatever the rule could plausibly do should be larger.",
        highlight=False,
    )


def _shares(words: Sequence[str]) -> dict[str, float]:
    """``control=50%`` for each group."""
    shares: dict[str, float] = {}
    for word in words:
        name, _, share = word.partition("=")
        if not name or name in shares:
            raise SharesWrong(f"`{word}`: each group is told once, as in control=50%.")
        shares[name] = _share(share)
    return shares


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        raise SharesWrong(f"`{text}` is no share; one is told as in 50%.") from None
    if not 0 < share <= 1:
        raise SharesWrong(f"`{text}` is no share: it lies above 0 % and goes up to 100 %.")
    return share


@experiment.command("offers")
def offers(
    name: Annotated[str, typer.Argument(help="The experiment whose groups are offers to choose from.")],
    metric: Metric = "takers",
    least: Annotated[float, typer.Option(min=0, max=50, help="The least share for each offer, in percent.")] = 5,
    seed: Seed = 1,
    until: Until = None,
    program: ProgramName = None,
    lake: LakeFolder = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Which of the groups, taken as offers, the next members should get: more of whatever did better so far.

    Thompson sampling: each share is how probable it is that the offer is the best. Prints the next experiment for the
    program file.
    """
    with _asked(home, program, lake, until) as (opened, tables, last):
        from guerdon.insight.experiments.asking import offer
        from guerdon.insight.experiments.question import Question

        question = Question(metric=metric)
        told = offer(opened.timeline, tables, name, question, until=last, least=least / 100, seed=seed)
    if as_json:
        typer.echo(msgspec.json.encode(told))
        return
    console.print(offers_table(told, opened.currency))
    console.print("\nFor the program file, under a name of its own so that members are dealt out anew:\n")
    console.print(_next_experiment(told), highlight=False, markup=False, soft_wrap=True)


def _next_experiment(told: "Offers") -> str:
    groups = ", ".join(f"{each.group}: {each.next / 100:g}%" for each in told.offers)
    return f"experiments:\n  {told.experiment}-next: {{groups: {{{groups}}}}}"


@experiment.command("regret")
def regret(
    rates: Annotated[list[str], typer.Argument(help="Which share of members takes each offer, such as 5% 6% 8%.")],
    members: Annotated[int, typer.Option(min=10, max=1_000_000, help="How many members get an offer in all.")] = 10_000,
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="How often the shares are settled anew.")] = 20,
    runs: Annotated[int, typer.Option(min=1, max=10_000, help="How many worlds are simulated.")] = 200,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """What choosing offers well saves: a simulation of ways to deal offers out, and of what each misses."""
    with told_plainly(SharesWrong):
        from guerdon.insight.extras import needs

        needs("insight")
        from guerdon.insight.experiments.regret import simulated

        if len(rates) < 2 or rounds > members:
            raise SharesWrong("There are two offers or more, and no more rounds than members.")
        told = simulated([_share(rate) for rate in rates], members=members, rounds=rounds, runs=runs, seed=seed)
    if as_json:
        typer.echo(msgspec.json.encode([each._asdict() for each in told]))
        return
    console.print(regret_table(told))


@experiment.command("campaigns")
def campaigns(
    invited: Annotated[
        Path | None,
        typer.Option(
            help="Who was invited: a CSV file with the columns campaign, kind, first, last and member. By default the "
            "demo's campaigns, on the demo's data.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    until: Until = None,
    program: ProgramName = None,
    lake: LakeFolder = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What became of members who were invited to a campaign, against similar members who were not.

    For campaigns that were sent to chosen members. It is no experiment: what may not be concluded is told below.
    """
    with _asked(home, program, lake, until) as (opened, tables, last):
        from guerdon.insight.campaigns.reading import read

        told = read(tables, _campaigns(opened, invited), until=last, currency=opened.currency)
    if as_json:
        typer.echo(msgspec.json.encode(told))
        return
    for table, legend in ((campaigns_table(told), _PLAIN), (checks_table(told), _CHECKS)):
        console.print(table)
        console.print(legend, style="dim", highlight=False)
        console.print()
    shown = [each for each in told.campaigns if each.code in ("shown", "shown_unchecked")]
    known = [each for each in told.campaigns if each.p is not None]
    console.print(f"Of {counted(len(known), 'campaign')} that can be told, {len(shown)} show a difference.")
    console.print("\n[bold]What may not be concluded[/]")
    for sentence in told.may_not:
        console.print(f"- {sentence}", highlight=False)


_PLAIN = (
    "plain: all invited less all others, which tells whom it was sent to and not what it did. more: against similar "
    "members, both less what they spent before."
)
_CHECKS = (
    "placebo: the same difference in the four weeks before, which should be nothing. apart, matched: how far the sides "
    "are apart before and after matching; 0.1 is good. others, similar: other campaigns at the same time, of the "
    "invited and of similar members. E: how many times as likely something unknown would have to make both the "
    "invitation and the spending, to explain the difference away; E low: to explain away its interval."
)


def _campaigns(lake: "Lake", invited: Path | None) -> "Sequence[Campaign]":
    from guerdon.insight.campaigns.campaign import InvitationsWrong, invitations

    if invited is not None:
        try:
            with invited.open(encoding="utf-8", newline="") as lines:
                return invitations(lines, invited.name)
        except UnicodeDecodeError as error:
            raise InvitationsWrong(
                f"{invited.name} is no text in UTF-8: byte {error.start} does not belong there."
            ) from None
    return _of_the_demo(lake)


def _of_the_demo(lake: "Lake") -> "Sequence[Campaign]":
    from guerdon.demo import running
    from guerdon.demo.campaigns import campaigns
    from guerdon.demo.journey import Journey

    if lake.stored.versions[0].source != running.grocery_program():
        raise NoInvitations(
            "Who was invited is known of the demo only. Tell it: --invited FILE, a CSV file with the columns "
            "campaign,kind,first,last,member"
        )
    return campaigns(Journey.installed())
