"""Amounts on the wire: a JSON number up to 2^53, a text above, because JavaScript would round it.

The text is a matter of the wire alone. Who reads an answer by ``guerdon.client`` gets a whole number: that is what an
amount is to whoever checks types.
"""

from typing import TYPE_CHECKING, cast

MOST_EXACT = 2**53

if TYPE_CHECKING:
    WireAmount = int
else:
    WireAmount = int | str
"""An amount in the smallest part of its unit. A text of digits where it is beyond 2^53."""


def wired(amount: int) -> WireAmount:
    """An amount as it goes over the wire: ``250``, and ``"9007199254740993"`` beyond 2^53."""
    return amount if -MOST_EXACT <= amount <= MOST_EXACT else cast(int, str(amount))
