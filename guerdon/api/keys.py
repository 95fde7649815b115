"""API keys: a manager makes, lists, rotates and revokes them.

A key of one program sees and makes the keys of that program alone.
"""

import re
from datetime import UTC, datetime, timedelta

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from guerdon.api.access import AUDITOR, MANAGER, open_to
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, program_if_named, seeing, service_of
from guerdon.messages.keys import ApiKey, ApiKeyMade, ApiKeys, NewKey, Rotation
from guerdon.messages.problems import Fault
from guerdon.people import keys
from guerdon.people.administering import KeyIsOver, Wish, make_key, revoke_key, rotate_key
from guerdon.people.keys import Key
from guerdon.store.database import Connection

_ID = re.compile("[0-9a-f]{12}")


@post("/", sync_to_thread=True, **open_to(*MANAGER), status_code=201)
def add_key(request: AnyRequest, data: JSONBody[NewKey]) -> ApiKeyMade:
    """Make a key. The answer is the only one that ever holds the whole of it."""
    if data.expires_at is not None:
        _check_ahead(data.expires_at)
    if data.program is None:
        program = program_if_named(request)
    else:
        program = service_of(request).program_of(request.auth, data.program)
    wish = Wish(data.title, data.scopes, program, data.requests_per_second, data.expires_at)
    with seeing(request, program) as connection:
        made = make_key(connection, request.auth.author, wish)
    return ApiKeyMade(id=made.id, key=made.shown)


@get("/", sync_to_thread=True, **open_to(*AUDITOR))
def list_keys(request: AnyRequest) -> ApiKeys:
    """Every key of the program, the newest first; for a key that opens the whole deployment, of all programs."""
    program = program_if_named(request)
    with seeing(request, program) as connection:
        return ApiKeys(items=[_told(key) for key in keys.all_keys(connection)])


@get("/{key:str}", sync_to_thread=True, **open_to(*AUDITOR))
def read_key(request: AnyRequest, key: FromPath[str]) -> ApiKey:
    """A key, without its secret."""
    with seeing(request, program_if_named(request)) as connection:
        return _told(_found(connection, key))


@post("/{key:str}/rotate", sync_to_thread=True, **open_to(*MANAGER, problems=("key_is_over",)), status_code=201)
def replace_key(request: AnyRequest, key: FromPath[str], data: JSONBody[Rotation]) -> ApiKeyMade:
    """Make a key that does the same. The old one still opens for the overlap, so that nothing stands still."""
    with seeing(request, program_if_named(request)) as connection:
        _found(connection, key)
        try:
            made = rotate_key(connection, request.auth.author, key, timedelta(seconds=data.overlap_seconds))
        except KeyIsOver as over:
            raise Problem("key_is_over", reason=str(over)) from over
    return ApiKeyMade(id=made.id, key=made.shown)


@post("/{key:str}/revoke", sync_to_thread=True, **open_to(*MANAGER), status_code=200)
def end_key(request: AnyRequest, key: FromPath[str]) -> ApiKey:
    """Let a key open nothing any more, a few seconds from now at the latest. It stays on record."""
    with seeing(request, program_if_named(request)) as connection:
        _found(connection, key)
        revoke_key(connection, request.auth.author, key)
        return _told(_found(connection, key))


def _found(connection: Connection, key: str) -> Key:
    found = keys.find_key(connection, key) if _ID.fullmatch(key) else None
    if found is None:
        raise Problem("key_not_found")
    return found


def _check_ahead(at: datetime) -> None:
    if at.tzinfo is None or at <= datetime.now(UTC):
        told = "it has to lie ahead, and to name its zone"
        raise Problem("not_as_wanted", first=told, faults=[Fault("$.expires_at", told)])


def _told(key: Key) -> ApiKey:
    return ApiKey(
        id=key.id,
        program=key.program_name,
        title=key.title,
        scopes=sorted(key.scopes),
        requests_per_second=key.requests_per_second,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        replaces=key.replaces,
    )


router = Router(path="/keys", route_handlers=[add_key, list_keys, read_key, replace_key, end_key], tags=["Keys"])
