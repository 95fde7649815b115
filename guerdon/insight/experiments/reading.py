"""Reading an experiment: from one row a member to what may be concluded.

**The error rate is spent once.** Of the 5 % of conclusions that may be wrong where nothing differs, a fifth goes to
looks while the experiment runs (``looking``), four fifths to the one look at its end. So whoever stops early when it is
shown, and waits for the end when it is not, is wrong in 5 % at most. An experiment that was stopped before its planned
end is judged by the rule for looks ever after. Several groups against one control share the rate too (Holm for p,
equal parts for intervals).
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from guerdon.insight.experiments.adjusting import Adjusted, cuped, winsorised
from guerdon.insight.experiments.assignment import Assignment, ExperimentTrouble
from guerdon.insight.experiments.conclusions import Concluding, concluded
from guerdon.insight.experiments.dealing import TOO_UNLIKELY, mismatch
from guerdon.insight.experiments.looking import always_valid_p, reach, runs_against, tuned
from guerdon.insight.experiments.many import holm
from guerdon.insight.experiments.means import Difference, Floats, Moments, difference, lift, moments
from guerdon.insight.experiments.metrics import METRICS, Metric, Observed, total
from guerdon.insight.experiments.result import Comparison, Figure, Group, Result, Slice
from guerdon.insight.experiments.slices import drawn_together

ERROR_RATE = 0.05
FOR_LOOKS = 0.2
"""Which part of the error rate is spent on looks before the end."""
CONTROLS = ("control", "holdout")
"""Names of groups that the others are compared with; else it is the first group."""
WITHOUT_END = 90
"""Days for which the interval of an experiment without an end is at its best."""
ENOUGH_HISTORY = 7
"""Days before the first one below which nothing can be told from before."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of an experiment."""

    metric: str = "spend"
    control: str | None = None
    """The group that the others are compared with; None: `control`, `holdout`, or the first."""
    quantile: float = 1.0
    """At which quantile figures are cut; 1 cuts none."""
    by: str | None = None
    """By what the result is cut: `tier`, `before`, `region` or `language`; None: not at all."""
    error_rate: float = ERROR_RATE


class _Setting(NamedTuple):
    """Everything that the steps of reading share."""

    question: Question
    metric: Metric
    assignment: Assignment
    status: str
    until: date
    control: int
    treated: tuple[int, ...]
    history: int
    """How many days before the first one are known."""

    @property
    def error_rate(self) -> float:
        """For one comparison at one look."""
        at_end = self.status == "ended"
        part = 1 - FOR_LOOKS if at_end else FOR_LOOKS
        return self.question.error_rate * part / max(len(self.treated), 1)


class _Sample(NamedTuple):
    """The members who are compared."""

    groups: NDArray[np.int64]
    values: Floats
    raw: Floats
    """The same before anything was adjusted."""
    before: Floats
    seen: Observed
    kept: NDArray[np.bool_]
    adjusted: Adjusted | None
    cut_at: float | None


def status_of(assignment: Assignment, until: date, *, stopped: bool) -> str:
    """How far an experiment is on a day."""
    if until < assignment.first:
        return "not_begun"
    if assignment.last is None or until < assignment.last:
        return "running"
    return "stopped" if stopped else "ended"


def read(
    assignment: Assignment,
    seen: Observed,
    question: Question,
    *,
    until: date,
    history: int,
    stopped: bool,
    currency: str,
) -> Result:
    """What an experiment has shown up to a day.

    ``history`` says how many days before the first one are known, up to the eight weeks that are looked at. Raises
    ``ExperimentTrouble`` where the question does not fit the experiment.
    """
    setting = _setting(assignment, question, until, history, stopped=stopped)
    told = Result(
        experiment=assignment.name,
        metric=question.metric,
        currency=currency if setting.metric.is_money else None,
        first=assignment.first,
        last=assignment.last,
        until=until,
        status=setting.status,
        error_rate=question.error_rate,
    )
    if setting.status == "not_begun":
        return _with_conclusions(told, Concluding())
    sample, left_out = _sample(setting, seen)
    told = msgspec.structs.replace(told, left_out=left_out, **_of_groups(setting, sample))
    if told.mismatch is not None and told.mismatch < TOO_UNLIKELY:
        return _with_conclusions(told, Concluding())
    return _compared(told, setting, sample)


def _setting(assignment: Assignment, question: Question, until: date, history: int, *, stopped: bool) -> _Setting:
    control = _control(assignment, question.control)
    treated = tuple(number for number in range(len(assignment.groups)) if number != control)
    status = status_of(assignment, until, stopped=stopped)
    return _Setting(question, metric_of(question.metric), assignment, status, until, control, treated, history)


def metric_of(name: str) -> Metric:
    """The metric of a name; raises ``ExperimentTrouble`` for another."""
    if name not in METRICS:
        raise ExperimentTrouble(f"There is no metric `{name}`; there are {', '.join(METRICS)}.")
    return METRICS[name]


