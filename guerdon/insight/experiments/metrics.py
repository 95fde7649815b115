"""What members are compared by: one figure a member over the days of an experiment, and the same over the days before.

Everything is added up in the engine; what comes back is one row a member. Returns count on the day on which the goods
come back, so what is compared is what was kept.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import ibis
import numpy as np
from ibis.expr import types as ir

from guerdon.insight.experiments.means import Floats

BEFORE = timedelta(weeks=8)
"""How far back is looked for what members did before: long enough to see monthly shoppers, short enough to be them."""


class Metric(NamedTuple):
    """What is added up for a member."""

    about: str
    kinds: tuple[str, ...]
    """The kinds of events that count."""
    adds: str
    """The column of `events` that is added up, or `1` for each event, or `day` for each day with one."""
    is_money: bool = False
    is_yes_or_no: bool = False
    """Whether it only counts that there was any."""


METRICS: Mapping[str, Metric] = {
    "spend": Metric("what a member paid, less what came back", ("purchase", "return"), "paid", is_money=True),
    "baskets": Metric("how many purchases a member made", ("purchase",), "1"),
    "visits": Metric("on how many days a member bought", ("purchase",), "day"),
    "items": Metric("how many lines a member bought, less what came back", ("purchase", "return"), "items"),
    "redemptions": Metric("how many rewards a member took", ("redeem",), "1"),
    "buyers": Metric("whether a member bought at all", ("purchase",), "1", is_yes_or_no=True),
    "takers": Metric("whether a member took any reward", ("redeem",), "1", is_yes_or_no=True),
}


class Days(NamedTuple):
    """The days that are looked at: those before, and those of the experiment so far; both ends belong to them."""

    before: date
    first: date
    last: date

    @property
    def middle(self) -> date:
        """The first day of the later half."""
        return self.first + (self.last - self.first + timedelta(1)) / 2


class Observed(NamedTuple):
    """One row a member, in the order of members."""

    keys: Sequence[str]
    since: Sequence[date | None]
    """The day on which each joined, or was first seen; None: neither is known."""
    merged: "np.typing.NDArray[np.bool_]"
    before: Floats
    early: Floats
    """The figure of the first half of the days."""
    late: Floats
    traits: Mapping[str, Sequence[str]]
    """What each was before the first day, by what results may be cut by; empty: not known."""


def observed(tables: Any, metric: Metric, days: Days) -> Observed:
    """What every member did, household accounts left out: they buy nothing."""
    rows = _rows(tables, metric, days).to_pyarrow().to_pydict()
    early, late, before = (np.asarray(rows[name], dtype=np.float64) for name in ("early", "late", "before"))
    if metric.is_yes_or_no:
        before, early, late = np.minimum(before, 1), np.minimum(early, 1), np.minimum(late, 1)
    traits = {name: [value or "" for value in rows[name]] for name in ("tier", "region", "language")}
    merged = np.asarray([barred == "merged" for barred in rows["barred"]], dtype=np.bool_)
    return Observed(rows["key"], rows["since"], merged, before, early, late, traits)


def total(metric: Metric, seen: Observed) -> Floats:
    """The figure over all days so far."""
    both: Floats = seen.early + seen.late
    return np.minimum(both, 1) if metric.is_yes_or_no else both


def first_day(tables: Any) -> date | None:
    """The first day on which anybody did anything; None: nobody ever did."""
    events = tables.events
    day = events.filter(events.refusal.isnull(), events.kind != "tick").day.min().to_pyarrow().as_py()
    return day if day is None else _date(day)


def last_day(tables: Any) -> date | None:
    """The last day that is recorded, ticks included; None: nothing is."""
    day = tables.events.day.max().to_pyarrow().as_py()
    return day if day is None else _date(day)


def _date(value: Any) -> date:
    return date(value.year, value.month, value.day)


def _rows(tables: Any, metric: Metric, days: Days) -> ir.Table:
    members = tables.members
    people = members.filter(~members.is_household.fill_null(False))
    figures, tiers = _figures(tables.events, metric, days), _tiers_before(tables.effects, days.first)
    joined = people.left_join(figures, "member").left_join(tiers, "member")
    return joined.select(
        "key",
        "barred",
        "region",
        "language",
        since=ibis.coalesce(joined.enrolled_day, joined.seen),
        tier=joined.tier_before,
        **{name: joined[name].fill_null(0) for name in ("before", "early", "late")},
    ).order_by("key")


def _figures(events: ir.Table, metric: Metric, days: Days) -> ir.Table:
    """By member: the first day with anything, and the figure before, early and late."""
    active = events.filter(events.refusal.isnull(), events.kind != "tick", events.day <= days.last)
    counts = active.kind.isin(metric.kinds)
    spans = {
        "before": (active.day >= days.before) & (active.day < days.first),
        "early": (active.day >= days.first) & (active.day < days.middle),
        "late": active.day >= days.middle,
    }
    figures = {name: _figure(active, metric, counts & span) for name, span in spans.items()}
    return active.group_by("member").aggregate(seen=active.day.min(), **figures)


def _figure(events: ir.Table, metric: Metric, where: ir.BooleanValue) -> ir.Value:
    if metric.adds == "day":
        return events.day.nunique(where=where)
    if metric.adds == "1":
        return events.count(where=where)
    return events[metric.adds].sum(where=where)


def _tiers_before(effects: ir.Table, first: date) -> ir.Table:
    """By member: the level that was reached last before the first day."""
    moves = effects.filter(effects.effect == "tier_changed", effects.day < first)
    return moves.group_by("member").aggregate(tier_before=moves.after.argmax(moves.seq))
