"""Fitting the models: the one place that knows ``pymc-marketing``.

- **BG/NBD** (Fader, Hardie and Lee 2005, "Counting your customers the easy way"): members buy at random with rates of
  their own, gamma(r, alpha) over all members, and after each purchase leave for good with a chance of their own,
  beta(a, b).
- **Pareto/NBD** (Schmittlein, Morrison and Colombo 1987, "Counting your customers"): the same, but members leave at any
  moment, with rates gamma(s, beta).
- **Gamma-Gamma** (Fader and Hardie 2013): what a purchase costs varies around each member's own mean, gamma(p, nu), and
  the means vary from member to member, nu ~ gamma(q, v).

The parameters come as draws from what the data leave possible: by NUTS, by DEMetropolisZ for Pareto/NBD (whose
gradients are too slow), or as the single most probable point where ``draws`` is 0. Time is told in weeks. Amounts are
told as multiples of the mean purchase, so that one set of priors fits every currency.
"""

import logging
import math
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

Model = Literal["bg-nbd", "pareto-nbd"]

SEED = 20_170_101
DRAWS = 500
"""Of each chain. The intervals do not move in the second digit with more."""
_KEPT = 400
"""As many draws, evenly picked, are asked about the members: all would only take longer."""
_PARAMETERS = {"bg-nbd": ("r", "alpha", "a", "b"), "pareto-nbd": ("r", "alpha", "s", "beta"), "spend": ("p", "q", "v")}
LEAST_MEMBERS = 30
"""As many members must have come back before anything is learned from them."""


class TooFewToFit(Exception):
    """There is too little to learn from; the message says what is there and what would help."""


class Convergence(NamedTuple):
    """Whether the draws can be believed. None: one point was found, and nothing was drawn."""

    divergences: int | None
    r_hat: float | None
    """The worst of the parameters: 1.00 where the chains agree."""
    effective_draws: int | None
    """The fewest of the parameters: so many independent draws would tell as much."""

    @property
    def is_sound(self) -> bool:
        """By the usual marks: no divergence, r-hat up to 1.05, 100 effective draws."""
        if self.r_hat is None or self.divergences is None or self.effective_draws is None:
            return True
        return self.divergences == 0 and self.r_hat <= 1.05 and self.effective_draws >= 100

    @property
    def in_words(self) -> str:
        """A sentence for the reader of the figures."""
        if self.r_hat is None:
            return (
                "The parameters are the single most probable ones, taken as known: intervals are a little too narrow."
            )
        told = f"{self.divergences} divergences, r-hat {self.r_hat:.3f}, {self.effective_draws:,} effective draws"
        if self.is_sound:
            return f"The chains agree: {told}."
        return f"The chains do not agree ({told}): take more draws (--draws), or do not rely on these figures."


class Fit(NamedTuple):
    """A model that has learned."""

    model: str
    parameters: Mapping[str, Any]
    """By name: the draws that are kept, as one array each."""
    library: Any
    """The model of the library, holding the same draws."""
    convergence: Convergence

    def means(self) -> dict[str, float]:
        """By name: the mean of the draws."""
        return {name: float(values.mean()) for name, values in self.parameters.items()}


@contextmanager
def compiling(folder: Path | None) -> Iterator[None]:
    """Have what the models are compiled to kept in a folder; None: in one that is gone afterwards.

    The library would write to the user's home. What the user has set in ``PYTENSOR_FLAGS`` goes before. Without a C++
    compiler Numba takes its place: interpreted, the same fit takes minutes.
    """
    if "pytensor" in sys.modules:
        yield
        return
    kept = folder is not None
    into = folder if folder is not None else Path(tempfile.mkdtemp(prefix="guerdon-compiled-"))
    flags = [f"base_compiledir={into}"] + ([] if shutil.which("g++") else ["cxx=", "mode=NUMBA"])
    before = os.environ.get("PYTENSOR_FLAGS")
    os.environ["PYTENSOR_FLAGS"] = ",".join([*flags, *([before] if before else [])])
    try:
        yield
    finally:
        _restore("PYTENSOR_FLAGS", before)
        if not kept:
            shutil.rmtree(into, ignore_errors=True)


def _restore(name: str, before: str | None) -> None:
    if before is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = before


def fit_purchases(rows: Any, *, model: Model = "bg-nbd", draws: int = DRAWS, seed: int = SEED, cores: int = 2) -> Fit:
    """Learn how often members buy and when they leave, from their histories. Raises TooFewToFit."""
    _check_enough(rows)
    with _quietly():
        from pymc_marketing import clv

        library = clv.BetaGeoModel() if model == "bg-nbd" else clv.ParetoNBDModel()
        library.fit(data=as_the_library_reads(rows), **_sampling(model, draws, seed, cores))
    return _fitted(model, library, draws)


