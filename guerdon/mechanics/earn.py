"""Earn: an event gives an amount of a unit.

**By rate**: so much per amount paid for the lines that match. ``rate: 1 per 1 USD``, a basket of 29.49 gives 29 points.

**Flat**: the same amount each time. ``flat: 50`` on enrolment gives 50 points.

**By multiplying** another mechanic: ``multiply: base`` with ``by: 2`` gives once more what ``base`` gave for the
lines that match. A basket earned 29 by ``base``, 9 of them on private label; doubling private label gives 9 more.

Caps are taken in the order per event, per member and period, total. What is above a cap burns, and the trace says so.
"""

from typing import Literal

import msgspec

from guerdon.core.amounts import Rate, Rounding, divide
from guerdon.core.calendar import Day, Term, period_start
from guerdon.core.case import Case
from guerdon.core.effects import Granted
from guerdon.core.program import Cap, Texts, When
from guerdon.core.rule import Proposal, Rule
from guerdon.core.version import Workshop

_Lines = tuple[int, ...] | None


class Earn(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an earning mechanic. Exactly one of ``rate``, ``flat`` and ``multiply`` is given."""

    name: str
    earn: str
    """The unit that is given."""
    title: Texts = {}
    on: str = "purchase"
    """What it reacts to: ``purchase``, ``enrol``, or ``action:NAME``."""
    rate: Rate | None = None
    """Amount of the unit per minor units paid."""
    flat: int | None = None
    """Amount of the unit each time."""
    multiply: str | None = None
    """The mechanic whose grant on this purchase is multiplied. It stands above this one in the file."""
    by: Rate = Rate(2, 1)
    """The factor, as a fraction: 2 is ``Rate(2, 1)``, 1.5 is ``Rate(3, 2)``. What is given is the part above one."""
    when: When = When()
    rounding: Rounding = Rounding.FLOOR
    """Of the whole order, or of each line."""
    round_per: Literal["order", "line"] = "order"
    limit: Cap = Cap()
    lane: str = ""
    available_after: Term | None = None
    """How long the grant stays pending; None: it is available at once."""
    expires: Term | None = None
    """How long the grant lasts; None: as its unit says."""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return EarnRule(self, workshop)


class EarnRule(Rule):
    """An earning mechanic, compiled."""

    def __init__(self, settings: Earn, workshop: Workshop) -> None:
        """Compile the conditions and declare the total, where there is one."""
        self.settings = settings
        self.name = settings.name
        self.lane = settings.lane
        self.triggers = (settings.on,)
        self._unit = settings.earn
        condition = workshop.condition(settings.when)
        self._condition = condition if settings.on == "purchase" else condition._replace(lines=None)
        self._checks = self._condition.checks
        # On the days that are left when is_live_on has had its say, these remain to be looked at.
        self._live_checks = [check.holds for check in self._checks if check.on_day is None]
        self._lines = self._condition.lines
        self._rate = settings.rate
        self._multiplies = settings.multiply is not None
        self._rounds_lines = settings.rate is not None and settings.round_per == "line" and settings.on == "purchase"
        self._cap = settings.limit
        self._total = "" if settings.limit.total is None else workshop.limit(settings.name, settings.limit.total)
        self._is_capped = settings.limit != Cap()
        unit = workshop.program.units[settings.earn]
        terms = (settings.expires, settings.available_after, unit.expires)
        self._is_plain = not self._is_capped and not unit.money and terms == (None, None, None)

    def is_live_on(self, day: Day) -> bool:
        """Whether its dates, weekdays and categories let it give anything on that day."""
        return self._condition.is_live_on(day)

    def propose(self, case: Case) -> Proposal | None:
        """Work out what it gives for this event, within its caps."""
        if case.notes is not None:
            failing = self._condition.failing(case)
            if failing is not None:
                case.note(self.name, "skipped", failing.code, failing.sentence)
                return None
        for holds in self._live_checks:
            if not holds(case):
                return None
        lines = None
        if self._lines is not None:
            bit = self._lines.bit_on(case.day)
            if not case.mask & bit:
                case.note(self.name, "skipped", "no_line_matches", f"no line is {self._lines.sentence}")
                return None
            if not case.mask_of_all & bit:
                lines = tuple([line for line, mask in enumerate(case.masks) if mask & bit])
        shares = None
        if self._multiplies:
            wanted, lines, shares = self._multiplied(case, lines)
        elif self._rounds_lines:
            shares = self._by_line(case, lines)
            wanted = sum(shares)
        else:
            wanted = self._wanted(case, lines)
        if wanted <= 0:
            case.note(self.name, "skipped", "rounds_to_zero", "what was paid is too little to earn anything")
            return None
        if not self._is_capped:
            return Proposal(self, wanted, wanted, "", lines, self._rate, shares)
        amount, capped_by = self._within_caps(case, wanted)
        return Proposal(self, amount, wanted, capped_by, lines, self._rate, shares)

    def _wanted(self, case: Case, lines: tuple[int, ...] | None) -> int:
        """What it would give without caps."""
        if self.settings.flat is not None:
            return self.settings.flat
        if self._rate is None:
            return 0
        paid = case.total if lines is None else sum([case.payments[line] for line in lines])
        return self._rate.of(paid, self.settings.rounding)

    def _by_line(self, case: Case, lines: tuple[int, ...] | None) -> tuple[int, ...]:
        """What it would give for each line, each rounded by itself."""
        rate, rounding = self._rate or Rate(0, 1), self.settings.rounding
        payments = case.payments if lines is None else [case.payments[line] for line in lines]
        return tuple([rate.of(payment, rounding) for payment in payments])

    def _multiplied(self, case: Case, lines: tuple[int, ...] | None) -> tuple[int, _Lines, _Lines]:
        """The part above one of the factor, of what the other mechanic gave for these lines.

        With it the lines that the other mechanic gave something for, and what each of them earned.
        """
        for grant in case.effects:
            if isinstance(grant, Granted) and grant.mechanic == self.settings.multiply and grant.at is None:
                break
        else:
            return 0, lines, None
        if lines is None or lines == grant.lines:
            earned, lines, shares = grant.amount, grant.lines, grant.shares
        else:
            by_line = case.line_shares(grant)
            lines = tuple([line for line in lines if line in by_line])
            shares = tuple([by_line[line] for line in lines])
            earned = sum(shares)
        by = self.settings.by
        return divide(earned * (by.amount - by.per), by.per, self.settings.rounding), lines, shares

    def _within_caps(self, case: Case, wanted: int) -> tuple[int, str]:
        """What the caps leave of an amount, and the name of the one that cut the most off."""
        cap, amount, capped_by = self._cap, wanted, ""
        if cap.per_event is not None and cap.per_event < amount:
            amount, capped_by = cap.per_event, "per_event"
        if cap.per_member is not None:
            used = case.used.get(self.name, {}).get(period_start(case.day, cap.period), 0)
            if cap.per_member - used < amount:
                amount, capped_by = max(cap.per_member - used, 0), "per_member"
        if self._total and amount:
            left = case.left_of(self._total)
            if left < amount:
                amount, capped_by = max(left, 0), "total"
        return amount, capped_by

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Grant what was proposed and count it against the caps."""
        amount = proposal.amount
        if amount == 0:
            case.cap(proposal, self._unit)
            return
        if self._is_plain:
            case.grant(self._unit, amount, self.name, expires_at=None, proposal=proposal)
            return
        if self._cap.per_member is not None:
            case.count_use(self.name, period_start(case.day, self._cap.period), amount)
        if self._total:
            case.use(self._total, amount)
        settings, zone = self.settings, case.version.zone
        delay = settings.available_after
        matures_at = None if delay is None else zone.start(delay.ends(case.day))
        expires_at = case.version.expiry(self._unit, case.day, settings.expires)
        if matures_at is not None and matures_at <= case.as_of:
            matures_at = None
        case.grant(
            self._unit, amount, self.name, expires_at=expires_at, matures_at=matures_at,
            reference=self._reference(case), proposal=proposal,
        )  # fmt: skip

    def _reference(self, case: Case) -> str:
        """An amount of money becomes a voucher of its own."""
        return f"{case.event.id}/{self.name}" if case.version.program.units[self._unit].money else ""
