"""The difference of two means, with an interval that holds for unequal groups of unequal spread (Welch).

**Worked.** Control spends 10, 12 and 14, the other group 13, 15, 17 and 19. The means are 12 and 16, the variances 4
and 20/3; the standard error is √(4/3 + (20/3)/4) = √3 = 1.732, with 9 / ((4/3)²/2 + (5/3)²/3) = 4.96 degrees of
freedom. The difference is 4.00, at 95 % between -0.46 and 8.46, and p is 0.069: three and four members say little. The
lift is 4 / 12 = 33 %.

Sources: B. L. Welch, The generalization of Student's problem when several different population variances are involved,
Biometrika 34 (1947). The interval of the lift is that of a ratio by the delta method, on the scale of its logarithm.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


class Moments(NamedTuple):
    """What a mean is compared by."""

    members: int
    mean: float
    """0 where there is nobody."""
    variance: float | None
    """Of the members, with n - 1; None below two of them."""

    @property
    def error(self) -> float | None:
        """The variance of the mean; None where it cannot be known."""
        return None if self.variance is None else self.variance / self.members


class Difference(NamedTuple):
    """By how much one mean lies above another."""

    value: float
    variance: float
    """The square of its standard error; above zero."""
    degrees: float
    """Of freedom, by Welch and Satterthwaite."""

    @property
    def p(self) -> float:
        """How often chance alone would come as far from zero, on either side."""
        return float(2 * stats.t.sf(abs(self.value) / math.sqrt(self.variance), self.degrees))

    def interval(self, error_rate: float) -> tuple[float, float]:
        """Holds the truth but for the error rate."""
        reach = float(stats.t.isf(error_rate / 2, self.degrees)) * math.sqrt(self.variance)
        return self.value - reach, self.value + reach


class Lift(NamedTuple):
    """A difference as a share of the control's mean: 0.05 is 5 % more."""

    value: float
    low: float
    high: float


def moments(values: Floats) -> Moments:
    """Count, mean and variance."""
    count = len(values)
    if count == 0:
        return Moments(0, 0.0, None)
    return Moments(count, float(values.mean()), float(values.var(ddof=1)) if count > 1 else None)


def difference(treated: Moments, control: Moments) -> Difference | None:
    """What lies between two means; None where a group has fewer than two members, or nobody differs from anybody."""
    if treated.error is None or control.error is None:
        return None
    variance = treated.error + control.error
    if variance <= 0:
        return None
    parts = treated.error**2 / (treated.members - 1) + control.error**2 / (control.members - 1)
    return Difference(treated.mean - control.mean, variance, variance**2 / parts)


_CLEARLY_ABOVE_ZERO = 3
"""How many standard errors the control's mean lies above zero, for a share of it to mean anything."""


def lift(treated: Moments, control: Moments, error_rate: float) -> Lift | None:
    """The difference as a share of the control's mean; None where that mean is not clearly above zero."""
    apart = difference(treated, control)
    if apart is None or treated.mean <= 0 or control.mean <= 0:
        return None
    shares = (treated.error or 0) / treated.mean**2, (control.error or 0) / control.mean**2
    if shares[1] * _CLEARLY_ABOVE_ZERO**2 > 1:
        return None
    ratio = treated.mean / control.mean
    reach = math.exp(float(stats.t.isf(error_rate / 2, apart.degrees)) * math.sqrt(sum(shares)))
    return Lift(ratio - 1, ratio / reach - 1, ratio * reach - 1)
