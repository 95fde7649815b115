"""Habits as events of a program: as if it were bought there.

The same purchases are made under every program, each in the program's own currency. A category, a brand or an article
that a program does not know earns what that program gives for anything. What a habit leaves unsaid is as the program
asks for it first: the store, the channel and, for a shopper who pays with the card, the means of payment.

**Worked.** A program gives points in ``channel: [store, outlet, web]``. A habit that names no channel is bought in
``store``; one with ``channel: marketplace`` earns nothing there.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Literal

import msgspec

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.events import Action, Line, Purchase
from guerdon.core.program import Program, When
from guerdon.insight.shopping.habits import Habit, Shopper

SHOPPER = "shopper"
"""The member in whose name the year is rehearsed."""


class Baskets:
    """The shopper's habits as a program takes them."""

    def __init__(self, shopper: Shopper, program: Program, scale: Rate) -> None:
        """``scale``: how many times as dear everything is, and as much where it is measured."""
        self._shopper = shopper
        self._program = program
        self._scale = scale

    def price(self, habit: Habit) -> int:
        """What a purchase costs before anything comes off it, in minor units of the program's currency."""
        assert habit.price is not None, "a purchase has a price"
        scaled = habit.price._replace(amount=self._scale.of(habit.price.amount, Rounding.NEAREST))
        return self._shopper.exchange.into(self._program.currency, scaled)

    def purchase(self, habit: Habit, event_id: str, at: datetime) -> Purchase:
        """A purchase of the habit."""
        measured = self._scale.of(habit.quantity, Rounding.NEAREST) if habit.measure else habit.quantity
        line = Line(
            habit.sku, self.price(habit), measured, category=habit.category, brand=habit.brand, measure=habit.measure
        )
        own_card = self._asked["tender"] if self._shopper.card else ""
        return Purchase(
            id=event_id, member=SHOPPER, at=at, lines=(line,),
            store=habit.store or self._asked["store"],
            channel=habit.channel or self._asked["channel"],
            tender=habit.tender or own_card,
            partner=self._partner(habit),
            merchant_category=habit.merchant_category,
            attributes=dict(habit.attributes),
        )  # fmt: skip

    def action(self, habit: Habit, event_id: str, at: datetime) -> Action:
        """What the shopper does other than buy."""
        return Action(
            id=event_id, member=SHOPPER, at=at, action=habit.action, partner=self._partner(habit),
            attributes=dict(habit.attributes),
        )  # fmt: skip

    def one_of_each(self, at: datetime) -> list[Purchase]:
        """A purchase of each habit that is one."""
        bought = [habit for habit in self._shopper.habits if habit.category]
        return [self.purchase(habit, f"try-{number}", at) for number, habit in enumerate(bought)]

    def _partner(self, habit: Habit) -> str:
        return habit.partner if habit.partner in self._program.partners else ""

    @cached_property
    def _asked(self) -> dict[str, str]:
        return {matcher: first_asked(self._program, matcher) for matcher in ("store", "channel", "tender")}


def first_asked(program: Program, matcher: Literal["store", "channel", "tender"] | str) -> str:
    """The first value that a program's mechanics, meters and rewards ask for by a matcher; empty: none asks."""
    parts = (*program.mechanics, *program.meters.values(), *program.rewards)
    found = (value for part in parts for when in _conditions(part) for value in getattr(when, matcher) or ())
    return next(found, "")


def _conditions(part: object) -> Iterator[When]:
    """The conditions inside some settings, in the order of their fields; not those that stand against something."""
    if isinstance(part, When):
        yield part
    elif isinstance(part, msgspec.Struct):
        for field in part.__struct_fields__:
            if field != "unless":
                yield from _conditions(getattr(part, field))
    elif isinstance(part, tuple):
        for item in part:
            yield from _conditions(item)
