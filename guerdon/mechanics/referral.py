"""Referral: a member brings a friend along, and when the friend meets a condition one or both get something.

The friend names the referrer on joining. Each friend counts once. The friend's part is granted with what met the
condition; the referrer hears of it through an event of their own, so that each decision moves one member only.

**The condition** is met by joining, by an action, by a purchase of at least so much (perhaps the first one only), or by
what was bought in all. It may have a deadline, counted in whole days from joining.

**Worked.** ``when: spends 500 RUB``, ``within: 1 month``, both get 500 points ``paid_after: 30 days``, ``limit: 10
friends a year``. The friend joins on 1 March, buys for 300 on the 10th and for 250 on the 20th: 550 are enough, and
both get 500 points that can be spent from 20 April on. On 2 April the 250 would have come too late. The eleventh friend
of the year gives the referrer nothing; the friend is not made to suffer for it.

**Returns.** The friend's part goes back by provenance, as anything that goods have earned. Where the condition is no
longer met without the goods, the referrer's part is withdrawn too while it is pending; what has matured stays. The
friend may meet the condition again; a referrer who kept the first part gets no second one.

**Who is no friend.** Nobody brings themselves along: such a referrer is passed over. That the referrer is a member is
not known to the friend's decision; where nobody is called so, the friend gets the friend's part, and the relay notes
that nobody could be told.
"""

from typing import Literal

import msgspec

from guerdon.core.amounts import portion
from guerdon.core.calendar import Delay, Term
from guerdon.core.case import Case
from guerdon.core.effects import Effect, Granted, Progressed, Sent
from guerdon.core.events import Event, Refer, derived_id
from guerdon.core.granting import Giver
from guerdon.core.program import Cap, Quantity, Texts
from guerdon.core.returning import Origin, Quantities
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop

_MET, _SPENT = "met", "spent"


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What a friend does so that a referral counts."""

    on: str = "purchase"
    """What it is: ``purchase``, ``enrol``, or ``action:NAME``."""
    at_least: int = 0
    """For a purchase: what is paid for it, in minor units."""
    counts: Literal["one", "first", "all"] = "one"
    """Whether ``at_least`` is for any one purchase, for the very first one, or for all of them together."""


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a referral."""

    name: str
    title: Texts = {}
    deed: Deed = Deed()
    """What the friend does so that it counts."""
    within: Term | None = None
    """How long after joining it counts; None: at any time."""
    friend: Quantity | None = None
    """What the friend gets; None: nothing."""
    referrer: Quantity | None = None
    """What the referrer gets; None: nothing."""
    paid_after: Delay | None = None
    """How long both stay pending; None: not at all."""
    limit: Cap = Cap()
    funded_by: str = ""
    """The partner who pays for it; empty: the program."""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return ReferralRule(self, workshop)


