"""Holds: what is reserved for a member, and what ends that."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from guerdon.core.amounts import MAX_AMOUNT
from guerdon.core.events import Id
from guerdon.messages.amounts import WireAmount
from guerdon.messages.effects import WireEffect
from guerdon.messages.receipts import WalletBalance


class HoldStanding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that is or was reserved: an amount, a reward, or the use of a code or coupon."""

    id: str
    """The id of the event that began it."""
    member: str
    status: str
    """``open``, or how it ended: ``captured``, ``released``, ``lapsed``, ``purchase`` (one ended it, and may have used
    what it held), ``withdrawn`` (a coupon, whose goods came back), ``ended`` (the member left, or was merged)."""
    since: datetime
    until: datetime
    """When it lapses by itself; of one that ended, when it would have."""
    unit: str = ""
    """Empty: no amount is held."""
    amount: WireAmount = 0
    """In the unit's smallest part; for a reward, what it costs."""
    reward: str = ""
    quantity: int = 0
    """How many pieces of the reward."""
    code: str = ""
    """The code, or the reference of a personal coupon."""
    captured: WireAmount = 0
    """How much of the amount was used; the rest went back."""


class HoldAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of a hold by an event, and where the wallets stand after it."""

    id: str
    """The event's id, as its source chose it."""
    member: str
    seq: int
    """Its place in the member's journal, from 1."""
    version: int
    repeated: bool = False
    """It was recorded before; this is the first answer again, and nothing has moved."""
    hold: HoldStanding
    """Right after the event, as the wallets are."""
    wallets: list[WalletBalance] = []
    effects: list[WireEffect] = []


class OpenHolds(msgspec.Struct, frozen=True, kw_only=True):
    """What is reserved for a member now."""

    member: str
    items: list[HoldStanding]
    """The earliest to lapse first."""


class _End(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every end of a hold has. Whose hold it is, the hold itself says."""

    id: Id
    """Of the event that ends it; or in the header Idempotency-Key."""
    at: Annotated[datetime, Meta(tz=True)]
    """When it happened, with its offset."""


class CaptureRequest(_End, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was held is used."""

    amount: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)] | None = None
    """How much of it, in the unit's smallest part; for a reward, what its pieces cost. None: all of it."""


class ReleaseRequest(_End, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was held is not needed: all of it goes back."""
