"""Where a member stands: now, right after one entry of the journal, or at a moment of the past or the future.

What is stored is where the member stood after the last entry. What fell due since then is settled here in memory, as a
tick would, so that a clock that runs late shows nobody points that have expired.
"""

from datetime import datetime

from guerdon.core.calendar import Instant, instant_of, moment_of
from guerdon.core.decide import decide
from guerdon.core.events import Tick
from guerdon.core.facts import Facts
from guerdon.core.state import NEW_MEMBER, MemberState, decode_state
from guerdon.core.timeline import Timeline
from guerdon.runtime.replay import history_of, replay
from guerdon.runtime.story import MemberNotFound
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import StoredMember


def state_now(connection: Connection, program: int, timeline: Timeline, member: str, at: Instant) -> MemberState:
    """Where a member stands at an instant that is not before the last entry. Raises MemberNotFound."""
    stored = _member(connection, program, member)
    return settled(connection, program, timeline, stored, decode_state(stored.state), at)


def state_at(connection: Connection, program: int, timeline: Timeline, member: str, seq: int) -> MemberState:
    """Where a member stood right after an entry of the journal. Raises MemberNotFound."""
    state = NEW_MEMBER
    for replayed in replay(timeline, reading.member_journal(connection, _member(connection, program, member).id)):
        if replayed.row.seq > seq:
            break
        state = replayed.decision.state
    return state


def state_as_of(connection: Connection, program: int, timeline: Timeline, member: str, at: datetime) -> MemberState:
    """Where a member stood at a moment, by everything that had happened up to then. Raises MemberNotFound.

    An event counts by the time at which it happened, whenever it was recorded.
    """
    stored = _member(connection, program, member)
    rows = [row for row in reading.member_journal(connection, stored.id) if row.at <= at]
    state = NEW_MEMBER
    for replayed in replay(timeline, rows):
        state = replayed.decision.state
    if not rows:
        return state
    return settled(connection, program, timeline, stored, state, instant_of(at))


def settled(
    connection: Connection, program: int, timeline: Timeline, member: StoredMember, state: MemberState, at: Instant
) -> MemberState:
    """A state with everything settled that falls due up to an instant. Nothing is stored.

    What members share is looked at as it stands now: what others have used up is not given again.
    """
    wakes_at = timeline.wakes_at(state)
    if wakes_at is None or wakes_at > at or state.as_of > at:
        return state
    event = Tick(id="reading", member=member.key, at=moment_of(at))
    needed = timeline.needs_history(state, at)
    history = history_of(reading.member_journal(connection, member.id)) if needed else ()
    limits, added = reading.limits_used(connection, program, list(timeline.limits_for([event])))
    return decide(timeline, state, event, Facts(limits, history=history, added=added)).state


def _member(connection: Connection, program: int, member: str) -> StoredMember:
    stored = reading.find_member(connection, program, member)
    if stored is None:
        raise MemberNotFound(f"There is no member {member}.")
    return stored
