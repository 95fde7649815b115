"""The charts of a simulation, as ECharts is told to draw them: plain values, made of the result and nothing else."""

from collections.abc import Iterator, Sequence
from typing import Any

from guerdon.insight.report.drawn import Chart, Option, money, over
from guerdon.insight.report.showing import Figures
from guerdon.insight.report.words import say
from guerdon.insight.simulation.result import Bin, Ladder, LimitUse, Side, Simulation, UnitFlow

_MECHANICS = 15


def cost_by_mechanic(result: Simulation, figures: Figures) -> Chart | None:
    """What costs most, draft beside now."""
    draft = _costs(result.draft)
    current = {} if result.current is None else _costs(result.current)
    names = sorted(draft.keys() | current, key=lambda name: max(draft.get(name, 0), current.get(name, 0)))[-_MECHANICS:]
    if not names:
        return None
    sides = [("draft", draft)] + ([("now", current)] if current else [])
    series = [
        {"type": "bar", "name": say(side, figures.language), "data": [money(costs.get(n, 0), figures) for n in names]}
        for side, costs in sides
    ]
    option = {
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": names},
        "series": series,
    }
    return Chart(say("Cost by mechanic", figures.language), option, 2, 120 + 34 * len(names))


def _costs(side: Side) -> dict[str, int]:
    costs: dict[str, int] = {}
    for mechanic in side.mechanics:
        if mechanic.cost:
            costs[mechanic.mechanic] = costs.get(mechanic.mechanic, 0) + mechanic.cost
    return costs


def cost_by_month(result: Simulation, figures: Figures) -> Chart | None:
    """What the program costs each month."""
    return _by_month(result, figures, "Cost by month", lambda month: month.cost)


def liability_by_month(result: Simulation, figures: Figures) -> Chart | None:
    """What is owed at the end of each month."""
    return _by_month(result, figures, "Liability over time", lambda month: month.liability)


def _by_month(result: Simulation, figures: Figures, title: str, of: Any) -> Chart | None:
    sides = [("draft", result.draft)] + ([("now", result.current)] if result.current else [])
    months = [figures.month(month.month) for month in result.draft.months]
    if not months:
        return None
    series = [
        {
            "type": "line",
            "name": say(name, figures.language),
            "data": [money(of(month), figures) for month in side.months],
            "areaStyle": {"opacity": 0.08},
        }
        for name, side in sides
    ]
    return Chart(say(title, figures.language), over(months, series), 2)


def unit_by_month(unit: UnitFlow, figures: Figures) -> Chart:
    """What was issued above the line, what went away below it, and what is left."""
    language, scale = figures.language, 10**unit.scale
    kinds = [("issued", 1, "#2a9d8f"), ("redeemed", -1, "#e9a23b"), ("expired", -1, "#c0504d")]
    series: list[Option] = [
        {
            "type": "bar",
            "stack": "moved",
            "name": say(kind, language),
            "itemStyle": {"color": colour},
            "data": [sign * getattr(month, kind) / scale for month in unit.months],
        }
        for kind, sign, colour in kinds
    ]
    left = [month.outstanding / scale for month in unit.months]
    series.append({"type": "line", "name": say("outstanding", language), "data": left})
    months = [figures.month(month.month) for month in unit.months]
    return Chart(say("Moves of {unit} by month", language, unit=unit.unit), over(months, series), unit.scale)


def tiers_by_month(ladder: Ladder, figures: Figures) -> Chart:
    """How many members stood on each level."""
    series = [
        {
            "type": "line",
            "stack": "all",
            "name": level,
            "areaStyle": {"opacity": 0.5},
            "data": [month.members.get(level, 0) for month in ladder.months],
        }
        for level in ladder.levels
    ]
    months = [figures.month(month.month) for month in ladder.months]
    return Chart(say("Members by tier: {ladder}", figures.language, ladder=ladder.ladder), over(months, series), 0)


def burn_down(limit: LimitUse, figures: Figures) -> Chart:
    """What is left of a shared limit, day by day."""
    left = [limit.allowed - burned.used for burned in limit.burned]
    series = [{"type": "line", "step": "end", "name": limit.limit, "data": left, "areaStyle": {"opacity": 0.15}}]
    option = over([figures.day(burned.day) for burned in limit.burned], series)
    return Chart(say("What is left of {limit}", figures.language, limit=limit.limit), option, 0)


def differences(result: Simulation, figures: Figures) -> Chart | None:
    """How many members get how much more or less."""
    comparison = result.comparison
    if comparison is None or not comparison.distribution:
        return None
    bins = comparison.distribution
    colours = ["#c0504d" if one.below <= 0 else "#2a9d8f" if one.least > 0 else "#8a94a6" for one in bins]
    named = [place for place, _ in places(bins, figures)]
    data = [{"value": one.members, "itemStyle": {"color": colour}} for one, colour in zip(bins, colours, strict=True)]
    title = say("Difference for a member", figures.language)
    return Chart(title, over(named, [{"type": "bar", "name": say("members", figures.language), "data": data}]), 0)


def places(bins: Sequence[Bin], figures: Figures) -> list[tuple[str, int]]:
    """How each bin is called, and how many members are in it."""
    return [(_between(figures, one, place, len(bins)), one.members) for place, one in enumerate(bins)]


def _between(figures: Figures, one: Bin, place: int, places: int) -> str:
    """Between which differences a bin lies. The first and the last take in all that lies beyond them."""
    if place == 0 and places > 1:
        return f"< {figures.money(one.below)}"
    if place == places - 1 and places > 1:
        return f"≥ {figures.money(one.least)}"
    return f"{figures.money(one.least)} … {figures.money(one.below)}"


def uplifts(result: Simulation, figures: Figures) -> Chart | None:
    """What would be sold more and what it would cost, for each assumption. None of it is a result."""
    if not result.scenarios:
        return None
    bars = {"more sales": [one.more_sales for one in result.scenarios], "Cost": [one.cost for one in result.scenarios]}
    gains = [one.gain for one in result.scenarios]
    if None not in gains:
        bars["gain"] = [gain for gain in gains if gain is not None]
    series = [
        {"type": "bar", "name": say(name, figures.language), "data": [money(amount, figures) for amount in amounts]}
        for name, amounts in bars.items()
    ]
    named = [scenario_name(one.name, figures) for one in result.scenarios]
    return Chart(say("If members bought more", figures.language), over(named, series), 2)


def scenario_name(name: str, figures: Figures) -> str:
    """Low, middle and high in the reader's language; any other name as it is."""
    return say(name, figures.language) if name in ("low", "middle", "high") else name


def limits_with_use(result: Simulation) -> Iterator[LimitUse]:
    """The shared limits of which something was used."""
    return (limit for limit in result.draft.limits if limit.burned)
