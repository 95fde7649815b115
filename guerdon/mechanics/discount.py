"""Discount: a price is reduced at the checkout, by conditions.

**By share or amount**: ``10 % off``, ``5 USD off``, ``0.10 USD off each item``. A basket of 24.99 with ``10 % off``
costs 22.49: of 2.499 the half cent rounds up, unless the program says otherwise.

**By tier**: ``{rouge: 20 % off, vib: 15 % off}`` takes the first level of the list that the member has.

**Member prices**: ``{"4011": 1.49 USD}``. Three items of article 4011 for 6.00 cost 4.47; one that costs less already
stays at that.

**Cumulative**: it grows with what a meter shows of earlier purchases. ``{from 0: 0 %, from 5_000 RUB: 3 %}``: whoever
has bought for 4,999.99 so far pays this basket in full, whoever has bought for 5,000.00 pays 97 % of it.

Limits and the order of work are those of ``core.reducing``.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from guerdon.core.amounts import MAX_AMOUNT, Rate, Rounding
from guerdon.core.calendar import Day, day_of
from guerdon.core.case import Case
from guerdon.core.program import Texts, When
from guerdon.core.reducing import NO_LIMIT, Off, PriceLimit, Reducer, Shares, bought, matching, taken_off
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop


class Step(msgspec.Struct, frozen=True):
    """One step of a cumulative discount."""

    threshold: int
    """What the meter must show, in its own smallest parts."""
    share: Rate
    """What is taken off from there on; ``Rate(0, 1)`` is nothing."""


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a discount. Exactly one of ``off``, ``by_tier``, ``prices`` and ``steps`` is given."""

    name: str = "discount"
    title: Texts = {}
    off: Off | None = None
    """The same for everybody whom the conditions let through."""
    by_tier: Mapping[str, Off] = {}
    """By level, the best first: the first that the member has counts."""
    prices: Mapping[str, int] = {}
    """Member prices by article number: minor units for one item, or for a kilogram or litre of what is measured."""
    meter: str = ""
    """For ``steps``: the meter that it grows with. It does not show this purchase yet."""
    steps: tuple[Step, ...] = ()
    """A discount that grows, from the lowest threshold up."""
    when: When = When()
    unless: When = When()
    """What stands against it, each matcher for itself."""
    early_access: Mapping[str, date] = {}
    """By level: the day from which it holds already, before the first day of ``between``."""
    rounding: Rounding = Rounding.NEAREST
    """Of a share of the price, once for the order or for each line. A half goes up."""
    round_per: Literal["order", "line"] = "order"
    limit: PriceLimit = NO_LIMIT
    lane: str = ""

    @property
    def live_between(self) -> tuple[date, date] | None:
        """The days on which it may hold for anybody; None: on all."""
        if self.when.between is None:
            return None
        first, last = self.when.between
        return min([first, *self.early_access.values()]), last

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return DiscountRule(self, workshop)


class DiscountRule(Rule):
    """A discount, compiled."""

    triggers = ("checkout",)

    def __init__(self, settings: Discount, workshop: Workshop) -> None:
        """Compile the conditions and declare the limits."""
        self.settings = settings
        self.name = settings.name
        self.lane = settings.lane
        when = msgspec.structs.replace(settings.when, between=settings.live_between)
        self.condition = self._condition = workshop.condition_of_price(when, settings.unless)
        self._first_day = day_of(settings.when.between[0]) if settings.when.between is not None else -MAX_AMOUNT
        self._early = {level: day_of(first) for level, first in settings.early_access.items()}
        self._reducer = Reducer(workshop, settings.name, settings.limit, settings.when.code or ())

    def is_live_on(self, day: Day) -> bool:
        """Whether its dates, weekdays and categories let it take anything off on that day."""
        return self._condition.is_live_on(day)

    def propose(self, case: Case) -> Proposal | None:
        """Work out what it takes off this basket, within its limits."""
        failing = self._condition.failing(case)
        if failing is not None:
            case.note(self.name, "skipped", failing.code, failing.sentence)
            return None
        if case.day < self._first_day and not self._is_early(case):
            case.note(self.name, "skipped", "outside_dates", "not yet for this member")
            return None
        lines = matching(case, self._condition.lines)
        if self._condition.lines is not None and not lines:
            case.note(self.name, "skipped", "no_line_matches", f"no line is {self._condition.lines.sentence}")
            return None
        return self._reducer.propose(case, self, self._shares(case, lines))

    def _is_early(self, case: Case) -> bool:
        return any(first <= case.day and case.has_level({level}) for level, first in self._early.items())

    def _shares(self, case: Case, lines: list[int]) -> Shares:
        settings = self.settings
        if settings.prices:
            return self._above_member_prices(case, lines)
        off = self._off(case)
        return {} if off is None else taken_off(case, off, lines, settings.rounding, settings.round_per)

    def _off(self, case: Case) -> Off | None:
        """What it takes off for this member."""
        settings = self.settings
        for level, off in settings.by_tier.items():
            if case.has_level({level}):
                return off
        if not settings.steps:
            return settings.off
        reading = case.reading(settings.meter, case.day)
        reached = [step.share for step in settings.steps if step.threshold <= reading]
        return Off(share=reached[-1]) if reached else None

    def _above_member_prices(self, case: Case, lines: list[int]) -> Shares:
        """By line: how much more it costs than by the member prices."""
        shares = {}
        for line in lines:
            article = bought(case)[line]
            price = self.settings.prices.get(article.sku)
            if price is not None and article.quantity:
                per = 1_000 if article.measure else 1
                costs = Rate(price, per).of(article.quantity, self.settings.rounding)
                shares[line] = max(case.payments[line] - costs, 0)
        return shares

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Take it off and count it against the limits."""
        self._reducer.take(case, proposal)
