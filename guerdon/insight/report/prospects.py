"""What the page of lifetime values draws and says: plain values, made of the result and nothing else."""

from collections.abc import Iterator, Sequence

from guerdon.insight.report.drawn import Chart, money, over
from guerdon.insight.report.showing import Figures
from guerdon.insight.report.words import say
from guerdon.insight.value.holdout import Calibrated, Holdout
from guerdon.insight.value.worth import Group, Value

_QUIET_FROM = 5
"""The tenth of the churn risks from which a member is more likely to fall quiet than not."""


def answer(result: Value, figures: Figures) -> Iterator[str]:
    """What is to be expected, who brings it, and how many are about to leave."""
    language = figures.language
    of_sales = "{value} of sales to be expected in {months} months, from {members} members."
    of_margin = "{value} of margin to be expected in {months} months, from {members} members."
    yield say(
        of_sales if result.margin is None else of_margin,
        language,
        value=figures.money(result.value),
        months=figures.count(result.months),
        members=figures.count(result.members),
    )
    if result.deciles:
        yield say("The worthiest tenth brings {share} of it.", language, share=figures.share(result.deciles[0].share))
    quiet = figures.count(sum(result.risks[_QUIET_FROM:]))
    yield say("More likely than not to buy nothing for thirteen weeks: {members}.", language, members=quiet)
    if result.never_bought:
        yield say("Never bought, and in no figure: {members}.", language, members=figures.count(result.never_bought))


def each(result: Value) -> int | None:
    """The value of a member on average; None: there is no member."""
    return round(result.value / result.members) if result.members else None


def group_name(group: Group, figures: Figures) -> str:
    """A tenth or a tier as it is called; whoever stands on no tier is told in words."""
    return say("none", figures.language) if group.name == "none" else group.name


def value_by_group(groups: Sequence[Group], title: str, figures: Figures) -> Chart | None:
    """What groups have paid and what they will pay."""
    if not groups:
        return None
    bars = {"Paid so far": [one.spent for one in groups], "Value to come": [one.value for one in groups]}
    series = [
        {"type": "bar", "name": say(name, figures.language), "data": [money(amount, figures) for amount in amounts]}
        for name, amounts in bars.items()
    ]
    return Chart(title, over([group_name(one, figures) for one in groups], series), 2)


def ranges(result: Value, figures: Figures) -> Chart:
    """Who is worth most, and between which figures nine of ten futures lie."""
    told = [(one.member, one.value) for one in result.top if one.value is not None]
    dots = {
        "upper end": [worth.high for _, worth in told],
        "expected": [worth.expected for _, worth in told],
        "lower end": [worth.low for _, worth in told],
    }
    series = [
        {
            "type": "scatter",
            "name": say(name, figures.language),
            "symbolSize": 14 if name == "expected" else 8,
            "data": [money(amount, figures) for amount in amounts],
        }
        for name, amounts in dots.items()
    ]
    return Chart(say("Worth most", figures.language), over([member for member, _ in told], series), 2)


def risks(result: Value, figures: Figures) -> Chart:
    """How many members are how likely to fall quiet."""
    named = [place for place, _ in risk_places(result, figures)]
    bars = {"type": "bar", "name": say("members", figures.language), "data": list(result.risks)}
    return Chart(say("Members by churn risk", figures.language), over(named, [bars]), 0)


def risk_places(result: Value, figures: Figures) -> list[tuple[str, int]]:
    """Each tenth of the churn risks, and how many members lie in it."""
    parts = len(result.risks)
    return [
        (f"{figures.percent(place / parts)} – {figures.percent((place + 1) / parts)}", members)
        for place, members in enumerate(result.risks)
    ]


def tracking(test: Holdout, figures: Figures) -> Chart | None:
    """What was expected of the time that the model had not seen, and what happened, week by week."""
    if not test.by_week:
        return None
    lines = {
        "expected": [week.predicted for week in test.by_week],
        "happened": [week.actual for week in test.by_week],
    }
    series = [{"type": "line", "name": say(name, figures.language), "data": data} for name, data in lines.items()]
    weeks = [figures.day(str(week.until)) for week in test.by_week]
    return Chart(say("Purchases of all, week by week", figures.language), over(weeks, series), 0)


def calibration(test: Holdout, figures: Figures) -> Chart | None:
    """Purchases a member, expected and made, by how often members had come back before."""
    if not test.by_repeats:
        return None
    bars = {
        "expected": [line.predicted for line in test.by_repeats],
        "happened": [line.actual for line in test.by_repeats],
    }
    series = [{"type": "bar", "name": say(name, figures.language), "data": data} for name, data in bars.items()]
    named = [repeats(line, figures) for line in test.by_repeats]
    title = say("Purchases a member, by how often members had come back before", figures.language)
    return Chart(title, over(named, series), 2)


def repeats(line: Calibrated, figures: Figures) -> str:
    """How often members had come back: ``3 – 4``, or ``80+``."""
    if line.repeats_up_to is None:
        return f"{figures.count(line.repeats_from)}+"
    if line.repeats_from == line.repeats_up_to:
        return figures.count(line.repeats_from)
    return f"{figures.count(line.repeats_from)} – {figures.count(line.repeats_up_to)}"
