"""The relay: delivers what one member's decision sends to another member.

A decision moves one member only. What it does to another, a gift or a referral, is an event that is stored with the
decision, in the same transaction; the relay hands it to a till, which decides it for the other member like any event.

**Exactly once in effect.** An event's id is derived from its cause, so delivering it again is answered and counts no
more. The relay may be killed between delivering and noting that it has: it delivers again. **In order.** One relay at a
time works for a program; a second one waits for its turn.

**Nothing stays in transit for ever.** An amount that the other member cannot take goes back to its sender as an event
of its own, which is stored in the same transaction that notes the refusal: whatever happens in between, an amount
either arrives or goes back. Anything else that is refused is noted with its code, and that is the end of it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from guerdon.core.calendar import Instant
from guerdon.core.events import Event, decode_event, encode_event, may_go_back, returned
from guerdon.runtime.clock import tick
from guerdon.runtime.till import Answer, Till
from guerdon.store import ledger
from guerdon.store.database import Connection
from guerdon.store.ledger import WaitingEvent

_EVENTS_AT_A_TIME = 500


class Delivered(NamedTuple):
    """What a relay has done."""

    events: int
    refused: int
    """How many of them were refused; amounts among them go back and are counted again when they arrive."""


NOTHING = Delivered(0, 0)


def deliver(till: Till, connection: Connection) -> Delivered:
    """Deliver everything that waits, and what that causes in turn."""
    done = NOTHING
    while True:
        part = _deliver_some(till, connection)
        if not part.events:
            return done
        done = Delivered(done.events + part.events, done.refused + part.refused)


def tick_and_deliver(till: Till, connection: Connection, at: Instant) -> tuple[int, Delivered]:
    """Settle everything that is due by an instant and deliver what that sends, until neither brings the other about.

    Gives the number of members that had something due, and what was delivered.
    """
    settled, done = tick(till, connection, at), deliver(till, connection)
    part = done
    while part.events:
        settled += tick(till, connection, at)
        part = deliver(till, connection)
        done = Delivered(done.events + part.events, done.refused + part.refused)
    return settled, done


def _deliver_some(till: Till, connection: Connection) -> Delivered:
    """Deliver the events that have waited longest, in one batch."""
    with connection.transaction():
        waiting = ledger.waiting_events(connection, till.program.id, _EVENTS_AT_A_TIME)
        if not waiting:
            return NOTHING
        events = [decode_event(row.event) for row in waiting]
        answers = till.commit(events)
        codes = [None if answer.refusal is None else answer.refusal.code for answer in answers]
        ledger.mark_delivered(connection, {row.id: code for row, code in zip(waiting, codes, strict=True)})
        back = _going_back(waiting, events, answers)
        if back:
            ledger.add_returned(connection, till.program.id, back)
    return Delivered(len(waiting), len(codes) - codes.count(None))


def _going_back(
    waiting: Sequence[WaitingEvent], events: Sequence[Event], answers: Sequence[Answer]
) -> dict[int, bytes]:
    """By the row that was refused: the event by which its amount goes back. What is on its way back already stays."""
    return {
        row.id: encode_event(returned(event, answer.refusal.code))
        for row, event, answer in zip(waiting, events, answers, strict=True)
        if answer.refusal is not None and may_go_back(event)
    }
