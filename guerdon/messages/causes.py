"""What causes were given."""

import msgspec

from guerdon.messages.amounts import WireAmount


class CauseAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A cause, and what it was given of one unit."""

    cause: str
    unit: str
    amount: WireAmount
    """In the unit's smallest part."""
    gifts: int
    """How often something was given."""
    members: int
    """By how many members."""
    target: WireAmount | None = None
    """What it is to come to; null: it has no target."""


class CausesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every cause of the version in force, and those before that were given something."""

    items: list[CauseAnswer]
