"""Quotes: a basket in, and what buying it would lead to out."""

from datetime import datetime

import msgspec

from guerdon.core.effects import Note
from guerdon.messages.amounts import WireAmount
from guerdon.messages.effects import WireEffect
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


class QuoteAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a purchase would lead to. Nothing of it is recorded."""

    id: str
    """To be sent with the purchase as ``quote``: it is refused if the price has changed since."""
    as_of: datetime
    version: int
    receipt: Receipt
    rewards: list[QuotedReward]
    coupons: list[QuotedCoupon]
    effects: list[WireEffect]
    trace: list[Note]
    """Why what was not given was not: one line a mechanic."""
