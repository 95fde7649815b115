"""What members may do next, drawn from what a model has learned: one future for each draw of the parameters, and more.

For a member with ``repeats`` x and ``age`` T, who is still there, the rate of buying is gamma(r + x, alpha + T): what
is known of all members, moved by what is known of this one. Under BG/NBD the chance to leave after a purchase is
beta(a, b + x); under Pareto/NBD the rate of leaving is gamma(s, beta + T). Whether the member is still there is drawn
with the probability that the model gives. A purchase costs gamma(p, nu), with nu out of gamma(p x + q, v + x spend).

**Worked.** alpha 1.4, r 1.4, a member with 10 repeated purchases in 20 weeks: the rate is gamma(11.4, 21.4), 0.53 a
week on average, and if the member is still there, the next purchase comes within (21.4 x (2^(1/11.4) - 1)) = 1.3 weeks
as likely as not.

What is drawn holds all that is unsure: the parameters, the member behind the history, and chance itself.
"""

from typing import Any, NamedTuple

from guerdon.insight.value.fitting import SEED, Fit

FUTURES = 1_000
"""For each member: enough for the tenth and the ninetieth of a hundred."""
_MEMBERS_AT_ONCE = 2_000
"""So many members are drawn at a time, so that memory stays flat whatever the number of members."""


class Futures(NamedTuple):
    """Of some members, one row each: what came in each future, one column each."""

    purchases: Any
    """How many within the weeks asked for."""
    spent: Any
    """Minor units within them; None where no model of spending was given."""
    next_purchase: Any
    """Weeks until the next purchase, whenever it comes; infinite: never."""


def draw(rows: Any, alive: Any, fit: Fit, spend: Fit | None, *, weeks: float, futures: int = FUTURES) -> Futures:
    """Draw futures of members with these histories and these probabilities to be still there."""
    import numpy as np

    chance = np.random.default_rng(SEED)
    size = (len(rows), futures)
    picked = np.resize(np.arange(len(fit.parameters["r"])), futures)
    now = {name: values[picked][None, :] for name, values in fit.parameters.items()}
    repeats, age = (rows[name].to_numpy(dtype="float64")[:, None] for name in ("repeats", "age"))
    there = chance.random(size) < np.asarray(alive)[:, None]
    rate = chance.gamma(now["r"] + repeats, 1 / (now["alpha"] + age))
    first = chance.exponential(1, size) / np.maximum(rate, 1e-12)
    if fit.model == "bg-nbd":
        leaving = chance.beta(now["a"], now["b"] + repeats)
        bought = np.minimum(chance.poisson(rate * weeks), chance.geometric(np.clip(leaving, 1e-12, 1), size))
    else:
        life = chance.exponential(1, size) / np.maximum(chance.gamma(now["s"], 1 / (now["beta"] + age)), 1e-12)
        bought = chance.poisson(rate * np.minimum(weeks, life))
        there_next = there & (first <= life)
        return _future(rows, np.where(there, bought, 0), np.where(there_next, first, np.inf), spend, chance)
    return _future(rows, np.where(there, bought, 0), np.where(there, first, np.inf), spend, chance)


def _future(rows: Any, bought: Any, following: Any, spend: Fit | None, chance: Any) -> Futures:
    return Futures(bought, None if spend is None else _spent(rows, bought, spend, chance), following)


def _spent(rows: Any, bought: Any, spend: Fit, chance: Any) -> Any:
    """What the purchases of each future cost together: a sum of n gamma(p, nu) is gamma(n p, nu)."""
    import numpy as np

    picked = np.resize(np.arange(len(spend.parameters["p"])), bought.shape[1])
    p, q, v = (spend.parameters[name][picked][None, :] for name in ("p", "q", "v"))
    repeats = rows["repeats"].to_numpy(dtype="float64")[:, None]
    mean = np.nan_to_num(rows["spend"].to_numpy(dtype="float64"))[:, None]
    nu = chance.gamma(p * repeats + q, 1 / (v + repeats * mean))
    some = bought > 0
    return np.where(some, chance.gamma(np.where(some, p * bought, 1), 1 / nu), 0.0)


def in_parts(rows: Any) -> list[Any]:
    """The rows in parts that fit in memory."""
    return [rows.iloc[start : start + _MEMBERS_AT_ONCE] for start in range(0, len(rows), _MEMBERS_AT_ONCE)]
