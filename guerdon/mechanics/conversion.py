"""Conversion: an amount of one unit becomes an amount of another, or of a partner's own.

Every so much becomes so much, and whole multiples are converted, so nothing is rounded. A bonus may add a part for some
days; that part is rounded down. What is paid out in a partner's own unit leaves this program: the partner's account
takes the amount, and the partner credits its miles to whoever it knows the member as.

**Worked.** ``every: 100 points``, ``gives: 250 miles``, a bonus of 7 % in May. 300 points become 750 miles; in May 802,
as 7 % of 750 are 52.5. 350 points are refused: they are no multiple of 100.
"""

from datetime import date

import msgspec

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Term, day_of
from guerdon.core.case import Case
from guerdon.core.effects import Converted
from guerdon.core.events import Convert, Event
from guerdon.core.handing_out import Wish
from guerdon.core.program import Cap, Quantity, Texts, When
from guerdon.core.rule import Rule
from guerdon.core.workshop import Workshop


class Bonus(msgspec.Struct, frozen=True, kw_only=True):
    """More than usual, between two days."""

    plus: Rate
    """The part of what is given that comes on top."""
    between: tuple[date, date]
    """The first and the last local day."""


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a conversion."""

    name: str
    every: Quantity
    """How much of a unit is converted at a time; what is converted is a multiple of it."""
    gives: Quantity
    """What that becomes: a unit of the program, or the partner's own, by the partner's word for it."""
    title: Texts = {}
    partner: str = ""
    """The partner who pays out; empty: what it becomes is a unit of this program."""
    at_least: int = 1
    """How much is converted at least."""
    limit: Cap = Cap()
    when: When = When()
    bonus: Bonus | None = None
    """More in a window of time; None: never."""
    expires: Term | None = None
    """How long what it becomes lasts; None: as its unit says."""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return ConversionRule(self, workshop)


class ConversionRule(Rule):
    """A conversion, compiled."""

    def __init__(self, settings: Conversion, workshop: Workshop) -> None:
        """Keep the settings at hand."""
        self.settings = settings
        self.name = settings.name
        self.answers = (("convert", settings.name),)
        self._wish = Wish(
            settings.name, settings.every.unit, condition=workshop.condition(settings.when), least=settings.at_least,
            step=settings.every.amount, cap=settings.limit,
        )  # fmt: skip

    def answer(self, case: Case, event: Event) -> None:
        """Take the one amount and give the other."""
        assert isinstance(event, Convert), "nothing else is addressed to a conversion"
        settings, into = self.settings, self.settings.gives.unit
        self._wish.check(case, event.amount)
        self._wish.count(case, event.amount)
        own, version = not settings.partner, case.version
        case.convert(
            Converted(
                settings.name,
                settings.every.unit,
                event.amount,
                into,
                self._got(case, event.amount),
                settings.partner,
                expires_at=case.expiry(into, settings.expires) if own else None,
            ),
            reference=event.id if own and version.is_voucher(into) else "",
        )

    def _got(self, case: Case, amount: int) -> int:
        got, bonus = amount // self.settings.every.amount * self.settings.gives.amount, self.settings.bonus
        if bonus is None or not day_of(bonus.between[0]) <= case.day <= day_of(bonus.between[1]):
            return got
        return got + bonus.plus.of(got, Rounding.FLOOR)
