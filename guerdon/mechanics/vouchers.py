"""Vouchers: on set dates every N points become a voucher, and a voucher comes off a later basket by itself.

**Worked.** ``every: 500 points``, ``gives: 5 USD``, ``issued: every quarter``. A member with 1,240 points on 1 April
gets two vouchers of 5 USD for 1,000 points and keeps 240. On the next basket of at least 5 USD one voucher comes off,
the one that expires first; it is spent whole, so a basket smaller than the voucher leaves it for later.

**On dates of its own**: ``15 June for what was earned until 31 May``. At the end of 31 May the points that are there
are noted; on 15 June they become vouchers, and what came since waits for the next date. Goods of May that come back in
June take their points out of what was noted.

**Limits**: with ``5 an issue`` and ``15 a year`` a member with 740 points gets 5 vouchers for 100 each and keeps 240.
"""

from typing import Literal

import msgspec

from guerdon.core import wallet
from guerdon.core.calendar import Day, Instant, Term, date_of, next_of_year, period_end
from guerdon.core.case import Case
from guerdon.core.effects import Reversed
from guerdon.core.events import instant_of_event
from guerdon.core.program import Allowance, Quantity, Texts
from guerdon.core.returning import Origin
from guerdon.core.rule import Rule
from guerdon.core.workshop import Workshop

_MOST_AT_ONCE = 100
"""No issue gives a member more than this; the points above stay for the next. A wrong adjustment stops no till."""
_LONGEST_YEAR = 366


_NOTED, _NOTED_ON = "noted", "noted_on"
"""The counters of what was there when an earning window closed, and of the day behind it."""


class IssueDate(msgspec.Struct, frozen=True, kw_only=True):
    """A day of every year on which vouchers are issued."""

    month: int
    """1 to 12."""
    day: int
    """Of the month; the last one where the month is too short."""
    earned_month: int = 0
    """The month of the last day on which what is issued may have been earned. 0: everything counts that is there."""
    earned_day: int = 0
    """The day of that month."""


