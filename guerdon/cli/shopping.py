"""Commands for shoppers: what each program would bring, and whether a paid plan is worth it."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from guerdon.cli.home import console, database, errors, told_plainly
from guerdon.cli.options import AsJson, Home, ProgramName
from guerdon.cli.rates import RatesWrong, read_rates
from guerdon.cli.showing import decimal, money, safe
from guerdon.cli.tables import plain_table
from guerdon.core.amounts import Rate, currency_scale
from guerdon.insight import shopping
from guerdon.insight.shopping.comparing import Compared, Comparison, Offered, Plan
from guerdon.insight.shopping.comparing import compare as compare_programs
from guerdon.insight.shopping.figures import Outcome
from guerdon.insight.shopping.file import read_habits
from guerdon.insight.shopping.habits import Shopper
from guerdon.insight.shopping.members import MemberWorth, NoPaidPlan, PlanWorth
from guerdon.insight.shopping.members import worth as worth_of_plans
from guerdon.insight.shopping.plans import BreakEven
from guerdon.insight.shopping.shelf import on_the_shelf
from guerdon.runtime.programs import PublishedProgram, find_program
from guerdon.specs import FilesWrong, text_of, timelines
from guerdon.store.database import connect

_EXAMPLE = "examples/family.yaml"
"""The habits of nobody in particular, for whoever has not written his own yet."""

HabitsFile = Annotated[
    Path | None,
    typer.Option(help="The habits file. Left out: those of a family that is made up.", exists=True, dir_okay=False),
]
Programs = Annotated[
    list[Path] | None,
    typer.Option(help="A program file, or a folder of them; may be given several times. Left out: the presets.",
                 exists=True),
]  # fmt: skip
RatesFile = Annotated[
    Path | None,
    typer.Option(help="A CSV file with the columns day, currency, into and rate, as `guerdon rates add` takes it. The "
                 "newest day counts, and goes before the rates of the habits.", exists=True, dir_okay=False),
]  # fmt: skip
WithoutPlans = Annotated[bool, typer.Option("--no-plans", help="Leave the paid plans out, which takes less time.")]


def compare(
    habits: HabitsFile = None,
    programs: Programs = None,
    rates: RatesFile = None,
    no_plans: WithoutPlans = False,
    as_json: AsJson = False,
) -> None:
    """What a shopper would get from each program in a year: the same purchases, decided by the same engine.

    With each paid plan and without, fees included, and the spend from which a plan pays for itself.
    """
    with told_plainly(FilesWrong, RatesWrong, OSError):
        shopper = _with_rates(_shopper(habits), rates)
        offered = on_the_shelf() if not programs else _of_files(programs)
    with errors.status("A year under each program …"):
        found = compare_programs(shopper, offered, plans=not no_plans)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        _print(found, is_example=habits is None)


def _shopper(habits: Path | None) -> Shopper:
    if habits is not None:
        return read_habits(text_of(habits), habits.name)
    example = resources.files(shopping).joinpath(_EXAMPLE)
    return read_habits(example.read_text("utf-8"), example.name)


def _with_rates(shopper: Shopper, file: Path | None) -> Shopper:
    """The shopper with the newest rates of a file, told either way round."""
    if file is None:
        return shopper
    home, rates = shopper.exchange.home, dict(shopper.exchange.rates)
    for rate in sorted(read_rates(file)):
        if rate.into == home:
            rates[rate.currency] = Rate(rate.amount, rate.per)
        elif rate.currency == home:
            rates[rate.into] = Rate(rate.per, rate.amount)
    return msgspec.structs.replace(shopper, exchange=shopper.exchange._replace(rates=rates))


def _of_files(paths: Sequence[Path]) -> list[Offered]:
    """The programs of some files and folders; files of one program are its versions."""
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.glob("*.yaml")))]
    files = [file for file in files if not file.stem.endswith(".specs")]
    if not files:
        raise FilesWrong("There is no program file in there: a folder is searched for `*.yaml`.")
    return [Offered(timeline.versions[-1].program.program, timeline) for timeline in timelines(files)]


def worth(
    member: Annotated[str, typer.Argument(help="Whose last year.")],
    plan: Annotated[str | None, typer.Option(help="Which paid plan. Left out: each.")] = None,
    home: Home = None,
    program: ProgramName = None,
    as_json: AsJson = False,
) -> None:
    """What a paid plan is worth on a member's own last year: the year lived again, with the plan and without it."""
    with told_plainly(NoPaidPlan), database(home) as url, connect(url) as connection:
        published = PublishedProgram(connection, find_program(connection, program))
        found = worth_of_plans(connection, published, member, plan or "")
        if not found.plans:
            raise NoPaidPlan("This program has no paid plan.")
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        _print_worth(found)


# Printing.


def _print_worth(found: MemberWorth) -> None:
    title = f"Member {found.member} from {found.first_day} to {found.last_day}"
    columns = (("brings", "right"), ("fees", "right"), ("net", "right"), ("pays for itself", "left"))
    table = plain_table(safe(title), ("plan", "left"), *columns)
    scale = currency_scale(found.currency)
    for one in found.plans:
        name = f"{safe(one.plan)}{' (held)' if one.held else ''}"
        if one.net is None or one.brings is None or one.fees is None or one.break_even is None:
            table.add_row(name, "—", "—", "—", f"[dim]{safe(one.refusal)}[/]")
            continue
        net = f"[green]+{decimal(one.net, scale)}[/]" if one.net > 0 else f"[red]{decimal(one.net, scale)}[/]"
        told = pays(one.break_even, one.break_even_spend, found.currency)
        table.add_row(name, decimal(one.brings, scale), decimal(one.fees, scale), net, told)
    console.print(table)
    console.print(f"\nSpent in that year: {money(found.spend, found.currency)}.", highlight=False)
    for one in found.plans:
        for told in _of_years(one):
            console.print(f"[dim]{safe(told)}[/]", highlight=False)


