"""Vouchers: on set dates every N points become a voucher, and a voucher comes off a later basket by itself.

**Worked.** ``every: 500 points``, ``gives: 5 USD``, ``issued: every quarter``. A member with 1,240 points on 1 April
gets two vouchers of 5 USD for 1,000 points and keeps 240. On the next basket of at least 5 USD one voucher comes off,
the one that expires first; it is spent whole, so a basket smaller than the voucher leaves it for later.
"""

from typing import Literal

import msgspec

from guerdon.core import wallet
from guerdon.core.calendar import Instant, Term, date_of, period_end
from guerdon.core.case import Case
from guerdon.core.program import Quantity, Texts
from guerdon.core.rule import Rule
from guerdon.core.version import Workshop

_MOST_AT_ONCE = 100
"""No issue gives a member more than this; the points above stay for the next. A wrong adjustment stops no till."""


class Vouchers(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a batch issue of vouchers."""

    name: str = "vouchers"
    every: Quantity
    """How much of a unit becomes one voucher."""
    gives: Quantity
    """What a voucher is worth, in a unit of money."""
    issued: Literal["day", "week", "month", "quarter", "year"]
    """At the start of each of these calendar periods."""
    valid: Term | None = None
    """How long a voucher lasts; None: as its unit says."""
    most: int | None = None
    """How many vouchers one issue gives a member at most; the points above stay."""
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
        """The start of the next period, for a member who has enough."""
        held = case.wallets.get(self._source)
        if held is None or wallet.available(held) < self.settings.every.amount:
            return None
        return self._zone.start(period_end(case.day_of(case.as_of), self.settings.issued))

    def settle(self, case: Case, at: Instant) -> None:
        """Turn what is there into vouchers."""
        settings = self.settings
        count = wallet.available(case.wallet(self._source)) // settings.every.amount
        count = min(count, settings.most or _MOST_AT_ONCE, _MOST_AT_ONCE)
        expires_at = case.expiry(self._target, settings.valid)
        for number in range(1, count + 1):
            case.spend(self._source, settings.every.amount, self.name)
            reference = f"{self.name}/{date_of(case.day)}/{number}"
            case.grant(self._target, settings.gives.amount, self.name, expires_at=expires_at, reference=reference)
