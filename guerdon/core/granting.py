"""Granting: what every mechanic that gives an amount has in common. Caps, maturity, expiry, and who pays for it.

Caps are taken in the order: per event, each member's in each period, the total, and then those that the mechanic shares
with others. What is above a cap burns, and the trace says so.

**Worked.** A mechanic would give 80 points, has a cap of 100 a week and gave 50 this week: it gives 50, and the grant
says that 80 were wanted and that ``per_member`` cut it. Where it is 200 a
week for a plan, its members get all 80.
"""

from typing import NamedTuple

from guerdon.core.calendar import Delay, Instant, Term, date_of
from guerdon.core.case import Case
from guerdon.core.delivery import WAITING
from guerdon.core.program import Allowance, Cap
from guerdon.core.rule import Proposal
from guerdon.core.workshop import Workshop

NO_CAP = Cap()


class _Ceiling(NamedTuple):
    """A cap with the names under which its uses are counted."""

    owner: str
    cap: Cap
    total: str
    told: str
    """How ``capped_by`` begins: empty for the mechanic's own cap."""


class Giver:
    """Gives amounts of one unit to members on behalf of one mechanic."""

    def __init__(
        self,
        workshop: Workshop,
        mechanic: str,
        unit: str,
        *,
        cap: Cap = NO_CAP,
        shared: str = "",
        delay: Delay | None = None,
        expires: Term | None = None,
        funded_by: str = "",
        source: str = "",
    ) -> None:
        """Declare the shared limits of the caps.

        ``shared`` names a cap of the program. ``funded_by`` names the partner who pays; ``partner`` is the one with
        whom the event happened. ``source`` is what a grant is said to come from, where that is a part of the mechanic.
        """
        self.mechanic, self.unit, self._source = mechanic, unit, source or mechanic
        self.delay, self._expires, self._funded_by = delay, expires, funded_by
        self._ceilings = [] if cap == NO_CAP else [_ceiling(workshop, mechanic, cap, "")]
        if shared:
            self._ceilings.append(_ceiling(workshop, f"cap:{shared}", workshop.program.caps[shared], f"{shared}: "))
        declared = workshop.program.units[unit]
        self._is_voucher = declared.money and not declared.divisible
        self.is_capped = bool(self._ceilings)
        terms = (expires, delay, declared.expires)
        is_lasting = terms == (None, None, None) and not declared.lifetimes
        self.is_plain = is_lasting and not self.is_capped and not self._is_voucher and not funded_by

    def within_caps(self, case: Case, wanted: int, *, by_period: bool = True) -> tuple[int, str]:
        """What the caps leave of an amount, and the name of the one that cut the most off; empty where none did.

        Without ``by_period`` the amounts for a member and a calendar period are left out of it.
        """
        amount, capped_by = wanted, ""
        for ceiling in self._ceilings:
            left, by = _left(case, ceiling, amount, by_period=by_period)
            if left < amount:
                amount, capped_by = left, ceiling.told + by
        return amount, capped_by

    def propose(self, case: Case, proposal: Proposal) -> Proposal:
        """A proposal cut down to what the caps leave of it."""
        if not self.is_capped:
            return proposal
        amount, capped_by = self.within_caps(case, proposal.wanted)
        return proposal._replace(amount=amount, capped_by=capped_by)

    def give(self, case: Case, proposal: Proposal, part: str = "") -> None:
        """Grant what was proposed and count it against the caps; where they left nothing, record that.

        ``part`` tells several vouchers of one event apart.
        """
        amount = proposal.amount
        if amount == 0:
            case.cap(proposal, self.unit)
            return
        if self.is_plain:
            case.grant(self.unit, amount, self._source, expires_at=None, proposal=proposal)
            return
        for ceiling in self._ceilings:
            _count(case, ceiling, amount)
        matures_at = self._matures_at(case)
        case.grant(
            self.unit, amount, self._source, expires_at=case.expiry(self.unit, self._expires),
            matures_at=matures_at, reference=self._reference(case, matures_at, part), proposal=proposal,
            funded_by=self._partner(case),
        )  # fmt: skip

    def _partner(self, case: Case) -> str:
        if self._funded_by != "partner":
            return self._funded_by
        # What merely fell due before an event has nothing to do with it.
        return getattr(case.event, "partner", "") if case.settled_at is None else ""

    def _matures_at(self, case: Case) -> Instant | None:
        """When the grant becomes available; None: at once."""
        if self.delay is None:
            return None
        if self.delay.start == "delivery":
            return WAITING
        zone = case.version.zone
        if self.delay.start == "statement":
            matures_at = self.delay.ends(zone.start(case.period_end(case.day, "statement")), zone)
        else:
            matures_at = self.delay.ends(case.at, zone)
        return None if matures_at <= case.as_of else matures_at

    def _reference(self, case: Case, matures_at: Instant | None, part: str) -> str:
        """A voucher is known by its mechanic and what brought it, event or day; so is what waits for a delivery."""
        if not self._is_voucher and matures_at != WAITING:
            return ""
        if case.settled_at is not None:
            return f"{self.mechanic}/{date_of(case.day)}{part}"
        return f"{case.event.id}/{self.mechanic}{part}"


def _ceiling(workshop: Workshop, owner: str, cap: Cap, told: str) -> _Ceiling:
    total = "" if cap.total is None else workshop.limit(owner, cap.total)
    return _Ceiling(owner, cap, total, told)


def _left(case: Case, ceiling: _Ceiling, wanted: int, *, by_period: bool) -> tuple[int, str]:
    """What one cap leaves of an amount, and which part of the cap cut the most off."""
    cap, amount, capped_by = ceiling.cap, wanted, ""
    if cap.per_event is not None and cap.per_event < amount:
        amount, capped_by = cap.per_event, "per_event"
    for allowance in cap.per_member:
        if not by_period and allowance.period != "ever":
            continue
        left = _allowed(case, cap, allowance) - _used(case, ceiling.owner, allowance)
        if left < amount:
            amount, capped_by = max(left, 0), "per_member"
    for allowance in cap.times:
        if amount and _used(case, f"{ceiling.owner}/times", allowance) >= allowance.amount:
            amount, capped_by = 0, "times"
    if ceiling.total and amount:
        left = case.left_of(ceiling.total)
        if left < amount:
            amount, capped_by = max(left, 0), "total"
    return amount, capped_by


def _allowed(case: Case, cap: Cap, allowance: Allowance) -> int:
    """What the member may get in a period: the most of what is for all, and for the tiers and plans of this one."""
    more = [each for name, allowances in cap.more_for.items() if case.belongs_to(name) for each in allowances]
    return max([allowance.amount, *[each.amount for each in more if each.period == allowance.period]])


def _used(case: Case, owner: str, allowance: Allowance) -> int:
    return case.used_in(f"{owner}/{allowance.period}", case.period_start(case.day, allowance.period))


def _count(case: Case, ceiling: _Ceiling, amount: int) -> None:
    for allowance in ceiling.cap.per_member:
        start = case.period_start(case.day, allowance.period)
        case.count_use(f"{ceiling.owner}/{allowance.period}", start, amount)
    for allowance in ceiling.cap.times:
        start = case.period_start(case.day, allowance.period)
        case.count_use(f"{ceiling.owner}/times/{allowance.period}", start, 1)
    if ceiling.total:
        case.use(ceiling.total, amount)
