"""The difference of differences: how much more the invited changed than the similar ones.

Each member's change is what is spent a week in the span less what the same member spent a week before. What moves
everybody (Christmas, prices) is in both sides and cancels; so does what members are like for good.

The standard error holds the two sides apart: the variance of the changes of the invited over their number, plus for
each similar member the square of its weight times the variance of their changes. So a few members who stand for many
make it wider, as they should.

**Worked.** Two invited members change by 4 and 8; of two similar ones, with weights 1.5 and 0.5, by 2 and 6. The means
are 6 and (1.5 · 2 + 0.5 · 6) / 2 = 3, the difference of differences 3. The variance of the invited is 8; that of the
similar ones, weighted, (1.5 · 1 + 0.5 · 9) / (2 - 2.5 / 2) = 8, where 2.5 is the sum of the squared weights. The error
is √(8 / 2 + 8 · 2.5 / 2²) = √(4 + 5) = 3.

Sources: O. Ashenfelter, Estimating the effect of training programs on earnings (1978); J. Heckman, H. Ichimura, P.
Todd, Matching as an econometric evaluation estimator (1997).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from guerdon.insight.campaigns.matching import Matched
from guerdon.insight.experiments.means import Floats


class Effect(NamedTuple):
    """How much more one side changed than the other."""

    value: float
    error: float
    spread: float
    """The standard deviation of what members spend, against which a size is told."""

    @property
    def p(self) -> float:
        """How often chance alone would come as far from zero."""
        return float(2 * stats.norm.sf(abs(self.value) / self.error))

    def interval(self, error_rate: float) -> tuple[float, float]:
        """Holds the truth but for the error rate, if the two sides are alike in all that matters."""
        reach = float(stats.norm.isf(error_rate / 2)) * self.error
        return self.value - reach, self.value + reach


def effect(outcome: Floats, before: Floats, pairs: Matched) -> Effect | None:
    """The difference of differences; None where a side has fewer than two members, or nobody differs."""
    changes = outcome - before
    ones, weights = changes[pairs.compared], pairs.weights[pairs.weights > 0]
    others = changes[pairs.weights > 0]
    if len(ones) < 2 or len(others) < 2:
        return None
    variance = float(ones.var(ddof=1)) / len(ones)
    variance += _weighted_variance(others, weights) * float((weights**2).sum()) / float(weights.sum()) ** 2
    if variance <= 0:
        return None
    value = float(ones.mean()) - float(np.average(others, weights=weights))
    return Effect(value, math.sqrt(variance), float(outcome[pairs.compared].std(ddof=1)))


def _weighted_variance(values: Floats, weights: NDArray[np.float64]) -> float:
    mean = np.average(values, weights=weights)
    total = float(weights.sum())
    return float((weights * (values - mean) ** 2).sum() / (total - (weights**2).sum() / total))
