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
from guerdon.core.merging import note_arrival, take_on_debt
from guerdon.core.refusals import stop
from guerdon.core.succession import convert_dropped
from guerdon.core.wallet import Lot


def receive(case: Case, event: Receive) -> None:
    """Put what arrives into the wallet. It was granted once and is counted in no meter again."""
    unit = event.unit
    if unit not in case.version.program.units:
        raise stop("unit_unknown", unit=unit)
    lot = _lot(case, event)
    if event.merge and not (event.returned or event.separated):
        note_arrival(case, event, lot)
    if event.owed:
        take_on_debt(case, event)
        return
    expires_at = lot.expires_at
    case.put(unit, event.amount, expires_at, lot.reference, matures_at=lot.matures_at)
    case.effects.append(Received(unit, event.amount, event.sender, expires_at, event.returned, lot.matures_at))
    if expires_at is not None and expires_at <= case.as_of:
        case.expire(unit, case.as_of)
    case.repay(unit)
    convert_dropped(case)


def _lot(case: Case, event: Receive) -> Lot:
    """The lot as it will lie in the wallet. What was merged keeps all it had; what was sent begins anew in part."""
    expires_at = event.expires_at
    if expires_at is None and not event.merge:
        expires_at = case.expiry(event.unit)
    is_ripe = event.matures_at is None or event.matures_at <= case.as_of
    matures_at = None if is_ripe else event.matures_at
    return Lot(event.amount, case.at, expires_at, 0, matures_at, _reference(case, event))


def _reference(case: Case, event: Receive) -> str:
    """What the lot is known by: a voucher by the reference it has, unless one of that name is held already.

    Vouchers that a calendar brings have the same references with everybody, and two of them must not become one.
    """
    if not case.version.is_voucher(event.unit):
        return event.reference
    held = case.wallet(event.unit)
    is_held = any(lot.reference == event.reference for lot in held.lots + held.pending)
    return event.id if is_held else event.reference or event.id
