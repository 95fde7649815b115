"""Amounts of very many members in little room: how they spread, and which are largest. Both can be merged.

**Worked.** The differences 0, 0, 12, 1,234 and -5 are kept as 0 (twice), 12, 1,230 and -5: an amount is kept to three
digits, so there are never more than some thousands of different ones, and the sum is kept exactly. Half of these
members have at most 0.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

_DIGITS = 1_000


def rounded(amount: int) -> int:
    """An amount to three digits, towards zero: 1,234 is 1,230, and -98,765 is -98,700."""
    magnitude, step = abs(amount), 1
    while magnitude >= _DIGITS * step:
        step *= 10
    kept = magnitude // step * step
    return kept if amount >= 0 else -kept


class Spread(msgspec.Struct):
    """How amounts are spread over members."""

    counts: dict[int, int] = {}
    """How many members have each amount, to three digits."""
    members: int = 0
    """How many there are."""
    total: int = 0
    """What they have together, exactly."""

    def add(self, amount: int) -> None:
        """Take one more member in."""
        key = rounded(amount)
        self.counts[key] = self.counts.get(key, 0) + 1
        self.members += 1
        self.total += amount

    def merge(self, other: "Spread") -> None:
        """Take in the members of another spread."""
        for key, count in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + count
        self.members += other.members
        self.total += other.total

    def quantile(self, part: int, of: int) -> int | None:
        """The least amount that at least ``part`` of ``of`` members do not exceed; None without members.

        1 of 2 is the median.
        """
        if not self.members:
            return None
        wanted, seen = -(-self.members * part // of), 0
        for amount in sorted(self.counts):
            seen += self.counts[amount]
            if seen >= wanted:
                return amount
        return None

    def bins(self, about: int = 20) -> Iterator[tuple[int, int, int]]:
        """Bins of one width over the middle 98 % of members: from, below, and how many; the outermost take the rest.

        Widths are 1, 2 or 5 with zeros, and zero is an edge.
        """
        if not self.members:
            return
        least, most = self.quantile(1, 100) or 0, self.quantile(99, 100) or 0
        width = _round_width(max(most - least, 1), about)
        first, last = least // width, most // width
        held = [0] * (last - first + 1)
        for amount, count in self.counts.items():
            held[min(max(amount // width, first), last) - first] += count
        for place, count in enumerate(held):
            yield (first + place) * width, (first + place + 1) * width, count


def _round_width(span: int, about: int) -> int:
    """The least of 1, 2, 5, 10, 20 and so on of which at most ``about`` cover a span."""
    step = 1
    while True:
        for leading in (1, 2, 5):
            if leading * step * about >= span:
                return leading * step
        step *= 10


class Named(NamedTuple):
    """A figure of somebody or something."""

    figure: int
    member: str
    event: str = ""
    """What it is about besides the member, such as a purchase."""
    day: int = 0
    sales: int = 0
    """Minor units."""
    baskets: int = 0


class Largest(msgspec.Struct):
    """The largest figures of many, with whose they are."""

    most: int = 10
    """How many are kept."""
    found: list[Named] = []
    """At least those that are kept, in no order."""
    floor: int = 0
    """What does not exceed this is not among them, or is as good as one that is."""

    def add(self, named: Named) -> None:
        """Take one more in."""
        self.found.append(named)
        if len(self.found) >= self.most * 8 + 64:
            self._prune()

    def merge(self, other: "Largest") -> None:
        """Take in what another kept."""
        self.found += other.found
        self._prune()

    def in_order(self) -> list[Named]:
        """The largest first; of equal ones the member whose id comes first."""
        self._prune()
        return self.found

    def _prune(self) -> None:
        self.found = sorted(self.found, key=lambda named: (-named.figure, named.member, named.event))[: self.most]
        if len(self.found) == self.most:
            self.floor = self.found[-1].figure
