"""Allocation: the price of sales shared between goods and the points that came with them.

The share of each is in proportion to its stand-alone selling price (IFRS 15.74): of the goods what was paid for them,
of points what they are worth when used times how likely they are to be used (B42). A month's sales are taken together
(the portfolio approach of IFRS 15.4), and the shares add up to what was paid exactly.

**Worked**, Example 52 of the standard. 100,000 were paid, and 10,000 points given that are worth 1 each and of which
95 % are expected to be used: their stand-alone selling price is 9,500. Goods get 100,000 x 100,000 / 109,500 = 91,324,
and points 8,676.
"""

from collections.abc import Mapping

from guerdon.core.amounts import Rate, Rounding, allocate, divide
from guerdon.insight.accounting.curves import CERTAIN


def standalone_price(points: int, worth: Rate, likelihood: int) -> int:
    """What points would sell for by themselves, in minor units: their worth times the likelihood, in millionths."""
    return divide(points * worth.amount * likelihood, worth.per * CERTAIN, Rounding.NEAREST)


def allocated(paid: int, prices: Mapping[str, int]) -> dict[str, int]:
    """How much of what was paid belongs to each unit, in minor units; the rest belongs to the goods.

    ``prices`` are the stand-alone selling prices of the points by unit.
    """
    if paid <= 0:
        return dict.fromkeys(prices, 0)
    _, *shares = allocate(paid, [paid, *prices.values()])
    return dict(zip(prices, shares, strict=True))
