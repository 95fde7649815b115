"""Reading an experiment: from one row a member to what may be concluded."""

from datetime import date

import msgspec

from guerdon.insight.experiments.assignment import Assignment
from guerdon.insight.experiments.comparing import comparisons
from guerdon.insight.experiments.conclusions import Concluding, concluded
from guerdon.insight.experiments.cutting import cut
from guerdon.insight.experiments.dealing import TOO_UNLIKELY, mismatch
from guerdon.insight.experiments.means import Floats
from guerdon.insight.experiments.metrics import Metric, Observed
from guerdon.insight.experiments.question import ENOUGH_HISTORY, Question, Setting, rounded, setting_of
from guerdon.insight.experiments.result import Figure, Group, Result
from guerdon.insight.experiments.sample import Sample, sampled


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
    setting = setting_of(assignment, question, until, history, stopped=stopped)
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
    sample, left_out = sampled(setting, seen)
    told = msgspec.structs.replace(told, left_out=left_out, **_of_groups(setting, sample))
    if told.mismatch is not None and told.mismatch < TOO_UNLIKELY:
        return _with_conclusions(told, Concluding())
    return _compared(told, setting, sample)


def _of_groups(setting: Setting, sample: Sample) -> dict[str, object]:
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


def _compared(told: Result, setting: Setting, sample: Sample) -> Result:
    found = comparisons(setting, sample)
    at_end = setting.question.by is not None and setting.status == "ended"
    slices, differ = cut(setting, sample) if at_end else ((), None)
    told = msgspec.structs.replace(told, comparisons=found, by=setting.question.by, slices=slices, slices_differ=differ)
    concluding = Concluding(runs_against=sample.runs_against, has_history=sample.adjusted is not None)
    return _with_conclusions(told, concluding)


def _mean(values: Floats, metric: Metric) -> Figure | None:
    return rounded(float(values.mean()), metric) if len(values) else None


def _with_conclusions(told: Result, concluding: Concluding) -> Result:
    return msgspec.structs.replace(told, conclusions=tuple(concluded(told, concluding)))
