"""Wallets: what a member has of each unit, lot by lot."""

from datetime import datetime

import msgspec

from guerdon.messages.amounts import WireAmount


class WalletLot(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A part of a wallet that expires together."""

    amount: WireAmount
    """In the unit's smallest part."""
    earned_at: datetime
    """When its first part was earned."""
    available_from: datetime | None = None
    """For what is pending: when it can be spent; None: it can."""
    expires_at: datetime | None = None
    """None: it does not expire by itself."""
    hold: str = ""
    """The hold that it is reserved by; empty: it is not reserved."""
    reference: str = ""
    """A voucher's own name; empty: it is none."""


class NextExpiry(msgspec.Struct, frozen=True, kw_only=True):
    """What expires next, if nothing happens before."""

    amount: WireAmount
    at: datetime
    reason: str
    """``expiry`` (its own time is up) or ``inactivity`` (the whole wallet lapses)."""


class WalletAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a member has of one unit at a moment, in its smallest part."""

    unit: str
    available: WireAmount
    """What may be spent; below zero while a debt is owed."""
    pending: WireAmount = 0
    held: WireAmount = 0
    """What is reserved."""
    debt: WireAmount = 0
    """What is owed after a return; the next grant pays it back."""
    lots: list[WalletLot] = []
    """Available ones in the order in which they are spent, then pending ones, then reserved ones."""
    expires_next: NextExpiry | None = None
    """None: nothing expires, as things stand."""


class WalletsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A member's wallets at a moment."""

    member: str
    as_of: datetime
    items: list[WalletAnswer]
    """Those in which there is or was something, by unit."""
