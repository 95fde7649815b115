"""What the members are worth together, by decile and by tier, who is worth most, and one member's card.

The lifetime value here is what a member is expected to pay in the months asked for, after discounts and what comes
back, not discounted for time; with a margin it is that share of it. Money is rounded to minor units, half to even, at
the very end: sums are of what is not rounded.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from guerdon.insight.engines import Tables
from guerdon.insight.value.fitting import (
    DRAWS,
    Convergence,
    Fit,
    Model,
    TooFewToFit,
    compiling,
    fit_purchases,
    fit_spend,
)
from guerdon.insight.value.forecast import WEEKS_A_MONTH, forecasts
from guerdon.insight.value.holdout import Holdout, hold_out
from guerdon.insight.value.purchases import histories, observed_until

_TOP = 10
_FORESEEABLE_WEEKS = 260
"""Five years: what lies behind them is not told as a day."""


class Worth(msgspec.Struct, frozen=True):
    """An amount of money with what nine of ten futures lie between, in minor units."""

    expected: int
    low: int
    high: int


class Times(msgspec.Struct, frozen=True):
    """A number of purchases with what nine of ten futures lie between."""

    expected: float
    low: int
    high: int


class NextPurchase(msgspec.Struct, frozen=True):
    """When the next purchase comes, if the member is still there. None: not within five years."""

    earliest: date | None
    """One of twenty futures has it earlier."""
    middle: date | None
    """As likely before as after."""
    latest: date | None
    """One of twenty futures has it later."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A member: what was, and what will probably be."""

    member: str
    tier: str | None
    first: date | None
    """The day of the first purchase; None: there is none."""
    last: date | None
    purchases: int
    """Days with a purchase so far."""
    spent: int
    """Minor units so far."""
    mean: int | None
    """Minor units a repeated purchase; None: the member has not come back yet."""
    alive: float | None = None
    """The probability that the member has not left for good; None here and below: see ``reason``."""
    quiet: float | None = None
    """The probability to buy nothing within the next 13 weeks: the churn risk."""
    next_purchase: NextPurchase | None = None
    times: Times | None = None
    """Purchases in the months asked for."""
    value: Worth | None = None
    """What will be paid in the months asked for."""
    reason: str | None = None
    """Why something above is not known, or rests on all members alone."""


