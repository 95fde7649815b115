"""What the members are worth, and what one member will probably do."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer
from rich.table import Table

from guerdon.cli.home import console, folder_of, told_plainly
from guerdon.cli.lakes import LakeFolder, lake_of
from guerdon.cli.options import AsJson, Home, Html, ProgramName, ReportLanguage
from guerdon.cli.showing import counted, decimal, money, safe
from guerdon.cli.tables import plain_table
from guerdon.cli.writing import write_whole
from guerdon.core.amounts import currency_scale
from guerdon.insight.extras import needs
from guerdon.runtime.story import MemberNotFound

if TYPE_CHECKING:
    from guerdon.insight.value.holdout import Holdout
    from guerdon.insight.value.worth import Card, Group, Value

_COMPILED = "compiled"
"""The folder beside the database for what the models are compiled to, so that the next time takes seconds less."""


def value(
    months: Annotated[int, typer.Option(min=1, max=60, help="Look ahead so far.")] = 12,
    model: Annotated[
        Literal["bg-nbd", "pareto-nbd"], typer.Option(help="How members leave: after a purchase, or at any moment.")
    ] = "bg-nbd",
    member: Annotated[str | None, typer.Option(help="One member's card, in place of the overview.")] = None,
    margin: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="Per cent of sales that are left as a margin: values are margins then."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, max=20_000, help="Draws of each chain; 0: the most probable parameters alone, faster.")
    ] = 500,
    html: Html = None,
    language: ReportLanguage = "en",
    lake: LakeFolder = None,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """What members are worth: purchases and payments to expect, with intervals, and who is about to fall quiet."""
    with told_plainly():
        needs("insight")
        needs("lifetime")
        from guerdon.insight.engines.duckdb import tables_of
        from guerdon.insight.report.page import value_page
        from guerdon.insight.value import worth
        from guerdon.insight.value.fitting import TooFewToFit
    if html is not None and member is not None:
        raise typer.BadParameter("A report tells of all members: leave --member out.", param_hint="--html")
    if html is not None and not html.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {html.parent}.", param_hint="--html")
    folder = folder_of(home)
    compiled = None if folder is None else folder / _COMPILED
    share = None if margin is None else margin / 100
    with told_plainly(OSError, TooFewToFit), lake_of(home, program, lake) as opened:
        tables, currency = tables_of(opened), opened.currency
        if member is None:
            told = worth.value_of(tables, months=months, model=model, draws=draws, margin=share, compiled=compiled)
            if html is not None:
                write_whole(html, value_page(told, opened.name, currency, language))
            if as_json:
                typer.echo(msgspec.json.encode(told))
            else:
                _print(told, currency)
            return
        card = worth.card_for(tables, member, months=months, model=model, draws=draws, margin=share, compiled=compiled)
        if card is None:
            raise MemberNotFound(f"There is no member {member} in {opened.folder}.")
        if as_json:
            typer.echo(msgspec.json.encode(card))
        else:
            _print_card(card.card, months, currency)


def _print(told: "Value", currency: str) -> None:
    what = "sales" if told.margin is None else f"a margin of {told.margin:.0%}"
    console.print(
        f"[bold]{money(told.value, currency)}[/] of {what} are to be expected in the {counted(told.months, 'month')} "
        f"after {told.until}, from {counted(told.members, 'member')} with {told.purchases:,.0f} purchases "
        f"[dim]({told.model} and gamma-gamma)[/].",
        highlight=False,
    )
    if told.never_bought:
        console.print(f"{counted(told.never_bought, 'member')} never bought and are in no figure.", highlight=False)
    console.print()
    console.print(_groups(f"By decile of value, in {currency}", "decile", told.deciles, currency))
    console.print()
    console.print(_groups(f"By tier, in {currency}", "tier", told.tiers, currency))
    console.print()
    console.print(_top(told, currency))
    console.print()
    _print_test(told.holdout, told.holdout_missing)
    for name, checks in (("Buying", told.buying), ("Spending", told.spending)):
        console.print(f"{name}: {checks.in_words}", highlight=False)
    if told.frequency_and_spend is not None and abs(told.frequency_and_spend) > 0.3:
        console.print(
            f"[yellow]How often members come and how much they spend go together (r = {told.frequency_and_spend:+.2f}),"
            " and the models take them for apart: the values are a little off at both ends.[/]",
            highlight=False,
        )


def _groups(title: str, column: str, groups: tuple["Group", ...], currency: str) -> Table:
    figures = ("members", "paid so far", "purchases to come", "value to come", "share", "churn risk")
    table = plain_table(title, (column, "left"), *[(name, "right") for name in figures])
    for group in groups:
        table.add_row(
            safe(group.name),
            f"{group.members:,}",
            decimal(group.spent, currency_scale(currency)),
            f"{group.purchases:,.0f}",
            decimal(group.value, currency_scale(currency)),
            f"{group.share:.1%}",
            f"{group.quiet:.1%}",
        )
    return table


def _top(told: "Value", currency: str) -> Table:
    figures = ("purchases", "paid so far", "value to come", "between", "churn risk", "next purchase")
    table = plain_table(f"Worth most, in {currency}", ("member", "left"), *[(name, "right") for name in figures])
    for card in told.top:
        table.add_row(safe(card.member), *_of_card(card, currency_scale(currency)))
    return table


def _of_card(card: "Card", scale: int) -> tuple[str, ...]:
    value, following = card.value, card.next_purchase
    return (
        f"{card.purchases:,}",
        decimal(card.spent, scale),
        "—" if value is None else decimal(value.expected, scale),
        "—" if value is None else f"{decimal(value.low, scale)} – {decimal(value.high, scale)}",
        "—" if card.quiet is None else f"{card.quiet:.1%}",
        "—" if following is None or following.middle is None else str(following.middle),
    )


def _print_test(test: "Holdout | None", missing: str | None) -> None:
    if test is None:
        console.print(f"[yellow]Not tested:[/] {missing}", highlight=False)
        console.print()
        return
    table = plain_table(
        f"Tested on what it had not seen: learned until {test.learned_until}, tested until {test.tested_until}",
        *[(name, "right") for name in ("came back before", "members", "predicted", "actual")],
    )
    for line in test.by_repeats:
        most = "or more" if line.repeats_up_to is None else f"to {line.repeats_up_to}"
        times = str(line.repeats_from) if line.repeats_from == line.repeats_up_to else f"{line.repeats_from} {most}"
        table.add_row(times, f"{line.members:,}", f"{line.predicted:.2f}", f"{line.actual:.2f}")
    table.add_section()
    table.add_row("[bold]all purchases[/]", f"{test.members:,}", f"{test.predicted:,.0f}", f"{test.actual:,}")
    console.print(table)
    console.print(_in_words(test), highlight=False)
    console.print()


def _in_words(test: "Holdout") -> str:
    better = "better" if test.error < test.error_of_pace else "no better"
    words = (
        f"Off by {test.error:.2f} purchases a member; going on at the pace so far is off by {test.error_of_pace:.2f}: "
        f"the model is {better}. "
    )
    if test.churn.auc is None or test.churn_by_recency.auc is None:
        return words + "Whether it finds who falls quiet cannot be said: all did, or nobody."
    order = "better" if test.churn.auc > test.churn_by_recency.auc else "no better"
    return words + (
        f"{counted(test.quiet, 'member')} fell quiet. The churn risk orders them {order} than the time since the last "
        f"purchase (area {test.churn.auc:.3f} against {test.churn_by_recency.auc:.3f}), with a Brier score of "
        f"{test.churn.brier:.4f} against {test.churn_by_share.brier:.4f} for one probability for all."
    )


def _print_card(card: "Card", months: int, currency: str) -> None:
    tier = f" · {card.tier}" if card.tier else ""
    table = plain_table(safe(f"Member {card.member}{tier}"), ("", "left"), ("", "left"))
    table.show_header = False
    for name, told in _lines(card, months, currency):
        table.add_row(name, told)
    console.print(table)
    if card.reason:
        console.print(f"[yellow]{safe(card.reason)}[/]", highlight=False)


def _lines(card: "Card", months: int, currency: str) -> list[tuple[str, str]]:
    since = f", from {card.first} to {card.last}" if card.first else ""
    lines = [("so far", f"{counted(card.purchases, 'purchase')}, {money(card.spent, currency)}{since}")]
    if card.mean is not None:
        lines.append(("a purchase", f"{money(card.mean, currency)} on average"))
    if card.alive is None or card.quiet is None or card.times is None or card.value is None:
        return lines
    return [
        *lines,
        ("still a customer", f"{card.alive:.1%}"),
        ("churn risk", f"{card.quiet:.1%} to buy nothing in the next 13 weeks"),
        ("next purchase", _next_in_words(card)),
        ("purchases to come", f"{card.times.expected:.1f} (between {card.times.low} and {card.times.high})"),
        (
            f"value in {counted(months, 'month')}",
            f"{money(card.value.expected, currency)} (between {money(card.value.low, currency)} and "
            f"{money(card.value.high, currency)})",
        ),
    ]


def _next_in_words(card: "Card") -> str:
    following = card.next_purchase
    if following is None or following.middle is None:
        return "— (not within five years)"
    latest = following.latest or "in more than five years"
    return f"{following.middle}, if still a customer (between {following.earliest} and {latest})"
