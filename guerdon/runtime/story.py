"""A member's story: the statement with running balances, and the explanation of one event.

Both replay the member's journal, so what they say is what was decided. Reasons for what was *not* given are worked
out in that replay, by the same rules that decided: nothing of them needs to be stored.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from guerdon.core.calendar import Instant, instant_of
from guerdon.core.effects import MEMBER_ACCOUNTS, Effect, Note, transfers_of
from guerdon.core.events import Event
from guerdon.core.facts import PastEvent
from guerdon.core.refusals import Refusal
from guerdon.core.state import MemberState
from guerdon.core.timeline import Timeline
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.replay import Replayed, replay
from guerdon.runtime.segments import Stay, stays
from guerdon.store import reading
from guerdon.store.database import Connection


class MemberNotFound(Exception):
    """The program has no such member."""


class EventNotFound(Exception):
    """The member has no such event."""


class StatementLine(NamedTuple):
    """Something that happened to a member, and where that left the wallets."""

    at: Instant
    event: Event
    effects: tuple[Effect, ...]
    refusal: Refusal | None
    changes: dict[str, int]
    """By unit: how much more the member has, in its smallest part."""
    balances: dict[str, int]
    """By unit: what the member has afterwards: available, pending and reserved, less debt."""
    is_event: bool
    """False for what fell due before the event came: it is dated when it fell due."""


class Statement(NamedTuple):
    """A member's story from the beginning."""

    member: str
    state: MemberState
    lines: list[StatementLine]
    segments: list[Stay]
    """The segments that the member was in, and when."""


class Explanation(NamedTuple):
    """What one event led to, and why."""

    seq: int
    event: Event
    version: int
    effects: tuple[Effect, ...]
    refusal: Refusal | None
    notes: list[Note]
    """What was skipped, capped or outdone, with the reason."""
    before: MemberState
    after: MemberState


def statement(connection: Connection, program: int, member: str) -> Statement:
    """Tell a member's story. Raises MemberNotFound."""
    lines: list[StatementLine] = []
    balances: Counter[str] = Counter()
    state = MemberState()
    past: list[PastEvent] = []
    for replayed in _replayed(connection, program, member, traced=False):
        state, outcome = replayed.decision.state, replayed.decision.outcome
        lines += _lines(replayed, balances)
        if outcome.refusal is None:
            past.append(PastEvent(replayed.event, outcome.effects))
    return Statement(member, state, lines, stays(past))


def explain(
    connection: Connection, program: int, member: str, event_id: str, timeline: Timeline | None = None
) -> Explanation:
    """Explain what an event led to. Raises MemberNotFound and EventNotFound.

    ``timeline`` is the program's, where it is at hand already; None: it is compiled.
    """
    for row, event, before, decision in _replayed(connection, program, member, timeline, traced=True):
        if row.event_id == event_id:
            outcome = decision.outcome
            return Explanation(
                row.seq,
                event,
                decision.version,
                outcome.effects,
                outcome.refusal,
                decision.notes,
                before,
                decision.state,
            )
    raise EventNotFound(f"Member {member} has no event {event_id}.")


def _replayed(
    connection: Connection, program: int, member: str, timeline: Timeline | None = None, *, traced: bool
) -> Iterator[Replayed]:
    stored = reading.find_member(connection, program, member)
    if stored is None:
        raise MemberNotFound(f"There is no member {member}.")
    timeline = timeline or PublishedProgram(connection, program).timeline
    return replay(timeline, reading.member_journal(connection, stored.id), traced=traced)


def _lines(replayed: Replayed, balances: Counter[str]) -> list[StatementLine]:
    """A journal entry as lines: what fell due before the event, each at its time, then the event itself.

    After a late event something may fall due at once, by its own earlier date; that comes behind the event.
    """
    at = instant_of(replayed.event.at)
    outcome = replayed.decision.outcome
    parts: list[tuple[Instant, list[Effect]]] = []
    own: list[Effect] = []
    for effect in outcome.effects:
        due_at = getattr(effect, "at", None)
        if due_at is None or due_at == at:
            own.append(effect)
        elif parts and parts[-1][0] == due_at:
            parts[-1][1].append(effect)
        else:
            parts.append((due_at, [effect]))
    due = [(due_at, effects, False) for due_at, effects in parts]
    event = [(at, own, True)] if own or outcome.refusal is not None or not parts else []
    ordered = event + due if at < replayed.before.as_of else due + event
    return [
        _line(moment, replayed.event, effects, outcome.refusal if is_event else None, balances, is_event=is_event)
        for moment, effects, is_event in ordered
    ]


def _line(
    at: Instant,
    event: Event,
    effects: list[Effect],
    refusal: Refusal | None,
    balances: Counter[str],
    *,
    is_event: bool,
) -> StatementLine:
    changes: Counter[str] = Counter()
    for transfer in transfers_of(effects):
        if transfer.source in MEMBER_ACCOUNTS:
            changes[transfer.unit] -= transfer.amount
        if transfer.target in MEMBER_ACCOUNTS:
            changes[transfer.unit] += transfer.amount
    balances.update(changes)
    moved = {unit: change for unit, change in changes.items() if change}
    return StatementLine(at, event, tuple(effects), refusal, moved, dict(balances), is_event)
