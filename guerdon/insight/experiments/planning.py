"""Before it begins: what an experiment could find, and how many members it takes.

The **least lift** that is found four times out of five is what counts beforehand. An experiment whose least lift is
larger than anything that the rule could plausibly do is not worth its trouble: whatever comes of it says nothing.

The least difference is ``(z(1 - α/2) + z(power)) · √(variance / n₁ + variance / n₀)``. With CUPED the variance is that
within groups times (1 - correlation²).

**Worked.** 1,000 members in each of two groups, a mean of 100.00 and a standard deviation of 80.00: the standard error
is 80 · √(2/1000) = 3.578, and (1.960 + 0.842) · 3.578 = 10.02: a lift of 10.0 %. If the weeks before foretell half
of the variance it is 7.1 %. Half of that lift takes four times as many members.

Source: J. Cohen, Statistical power analysis for the behavioral sciences (1988), section 2.
"""

import math

from scipy import stats

USUAL_POWER = 0.8
"""How often an effect of the size asked for is found."""


def least_difference(variance: float, treated: int, control: int, error_rate: float, power: float) -> float | None:
    """The smallest difference that is found so often; None where a group is empty."""
    if treated < 1 or control < 1:
        return None
    return _strictness(error_rate, power) * math.sqrt(variance / treated + variance / control)


def members_needed(
    variance: float, difference: float, shares: tuple[float, float], error_rate: float, power: float
) -> int | None:
    """How many members in all find a difference so often, dealt out by these shares; None where no number does."""
    if difference**2 == 0 or min(shares) <= 0:
        return None
    spread = variance / shares[0] + variance / shares[1]
    needed = _strictness(error_rate, power) ** 2 * spread / difference**2
    return math.ceil(needed) if math.isfinite(needed) else None


def _strictness(error_rate: float, power: float) -> float:
    return float(stats.norm.isf(error_rate / 2) + stats.norm.ppf(power))
