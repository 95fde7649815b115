"""Scores: how far from what happens by itself, from 0 to 100. At 50 somebody should look.

Two ways lead there. A **rare count** is one that chance would bring so seldom that nobody in the whole crowd should
show it: ten points for each power of ten beyond one expected in the crowd. An **outlier** is one that lies far from the
median, measured by the median distance from it, which a few extremes cannot move (the robust z-score of Iglewicz and
Hoaglin: 0.6745 x (x - median) / MAD).

**Worked.** A member who comes 1.2 times on a day comes 14 times: by Poisson's law once in 10^11 days. In a crowd with
10,000 such days it is to be expected 10^-7 times: a score of 70.

Several signals of one member add up as independent doubts do: 50 and 50 make 75.

Source: B. Iglewicz, D. Hoaglin, "How to Detect and Handle Outliers", 1993.
"""

import math
from collections.abc import Iterable

MOST = 100
LOOK = 50
"""From here on somebody should look."""

_POINTS_A_POWER = 10
_USUAL_Z = 4
"""Up to here an outlier is none: one in 30,000 by the normal law."""
_POINTS_A_Z = 12.5
_MAD_TO_SIGMA = 0.6745


def rare_count(count: int, usual: float, looked_at: int) -> int:
    """The score of a count that is usually so much, of which so many were looked at."""
    from scipy.stats import poisson

    return _rare(float(poisson.logsf(count - 1, max(usual, 1e-9))), looked_at)


def rare_share(count: int, of: int, usual: float, looked_at: int) -> int:
    """The score of so many out of so many, where the usual share is known."""
    from scipy.stats import binom

    return _rare(float(binom.logsf(count - 1, of, min(max(usual, 1e-9), 1.0))), looked_at)


def _rare(log_chance: float, looked_at: int) -> int:
    powers = -(log_chance + math.log(max(looked_at, 1))) / math.log(10)
    return _whole(_POINTS_A_POWER * powers) if math.isfinite(powers) else MOST


def outlier(z: float) -> int:
    """The score of a robust z-score: 8 is 50, 12 and more is 100."""
    return _whole((z - _USUAL_Z) * _POINTS_A_Z)


def robust_z(value: float, median: float, deviation: float, *, least: float) -> float:
    """How far a value lies above the median, in robust standard deviations.

    ``deviation`` is the median distance from the median; ``least`` stands in for it where nearly all are alike.
    """
    return _MAD_TO_SIGMA * (value - median) / max(deviation, least)


def together(scores: Iterable[int]) -> int:
    """The score of several signals of one member."""
    left = 1.0
    for score in scores:
        left *= 1 - score / MOST
    return _whole(MOST * (1 - left))


def _whole(score: float) -> int:
    return max(0, min(MOST, round(score)))
