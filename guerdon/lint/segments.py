"""Segments that are named nearly as one that the program declares."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Literal

from guerdon.core.program import Mechanic, Program, Reward, When
from guerdon.lint.finding import Finding

_ALIKE = 0.8
_TRIGGERS = ("entered_segment", "left_segment")


def segments_that_are_misspelt(program: Program) -> Iterator[Finding]:
    """Segments that nothing declares, and that are spelt nearly as one that something does."""
    known = {*program.segments, *program.titles.segment}
    for mechanic in program.mechanics:
        for name in sorted(_named_by(mechanic) - known):
            yield from _finding("mechanic", mechanic.name, name, known)
    for reward in program.rewards:
        for name in sorted(_named_by(reward) - known):
            yield from _finding("reward", reward.name, name, known)


def _named_by(thing: Mechanic | Reward) -> set[str]:
    """The segments that a mechanic or a reward looks at or reacts to."""
    values = [getattr(thing, name) for name in getattr(thing, "__struct_fields__", ())]
    named = {name for value in values if isinstance(value, When) for name in value.segment or ()}
    kind, _, reacted_to = str(getattr(thing, "on", "")).partition(":")
    return named | ({reacted_to} if kind in _TRIGGERS else set())


def _finding(what: Literal["mechanic", "reward"], where: str, name: str, known: set[str]) -> Iterator[Finding]:
    for meant in get_close_matches(name, sorted(known), n=1, cutoff=_ALIKE):
        told = f"`{where}` names the segment `{name}`, which nothing declares; most likely `{meant}` is meant"
        yield Finding(code="segment_misspelt", what=what, where=where, sentence=told)
