"""Two ways to hear more: cut off what a few extreme members do, and take out what was known before (CUPED).

**Winsorised** values are cut at a quantile of all groups together: with 0.99 the highest hundredth counts as much
as the hundredth below it. It is the mean of the cut values that is compared then, which the result says.

**CUPED** takes from each member what the same member's figure of the weeks before foretells:
``adjusted = outcome - θ (before - mean of before)``, with θ the slope within groups. Chance dealt the groups out after
those weeks, so the difference stays what it was on average, and its variance falls by the square of the correlation.

**Worked.** Before: 10, 20, 30, 40; outcome 12, 19, 32, 41, the first and third in control. Within groups the deviations
are -10, -10, 10, 10 and -10, -11, 10, 11, so θ = 420 / 400 = 1.05. The mean of before is 25; adjusted are 27.75,
24.25, 26.75 and 25.25. The difference was (19 + 41) / 2 - (12 + 32) / 2 = 8.00 and is -2.50: the second group had spent
10 more before already.

Source: A. Deng, Y. Xu, R. Kohavi, T. Walker, Improving the sensitivity of online controlled experiments by utilizing
pre-experiment data, WSDM 2013.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guerdon.insight.experiments.means import Floats

_NO_NOISE = 1e-9
"""A share of the variance that is no more than the rounding of fractions."""


class Adjusted(NamedTuple):
    """Outcomes less what was known before."""

    values: Floats
    slope: float
    """θ: how much outcome one more before foretells."""
    explained: float
    """By which share the variance within groups fell, from 0 to 1."""


def winsorised(values: Floats, quantile: float) -> tuple[Floats, float | None]:
    """The values cut at a quantile, and where that is; None where nothing was cut, as with a quantile of 1."""
    if quantile >= 1 or len(values) == 0:
        return values, None
    most = float(np.quantile(values, quantile, method="higher"))
    return np.minimum(values, most), most if (values > most).any() else None


def cuped(outcome: Floats, before: Floats, groups: NDArray[np.int64]) -> Adjusted | None:
    """Outcomes less what ``before`` foretells; None where it foretells nothing, or all: what is left is rounding.

    ``groups`` says by number which group each member is in.
    """
    around, spread = _within(outcome, groups), _within(before, groups)
    known, total = float(spread @ spread), float(around @ around)
    shared = float(around @ spread)
    if known <= 0 or total <= 0 or shared == 0:
        return None
    slope, explained = shared / known, shared**2 / (known * total)
    if explained > 1 - _NO_NOISE:
        return None
    return Adjusted(outcome - slope * (before - before.mean()), slope, explained)


def _within(values: Floats, groups: NDArray[np.int64]) -> Floats:
    """How far each lies from the mean of its group."""
    counts = np.maximum(np.bincount(groups), 1)
    return values - (np.bincount(groups, weights=values) / counts)[groups]
