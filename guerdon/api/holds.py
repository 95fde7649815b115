"""Holds: points, the last piece of a reward or a coupon, kept for a member while a checkout is under way."""

import time

from litestar import Router, get, post
from litestar.params import FromPath, RawBody

from guerdon.api.access import CUSTOMER, READER, open_to
from guerdon.api.addressing import is_id, member_of, printable
from guerdon.api.committing import commit_in_thread, standing_after_in_thread
from guerdon.api.problems import Problem
from guerdon.api.receipts import balances
from guerdon.api.requests import AnyRequest, read_event, reading_program
from guerdon.api.slashes import with_slashes
from guerdon.core.calendar import moment_of
from guerdon.core.events import Capture, Hold, Release
from guerdon.core.state import MemberState, decode_state
from guerdon.messages.amounts import wired
from guerdon.messages.effects import wired_effects
from guerdon.messages.holds import CaptureRequest, HoldAnswer, HoldStanding, OpenHolds, ReleaseRequest
from guerdon.runtime.holds import HoldNow, hold_of, open_holds
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.standing import settled
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import Entry, StoredMember


@post("/holds", sync_to_thread=True, **open_to(*CUSTOMER, body=Hold), status_code=200)
def make_hold(request: AnyRequest, body: RawBody) -> HoldAnswer:
    """Reserve an amount, a reward, or the use of a code or coupon for a member until an instant."""
    event = read_event(request, body, Hold)
    return _carried_out(request, event, event.id)


@get("/holds/{hold:str}", sync_to_thread=True, **open_to(*READER))
def read_hold(request: AnyRequest, hold: FromPath[str]) -> HoldStanding:
    """A hold as it stands now: open, or how it ended."""
    return _standing(request, hold)


@post(
    "/holds/{hold:str}/capture",
    sync_to_thread=True,
    **open_to(*CUSTOMER, body=CaptureRequest, is_event=True),
    status_code=200,
)
def capture_hold(request: AnyRequest, hold: FromPath[str], body: RawBody) -> HoldAnswer:
    """Use what is held: an amount is spent, a reward given, a coupon used up. What is left over goes back."""
    asked, begun = read_event(request, body, CaptureRequest), _standing(request, hold)
    event = Capture(id=asked.id, member=begun.member, at=asked.at, hold=begun.id, amount=asked.amount)
    return _carried_out(request, event, begun.id)


@post(
    "/holds/{hold:str}/release",
    sync_to_thread=True,
    **open_to(*CUSTOMER, body=ReleaseRequest, is_event=True),
    status_code=200,
)
def release_hold(request: AnyRequest, hold: FromPath[str], body: RawBody) -> HoldAnswer:
    """Give back what is held: it is not needed."""
    asked, begun = read_event(request, body, ReleaseRequest), _standing(request, hold)
    event = Release(id=asked.id, member=begun.member, at=asked.at, hold=begun.id)
    return _carried_out(request, event, begun.id)


@get("/members/{member:str}/holds", sync_to_thread=True, **open_to(*READER))
def list_holds(request: AnyRequest, member: FromPath[str]) -> OpenHolds:
    """What is reserved for a member now. A member has 20 open holds at most."""
    with reading_program(request) as (connection, published):
        found = member_of(connection, published.id, member)
        holds = open_holds(_state_now(connection, published, found))
    return OpenHolds(member=found.key, items=[_told(hold, found.key) for hold in holds])


def _carried_out(request: AnyRequest, event: Hold | Capture | Release, hold: str) -> HoldAnswer:
    answer = commit_in_thread(request, event)
    assert answer.seq is not None, "only what was journaled is answered"
    after = standing_after_in_thread(request, event, answer)
    with reading_program(request) as (connection, published):
        _, entry = _entry_of(connection, published.id, hold)
        member = member_of(connection, published.id, answer.member)
        found = hold_of(connection, member.id, after.state, entry, up_to=answer.seq)
    assert found is not None, "the engine has just said that it is a hold"
    return HoldAnswer(
        id=answer.event_id,
        member=answer.member,
        seq=answer.seq,
        version=answer.version,
        repeated=answer.repeated,
        hold=_told(found, answer.member),
        wallets=balances(after.state),
        effects=wired_effects(answer.outcome.effects),
    )


def _standing(request: AnyRequest, shown: str) -> HoldStanding:
    """A hold as it stands now. Raises Problem where there is none."""
    with reading_program(request) as (connection, published):
        key, entry = _entry_of(connection, published.id, with_slashes(shown))
        member = member_of(connection, published.id, key)
        found = hold_of(connection, member.id, _state_now(connection, published, member), entry)
    if found is None:
        raise _not_found(shown)
    return _told(found, key)


def _entry_of(connection: Connection, program: int, hold: str) -> tuple[str, Entry]:
    found = reading.find_event(connection, program, hold) if is_id(hold) else None
    if found is None:
        raise _not_found(hold)
    return found


def _not_found(shown: str) -> Problem:
    return Problem("hold_not_found", id=printable(with_slashes(shown)))


def _state_now(connection: Connection, published: PublishedProgram, member: StoredMember) -> MemberState:
    state, now = decode_state(member.state), int(time.time())
    return settled(connection, published.id, published.timeline, member, state, now)


def _told(hold: HoldNow, member: str) -> HoldStanding:
    return HoldStanding(
        id=hold.id,
        member=member,
        status=hold.status,
        since=moment_of(hold.since),
        until=moment_of(hold.until),
        unit=hold.unit,
        amount=wired(hold.amount),
        reward=hold.reward,
        quantity=hold.quantity,
        code=hold.code,
        captured=wired(hold.captured),
    )


router = Router(
    path="/",
    route_handlers=[make_hold, read_hold, capture_hold, release_hold, list_holds],
    tags=["Checkout"],
)
