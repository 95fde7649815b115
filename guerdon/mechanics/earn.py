"""Earn: an event gives an amount of a unit.

**By rate**: so much per amount paid for the lines that match. ``rate: 1 per 1 USD``, a basket of 29.49 gives 29 points.

**Flat**: the same amount each time. ``flat: 50`` on enrolment gives 50 points.

**By multiplying** another mechanic: ``multiply: base`` with ``by: 2`` gives once more what ``base`` gave for the
lines that match. A basket earned 29 by ``base``, 9 of them on private label; doubling private label gives 9 more.

Caps, maturity and expiry are those of ``core.granting``.
"""

from typing import Literal

import msgspec

from guerdon.core.amounts import Rate, Rounding, divide
from guerdon.core.calendar import Day, Delay, Term
from guerdon.core.case import Case
from guerdon.core.effects import Granted
from guerdon.core.granting import Giver
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
    unless: When = When()
    """What stands against it, each matcher for itself: lines in these categories, bills paid like this."""
    rounding: Rounding = Rounding.FLOOR
    """Of the whole order, or of each line."""
    round_per: Literal["order", "line"] = "order"
    limit: Cap = Cap()
    lane: str = ""
    cap: str = ""
    """A cap of the program that it shares with other mechanics."""
    available_after: Delay | None = None
    """How long the grant stays pending; None: it is available at once."""
    expires: Term | None = None
    """How long the grant lasts; None: as its unit says."""
    funded_by: str = ""
    """The partner who pays for it: a name, or ``partner`` for the one where it was bought. Empty: the program."""

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
        condition = workshop.condition(settings.when, settings.unless)
        self._condition = condition if settings.on == "purchase" else condition._replace(lines=None)
        self.condition = self._condition
        self._checks = self._condition.checks
        # On the days that are left when is_live_on has had its say, these remain to be looked at.
        self._live_checks = [check.holds for check in self._checks if check.on_day is None]
        self._lines = self._condition.lines
        self._rate = settings.rate
        self._multiplies = settings.multiply is not None
        self._rounds_lines = settings.rate is not None and settings.round_per == "line" and settings.on == "purchase"
        self.delay = settings.available_after
        self._giver = Giver(
            workshop, settings.name, settings.earn, cap=settings.limit, shared=settings.cap, delay=self.delay,
            expires=settings.expires, funded_by=settings.funded_by,
        )  # fmt: skip

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
        return self._giver.propose(case, Proposal(self, wanted, wanted, "", lines, self._rate, shares))

    def _wanted(self, case: Case, lines: tuple[int, ...] | None) -> int:
        """What it would give without caps."""
        if self.settings.flat is not None:
            return self.settings.flat
        if self._rate is None:
            return 0
        paid = case.total if lines is None else sum([case.payments[line] for line in lines])
        return self._rate.of(self._part(case, paid), self.settings.rounding)

    def _part(self, case: Case, paid: int) -> int:
        """What counts of an amount on a bill that was paid in several ways."""
        if self._condition.tenders is None:
            return paid
        part, whole = case.paid_part(self._condition.tenders)
        return paid * part // whole

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

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Grant what was proposed and count it against the caps."""
        self._giver.give(case, proposal)
