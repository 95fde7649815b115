"""When habits happen: a year without chance.

A habit of so many times a year cuts the year into as many equal parts and happens in the middle of each. One that keeps
to weekdays happens on the next of them; where that lies behind the year, on the last before.

**Worked.** Once a year from 1 January falls on 2 July, the 183rd of 365 days; twice a year on 2 April and 1 October.
104 times a year is every three and a half days; kept to Saturdays, it is two purchases each Saturday, or one and three
where the parts fall so.

What comes back does so evenly too: of a habit with a tenth returned the 10th, the 20th, the 30th purchase.
"""

from collections.abc import Sequence
from typing import NamedTuple

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Day, add_months, weekday_of
from guerdon.insight.shopping.habits import Habit


class Occasion(NamedTuple):
    """A habit that happens once."""

    day: Day
    minute: int
    """Minutes since local midnight."""
    habit: int
    """Its place among the shopper's habits."""
    number: int
    """Which time it is, from 0."""
    is_returned: bool
    """Whether the goods come back."""


def occasions(habits: Sequence[Habit], first: Day) -> list[Occasion]:
    """Everything that happens in the year from a day on, in order."""
    end = add_months(first, 12)
    return sorted(
        Occasion(_day(habit, number, first, end), habit.minute, place, number, _comes_back(habit.returned, number))
        for place, habit in enumerate(habits)
        for number in range(habit.times)
    )


def _day(habit: Habit, number: int, first: Day, end: Day) -> Day:
    """In the middle of its part of the year, kept to the habit's weekdays."""
    day = first + (2 * number + 1) * (end - first) // (2 * habit.times)
    if not habit.weekdays:
        return day
    week = [day + ahead for ahead in range(7) if weekday_of(day + ahead) in habit.weekdays]
    behind = [day - back for back in range(7) if weekday_of(day - back) in habit.weekdays]
    return week[0] if week[0] < end else behind[0]


def _comes_back(share: Rate, number: int) -> bool:
    """Whether the share of all purchases so far takes in one more with this one."""
    return (number + 1) * share.amount // share.per > number * share.amount // share.per
