"""The catalogue of rewards, as an app shows it."""

from datetime import date

import msgspec

from guerdon.messages.amounts import WireAmount


class AmountOf(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of a unit, in its smallest part."""

    unit: str
    amount: WireAmount


class RewardOffered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reward of the version in force."""

    name: str
    title: dict[str, str] = {}
    """By language."""
    cost: AmountOf
    """What one piece costs; for a reward that is taken in any amount, the least."""
    cost_by_tier: dict[str, AmountOf] = {}
    """By level, what it costs members who stand there; nobody else may take it."""
    taken: str
    """By one redemption: ``once`` for one piece, ``several times``, or ``in any amount``."""
    gives: AmountOf | None = None
    """A voucher or another amount for each piece; left out: the reward is a thing."""
    gives_code: bool = False
    """The reward is a code, to be used elsewhere."""
    first_day: date | None = None
    last_day: date | None = None
    partner: str = ""
    """The partner who hands it over; left out: the merchant does."""
    left: int | None = None
    """How many pieces are left; left out: they are not counted."""
    available_now: bool
    """Whether it may be taken now, by its dates, hours and stock. A quote tells what one member may take."""
    conditions: list[str] = []
    """What there is to know, in sentences of the language that was asked for."""


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The rewards of the version in force, in the order of the program file."""

    items: list[RewardOffered]
