"""Statements: what happened to a member, entry by entry, and why."""

from typing import Annotated, Literal

from litestar import Router, get
from litestar.params import FromPath, QueryParameter

from guerdon.api.access import READER, open_to
from guerdon.api.addressing import event_not_found, event_of, member_of
from guerdon.api.events import recorded
from guerdon.api.pages import USUAL_LIMIT, Cursor, Limit, Position, cursor_of, position_in
from guerdon.api.receipts import balances, tiers
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.core.effects import decode_outcome
from guerdon.messages.amounts import wired
from guerdon.messages.effects import wired_effects
from guerdon.messages.events import RecordedEvent
from guerdon.messages.statements import ExplanationAnswer, StatementLine, StatementPage
from guerdon.runtime import leafing, story
from guerdon.runtime.leafing import StatementEntry
from guerdon.runtime.story import Explanation
from guerdon.store.database import Connection
from guerdon.store.reading import Entry

Order = Annotated[
    Literal["newest", "oldest"], QueryParameter(description="What comes first. A cursor is for the same order.")
]


@get("/statement", sync_to_thread=True, **open_to(*READER))
def read_statement(
    request: AnyRequest,
    member: FromPath[str],
    order: Order = "newest",
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
) -> StatementPage:
    """What happened to a member, with the change and the balance of every unit, a page at a time."""
    program, position = program_of(request), position_in(cursor, Position)
    with service_of(request).pool.program(program) as connection:
        found = member_of(connection, program, member)
        if order == "newest":
            entries = leafing.newest_first(connection, found, before=position, most=limit + 1)
        else:
            entries = leafing.oldest_first(connection, found, after=position or 0, most=limit + 1)
    items = [_line(entry) for entry in entries[:limit]]
    following = cursor_of(items[-1].seq) if len(entries) > limit else None
    return StatementPage(member=found.key, items=items, next=following)


def _line(told: StatementEntry) -> StatementLine:
    outcome, entry = decode_outcome(told.entry.outcome), told.entry
    return StatementLine(
        seq=entry.seq,
        at=entry.at,
        recorded_at=entry.recorded_at,
        kind=entry.kind,
        event=entry.event_id,
        effects=wired_effects(outcome.effects),
        change={unit: wired(amount) for unit, amount in told.change.items()},
        balance={unit: wired(amount) for unit, amount in told.balance.items()},
        refusal=outcome.refusal,
    )


@get("/events/{event_id:str}", sync_to_thread=True, **open_to(*READER))
def read_event_of_member(request: AnyRequest, member: FromPath[str], event_id: FromPath[str]) -> RecordedEvent:
    """An event of a member as it is on record, with what it led to."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        key = member_of(connection, program, member).key
        return recorded(key, _entry(connection, program, key, event_id))


@get("/events/{event_id:str}/explain", sync_to_thread=True, **open_to(*READER))
def explain_event(request: AnyRequest, member: FromPath[str], event_id: FromPath[str]) -> ExplanationAnswer:
    """Why an event led to what it led to: what each mechanic gave, capped or skipped, decided once more from the
    member's journal.
    """
    service, program = service_of(request), program_of(request)
    with service.pool.program(program) as connection:
        key = member_of(connection, program, member).key
        entry = _entry(connection, program, key, event_id)
        timeline = service.published(connection, program).timeline
        told = story.explain(connection, program, key, entry.event_id, timeline)
    return _explanation(key, told)


def _entry(connection: Connection, program: int, member: str, event_id: str) -> Entry:
    """A member's own entry; raises Problem where the event is somebody else's, or nobody's."""
    owner, entry = event_of(connection, program, event_id)
    if owner != member:
        raise event_not_found(event_id)
    return entry


def _explanation(member: str, told: Explanation) -> ExplanationAnswer:
    return ExplanationAnswer(
        id=told.event.id,
        member=member,
        seq=told.seq,
        version=told.version,
        event=told.event,
        effects=wired_effects(told.effects),
        refusal=told.refusal,
        notes=told.notes,
        wallets_before=balances(told.before),
        wallets_after=balances(told.after),
        tiers_before=tiers(told.before),
        tiers_after=tiers(told.after),
    )


router = Router(
    path="/members/{member:str}",
    route_handlers=[read_statement, read_event_of_member, explain_event],
    tags=["Members"],
)