def _of_years(one: PlanWorth) -> list[str]:
    """What is not in the figures of a plan."""
    notes = []
    if one.cannot is not None and any(one.cannot):
        without, with_it = one.cannot
        notes.append(f"{one.plan}: {without} of the year's events could not happen without it, {with_it} with it.")
    if one.years is not None and one.years[1].unvalued:
        notes.append(f"{one.plan}: not counted, because no program can price it: {', '.join(one.years[1].unvalued)}.")
    return notes


def _print(found: Comparison, *, is_example: bool) -> None:
    console.print(_table(found))
    console.print()
    plans = [(one, plan) for one in found.programs for plan in one.plans]
    if plans:
        console.print(plans_table(plans, found.currency))
        console.print()
    for slip in _slips(found):
        console.print(f"[yellow]{safe(slip)}[/]", highlight=False)
    for note in _notes(found):
        console.print(f"[dim]{safe(note)}[/]", highlight=False)
    if is_example:
        told = "These are the habits of a family that is made up. Your own: guerdon compare --habits FILE"
        console.print(f"\n{told}", highlight=False)


def _table(found: Comparison) -> Table:
    scale = currency_scale(found.currency)
    columns = ("gave", "left", "lost", "fees", "net", "of spend")
    title = f"A year from {found.first_day} to {found.last_day}, in {found.currency}"
    table = plain_table(
        title, ("program", "left"), *[(column, "right") for column in columns], ("level", "left")
    )  # fmt: skip
    for one in found.programs:
        if one.outcome is None:
            table.add_row(safe(one.program), *["—"] * len(columns), f"[yellow]{one.reason.replace('_', ' ')}[/]")
            continue
        table.add_row(f"[bold]{safe(one.program)}[/]", *_cells(one.outcome, scale), _levels(one.outcome))
        for plan in one.plans:
            if plan.outcome is not None:
                table.add_row(f"  with {safe(plan.plan)}", *_cells(plan.outcome, scale), _levels(plan.outcome))
    return table


def _cells(outcome: Outcome, scale: int) -> list[str]:
    figures = outcome.figures
    amounts = (figures.gave, figures.left, figures.lost, figures.fees, figures.net)
    share = "—" if outcome.share is None else f"{outcome.share:.1%}"
    return [*[decimal(amount, scale) if amount else "–" for amount in amounts], share]


def _levels(outcome: Outcome) -> str:
    """The level at the end on each ladder, with the day on which it was reached."""
    last = {reached.ladder: reached for reached in outcome.levels}
    return ", ".join([f"{safe(reached.level)} {reached.on}" for reached in last.values()])


def plans_table(plans: Sequence[tuple[Compared, Plan]], currency: str) -> Table:
    """What each paid plan brings over none, and from where on it pays for itself."""
    columns = (("plan", "left"), ("fee", "right"), ("brings", "right"), ("pays for itself", "left"))
    table = plain_table(f"Is the plan worth it? In {currency}", *columns)
    for one, plan in plans:
        fee = f"{money(plan.fee, one.currency)} for {plan.term}"
        if plan.break_even is None or plan.gain is None:
            table.add_row(safe(f"{one.program}: {plan.plan}"), fee, "—", f"[dim]{safe(plan.refusal)}[/]")
            continue
        gain = decimal(plan.gain, currency_scale(currency))
        shown = f"[green]+{gain}[/]" if plan.gain > 0 else f"[red]{gain}[/]"
        table.add_row(
            safe(f"{one.program}: {plan.plan}"), fee, shown, pays(plan.break_even, plan.break_even_spend, currency)
        )
    return table


def pays(found: BreakEven, spend: int | None, currency: str) -> str:
    """From where on a plan pays for itself, in words."""
    if found.verdict == "never":
        return "never, up to 16 times this spend"
    at = "at any spend" if found.verdict == "always" else f"from {money(spend or 0, currency)} a year"
    return at if found.is_for_good else f"{at}, but not at every larger spend"


def _slips(found: Comparison) -> list[str]:
    """What the habits name and nothing has."""
    slips = [
        f"{one.program} has no {', '.join(one.unknown)}: what the habits say of that counts for nothing."
        for one in found.programs
        if one.unknown
    ]
    if found.not_compared:
        slips.append(f"The habits name programs that are not compared here: {', '.join(found.not_compared)}.")
    return slips


def _notes(found: Comparison) -> list[str]:
    """What a reader has to know to read the figures."""
    notes = [f"{one.program} is not compared: {one.told}." for one in found.programs if one.reason]
    unknown = [
        f"{one.program}: {_unknown(one.outcome)}" for one in found.programs if one.outcome and _unknown(one.outcome)
    ]
    if unknown:
        notes.append(f"Left over, and counted as nothing because nobody says what it is worth: {'; '.join(unknown)}.")
    for one in found.programs:
        if one.outcome is not None and one.outcome.refused:
            codes = ", ".join([f"{count} times {code}" for code, count in one.outcome.refused.items()])
            notes.append(f"{one.program} refused purchases, which count as not made: {codes}.")
    return notes


def _unknown(outcome: Outcome) -> str:
    """What is left of units whose worth is not known."""
    held = [one for one in outcome.left if one.worth is None]
    return ", ".join([f"{decimal(one.amount, one.scale)} {one.unit}" for one in held])
