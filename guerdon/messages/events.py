"""The answer to an event."""

from datetime import datetime
from typing import Any

import msgspec

from guerdon.core.events import Event
from guerdon.core.refusals import Refusal
from guerdon.messages.effects import WireEffect
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
    effects: list[WireEffect] = []


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


class BulkSummary(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The last line of the answer to a bulk request. Where it is missing, the answer is not complete."""

    lines: int
    """How many lines held something. It is the sum of the others."""
    recorded: int
    repeated: int
    """Lines that were recorded before, now or earlier; nothing moved."""
    refused: int
    """Lines that were refused, each with its problem."""
    failed: int = 0
    """Lines that were not tried or not committed because of the service itself. Send them again, with the same ids."""


class RecordedEvent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An event as it is on record, with what it led to."""

    id: str
    member: str
    seq: int
    """Its place in the member's journal, from 1."""
    recorded_at: datetime
    version: int
    """The number of the program version that decided; 0 where none was in force."""
    event: Event
    """As its source sent it."""
    effects: list[WireEffect] = []
    refusal: Refusal | None = None
    """Why it was refused; None: it was not."""
