"""Warnings: members hear in time that something will expire.

A unit says how many days before the end of a lot a warning falls due: at the start of that day, by itself, and once for
everything that ends on one day. What would lapse earlier for want of activity counts with that earlier end, as things
stand: whoever does something moves it. A lot that is granted when a warning would be due, or after, gets the next one
only. Nothing of it needs to be remembered: a warning is due where its moment lies ahead of what is settled.

**Worked.** ``expires: 12 months``, ``warn: [30 days, 1 day]``. 40 points of 10 March 2026 in the morning and 60 of the
same evening last through 10 March 2027. On 9 February 2027 Ana hears that 100 points expire on 11 March, and on 10
March again, of what she has not spent by then.
"""

from collections.abc import Iterator

from guerdon.core.calendar import Day, Instant
from guerdon.core.case import Case
from guerdon.core.effects import ExpiresSoon
from guerdon.core.wallet import Lot


def next_warning(case: Case, unit: str) -> Instant | None:
    """When the next warning about a unit falls due, as the case stands; None: none does."""
    moments = [
        moment for end, lot in _endings(case, unit) for moment in _moments(case, unit, end) if moment > case.as_of
    ]
    return min(moments, default=None)


def warn(case: Case, unit: str, at: Instant) -> None:
    """Say what will expire, one warning for each day on which something does, and one for each voucher."""
    told: dict[tuple[Day, str], ExpiresSoon] = {}
    for end, lot in _endings(case, unit):
        if any(max(case.as_of, lot.earned_at) < moment <= at for moment in _moments(case, unit, end)):
            reference = lot.reference if case.version.is_voucher(unit) else ""
            key = (case.version.zone.day(end), reference)
            before = told.get(key)
            amount, first = (0, end) if before is None else (before.amount, min(before.expires_at, end))
            told[key] = ExpiresSoon(unit, amount + lot.amount, first, at, reference)
    case.effects += [told[key] for key in sorted(told)]


def _endings(case: Case, unit: str) -> Iterator[tuple[Instant, Lot]]:
    """Each lot that ends at some time, with its end as things stand."""
    held = case.wallets.get(unit)
    if held is None or not (held.lots or held.pending):
        return
    lapses_at = case.version.lapses_at(case, unit)
    for lot in held.lots + held.pending:
        ends = [end for end in (lot.expires_at, lapses_at) if end is not None]
        if ends:
            yield min(ends), lot


def _moments(case: Case, unit: str, end: Instant) -> tuple[Instant, ...]:
    return case.version.warns_at(end, case.version.program.units[unit].warn)
