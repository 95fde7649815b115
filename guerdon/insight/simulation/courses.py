"""What members share, over time: how much of a budget or a stock was used by when.

Members are folded one by one, so nobody knows what the others used. A pass notes every use with its moment (**uses**);
the next pass is told, at each moment, what all members together had used before it (the **course**), as the till would
have told it. When what a pass uses is what it was told, it is right: see ``passes``.

**Worked.** A budget of 100. In the first pass nobody is told anything, and 60 are used on Monday, 60 on Tuesday, 60 on
Wednesday. In the second the use of Tuesday is told that 60 are gone and gets 40, and that of Wednesday that 120 are
gone and gets nothing. Now 60, 40 and 0 are used: the course is 0, 60, 100, and a third pass would be told the same.

Uses take bounded room: by the second, up to ``MOST_MOMENTS`` different ones, and beyond that by wider moments (2
seconds, 4 and so on). Uses within one moment do not know of each other: a limit may be exceeded by what is used in the
moment in which it runs out.
"""

from bisect import bisect_left
from itertools import accumulate

import msgspec

from guerdon.core.calendar import Instant

MOST_MOMENTS = 50_000
"""How many different moments of one limit are kept apart."""


class Uses(msgspec.Struct):
    """What was used of one shared limit, by moment."""

    width: int = 1
    """How many seconds a moment lasts; a power of two."""
    amounts: dict[int, int] = {}
    """By moment (the instant divided by the width): what was used, below zero what came back."""

    def add(self, at: Instant, amount: int) -> None:
        """Note a use at an instant."""
        moment = at // self.width
        self.amounts[moment] = self.amounts.get(moment, 0) + amount
        if len(self.amounts) > MOST_MOMENTS:
            self._widen(self.width * 2)

    def merge(self, other: "Uses") -> None:
        """Take in the uses that another process has noted."""
        self._widen(max(self.width, other.width))
        for moment, amount in other.amounts.items():
            at = moment * other.width // self.width
            self.amounts[at] = self.amounts.get(at, 0) + amount
        while len(self.amounts) > MOST_MOMENTS:
            self._widen(self.width * 2)

    def _widen(self, width: int) -> None:
        if width == self.width:
            return
        amounts: dict[int, int] = {}
        for moment, amount in self.amounts.items():
            at = moment * self.width // width
            amounts[at] = amounts.get(at, 0) + amount
        self.width, self.amounts = width, amounts

    @property
    def total(self) -> int:
        """What was used altogether."""
        return sum(self.amounts.values())

    def running(self) -> list[tuple[Instant, int]]:
        """Each moment's first instant with what was used up to its end, in the order of time."""
        moments = sorted(self.amounts)
        sums = accumulate([self.amounts[moment] for moment in moments])
        return [(moment * self.width, used) for moment, used in zip(moments, sums, strict=True)]

    def runs_out(self, allowed: int) -> Instant | None:
        """The moment after which as much is used as is allowed, for the first time; None: it never is."""
        return next((at for at, used in self.running() if used >= allowed), None)

    def course(self, allowed: int, *, always: bool = False) -> "Course | None":
        """What to tell about it in another pass; None where it is never used up, unless it is wanted ``always``."""
        running = self.running()
        if not always and all(used < allowed for _, used in running):
            return None
        told: list[tuple[Instant, int]] = []
        for at, used in running:
            capped = min(used, allowed)
            if capped != (told[-1][1] if told else 0):
                told.append((at, capped))
        return Course(self.width, [at for at, _ in told], [used for _, used in told])


class Course(msgspec.Struct, frozen=True):
    """How much of a shared limit is used at each time, never more than it allows."""

    width: int
    """As in ``Uses``."""
    moments: list[Instant]
    """When it changes, in the order of time: the first instants of moments."""
    used: list[int]
    """What is used up to the end of each of these moments."""

    def used_before(self, at: Instant) -> int:
        """What was used before the moment that an instant lies in."""
        place = bisect_left(self.moments, at // self.width * self.width)
        return self.used[place - 1] if place else 0
