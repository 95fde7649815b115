"""Where the effect is larger: by tier, by what was spent before, by region.

Cut a result into enough pieces, and one of them stands out by chance. So three things are told with the pieces: a test
of whether they differ at all (Cochran's Q), each piece drawn towards the whole by as much as its own figure is noise
(empirical Bayes), and how many pieces were looked at.

**Worked.** Three tiers with effects of 2, 5 and 14, each with a variance of 9. The mean is 7, Q is (25 + 4 + 49) / 9 =
8.67 with 2 degrees of freedom, p = 0.013. What they differ by beyond noise (τ²) is (Q - 2) / (3/9 - (3/81)/(3/9)) =
6.67 / 0.2222 = 30. Each keeps 30 / 39 = 0.769 of its distance from 7: 3.15, 5.46 and 12.38.

Sources: W. Cochran, The combination of estimates from different experiments (1954); R. DerSimonian, N. Laird,
Meta-analysis in clinical trials (1986).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats


class Drawn(NamedTuple):
    """Effects drawn towards their mean."""

    values: list[float]
    p: float
    """How often chance alone would make them differ as much."""


def drawn_together(effects: Sequence[float], variances: Sequence[float]) -> Drawn | None:
    """The effects of pieces, drawn towards their mean; None below two pieces. The variances are above zero."""
    if len(effects) < 2:
        return None
    values, weights = np.asarray(effects, dtype=np.float64), 1 / np.asarray(variances, dtype=np.float64)
    mean = float((values * weights).sum() / weights.sum())
    distance, degrees = float((weights * (values - mean) ** 2).sum()), len(values) - 1
    differ_by = max(0.0, (distance - degrees) / float(weights.sum() - (weights**2).sum() / weights.sum()))
    kept = differ_by / (differ_by + 1 / weights)
    towards = _mean(values, differ_by + 1 / weights)
    return Drawn(
        [float(value) for value in towards + kept * (values - towards)], float(stats.chi2.sf(distance, degrees))
    )


def _mean(values: "np.typing.NDArray[np.float64]", variances: "np.typing.NDArray[np.float64]") -> float:
    return float((values / variances).sum() / (1 / variances).sum())
