"""Coupon: a member gets a personal coupon, and it takes something off a later basket.

**Worked.** ``20 USD off``, issued on enrolment, valid for 60 days, from a basket of 100 USD on. A member who joins on
1 March holds it through 30 April. A basket of 99.99 leaves it for later; the next one of 120.00 costs 100.00 and uses
it up. When all of that basket comes back, so does the coupon, with the expiry it had.

A coupon that was issued by a purchase (``next order``) is never good for that same purchase, and goes again, unless it
is used, when all of the purchase comes back. Of several coupons those that expire first come first.
"""

from functools import lru_cache
from typing import Literal

import msgspec

from guerdon.core.amounts import Rounding
from guerdon.core.belongings import Coupon as Held
from guerdon.core.calendar import Day, Instant, Term, date_of, is_birthday
from guerdon.core.case import Case
from guerdon.core.effects import CouponExpired, CouponIssued, CouponRestored, CouponUsed
from guerdon.core.events import derived_id
from guerdon.core.program import Allowance, Texts, When
from guerdon.core.reducing import NO_LIMIT, Off, PriceLimit, Reducer, matching, taken_off
from guerdon.core.returning import Origin
from guerdon.core.rule import Proposal, Rule, Trigger
from guerdon.core.workshop import Workshop

BIRTHDAY = "birthday"
_CHECKOUT = "checkout"
_ENDLESS = 2**62


