"""What an experiment could find if it ran for some weeks: the sums of ``planning`` over the last weeks of the lake.

As if it had been run: members who had joined before these weeks, their figures in them, adjusted for the eight weeks
before. Nothing was changed in those weeks, so what members differ by is what an experiment has to be heard above.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec
import numpy as np

from guerdon.insight.experiments.adjusting import cuped, winsorised
from guerdon.insight.experiments.assignment import ExperimentTrouble
from guerdon.insight.experiments.means import Floats
from guerdon.insight.experiments.metrics import BEFORE, Days, Metric, first_day, observed, total
from guerdon.insight.experiments.planning import USUAL_POWER, least_difference, members_needed
from guerdon.insight.experiments.question import (
    CONTROLS,
    ENOUGH_HISTORY,
    FOR_LOOKS,
    Question,
    check,
    metric_of,
    rounded,
)
from guerdon.insight.experiments.result import Outlook, Plan

WEEKS = (2, 4, 8, 12)
"""How long it might run."""


def plan(
    tables: Any,
    question: Question,
    groups: Mapping[str, float],
    *,
    until: date,
    currency: str,
    weeks: Sequence[int] = WEEKS,
    find: float | None = None,
) -> Plan:
    """What an experiment with these shares of members could find, and how many members find the lift ``find``.

    Raises ``ExperimentTrouble``.
    """
    check(question)
    _check(groups)
    if find is not None and find <= 0:
        raise ExperimentTrouble("The lift to be found is above 0 %.")
    metric, began = metric_of(question.metric), first_day(tables)
    return Plan(
        metric=question.metric,
        currency=currency if metric.is_money else None,
        groups=dict(groups),
        error_rate=question.error_rate,
        power=USUAL_POWER,
        find=find,
        outlooks=tuple(_outlook(tables, question, groups, count, until, began, find) for count in weeks),
    )


def _check(groups: Mapping[str, float]) -> None:
    if len(groups) < 2 or min(groups.values()) <= 0 or abs(sum(groups.values()) - 1) > 1e-6:
        raise ExperimentTrouble("An experiment has two groups or more, each with some members, 100 % in all.")


def _outlook(
    tables: Any,
    question: Question,
    groups: Mapping[str, float],
    weeks: int,
    until: date,
    began: date | None,
    find: float | None,
) -> Outlook:
    if began is None or (until - began).days < ENOUGH_HISTORY:
        return Outlook(weeks=weeks, members=0, unknown="too_little_history")
    first = until - timedelta(weeks=weeks) + timedelta(1)
    metric = metric_of(question.metric)
    seen = observed(tables, metric, Days(first - BEFORE, first, until))
    there = np.asarray([day is not None and day < first for day in seen.since], dtype=np.bool_) & ~seen.merged
    base = Outlook(weeks=weeks, members=int(there.sum()))
    if (first - began).days < ENOUGH_HISTORY:
        return msgspec.structs.replace(base, unknown="too_little_history")
    values, _ = winsorised(total(metric, seen)[there], question.quantile)
    before, _ = winsorised(seen.before[there], question.quantile)
    return _found(base, values, before, _Hardest.of(groups, question), metric, find)


class _Hardest(NamedTuple):
    """The comparison that is hardest to tell: the smallest group against the control."""

    treated: float
    control: float
    error_rate: float

    @classmethod
    def of(cls, groups: Mapping[str, float], question: Question) -> "_Hardest":
        """Of these groups, at the one look at the end."""
        control = next((name for name in CONTROLS if name in groups), next(iter(groups)))
        others = [share for name, share in groups.items() if name != control]
        return cls(min(others), groups[control], question.error_rate * (1 - FOR_LOOKS) / len(others))


def _found(
    base: Outlook, values: Floats, before: Floats, hardest: _Hardest, metric: Metric, find: float | None
) -> Outlook:
    adjusted = cuped(values, before, np.zeros(len(values), dtype=np.int64)) if len(values) else None
    explained = adjusted.explained if adjusted else 0.0
    variance = float(values.var(ddof=1)) * (1 - explained) if len(values) > 1 else 0.0
    counts = int(len(values) * hardest.treated), int(len(values) * hardest.control)
    least = least_difference(variance, *counts, hardest.error_rate, USUAL_POWER)
    if variance <= 0 or least is None:
        return msgspec.structs.replace(base, unknown="nobody_differs")
    mean = float(values.mean())
    shares = hardest.treated, hardest.control
    return msgspec.structs.replace(
        base,
        mean=rounded(mean, metric),
        least=rounded(least, metric),
        least_lift=least / mean if mean > 0 else None,
        needed=None if find is None else members_needed(variance, find * mean, shares, hardest.error_rate, USUAL_POWER),
        explained=adjusted.explained if adjusted else None,
    )
