"""How an earning mechanic says amounts in steps: bands of what is paid, and rates that rise with what a meter shows.

**Worked.** Bands up to 30.00: 2, up to 60.00: 6, above: 16. Paid 30.00 gives 2, 30.01 gives 6, 60.00 gives 6, 60.01
gives 16, nothing paid gives nothing.
"""

from bisect import bisect_left, bisect_right

import msgspec

from guerdon.core.amounts import Rate


class Band(msgspec.Struct, frozen=True):
    """One band of a table of amounts."""

    most: int | None
    """Up to and with so much, in the smallest part of what is counted. None: any amount above the band before."""
    amount: int
    """What it gives, in the smallest part of the unit."""


class LadderStep(msgspec.Struct, frozen=True):
    """A rate, and from where on it holds."""

    least: int
    """What the meter must show."""
    rate: Rate
    """Amount of the unit per smallest part of what is counted."""


class RateLadder(msgspec.Struct, frozen=True):
    """Rates that rise with what a meter shows."""

    meter: str
    steps: tuple[LadderStep, ...]
    """From the lowest up. Below the first there is nothing."""

    def rate_at(self, shown: int) -> Rate | None:
        """The rate when the meter shows so much."""
        place = bisect_right([step.least for step in self.steps], shown)
        return self.steps[place - 1].rate if place else None


def band_of(bands: tuple[Band, ...], counted: int) -> int:
    """What the band gives in which an amount lies; 0 where it lies in none."""
    if counted <= 0:
        return 0
    place = bisect_left([counted if band.most is None else band.most for band in bands], counted)
    return bands[place].amount if place < len(bands) else 0
