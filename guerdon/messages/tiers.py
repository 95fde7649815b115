"""Tiers: the ladders of a program and who stands where."""

import msgspec

from guerdon.messages.amounts import WireAmount


class Asked(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that a level asks for: of a meter, a badge or a plan."""

    meter: str = ""
    least: WireAmount | None = None
    """What the meter must show, in its smallest parts."""
    share: str = ""
    """In place of ``least``: the part of what ``share_of`` shows, as a fraction: ``1/2``."""
    share_of: str = ""
    """The meter that the share is taken of."""
    anew: bool = False
    """Only what came since the level was reached or last confirmed counts."""
    badge: str = ""
    plan: str = ""


class AskedFor(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a level asks for, or what it takes to keep it."""

    all_of: list[Asked] = []
    any_of: list[Asked] = []
    """One of these; where there are none, nothing more."""


class LevelOfLadder(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A level of a ladder."""

    name: str
    title: dict[str, str] = {}
    """By language."""
    reach: AskedFor
    """What it asks for; nothing for the lowest level."""
    keep: AskedFor | None = None
    """What it asks for at its review; left out: the same."""
    members: int | None = None
    """How many stand there; for keys of managers and auditors."""


class Ladder(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A ladder of levels."""

    name: str
    title: dict[str, str] = {}
    """By language."""
    meter: str = ""
    """The meter that thresholds are of; left out where every level has needs of its own."""
    levels: list[LevelOfLadder]
    """From the lowest to the highest."""


class Ladders(msgspec.Struct, frozen=True, kw_only=True):
    """The ladders of the version in force."""

    items: list[Ladder]
