"""Events: anything that happens to a member, one at a time or many."""

from litestar import Router, post

from guerdon.api.access import CUSTOMER, open_to
from guerdon.api.committing import commit, event_answer
from guerdon.api.requests import EVENT, AnyRequest, read_event
from guerdon.messages.events import EventAnswer


@post("/", **open_to(*CUSTOMER), status_code=200)
async def send_event(request: AnyRequest) -> EventAnswer:
    """Record an event of any kind, and answer what it led to."""
    event = read_event(request, await request.body(), EVENT)
    return event_answer(await commit(request, event))


router = Router(path="/events", route_handlers=[send_event], tags=["Events"])
