"""Forecasts: what a member will probably do, in figures with intervals, one row a member.

What is *expected* comes from the models' own formulas (the mean over the draws of the parameters); what is *between*
comes from the drawn futures, and nine of ten futures lie there. The two are computed apart from each other, and a test
holds them together.

``quiet`` is the probability that a member buys nothing in the next 13 weeks: what a manager calls churn in a shop
without contracts, and what can be checked. ``alive`` is the model's own word, that a member has not left for good,
which nobody ever sees. The next purchase is told for the case that the member is still there.
"""

from typing import Any

from guerdon.insight.value.fitting import Fit, as_the_library_reads
from guerdon.insight.value.futures import FUTURES, Futures, draw, in_parts

WEEKS_A_MONTH = 365.25 / 12 / 7
QUIET_WEEKS = 13.0
BETWEEN = (0.05, 0.95)
_HARDLY_THERE = 0.02
"""Below so many of all futures with another purchase there is nothing to tell about its day."""


def alive(rows: Any, fit: Fit) -> Any:
    """The probability that each member is still there, from 0 to 1."""
    import numpy as np

    found = fit.library.expected_probability_alive(data=as_the_library_reads(rows))
    return np.clip(found.mean(("chain", "draw")).to_numpy(), 0.0, 1.0)


def expected_purchases(rows: Any, fit: Fit, weeks: float) -> Any:
    """How many purchases each member will make within so many weeks, on average. Not finite where the formula fails."""
    found = fit.library.expected_purchases(data=as_the_library_reads(rows), future_t=weeks)
    return found.mean(("chain", "draw")).to_numpy()


def expected_spend(rows: Any, spend: Fit) -> Any:
    """What each member's purchases will cost, on average, in minor units.

    Each member's own mean, drawn towards that of all: the mean of ``p / nu`` is ``p (v + x spend) / (p x + q - 1)``.
    Members who never came back get the mean of all, ``p v / (q - 1)``.
    """
    import numpy as np

    p, q, v = (spend.parameters[name][None, :] for name in ("p", "q", "v"))
    repeats = rows["repeats"].to_numpy(dtype="float64")[:, None]
    mean = np.nan_to_num(rows["spend"].to_numpy(dtype="float64"))[:, None]
    return (p * (v + repeats * mean) / (p * repeats + q - 1)).mean(axis=1)


def forecasts(rows: Any, fit: Fit, spend: Fit, *, weeks: float) -> Any:
    """The forecasts of all histories, in their order. What cannot be told is NaN here, and None for whoever asks."""
    import pandas as pd

    return pd.concat([_of_some(some, fit, spend, weeks) for some in in_parts(rows)], ignore_index=True)


def _of_some(rows: Any, fit: Fit, spend: Fit, weeks: float) -> Any:
    import numpy as np

    still_there = alive(rows, fit)
    drawn = draw(rows, still_there, fit, spend, weeks=weeks)
    quarter = draw(rows, still_there, fit, None, weeks=QUIET_WEEKS)
    told = rows.reset_index(drop=True).copy()
    told["alive"] = still_there
    told["quiet"] = (quarter.purchases == 0).mean(axis=1)
    by_formula = expected_purchases(rows, fit, weeks)
    told["purchases"] = np.where(np.isfinite(by_formula), by_formula, drawn.purchases.mean(axis=1))
    told["purchases_low"], told["purchases_high"] = np.quantile(drawn.purchases, BETWEEN, axis=1)
    told["value"] = told["purchases"] * expected_spend(rows, spend)
    told["value_low"], told["value_high"] = np.quantile(drawn.spent, BETWEEN, axis=1)
    return told.assign(**_next(drawn))


def _next(drawn: Futures) -> dict[str, Any]:
    """Weeks until the next purchase in the middle and between which it lies in nine of ten futures that have one."""
    import numpy as np

    comes = np.isfinite(drawn.next_purchase)
    enough = comes.mean(axis=1) >= _HARDLY_THERE
    waits = np.sort(drawn.next_purchase, axis=1)
    count = comes.sum(axis=1)
    places = {"next_low": BETWEEN[0], "next_middle": 0.5, "next_high": BETWEEN[1]}
    every = np.arange(len(waits))
    return {
        name: np.where(enough, waits[every, np.clip((share * count).astype(int), 0, FUTURES - 1)], np.nan)
        for name, share in places.items()
    }