class ReferralRule(Rule):
    """A referral, compiled."""

    def __init__(self, settings: Referral, workshop: Workshop) -> None:
        """Make ready what gives to the friend and what gives to the referrer."""
        self.settings = settings
        self.name = settings.name
        self.triggers = (settings.deed.on,)
        self.answers = (("refer", settings.name),)
        self.delay = settings.paid_after
        self._to_friend = self._giver(workshop, settings.friend, Cap())
        self._to_referrer = self._giver(workshop, settings.referrer, settings.limit)

    def _giver(self, workshop: Workshop, gives: Quantity | None, cap: Cap) -> Giver | None:
        settings = self.settings
        if gives is None:
            return None
        return Giver(workshop, self.name, gives.unit, cap=cap, delay=settings.paid_after, funded_by=settings.funded_by)

    # The friend's side.

    def propose(self, case: Case) -> Proposal | None:
        """What the friend gets, where this meets the condition."""
        code, sentence = self._obstacle(case)
        if code:
            case.note(self.name, "skipped", code, sentence)
            return None
        amount = 0 if self.settings.friend is None else self.settings.friend.amount
        return Proposal(self, amount, amount)

    def _obstacle(self, case: Case) -> tuple[str, str]:
        """Why this does not make the friend count, by code and in a sentence; empty: it does."""
        if not case.referrer:
            return "not_brought_along", "nobody brought the member along"
        if case.progress_of(self.name, _MET):
            return "counted_already", "this friend counts already"
        if not self._is_in_time(case):
            return "deadline_passed", "too long after joining"
        return ("", "") if self._is_met(case) else ("condition_not_met", "not enough was bought")

    def _is_in_time(self, case: Case) -> bool:
        joined = case.at if case.state.enrolled_at is None else case.state.enrolled_at
        within = self.settings.within
        return within is None or case.day < within.ends(case.version.zone.day(joined))

    def _is_met(self, case: Case) -> bool:
        """Whether this purchase is enough; where all of them count, it is added to what was bought before."""
        deed = self.settings.deed
        if deed.on != "purchase":
            return True
        if deed.counts == "all":
            spent = case.progress_of(self.name, _SPENT) + case.total
            case.set_progress(self.name, _SPENT, spent)
            return spent >= deed.at_least
        if deed.counts == "first" and not case.is_first_purchase():
            return False
        return case.total >= deed.at_least

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Give the friend their part and let the referrer know."""
        case.set_progress(self.name, _MET, 1, told=False)
        if self._to_friend is not None:
            self._to_friend.give(case, proposal)
        self._tell(case, withdrawn=False)

    def _tell(self, case: Case, *, withdrawn: bool) -> None:
        event = case.event
        case.send(
            Refer(
                id=derived_id(event.id, self.name), member=case.referrer, at=event.at, referral=self.name,
                friend=event.member, withdrawn=withdrawn,
            )
        )  # fmt: skip

    def give_back(self, case: Case, origin: Origin) -> None:
        """After a return: withdraw the referral where it is no longer met without the goods."""
        if case.version.program.returns.points != "exact" or self.settings.deed.on != "purchase":
            return
        was_met = bool(case.progress_of(self.name, _MET))
        still_met = self._still_met_in_all(case, origin) if self.settings.deed.counts == "all" else self._holds(origin)
        if was_met and not still_met:
            case.set_progress(self.name, _MET, 0, told=False)
            self._tell(case, withdrawn=True)

    def _still_met_in_all(self, case: Case, origin: Origin) -> bool:
        """Whether what was bought in all is enough without the goods. Purchases that did not count take nothing off."""
        counted = [
            effect for effect in origin.effects if isinstance(effect, Progressed) and effect.mechanic == self.name
        ]
        spent = case.progress_of(self.name, _SPENT)
        if counted:
            spent -= _paid(origin, origin.before) - _paid(origin, origin.after)
            case.set_progress(self.name, _SPENT, spent)
        return spent >= self.settings.deed.at_least

    def _holds(self, origin: Origin) -> bool:
        """Whether a purchase still meets the condition, or never was the one that met it."""
        told = [effect.event for effect in origin.effects if isinstance(effect, Sent)]
        if not any(isinstance(event, Refer) and event.referral == self.name for event in told):
            return True
        return not origin.is_whole and _paid(origin, origin.after) >= self.settings.deed.at_least

    # The referrer's side.

    def answer(self, case: Case, event: Event) -> None:
        """Give the referrer their part for a friend, or withdraw what is still pending of it."""
        assert isinstance(event, Refer), "nothing else is addressed to a referral"
        gives = self.settings.referrer
        if self._to_referrer is None or gives is None:
            return
        if event.withdrawn:
            self._withdraw(case, event.friend, gives.unit)
        elif case.progress_of(self.name, _counter("amount", event.friend)):
            case.note(self.name, "skipped", "counted_already", "this friend counts already")
        else:
            proposal = self._to_referrer.propose(case, Proposal(self, gives.amount, gives.amount))
            before = len(case.effects)
            self._to_referrer.give(case, proposal)
            self._remember(case, event.friend, case.effects[before:])

    def _remember(self, case: Case, friend: str, effects: list[Effect]) -> None:
        """Keep what was given for a friend, so that the friend counts once and it can be withdrawn while pending."""
        for effect in effects:
            if isinstance(effect, Granted):
                kept = {"amount": effect.amount, "day": case.day, "matures": effect.matures_at or 0}
                for what, value in kept.items():
                    case.set_progress(self.name, _counter(what, friend), value, told=False)

    def _withdraw(self, case: Case, friend: str, unit: str) -> None:
        amount, day, matures_at = [
            case.progress_of(self.name, _counter(what, friend)) for what in ("amount", "day", "matures")
        ]
        if matures_at <= case.as_of:
            case.note(
                self.name, "skipped", "matured_already", "what was given for this friend is pending no more, and stays"
            )
            return
        case.withdraw(unit, amount, self.name, matures_at=matures_at, day=day, partner=self.settings.funded_by)
        for what in ("amount", "day", "matures"):
            case.set_progress(self.name, _counter(what, friend), 0, told=False)


def _counter(what: str, friend: str) -> str:
    """The counter in which the referrer's state keeps something about a friend."""
    return f"{what}/{friend}"


def _paid(origin: Origin, back: Quantities) -> int:
    """What was paid for the goods of a purchase that are still with the member when so much has come back."""
    shares = [portion(payment, back.get(line, 0), origin.bought[line]) for line, payment in enumerate(origin.payments)]
    return sum(origin.payments) - sum(shares)
