"""The tables that the commands for experiments print."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from guerdon.cli.showing import decimal, safe
from guerdon.cli.tables import plain_table
from guerdon.core.amounts import currency_scale

if TYPE_CHECKING:
    from guerdon.insight.campaigns.result import CampaignResult, CampaignsResult
    from guerdon.insight.experiments.regret import Regret
    from guerdon.insight.experiments.result import Comparison, Figure, Offers, Plan, Result

UNKNOWN = "—"


def figure(value: "Figure | None", currency: str | None) -> str:
    """An amount of money in its currency's digits, or a count with as many digits as it takes."""
    if value is None:
        return UNKNOWN
    if currency is None:
        return f"{value:,.3f}"
    return decimal(round(value), currency_scale(currency))


def share(value: float | None) -> str:
    """A share in percent: ``5.2 %``."""
    return UNKNOWN if value is None else f"{value * 100:.1f} %"


def chance(value: float | None) -> str:
    """A p with three digits; what is smaller is said to be."""
    if value is None:
        return UNKNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _from_to(low: str, high: str) -> str:
    return UNKNOWN if UNKNOWN in (low, high) else f"{low} to {high}"


def groups_table(told: "Result") -> Table:
    """How large each group is, and what its members did."""
    unit = told.currency or told.metric
    columns = [("share", "right"), ("members", "right"), (f"{unit} before", "right"), (f"{unit} so far", "right")]
    table = plain_table("Groups", ("group", "left"), *columns)
    for group in told.groups:
        figures = [figure(value, told.currency) for value in (group.before, group.figure)]
        table.add_row(safe(group.name), f"{group.share:.0%}", f"{group.members:,}", *figures)
    return table


def comparisons_table(told: "Result") -> Table:
    """Each group against the control."""
    held = "at the end" if told.status == "ended" else "on any day"
    title = "Against the control" + (", adjusted for what members did before" if told.explained else "")
    columns = ("difference", f"interval {held}", "lift", f"interval {held}", "in all", "p")
    table = plain_table(title, ("group", "left"), *[(name, "right") for name in columns])
    for each in told.comparisons:
        table.add_row(safe(each.group), *_compared(each, told.currency))
    return table


def _compared(each: "Comparison", currency: str | None) -> list[str]:
    return [
        figure(each.difference, currency),
        _from_to(figure(each.low, currency), figure(each.high, currency)),
        share(each.lift),
        _from_to(share(each.lift_low), share(each.lift_high)),
        figure(each.total, currency),
        chance(each.p),
    ]


def slices_table(told: "Result") -> Table:
    """The comparison within parts of the members."""
    columns = ("members", "difference", "interval", "drawn to all")
    table = plain_table(f"By {told.by}", ("group", "left"), ("part", "left"), *[(name, "right") for name in columns])
    for each in told.slices:
        low, high = figure(each.low, told.currency), figure(each.high, told.currency)
        figures = figure(each.difference, told.currency), _from_to(low, high), figure(each.drawn, told.currency)
        table.add_row(safe(each.group), safe(each.part) or UNKNOWN, f"{each.members:,}", *figures)
    return table


_UNKNOWN_OUTLOOK = {"too_little_history": "too early", "nobody_differs": "nobody differs"}


def outlooks_table(plan: "Plan") -> Table:
    """What could be found after so many weeks."""
    needed = () if plan.find is None else (f"{plan.find * 100:g} % takes",)
    columns = ("members", "per member", "least difference", "least lift", *needed, "known before", "")
    title = f"What could be found: {plan.currency or plan.metric} per member"
    table = plain_table(title, ("weeks", "right"), *[(name, "right") for name in columns])
    for each in plan.outlooks:
        figures = figure(each.mean, plan.currency), figure(each.least, plan.currency)
        why = _UNKNOWN_OUTLOOK[each.unknown] if each.unknown else ""
        lift, known = share(each.least_lift), share(each.explained)
        takes = () if plan.find is None else ("—" if each.needed is None else f"{each.needed:,}",)
        table.add_row(str(each.weeks), f"{each.members:,}", *figures, lift, *takes, known, why)
    return table


def offers_table(told: "Offers", currency: str) -> Table:
    """What is expected of each offer, and which share of the next members gets it."""
    from guerdon.insight.experiments.metrics import METRICS

    metric = METRICS[told.metric]
    table = plain_table(
        f"Offers by {told.metric}", ("offer", "left"), ("members", "right"), ("expected", "right"), ("next", "right")
    )
    for each in told.offers:
        plain = share(each.mean) if metric.is_yes_or_no else figure(each.mean, currency if metric.is_money else None)
        table.add_row(safe(each.group), f"{each.members:,}", plain, f"{each.next / 100:g} %")
    return table


def regret_table(told: "Sequence[Regret]") -> Table:
    """What each way of dealing offers out misses."""
    columns = ("takers missed", "in the worst 5 %", "got the best", "best in front")
    table = plain_table("Ways to deal offers out", ("way", "left"), *[(name, "right") for name in columns])
    for each in told:
        missed = f"{each.missed:,.1f}", f"{each.missed_at_worst:,.1f}"
        table.add_row(each.way, *missed, f"{each.best_share:.0%}", f"{each.found:.0%}")
    return table


_CODES = {
    "shown": "shown",
    "shown_unchecked": "shown, unchecked",
    "not_shown": "not shown",
    "differed_before": "differed before",
    "unlike": "still unlike",
    "few_members": "too few members",
    "nobody_similar": "nobody similar",
    "too_little_history": "no history",
    "too_short": "too few days",
}


def campaigns_table(told: "CampaignsResult") -> Table:
    """Each campaign: how many are compared, how much more they spent a week, and what may be concluded."""
    columns = ("compared", "before", "plain", "more", "95 % interval", "p of all")
    title = f"{told.currency} a member and week: the invited against similar members"
    table = plain_table(title, ("campaign", "left"), *[(name, "right") for name in columns], ("", "left"))
    for each in told.campaigns:
        table.add_row(_named(each), *_campaign(each, told.currency), _CODES[each.code])
    return table


def _named(each: "CampaignResult") -> str:
    return f"{safe(each.campaign)} {safe(each.kind)}".strip()


def _campaign(each: "CampaignResult", currency: str) -> list[str]:
    return [
        f"{each.compared:,}",
        figure(each.before, currency),
        figure(each.plain, currency),
        figure(each.difference, currency),
        _from_to(figure(each.low, currency), figure(each.high, currency)),
        chance(each.p_of_all),
    ]


def checks_table(told: "CampaignsResult") -> Table:
    """Each campaign: what speaks for and against its comparison."""
    columns = ("invited", "placebo", "p", "apart", "matched", "others", "similar", "E", "E low")
    headings = ("campaign", "left"), ("from", "left"), *[(name, "right") for name in columns]
    table = plain_table("What the comparison rests on", *headings)
    for each in told.campaigns:
        table.add_row(_named(each), str(each.first), f"{each.invited:,}", *_checks(each, told.currency))
    return table


def _checks(each: "CampaignResult", currency: str) -> list[str]:
    numbers = (
        each.farthest_apart_before,
        each.farthest_apart,
        each.others_invited,
        each.others_similar,
        each.e_value,
        each.e_value_of_interval,
    )
    told = [UNKNOWN if number is None else f"{number:.2f}" for number in numbers]
    return [figure(each.placebo, currency), chance(each.placebo_p), *told]
