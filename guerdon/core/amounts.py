"""Amounts are whole numbers of a unit's smallest part: cents, kopecks, points, hundredths of a star.

Nothing here is a float. A rate is a fraction of two whole numbers, every division says how it rounds, and an amount
that is split over parts is split exactly.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

MAX_AMOUNT = 10**15
"""The largest amount that one line, one event or one grant may carry.

It leaves room to add thousands of them in 64 bits.
"""

MOST_AT_ONCE = 10_000
"""How many cards one event may fill, and how many tickets it may bring. More is a slip of the keyboard."""

MAX_BALANCE = 2**63 - 1
"""The largest balance a wallet may hold: what PostgreSQL's bigint can store."""

_MINOR_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF"), 0
    ),
    **dict.fromkeys(("XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def currency_scale(currency: str) -> int:
    """How many decimal digits the currency's smallest part has by ISO 4217: 2 for USD, 0 for JPY, 3 for KWD."""
    return _MINOR_DIGITS.get(currency, 2)


class Rounding(StrEnum):
    """What becomes of a fraction of the smallest part."""

    FLOOR = "floor"
    NEAREST = "nearest"
    UP = "up"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide whole numbers and round as told; a half goes away from zero under NEAREST.

    >>> [divide(7, 2, rounding) for rounding in (Rounding.FLOOR, Rounding.NEAREST, Rounding.UP)]
    [3, 4, 4]
    """
    if rounding is Rounding.FLOOR:
        return numerator // denominator
    if rounding is Rounding.UP:
        return -(-numerator // denominator)
    if numerator < 0:
        return -divide(-numerator, denominator, rounding)
    return (2 * numerator + denominator) // (2 * denominator)


class Rate(msgspec.Struct, frozen=True, gc=False):
    """So much of one thing per so much of another, both in their smallest parts.

    "1 point per 1 USD" is ``Rate(1, 100)``: one point for every hundred cents. "1.25 stars per 1 USD" with stars of
    scale 2 is ``Rate(125, 100)``.
    """

    amount: int
    per: int

    def of(self, quantity: int, rounding: Rounding) -> int:
        """What the quantity is worth at this rate.

        >>> Rate(1, 100).of(2949, Rounding.FLOOR)
        29
        """
        return divide(quantity * self.amount, self.per, rounding)


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount over parts in proportion to their weights, so that the parts add up to it exactly.

    Each part first gets its share rounded down; the units left over go to the largest remainders, the earlier part
    first where remainders are equal. Weights that are all zero share alike.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    >>> allocate(10, [999, 501, 0])
    [7, 3, 0]
    """
    total = sum(weights)
    if total == 0:
        weights = [1] * len(weights)
        total = len(weights)
    products = [amount * weight for weight in weights]
    shares = [product // total for product in products]
    left = amount - sum(shares)
    if left:
        remainders = [product % total for product in products]
        # Sorting keeps the order of equals, in reverse too.
        for part in sorted(range(len(shares)), key=remainders.__getitem__, reverse=True)[:left]:
            shares[part] += 1
    return shares


def portion(amount: int, taken: int, whole: int) -> int:
    """The part of an amount that belongs to ``taken`` out of ``whole``, rounded down; all of it when all is taken.

    Used cumulatively, so that several partial takes add up to exactly the amount: three takes of one out of three from
    100 are ``portion(100, 1, 3) = 33``, then ``66 - 33 = 33``, then ``100 - 66 = 34``.
    """
    return amount * taken // whole
