"""Reading requests: bodies that hold an event, the id of a write, the program, the member."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from litestar import Request

from guerdon.api.access import Caller
from guerdon.api.problems import Declined, Problem
from guerdon.api.service import Service
from guerdon.core.events import ENGINE_EVENTS, Event, kind_of
from guerdon.core.refusals import refuse
from guerdon.messages.problems import Fault
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.till import UNREADABLE
from guerdon.store.database import Connection

PROGRAM_HEADER = "guerdon-program"
ID_HEADER = "idempotency-key"

AnyRequest = Request[Caller, Caller, Any]
_E = TypeVar("_E")


def service_of(request: AnyRequest) -> Service:
    """The worker's service."""
    found: Service = request.app.state.service
    return found


def program_of(request: AnyRequest) -> int:
    """The program that the request is about. Asks the database where the key opens several."""
    return service_of(request).program_of(request.auth, request.headers.get(PROGRAM_HEADER))


@contextmanager
def reading_program(request: AnyRequest) -> Iterator[tuple[Connection, PublishedProgram]]:
    """The program that the request is about, with a connection that sees it alone."""
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        yield connection, service.published(connection, program)


def program_if_named(request: AnyRequest) -> int | None:
    """The program of an act that may be about the deployment as a whole; None: it is."""
    if request.auth.program is None and PROGRAM_HEADER not in request.headers:
        return None
    return program_of(request)


@contextmanager
def seeing(request: AnyRequest, program: int | None) -> Iterator[Connection]:
    """A connection that sees one program alone; None: everything, for a key that opens all of the deployment."""
    pool = service_of(request).pool
    with pool.owner() if program is None else pool.program(program) as connection:
        yield connection


def read_event(request: AnyRequest, body: bytes, kind: type[_E]) -> _E:
    """The event in a body, of one kind or any; its id may stand in the header Idempotency-Key instead.

    Raises Problem where there is none, and Declined for what only Guerdon itself may send.
    """
    event = _decoded(_with_id(request, body), kind)
    if isinstance(event, ENGINE_EVENTS):
        raise Declined(refuse("event_for_the_engine_only", event_kind=kind_of(event)))  # type: ignore[arg-type]
    return event


def _decoded(body: bytes, kind: type[_E]) -> _E:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `")
        raise Problem("not_as_wanted", first=str(error), faults=[Fault(place.rstrip("`") or "$", message)]) from error
    except UNREADABLE as error:
        raise Problem("body_not_readable") from error


def _with_id(request: AnyRequest, body: bytes) -> bytes:
    header = request.headers.get(ID_HEADER)
    if header is None:
        return body
    try:
        content = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except UNREADABLE as error:
        raise Problem("body_not_readable") from error
    own = msgspec.json.encode(header)
    if bytes(content.setdefault("id", msgspec.Raw(own))) != own:
        raise Problem("id_differs")
    return msgspec.json.encode(content)


EVENT: Any = Event
"""The union of all events, as a type to decode into."""
