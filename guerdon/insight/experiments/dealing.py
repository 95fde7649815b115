"""Whether the groups are as large as chance would have made them.

Where they are not, something decides about who is counted besides chance: members lost on the way, a rule that makes
some of them leave or join. Then no comparison of the groups says what the rule did, however small its p.

**Worked.** 1,000 members at 20 %, 40 %, 40 %: expected are 200, 400, 400. Counted were 170, 410, 420. χ² is
900/200 + 100/400 + 400/400 = 5.75 with 2 degrees of freedom, p = 0.056: that happens. Of 10,000 members with 1,700,
4,100 and 4,200 χ² is 57.5 and p is 3·10⁻¹³: that does not.

Source: A. Fabijan et al., Diagnosing sample ratio mismatch in online controlled experiments, KDD 2019.
"""

from collections.abc import Sequence

from scipy import stats

TOO_UNLIKELY = 0.001
"""Below this p nothing is concluded. Low, because it is looked at every day and has to be right then."""


def mismatch(counted: Sequence[int], shares: Sequence[float]) -> float | None:
    """How often chance would make the groups as uneven; None below two groups or without members."""
    members, whole = sum(counted), sum(shares)
    if len(counted) < 2 or members == 0 or any(share <= 0 for share in shares):
        return None
    expected = [members * share / whole for share in shares]
    distance = sum((there - wanted) ** 2 / wanted for there, wanted in zip(counted, expected, strict=True))
    return float(stats.chi2.sf(distance, len(counted) - 1))
