"""Many questions at once: the more are asked, the more answers come about by chance.

``holm`` keeps the chance of a single wrong answer among all below the error rate: for a few groups against one control.
``discovered`` keeps the share of wrong ones among the answers given below it: for a long list that is sifted.

**Worked.** p of 0.010, 0.040, 0.030, 0.005. Holm: the smallest times 4, the next times 3, 2, 1, never falling: 0.030,
0.060, 0.060, 0.020. Benjamini and Hochberg: p times 4 by its rank, never rising from the largest: 0.020, 0.040, 0.040,
0.020.

Sources: S. Holm, A simple sequentially rejective multiple test procedure (1979); Y. Benjamini, Y. Hochberg, Controlling
the false discovery rate (1995).
"""

from collections.abc import Sequence

import numpy as np


def holm(chances: Sequence[float]) -> list[float]:
    """Each p as large as it has to be where all are looked at."""
    values = np.asarray(chances, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    ranked = np.minimum(np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1)), 1)
    return _back(ranked, order)


def discovered(chances: Sequence[float]) -> list[float]:
    """The share of wrong ones among all answers that are no less likely by chance."""
    values = np.asarray(chances, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    by_rank = values[order] * len(values) / np.arange(1, len(values) + 1)
    return _back(np.minimum(np.minimum.accumulate(by_rank[::-1])[::-1], 1), order)


def _back(ranked: "np.typing.NDArray[np.float64]", order: "np.typing.NDArray[np.int64]") -> list[float]:
    """Values by rank, in the order in which they were asked for."""
    values = np.empty(len(ranked))
    values[order] = ranked
    return [float(value) for value in values]