class Coupon(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a personal coupon."""

    name: str
    title: Texts = {}
    off: Off
    """What it takes off a basket."""
    on: Trigger
    """What a member gets it for: a trigger, or ``birthday``."""
    days_before: int = 0
    """For a birthday: how many days before it the coupon comes."""
    issued_when: When = When()
    """Conditions for getting it."""
    issues: tuple[Allowance, ...] = ()
    """How many a member gets, in each period. On a birthday one in a calendar year, in any case."""
    most_held: int = 100
    """How many of them a member holds at once at most; a further one is not issued."""
    valid: Term | None = None
    """How long it lasts; None: until it is used."""
    when: When = When()
    """Conditions for using it. With line matchers it takes something off these lines only."""
    unless: When = When()
    """What stands against using it, each matcher for itself."""
    applied: Literal["automatically", "on request"] = "automatically"
    """``on request``: only where the purchase carries its reference among the codes."""
    per_basket: int = 1
    """How many of them come off one basket at most. In a lane that chooses it is one."""
    rounding: Rounding = Rounding.NEAREST
    """Of a share of the price, once for the order or for each line. A half goes up."""
    round_per: Literal["order", "line"] = "order"
    limit: PriceLimit = NO_LIMIT
    lane: str = ""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return CouponRule(self, workshop)


class CouponRule(Rule):
    """A personal coupon, compiled."""

    def __init__(self, settings: Coupon, workshop: Workshop) -> None:
        """Compile the conditions and declare the limits."""
        self.settings = settings
        self.name = settings.name
        self.lane = settings.lane
        self.triggers = (_CHECKOUT,) if settings.on == BIRTHDAY else (settings.on, _CHECKOUT)
        self._zone = workshop.zone
        self._condition = workshop.condition_of_price(settings.when, settings.unless)
        self._issue = workshop.condition_of_price(settings.issued_when)
        self._reducer = Reducer(workshop, settings.name, settings.limit)
        chooses = workshop.program.lanes.get(settings.lane, "add") != "add"
        self._per_basket = 1 if chooses else settings.per_basket

    def lane_on(self, trigger: Trigger) -> str:
        """Coupons compete for a basket, and not for being issued."""
        return self.lane if trigger == _CHECKOUT else ""

    def propose(self, case: Case) -> Proposal | None:
        """At the checkout what a coupon takes off, and otherwise that one is issued."""
        if case.trigger == _CHECKOUT:
            return self._off_basket(case)
        return Proposal(self, 0) if self._may_issue(case) else None

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Use coupons up, or issue one."""
        if case.trigger != _CHECKOUT:
            self._issue_one(case, self._reference(case))
            return
        self._use(case, proposal)
        for _ in range(self._per_basket - 1):
            further = self._off_basket(case)
            if further is None:
                break
            self._use(case, further)

    # Off the basket.

    def _off_basket(self, case: Case) -> Proposal | None:
        """What one coupon takes off; None, with a note for a member who holds one, where none does."""
        if self._next(case) is None:
            return None
        failing = self._condition.failing(case)
        if failing is not None:
            case.note(self.name, "skipped", failing.code, failing.sentence)
            return None
        lines = matching(case, self._condition.lines)
        if self._condition.lines is not None and not lines:
            case.note(self.name, "skipped", "no_line_matches", f"no line is {self._condition.lines.sentence}")
            return None
        shares = taken_off(case, self.settings.off, lines, self.settings.rounding, self.settings.round_per)
        return self._reducer.propose(case, self, shares)

    def _next(self, case: Case) -> Held | None:
        """The coupon that is used next: one that is shown, then the one that expires first."""
        shown = getattr(case.event, "codes", ())
        # A basket that comes late cannot use what was not there yet when it was paid.
        there = [held for held in self._held(case) if held.issued_at <= case.at]
        if self.settings.applied == "on request":
            there = [held for held in there if held.reference in shown]
        return min(there, key=lambda held: (held.reference not in shown, _end(held)), default=None)

    def _use(self, case: Case, proposal: Proposal) -> None:
        held = self._next(case)
        if held is not None:
            self._reducer.take(case, proposal, held.reference)
            case.coupons = tuple([other for other in case.coupons if other is not held])
            case.effects.append(CouponUsed(self.name, held.reference, held.expires_at))

    def _held(self, case: Case) -> list[Held]:
        return [held for held in case.coupons if held.coupon == self.name]

    # Issuing.

    def _may_issue(self, case: Case) -> bool:
        failing = self._issue.failing(case)
        if failing is not None:
            case.note(self.name, "skipped", failing.code, failing.sentence)
            return False
        if self._issue.lines is not None and not case.mask & self._issue.lines.bit_on(case.day):
            case.note(self.name, "skipped", "no_line_matches", f"no line is {self._issue.lines.sentence}")
            return False
        if len(self._held(case)) >= self.settings.most_held:
            case.note(self.name, "skipped", "coupons_held", f"the member holds {self.settings.most_held} of them")
            return False
        if any(self._issued_in(case, each) >= each.amount for each in self._issues):
            case.note(self.name, "skipped", "coupons_issued", "the member got as many as the program gives")
            return False
        return True

    @property
    def _issues(self) -> tuple[Allowance, ...]:
        own = self.settings.issues
        return (*own, Allowance(1, "year")) if self.settings.on == BIRTHDAY else own

    def _issued_in(self, case: Case, allowance: Allowance) -> int:
        start = case.period_start(case.day, allowance.period)
        return case.used_in(f"{self.name}/issued/{allowance.period}", start)

    def _issue_one(self, case: Case, reference: str) -> None:
        for each in self._issues:
            case.count_use(f"{self.name}/issued/{each.period}", case.period_start(case.day, each.period), 1)
        valid = self.settings.valid
        expires_at = None if valid is None else self._zone.start(valid.ends(case.day))
        case.coupons = (*case.coupons, Held(self.name, reference, case.at, expires_at))
        case.effects.append(CouponIssued(self.name, reference, expires_at))

    def _reference(self, case: Case) -> str:
        """By the event that brought it; by the day where time did, so that goods that come back do not undo it."""
        if case.settled_at is None:
            return derived_id(case.event.id, self.name)
        return f"{self.name}/{date_of(case.day)}"

    # Time, and goods that come back.

    def next_due(self, case: Case) -> Instant | None:
        """When the next coupon expires, or the next one comes for a birthday."""
        dues = [held.expires_at for held in self._held(case) if held.expires_at is not None]
        if self.settings.on == BIRTHDAY and case.traits.birthday:
            before = self.settings.days_before
            tomorrow = self._zone.day(case.as_of) + 1
            dues.append(self._zone.start(_birthday_from(case.traits.birthday, tomorrow + before) - before))
        return min(dues, default=None)

    def settle(self, case: Case, at: Instant) -> None:
        """Let go what has expired, and issue what a birthday brings."""
        gone = [held for held in self._held(case) if held.expires_at is not None and held.expires_at <= at]
        case.coupons = tuple([held for held in case.coupons if held not in gone])
        case.effects += [CouponExpired(self.name, held.reference, at) for held in gone]
        if self.settings.on == BIRTHDAY and self._brings_coupon(case, at) and self._may_issue(case):
            self._issue_one(case, self._reference(case))

    def _brings_coupon(self, case: Case, at: Instant) -> bool:
        """Whether an instant is the start of the day on which the coupon for a birthday comes."""
        is_day = is_birthday(case.traits.birthday, case.day + self.settings.days_before)
        return is_day and at == self._zone.start(case.day)

    def give_back(self, case: Case, origin: Origin) -> None:
        """When all of a purchase came back: the coupons that it used come back, and those that it brought go."""
        if not origin.is_whole:
            return
        for effect in origin.effects:
            if isinstance(effect, CouponUsed) and effect.coupon == self.name:
                self._restore(case, effect)
            elif isinstance(effect, CouponIssued) and effect.coupon == self.name and _is_brought(effect):
                case.withdraw_coupon(effect.reference)

    def _restore(self, case: Case, used: CouponUsed) -> None:
        if used.expires_at is None or used.expires_at > case.as_of:
            case.coupons = (*case.coupons, Held(self.name, used.reference, case.at, used.expires_at))
            case.effects.append(CouponRestored(self.name, used.reference, used.expires_at))


@lru_cache(maxsize=65_536)
def _birthday_from(birthday: str, first: Day) -> Day:
    """The first day, from one on, on which a birthday falls."""
    return next(day for day in range(first, first + 367) if is_birthday(birthday, day))


def _is_brought(issued: CouponIssued) -> bool:
    """Whether a coupon came with its event and not by time, and not from another mechanic; see ``_reference``."""
    return not issued.mechanic and ">" in issued.reference


def _end(held: Held) -> Instant:
    return _ENDLESS if held.expires_at is None else held.expires_at
