"""How likely each member was to be invited, by what was known before (the propensity).

A logistic regression with a light ridge, fitted by Newton's method: members of the same propensity are, among them,
invited as if by chance as far as what was known goes. What is compared is the propensity's logit, where its steps are
even.

**Worked.** With nothing known but that 25 of 100 were invited, everybody's logit is ln(25 / 75) = -1.099.

Source: P. Rosenbaum, D. Rubin, The central role of the propensity score in observational studies for causal effects,
Biometrika 70 (1983).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from guerdon.insight.experiments.means import Floats

RIDGE = 1.0
"""As if one member in all spoke against each coefficient: keeps them finite where something tells the groups apart."""
_STEPS = 50
_STILL = 1e-8


def standardised(known: Mapping[str, Floats], members: int) -> Floats:
    """What is known, in columns of mean 0 and variance 1; what does not vary is left out."""
    columns = [(values - values.mean()) / values.std() for values in known.values() if values.std() > 0]
    return np.stack(columns, axis=1) if columns else np.empty((members, 0))


def logits(columns: Floats, invited: NDArray[np.bool_]) -> Floats:
    """The logit of each member's propensity. Some members are invited and some are not."""
    design = np.column_stack([np.ones(len(columns)), columns])
    ridge = np.diag([1e-9, *[RIDGE] * columns.shape[1]])
    coefficients = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-np.clip(design @ coefficients, -30, 30)))
        weights = np.maximum(expected * (1 - expected), 1e-9)
        slope = design.T @ (invited - expected) - ridge @ coefficients
        step = np.linalg.solve((design * weights[:, None]).T @ design + ridge, slope)
        coefficients = coefficients + step
        if np.abs(step).max() < _STILL:
            break
    fitted: Floats = design @ coefficients
    return fitted
