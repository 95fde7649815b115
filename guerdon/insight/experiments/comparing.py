"""Each group against the control: at the end by the usual interval, before it by one that is right on any day."""

from collections.abc import Sequence

import msgspec

from guerdon.insight.experiments.looking import always_valid_p, reach, tuned
from guerdon.insight.experiments.many import holm
from guerdon.insight.experiments.means import Difference, Moments, difference, lift
from guerdon.insight.experiments.question import ENOUGH_HISTORY, FOR_LOOKS, WITHOUT_END, Setting, rounded
from guerdon.insight.experiments.result import Comparison
from guerdon.insight.experiments.sample import Sample


def comparisons(setting: Setting, sample: Sample) -> tuple[Comparison, ...]:
    """Every group but the control against it, in the order of the file."""
    of_groups = [sample.of(number) for number in range(len(setting.assignment.groups))]
    tunings = _tunings(setting, sample, of_groups)
    return _judged([_comparison(setting, of_groups, number, tunings[number]) for number in setting.treated], setting)


def _tunings(setting: Setting, sample: Sample, of_groups: Sequence[Moments]) -> dict[int, float | None]:
    """For each group the r of its looks, settled by the days before alone; None where those tell nothing."""
    if setting.history < ENOUGH_HISTORY or len(sample.before) < 2:
        return dict.fromkeys(setting.treated)
    first, last = setting.assignment.first, setting.assignment.last
    days = WITHOUT_END if last is None else (last - first).days + 1
    grows = 1.0 if setting.metric.is_yes_or_no else (days / setting.history) ** 2
    variance = float(sample.before.var(ddof=1)) * grows
    counts = [max(group.members, 1) for group in of_groups]
    ends = {number: variance / counts[number] + variance / counts[setting.control] for number in setting.treated}
    return {number: tuned(end, setting.error_rate) if end > 0 else None for number, end in ends.items()}


def _comparison(setting: Setting, of_groups: Sequence[Moments], number: int, tuning: float | None) -> Comparison:
    treated, control = of_groups[number], of_groups[setting.control]
    names = setting.assignment.groups
    base = Comparison(group=names[number], control=names[setting.control])
    apart = difference(treated, control)
    if apart is None:
        few = min(treated.members, control.members) < 2
        return msgspec.structs.replace(base, unknown="too_few_members" if few else "nobody_differs")
    if setting.status != "ended" and tuning is None:
        value = rounded(apart.value, setting.metric)
        return msgspec.structs.replace(base, difference=value, unknown="no_history")
    low, high, p = _at_end(apart, setting) if setting.status == "ended" else _on_any_day(apart, setting, tuning or 1.0)
    share = lift(treated, control, setting.error_rate) if setting.status == "ended" else None
    amounts = [rounded(value, setting.metric) for value in (apart.value, low, high)]
    totals = [rounded(value * treated.members, setting.metric) for value in (apart.value, low, high)]
    return msgspec.structs.replace(
        base,
        **dict(zip(("difference", "low", "high"), amounts, strict=True)),
        **dict(zip(("total", "total_low", "total_high"), totals, strict=True)),
        **(_lift_of(share.value, share.low, share.high) if share else _lift_by(control, apart.value, low, high)),
        p=p,
    )


def _at_end(apart: Difference, setting: Setting) -> tuple[float, float, float]:
    return *apart.interval(setting.error_rate), apart.p


def _on_any_day(apart: Difference, setting: Setting, tuning: float) -> tuple[float, float, float]:
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


def _judged(comparisons: Sequence[Comparison], setting: Setting) -> tuple[Comparison, ...]:
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
