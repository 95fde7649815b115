"""Searching: which settings are tried, one after the other.

Few enough are all tried. Of more, Optuna's tree-structured Parzen estimator chooses by what came out so far, towards
less cost, more reach and the goals. A choice that was tried before is replaced by one that was not, drawn with the same
seed; so the same seed tries the same settings in the same order, and no try is spent twice.

Source: Watanabe (2023), Tree-structured Parzen estimator, arXiv:2304.11127.
"""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from guerdon.insight.extras import needs

if TYPE_CHECKING:
    from optuna import Study, Trial

Values = tuple[str, ...]
"""A value for each setting, in the order of the file."""


class Outcome(NamedTuple):
    """What settings came to, for choosing the next."""

    cost: float
    reached: float
    excesses: Mapping[str, float]
    """By goal: how far on the wrong side; at most zero: on the right side."""


class Range(NamedTuple):
    """The values that a setting may take."""

    path: str
    values: tuple[str, ...]
    is_ordered: bool
    """Whether neighbours in the list are alike, as numbers are."""


Try = Callable[[Values], Outcome | None]
"""Tries settings; None: they are no program."""


def combinations(ranges: Sequence[Range]) -> int:
    """How many settings there are."""
    return prod([len(one.values) for one in ranges])


def search(ranges: Sequence[Range], tries: int, seed: int, attempt: Try) -> None:
    """Try at most so many settings, each once."""
    if combinations(ranges) <= tries:
        for values in itertools.product(*[one.values for one in ranges]):
            attempt(values)
    else:
        _Search(ranges, seed, attempt).run(tries)


class _Search:
    """A search that an optimiser leads."""

    def __init__(self, ranges: Sequence[Range], seed: int, attempt: Try) -> None:
        self._ranges, self._attempt = ranges, attempt
        self._chance = random.Random(seed)
        self._study = _study(seed)
        self._tried: set[Values] = set()

    def run(self, tries: int) -> None:
        while len(self._tried) < tries:
            trial = self._study.ask()
            values = tuple([_suggested(trial, one) for one in self._ranges])
            if values in self._tried:
                self._give_up(trial)
                self._study.enqueue_trial(self._untried())
            else:
                self._tried.add(values)
                self._tell(trial, self._attempt(values))

    def _tell(self, trial: "Trial", outcome: Outcome | None) -> None:
        if outcome is None:
            self._give_up(trial)
            return
        for name, excess in outcome.excesses.items():
            trial.set_constraint(name, excess)
        self._study.tell(trial, [outcome.cost, outcome.reached])

    def _give_up(self, trial: "Trial") -> None:
        from optuna.trial import TrialState

        self._study.tell(trial, state=TrialState.FAIL)

    def _untried(self) -> dict[str, object]:
        """Settings that were not tried, by chance. There are some: more exist than are to be tried."""
        while True:
            places = [self._chance.randrange(len(one.values)) for one in self._ranges]
            values = tuple([one.values[place] for one, place in zip(self._ranges, places, strict=True)])
            if values not in self._tried:
                return {
                    one.path: place if one.is_ordered else one.values[place]
                    for one, place in zip(self._ranges, places, strict=True)
                }


def _study(seed: int) -> "Study":
    needs("insight")
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(directions=["minimize", "maximize"], sampler=optuna.samplers.TPESampler(seed=seed))


def _suggested(trial: "Trial", one: Range) -> str:
    if one.is_ordered:
        return one.values[trial.suggest_int(one.path, 0, len(one.values) - 1)]
    return trial.suggest_categorical(one.path, one.values)
