"""An amount arrives that another member sent, or comes back from one who could not take it.

It may have been longer on its way than it lasted: then it is received and lapses at once. It may be of a unit that the
program has dropped since: then it becomes what that unit became. A debt is paid back out of it, as out of anything that
comes in.

**Worked.** Ana sends Bo 40 points that expire on 1 June. They arrive on 20 May and last until 1 June with Bo too. If
nobody is called Bo they come back to Ana, and expire on 1 June.
"""

from guerdon.core.case import Case
from guerdon.core.effects import Received
from guerdon.core.events import Receive
from guerdon.core.refusals import stop
from guerdon.core.succession import convert_dropped


def receive(case: Case, event: Receive) -> None:
    """Put what arrives into the wallet. It was granted once and is counted in no meter again."""
    unit = event.unit
    if unit not in case.version.program.units:
        raise stop("unit_unknown", unit=unit)
    expires_at = case.expiry(unit) if event.expires_at is None else event.expires_at
    reference = event.id if case.version.is_voucher(unit) else ""
    case.put(unit, event.amount, expires_at, reference)
    case.effects.append(Received(unit, event.amount, event.sender, expires_at, event.returned))
    if expires_at is not None and expires_at <= case.as_of:
        case.expire(unit, case.as_of)
    case.repay(unit)
    convert_dropped(case)
