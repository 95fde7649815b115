"""Asking a lake about an experiment: what the command line and the service call."""

from datetime import date
from typing import Any

import numpy as np
from numpy.random import default_rng

from guerdon.core.timeline import Timeline
from guerdon.insight.experiments.assignment import Assignment, ExperimentTrouble, assigned, stopped_early
from guerdon.insight.experiments.bandit import Arm, Spent, Taken, shares
from guerdon.insight.experiments.metrics import BEFORE, Days, Observed, first_day, observed
from guerdon.insight.experiments.question import Question, metric_of, setting_of, status_of
from guerdon.insight.experiments.reading import read
from guerdon.insight.experiments.result import Offer, Offers, Result
from guerdon.insight.experiments.sample import sampled


def ask(timeline: Timeline, tables: Any, name: str, question: Question, *, until: date, currency: str) -> Result:
    """What the experiment of a name has shown up to a day. Raises ``ExperimentTrouble``."""
    assignment = assigned(timeline, name)
    seen, history = _seen(tables, assignment, question, until)
    stopped = stopped_early(timeline, assignment)
    return read(assignment, seen, question, until=until, history=history, stopped=stopped, currency=currency)


def _seen(tables: Any, assignment: Assignment, question: Question, until: date) -> tuple[Observed, int]:
    """What members did, and how many days before the first one are known."""
    last = until if assignment.last is None else min(until, assignment.last)
    before = assignment.first - BEFORE
    began = first_day(tables)
    known = 0 if began is None else (assignment.first - max(began, before)).days
    days = Days(before, assignment.first, max(last, assignment.first))
    return observed(tables, metric_of(question.metric), days), max(known, 0)


def offer(
    timeline: Timeline, tables: Any, name: str, question: Question, *, until: date, least: float, seed: int
) -> Offers:
    """How the next experiment should deal its members out, if the groups of this one are offers to choose from.

    By a metric of yes or no the share of members counts, by any other the mean per member. Raises
    ``ExperimentTrouble`` and ``TooFewMembers``.
    """
    assignment = assigned(timeline, name)
    if not 0 <= least <= 1:
        raise ExperimentTrouble(f"The least share lies from 0 % to 100 %, not at {least:.0%}.")
    if status_of(assignment, until, stopped=False) == "not_begun":
        raise ExperimentTrouble(f"`{name}` begins on {assignment.first}: nothing is known of its groups before.")
    seen, history = _seen(tables, assignment, question, until)
    setting = setting_of(assignment, question, until, history, stopped=False)
    sample, _ = sampled(setting, seen)
    arms: dict[str, Arm] = {
        group: _arm(sample.raw[sample.groups == number], yes_or_no=setting.metric.is_yes_or_no)
        for number, group in enumerate(assignment.groups)
    }
    dealt = shares(arms, default_rng(seed), least=least)
    members = np.bincount(sample.groups, minlength=len(arms))
    offers = [
        Offer(group, int(there), arms[group].mean, dealt[group]) for group, there in zip(arms, members, strict=True)
    ]
    return Offers(name, question.metric, seed, tuple(offers))


def _arm(values: "np.typing.NDArray[np.float64]", *, yes_or_no: bool) -> Arm:
    return Taken(len(values), int(values.sum())) if yes_or_no else Spent.of(values)
