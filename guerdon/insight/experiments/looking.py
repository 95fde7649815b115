"""Looking before the end: an interval and a p that stay right however often one looks.

The usual 95 % interval is right once, at the end that was planned. Whoever looks every day and stops when it excludes
zero is fooled far more often than once in twenty. A **confidence sequence** is wider, and right on all days at once.

While an experiment runs, the difference of what the groups have spent so far, per member, moves like a sum of many
small steps whose variance so far is V, the square of its standard error. Averaged over the drifts that it might have
(a normal distribution of variance 1/r), the likelihood ratio against none is a martingale:
``Λ = √(r / (V + r)) · exp(D² / 2 (V + r))``. It exceeds 1/α at any time with a chance of α at most, so D is beyond
``√((V + r) (ln((V + r) / r) - 2 ln α))`` as rarely, and ``1 / Λ`` is an always valid p.

**What it takes for granted.** Steps to come do not run against those so far. That members differ in how much they buy
makes the steps run along, and the interval wider than need be. Where who bought much then buys less (stocking up), it
would be too narrow: ``runs_against`` tells, and the result says so. r is settled before the first look, from the weeks
before: it only decides when the interval is at its best, never whether it is right.

**Worked.** α = 0.05, V = 4 and r = 0.5: the reach is √(4.5 · (ln 9 + 5.991)) = √(4.5 · 8.189) = 6.07, where the usual
interval has 1.96 · 2 = 3.92. With D = 7, Λ is √(1/9) · exp(49/9) = 77.2, so p is 0.013.

Sources: H. Robbins, Statistical methods related to the law of the iterated logarithm (1970); R. Johari, P. Koomen, L.
Pekelis, D. Walsh, Peeking at A/B tests, KDD 2017 (mSPRT); S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, Time-uniform,
nonparametric, nonasymptotic confidence sequences, Annals of Statistics 49 (2021), equation 14 and section 3.5.
"""

import math

import numpy as np
from scipy.special import lambertw

from guerdon.insight.experiments.means import Floats

NOTICEABLE = -0.1
"""A correlation below this between what members did early and late runs against what is taken for granted."""


def tuned(variance_at_end: float, error_rate: float) -> float:
    """The r with which the interval is narrowest when the variance is this: at the end that was planned."""
    return variance_at_end / (-float(lambertw(-(error_rate**2) / math.e, -1).real) - 1)


def reach(variance: float, tuning: float, error_rate: float) -> float:
    """How far the interval goes to either side."""
    grown = variance + tuning
    return math.sqrt(grown * (math.log(grown / tuning) - 2 * math.log(error_rate)))


def always_valid_p(difference: float, variance: float, tuning: float) -> float:
    """A p that may be looked at on any day; 1 says nothing."""
    grown = variance + tuning
    return min(1.0, math.sqrt(grown / tuning) * math.exp(-(difference**2) / (2 * grown)))


def runs_against(early: Floats, late: Floats) -> bool:
    """Whether members who did much early did noticeably less late, within a group."""
    if len(early) < 3 or early.std() == 0 or late.std() == 0:
        return False
    return float(np.corrcoef(early, late)[0, 1]) < NOTICEABLE
