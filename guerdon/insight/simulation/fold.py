"""The fold: one member's history under a program, decision by decision, as the till would have decided.

It is ``core.decide`` and nothing beside it. What a till looks up before a decision is told from what is known here: the
member's own receipts and past from the fold itself, what members share from the courses of the pass before, what other
members sent from there too. After the last event time is settled up to the end of the history.

A purchase that the program refuses was bought all the same: it is decided again without what it asked for besides
(rewards, codes, holds, payments out of a wallet). A price that the member was told is that of another program.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from guerdon.core.calendar import Instant, moment_of
from guerdon.core.decide import Decision, decide
from guerdon.core.events import Event, Purchase, Tick, instant_of_event, purchase_of
from guerdon.core.facts import Facts, PastEvent, PurchaseRecord
from guerdon.core.state import NEW_MEMBER, MemberState
from guerdon.core.timeline import Timeline
from guerdon.insight.simulation.courses import Course
from guerdon.insight.simulation.history import MemberHistory

Lift = Callable[[Purchase, MemberState], tuple[Purchase, Purchase | None]]
"""What an assumption makes of a purchase: the basket as it is assumed, and another one later on, or None."""


class Step(NamedTuple):
    """An event with what was decided about it."""

    event: Event
    at: Instant
    """When it happened."""
    before: MemberState
    decision: Decision
    record: PurchaseRecord | None
    """The purchase that a return belongs to; None: it is none, or not known."""
    added: bool = False
    """It did not happen: it is assumed."""


class Shared(NamedTuple):
    """What the members of a program are told of each other in a pass."""

    courses: Mapping[str, Course]
    """By shared limit: how much of it all have used, over time. A limit that is not named is open."""
    inbound: Mapping[str, Sequence[Event]]
    """By member: what others send, in the order in which it arrives."""


NOTHING_SHARED = Shared({}, {})


def fold(
    timeline: Timeline, history: MemberHistory, shared: Shared, ends_at: Instant, lift: Lift | None = None
) -> Iterator[Step]:
    """Decide a member's history, and what falls due up to the end."""
    member = _Member(timeline, history, shared)
    queue = _queue(shared.inbound.get(history.member, ()))
    for event, added in _in_order(history.events, queue):
        if lift is not None and isinstance(event, Purchase) and not added:
            event, another = lift(event, member.state)
            if another is not None:
                heapq.heappush(queue, (min(instant_of_event(another), ends_at), another.id, another, True))
        yield from member.take(event, added=added)
    if member.state.enrolled_at is not None and member.state.as_of <= ends_at:
        yield from member.take(Tick(id=f"end/{history.member}", member=history.member, at=moment_of(ends_at)))


_Queue = list[tuple[Instant, str, Event, bool]]
"""Events by time and id, each with whether it is assumed: a heap."""


def _queue(events: Sequence[Event]) -> _Queue:
    return sorted([(instant_of_event(event), event.id, event, False) for event in events])


def _in_order(events: Sequence[Event], queue: _Queue) -> Iterator[tuple[Event, bool]]:
    """A member's own events, with what arrives in between; what arrives at the same time comes behind."""
    for event in events:
        while queue and queue[0][0] < instant_of_event(event):
            _, _, arrived, added = heapq.heappop(queue)
            yield arrived, added
        yield event, False
    while queue:
        _, _, arrived, added = heapq.heappop(queue)
        yield arrived, added


class _Told(dict[str, int]):
    """What is used of shared limits, as the till would look it up: by the course, or by this member alone."""

    def __init__(self, courses: Mapping[str, Course]) -> None:
        super().__init__()
        self.courses = courses
        self.at: Instant = 0

    def get(self, name: str, default: int = 0) -> int:  # type: ignore[override]
        course = self.courses.get(name)
        return super().get(name, default) if course is None else course.used_before(self.at)

    def use(self, uses: Mapping[str, int]) -> None:
        """Note what this member uses."""
        for name, amount in uses.items():
            self[name] = super().get(name, 0) + amount


class _Member:
    """One member on the way through a history."""

    def __init__(self, timeline: Timeline, history: MemberHistory, shared: Shared) -> None:
        self.timeline = timeline
        self.state = NEW_MEMBER
        self._facts = history.facts
        self._told = _Told(shared.courses)
        self._seeds = {known: known for version in timeline.versions for known in version.seeds.values()}
        self._plain = Facts(self._told, seeds=self._seeds)
        self._wanted = {purchase_of(event) for event in history.events} - {""}
        self._receipts: dict[str, PurchaseRecord] = {}
        self._past: list[PastEvent] | None = [] if timeline.fills_meters else None

    def take(self, event: Event, *, added: bool = False) -> Iterator[Step]:
        """Decide an event; a purchase that is refused is decided again without what it asked for besides."""
        if isinstance(event, Purchase) and event.expects is not None:
            event = msgspec.structs.replace(event, expects=None)
        step = self._decided(event, added=added)
        yield step
        if step.decision.outcome.refusal is not None and isinstance(event, Purchase):
            bare = msgspec.structs.replace(event, rewards=(), codes=(), holds=(), spend={})
            if bare != event:
                yield self._decided(bare, added=added)

    def _decided(self, event: Event, *, added: bool) -> Step:
        before, record = self.state, None
        at = self._told.at = instant_of_event(event)
        if self._wanted:
            record = self._receipts.get(purchase_of(event))
        facts = self._plain
        if record is not None or self._past is not None or self._facts:
            facts = self._looked_up(event, record)
        decision = decide(self.timeline, before, event, facts)
        if decision.outcome.refusal is None:
            self._keep(event, decision)
        return Step(event, at, before, decision, record, added)

    def _looked_up(self, event: Event, record: PurchaseRecord | None) -> Facts:
        """All that a till would look up."""
        kept = self._facts.get(event.id)
        needed = self._past is not None and self.timeline.needs_history(self.state, instant_of_event(event))
        past = tuple(self._past or ()) if needed else ()
        if kept is None:
            return Facts(self._told, record, past, seeds=self._seeds)
        return Facts(self._told, record, past, kept.rates, {**self._seeds, **kept.seeds}, kept.codes)

    def _keep(self, event: Event, decision: Decision) -> None:
        self.state = decision.state
        if decision.limit_uses:
            self._told.use(decision.limit_uses)
        if self._past is not None:
            self._past.append(PastEvent(event, decision.outcome.effects))
        if self._wanted and event.id in self._wanted and isinstance(event, Purchase):
            self._receipts[event.id] = PurchaseRecord(event, decision.outcome.effects)
