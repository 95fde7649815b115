"""The redemption curve: how likely a point is to be used yet, by its age in months, from what became of those before.

For each age, of all points that were there at that age the share that was used and the share that lapsed: points are
what patients are to a survival curve. It is the chain ladder with each age weighted by its volume, and for points that
are still there (censored) the Kaplan-Meier estimate with two ways to leave (Aalen-Johansen). What was taken back after
a return, or sent to another member, was not there at all.

The likelihood of use of a point of an age is worked out from the oldest age down. Of older points than any so far
nothing is known, and they count as used all the same: breakage is recognised only as far as it is highly probable that
it will not have to be taken back (IFRS 15.56, B46).

**Worked.** 100 points at age 0: 40 used, 10 lapse. Of the 50 left 20 are used at age 1, and 20 lapse. 10 have an age
of 2 before them, of which nothing is known: 1. At age 1: 20/50 + 10/50 x 1 = 60 %. At the grant: 40/100 + 50/100 x 60 %
= 70 %.

Shares are whole numbers of millionths, so that the same history gives the same books on every machine.

Sources: E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", 1958; O. Aalen, S. Johansen,
1978; T. Mack, "Distribution-free calculation of the standard error of chain ladder reserve estimates", 1993.
"""

from collections import Counter

from guerdon.core.amounts import Rounding, divide

CERTAIN = 1_000_000
"""A likelihood of one, in millionths."""


class Curve:
    """What became of points at each age, added up as months go by."""

    def __init__(self) -> None:
        self._there = Counter[int]()
        self._used = Counter[int]()
        self._lapsed = Counter[int]()
        self._likelihoods: list[int] = []

    def add(self, age: int, *, there: int, used: int, lapsed: int) -> None:
        """Add what became of the points that were there in one month, at an age in months."""
        self._there[age] += there
        self._used[age] += used
        self._lapsed[age] += lapsed
        self._likelihoods = []

    def likelihood(self, age: int) -> int:
        """How likely a point is to be used that has the month of this age before it, in millionths; 0: at its grant."""
        if not self._likelihoods:
            self._likelihoods = self._worked_out()
        return self._likelihoods[age] if age < len(self._likelihoods) else CERTAIN

    @property
    def ages(self) -> int:
        """How many ages anything is known of."""
        return max((age for age, there in self._there.items() if there > 0), default=-1) + 1

    def _worked_out(self) -> list[int]:
        likelihoods = [CERTAIN]
        for age in reversed(range(self.ages)):
            likelihoods.append(self._at(age, likelihoods[-1]))
        return likelihoods[::-1]

    def _at(self, age: int, next_age: int) -> int:
        there, used, lapsed = self._there[age], self._used[age], self._lapsed[age]
        if there <= 0:
            return next_age
        return divide(used * CERTAIN + (there - used - lapsed) * next_age, there, Rounding.NEAREST)
