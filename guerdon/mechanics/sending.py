"""Sending: a member gives what they hold to another member.

The amount leaves at once and is in transit until it arrives; where nobody can take it, it comes back. It either keeps
the expiry that it had, or its life begins anew with the receiver. A fee is taken on top and is spent.

**Worked.** ``sending: points``, ``fee: 5 %``, ``limit: 1_000 points a year``. A member with 500 points, 200 of them
until 1 June, sends 300: 15 are the fee, rounded up, and 185 are left. What comes first to its end goes first: 200 until
1 June and 100 of the others arrive, as two amounts with two expiries. 700 more may be sent this year.
"""

from typing import Literal

import msgspec

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Instant
from guerdon.core.case import Case
from guerdon.core.events import Event, Receive, Send, derived_id
from guerdon.core.handing_out import Wish
from guerdon.core.program import Cap, Texts, When
from guerdon.core.refusals import stop
from guerdon.core.rule import Rule
from guerdon.core.wallet import Lot
from guerdon.core.workshop import Workshop


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of what members may send each other."""

    name: str
    unit: str
    title: Texts = {}
    at_least: int = 1
    """How much is sent at least."""
    in_steps_of: int = 1
    """What is sent is a multiple of this."""
    limit: Cap = Cap()
    fee: Rate = Rate(0, 1)
    """What is taken from the sender on top, per amount sent; rounded up."""
    expires: Literal["as before", "anew"] = "as before"
    """Whether what arrives keeps the expiry that it had, or lasts as if the receiver had just earned it."""
    when: When = When()

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return SendingRule(self, workshop)


class SendingRule(Rule):
    """What members may send each other, compiled."""

    def __init__(self, settings: Sending, workshop: Workshop) -> None:
        """Keep the settings at hand."""
        self.settings = settings
        self.name = settings.name
        self.answers = (("send", settings.unit),)
        self._wish = Wish(
            settings.name, settings.unit, condition=workshop.condition(settings.when), least=settings.at_least,
            step=settings.in_steps_of, cap=settings.limit,
        )  # fmt: skip

    def answer(self, case: Case, event: Event) -> None:
        """Let the amount leave, and send the other member an event for each part that expires at a time of its own."""
        assert isinstance(event, Send), "nothing else is addressed to a sending"
        if event.to == event.member:
            raise stop("sending_to_oneself", unit=event.unit)
        fee = self.settings.fee.of(event.amount, Rounding.UP)
        self._wish.check(case, event.amount, fee=fee)
        self._wish.count(case, event.amount)
        lots = case.hand_over(event.unit, event.amount, event.to)
        case.spend(event.unit, fee, f"{self.name}-fee")
        for number, (expires_at, amount) in enumerate(_by_expiry(lots).items(), 1):
            case.send(self._arrival(event, number, amount, expires_at))

    def _arrival(self, event: Send, number: int, amount: int, expires_at: Instant | None) -> Receive:
        keeps = self.settings.expires == "as before"
        return Receive(
            id=derived_id(event.id, f"{self.name}/{number}"), member=event.to, at=event.at, unit=event.unit,
            amount=amount, sender=event.member, expires_at=expires_at if keeps else None,
            comes_back_with=None if keeps else expires_at,
        )  # fmt: skip


def _by_expiry(lots: tuple[Lot, ...]) -> dict[Instant | None, int]:
    """How much of the lots expires when, in the order in which it was consumed."""
    amounts: dict[Instant | None, int] = {}
    for lot in lots:
        amounts[lot.expires_at] = amounts.get(lot.expires_at, 0) + lot.amount
    return amounts
