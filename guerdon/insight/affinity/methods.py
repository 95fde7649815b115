"""Ways to score things for members, each learned from counts: the higher the score, the sooner the member buys it.

- ``popular``: how many members buy it. The same for everybody.
- ``usual``: on how many days this member bought it. Nothing new is ever found.
- ``neighbours``: how alike it is to what the member buys, item to item: two things are alike whose buyers are the same
  people (cosine), where the tenth day counts for less than the first, and members who buy everything for less (BM25).
- ``factors``: members and things as points in a space of 32 dimensions, by alternating least squares on implicit
  feedback (Hu, Koren and Volinsky 2008, "Collaborative filtering for implicit feedback datasets").

The last two are the package ``implicit``. Its threads change no result; its seed is fixed.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Scorer = Callable[[Any], Any]
"""From rows of counts (sparse) to scores (dense), one row each."""

_SEED = 20_170_101
_ALIKE = 50
"""Of each thing so many others that are most alike are kept."""


def popular(days: Any) -> Scorer:
    """How many members bought each thing."""
    import numpy as np

    buyers = np.asarray((days > 0).sum(axis=0), dtype="float64").reshape(1, -1)
    return lambda rows: np.repeat(buyers, rows.shape[0], axis=0)


def usual(_days: Any) -> Scorer:
    """On how many days the member itself did."""
    return lambda rows: rows.toarray()


def neighbours(days: Any) -> Scorer:
    """How alike each thing is to what the member buys."""
    alike = similarity(days)
    return lambda rows: (_damped(rows) @ alike).toarray()


def factors(days: Any) -> Scorer:
    """How near each thing lies to the member."""
    import numpy as np

    with _quietly():
        from implicit.cpu.als import AlternatingLeastSquares

        size = max(1, min(32, min(days.shape) - 1))
        model = AlternatingLeastSquares(factors=size, regularization=0.05, iterations=15, random_state=_SEED)
        model.fit(_weighted(days), show_progress=False)

    def score(rows: Any) -> Any:
        # The point of a member follows from what it bought, so that members who were not learned from have one too.
        gram = model.item_factors.T @ model.item_factors + 0.05 * np.eye(size)
        return np.stack([_placed(model.item_factors, gram, rows[place]) for place in range(rows.shape[0])])

    return score


def _placed(things: Any, gram: Any, row: Any) -> Any:
    """The scores of a member: the least squares of Hu and others, equation 4, with a confidence of 1 + days."""
    import numpy as np

    mine = things[row.indices]
    left = gram + (mine.T * row.data) @ mine
    right = ((1 + row.data)[:, None] * mine).sum(axis=0)
    return things @ np.linalg.solve(left, right)


def similarity(days: Any) -> Any:
    """How alike things are, from 0 up; none is alike itself. A row a thing, the others in columns."""
    with _quietly():
        from implicit.nearest_neighbours import CosineRecommender

        model = CosineRecommender(K=_ALIKE + 1, num_threads=1)
        model.fit(_weighted(days), show_progress=False)
    alike = model.similarity.tolil()
    alike.setdiag(0)
    found = alike.tocsr()
    found.eliminate_zeros()
    return found


def _weighted(days: Any) -> Any:
    """Days weighed by BM25. What everybody buys weighs nothing there, or less: a little is left, to keep its place."""
    import numpy as np
    from implicit.nearest_neighbours import bm25_weight

    weighted = bm25_weight(days, K1=100, B=0.8).tocsr()
    weighted.data = np.maximum(weighted.data, 1e-9)
    return weighted


def _damped(rows: Any) -> Any:
    """Days with less and less weight: what is bought fifty times is not fifty times as telling."""
    import numpy as np

    damped = rows.copy()
    damped.data = np.log1p(damped.data)
    return damped


METHODS: dict[str, Callable[[Any], Scorer]] = {
    "popular": popular,
    "usual": usual,
    "neighbours": neighbours,
    "factors": factors,
}


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the package's advice about threads of other libraries."""
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1, "blas"):
        warnings.simplefilter("ignore")
        yield
