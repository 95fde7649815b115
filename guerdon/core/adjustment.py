"""A member of staff corrects a balance, with a reason."""

from guerdon.core import wallet
from guerdon.core.case import Case
from guerdon.core.effects import Adjusted
from guerdon.core.events import Adjust
from guerdon.core.refusals import stop


def adjust(case: Case, event: Adjust) -> None:
    """Add to a wallet, or take away what is available.

    What is added expires like any grant of its unit. Taking more than is available is refused: an adjustment makes no
    debt.
    """
    if event.unit not in case.version.program.units:
        raise stop("unit_unknown", unit=event.unit)
    if event.amount > 0:
        expires_at = case.expiry(event.unit)
        case.put(event.unit, event.amount, expires_at, reference=_own_lot(case, event))
        case.effects.append(Adjusted(event.unit, event.amount, event.reason, event.by, expires_at))
        case.repay(event.unit)
        return
    held = wallet.available(case.wallet(event.unit))
    if -event.amount > held:
        raise stop("adjustment_exceeds_available", wanted=-event.amount, unit=event.unit, available=held)
    if event.amount:
        case.wallets[event.unit], _ = wallet.spend(case.wallet(event.unit), -event.amount)
        case.effects.append(Adjusted(event.unit, event.amount, event.reason, event.by))


def _own_lot(case: Case, event: Adjust) -> str:
    """An amount in vouchers stays a voucher of its own, with the event's id for a reference."""
    return event.id if case.version.is_voucher(event.unit) else ""
