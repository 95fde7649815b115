"""How strong something unknown would have to be to explain a result away: the E-value.

It is told as a ratio. Something that nobody recorded would have to make both the invitation and the higher spending so
many times as likely, beyond all that was recorded, to bring the result to nothing. An E-value of 1.2 is easily come by
(who moved closer, who had a child); of 3 hardly.

**Worked.** An effect of 0.2 standard deviations is a risk ratio of about exp(0.91 · 0.2) = 1.200. Its E-value is
1.2 + √(1.2 · 0.2) = 1.69.

Source: T. VanderWeele, P. Ding, Sensitivity analysis in observational research: introducing the E-value, Annals of
Internal Medicine 167 (2017).
"""

import math


def e_value(effect: float, spread: float) -> float | None:
    """For an effect on figures of such a standard deviation; None where nobody differs."""
    if spread <= 0:
        return None
    ratio = math.exp(0.91 * abs(effect) / spread)
    return ratio + math.sqrt(ratio * (ratio - 1))


def e_value_of_interval(low: float, high: float, spread: float) -> float | None:
    """For the end of an interval that is nearer to nothing: 1 where the interval holds nothing."""
    if low <= 0 <= high:
        return 1.0
    return e_value(min(abs(low), abs(high)), spread)
