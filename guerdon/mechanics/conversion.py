"""Conversion: an amount of one unit becomes an amount of another, or of a partner's own.

The rate says how much becomes how much; what is given is rounded down. A bonus may add a part for some days, rounded
down by itself. What is paid out in a partner's own unit leaves this program: the partner's account takes the amount,
and the partner gives its miles to whoever it knows the member as.

**Worked.** ``rate: 5 miles per 2 points``, ``in_steps_of: 100 points``, a bonus of 20 % in May. 300 points become 750
miles, and 900 in May; 350 are refused, as they are no multiple of 100. With a rate of 1 mile per 3 points and no steps,
100 points become 33 miles, and all 100 are gone.
"""

from datetime import date

import msgspec

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Term, day_of
from guerdon.core.case import Case
from guerdon.core.effects import Converted
from guerdon.core.events import Convert, Event
from guerdon.core.handing_out import Wish
from guerdon.core.program import Cap, Texts, When
from guerdon.core.refusals import stop
from guerdon.core.rule import Rule
from guerdon.core.version import Workshop


class Bonus(msgspec.Struct, frozen=True, kw_only=True):
    """More than usual, between two days."""

    plus: Rate
    """The part of what is given that comes on top."""
    between: tuple[date, date]
    """The first and the last local day."""


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a conversion."""

    name: str
    unit: str
    """What is given away."""
    into: str
    """What it becomes: a unit of the program, or the partner's own word for its unit."""
    rate: Rate
    """How much of ``into`` per amount of ``unit``."""
    title: Texts = {}
    partner: str = ""
    """The partner who pays out; empty: ``into`` is a unit of this program."""
    at_least: int = 1
    """How much is converted at least."""
    in_steps_of: int = 1
    """What is converted is a multiple of this."""
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
            settings.name, settings.unit, condition=workshop.condition(settings.when), least=settings.at_least,
            step=settings.in_steps_of, cap=settings.limit,
        )  # fmt: skip

    def answer(self, case: Case, event: Event) -> None:
        """Take the one amount and give the other."""
        assert isinstance(event, Convert), "nothing else is addressed to a conversion"
        settings = self.settings
        self._wish.check(case, event.amount)
        got = self._got(case, event.amount)
        if not got:
            raise stop("conversion_gives_nothing", amount=event.amount, unit=settings.unit)
        self._wish.count(case, event.amount)
        expires_at = None if settings.partner else case.version.expiry(settings.into, case.day, settings.expires)
        case.convert(
            Converted(
                settings.name, settings.unit, event.amount, settings.into, got, settings.partner, expires_at=expires_at
            ),
            reference="" if settings.partner or not case.version.is_voucher(settings.into) else event.id,
        )

    def _got(self, case: Case, amount: int) -> int:
        got, bonus = self.settings.rate.of(amount, Rounding.FLOOR), self.settings.bonus
        if bonus is None or not day_of(bonus.between[0]) <= case.day <= day_of(bonus.between[1]):
            return got
        return got + bonus.plus.of(got, Rounding.FLOOR)
