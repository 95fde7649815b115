"""Who is in which group, over all versions of a program that were in force while the experiment ran.

The groups of an experiment lie on 10,000 steps. A version that changes the shares moves some steps from one group to
another; whoever stands there was in both, and is compared with nobody. A step hangs on nothing but two texts, so
leaving them out leaves the rest as comparable as before; the shares that are expected are those of the steps that
remain.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guerdon.core.experiments import STEPS, group_at, step
from guerdon.core.program import Experiment
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version

_MOVED = -1


class ExperimentTrouble(Exception):
    """An experiment that cannot be read; the message says why."""


class Assignment(NamedTuple):
    """An experiment as it was dealt out from its first day on."""

    name: str
    groups: tuple[str, ...]
    places: NDArray[np.int64]
    """The number of the group that has each of the 10,000 steps; -1 where it was not one and the same throughout."""
    first: date
    last: date | None
    """The last day; None: it has no end."""

    @property
    def steps(self) -> list[int]:
        """How many steps each group has."""
        return [int((self.places == number).sum()) for number in range(len(self.groups))]

    def of(self, keys: Sequence[str]) -> NDArray[np.int64]:
        """The number of each member's group; -1 where it was not one and the same throughout."""
        return self.places[[step(self.name, key) for key in keys]]


def assigned(timeline: Timeline, name: str) -> Assignment:
    """Who was in which group of the experiment of a name; raises ``ExperimentTrouble`` where no version has it."""
    versions = _versions_with(timeline, name)
    if not versions:
        raise ExperimentTrouble(f"The program has no experiment `{name}`. {_which(timeline)}")
    experiments = [version.program.experiments[name] for version in versions]
    first, last = _days(timeline, versions, experiments[-1])
    groups = tuple(dict.fromkeys(group for experiment in experiments for group in experiment.groups))
    return Assignment(name, groups, _places(experiments, groups), first, last)


def names(timeline: Timeline) -> list[str]:
    """The experiments of the newest version that has any, in the order of the file."""
    with_any = [version.program.experiments for version in timeline.versions if version.program.experiments]
    return list(with_any[-1]) if with_any else []


def stopped_early(timeline: Timeline, assignment: Assignment) -> bool:
    """Whether a version dropped the experiment before the last day that it was meant to have."""
    planned = _versions_with(timeline, assignment.name)[-1].program.experiments[assignment.name].between
    return assignment.last is not None and (planned is None or assignment.last < planned[1])


def _versions_with(timeline: Timeline, name: str) -> list[Version]:
    """The last run of versions, one after another, that have the experiment."""
    run: list[Version] = []
    for version in reversed(timeline.versions):
        if name in version.program.experiments:
            run.append(version)
        elif run:
            break
    return run[::-1]


def _days(timeline: Timeline, versions: Sequence[Version], experiment: Experiment) -> tuple[date, date | None]:
    first, last = experiment.between or (date.min, None)
    after = timeline.versions[timeline.versions.index(versions[-1]) + 1 :]
    if after:
        dropped = after[0].program.effective_from - timedelta(1)
        last = dropped if last is None else min(last, dropped)
    return max(first, versions[0].program.effective_from), last


def _places(experiments: Sequence[Experiment], groups: Sequence[str]) -> NDArray[np.int64]:
    numbers = {group: number for number, group in enumerate(groups)}
    dealt = np.asarray([[numbers[group_at(each, place)] for place in range(STEPS)] for each in experiments])
    return np.where((dealt == dealt[0]).all(axis=0), dealt[0], _MOVED)


def _which(timeline: Timeline) -> str:
    there = names(timeline)
    return f"It has {', '.join(f'`{name}`' for name in there)}." if there else "It has none: add `experiments:` to it."
