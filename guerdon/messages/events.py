"""The answer to an event."""

from typing import Any

import msgspec

from guerdon.core.effects import Effect
from guerdon.messages.problems import ProblemDetails


class EventAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an event led to."""

    id: str
    """The event's id, as its source chose it."""
    member: str
    seq: int
    """Its place in the member's journal, from 1."""
    version: int
    """The number of the program version that decided."""
    repeated: bool = False
    """It was recorded before; this is the first answer again, and nothing has moved."""
    effects: tuple[Effect, ...] = ()


class LineAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of one line of a bulk request."""

    line: int
    """Counted from 1."""
    id: str = ""
    member: str = ""
    seq: int | None = None
    repeated: bool = False
    problem: ProblemDetails | None = None
    """Why it was not carried out; None: it was."""
    effects: Any = msgspec.UNSET
    """The effects, where they were asked for."""
