"""Membership: a plan that a member pays for by the term, or a club that costs nothing.

Money is collected elsewhere. ``join`` says that the first term is paid (or that a trial begins), ``renew`` that another
one is, ``leave`` that the member wants out; the other way goes news: a payment falls due, a membership changed.

A paid **term** counts the day of joining as its first: a month from 31 January runs through 27 February, the next
through 30 March. All terms are counted from the first one, so that short months move nothing. A **trial** lasts like
any other term of a program: ``30 days`` from 10 March through 9 April. When a term or a trial ends unpaid, the
membership ends, or its **grace** begins, in which it still holds; whoever pays in it has paid for the term that began
with it.

**Worked.** ``fee: 14.99 USD a month``, ``payment_due: 3 days before``, ``unpaid: ends after 7 days``. Who joins on 10
March has paid through 9 April. On 7 April 14.99 USD fall due. Without ``renew`` the grace runs from 10 April through 16
April, and the membership ends at the start of the 17th.

Members who **leave** keep what they have to the end of what is paid, or end it at once; then the fee of the running
term is due back where the plan says so and nothing was made use of. Plans ``of`` one program exclude each other: to
join one is to switch from the other, at once.
"""

from datetime import date
from typing import Literal

import msgspec

from guerdon.core.calendar import Day, Instant, Term, add_term, date_of, day_of
from guerdon.core.case import Case
from guerdon.core.effects import PaymentDue
from guerdon.core.events import Event, Join, Leave, Renew
from guerdon.core.program import Texts, When
from guerdon.core.refusals import stop
from guerdon.core.rule import Rule
from guerdon.core.state import Membership as Held
from guerdon.core.workshop import Workshop


