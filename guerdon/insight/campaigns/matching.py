"""Similar members for each one invited, and how alike the two sides are then.

Each invited member gets the three others whose logit is nearest, if they are within a fifth of its standard deviation
(the caliper); whoever has none so near is left out, and the result says how many. The same member may be similar to
several: its **weight** says how many invited members it stands for.

Balance is told by the **standardised difference**: of means, in standard deviations of the invited. Below 0.1 is good;
above 0.25 the two sides are not alike, whatever follows.

**Worked.** Logits of the invited 0.0 and 2.0, of the others 0.1, -0.2, 0.4 and 3.0, a caliper of 0.5. The first gets
0.1, -0.2 and 0.4, each with a weight of a third; the second gets none. One of two is compared.

Sources: P. Austin, Optimal caliper widths for propensity-score matching (2011); E. Stuart, Matching methods for causal
inference, Statistical Science 25 (2010).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guerdon.insight.experiments.means import Floats

NEIGHBOURS = 3
CALIPER = 0.2
"""In standard deviations of the logit."""
UNLIKE = 0.25


class Matched(NamedTuple):
    """Who is compared with whom."""

    compared: NDArray[np.bool_]
    """Which members are invited and have somebody similar."""
    weights: Floats
    """For members who were not invited: how many of those compared they stand for. Adds up to as many."""


def matched(logits: Floats, invited: NDArray[np.bool_], *, neighbours: int = NEIGHBOURS) -> Matched:
    """The similar ones for each invited member, among all who were not."""
    others = np.flatnonzero(~invited)
    order = others[np.argsort(logits[others], kind="stable")]
    ranked, near = logits[order], CALIPER * float(logits.std())
    compared, weights = np.zeros(len(logits), dtype=np.bool_), np.zeros(len(logits))
    for member in np.flatnonzero(invited):
        found = _nearest(ranked, float(logits[member]), near, neighbours)
        if found.size:
            compared[member] = True
            weights[order[found]] += 1 / found.size
    return Matched(compared, weights)


def _nearest(ranked: Floats, logit: float, near: float, neighbours: int) -> NDArray[np.int64]:
    """Places of the nearest in a ranked list, none further away than ``near``."""
    middle = int(np.searchsorted(ranked, logit))
    around = np.arange(max(middle - neighbours, 0), min(middle + neighbours, len(ranked)))
    distances = np.abs(ranked[around] - logit)
    closest = np.argsort(distances, kind="stable")[:neighbours]
    kept: NDArray[np.int64] = around[closest][distances[closest] <= near]
    return kept


def apart(values: Floats, ones: Floats, others: Floats) -> float:
    """The standardised difference of two weighted sides; 0 where nobody differs."""
    mean = float(np.average(values, weights=ones))
    spread = float(np.sqrt(np.average((values - mean) ** 2, weights=ones)))
    gap = mean - float(np.average(values, weights=others))
    return gap / spread if spread > 0 else 0.0
