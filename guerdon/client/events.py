"""Events: anything that happens to a member, as ``guerdon.core.events`` has it."""

from collections.abc import Iterable

from guerdon.client.bulk import Bulk
from guerdon.client.calls import EVENT_PATH, Call, get, write
from guerdon.client.operations import Group, Way, operation, series
from guerdon.core.events import Event
from guerdon.messages.events import EventAnswer, RecordedEvent
from guerdon.messages.statements import ExplanationAnswer


class Events(Group[Way]):
    """Events of any kind."""

    @operation
    def send(self, event: Event) -> Call[EventAnswer]:
        """Record an event of any kind, and get what it led to."""
        return write(EVENT_PATH, EventAnswer, event)

    @series
    def bulk(self, events: Iterable[Event], *, effects: bool = False, announce: bool = True) -> Bulk:
        """Record any number of events, and get what became of each, in their order. One that is refused has a
        ``problem``, and the others go on. Nothing is sent before the first answer is asked for. Without ``announce``
        nobody hears of them: neither webhooks nor the stream.
        """
        return Bulk(events, ({"effects": True} if effects else {}) | ({} if announce else {"announce": False}))

    @operation
    def read(self, event: str) -> Call[RecordedEvent]:
        """An event as it is on record, by its id."""
        return get("/v1/events/{event_id}", RecordedEvent, event_id=event)

    @operation
    def read_of(self, member: str, event: str) -> Call[RecordedEvent]:
        """The same, where it is this member's."""
        return get("/v1/members/{member}/events/{event_id}", RecordedEvent, member=member, event_id=event)

    @operation
    def explain(self, member: str, event: str) -> Call[ExplanationAnswer]:
        """Why an event led to what it led to."""
        return get("/v1/members/{member}/events/{event_id}/explain", ExplanationAnswer, member=member, event_id=event)
