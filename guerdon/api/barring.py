"""Who may act: staff block members, let them go on, let them leave, and merge two cards of one person.

Each act is an event through the till, with an id by which it may be sent again. Merging takes the person's identities
along, so that either card finds the member who acts for both.
"""

from datetime import UTC, datetime
from typing import TypeVar

from litestar import Router, post
from litestar.params import FromPath, RawBody

from guerdon.api.access import MANAGER, open_to
from guerdon.api.addressing import member_of
from guerdon.api.committing import commit_in_thread, event_answer
from guerdon.api.requests import AnyRequest, program_of, read_event, service_of
from guerdon.core.events import Block, Close, Event, Merge, Unblock, Unmerge
from guerdon.core.refusals import stop
from guerdon.core.state import Bar, decode_state
from guerdon.messages.events import EventAnswer
from guerdon.messages.persons import MergeAnswer
from guerdon.people.audit import member_target, record
from guerdon.people.describing import describe_event
from guerdon.people.identities import follow_merge, merged_into, undo_merge
from guerdon.people.persons import erasure_of
from guerdon.people.persons import member_of as person_of
from guerdon.runtime.till import Answer
from guerdon.store.database import Connection

_SEALED = ("secret_key_differs", "secret_key_missing")
_E = TypeVar("_E", bound=Event)


@post("/block", sync_to_thread=True, **open_to(*MANAGER, body=Block, problems=("member_differs",)), status_code=200)
def block_member(request: AnyRequest, member: FromPath[str], body: RawBody) -> EventAnswer:
    """Stop whatever the member does. Returns, time and what others send go on."""
    return _done(request, member, body, Block, "member.blocked")


@post("/unblock", sync_to_thread=True, **open_to(*MANAGER, body=Unblock, problems=("member_differs",)), status_code=200)
def unblock_member(request: AnyRequest, member: FromPath[str], body: RawBody) -> EventAnswer:
    """Let the member act again."""
    return _done(request, member, body, Unblock, "member.unblocked")


@post("/close", sync_to_thread=True, **open_to(*MANAGER, body=Close, problems=("member_differs",)), status_code=200)
def close_member(request: AnyRequest, member: FromPath[str], body: RawBody) -> EventAnswer:
    """Let the member leave for good: what is in the wallets lapses, and memberships end."""
    return _done(request, member, body, Close, "member.closed")


@post(
    "/merge",
    sync_to_thread=True,
    **open_to(*MANAGER, body=Merge, problems=("member_differs", *_SEALED)),
    status_code=200,
)
def merge_member(request: AnyRequest, member: FromPath[str], body: RawBody) -> MergeAnswer:
    """Two cards turn out to be one person's: what this member has goes over to another, identities and all."""
    event = _read(request, member, body, Merge)
    _check_known(request, event)
    answer = commit_in_thread(request, event)
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        went = _follow(request, connection, program, event)
        _note(request, connection, "member.merged", answer, into=event.into)
    _describe(request, event.into)
    return _merged(answer, event.into, went)


@post(
    "/unmerge",
    sync_to_thread=True,
    **open_to(*MANAGER, body=Unmerge, problems=("member_differs", *_SEALED)),
    status_code=200,
)
def unmerge_member(request: AnyRequest, member: FromPath[str], body: RawBody) -> MergeAnswer:
    """They were two persons after all: the member is active again, and gets back what the other one still has."""
    event = _read(request, member, body, Unmerge)
    answer = commit_in_thread(request, event)
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        into, went = _undo(request, connection, program, event.member)
        _note(request, connection, "member.unmerged", answer, into=into)
    _describe(request, event.member)
    if into:
        _describe(request, into)
    return _merged(answer, into, went)


def _done(request: AnyRequest, member: str, body: bytes, kind: type[_E], action: str) -> EventAnswer:
    answer = commit_in_thread(request, _read(request, member, body, kind))
    with service_of(request).pool.program(program_of(request)) as connection:
        _note(request, connection, action, answer)
    return event_answer(answer)


def _read(request: AnyRequest, shown: str, body: bytes, kind: type[_E]) -> _E:
    """The event about the member that the path names; who did it is the key, unless the body says so."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        member = member_of(connection, program, shown).key
    return read_event(request, body, kind, member=member, by=request.auth.key)


def _note(request: AnyRequest, connection: Connection, action: str, answer: Answer, **after: str) -> None:
    """Record an act, once however often it is sent."""
    if not answer.repeated:
        target, told = member_target(answer.member), {"event": answer.event_id, **after}
        record(connection, request.auth.author, program_of(request), action, target, after=told)


def _check_known(request: AnyRequest, event: Merge) -> None:
    """Refuse, before anything moves, what the persons' side could not follow."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        for one in (event.member, event.into):
            erased = erasure_of(connection, person_of(connection, program, one))
            if erased is not None:
                raise stop("person_erased", member=one, on=f"{erased.erased_at:%Y-%m-%d}")


def _follow(request: AnyRequest, connection: Connection, program: int, event: Merge) -> int:
    """Take the identities along, if the merge holds still; gives how many went."""
    bar = _bar(connection, program, event.member)
    if bar is None or bar.kind != "merged" or bar.into != event.into:
        return 0
    secret = service_of(request).secret
    return follow_merge(connection, secret, program, gone=event.member, into=event.into, at=datetime.now(UTC))


def _undo(request: AnyRequest, connection: Connection, program: int, member: str) -> tuple[str, int]:
    """Give the identities back, if the member acts alone again; gives who had them, and how many went back."""
    into, bar = merged_into(connection, program, member), _bar(connection, program, member)
    if into is None or (bar is not None and bar.kind == "merged"):
        return "", 0
    secret = service_of(request).secret
    return into, undo_merge(connection, secret, program, gone=member, into=into, at=datetime.now(UTC))


def _bar(connection: Connection, program: int, member: str) -> Bar | None:
    return decode_state(member_of(connection, program, member).state).bar


def _describe(request: AnyRequest, member: str) -> None:
    """What both agreed to counts together now, or apart again: let the engine hear of it."""
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        event = describe_event(connection, service.secret, program, member, at=datetime.now(UTC))
    if event is not None:
        commit_in_thread(request, event)


def _merged(answer: Answer, into: str, went: int) -> MergeAnswer:
    assert answer.seq is not None, "only what was journaled is answered"
    return MergeAnswer(
        member=answer.member, into=into, id=answer.event_id, seq=answer.seq, repeated=answer.repeated, identities=went
    )


router = Router(
    path="/members/{member:str}",
    route_handlers=[block_member, unblock_member, close_member, merge_member, unmerge_member],
    tags=["Members"],
)
