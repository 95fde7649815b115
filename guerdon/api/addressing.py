"""Addressing: what stands in a path or a query, turned into what is stored under it.

Whoever adds a way of naming members adds it to ``member_of`` and nowhere else.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import QueryParameter

from guerdon.api.problems import Declined, Problem
from guerdon.api.slashes import with_slashes
from guerdon.core.calendar import instant_of
from guerdon.core.events import Id, instant_in_range
from guerdon.core.refusals import refuse
from guerdon.messages.problems import Fault
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import Entry, StoredMember

AsOf = Annotated[
    str | None,
    QueryParameter(
        description="A moment of the past or the future, with its offset: 2026-03-01T00:00:00Z. Without: now.",
        schema_extra={"format": "date-time"},
    ),
]
"""A moment in a query. An offset written with + has to be sent as %2B."""

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


def member_of(connection: Connection, program: int, shown: str) -> StoredMember:
    """The member that a path names. Raises Declined where there is none."""
    shown = with_slashes(shown)
    found = reading.find_member(connection, program, shown) if is_id(shown) else None
    if found is None or found.seq == 0:
        raise Declined(refuse("member_unknown", member=printable(shown)))
    return found


def event_of(connection: Connection, program: int, shown: str) -> tuple[str, Entry]:
    """The event that a path names, with the member it belongs to. Raises Problem where there is none."""
    shown = with_slashes(shown)
    found = reading.find_event(connection, program, shown) if is_id(shown) else None
    if found is None:
        raise event_not_found(shown)
    return found


def event_not_found(shown: str) -> Problem:
    """What is answered to whoever asks for an event that is not there."""
    return Problem("event_not_found", id=printable(with_slashes(shown)))


def is_id(shown: str) -> bool:
    """Whether a text may be the id of anything: PostgreSQL need not be asked about control characters."""
    try:
        msgspec.convert(shown, Id)
        shown.encode()
    except (msgspec.ValidationError, UnicodeError):
        return False
    return True


def printable(shown: str) -> str:
    """A text that can be sent back as UTF-8."""
    return shown.encode(errors="replace").decode()


def moment_in(shown: str | None) -> datetime | None:
    """The moment in a query; None without one. Raises Problem for anything else."""
    if shown is None:
        return None
    try:
        moment = msgspec.convert(shown, _Moment)
    except msgspec.ValidationError as error:
        raise _not_a_moment("Write a moment with its offset, such as 2026-03-01T00:00:00Z.") from error
    if not instant_in_range(instant_of(moment)):
        raise _not_a_moment("Moments lie in the years 2000 to 2099.")
    return moment


def _not_a_moment(message: str) -> Problem:
    return Problem("not_as_wanted", first=message, faults=[Fault("as_of", message)])
