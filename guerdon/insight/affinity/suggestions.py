"""What to suggest to a member, and why: what it will want again, and what it might try.

*Again* is what the member bought on the most days. *New* is what it never bought and what is most alike to what it
buys; it is suggested "because you buy" the two things that spoke for it most. A member who bought nothing yet gets what
is popular, and that is said.

**Worked.** The member bought coffee on 7 days, log(1 + 7) = 2.08, and tea on 1 day, 0.69. Biscuits are like coffee 0.30
and like tea 0.50: their score is 2.08 x 0.30 + 0.69 x 0.50 = 0.97, "because you buy coffee and tea", coffee first.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec

from guerdon.insight.affinity.baskets import Counts
from guerdon.insight.affinity.methods import similarity

_REASONS = 2


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One thing for one member."""

    thing: str
    is_new: bool
    """The member never bought it."""
    days: int
    """On which the member bought it."""
    score: float
    """The higher the better; to be compared within one member's suggestions of one kind only."""
    because: tuple[str, ...]
    """What the member buys that speaks for it, the strongest first. Empty: it is suggested for being popular."""


class Suggester:
    """Suggests things out of counts."""

    def __init__(self, found: Counts) -> None:
        self.found = found

    @cached_property
    def _alike(self) -> Any:
        return similarity(self.found.days).tocsc() if self.found.things else None

    @cached_property
    def _popular(self) -> list[tuple[str, int]]:
        buyers = (self.found.days > 0).sum(axis=0)
        pairs = [(thing, int(buyers[0, place])) for place, thing in enumerate(self.found.things)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def is_cold(self, member: int) -> bool:
        """Whether nothing is known that the member likes."""
        return member not in self.found.row

    def again(self, member: int, most: int = 5) -> list[Suggestion]:
        """What the member buys most often."""
        bought = list(self.found.of(member).items())[:most]
        return [
            Suggestion(thing=thing, is_new=False, days=days, score=float(days), because=(thing,))
            for thing, days in bought
        ]

    def new(self, member: int, most: int = 5) -> list[Suggestion]:
        """What the member never bought and might like; popular things for whom nothing is known."""
        return list(self._popular_ones(most) if self.is_cold(member) else self._alike_ones(member, most))

    def _popular_ones(self, most: int) -> Iterator[Suggestion]:
        for thing, buyers in self._popular[:most]:
            yield Suggestion(thing=thing, is_new=True, days=0, score=float(buyers), because=())

    def _alike_ones(self, member: int, most: int) -> Iterator[Suggestion]:
        import numpy as np

        row = self.found.days[self.found.row[member]]
        weight = np.zeros(len(self.found.things))
        weight[row.indices] = np.log1p(row.data)
        scores = np.asarray(weight @ self._alike).reshape(-1)
        scores[row.indices] = 0
        for place in np.argsort(-scores, kind="stable")[:most]:
            if scores[place] > 0:
                because = self._reasons(int(place), weight)
                thing, score = self.found.things[place], round(float(scores[place]), 4)
                yield Suggestion(thing=thing, is_new=True, days=0, score=score, because=because)

    def _reasons(self, place: int, weight: Any) -> tuple[str, ...]:
        """Which of the things bought gave the most to the score."""
        column = self._alike[:, place]
        given = [(weight[i] * like, self.found.things[i]) for i, like in zip(column.indices, column.data, strict=True)]
        return tuple(
            thing for share, thing in sorted(given, key=lambda pair: (-pair[0], pair[1]))[:_REASONS] if share > 0
        )
