"""A rehearsal: a till without a database. It decides what a real till would, keeps it in memory, and forgets it after.

It serves worked cases, trials and tests. Its answers are those of the till: each event counts once by its id, a refusal
moves nothing, members share the limits, and what one member's event sends to another arrives right behind it.

**Worked.** A program with a stock of one coffee for 100 points. Ann and Bob have 150 points each. Ann takes the coffee
and has 50; Bob is refused with ``reward_out_of_stock`` and keeps 150. Ann's redemption comes again under its id: the
first answer is given again, and she still has 50.
"""

from collections import Counter, deque
from typing import NamedTuple

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Instant
from guerdon.core.codes import ShownCode
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Outcome, sent_of
from guerdon.core.events import (
    Enrol,
    Event,
    Purchase,
    differences,
    encode_event,
    instant_in_range,
    instant_of_event,
    may_go_back,
    purchase_of,
    returned,
)
from guerdon.core.facts import Facts, PastEvent, PurchaseRecord
from guerdon.core.holding import limits_coming_back
from guerdon.core.refusals import Refusal, refuse
from guerdon.core.state import NEW_MEMBER, MemberState
from guerdon.core.timeline import Timeline
from guerdon.runtime.codes import key_of

_MOST_SENT = 1_000
"""No event sets off more than this: what sends and sends again without end is a bug."""


class Rehearsed(NamedTuple):
    """An event with the decision on it."""

    event: Event
    decision: Decision
    repeated: bool = False
    """It was answered before; this is the first answer again, and nothing moved."""


