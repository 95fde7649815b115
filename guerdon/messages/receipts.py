"""What a receipt is printed from: the prices, what was earned and spent, and where the member stands afterwards."""

from datetime import datetime

import msgspec

from guerdon.messages.amounts import WireAmount
from guerdon.messages.effects import WireEffect
from guerdon.messages.wallets import NextExpiry


class ReceiptLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One line of the basket."""

    line: int
    """Its place in the basket, from 0."""
    sku: str
    amount: WireAmount
    """What it costs before any discount, in minor units."""
    to_pay: WireAmount
    """What is paid for it after all discounts, its part of those on the basket included."""


class PriceOff(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Something that was taken off the price."""

    mechanic: str
    amount: WireAmount
    """In minor units."""
    reference: str = ""
    """The code, coupon or voucher that was used; empty: none."""
    lines: tuple[int, ...] = ()
    """The lines that cost less; empty: the basket as a whole."""


class Payment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A part of the bill that was paid out of a wallet."""

    unit: str
    amount: WireAmount
    money: WireAmount
    """What it paid, in minor units."""


class Earned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """An amount that a mechanic gave."""

    mechanic: str
    unit: str
    amount: WireAmount
    available_from: datetime | None = None
    """When it can be spent; None: now."""
    expires_at: datetime | None = None
    """None: it does not expire by itself."""
    capped_by: str = ""
    """The limit that made it less; empty: none did."""


class GivenReward(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A reward that was given: a coffee, or a code to be used elsewhere."""

    reward: str
    quantity: int = 1
    code: str = ""
    expires_at: datetime | None = None


class RewardTaken(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A reward that the purchase took along, with what it cost."""

    reward: str
    unit: str = ""
    """Empty: it is free."""
    cost: WireAmount = 0


class WalletBalance(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What a member has of one unit, in its smallest part."""

    unit: str
    available: WireAmount
    pending: WireAmount = 0
    held: WireAmount = 0
    debt: WireAmount = 0


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Everything that a receipt may tell."""

    total: WireAmount
    """What the basket costs before the program takes anything off, in minor units."""
    discount: WireAmount
    """What the program took off."""
    to_pay: WireAmount
    """What is left to be paid in money."""
    lines: list[ReceiptLine]
    off: list[PriceOff] = []
    paid_with: list[Payment] = []
    earned: list[Earned] = []
    rewards: list[GivenReward] = []
    """What was given that is no amount: a thing, or a code."""
    rewards_taken: list[RewardTaken] = []
    """The rewards of the catalogue that the purchase took along."""
    codes_used: list[str] = []
    """The codes and personal coupons that took something off."""
    holds_ended: list[str] = []
    """The holds that ended with it, by their ids: what they held was there for it."""
    coupons_issued: list[str] = []
    """References of personal coupons that the purchase brought."""
    badges: list[str] = []
    wallets: list[WalletBalance] = []
    """Where the wallets stand afterwards."""
    expires_next: dict[str, NextExpiry] = {}
    """By unit: what expires next of it, as things stand afterwards."""
    tiers: dict[str, str] = {}
    """Where the member stands on each ladder afterwards."""


class PurchaseAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What a purchase led to."""

    id: str
    member: str
    seq: int
    """Its place in the member's journal, from 1."""
    version: int
    repeated: bool = False
    """It was recorded before; this is the first answer again, and nothing has moved."""
    receipt: Receipt
    effects: list[WireEffect] = []
