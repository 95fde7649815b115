"""The liability: what is outstanding of each unit."""

from datetime import datetime

import msgspec

from guerdon.messages.amounts import WireAmount


class UnitLiability(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One unit over all members, in its smallest part.

    ``issued`` is the sum of the six after it and of ``outstanding``.
    """

    unit: str
    issued: WireAmount
    reversed: WireAmount
    """What was taken back, after returns and by corrections."""
    redeemed: WireAmount
    expired: WireAmount
    converted: WireAmount
    """What has become another unit."""
    causes: WireAmount
    """What was given to causes."""
    partners: WireAmount
    """What was spent with partners, less what they granted; below zero where they granted more."""
    outstanding: WireAmount
    """What the wallets hold, less debts, and what is on its way from one member to another."""
    in_transit: WireAmount = 0
    """The part of what is outstanding that is on its way."""
    worth: WireAmount | None = None
    """What is outstanding in minor units of the currency; null where the unit is not worth money."""


class LiabilityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is outstanding at a moment, by the dates of the events."""

    as_of: datetime
    currency: str
    worth: WireAmount
    """What all of it is worth, in minor units."""
    units: list[UnitLiability]
