"""The gross method: everything that is outstanding, at what it is worth, whether it will be used or not.

The lines of a month are shares of the difference between the two balances, so that they add up to it to the minor unit:
each is rounded down, and what is left over goes to those with the largest remainders. Where the program says another
worth than the month before, the opening balance is valued anew: ``revalued``.

**Worked.** At 1 USD per 300 points, 100 sold and 50 redeemed: the balance goes from 0 to 50 points, 0.17 USD. The
lines are 33 1/3 and -16 2/3 cents: rounded down 33 and -17, which lacks a cent. Their remainders are equal, so it goes
to the first: 34 and -17.
"""

from collections.abc import Mapping

from guerdon.core.amounts import Rate, Rounding
from guerdon.insight.accounting.roll_forward import Roll, in_order


def at_worth(roll: Roll, worth: Rate, before: Rate) -> Roll:
    """A month's roll-forward in money, at a worth; ``before`` is that of the month before."""
    opening, closing = before.of(roll.opening, Rounding.NEAREST), worth.of(roll.closing, Rounding.NEAREST)
    revalued = worth.of(roll.opening, Rounding.NEAREST) - opening
    moves = _shares(closing - opening - revalued, roll.moves, worth)
    return Roll(opening, in_order({**moves, "revalued": revalued}), closing)


def _shares(total: int, moves: Mapping[str, int], worth: Rate) -> dict[str, int]:
    """What each line is worth, in whole minor units that add up to the total."""
    parts = {line: divmod(amount * worth.amount, worth.per) for line, amount in moves.items()}
    shares = {line: whole for line, (whole, _) in parts.items()}
    nearest = sorted(parts, key=lambda line: -parts[line][1])
    left = total - sum(shares.values())
    for place in range(abs(left)):
        shares[nearest[place % len(nearest)]] += 1 if left > 0 else -1
    return shares
