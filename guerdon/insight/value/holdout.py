"""The test: a model that has seen the first part of a history is asked about the rest, and told what really happened.

Two questions. How many purchases will each member make: compared by how often members had come back before, and with
the plain guess that everybody goes on at the pace so far. Who will buy nothing: judged by the Brier score (the mean
square of the error of a probability: 0 is perfect) and by the area under the ROC curve (how often a member who fell
quiet was given a higher probability than one who did not: 0.5 is a coin), against plain guesses too: the share of all
who fell quiet, and how long ago the last purchase was.

**Worked.** Two members with 0.8 and 0.1 to fall quiet; the first does, the second does not. The Brier score is
((1 - 0.8)² + (0 - 0.1)²) / 2 = 0.025, and the area is 1: the one who fell quiet had the higher probability.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from guerdon.insight.engines import Tables
from guerdon.insight.value.fitting import Model, fit_purchases
from guerdon.insight.value.forecast import alive, expected_purchases
from guerdon.insight.value.futures import draw, in_parts
from guerdon.insight.value.purchases import histories, purchases_between, purchases_by_day

_LONGEST_WEEKS = 13
_SHORTEST_WEEKS = 4
_SHARE = 4
"""A quarter of the history is held out."""
_BUCKETS = ((0, 0), (1, 1), (2, 2), (3, 4), (5, 9), (10, 19), (20, 39), (40, 79), (80, None))
"""By repeated purchases: from and up to."""


class Calibrated(msgspec.Struct, frozen=True):
    """What was predicted for members who had come back so often, and what they did: purchases a member."""

    repeats_from: int
    repeats_up_to: int | None
    """None: no upper end."""
    members: int
    predicted: float
    actual: float


class Tracked(msgspec.Struct, frozen=True):
    """All purchases of the week that ends on a day."""

    until: date
    predicted: float
    actual: int


class Judged(msgspec.Struct, frozen=True):
    """How good a guess at who falls quiet was. None: it cannot be said, because all fell quiet or nobody did."""

    brier: float | None
    auc: float | None


class Holdout(msgspec.Struct, frozen=True, kw_only=True):
    """What the test came to."""

    learned_until: date
    tested_until: date
    members: int
    """Who had bought before the test began."""
    predicted: float
    """Purchases of all in the test."""
    actual: int
    error: float
    """Of the model: purchases a member, apart from the truth in either direction."""
    error_of_pace: float
    """The same, for the guess that everybody goes on at the pace so far."""
    by_repeats: tuple[Calibrated, ...]
    by_week: tuple[Tracked, ...]
    """The weeks of the test, one after the other."""
    quiet: int
    """Who bought nothing in the test."""
    churn: Judged
    churn_by_share: Judged
    """The same probability for everybody: the share of those who fell quiet. It knows the answer, and no order."""
    churn_by_recency: Judged
    """Whoever has been away longer falls quiet sooner. It is an order and no probability, and has no Brier score."""


def cut_of(first: date, until: date) -> date | None:
    """The last day to learn from; None: the history is too short to hold anything out."""
    weeks = min(_LONGEST_WEEKS, ((until - first).days + 1) // 7 // _SHARE)
    return until - timedelta(weeks=weeks) if weeks >= _SHORTEST_WEEKS else None


def hold_out(tables: Tables, first: date, until: date, *, model: Model) -> Holdout | None:
    """Learn from the first part and look at the rest; None where the history is too short. Raises TooFewToFit.

    It learns the single most probable parameters: a mean over members hardly depends on how sure they are.
    """
    cut = cut_of(first, until)
    if cut is None:
        return None
    rows = histories(tables, cut)
    fit = fit_purchases(rows, model=model, draws=0)
    after = purchases_between(tables, cut, until)
    actual = [after.get(member, 0) for member in rows["member"]]
    return judged(rows, fit, actual, purchases_by_day(tables, cut, until), cut, until)


def judged(rows: Any, fit: Any, actual: Sequence[int], by_day: Mapping[date, int], cut: date, until: date) -> Holdout:
    """Compare what a model says about histories with what followed, member by member and ``by_day``."""
    import numpy as np

    weeks = (until - cut).days / 7
    predicted, truth = expected_purchases(rows, fit, weeks), np.asarray(actual)
    pace = (rows["repeats"].to_numpy() / rows["age"].to_numpy()) * weeks
    probability = np.concatenate([_quiet(some, fit, weeks) for some in in_parts(rows)])
    fell_quiet = truth == 0
    away = (rows["age"] - rows["recency"]).to_numpy()
    return Holdout(
        learned_until=cut,
        tested_until=until,
        members=len(rows),
        predicted=round(float(predicted.sum()), 1),
        actual=int(truth.sum()),
        error=round(float(np.abs(predicted - truth).mean()), 4),
        error_of_pace=round(float(np.abs(pace - truth).mean()), 4),
        by_repeats=tuple(_calibrated(rows["repeats"].to_numpy(), predicted, truth)),
        by_week=tuple(_tracked(rows, fit, by_day, cut, until)),
        quiet=int(fell_quiet.sum()),
        churn=Judged(brier(probability, fell_quiet), area(probability, fell_quiet)),
        churn_by_share=Judged(brier(np.full(len(truth), fell_quiet.mean()), fell_quiet), None),
        churn_by_recency=Judged(None, area(away, fell_quiet)),
    )


def _quiet(rows: Any, fit: Any, weeks: float) -> Any:
    return (draw(rows, alive(rows, fit), fit, None, weeks=weeks).purchases == 0).mean(axis=1)


def _calibrated(repeats: Any, predicted: Any, actual: Any) -> Iterator[Calibrated]:
    for least, most in _BUCKETS:
        within = (repeats >= least) & (repeats <= (repeats.max() if most is None else most))
        if within.any():
            means = [round(float(values[within].mean()), 2) for values in (predicted, actual)]
            yield Calibrated(least, most, int(within.sum()), *means)


def _tracked(rows: Any, fit: Any, by_day: Mapping[date, int], cut: date, until: date) -> Iterator[Tracked]:
    before = 0.0
    for week in range(1, (until - cut).days // 7 + 1):
        end = cut + timedelta(weeks=week)
        predicted = float(expected_purchases(rows, fit, week).sum())
        made = sum([by_day.get(end - timedelta(days=back), 0) for back in range(7)])
        yield Tracked(end, round(predicted - before, 1), made)
        before = predicted


def brier(probabilities: Any, happened: Any) -> float:
    """The mean square of the error: 0 is perfect, 0.25 is what a coin gets."""
    return round(float(((probabilities - happened) ** 2).mean()), 4)


def area(scores: Any, happened: Any) -> float | None:
    """The area under the ROC curve; None where it happened to all or to nobody."""
    from sklearn.metrics import roc_auc_score

    if happened.all() or not happened.any():
        return None
    return round(float(roc_auc_score(happened, scores)), 4)
