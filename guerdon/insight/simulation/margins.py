"""Margins: what share of sales is left of goods of a category, as the merchant says.

**Worked.** ``grocery: 25 %`` and ``grocery/beer: 15 %``: of 100.00 for soup 25.00 are left, of 100.00 for beer 15.00,
as the longest path counts. Of 100.00 for fuel nothing is known, and it is told so.
"""

from collections.abc import Mapping

from guerdon.core.amounts import Rounding, divide
from guerdon.insight.simulation.result import Margin

WHOLE = 10_000
"""What shares are parts of: 2500 is 25 %."""

Margins = Mapping[str, int]
"""By category path, in hundredths of a per cent; the empty path is everything else."""


def share_of(category: str, margins: Margins) -> int | None:
    """The share of a category by the longest path that leads to it; None: there is none."""
    path = category
    while path:
        if path in margins:
            return margins[path]
        path = path.rpartition("/")[0]
    return margins.get("")


def margin_on(sales: Mapping[str, int], margins: Margins, cost: int) -> Margin:
    """The margin on sales by category, and what the program leaves of it."""
    shares = {category: share_of(category, margins) for category in sales}
    weighed = sum([sales[category] * share for category, share in shares.items() if share is not None])
    gross = divide(weighed, WHOLE, Rounding.NEAREST)
    without = sum([sales[category] for category, share in shares.items() if share is None])
    return Margin(
        gross=gross,
        cost=cost,
        net=gross - cost,
        cost_share=cost / gross if gross > 0 else None,
        without_share=without,
    )
