"""Benefit: members may make use of something, so often, and the program counts how often they did.

**Worked.** A field test: ``2 a year``, for members who agreed to it. The first use of 2026 leaves one, the second none,
and the third is refused: nothing is left of 2 a year. On 1 January 2027 there are two again.

A benefit may be bound to a **purchase**: a price protection ``within 90 days of a purchase``. The event then names the
purchase; one of 1 March is good through 30 May.

A use of what a membership made possible counts as a use of the membership: its fee is not given back any more.
"""

import msgspec

from guerdon.core.calendar import Day, Term
from guerdon.core.case import Case
from guerdon.core.effects import BenefitUsed
from guerdon.core.events import Event, Use, instant_of_event
from guerdon.core.program import Allowance, Texts, When
from guerdon.core.refusals import stop
from guerdon.core.rule import Rule
from guerdon.core.state import PER_TERM
from guerdon.core.workshop import Workshop


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a benefit."""

    name: str
    """What an event calls it."""
    title: Texts = {}
    allows: tuple[Allowance, ...] = ()
    """How often a member may use it, in each period. None at all: as often as one likes."""
    per_term: int | None = None
    """How often in each term of the membership that ``when`` asks for. None: the term does not matter."""
    after_purchase: Term | None = None
    """For how long after a purchase, which the event names. None: it is bound to none."""
    when: When = When()

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return BenefitRule(self, workshop)


class BenefitRule(Rule):
    """A benefit, compiled."""

    def __init__(self, settings: Benefit, workshop: Workshop) -> None:
        """Compile the conditions."""
        self.settings = settings
        self.name = settings.name
        self.answers = (("use", settings.name),)
        self._condition = workshop.condition_of_price(settings.when)

    def answer(self, case: Case, event: Event) -> None:
        """Count a use. Refused, in this order: not for this member, the purchase, too little left."""
        assert isinstance(event, Use)
        failing = self._condition.failing(case)
        if failing is not None:
            raise stop("benefit_not_for_this_member", benefit=self.name, reason=failing.sentence)
        self._check_purchase(case, event)
        left = [(allowed - case.used_in(name, start), name, start) for name, start, allowed in self._counters(case)]
        least = min([there for there, _, _ in left], default=None)
        if least is not None and least < event.quantity:
            raise stop("benefit_used_up", benefit=self.name, left=max(least, 0), wanted=event.quantity)
        for _, name, start in left:
            case.count_use(name, start, event.quantity)
        for plan in self._plans(case):
            case.use_membership(plan)
        case.effects.append(
            BenefitUsed(self.name, event.quantity, None if least is None else least - event.quantity, event.purchase)
        )
        case.happened.append(f"used:{self.name}")

    def _check_purchase(self, case: Case, event: Use) -> None:
        """Refuse a use for a purchase that the member has not made, or made too long ago."""
        term, record = self.settings.after_purchase, case.facts.purchase
        if term is None:
            return
        if record is None:
            raise stop("purchase_unknown", purchase=event.purchase)
        bought_on = case.version.zone.day(instant_of_event(record.event))
        if not bought_on <= case.day < term.ends(bought_on):
            raise stop("benefit_too_late", benefit=self.name, purchase=event.purchase)

    def _counters(self, case: Case) -> list[tuple[str, Day, int]]:
        """Under which names and from which days uses are counted, and how many each allows."""
        counters = [
            (f"{self.name}/{each.period}", case.period_start(case.day, each.period), each.amount)
            for each in self.settings.allows
        ]
        if self.settings.per_term is not None:
            for plan in self._plans(case):
                begun = case.version.zone.day(case.memberships[plan].since)
                counters.append((f"{self.name}/{PER_TERM}{plan}", begun, self.settings.per_term))
        return counters

    def _plans(self, case: Case) -> list[str]:
        """The member's plans that make this possible."""
        return [plan for plan in self.settings.when.membership or () if plan in case.memberships]
