"""Goods are delivered: what a purchase granted "after delivery" begins to mature.

Until then such a lot waits, with ``WAITING`` for the instant at which it matures and the purchase's id for a reference.

**Worked.** Points are there 14 days after delivery. A purchase of 1 March grants 30 points that wait; the goods arrive
on 5 March, and the points mature at the start of 20 March, behind fourteen whole days.
"""

from guerdon.core.calendar import LAST_INSTANT, Delay, Instant
from guerdon.core.case import Case
from guerdon.core.effects import Delivered
from guerdon.core.events import Deliver
from guerdon.core.refusals import stop
from guerdon.core.wallet import wait_until

WAITING: Instant = LAST_INSTANT
"""When a lot matures whose goods have not arrived: not in any time that an event may carry."""


def deliver(case: Case, event: Deliver) -> None:
    """Set the maturity of everything that waits for this purchase. Refused where nothing does."""
    found = False
    for unit, held in case.wallets.items():
        for lot in held.pending:
            purchase, _, mechanic = lot.reference.rpartition("/")
            if lot.matures_at == WAITING and purchase == event.purchase:
                found = True
                rule = case.counting.rule_called(mechanic)
                delay = Delay() if rule is None or rule.delay is None else rule.delay
                matures_at = max(delay.ends(case.at, case.version.zone), case.at)
                case.wallets[unit] = wait_until(case.wallets[unit], lot, matures_at)
                case.effects.append(Delivered(event.purchase, unit, lot.amount, matures_at))
    if not found:
        raise stop("nothing_waits_for_delivery", purchase=event.purchase)
    for unit in list(case.wallets):
        case.mature(unit, case.as_of)