def _control(assignment: Assignment, asked: str | None) -> int:
    if asked is None:
        return next((assignment.groups.index(name) for name in CONTROLS if name in assignment.groups), 0)
    if asked not in assignment.groups:
        there = ", ".join(assignment.groups)
        raise ExperimentTrouble(f"`{assignment.name}` has no group `{asked}`; it has {there}.")
    return assignment.groups.index(asked)


def _sample(setting: _Setting, seen: Observed) -> tuple[_Sample, dict[str, int]]:
    """Whoever is compared, and how many are not."""
    groups = setting.assignment.of(seen.keys)
    later = np.asarray([day is None or day >= setting.assignment.first for day in seen.since], dtype=np.bool_)
    merged, moved = seen.merged & ~later, (groups < 0) & ~later & ~seen.merged
    kept = ~later & ~merged & ~moved
    raw, cut_at = winsorised(total(setting.metric, seen)[kept], setting.question.quantile)
    before, _ = winsorised(seen.before[kept], setting.question.quantile)
    enough = setting.history >= ENOUGH_HISTORY
    adjusted = cuped(raw, before, groups[kept]) if enough and kept.any() else None
    values = raw if adjusted is None else adjusted.values
    sample = _Sample(groups[kept], values, raw, before, seen, kept, adjusted, cut_at)
    left_out = {"joined_later": int(later.sum()), "merged": int(merged.sum()), "moved": int(moved.sum())}
    return sample, left_out


def _of_groups(setting: _Setting, sample: _Sample) -> dict[str, object]:
    """The fields of the result that say how the groups came out."""
    steps = setting.assignment.steps
    masks = [sample.groups == number for number in range(len(steps))]
    groups = [
        Group(
            name=setting.assignment.groups[number],
            share=steps[number] / max(sum(steps), 1),
            members=int(mask.sum()),
            figure=_mean(sample.raw[mask], setting.metric),
            before=_mean(sample.before[mask], setting.metric) if setting.history >= ENOUGH_HISTORY else None,
        )
        for number, mask in enumerate(masks)
    ]
    there = [(group.members, group.share) for group in groups if group.share > 0]
    return {
        "groups": tuple(groups),
        "mismatch": mismatch([members for members, _ in there], [share for _, share in there]),
        "explained": None if sample.adjusted is None else sample.adjusted.explained,
        "cut_at": None if sample.cut_at is None else rounded(sample.cut_at, setting.metric),
    }


def _compared(told: Result, setting: _Setting, sample: _Sample) -> Result:
    of_groups = [moments(sample.values[sample.groups == number]) for number in range(len(told.groups))]
    tunings = _tunings(setting, sample, of_groups)
    pairs = [_comparison(setting, of_groups, number, tunings[number]) for number in setting.treated]
    comparisons = _judged(pairs, setting)
    slices, differ = _slices(setting, sample) if setting.question.by and setting.status == "ended" else ((), None)
    told = msgspec.structs.replace(
        told, comparisons=comparisons, by=setting.question.by, slices=slices, slices_differ=differ
    )
    return _with_conclusions(
        told, Concluding(runs_against=_runs_against(sample), has_history=sample.adjusted is not None)
    )


def _tunings(setting: _Setting, sample: _Sample, of_groups: Sequence[Moments]) -> dict[int, float | None]:
    """For each group the r of its looks, settled by the days before alone; None where those tell nothing."""
    if setting.history < ENOUGH_HISTORY or len(sample.before) < 2:
        return dict.fromkeys(setting.treated)
    first, last = setting.assignment.first, setting.assignment.last
    days = WITHOUT_END if last is None else (last - first).days + 1
    grows = 1.0 if setting.metric.is_yes_or_no else (days / setting.history) ** 2
    variance = float(sample.before.var(ddof=1)) * grows
    counts = [max(group.count, 1) for group in of_groups]
    ends = {number: variance / counts[number] + variance / counts[setting.control] for number in setting.treated}
    return {number: tuned(end, setting.error_rate) if end > 0 else None for number, end in ends.items()}


