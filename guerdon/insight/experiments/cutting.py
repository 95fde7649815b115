"""The result cut by what members were before: see ``slices`` for what keeps a reader from seeing too much in it."""

import numpy as np
from numpy.typing import NDArray

from guerdon.insight.experiments.means import Difference, Moments, difference, moments
from guerdon.insight.experiments.metrics import Metric
from guerdon.insight.experiments.question import Setting, rounded
from guerdon.insight.experiments.result import Slice
from guerdon.insight.experiments.sample import Sample
from guerdon.insight.experiments.slices import drawn_together

_BANDS = ("nothing before", "lower third before", "middle third before", "upper third before")


def cut(setting: Setting, sample: Sample) -> tuple[tuple[Slice, ...], float | None]:
    """The slices of every group, and the least chance that they differ by noise alone, times the number of groups."""
    parts = _parts(setting.question.by or "", sample)
    slices: list[Slice] = []
    chances: list[float] = []
    for number in setting.treated:
        of_group, chance = _of_group(setting, sample, parts, number)
        slices += of_group
        chances += [] if chance is None else [chance]
    return tuple(slices), min(1.0, min(chances) * len(chances)) if chances else None


def _of_group(
    setting: Setting, sample: Sample, parts: NDArray[np.str_], number: int
) -> tuple[list[Slice], float | None]:
    """The slices of one group against the control, and how often chance would make them differ as much."""
    kinds = sorted(set(parts.tolist()))
    pairs = {part: _pair(sample, parts == part, number, setting.control) for part in kinds}
    found = {part: difference(treated, control) for part, (treated, control) in pairs.items()}
    known = {part: apart for part, apart in found.items() if apart is not None}
    drawn = drawn_together([apart.value for apart in known.values()], [apart.variance for apart in known.values()])
    guesses = dict(zip(known, drawn.values, strict=True)) if drawn else {}
    rate = setting.error_rate / max(len(kinds), 1)
    group = setting.assignment.groups[number]
    slices = [
        _slice(
            group, part, sum(side.members for side in pairs[part]), found[part], guesses.get(part), rate, setting.metric
        )
        for part in kinds
    ]
    return slices, drawn.p if drawn else None


def _slice(
    group: str, part: str, members: int, apart: Difference | None, guess: float | None, rate: float, metric: Metric
) -> Slice:
    low, high = apart.interval(rate) if apart else (None, None)
    values = [
        None if value is None else rounded(value, metric)
        for value in (apart.value if apart else None, low, high, guess)
    ]
    return Slice(
        group=group, part=part, members=members, difference=values[0], low=values[1], high=values[2], drawn=values[3]
    )


def _pair(sample: Sample, part: NDArray[np.bool_], treated: int, control: int) -> tuple[Moments, Moments]:
    of_treated, of_control = (moments(sample.values[part & (sample.groups == number)]) for number in (treated, control))
    return of_treated, of_control


def _parts(by: str, sample: Sample) -> NDArray[np.str_]:
    if by != "before":
        return np.asarray(sample.seen.traits[by], dtype=np.str_)[sample.kept]
    some = sample.before[sample.before > 0]
    bounds = np.quantile(some, [1 / 3, 2 / 3]) if len(some) else np.zeros(2)
    thirds = 1 + np.searchsorted(bounds, sample.before, side="left")
    return np.asarray(_BANDS)[np.where(sample.before > 0, thirds, 0)]
