"""Members: joining, where a member stands now or stood at any moment, and the list of them."""

import time
from datetime import datetime

from litestar import Router, get, post
from litestar.params import FromPath

from guerdon.api.access import CUSTOMER, READER, open_to
from guerdon.api.addressing import AsOf, member_of, moment_in, printable
from guerdon.api.committing import commit, event_answer
from guerdon.api.pages import USUAL_LIMIT, Cursor, Limit, Name, cursor_of, position_in
from guerdon.api.problems import Problem
from guerdon.api.receipts import moment
from guerdon.api.requests import AnyRequest, program_of, read_event, service_of
from guerdon.api.slashes import with_slashes
from guerdon.api.standings import member_answer, wallet_answer, wallets_answer
from guerdon.core.calendar import instant_of
from guerdon.core.case import Case
from guerdon.core.events import Enrol
from guerdon.core.state import decode_state
from guerdon.core.timeline import Timeline
from guerdon.messages.events import EventAnswer
from guerdon.messages.members import ListedMember, MemberAnswer, MemberPage
from guerdon.messages.wallets import WalletAnswer, WalletsAnswer
from guerdon.runtime.outlook import case_at
from guerdon.runtime.standing import settled, state_as_of
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import StoredMember


@post("/", **open_to(*CUSTOMER, body=Enrol), status_code=200)
async def enrol_member(request: AnyRequest) -> EventAnswer:
    """Let a member join, and answer what was given for it. Everything else needs it first."""
    event = read_event(request, await request.body(), Enrol)
    return event_answer(await commit(request, event))


@get("/", sync_to_thread=True, **open_to(*READER))
def list_members(request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> MemberPage:
    """All members in the order of their ids, a page at a time."""
    program, after = program_of(request), position_in(cursor, Name)
    with service_of(request).pool.program(program) as connection:
        found = reading.members_page(connection, program, after=after or "", most=limit + 1)
    items = [_listed(member) for member in found[:limit]]
    return MemberPage(items=items, next=cursor_of(items[-1].member) if len(found) > limit else None)


@get("/{member:str}", sync_to_thread=True, **open_to(*READER))
def read_member(request: AnyRequest, member: FromPath[str], as_of: AsOf = None) -> MemberAnswer:
    """Where a member stands now, or at any moment of the past or the future: wallets, tiers with what is missing for
    the next level, memberships, coupons, badges, meters, household.

    The past is told by what happened up to then, whenever it was recorded; the future as if nothing more happened.
    """
    return member_answer(*_standing(request, member, as_of))


@get("/{member:str}/wallets", sync_to_thread=True, **open_to(*READER))
def read_wallets(request: AnyRequest, member: FromPath[str], as_of: AsOf = None) -> WalletsAnswer:
    """What a member has of each unit now or at any moment, lot by lot, and what expires next."""
    return wallets_answer(*_standing(request, member, as_of))


@get("/{member:str}/wallets/{unit:str}", sync_to_thread=True, **open_to(*READER))
def read_wallet(request: AnyRequest, member: FromPath[str], unit: FromPath[str], as_of: AsOf = None) -> WalletAnswer:
    """What a member has of one unit now or at any moment, lot by lot, and what expires next."""
    _, case = _standing(request, member, as_of)
    unit = with_slashes(unit)
    if unit not in case.version.program.units and unit not in case.wallets:
        raise Problem("unit_not_found", unit=printable(unit))
    return wallet_answer(case, unit)


def _standing(request: AnyRequest, shown: str, as_of: str | None) -> tuple[str, Case]:
    """A member, and the member's state at a moment. Asks the database."""
    service, program, at = service_of(request), program_of(request), moment_in(as_of)
    with service.pool.program(program) as connection:
        member = member_of(connection, program, shown)
        timeline = service.published(connection, program).timeline
        return member.key, _case(connection, program, timeline, member, at)


def _case(
    connection: Connection, program: int, timeline: Timeline, member: StoredMember, asked: datetime | None
) -> Case:
    now = int(time.time())
    if asked is not None and instant_of(asked) < now:
        return case_at(
            timeline, member.key, state_as_of(connection, program, timeline, member.key, asked), instant_of(asked)
        )
    # Nothing is recorded that lies ahead but what the clocks of tills differ by; that is settled with it.
    at = now if asked is None else instant_of(asked)
    state = settled(connection, program, timeline, member, decode_state(member.state), at)
    return case_at(timeline, member.key, state, at)


def _listed(member: StoredMember) -> ListedMember:
    state = decode_state(member.state)
    return ListedMember(
        member=member.key,
        entries=member.seq,
        enrolled_at=moment(state.enrolled_at),
        last_activity_at=moment(state.last_activity_at),
    )


router = Router(
    path="/members",
    route_handlers=[enrol_member, list_members, read_member, read_wallets, read_wallet],
    tags=["Members"],
)
