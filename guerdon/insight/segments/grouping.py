"""A grouping: every member in one segment of it, or in any number of them where a program declares the rules."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Segment(NamedTuple):
    """A segment of a grouping."""

    name: str
    about: str
    """Who is in it, for a person."""


class Grouping(NamedTuple):
    """Members by segment."""

    name: str
    segments: tuple[Segment, ...]
    """In the order in which they are shown; those that nobody is in too."""
    members: Mapping[int, tuple[str, ...]]
    """The segments that each member is in, by the member's number."""
    notes: tuple[str, ...] = ()
    """What a reader should know: what was too little to go by, how many were left out."""

    def of(self, segment: str) -> list[int]:
        """Who is in a segment."""
        return [member for member, names in self.members.items() if segment in names]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its segments."""
        return tuple(segment.name for segment in self.segments)


def one_each(members: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    """Members who are in one segment each."""
    return {member: (name,) for member, name in members}
