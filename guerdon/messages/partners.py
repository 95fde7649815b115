"""Partners: who takes part, and what is between the program and each."""

from datetime import date

import msgspec

from guerdon.messages.amounts import WireAmount


class PartnerNamed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A business that takes part."""

    name: str
    title: dict[str, str] = {}
    """By language."""


class Partners(msgspec.Struct, frozen=True, kw_only=True):
    """The partners of the version in force."""

    items: list[PartnerNamed]


class PartnerEntry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one mechanic or reward has moved."""

    kind: str
    """``granted``, ``taken back``, ``spent``, ``given back`` or ``converted``."""
    reason: str
    """The mechanic, reward or conversion."""
    amount: WireAmount
    """Below zero what the partner owes for, above zero what it is owed."""
    times: int
    worth: WireAmount | None = None
    """The same in minor units of the currency; left out where the unit is not worth money."""


class PartnerAccount(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One unit of a statement, in its smallest part: the lines make up the difference exactly."""

    unit: str
    opening: WireAmount
    lines: list[PartnerEntry]
    closing: WireAmount
    worth: WireAmount | None = None
    """What the closing amount is worth, in minor units."""


class StatementOfPartner(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is between the program and a partner, from a first day through a last."""

    partner: str
    first_day: date | None = None
    """Left out: from the beginning."""
    last_day: date | None = None
    """Left out: up to now."""
    units: list[PartnerAccount]
    worth: WireAmount
    """What the closing amounts come to, in minor units: below zero the partner owes it."""
