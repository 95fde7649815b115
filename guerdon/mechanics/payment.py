"""Payment: a member pays a part of the bill with points, or with cashback.

**Worked.** ``10 points = 1 HKD``, up to 30 % of the bill. On a bill of 150.00 HKD at most 45.00 may be paid like this:
450 points. 451 are refused, and so are 445.5: what is paid with must come to whole cents, or points would vanish in a
rounding. The member pays 105.00 in money, and that is what earns, unless the program says that the other part does too.

With ``leaves`` so much must be paid in money: ``1 RUB`` and 99 % of a bill of 50.00 RUB leave 49.00 to be paid with
bonuses. A payment is reckoned after all discounts and vouchers. Where two units pay for one bill, each takes its share
of what the one before it in the alphabet has left.
"""

from math import gcd, lcm

import msgspec

from guerdon.core import wallet
from guerdon.core.amounts import Rate, Rounding, allocate
from guerdon.core.case import Case
from guerdon.core.effects import PaidWith
from guerdon.core.events import Event, Purchase
from guerdon.core.program import Texts, When
from guerdon.core.reducing import matching
from guerdon.core.refusals import stop
from guerdon.core.rule import Rule
from guerdon.core.workshop import Workshop

_ALL = Rate(1, 1)


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a way to pay out of a wallet."""

    name: str = "payment"
    title: Texts = {}
    unit: str
    """What is paid with. Money that is kept as vouchers pays for nothing: a voucher is taken off whole."""
    worth: Rate = _ALL
    """Minor units of money per smallest part of the unit. Money is worth itself."""
    earns: bool
    """Whether the part that is paid like this earns and counts in meters as if it were money."""
    share: Rate = _ALL
    """How much of what is left to pay for the lines may be paid like this."""
    leaves: int = 0
    """Minor units that must be left of the bill, to be paid in money."""
    least: int = 0
    """The least amount of the unit that pays anything."""
    multiple: int = 1
    """The amount must be so many, or twice as many, and so on."""
    when: When = When()
    """With line matchers: the lines that may be paid like this."""
    unless: When = When()
    """What stands against it, each matcher for itself."""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return PaymentRule(self, workshop)


class PaymentRule(Rule):
    """A way to pay, compiled."""

    def __init__(self, settings: Payment, workshop: Workshop) -> None:
        """Compile the conditions, and find the amounts that come to whole minor units."""
        self.settings = settings
        self.name = settings.name
        self.answers = (("spend", settings.unit),)
        self._condition = workshop.condition_of_price(settings.when, settings.unless)
        worth = Rate(*_shortened(settings.worth))
        self._worth = worth
        self._multiple = lcm(settings.multiple, worth.per)

    def answer(self, case: Case, event: Event) -> None:
        """Pay. Refused, in this order: not for this member, not a multiple, too little, too much, not available."""
        assert isinstance(event, Purchase)
        amount = event.spend[self.settings.unit]
        if amount:
            self._check(case, amount)
            lines = matching(case, self._condition.lines)
            money = self._worth.of(amount, Rounding.FLOOR)
            most = self._most(case, sum([case.payments[line] for line in lines]))
            if money > most:
                raise stop("payment_exceeds_share", unit=self.settings.unit, most=self._amount_for(most), wanted=amount)
            self._check_available(case, amount)
            self._pay(case, event, amount, money, lines)

    def up_to(self, amount: int) -> int:
        """The largest amount of the unit, up to this one, in which it is paid at all; 0: there is none.

        What the bill and the wallet allow is another matter. In hundreds, from 200 on: up to 399 it is 300, up to 199
        nothing.
        """
        whole = amount - amount % self._multiple
        return whole if whole >= self.settings.least else 0

    def _check(self, case: Case, amount: int) -> None:
        """Refuse an amount that could not pay for any basket."""
        failing, unit = self._condition.failing(case), self.settings.unit
        if failing is not None:
            raise stop("payment_not_for_this_member", unit=unit, reason=failing.sentence)
        if amount % self._multiple:
            raise stop("payment_not_a_multiple", unit=unit, multiple=self._multiple, wanted=amount)
        if amount < self.settings.least:
            raise stop("payment_too_small", unit=unit, least=self.settings.least, wanted=amount)

    def _check_available(self, case: Case, amount: int) -> None:
        unit = self.settings.unit
        available = wallet.available(case.wallet(unit))
        if amount > available:
            raise stop("payment_exceeds_available", unit=unit, available=available, wanted=amount)

    def _most(self, case: Case, left_to_pay: int) -> int:
        """How much of the bill may be paid like this, in minor units."""
        own = self.settings.share.of(left_to_pay, Rounding.FLOOR)
        return max(min(own, case.total - case.paid_ahead - self.settings.leaves), 0)

    def _amount_for(self, money: int) -> int:
        """The largest amount of the unit that pays no more than so much."""
        whole = money * self._worth.per // self._worth.amount
        return whole - whole % self._multiple

    def _pay(self, case: Case, event: Purchase, amount: int, money: int, lines: list[int]) -> None:
        settings = self.settings
        shares = [] if self._condition.lines is None else allocate(money, [case.payments[line] for line in lines])
        own = {line: share for line, share in zip(lines, shares, strict=False) if share}
        partner = event.partner if event.partner in case.version.program.partners else ""
        case.pay_with(
            PaidWith(
                self.name, settings.unit, amount, money, settings.earns, partner, tuple(own), tuple(own.values())
            )
        )  # fmt: skip


def _shortened(worth: Rate) -> tuple[int, int]:
    common = gcd(worth.amount, worth.per)
    return worth.amount // common, worth.per // common
