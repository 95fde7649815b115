"""Whole sentences of the report: the answer that stands first, and names and reasons in the reader's language.

**Worked.** A draft that costs 6,603.15 where the current program costs 7,048.56 is told as "It costs $445.41 less
than now: $6,603.15 instead of $7,048.56."
"""

import re
from collections.abc import Iterator

from guerdon.insight.report.showing import Figures
from guerdon.insight.report.words import say
from guerdon.insight.simulation.result import Comparison, Group, Side, Simulation, Suspicion

_BELOW = re.compile(r"below ([\d,]+)")
_BETWEEN = re.compile(r"([\d,]+) to ([\d,]+)")


def answer(result: Simulation, figures: Figures) -> Iterator[str]:
    """Whether the draft costs more or less, who wins and who loses, and what runs out when."""
    language = figures.language
    yield _ended_once(_cost(result, figures))
    if result.comparison is not None:
        yield _members(result.comparison, figures)
    ends = sorted([(limit.runs_out_on, limit.limit) for limit in result.draft.limits if limit.runs_out_on])
    for day, limit in ends:
        yield say("{limit} runs out on {day}.", language, limit=limit, day=figures.day(day))
    if result.draft.limits and not ends:
        yield say("No budget and no stock runs out in this history.", language)


def _ended_once(sentence: str) -> str:
    """With one full stop where the last figure brings its own, as Bulgarian dollars do (7.00 щ.д.)."""
    return sentence.removesuffix(".") if sentence.endswith("..") else sentence


def _cost(result: Simulation, figures: Figures) -> str:
    draft, language = figures.money(result.draft.cost), figures.language
    if result.current is None or result.comparison is None:
        return say("It costs {draft}.", language, draft=draft)
    change, now = result.comparison.cost, figures.money(result.current.cost)
    if change == 0:
        return say("It costs what it costs now: {draft}.", language, draft=draft)
    text = "It costs {change} more than now: {draft} instead of {now}."
    text = text if change > 0 else "It costs {change} less than now: {draft} instead of {now}."
    return say(text, language, change=figures.money(abs(change)), draft=draft, now=now)


def _members(compared: Comparison, figures: Figures) -> str:
    return say(
        "Members: {members}. Get more: {winners}; get less: {losers}; get the same: {unchanged}.",
        figures.language,
        members=figures.count(compared.members),
        winners=figures.count(compared.winners),
        losers=figures.count(compared.losers),
        unchanged=figures.count(compared.unchanged),
    )


def group_name(group: Group, figures: Figures) -> str:
    """A tier or a segment by its own name, a band of spend in the reader's words."""
    kind = say(group.by, figures.language)
    return f"{kind} {_band(group.name, figures) if group.by == 'spend' else group.name}"


def _band(name: str, figures: Figures) -> str:
    if below := _BELOW.fullmatch(name):
        return say("below {above}", figures.language, above=_number(below[1], figures))
    if between := _BETWEEN.fullmatch(name):
        least, above = [_number(one, figures) for one in between.groups()]
        return say("{least} to {above}", figures.language, least=least, above=above)
    return name


def _number(written: str, figures: Figures) -> str:
    return figures.count(int(written.replace(",", "")))


def reason(suspicion: Suspicion, figures: Figures) -> str:
    """Why a person should look at a member. The result's own sentence where it is in the reader's language."""
    texts = {
        "reward_per_spend": ("got {figure} of what was bought", figures.share(suspicion.figure / 1000)),
        "many_baskets_a_day": ("baskets on one day: {figure}", figures.count(suspicion.figure)),
        "return_after_use": ("spent {figure} before the goods came back", figures.money(suspicion.figure)),
    }
    if figures.language == "en" or suspicion.kind not in texts:
        return suspicion.sentence
    text, figure = texts[suspicion.kind]
    return say(text, figures.language, figure=figure)


def has_costs(side: Side | None) -> bool:
    """Whether any mechanic of it gave anything."""
    return side is not None and bool(side.mechanics)
