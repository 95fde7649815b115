"""Habits: what a shopper says of himself, as values."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from guerdon.core.amounts import Rate
from guerdon.insight.shopping.money import Exchange, Price

DAYS_OF_A_YEAR, WEEKS_OF_A_YEAR, MONTHS_OF_A_YEAR = 365, 52, 12
"""By what "a day", "a week" and "a month" are counted up to a year."""
NOON = 12 * 60
"""Minutes since midnight at which something happens that names no hour."""

_NEVER = Rate(0, 1)


class Habit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the shopper does again and again: he buys, or does something else that programs may reward."""

    times: int
    """How often in a year."""
    category: str = ""
    """What is bought, as a path; empty: nothing is bought."""
    action: str = ""
    """What is done instead, such as ``wish-list``; empty: it is a purchase."""
    price: Price | None = None
    """What a purchase costs, before anything comes off it; None for an action."""
    quantity: int = 1
    """Items, or what ``measure`` says."""
    measure: Literal["", "g", "ml"] = ""
    """What ``quantity`` counts: grams, millilitres; empty: items."""
    weekdays: tuple[int, ...] = ()
    """On which weekdays alone, 0 for Monday; empty: on any."""
    minute: int = NOON
    """Minutes since midnight, on the local clock of each program."""
    brand: str = ""
    sku: str = ""
    store: str = ""
    """Empty: the first store that a program asks for."""
    channel: str = ""
    """Empty: the first channel that a program asks for."""
    tender: str = ""
    """How it is paid; empty: as ``card`` of the shopper says."""
    partner: str = ""
    """The partner of a program where it is bought; a program that has none of that name takes it as its own shop."""
    merchant_category: str = ""
    attributes: Mapping[str, str] = {}
    returned: Rate = _NEVER
    """Which share of the purchases comes back, each as a whole."""


class Esteem(msgspec.Struct, frozen=True):
    """What a reward or a benefit is worth to the shopper, where no program can know it."""

    price: Price
    """For one, or for each period."""
    period: Literal["", "day", "week", "month", "year"] = ""
    """Empty: each is worth so much. A period: one in each is worth so much, and no further one anything."""


class Shopper(msgspec.Struct, frozen=True, kw_only=True):
    """A shopper, and what he does in a year."""

    name: str
    exchange: Exchange
    habits: tuple[Habit, ...]
    begins: date | None = None
    """The first day of the year; None: the first on which all compared programs are in force."""
    birthday: str = ""
    """Month and day, ``MM-DD``; empty: no program is told."""
    age: int | None = None
    card: bool = False
    """Whether a purchase that names no tender is paid with the card that a program asks for first."""
    chooses: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    """By program and menu: the options that are chosen. A menu that is not named: those that bring the most."""
    takes: Mapping[str, tuple[str, ...]] = {}
    """By program: the rewards that are taken at all. A program that is not named: any."""
    esteem: Mapping[str, Mapping[str, Esteem]] = {}
    """By program and reward or benefit: what it is worth to the shopper."""
