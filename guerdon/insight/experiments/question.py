"""What is asked of an experiment, and how far it is: what all steps of reading it share.

**The error rate is spent once.** Of the 5 % of conclusions that may be wrong where nothing differs, a fifth goes to
looks while the experiment runs (``looking``), four fifths to the one look at its end. So whoever stops early when it is
shown, and waits for the end when it is not, is wrong in 5 % at most. An experiment that was stopped before its planned
end is judged by the rule for looks ever after. Several groups against one control share the rate too (Holm for p,
equal parts for intervals).
"""

from datetime import date
from typing import NamedTuple

import msgspec

from guerdon.insight.experiments.assignment import Assignment, ExperimentTrouble
from guerdon.insight.experiments.metrics import METRICS, Metric
from guerdon.insight.experiments.result import Figure

ERROR_RATE = 0.05
FOR_LOOKS = 0.2
"""Which part of the error rate is spent on looks before the end."""
CONTROLS = ("control", "holdout")
"""Names of groups that the others are compared with; else it is the first group."""
WITHOUT_END = 90
"""Days for which the interval of an experiment without an end is at its best."""
ENOUGH_HISTORY = 7
"""Days before the first one below which nothing can be told from before."""


CUTS = ("before", "tier", "region", "language")
"""By what a result may be cut: all of it was so before the first day, or does not hang on the experiment."""


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


class Setting(NamedTuple):
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


def status_of(assignment: Assignment, until: date, *, stopped: bool) -> str:
    """How far an experiment is on a day."""
    if until < assignment.first:
        return "not_begun"
    if assignment.last is None or until < assignment.last:
        return "running"
    return "stopped" if stopped else "ended"


def setting_of(assignment: Assignment, question: Question, until: date, history: int, *, stopped: bool) -> Setting:
    """The question, made out for an experiment; raises ``ExperimentTrouble`` where it does not fit."""
    check(question)
    control = _control(assignment, question.control)
    treated = tuple(number for number in range(len(assignment.groups)) if number != control)
    status = status_of(assignment, until, stopped=stopped)
    return Setting(question, metric_of(question.metric), assignment, status, until, control, treated, history)


def metric_of(name: str) -> Metric:
    """The metric of a name; raises ``ExperimentTrouble`` for another."""
    if name not in METRICS:
        raise ExperimentTrouble(f"There is no metric `{name}`; there are {', '.join(METRICS)}.")
    return METRICS[name]


def check(question: Question) -> None:
    """Raise ``ExperimentTrouble`` for a question that fits no experiment."""
    metric_of(question.metric)
    if question.by is not None and question.by not in CUTS:
        raise ExperimentTrouble(f"A result is cut by {', '.join(CUTS)}, not by `{question.by}`.")
    # Written so that it is true of no number that is none.
    if not 0.5 <= question.quantile <= 1:
        raise ExperimentTrouble(f"Figures are cut at a quantile from 0.5 to 1, not at {question.quantile}.")


def _control(assignment: Assignment, asked: str | None) -> int:
    if asked is None:
        return next((assignment.groups.index(name) for name in CONTROLS if name in assignment.groups), 0)
    if asked not in assignment.groups:
        there = ", ".join(assignment.groups)
        raise ExperimentTrouble(f"`{assignment.name}` has no group `{asked}`; it has {there}.")
    return assignment.groups.index(asked)


def rounded(value: float, metric: Metric) -> Figure:
    """Money to the nearest minor unit, counts to six decimals."""
    return round(value) if metric.is_money else round(value, 6)
