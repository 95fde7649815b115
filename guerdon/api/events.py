"""Events: anything that happens to a member, one at a time or many."""

from typing import Annotated

from anyio.to_thread import run_sync
from litestar import Router, get, post
from litestar.params import FromPath, QueryParameter, RawBody
from litestar.response import Stream

from guerdon.api.access import CHECKOUT, CUSTOMER, READER, open_to
from guerdon.api.addressing import event_of
from guerdon.api.bulk import MEDIA_TYPE, MOST_BYTES, Bulk, check_lines, spool
from guerdon.api.committing import commit, event_answer
from guerdon.api.requests import EVENT, EVENT_FROM_OUTSIDE, AnyRequest, event_sent, program_of, service_of
from guerdon.core.effects import decode_outcome
from guerdon.core.events import decode_event
from guerdon.messages.effects import wired_effects
from guerdon.messages.events import BulkSummary, EventAnswer, LineAnswer, RecordedEvent
from guerdon.store import reading

Announce = Annotated[
    bool, QueryParameter(description="Whether webhooks and the stream tell of it; history that is taken in is no news.")
]
Effects = Annotated[bool, QueryParameter(description="Whether each line is answered with its effects.")]


@post("/", **open_to(*CUSTOMER, body=EVENT_FROM_OUTSIDE), status_code=200)
async def send_event(request: AnyRequest, body: RawBody) -> EventAnswer:
    """Record an event of any kind, and answer what it led to."""
    event = await event_sent(request, body, EVENT)
    return event_answer(await commit(request, event))


@post(
    "/bulk",
    **open_to(
        *CHECKOUT,
        body=EVENT_FROM_OUTSIDE,
        body_kinds=(MEDIA_TYPE,),
        answers=(LineAnswer, BulkSummary),
        answer_kinds=(MEDIA_TYPE,),
        problems=("too_many_lines",),
    ),
    status_code=200,
    request_max_body_size=MOST_BYTES,
)
async def send_events(request: AnyRequest, effects: Effects = False, announce: Announce = True) -> Stream:
    """Record up to 100,000 events, one a line as NDJSON, and answer each line while it goes on.

    The last line of the answer is a summary. A line that cannot be taken is answered with its problem, and the others
    go on. Sending the same body again is harmless.
    """
    service = service_of(request)
    program = await run_sync(program_of, request)
    file = await spool(request.stream())
    longest = service.settings.most_bytes
    try:
        await run_sync(check_lines, file, longest)
        till = service.till(program, announces=announce)
        bulk = Bulk(till, file, longest=longest, most_waiting=service.settings.most_waiting, effects=effects)
    except BaseException:
        file.close()
        raise
    return Stream(bulk.answers(), media_type=MEDIA_TYPE)


@get("/{event_id:str}", sync_to_thread=True, **open_to(*READER))
def read_one(request: AnyRequest, event_id: FromPath[str]) -> RecordedEvent:
    """An event as it is on record, with the member it belongs to and what it led to."""
    program = program_of(request)
    with service_of(request).pool.program(program) as connection:
        return recorded(*event_of(connection, program, event_id))


def recorded(member: str, entry: reading.Entry) -> RecordedEvent:
    """A journal entry as it goes over the wire."""
    outcome = decode_outcome(entry.outcome)
    return RecordedEvent(
        id=entry.event_id,
        member=member,
        seq=entry.seq,
        recorded_at=entry.recorded_at,
        version=entry.version,
        event=decode_event(entry.content),
        effects=wired_effects(outcome.effects),
        refusal=outcome.refusal,
    )


router = Router(path="/events", route_handlers=[send_event, send_events, read_one], tags=["Events"])