class OlderFee(msgspec.Struct, frozen=True):
    """What members pay who joined before a day."""

    joined_before: date
    """The first day of joining on which it does not hold any more."""
    fee: int
    """Minor units a term."""


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a plan, or of a club."""

    name: str
    title: Texts = {}
    fee: int = 0
    """Minor units a term; it may be nothing where the plan is given away."""
    term: Term | None = None
    """How long a payment lasts, by its count and unit; None: there is no fee and no end, as in a club."""
    older_fees: tuple[OlderFee, ...] = ()
    """What earlier members pay when they renew, the earliest first."""
    of: str = ""
    """The program of plans that exclude each other; empty: it stands for itself."""
    when: When = When()
    """Who may join. It is looked at on joining, and not again."""
    trial: Term | None = None
    """How long one may try it without paying, once in all plans of its program; None: there is no trial."""
    due_days_before: int = 0
    """How many days before the end of a term the next payment falls due."""
    grace: Term | None = None
    """How long an unpaid membership still holds; None: it ends with its term."""
    refund: Literal["if nothing was used", "never"] = "never"
    """Whether the fee of the running term is due back on leaving at once."""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return MembershipRule(self, workshop)


class MembershipRule(Rule):
    """A plan or a club, compiled."""

    def __init__(self, settings: Membership, workshop: Workshop) -> None:
        """Compile who may join, and find the plans that exclude this one."""
        self.settings = settings
        self.name = settings.name
        self.answers = tuple([(kind, settings.name) for kind in ("join", "renew", "leave")])
        self._condition = workshop.condition(settings.when)._replace(lines=None)
        self._zone = workshop.zone
        plans = [plan for plan in workshop.program.mechanics if isinstance(plan, Membership)]
        self._rivals = [plan for plan in plans if plan.of and plan.of == settings.of and plan.name != settings.name]
        self._trials = f"{settings.of or settings.name}/trial"

    def answer(self, case: Case, event: Event) -> None:
        """Join, pay for another term, or leave."""
        if isinstance(event, Join):
            self._join(case, event)
        elif isinstance(event, Renew):
            self._renew(case)
        elif isinstance(event, Leave):
            self._leave(case, event)

    # Joining.

    def _join(self, case: Case, event: Join) -> None:
        held = case.memberships.get(self.name)
        if held is not None and held.status == "ending":
            status: Literal["trial", "active"] = "trial" if held.is_trial else "active"
            self._stand(case, msgspec.structs.replace(held, status=status), "joined")
            return
        self._check_joining(case, event)
        for rival in self._rivals:
            if rival.name in case.memberships:
                _end(case, rival, "switched", at_once=True)
        if event.trial and self.settings.trial is not None:
            case.count_use(self._trials, 0, 1)
            until = self._zone.start(self.settings.trial.ends(case.day))
            self._stand(case, Held("trial", case.at, until, joined_at=case.at), "joined")
        elif self.settings.term is None:
            self._stand(case, Held("active", case.at, joined_at=case.at), "joined")
        else:
            self._begin_term(case, Held("active", case.at, joined_at=case.at), case.at, "joined")

    def _check_joining(self, case: Case, event: Join) -> None:
        """Refuse, in this order: who is in it already, who may not join, a trial that there is not for this member."""
        if self.name in case.memberships:
            raise stop("membership_held", plan=self.name)
        for rival in self._rivals:
            held = case.memberships.get(rival.name)
            # A plan of one's own may be switched for a payment, one that the household shares is not one's own.
            if held is not None and (event.trial or held.status == "shared"):
                raise stop("membership_held", plan=rival.name)
        failing = self._condition.failing(case)
        if failing is not None:
            raise stop("membership_not_for_this_member", plan=self.name, reason=failing.sentence)
        if event.trial and self.settings.trial is None:
            raise stop("trial_not_offered", plan=self.name)
        if event.trial and case.used_in(self._trials, 0):
            raise stop("trial_used", plan=self.name)

    # Paying and leaving.

    def _renew(self, case: Case) -> None:
        held = self._own(case)
        if self.settings.term is None:
            raise stop("membership_without_term", plan=self.name)
        if held.status == "unpaid":
            self._begin_term(case, held, held.since, "paid")
            return
        status: Literal["trial", "active"] = "trial" if held.is_trial else "active"
        self._stand(case, msgspec.structs.replace(held, status=status, paid=held.paid + 1), "paid")

    def _leave(self, case: Case, event: Leave) -> None:
        held = self._own(case)
        if event.at_once or held.until is None or held.status == "unpaid":
            _end(case, self.settings, "left", at_once=event.at_once)
        elif held.status == "ending":
            ends_on = date_of(self._zone.day(self._paid_until(held)))
            raise stop("membership_ends_already", plan=self.name, on=str(ends_on))
        else:
            self._stand(case, msgspec.structs.replace(held, status="ending"), "left")

    def _own(self, case: Case) -> Held:
        """Where the member stands with the plan; refused for who is not in it, or only by the household."""
        held = case.memberships.get(self.name)
        if held is None:
            raise stop("membership_not_held", plan=self.name)
        if held.status == "shared":
            raise stop("membership_shared", plan=self.name)
        return held

    # What time brings.

    def next_due(self, case: Case) -> Instant | None:
        """When the next payment is to be asked for, or else when the term, the trial or the grace ends."""
        held = case.memberships.get(self.name)
        if held is None or held.until is None:
            return None
        asks_at = self._asks_at(case, held)
        return held.until if asks_at is None else asks_at

    def settle(self, case: Case, at: Instant) -> None:
        """Ask for the next payment, and end what is over or begin what is paid."""
        held = case.memberships[self.name]
        asks_at = self._asks_at(case, held)
        if asks_at is not None and asks_at <= at:
            held = self._ask(case, held)
        if held.until is not None and held.until <= at:
            self._turn(case, held, held.until)

    def _turn(self, case: Case, held: Held, at: Instant) -> None:
        """A term, a trial or the grace is over."""
        if held.paid:
            self._begin_term(case, msgspec.structs.replace(held, paid=held.paid - 1), at, "renewed")
        elif held.status in ("trial", "active") and self.settings.grace is not None:
            until = self._zone.start(self.settings.grace.ends(self._zone.day(at) - 1))
            self._stand(case, msgspec.structs.replace(held, status="unpaid", since=at, until=until), "unpaid")
        else:
            _end(case, self.settings, "left" if held.status == "ending" else "unpaid")

    def _begin_term(self, case: Case, held: Held, starts: Instant, why: str) -> None:
        """Begin a paid term."""
        first = starts if held.first_paid_at is None else held.first_paid_at
        status: Literal["active", "ending"] = "ending" if held.status == "ending" else "active"
        until = self._zone.start(self._term_end(first, starts))
        term = Held(status, starts, until, joined_at=held.joined_at, first_paid_at=first, paid=held.paid)
        self._stand(case, term, why)

    def _stand(self, case: Case, held: Held, why: str) -> None:
        """Set where the member stands, and ask for a payment that is due by then."""
        case.be_member(self.name, held, why, until=None if held.until is None else self._paid_until(held))
        asks_at = self._asks_at(case, held)
        if asks_at is not None and asks_at <= case.at:
            self._ask(case, held)

    def _asks_at(self, case: Case, held: Held) -> Instant | None:
        """When the next payment is to be asked for; None: it was, or nothing is to be paid."""
        if held.asked or held.paid or held.until is None or held.status not in ("trial", "active"):
            return None
        return self._zone.start(self._zone.day(held.until) - self.settings.due_days_before)

    def _ask(self, case: Case, held: Held) -> Held:
        """Say that the next term is to be paid, by the fee that is in force for this member now."""
        asked = msgspec.structs.replace(held, asked=True)
        case.memberships = case.memberships | {self.name: asked}
        fee = self._fee(self._zone.day(held.joined_at))
        case.effects.append(PaymentDue(self.name, fee, case.at, held.until or case.at))
        return asked

    def _fee(self, joined: Day) -> int:
        """What a member pays for a term who joined on a day."""
        older = [known.fee for known in self.settings.older_fees if joined < day_of(known.joined_before)]
        return older[0] if older else self.settings.fee

    def _paid_until(self, held: Held) -> Instant:
        """The end of all that is paid, or of the trial or the grace where nothing is."""
        until = held.until or held.since
        if not held.paid:
            return until
        first = until if held.first_paid_at is None else held.first_paid_at
        return self._zone.start(self._term_end(first, until, held.paid))

    def _term_end(self, first: Instant, starts: Instant, terms: int = 1) -> Day:
        """The first day behind so many terms from an instant on, all counted from the first one's first day."""
        term = self.settings.term or Term(1, "month")
        begins, day, count = self._zone.day(first), self._zone.day(starts), 1
        while add_term(begins, count * term.count, term.unit) <= day:
            count += 1
        return add_term(begins, (count + terms - 1) * term.count, term.unit)


def _end(case: Case, plan: Membership, why: str, *, at_once: bool = False) -> None:
    """End a membership now. Cut short, its fee is due back if the plan says so and nothing was made use of."""
    held = case.memberships[plan.name]
    is_paid = held.status in ("active", "ending") and held.first_paid_at is not None
    refund = at_once and is_paid and not held.used and plan.refund == "if nothing was used"
    case.be_member(plan.name, None, why, refund=refund, unused_terms=held.paid)