def fit_spend(rows: Any, *, draws: int = DRAWS, seed: int = SEED, cores: int = 2) -> Fit:
    """Learn what purchases cost, from those who came back. Raises TooFewToFit."""
    _check_enough(rows)
    again = rows[rows["repeats"] > 0]
    scale = float(again["spend"].mean())
    data = as_the_library_reads(again).assign(monetary_value=again["spend"].to_numpy() / scale)
    with _quietly():
        from pymc_extras.prior import Prior
        from pymc_marketing import clv

        wide = {name: Prior("HalfNormal", sigma=10) for name in _PARAMETERS["spend"]}
        library = clv.GammaGammaModel(model_config=wide)
        library.fit(data=data, **_sampling("spend", draws, seed, cores))
    fit = _fitted("spend", library, draws)
    return fit._replace(parameters=_with_a_mean(fit.parameters, scale))


def _with_a_mean(parameters: Mapping[str, Any], scale: float) -> dict[str, Any]:
    """The draws under which the mean over members exists (q above 1), in minor units again."""
    exists = parameters["q"] > 1
    if exists.mean() < 0.5:
        raise TooFewToFit(
            "What members spend differs so much that its mean cannot be told from these purchases. "
            "Look for single huge baskets, or wait for more purchases."
        )
    kept = {name: values[exists] for name, values in parameters.items()}
    return kept | {"v": kept["v"] * scale}


def _check_enough(rows: Any) -> None:
    again = int((rows["repeats"] > 0).sum())
    if again < LEAST_MEMBERS:
        raise TooFewToFit(
            f"{again} of {len(rows)} members who bought have come back, and at least {LEAST_MEMBERS} are needed to "
            "learn from. Take in a longer history of purchases, or ask again when more members have come back."
        )


def as_the_library_reads(rows: Any) -> Any:
    """Histories under the names that the library gives to their columns."""
    import pandas as pd

    return pd.DataFrame(
        {
            "customer_id": rows["member"].to_numpy(),
            "frequency": rows["repeats"].to_numpy().astype("float64"),
            "recency": rows["recency"].to_numpy(),
            "T": rows["age"].to_numpy(),
        }
    )


def _sampling(model: str, draws: int, seed: int, cores: int) -> dict[str, Any]:
    if draws == 0:
        return {"method": "map", "progressbar": False}
    common = {"random_seed": seed, "progressbar": False, "cores": cores}
    if model == "pareto-nbd":
        # Its steps are many and small: it takes more of them to know as much.
        return common | {"method": "demz", "draws": 6 * draws, "tune": 4 * draws, "chains": 4}
    return common | {"method": "mcmc", "draws": draws, "tune": max(draws, 300), "chains": 2, "target_accept": 0.9}


def _fitted(model: str, library: Any, draws: int) -> Fit:
    names = _PARAMETERS[model]
    posterior = library.idata.posterior
    convergence = _convergence(library.idata, names) if draws else Convergence(None, None, None)
    every = max(1, posterior.sizes["chain"] * posterior.sizes["draw"] // _KEPT)
    library.idata = library.idata.isel(draw=slice(None, None, every))
    posterior = library.idata.posterior
    return Fit(model, {name: posterior[name].to_numpy().reshape(-1) for name in names}, library, convergence)


def _convergence(idata: Any, names: tuple[str, ...]) -> Convergence:
    import arviz

    measured: Any = arviz  # its functions have no types
    posterior = idata.posterior[list(names)]
    worst = max([float(value) for value in measured.rhat(posterior).data_vars.values()])
    fewest = min([float(value) for value in measured.ess(posterior).data_vars.values()])
    stats = idata.sample_stats
    divergences = int(stats["diverging"].sum()) if "diverging" in stats else 0
    # Chains that never moved have neither; that they do not agree is all there is to say.
    r_hat = worst if math.isfinite(worst) else 9.99
    return Convergence(divergences, r_hat, int(fewest) if math.isfinite(fewest) else 0)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the library's log lines and warnings: what they say is measured here, and told in words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # When they are loaded, they set the levels of their loggers.
        import pymc_marketing.clv  # noqa: F401

        with _silent([logging.getLogger(name) for name in ("pymc", "pytensor", "arviz")]):
            yield


@contextmanager
def _silent(loggers: list[logging.Logger]) -> Iterator[None]:
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