class CardOf(msgspec.Struct, frozen=True, kw_only=True):
    """One member's card, with what it was asked for."""

    months: int
    model: Model
    until: date
    """The last day that was observed: the months begin after it."""
    margin: float | None
    """The share of what is paid that ``value`` holds; what was spent so far is all of it. None: sales."""
    card: Card


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Some members together."""

    name: str
    members: int
    spent: int
    """Minor units so far."""
    purchases: float
    """Expected in the months asked for, all together."""
    value: int
    """Expected to be paid, in minor units, all together."""
    share: float
    """Of the value of all members, from 0 to 1; 0 where nothing at all is expected."""
    quiet: float
    """The mean churn risk."""


class Checks(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a model's draws can be believed."""

    parameters: Mapping[str, float]
    """Their means. Rates are a week."""
    divergences: int | None
    r_hat: float | None
    effective_draws: int | None
    is_sound: bool
    in_words: str


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What the members of a program are worth."""

    months: int
    model: Model
    until: date
    """The last day that was observed: the months begin after it."""
    margin: float | None
    """The share of what is paid that the values hold; None: all of it, they are sales."""
    members: int
    """Who bought at least once, and of whom this tells."""
    never_bought: int
    """Of whom nothing can be told; not in any sum."""
    value: int
    purchases: float
    deciles: tuple[Group, ...]
    """From the tenth of the members who are worth most to the tenth who are worth least."""
    tiers: tuple[Group, ...]
    risks: tuple[int, ...]
    """How many members have a churn risk of 0 to 10 %, of 10 to 20 % and so on, ten figures."""
    top: tuple[Card, ...]
    frequency_and_spend: float | None
    """The correlation of how often members come back and how much a time: the models take it for 0."""
    buying: Checks
    spending: Checks
    holdout: Holdout | None
    holdout_missing: str | None
    """Why there is no holdout test; None: there is one."""


class Learned(msgspec.Struct, frozen=True):
    """The forecasts of all members who ever bought, with what they were learned by."""

    rows: Any
    fit: Any
    spend: Any
    until: date
    months: int
    margin: float | None


class NobodyBought(TooFewToFit):
    """There is no purchase at all."""

    def __init__(self) -> None:
        super().__init__("Nobody has bought anything yet: there is nothing to learn from. Take in purchases first.")


def learn(
    tables: Tables,
    *,
    months: int = 12,
    model: Model = "bg-nbd",
    draws: int = DRAWS,
    margin: float | None = None,
    cores: int = 2,
) -> Learned:
    """Learn from all members and forecast each. Raises TooFewToFit."""
    until = observed_until(tables)
    if until is None:
        raise NobodyBought
    rows = histories(tables, until)
    if not len(rows):
        raise NobodyBought
    fit = fit_purchases(rows, model=model, draws=draws, cores=cores)
    spend = fit_spend(rows, draws=draws, cores=cores)
    told = forecasts(rows, fit, spend, weeks=months * WEEKS_A_MONTH)
    if margin is not None:
        told[["value", "value_low", "value_high"]] *= margin
    return Learned(told, fit, spend, until, months, margin)


def value_of(
    tables: Tables,
    *,
    months: int = 12,
    model: Model = "bg-nbd",
    draws: int = DRAWS,
    margin: float | None = None,
    compiled: Path | None = None,
    cores: int = 2,
) -> Value:
    """What the members are worth. Raises TooFewToFit. ``compiled``: see ``fitting.compiling``."""
    with compiling(compiled):
        learned = learn(tables, months=months, model=model, draws=draws, margin=margin, cores=cores)
        return _told(tables, learned, *_tested(tables, learned))


def card_for(
    tables: Tables,
    key: str,
    *,
    months: int = 12,
    model: Model = "bg-nbd",
    draws: int = DRAWS,
    margin: float | None = None,
    compiled: Path | None = None,
    cores: int = 2,
) -> CardOf | None:
    """A member's card, learned from all members; None: there is no such member, which is seen at once.

    Raises TooFewToFit. ``compiled``: see ``fitting.compiling``.
    """
    if not _is_member(tables, key):
        return None
    with compiling(compiled):
        learned = learn(tables, months=months, model=model, draws=draws, margin=margin, cores=cores)
        card = find_card(tables, learned, key)
    assert card is not None, "the lake stays as it was opened"
    return CardOf(months=months, model=model, until=learned.until, margin=margin, card=card)


def _tested(tables: Tables, learned: Learned) -> tuple[Holdout | None, str | None]:
    try:
        found = hold_out(tables, min(learned.rows["first"]), learned.until, model=learned.fit.model)
    except TooFewToFit as error:
        return None, str(error)
    if found is None:
        return None, "The history is shorter than 16 weeks: too short to hold a part of it out."
    return found, None


def _told(tables: Tables, learned: Learned, holdout: Holdout | None, missing: str | None) -> Value:
    rows = learned.rows.sort_values(["value", "member"], ascending=[False, True], ignore_index=True)
    members = tables.members.filter(tables.members.barred.isnull() & ~tables.members.is_household.fill_null(False))
    everybody = int(members.count().to_pyarrow().as_py())
    return Value(
        months=learned.months,
        model=learned.fit.model,
        until=learned.until,
        margin=learned.margin,
        members=len(rows),
        never_bought=everybody - len(rows),
        value=round(float(rows["value"].sum())),
        purchases=round(float(rows["purchases"].sum()), 1),
        deciles=tuple(_deciles(rows)),
        tiers=tuple(_by_tier(rows)),
        risks=tuple(_risks(rows)),
        top=tuple(card_of(row, learned) for row in rows.head(_TOP).to_dict("records")),
        frequency_and_spend=_correlation(rows),
        buying=_checks(learned.fit),
        spending=_checks(learned.spend),
        holdout=holdout,
        holdout_missing=missing,
    )


def _checks(fit: Fit) -> Checks:
    found: Convergence = fit.convergence
    return Checks(
        parameters={name: _digits(value) for name, value in fit.means().items()},
        divergences=found.divergences,
        r_hat=None if found.r_hat is None else round(found.r_hat, 4),
        effective_draws=found.effective_draws,
        is_sound=found.is_sound,
        in_words=found.in_words,
    )


def _digits(value: float) -> float:
    """Four significant digits: more are chance."""
    return float(f"{value:.4g}")


def _deciles(rows: Any) -> Iterator[Group]:
    """Tenths of the members in their order; a program of seven members has seven groups of one."""
    count = len(rows)
    for tenth in range(10):
        part = rows.iloc[tenth * count // 10 : (tenth + 1) * count // 10]
        if len(part):
            yield _group(str(tenth + 1), part, rows)


def _risks(rows: Any) -> list[int]:
    import numpy as np

    return [int(count) for count in np.histogram(rows["quiet"], bins=10, range=(0, 1))[0]]


def _by_tier(rows: Any) -> Iterator[Group]:
    named = rows.assign(tier=rows["tier"].fillna("none").astype(str))
    for tier, part in sorted(named.groupby("tier"), key=lambda item: -item[1]["value"].mean()):
        yield _group(str(tier), part, rows)


def _group(name: str, part: Any, rows: Any) -> Group:
    worth, of_all = float(part["value"].sum()), float(rows["value"].sum())
    return Group(
        name=name,
        members=len(part),
        spent=int(part["spent"].sum()),
        purchases=round(float(part["purchases"].sum()), 1),
        value=round(worth),
        share=round(worth / of_all, 4) if of_all > 0 else 0.0,
        quiet=round(float(part["quiet"].mean()), 4),
    )


def _correlation(rows: Any) -> float | None:
    """Of those who came back; None where all of them are alike."""
    again = rows[rows["repeats"] > 0]
    if len(again) < 3 or again["repeats"].nunique() < 2 or again["spend"].nunique() < 2:
        return None
    return round(float(again["repeats"].corr(again["spend"])), 3)


def _is_member(tables: Tables, key: str) -> bool:
    return bool(tables.members.filter(tables.members.key == key).count().to_pyarrow().as_py())


def find_card(tables: Tables, learned: Learned, key: str) -> Card | None:
    """A member's card; None: there is no such member."""
    found = learned.rows[learned.rows["key"] == key].to_dict("records")
    if found:
        return card_of(found[0], learned)
    members = tables.members.filter(tables.members.key == key).select("tier", "barred").to_pyarrow().to_pylist()
    if not members:
        return None
    barred = members[0]["barred"]
    why = f"The member is {barred}." if barred else "The member has bought nothing yet."
    return Card(member=key, tier=members[0]["tier"], first=None, last=None, purchases=0, spent=0, mean=None, reason=why)


