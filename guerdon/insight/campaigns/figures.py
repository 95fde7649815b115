"""What was known of each member before a campaign began, and what each spent while it ran."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import ibis
import numpy as np
from ibis.expr import types as ir

from guerdon.insight.experiments.means import Floats

WEEKS = timedelta(weeks=4)
"""A stretch of the weeks before: long enough for whoever buys once a month."""
STRETCHES = 2
"""How many of them are looked at, where there is as much history."""
CATEGORIES = 6
"""How many of the largest categories are looked at."""


class Span(NamedTuple):
    """The days over which something is compared with the stretches before it."""

    first: date
    last: date
    stretches: int

    @property
    def before(self) -> date:
        """The first day of the earliest stretch."""
        return self.first - self.stretches * WEEKS

    @property
    def weeks(self) -> float:
        """How many weeks it has."""
        return ((self.last - self.first).days + 1) / 7

    def stretch(self, number: int) -> tuple[date, date]:
        """The first and the last day of a stretch; 0 is the one just before."""
        last = self.first - number * WEEKS - timedelta(1)
        return last - WEEKS + timedelta(1), last


class Figures(NamedTuple):
    """One row a member, in the order of their ids."""

    keys: Sequence[str]
    outcome: Floats
    """What each spent a week in the span, in minor units."""
    before: Floats
    """The same in the stretches before."""
    known: dict[str, Floats]
    """What was known before, by what it is called."""


def figures(tables: Any, span: Span) -> Figures:
    """What members did, of those who had joined before the earliest stretch."""
    rows = _rows(tables, span).to_pyarrow().to_pydict()
    since, last = rows.pop("since"), rows.pop("last")
    rows["recency"] = [(span.first - (day or span.before)).days for day in last]
    there = np.asarray([day is not None and day <= span.before for day in since], dtype=np.bool_)
    keys = [key for key, kept in zip(rows.pop("key"), there, strict=True) if kept]
    columns = {name: np.asarray(values, dtype=np.float64)[there] for name, values in rows.items()}
    outcome = columns.pop("outcome") / span.weeks
    spent = sum(columns[f"spent {number}"] for number in range(span.stretches))
    before = np.asarray(spent / (span.stretches * WEEKS.days / 7), dtype=np.float64)
    return Figures(keys, outcome, before, _known(columns, span))


def _known(columns: dict[str, Floats], span: Span) -> dict[str, Floats]:
    """Amounts by their logarithm and counts by their root, as both are spread over orders of magnitude."""
    known: dict[str, Floats] = {}
    for number in range(span.stretches):
        weeks = f"{number * 4 + 1} to {number * 4 + 4} weeks before"
        known[f"spend {weeks}"] = np.log1p(np.maximum(columns[f"spent {number}"], 0) / 100)
        known[f"visits {weeks}"] = np.sqrt(columns[f"visits {number}"])
    known["days since the last visit"] = np.log1p(columns["recency"])
    spent = np.maximum(columns["lines"], 1)
    for name, values in columns.items():
        if name.startswith("in "):
            known[f"share {name}"] = np.clip(values / spent, 0, 1)
    return known


def _rows(tables: Any, span: Span) -> ir.Table:
    people = tables.members.filter(~tables.members.is_household.fill_null(False))
    spending, shares = _spending(tables.events, span), _shares(tables.lines, span)
    joined = people.left_join(spending, "member").left_join(shares, "member")
    names = {*spending.columns, *shares.columns} - {"member", "seen", "last"}
    return joined.select(
        "key",
        since=ibis.coalesce(joined.enrolled_day, joined.seen),
        last=joined.last,
        **{name: joined[name].fill_null(0) for name in sorted(names)},
    ).order_by("key")


def _spending(events: ir.Table, span: Span) -> ir.Table:
    """By member: spending and visits in each stretch, days since the last visit, and spending in the span."""
    bought = events.filter(events.refusal.isnull(), events.kind.isin(("purchase", "return")), events.day <= span.last)
    is_visit = bought.kind == "purchase"
    columns: dict[str, ir.Value] = {}
    for number in range(span.stretches):
        within = bought.day.between(*span.stretch(number))
        columns[f"spent {number}"] = bought.paid.sum(where=within)
        columns[f"visits {number}"] = bought.day.nunique(where=within & is_visit)
    last = bought.day.max(where=is_visit & (bought.day >= span.before) & (bought.day < span.first))
    return bought.group_by("member").aggregate(
        seen=bought.day.min(),
        outcome=bought.paid.sum(where=bought.day >= span.first),
        last=last,
        **columns,
    )


def _shares(lines: ir.Table, span: Span) -> ir.Table:
    """By member: what went to each of the largest categories in the stretches before, and to all."""
    before = lines.filter(lines.day.between(span.before, span.first - timedelta(1)))
    before = before.mutate(top=before.category.split("/")[0])
    sums = before.filter(before.top.notnull()).group_by("top").aggregate(sold=before.net.sum())
    largest = sums.order_by(ibis.desc("sold"), "top").limit(CATEGORIES).top.to_pyarrow().to_pylist()
    of_category = {f"in {name}": before.net.sum(where=before.top == name) for name in largest if name}
    return before.group_by("member").aggregate(lines=before.net.sum(), **of_category)
