"""Earning that comes with the calendar: birthdays, anniversaries, the start of each month, a date.

It falls due at the start of the day, under the conditions of that day, and reads its meters as they stood at the end of
the day before: a bonus on the first of the month for what the month before brought.

A return of goods later on takes nothing of it back: it was not given for one purchase.

**Worked.** ``on: 2026-03-29``, ``of: promo_spend``, ``rate: 3 per 1 MYR``, ``at_least: 600 MYR``, at most 3,000. Who
spent 600.00 through 28 March gets 1,800 on the 29th; who spent 599.99 nothing; who spent 1,200.00 gets 3,000.
"""

from datetime import date
from typing import TYPE_CHECKING

from guerdon.core.calendar import (
    Day,
    Instant,
    PeriodUnit,
    day_of,
    next_anniversary,
    next_birthday,
)
from guerdon.core.case import Case
from guerdon.core.workshop import Workshop
from guerdon.mechanics.earn_rule import EarnRule

if TYPE_CHECKING:
    from guerdon.mechanics.earn import Earn

DATED = ("birthday", "anniversary", "every", "date")
"""How a trigger begins that the calendar brings."""


def is_dated(trigger: str) -> bool:
    """Whether the calendar brings a trigger, and no event."""
    return trigger.partition(":")[0] in DATED


class DatedEarnRule(EarnRule):
    """An earning mechanic that waits for its day."""

    def __init__(self, settings: "Earn", workshop: Workshop) -> None:
        """Take the day apart."""
        super().__init__(settings, workshop)
        self.triggers = ()
        self._kind, _, self._which = settings.on.partition(":")

    def next_due(self, case: Case) -> Instant | None:
        """The start of the next day that brings it."""
        if case.state.enrolled_at is None:
            return None
        day = self._next_day(case, case.day_of(case.as_of))
        return None if day is None else case.version.zone.start(day)

    def settle(self, case: Case, at: Instant) -> None:
        """Give what the day brings, where the conditions hold."""
        if not self.is_live_on(case.day):
            return
        proposal = self.propose(case)
        if proposal is not None:
            self.carry_out(case, proposal)

    def _next_day(self, case: Case, day: Day) -> Day | None:
        """The first day after a day that brings it; None: none will."""
        if self._kind == "birthday":
            return self._next_birthday(case.traits.birthday, day, int(self._which or 0))
        if self._kind == "anniversary":
            return next_anniversary(case.version.zone.day(case.state.enrolled_at or 0), day)
        if self._kind == "every":
            period: PeriodUnit = self._which  # type: ignore[assignment]
            return case.period_end(day, period)
        only = day_of(date.fromisoformat(self._which))
        return only if only > day else None

    def _next_birthday(self, birthday: str, day: Day, days_before: int) -> Day | None:
        found = next_birthday(birthday, day + days_before) if birthday else None
        return None if found is None else found - days_before

    def _day_read(self, case: Case) -> Day:
        return case.day - 1