def card_of(row: Mapping[str, Any], learned: Learned) -> Card:
    """The card of one row of the forecasts."""
    came_back = row["repeats"] > 0
    return Card(
        member=str(row["key"]),
        tier=row["tier"] if isinstance(row["tier"], str) else None,
        first=row["first"],
        last=row["last"],
        purchases=int(row["repeats"]) + 1,
        spent=int(row["spent"]),
        mean=round(row["spend"]) if came_back else None,
        alive=round(row["alive"], 4),
        quiet=round(row["quiet"], 4),
        next_purchase=_next(row, learned.until),
        times=Times(round(row["purchases"], 2), round(row["purchases_low"]), round(row["purchases_high"])),
        value=Worth(*[round(row[name]) for name in ("value", "value_low", "value_high")]),
        reason=None if came_back else "One purchase only: what it will cost next time is the mean of all members.",
    )


def _next(row: Mapping[str, Any], until: date) -> NextPurchase:
    return NextPurchase(*[_day(until, row[name]) for name in ("next_low", "next_middle", "next_high")])


def _day(until: date, weeks: float) -> date | None:
    """A wait of less than a day ends on the first day that was not observed."""
    # What is not a number is not smaller either.
    return until + timedelta(days=max(1, round(weeks * 7))) if weeks <= _FORESEEABLE_WEEKS else None
