"""Goals: what is wanted of a program, and how far settings are from it.

**Worked.** ``cost: under 1.2 % of sales``. A cost of 150.00 on sales of 10,000.00 is 1.5 %, over the limit by a quarter
of it: 0.25 is missing. At 120.00 it is 1.2 % and not under it: nothing is missing, and the goal is not met. What is
missing from several goals is added up; settings are near where that is little.
"""

from fractions import Fraction
from typing import Literal, NamedTuple

from guerdon.insight.simulation.result import Simulation
from guerdon.insight.tuning.result import Measured

Figure = Literal["cost", "reached", "liability"]
Word = Literal["under", "at most", "at least", "over"]
_DIGITS = 9
"""To how many digits a share is compared: an average of quarters is no whole number."""


class NotMeasurable(Exception):
    """A figure that a goal is about cannot be known on this history; the message says why."""


class Goal(NamedTuple):
    """What is wanted of one figure."""

    figure: Figure
    word: Word
    limit: Fraction
    """A share (0.012 is 1.2 %), or an amount in minor units."""
    is_share: bool
    words: str
    """As the file says it."""

    def on_part(self, share: float) -> "Goal":
        """The goal for a share of the members: an amount is so much less for them, a share of something is the same."""
        return self if self.is_share else self._replace(limit=self.limit * Fraction(str(share)))

    def is_met(self, measured: Measured) -> bool:
        """Whether a program keeps to it."""
        value = self._value(measured)
        if self.word in ("under", "over"):
            return value < self.limit if self.word == "under" else value > self.limit
        return value <= self.limit if self.word == "at most" else value >= self.limit

    def excess(self, measured: Measured) -> float:
        """How far a program is on the wrong side, as a share of the limit; below zero: on the right side."""
        over = self._value(measured) - self.limit
        wrong = over if self.word in ("under", "at most") else -over
        return float(wrong / self.limit) if self.limit else float(wrong)

    def _value(self, measured: Measured) -> Fraction:
        if self.figure == "reached":
            return Fraction(str(round(measured.reached, _DIGITS)))
        if self.figure == "liability":
            return Fraction(measured.liability)
        return Fraction(measured.cost, measured.sales) if self.is_share else Fraction(measured.cost)


def missing(goals: tuple[Goal, ...], measured: Measured) -> float:
    """What is missing from all goals, each as a share of its limit."""
    return sum([max(goal.excess(measured), 0.0) for goal in goals])


def meets(goals: tuple[Goal, ...], measured: Measured) -> bool:
    """Whether all goals are met."""
    return all(goal.is_met(measured) for goal in goals)


def measured_in(simulation: Simulation) -> Measured:
    """The figures of a simulation that goals may be about. Raises NotMeasurable."""
    draft, sales = simulation.draft, simulation.history.sales
    if draft.share_of_sales is None or sales <= 0:
        raise NotMeasurable("Nothing was sold in the history: a cost has no share of that.")
    if draft.reached_a_quarter is None:
        raise NotMeasurable("The history tells of no members who were enrolled: nobody could reach a reward.")
    return Measured(
        cost=draft.cost,
        sales=sales,
        share_of_sales=draft.share_of_sales,
        reached=draft.reached_a_quarter,
        liability=draft.liability,
        members=simulation.history.members,
    )
