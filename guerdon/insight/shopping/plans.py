"""Is it worth it: when a paid plan pays for itself.

A year is lived twice, with the plan and without it, at several scales of spending: as if everything cost nothing, then an
eighth, a quarter, and so on up to 32 times as much. What the plan brings at a scale is the difference of the two nets,
fees included. Between the last scale at which it does not pay and the first at which it does, the scale is halved and
halved until it is known to a thousandth. The number of purchases stays: what changes is what they cost.

**Steady.** Where the plan brings more at every larger scale that was looked at, that is the one point from which it
pays. Where it does not (a cap was reached, a voucher falls into the next year), it is said that it may pay, and not
pay, at other points too.

**Worked.** A plan of 139.00 a year gives 5 % where there were 3 %: 2 % more, which is 139.00 at a spend of 6,950.00.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Literal

import msgspec

from guerdon.core.amounts import Rate

THOUSAND = 1_000
SCALES = (0, 125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
"""The scales that are lived first, in thousandths. At 0 everything costs nothing."""


class BreakEven(msgspec.Struct, frozen=True):
    """From where on a plan pays for itself."""

    verdict: Literal["always", "from", "never"]
    """``always``: even if everything cost nothing. ``never``: not up to 32 times the spend either."""
    scale: float | None
    """How many times the spend of these habits it takes, to a thousandth; None for ``never``."""
    is_steady: bool
    """Whether the plan brings more, or as much, at every larger scale that was looked at."""


def rate_of(thousandths: int) -> Rate:
    """A scale as a rate."""
    return Rate(thousandths, THOUSAND)


def break_even(gain: Callable[[int], int]) -> BreakEven:
    """Where the plan's gain, by the scale in thousandths, is first not below nothing.

    >>> break_even(lambda scale: 20 * scale - 139_000)
    BreakEven(verdict='from', scale=6.954, is_steady=True)
    """
    seen = {SCALES[-1]: gain(SCALES[-1])}
    for place, scale in enumerate(SCALES):
        seen[scale] = gain(scale)
        if seen[scale] >= 0:
            above = _between(SCALES[place - 1], scale, gain, seen) if place else 0
            return BreakEven("from" if above else "always", above / THOUSAND, _is_steady(seen))
    return BreakEven("never", None, _is_steady(seen))


def _between(below: int, above: int, gain: Callable[[int], int], seen: dict[int, int]) -> int:
    """The first scale at which the gain is not below nothing, between one where it is and one where it is not."""
    while above - below > max(above // THOUSAND, 1):
        middle = (below + above) // 2
        seen[middle] = gain(middle)
        below, above = (below, middle) if seen[middle] >= 0 else (middle, above)
    return above


def _is_steady(gains: Mapping[int, int]) -> bool:
    ordered = [gains[scale] for scale in sorted(gains)]
    return all(later >= earlier for earlier, later in pairwise(ordered))
