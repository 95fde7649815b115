"""Offers chosen by Thompson sampling: the better an offer has done so far, the more members get it next.

An **arm** is an offer. What is known of it is a distribution of what it is worth: from how many took it of those who
got it (Beta), or from what they spent (Student's t). Each next member is dealt out by drawing once from every arm and
taking the highest draw. An arm that is known to be worse is drawn high ever more rarely; one that is hardly known still
is. So it learns and earns at once, where an experiment of fixed shares sends half of the members the worse offer to its
end.

Guerdon deals out by hash and not by dice, so that a replay comes to the same. So the draws are not made member by
member but for a **round**: ``shares`` says how often each arm has the highest draw, and so does the next experiment of
the program file deal members out. Nothing is lost by it but speed of learning.

What an arm is worth at the end is known badly for arms that few got, and a difference between arms is no longer that of
groups of chance alone: rounds differ in their weeks. To tell how much better the better offer is, run an experiment.

**Worked.** Two offers went to 100 members each; 10 and 20 took them. Before anything was known each share was as likely
(Beta(1, 1)), now they are Beta(11, 91) and Beta(21, 81), with means of 11/102 = 10.8 % and 21/102 = 20.6 %. The second
is the better one with a probability of about 97 %, and gets 97 % of the next members; with a least share of 5 % for
each it is 95 % and 5 %.

Sources: W. Thompson, On the likelihood that one unknown probability exceeds another, Biometrika 25 (1933); D. Russo et
al., A tutorial on Thompson sampling (2018).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.random import Generator

from guerdon.insight.experiments.means import Floats

STEPS = 10_000
"""How finely an experiment deals members out."""


class Arm(Protocol):
    """What is known of an offer."""

    @property
    def mean(self) -> float:
        """What it is expected to be worth."""

    def draws(self, generator: Generator, count: int) -> Floats:
        """What it may be worth, drawn so many times."""


class Taken(NamedTuple):
    """An offer that is taken or not; what is drawn is the share of members who take it."""

    offered: int
    taken: int

    @property
    def mean(self) -> float:
        """The share that is expected: one taken and one not are added, as nothing is known at first."""
        return (self.taken + 1) / (self.offered + 2)

    def draws(self, generator: Generator, count: int) -> Floats:
        """Shares, drawn."""
        return generator.beta(1 + self.taken, 1 + self.offered - self.taken, count)


class Spent(NamedTuple):
    """An offer that is followed by spending; what is drawn is the mean that a member spends."""

    members: int
    total: float
    squares: float
    """The sum of the squares of what each spent."""

    @classmethod
    def of(cls, values: Floats) -> "Spent":
        """What members spent, one figure each."""
        return cls(len(values), float(values.sum()), float((values**2).sum()))

    @property
    def mean(self) -> float:
        """The mean of those who got it; 0 with nobody."""
        return self.total / self.members if self.members else 0.0

    def draws(self, generator: Generator, count: int) -> Floats:
        """Means, drawn from Student's t, as when all means and all spreads are as likely; takes three members."""
        degrees = self.members - 1
        variance = max(self.squares - self.total * self.mean, 0.0) / degrees
        draws: Floats = self.mean + np.sqrt(variance / self.members) * generator.standard_t(degrees, count)
        return draws


class TooFewMembers(Exception):
    """An arm of which too little is known to be drawn; the message names it."""


_LEAST_MEMBERS = 3
"""Below three a spread is not known at all: its t has no finite variance."""


def check(arms: Mapping[str, Arm]) -> None:
    """Raise ``TooFewMembers`` where an arm cannot be drawn from."""
    for name, arm in arms.items():
        if isinstance(arm, Spent) and arm.members < _LEAST_MEMBERS:
            raise TooFewMembers(
                f"`{name}` went to {arm.members} members; what they spend takes {_LEAST_MEMBERS} to tell."
            )


def best_draws(arms: Sequence[Arm], generator: Generator, count: int) -> "np.typing.NDArray[np.int64]":
    """For each draw, which arm has the highest."""
    drawn = np.stack([arm.draws(generator, count) for arm in arms])
    return np.asarray(drawn.argmax(axis=0), dtype=np.int64)


def chosen(arms: Sequence[Arm], generator: Generator) -> int:
    """The arm for one next member."""
    return int(best_draws(arms, generator, 1)[0])


def shares(arms: Mapping[str, Arm], generator: Generator, *, least: float = 0.0, draws: int = 20_000) -> dict[str, int]:
    """How many of 10,000 next members get each arm; they add up to 10,000. Each gets at least the least share.

    Raises ``TooFewMembers`` where an arm cannot be drawn from.
    """
    check(arms)
    best = np.bincount(best_draws(list(arms.values()), generator, draws), minlength=len(arms)) / draws
    floor = min(least, 1 / len(arms))
    above = np.maximum(best - floor, 0)
    free = 1 - floor * len(arms)
    weights = above / above.sum() if above.sum() > 0 else np.full(len(arms), 1 / len(arms))
    return dict(zip(arms, _whole(floor + weights * free), strict=True))


def _whole(parts: Floats) -> list[int]:
    """Parts as steps that add up, the largest remainders rounded up."""
    exact = parts * STEPS
    steps = np.floor(exact).astype(np.int64)
    short = STEPS - int(steps.sum())
    steps[np.argsort(-(exact - steps), kind="stable")[:short]] += 1
    return [int(step) for step in steps]