class Vouchers(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a batch issue of vouchers."""

    name: str = "vouchers"
    every: Quantity
    """How much of a unit becomes one voucher."""
    gives: Quantity
    """What a voucher is worth, in a unit of money."""
    issued: Literal["day", "week", "month", "quarter", "year"] | tuple[IssueDate, ...]
    """At the start of each of these calendar periods, or at the start of some days of every year."""
    valid: Term | None = None
    """How long a voucher lasts; None: as its unit says."""
    most: int | None = None
    """How many vouchers one issue gives a member at most; the points above stay."""
    most_in: tuple[Allowance, ...] = ()
    """How many a member gets in each period at most; the points above stay."""
    applied: Literal["automatically", "on request"] = "automatically"
    per_basket: int = 1
    """How many vouchers come off one basket at most."""
    basket_at_least: int = 0
    """Minor units that a basket must come to, before the voucher."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return VouchersRule(self, workshop)


class VouchersRule(Rule):
    """A batch issue, compiled."""

    def __init__(self, settings: Vouchers, workshop: Workshop) -> None:
        """Keep the settings at hand."""
        self.settings = settings
        self.name = settings.name
        self._zone = workshop.zone
        self._source = settings.every.unit
        self._target = settings.gives.unit
        self._closes = not isinstance(settings.issued, str) and any(date.earned_month for date in settings.issued)

    def prepare(self, case: Case) -> None:
        """Take vouchers off the basket, first the one that expires first, while what is left to pay covers it."""
        held = case.wallets.get(self._target)
        if held is None or not held.lots or self.settings.applied != "automatically":
            return
        if case.total < self.settings.basket_at_least:
            case.note(
                self.name, "skipped", "basket_too_small", f"only from a basket of {self.settings.basket_at_least} on"
            )
            return
        applied = 0
        for lot in held.lots:
            if applied == self.settings.per_basket:
                break
            if lot.earned_at > case.at:
                # The basket comes late: this voucher was not there yet when it was paid.
                continue
            if lot.amount > case.total:
                case.note(
                    self.name, "skipped", "voucher_above_basket", "the voucher is worth more than what is left to pay"
                )
                continue
            case.take_off(self.name, self._target, lot)
            applied += 1

    def next_due(self, case: Case) -> Instant | None:
        """The next issue, for a member who has enough, or the end of an earning window before it."""
        held = case.wallets.get(self._source)
        if held is None or wallet.available(held) < self.settings.every.amount:
            return None
        return self._zone.start(min(self._dates(case.day_of(case.as_of))))

    def _dates(self, day: Day) -> list[Day]:
        """The days after a day on which there is something to do: issue, or note what an earning window has brought."""
        issued = self.settings.issued
        if isinstance(issued, str):
            return [period_end(day, issued)]
        dates = [next_of_year(day, date.month, date.day) for date in issued]
        # A window closes behind its last day.
        closing = [date for date in issued if date.earned_month]
        return dates + [next_of_year(day - 1, date.earned_month, date.earned_day) + 1 for date in closing]

    def settle(self, case: Case, at: Instant) -> None:
        """Turn what is there into vouchers, or note how much of it counts for the next issue."""
        if isinstance(self.settings.issued, str):
            self._issue(case, wallet.available(case.wallet(self._source)))
            return
        # Where a window closes on the day of an issue, the issue is of the window before.
        for date in self.settings.issued:
            if next_of_year(case.day - 1, date.month, date.day) == case.day:
                self._issue(case, self._counting(case, date))
        for date in self.settings.issued:
            if _closes_on(date, case.day):
                there = max(wallet.available(case.wallet(self._source)), 0)
                case.set_progress(self.name, _NOTED, there, told=False)
                case.set_progress(self.name, _NOTED_ON, case.day, told=False)

    def _counting(self, case: Case, date: IssueDate) -> int:
        """How much of what is there counts for an issue."""
        there = wallet.available(case.wallet(self._source))
        if not date.earned_month:
            return there
        noted, noted_on = case.progress_of(self.name, _NOTED), case.progress_of(self.name, _NOTED_ON)
        is_of_this_window = noted_on > case.day - _LONGEST_YEAR and _closes_on(date, noted_on)
        case.set_progress(self.name, _NOTED, 0, told=False)
        case.set_progress(self.name, _NOTED_ON, 0, told=False)
        return min(there, noted) if is_of_this_window else 0

    def _issue(self, case: Case, counting: int) -> None:
        settings = self.settings
        count = min(max(counting, 0) // settings.every.amount, settings.most or _MOST_AT_ONCE, _MOST_AT_ONCE)
        count = min([count, *[self._left_in(case, allowance) for allowance in settings.most_in]])
        if count <= 0:
            return
        for allowance in settings.most_in:
            start = case.period_start(case.day, allowance.period)
            case.count_use(f"{self.name}/{allowance.period}", start, count)
        expires_at = case.expiry(self._target, settings.valid)
        for number in range(1, count + 1):
            case.spend(self._source, settings.every.amount, self.name)
            reference = f"{self.name}/{date_of(case.day)}/{number}"
            case.grant(self._target, settings.gives.amount, self.name, expires_at=expires_at, reference=reference)

    def _left_in(self, case: Case, allowance: Allowance) -> int:
        start = case.period_start(case.day, allowance.period)
        return allowance.amount - case.used_in(f"{self.name}/{allowance.period}", start)

    def give_back(self, case: Case, origin: Origin) -> None:
        """Take the points of goods that come back out of what was noted, where they were in it."""
        noted, noted_on = case.progress_of(self.name, _NOTED), case.progress_of(self.name, _NOTED_ON)
        if not self._closes or not noted or case.version.zone.day(instant_of_event(origin.purchase)) >= noted_on:
            return
        back = [e.amount for e in case.effects if isinstance(e, Reversed) and e.unit == self._source]
        case.set_progress(self.name, _NOTED, max(noted - sum(back), 0), told=False)


def _closes_on(date: IssueDate, day: Day) -> bool:
    """Whether the earning window of an issue closes at the start of a day."""
    return bool(date.earned_month) and next_of_year(day - 2, date.earned_month, date.earned_day) == day - 1