class Rehearsal:
    """Several members under one program, from its beginning."""

    def __init__(self, timeline: Timeline, *, traced: bool = True) -> None:
        """Begin with nobody enrolled and no limit used. ``traced``: decisions say what was skipped, and why."""
        self.timeline = timeline
        self._traced = traced
        self.states: dict[str, MemberState] = {}
        self.receipts: dict[tuple[str, str], PurchaseRecord] = {}
        """The purchases that goods may come back from, by member and id."""
        self.used: Counter[str] = Counter()
        """How much of each shared limit is used."""
        self.allowed = allowed_by(timeline)
        self.histories: dict[str, list[PastEvent]] = {}
        """Everything that happened to each member and was not refused."""
        self.rates: dict[str, Rate] = {}
        """What other currencies are worth; to be set by whoever rehearses a purchase in one."""
        self.seeds = {commitment: commitment for version in timeline.versions for commitment in version.seeds.values()}
        """The seeds of games, by commitment. The real one is a secret; here the commitment stands in for it."""
        self.codes: dict[str, ShownCode] = {}
        """The codes of batches by their keys; to be set by whoever rehearses a purchase with one."""
        self._answers: dict[str, Rehearsed] = {}

    def state(self, member: str) -> MemberState:
        """What is known of a member; a new member's state for somebody who is not enrolled."""
        return self.states.get(member, NEW_MEMBER)

    def plant(self, game: str, seed: str) -> None:
        """Let a game be played with a seed, whether it is the one that the program committed itself to or not."""
        for version in self.timeline.versions:
            if game in version.seeds:
                self.seeds = self.seeds | {version.seeds[game]: seed}

    def left(self, limit: str, at: Instant) -> int:
        """What is left of a shared limit; of a stock that comes in drops, of the drop of that moment."""
        return self.allowed[limit] - self.used[self._counted_as(limit, at)]

    def leave(self, limit: str, left: int, at: Instant) -> None:
        """Let so much be left of a shared limit, as if others had used the rest of it."""
        self.used[self._counted_as(limit, at)] = self.allowed[limit] - left

    def _counted_as(self, limit: str, at: Instant) -> str:
        """The name under which a limit's uses are counted at a moment: each drop of a stock has its own."""
        version = self.timeline.at(at)
        if version is None:
            return limit
        drops = [reward.stock_at(at, version.zone) for reward in version.rewards.values() if reward.stock == limit]
        return drops[0] if drops else limit

    def take(self, event: Event) -> list[Rehearsed]:
        """Let an event happen, and everything that it sends to other members.

        Gives the event with its decision first, then what was sent, in the order in which it arrived.
        """
        done: list[Rehearsed] = []
        waiting = deque([event])
        while waiting:
            answer = self._answer(waiting.popleft())
            done.append(answer)
            if not answer.repeated:
                waiting += sent_of(answer.decision.outcome.effects)
                waiting += _going_back(answer)
            if len(done) > _MOST_SENT:
                raise RuntimeError(f"the event {event.id} set off more than {_MOST_SENT} others")
        return done

    def facts_for(self, event: Event) -> Facts:
        """What a till would look up before it decides this event."""
        limits = self.timeline.limits_for([event]).keys() | limits_coming_back(self.state(event.member), event)
        used = {limit: self.used[limit] for limit in limits}
        receipt = self.receipts.get((event.member, purchase_of(event)))
        needed = self.timeline.needs_history(self.state(event.member), instant_of_event(event))
        codes = self._codes(event)
        used |= {code.limit: self.used[code.limit] for code in codes.values() if code.key}
        past = self.histories[event.member] if needed else ()
        return Facts(used, receipt, past, self.rates, self.seeds, codes)

    def _codes(self, event: Event) -> dict[str, ShownCode]:
        """What there is to the codes that a purchase shows."""
        shown = event.codes if isinstance(event, Purchase) else ()
        names = {code.batch for code in self.codes.values()}
        found = {text: self.codes[key_of(text)] for text in shown if key_of(text) in self.codes}
        return {text: ShownCode("name") for text in shown if text in names} | found

    def _answer(self, event: Event) -> Rehearsed:
        """The first answer to an event that is known, or else a decision."""
        known = self._answers.get(event.id)
        if known is not None:
            differs = differences(encode_event(event), encode_event(known.event))
            if not differs:
                return known._replace(repeated=True)
            told = ", ".join(differs)
            return self._refused(event, refuse("event_id_used_with_other_content", id=event.id, differs=told))
        if event.member not in self.states and not isinstance(event, Enrol):
            return self._refused(event, refuse("member_unknown", member=event.member))
        if not instant_in_range(instant_of_event(event)):
            return self._refused(event, refuse("event_time_out_of_range", at=event.at.isoformat()))
        return self._decided(event)

    def _refused(self, event: Event, refusal: Refusal) -> Rehearsed:
        """A refusal that no journal keeps: the event may be sent again under its id."""
        return Rehearsed(event, Decision(self.state(event.member), Outcome(refusal=refusal), 0, {}, {}, {}, []))

    def _decided(self, event: Event) -> Rehearsed:
        decision = decide(self.timeline, self.state(event.member), event, self.facts_for(event), traced=self._traced)
        answer = Rehearsed(event, decision)
        if decision.outcome.refusal is None:
            self._keep(event, decision)
        if event.member in self.states:  # a refused enrolment leaves nobody whose journal could keep it
            self._answers[event.id] = answer
        return answer

    def _keep(self, event: Event, decision: Decision) -> None:
        self.states[event.member] = decision.state
        self.used.update(decision.limit_uses)
        self.histories.setdefault(event.member, []).append(PastEvent(event, decision.outcome.effects))
        if isinstance(event, Purchase):
            self.receipts[event.member, event.id] = PurchaseRecord(event, decision.outcome.effects)


def allowed_by(timeline: Timeline) -> dict[str, int]:
    """How much each shared limit allows: as its newest version says, whatever the date."""
    versions = sorted(timeline.versions, key=lambda version: version.number)
    return {version.first_name(limit): allowed for version in versions for limit, allowed in version.limits.items()}


def _going_back(answer: Rehearsed) -> list[Event]:
    """The event by which an amount goes back that the other member could not take; none for anything else."""
    event, refusal = answer.event, answer.decision.outcome.refusal
    if refusal is None or not may_go_back(event):
        return []
    return [returned(event, refusal.code)]