def _comparison(setting: _Setting, of_groups: Sequence[Moments], number: int, tuning: float | None) -> Comparison:
    treated, control = of_groups[number], of_groups[setting.control]
    names = setting.assignment.groups
    base = Comparison(group=names[number], control=names[setting.control])
    apart = difference(treated, control)
    if apart is None:
        few = min(treated.count, control.count) < 2
        return msgspec.structs.replace(base, unknown="too_few_members" if few else "nobody_differs")
    if setting.status != "ended" and tuning is None:
        value = rounded(apart.value, setting.metric)
        return msgspec.structs.replace(base, difference=value, unknown="no_history")
    low, high, p = _at_end(apart, setting) if setting.status == "ended" else _on_any_day(apart, setting, tuning or 1.0)
    share = lift(treated, control, setting.error_rate) if setting.status == "ended" else None
    amounts = [rounded(value, setting.metric) for value in (apart.value, low, high)]
    totals = [rounded(value * treated.count, setting.metric) for value in (apart.value, low, high)]
    return msgspec.structs.replace(
        base,
        **dict(zip(("difference", "low", "high"), amounts, strict=True)),
        **dict(zip(("total", "total_low", "total_high"), totals, strict=True)),
        **(_lift_of(share.value, share.low, share.high) if share else _lift_by(control, apart.value, low, high)),
        p=p,
    )


def _at_end(apart: Difference, setting: _Setting) -> tuple[float, float, float]:
    return *apart.interval(setting.error_rate), apart.p


def _on_any_day(apart: Difference, setting: _Setting, tuning: float) -> tuple[float, float, float]:
    far = reach(apart.variance, tuning, setting.error_rate)
    return apart.value - far, apart.value + far, always_valid_p(apart.value, apart.variance, tuning)


def _lift_by(control: Moments, value: float, low: float, high: float) -> dict[str, float | None]:
    """While it runs, the interval of the difference as shares of the control's mean, where that is well known."""
    error = control.error or 0
    if control.mean <= 0 or error * 100 > control.mean**2:
        return _lift_of(None, None, None)
    return _lift_of(value / control.mean, low / control.mean, high / control.mean)


def _lift_of(value: float | None, low: float | None, high: float | None) -> dict[str, float | None]:
    return {"lift": value, "lift_low": low, "lift_high": high}


def _judged(comparisons: Sequence[Comparison], setting: _Setting) -> tuple[Comparison, ...]:
    """The comparisons with their p for all groups together, and whether they are shown.

    A group that cannot be compared counts as one that shows nothing, so that losing it makes the others no surer.
    """
    part = 1 - FOR_LOOKS if setting.status == "ended" else FOR_LOOKS
    chances = holm([1.0 if each.p is None else each.p for each in comparisons])
    return tuple(
        each
        if each.p is None
        else msgspec.structs.replace(each, p=chance, is_shown=chance <= setting.question.error_rate * part)
        for each, chance in zip(comparisons, chances, strict=True)
    )


def _runs_against(sample: _Sample) -> bool:
    return runs_against(sample.seen.early[sample.kept], sample.seen.late[sample.kept])


# --- slices -----------------------------------------------------------------------------------------------------------

CUTS = ("before", "tier", "region", "language")
"""By what a result may be cut: all of it was so before the first day, or does not hang on the experiment."""
_BANDS = ("nothing before", "lower third before", "middle third before", "upper third before")


def _slices(setting: _Setting, sample: _Sample) -> tuple[tuple[Slice, ...], float | None]:
    parts = _parts(setting.question.by or "", sample)
    slices: list[Slice] = []
    chances: list[float] = []
    for number in setting.treated:
        of_group, chance = _of_group(setting, sample, parts, number)
        slices += of_group
        chances += [] if chance is None else [chance]
    return tuple(slices), min(1.0, min(chances) * len(chances)) if chances else None


def _of_group(
    setting: _Setting, sample: _Sample, parts: NDArray[np.str_], number: int
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
            group, part, sum(side.count for side in pairs[part]), found[part], guesses.get(part), rate, setting.metric
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


def _pair(sample: _Sample, part: NDArray[np.bool_], treated: int, control: int) -> tuple[Moments, Moments]:
    of_treated, of_control = (moments(sample.values[part & (sample.groups == number)]) for number in (treated, control))
    return of_treated, of_control


def _parts(by: str, sample: _Sample) -> NDArray[np.str_]:
    if by not in CUTS:
        raise ExperimentTrouble(f"A result is cut by {', '.join(CUTS)}, not by `{by}`.")
    if by != "before":
        return np.asarray(sample.seen.traits[by], dtype=np.str_)[sample.kept]
    some = sample.before[sample.before > 0]
    bounds = np.quantile(some, [1 / 3, 2 / 3]) if len(some) else np.zeros(2)
    thirds = 1 + np.searchsorted(bounds, sample.before, side="left")
    return np.asarray(_BANDS)[np.where(sample.before > 0, thirds, 0)]


# --- figures ----------------------------------------------------------------------------------------------------------


def rounded(value: float, metric: Metric) -> Figure:
    """Money to the nearest minor unit, counts to six decimals."""
    return round(value) if metric.is_money else round(value, 6)


def _mean(values: Floats, metric: Metric) -> Figure | None:
    return rounded(float(values.mean()), metric) if len(values) else None


def _with_conclusions(told: Result, concluding: Concluding) -> Result:
    return msgspec.structs.replace(told, conclusions=tuple(concluded(told, concluding)))
