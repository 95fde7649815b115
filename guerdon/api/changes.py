"""Changes: everything that is recorded, as CloudEvents in one order, to be followed live or read by pages.

**Live.** `GET /v1/stream` sends server-sent events. Each has an id; a client that comes again sends the last one as
``Last-Event-ID`` and misses nothing. **Worked.** Position 42 is a purchase that lifts Ana to gold: two changes, with
the ids ``42.0`` and ``42``. Who comes again with ``42.0`` gets the second one and then 43.
"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

import msgspec
from anyio.to_thread import run_sync
from litestar import Router, get
from litestar.params import QueryParameter
from litestar.response import Stream

from guerdon.api.access import AUDITOR, open_to
from guerdon.api.addressing import moment_in
from guerdon.api.pages import USUAL_LIMIT, Limit
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.connect.stream import Page, last_position, position_before, read_page
from guerdon.connect.telling import EVERYTHING, Change
from guerdon.connect.webhooks import check_types
from guerdon.messages.webhooks import Changes

MEDIA_TYPE = "text/event-stream"
_ID = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,6}))?", re.ASCII)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)

After = Annotated[int | None, QueryParameter(ge=0, le=2**53 - 1, description="The position behind which it begins.")]
Types = Annotated[
    list[str] | None,
    QueryParameter(description="Which changes: `guerdon.purchase`, `guerdon.member.*`; several times for several."),
]
Since = Annotated[
    str | None,
    QueryParameter(
        description="Begin with what was recorded from this moment on.", schema_extra={"format": "date-time"}
    ),
]


class _Start(NamedTuple):
    """Where a listener begins."""

    program: int
    after: int
    """The position behind which it begins."""
    number: int
    """Of the next position, the changes up to this one are known; -1: none is."""

    @property
    def id(self) -> str:
        """The id of the last event that is known."""
        return str(self.after) if self.number < 0 else f"{self.after + 1}.{self.number}"


@get("/changes", sync_to_thread=True, **open_to(*AUDITOR, problems=("position_trimmed", "webhook_unfit")))
def read_changes(
    request: AnyRequest, after: After = None, since: Since = None, types: Types = None, limit: Limit = USUAL_LIMIT
) -> Changes:
    """The changes of up to `limit` entries behind a position; without one, from the first that is still there.

    `next` is the position to ask for what follows. Asking again gives the same again.
    """
    program, wanted = program_of(request), _wanted(types)
    with service_of(request).pool.program(program) as connection:
        if after is None:
            after = position_before(connection, program, moment_in(since) or _BEGINNING)
        page = read_page(connection, program, after, limit, wanted)
    return Changes(items=[msgspec.Raw(change.body) for change in page.changes], next=page.position)


@get(
    "/stream",
    **open_to(
        *AUDITOR,
        answers=(str,),
        answer_kinds=(MEDIA_TYPE,),
        problems=("cursor_not_readable", "position_trimmed", "too_many_listeners", "webhook_unfit"),
    ),
)
async def follow_stream(request: AnyRequest, after: After = None, types: Types = None) -> Stream:
    """Every change as it comes, as server-sent events; without a position, what comes from now on.

    `Last-Event-ID` goes on behind the last event that was received. Where nothing comes there is a sign of life every
    few seconds. The stream ends when the service stops; clients come again by themselves.
    """
    service, wanted = service_of(request), _wanted(types)
    start = await run_sync(_start, request, after)
    pages = service.listeners.listen(lambda: service.pool.program(start.program), start.program, start.after, wanted)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(_told(pages, start), media_type=MEDIA_TYPE, headers=headers)


async def _told(pages: AsyncIterator[Page], start: _Start) -> AsyncIterator[bytes]:
    """The text of the events. It begins with its place, so that who is cut off before the first one misses nothing."""
    yield f"retry: 2000\nid: {start.id}\n\n".encode()
    async for page in pages:
        yield rendered(page, start.after + 1, start.number)


def rendered(page: Page, position: int = 0, known: int = -1) -> bytes:
    """A page as server-sent events, without the changes of one position up to a number, which are known."""
    if not page.changes:
        return f": nothing new\nid: {page.position}\n\n".encode()
    last = {change.position: change.number for change in page.changes}
    fresh = [change for change in page.changes if change.position != position or change.number > known]
    return b"".join([_event(change, is_last=last[change.position] == change.number) for change in fresh])


def _event(change: Change, *, is_last: bool) -> bytes:
    id = str(change.position) if is_last else f"{change.position}.{change.number}"
    return f"id: {id}\nevent: {change.type}\ndata: ".encode() + change.body + b"\n\n"


def _start(request: AnyRequest, after: int | None) -> _Start:
    """Where a listener begins. Asks the database; raises Problem, and PositionTrimmed."""
    program, known = program_of(request), request.headers.get("last-event-id", "")
    number = -1
    if known:
        after, number = _read_id(known)
    with service_of(request).pool.program(program) as connection:
        if after is None:
            return _Start(program, last_position(connection, program), -1)
        read_page(connection, program, after, 1)
    return _Start(program, after, number)


def _read_id(known: str) -> tuple[int, int]:
    """The position to begin behind, and the number up to which the next one's changes are known. Raises Problem."""
    found = _ID.fullmatch(known.strip())
    if found is None:
        raise Problem("cursor_not_readable")
    position, number = int(found[1]), found[2]
    return (position, -1) if number is None else (max(position - 1, 0), int(number))


def _wanted(types: list[str] | None) -> list[str]:
    wanted = types or list(EVERYTHING)
    check_types(wanted)
    return wanted


router = Router(path="/", route_handlers=[read_changes, follow_stream], tags=["Changes"])
