"""The answer to goods that come back."""

from datetime import datetime

import msgspec

from guerdon.messages.amounts import WireAmount
from guerdon.messages.effects import WireEffect
from guerdon.messages.receipts import WalletBalance


class TakenBack(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the goods had earned and is gone with them. The four parts add up to the amount."""

    mechanic: str
    """The mechanic that had given it."""
    unit: str
    amount: WireAmount
    """In the unit's smallest part."""
    available: WireAmount = 0
    """Taken out of what could be spent."""
    pending: WireAmount = 0
    """Taken out of what could not be spent yet."""
    owed: WireAmount = 0
    """Spent already, and owed now."""
    forgiven: WireAmount = 0
    """Spent or expired already, and let go."""


class GivenBack(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the goods were paid with, or a voucher used on them, that is in the wallet again."""

    mechanic: str
    unit: str
    amount: WireAmount
    expires_at: datetime | None = None
    """None: it does not expire by itself."""
    reference: str = ""
    """The voucher; empty: it is none."""


class ReturnAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a return led to."""

    id: str
    member: str
    seq: int
    """Its place in the member's journal, from 1."""
    version: int
    repeated: bool = False
    """It was recorded before; this is the first answer again, and nothing has moved."""
    purchase: str
    """The purchase that the goods are of."""
    taken_back: list[TakenBack] = []
    given_back: list[GivenBack] = []
    coupons_given_back: list[str] = []
    """References of personal coupons that were used on the purchase and are good again."""
    coupons_withdrawn: list[str] = []
    """References of personal coupons that the purchase had brought."""
    badges_lost: list[str] = []
    wallets: list[WalletBalance] = []
    """Where the wallets stand afterwards."""
    tiers: dict[str, str] = {}
    """Where the member stands on each ladder afterwards."""
    effects: list[WireEffect] = []
