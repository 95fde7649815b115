"""Quotes: a basket in, and what buying it would lead to out."""

from datetime import datetime

import msgspec

from guerdon.core.effects import Note
from guerdon.messages.amounts import WireAmount
from guerdon.messages.effects import WireEffect
from guerdon.messages.members import NextLevel
from guerdon.messages.receipts import Receipt


class QuotedReward(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reward of the catalogue, for this member at this moment."""

    reward: str
    unit: str
    cost: WireAmount
    available: bool
    """Whether the member may take it now."""
    after_purchase: bool
    """Whether the member might take it right after this purchase."""
    to_pay_with_it: WireAmount | None = None
    """What there would be to pay for this very basket with the reward among its ``rewards``; None: it cannot be."""
    missing: WireAmount = 0
    """How much of its unit the member lacks."""
    why_not: str = ""
    """The code of the refusal; empty: it is to be had."""
    reason: str = ""
    """The same for a person."""


class QuotedCoupon(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A personal coupon that would take something off, were its reference among the codes."""

    coupon: str
    reference: str
    saves: WireAmount
    """In minor units."""
    expires_at: datetime | None = None


class Payable(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that a part of this bill may be paid with, in place of what ``spend`` says of it."""

    unit: str
    most: WireAmount
    """The most that this bill takes of it: by the member's wallet, and by share, least amount and multiple."""
    money: WireAmount
    """What that pays, in minor units."""
    to_pay: WireAmount
    """What would be left to pay in money."""


class QuoteAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a purchase would lead to. Nothing of it is recorded."""

    id: str
    """To be sent with the purchase as ``quote``: it is refused if the price has changed since."""
    as_of: datetime
    version: int
    receipt: Receipt
    rewards: list[QuotedReward]
    coupons: list[QuotedCoupon]
    payable: list[Payable] = []
    """What else the bill may be paid with, each unit for itself."""
    next_levels: dict[str, NextLevel] = {}
    """By ladder: the next level, and what is missing for it after this purchase."""
    effects: list[WireEffect]
    trace: list[Note]
    """Why what was not given was not: one line a mechanic."""
