"""Reading requests: bodies that hold an event, the id of a write, the program, the member."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, Union, get_args

import msgspec
from anyio.to_thread import run_sync
from litestar import Request

from guerdon.api.access import Caller
from guerdon.api.problems import Declined, Problem
from guerdon.api.service import Service
from guerdon.core.events import ENGINE_EVENTS, Event, kind_of
from guerdon.core.refusals import refuse
from guerdon.messages.persons import ShownIdentity
from guerdon.messages.problems import Fault
from guerdon.people.identities import acting_member, find_member
from guerdon.people.persons import member_of, same_person
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.till import UNREADABLE
from guerdon.store import reading
from guerdon.store.database import Connection

PROGRAM_HEADER = "guerdon-program"
ID_HEADER = "idempotency-key"

AnyRequest = Request[Caller, Caller, Any]
_E = TypeVar("_E")
_IDENTITY = b'"identity"'


class Reading(Request[Any, Any, Any]):
    """A request whose body may be nonsense of any kind: Litestar itself knows only of JSON that is none."""

    async def json(self) -> Any:
        """The body as a value. Raises Problem where it is no text, or nested too deep to look at."""
        try:
            return await super().json()
        except UNREADABLE as error:
            raise Problem("body_not_readable") from error


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


async def event_sent(request: AnyRequest, body: bytes, kind: type[_E]) -> _E:
    """The event in a body, as ``read_event`` reads it; asks the database in a thread where it has to."""
    if _IDENTITY in body:
        return await run_sync(read_event, request, body, kind)
    return read_event(request, body, kind)


def read_event(
    request: AnyRequest, body: bytes, kind: type[_E], *, member: str | None = None, by: str | None = None
) -> _E:
    """The event in a body, of one kind or any; its id may stand in the header Idempotency-Key instead.

    ``member`` is the one that the path names, and ``by`` who did it where the body does not say. In place of a member
    the body may have an ``identity``: then the database is asked, and the event holds the member alone. Raises Problem
    where there is no such event, and Declined for what only Guerdon itself may send and for an identity of nobody.
    """
    event = decoded(_completed(request, body, member, by), kind)
    if isinstance(event, ENGINE_EVENTS):
        raise Declined(refuse("event_for_the_engine_only", event_kind=kind_of(event)))  # type: ignore[arg-type]
    return event


def decoded(body: bytes, kind: type[_E]) -> _E:
    """What is in a body. Raises Problem, which names the place and repeats nothing of what stands there."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `")
        raise Problem("not_as_wanted", first=str(error), faults=[Fault(place.rstrip("`") or "$", message)]) from error
    except UNREADABLE as error:
        raise Problem("body_not_readable") from error


def _completed(request: AnyRequest, body: bytes, member: str | None, by: str | None) -> bytes:
    """The body with what stands elsewhere in the request put into it."""
    header = request.headers.get(ID_HEADER)
    if header is None and member is None and by is None and _IDENTITY not in body:
        return body
    content = decoded(body, dict[str, msgspec.Raw])
    if header is not None:
        _put(content, "id", header, "id_differs")
    if member is not None:
        _put(content, "member", member, "member_differs")
    if by is not None:
        content.setdefault("by", _raw(by))
    if "identity" in content:
        _identify(request, content)
    return msgspec.json.encode(content)


def _put(content: dict[str, msgspec.Raw], name: str, value: str, differs: str) -> None:
    """Put a value in; one that stands there already has to be the same."""
    if bytes(content.setdefault(name, _raw(value))) != bytes(_raw(value)):
        raise Problem(differs)


def _identify(request: AnyRequest, content: dict[str, msgspec.Raw]) -> None:
    """Put the member in place of the identity."""
    shown = decoded(bytes(content.pop("identity")), ShownIdentity)
    if "member" in content:
        raise Problem("member_differs")
    event_id = decoded(bytes(content.get("id", _raw(""))), str)
    content["member"] = _raw(identified(request, shown, event_id))


def identified(request: AnyRequest, shown: ShownIdentity, event_id: str = "") -> str:
    """The member whom an identity belongs to; of a card that was merged, the one who acts for both.

    An event that is on record keeps the member it has there, so that sending it again is harmless whoever was merged
    meanwhile. Asks the database. Raises Declined where nobody has the identity.
    """
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        found = find_member(connection, service.secret, program, shown.kind, shown.value, country=shown.country)
        if found is None:
            raise Declined(refuse("identity_unknown", identity=shown.kind))
        acting = acting_member(connection, program, found)
        return _recorded(connection, program, acting, event_id) or acting


def _recorded(connection: Connection, program: int, member: str, event_id: str) -> str | None:
    """The member under whom an event of the same person is on record; None: there is none."""
    found = reading.find_event(connection, program, event_id) if event_id and "\x00" not in event_id else None
    if found is None:
        return None
    same = {one.key for one in same_person(connection, member_of(connection, program, member))}
    return found[0] if found[0] in same else None


def _raw(value: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


EVENT: Any = Event
"""The union of all events, as a type to decode into."""

EVENT_FROM_OUTSIDE: Any = Union[tuple([kind for kind in get_args(Event) if kind not in ENGINE_EVENTS])]  # noqa: UP007
"""The union of those that clients may send, for the description."""
