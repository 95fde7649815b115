"""What was paid out of a wallet comes back with the goods.

**Worked.** Lines of 10.00 and 90.00 were paid with 3,000 points (30.00) and 70.00 in money. The second line comes back:
2,700 of the 3,000 points come back, because nine tenths of the bill were for it. Several returns of one line add up to
exactly what was paid with: three returns of one item out of three bring 33, 33 and 34 of 100 points.

What comes back lasts as long as the unit says, counted from the return: which part of which lot was spent is not kept,
and a member who returns goods shall not find the points for them expired already.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guerdon.core.amounts import allocate
from guerdon.core.case import Case
from guerdon.core.effects import Effect, PaidWith, Refunded
from guerdon.core.events import Purchase
from guerdon.core.purchasing import paid_by_line

if TYPE_CHECKING:
    from guerdon.core.returning import Origin


def refund(case: Case, origin: "Origin") -> None:
    """Give back what the returned part of the bill was paid with, whatever today's version says of paying."""
    for place, effect in enumerate(origin.effects):
        if isinstance(effect, PaidWith):
            by_line = _by_line(effect, origin.purchase, origin.effects[:place])
            amount = sum([origin.share_coming_back(share, line) for line, share in by_line.items()])
            if amount:
                _give_back(case, effect, amount)


def _by_line(paid: PaidWith, purchase: Purchase, before: Sequence[Effect]) -> dict[int, int]:
    """The part of the amount that belongs to each line, by what it paid of it."""
    if paid.lines:
        return dict(zip(paid.lines, allocate(paid.amount, paid.shares), strict=True))
    return dict(enumerate(allocate(paid.amount, paid_by_line(purchase, before))))


def _give_back(case: Case, paid: PaidWith, amount: int) -> None:
    expires_at = case.expiry(paid.unit) if paid.unit in case.version.program.units else None
    case.put(paid.unit, amount, expires_at)
    case.effects.append(Refunded(paid.mechanic, paid.unit, amount, expires_at, paid.partner))
    case.repay(paid.unit)
