"""Segments: the groups that analysis finds members in."""

from datetime import datetime

import msgspec


class SegmentStay(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A time that a member was in a segment."""

    segment: str
    """By its name, which may be one that the program does not declare."""
    entered_at: datetime
    """When the member's record took note of it."""
    left_at: datetime | None = None
    """None: the member is in it still."""
    by: str = ""
    """What found the member in it, such as ``rfm``; empty: a description told it, or it was not said."""


class MemberSegments(msgspec.Struct, frozen=True, kw_only=True):
    """The segments of a member, now and before."""

    member: str
    segments: list[str]
    """Those that the member is in now, by name."""
    history: list[SegmentStay]
    """Every stay, the first entered first."""
