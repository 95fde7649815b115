"""Is it worth it: when a paid plan pays for itself.

A year is lived twice, with the plan and without it, at several scales of spending: as if everything cost nothing, then
a quarter, as much, four times and 16 times as much. What the plan brings at a scale is the difference of the two nets,
fees included. Between the last scale at which it does not pay and the first at which it does, the scale is halved and
halved until it is known to a thousandth. The number of purchases stays: what changes is what they cost.

**Once and for all.** A plan that pays at one scale pays at every larger one where what it brings grows with the spend.
That is looked at, and not taken for granted: a cap that is reached, or a tier that gives the same for nothing, may turn
it round. Then ``is_for_good`` is False, and the point found is the first from which it pays, not from which it always
does.

**Worked.** A plan of 139.00 a year gives 5 % where there were 3 %: 2 % more, which is 139.00 at a spend of 6,950.00.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from guerdon.core.amounts import Rate

THOUSAND = 1_000
SCALES = (0, 250, 1_000, 4_000, 16_000)
"""The scales that are lived first, in thousandths. At 0 everything costs nothing."""


class BreakEven(msgspec.Struct, frozen=True):
    """From where on a plan pays for itself."""

    verdict: Literal["always", "from", "never"]
    """``always``: even if everything cost nothing. ``never``: not up to 16 times the spend either."""
    scale: float | None
    """How many times the spend of these habits it takes, to a thousandth; None for ``never``."""
    is_for_good: bool
    """Whether it pays at every larger scale that was looked at; for ``never``, that there is none."""


def rate_of(thousandths: int) -> Rate:
    """A scale as a rate."""
    return Rate(thousandths, THOUSAND)


def break_even(gain: Callable[[int], int]) -> BreakEven:
    """Where the plan's gain, by the scale in thousandths, is first not below nothing.

    >>> break_even(lambda scale: 20 * scale - 139_000)
    BreakEven(verdict='from', scale=6.954, is_for_good=True)
    """
    gains = [gain(scale) for scale in SCALES]
    place = next((place for place, gained in enumerate(gains) if gained >= 0), None)
    if place is None:
        return BreakEven("never", None, True)
    is_for_good = min(gains[place:]) >= 0
    if place == 0:
        return BreakEven("always", 0.0, is_for_good)
    below, above = SCALES[place - 1], SCALES[place]
    while above - below > max(above // THOUSAND, 1):
        middle = (below + above) // 2
        below, above = (below, middle) if gain(middle) >= 0 else (middle, above)
    return BreakEven("from", above / THOUSAND, is_for_good)
