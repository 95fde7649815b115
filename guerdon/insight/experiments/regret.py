"""What choosing offers well saves, by simulation: the members who got a worse offer than the best, and what that lost.

**Regret** is what was missed against giving everybody the best offer from the start, which nobody knows then. Compared
are three ways to deal out the same members in rounds:

- ``experiment``: equal shares for half of the members, then the one in front for everybody else;
- ``greedy``: the best so far for nine tenths of each round, the rest at random (epsilon-greedy);
- ``thompson``: shares as ``bandit`` gives them.

**Worked.** Shares of 10 % and 12 % among 1,000 members: who gives both the same number misses 500 · 0.02 = 10 takers.

The seed is told, so that the table can be made again. What it shows holds for offers whose worth stays as it is; where
it changes with the weeks, no rule that looks back is safe.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from guerdon.insight.experiments.bandit import Taken, best_draws

Counts = NDArray[np.int64]
Way = Callable[[Counts, Counts, int, Generator], Counts]
"""From offered and taken by arm, and how many members are next, to how many of them get each arm."""

EXPLORED = 0.1
"""The share of a round that ``greedy`` deals out at random."""
TESTED = 0.5
"""The share of all members that ``experiment`` deals out equally before it chooses."""


class Regret(NamedTuple):
    """How a way of choosing did, over many runs."""

    way: str
    missed: float
    """Takers missed against the best offer for everybody, on average."""
    missed_at_worst: float
    """The same in the worst twentieth of the runs, at its least."""
    best_share: float
    """Which share of members got the best offer."""
    found: float
    """In which share of the runs the best offer was the one in front at the end."""


def simulated(rates: Sequence[float], *, members: int, rounds: int, runs: int, seed: int) -> tuple[Regret, ...]:
    """How each way does where offers are taken by these shares of members, each in a world of its own chance."""
    sizes = [len(part) for part in np.array_split(np.arange(members), rounds)]
    ways: Mapping[str, Way] = {
        "experiment": _experiment(round(members * TESTED)),
        "greedy": _greedy,
        "thompson": _thompson,
    }
    return tuple(_simulated(name, way, rates, sizes, runs, seed) for name, way in ways.items())


def _simulated(name: str, way: Way, rates: Sequence[float], sizes: Sequence[int], runs: int, seed: int) -> Regret:
    chances, best = np.asarray(rates), int(np.argmax(rates))
    missed, given_best, found = [], [], []
    for run in range(runs):
        offered, taken = _run(way, chances, sizes, np.random.default_rng([seed, run]))
        missed.append(float(offered @ (chances[best] - chances)))
        given_best.append(offered[best] / offered.sum())
        found.append(_front(offered, taken) == best)
    worst = float(np.quantile(missed, 0.95))
    return Regret(name, float(np.mean(missed)), worst, float(np.mean(given_best)), float(np.mean(found)))


def _run(way: Way, chances: NDArray[np.float64], sizes: Sequence[int], generator: Generator) -> tuple[Counts, Counts]:
    offered, taken = np.zeros(len(chances), np.int64), np.zeros(len(chances), np.int64)
    for size in sizes:
        dealt = way(offered, taken, size, generator)
        offered, taken = offered + dealt, taken + generator.binomial(dealt, chances)
    return offered, taken


def _front(offered: Counts, taken: Counts) -> int:
    return int(np.argmax((taken + 1) / (offered + 2)))


def _equally(arms: int, size: int, generator: Generator) -> Counts:
    return generator.multinomial(size, np.full(arms, 1 / arms))


def _experiment(tested: int) -> Way:
    def dealt(offered: Counts, taken: Counts, size: int, generator: Generator) -> Counts:
        if offered.sum() < tested:
            return _equally(len(offered), size, generator)
        return _all_to(_front(offered, taken), len(offered), size)

    return dealt


def _greedy(offered: Counts, taken: Counts, size: int, generator: Generator) -> Counts:
    explored = round(size * EXPLORED) if offered.sum() else size
    return _all_to(_front(offered, taken), len(offered), size - explored) + _equally(len(offered), explored, generator)


def _thompson(offered: Counts, taken: Counts, size: int, generator: Generator) -> Counts:
    arms = [Taken(int(all_), int(some)) for all_, some in zip(offered, taken, strict=True)]
    return np.bincount(best_draws(arms, generator, size), minlength=len(arms))


def _all_to(arm: int, arms: int, size: int) -> Counts:
    dealt = np.zeros(arms, np.int64)
    dealt[arm] = size
    return dealt
