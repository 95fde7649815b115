"""The till: takes events, decides and commits them in batches, each event exactly once.

One transaction a batch. Its order is what makes it safe:

1. Members of the batch are **locked in the order of their ids**, so two tills never wait for each other in a circle.
2. Under the lock, events that are **recorded already** are found and answered with their first answer. Looking before
   locking would miss what another till is just committing.
3. **Facts** are loaded: earlier purchases for returns, codes, shared limits (locked by name, after the members), seeds.
4. Each event is **decided in memory**, one after the other.
5. Journal, event ids, transfers, states, limits, outbox and what goes to other members are **written with one statement
   each**, and committed once.

If anything fails the transaction is rolled back and nothing has happened. A failure that may pass (two tills met, the
connection broke) is tried again a few times; exactly-once makes that harmless.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

import msgspec
import psycopg
from psycopg import errors

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Instant, date_of, moment_of
from guerdon.core.codes import ShownCode
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Outcome, encode_outcome, sent_of, transfers_of
from guerdon.core.events import (
    ENGINE_EVENTS,
    MAX_ID,
    Enrol,
    Event,
    Purchase,
    decode_event,
    differences,
    encode_event,
    instant_in_range,
    instant_of_event,
    kind_of,
    purchase_of,
)
from guerdon.core.facts import Facts, PastEvent, PurchaseRecord
from guerdon.core.holding import limits_coming_back
from guerdon.core.refusals import Refusal, refuse
from guerdon.core.state import NEW_MEMBER, MemberState, decode_state, encode_state
from guerdon.runtime.codes import shown_codes
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.replay import facts_of, history_of
from guerdon.runtime.spans import Span, no_span
from guerdon.store import games, ledger, reading
from guerdon.store.database import Connection
from guerdon.store.ledger import Entry, KnownEvent, LockedMember, MovedMember
from guerdon.store.rates import rates_on

_TRIES = 5
_FIRST_PAUSE = 0.05
_MAY_PASS = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation, psycopg.OperationalError)

UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What reading an event may raise: it is no JSON, no text, no event, or nested too deep to look at."""

FUTURE_ALLOWED = 300
"""How many seconds an event may lie ahead of the clock: the clocks of tills differ."""


Remembered = dict[str, tuple[int, MemberState]]
"""Members as a till last committed them, by key, with the number of their last entry."""

_MOST_REMEMBERED = 20_000
_UNKNOWN = (-1, NEW_MEMBER)


class Answer(NamedTuple):
    """What became of an event."""

    event_id: str
    member: str
    seq: int | None
    """Its place in the member's journal; None where it was refused and could not be journaled."""
    version: int
    outcome: Outcome
    repeated: bool = False
    """It was recorded before; this is the first answer again."""
    state: MemberState | None = None
    """Where the member stands afterwards; None for an answer that is given again, and for what was not journaled."""

    @property
    def refusal(self) -> Refusal | None:
        """The refusal, if it was refused."""
        return self.outcome.refusal


class Till:
    """Decides and commits events of one program over one connection. Not for use by two threads at once."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        program: int,
        *,
        now: Callable[[], Instant] | None = None,
        span: Span = no_span,
        announces: bool = True,
    ) -> None:
        """Open the till.

        ``connect`` opens a connection, again if one breaks. ``now`` is the clock beyond which events are refused as
        lying in the future; None accepts any time (history, simulation). ``announces``: whether the world outside hears
        of what is recorded here; history that is taken in is news to nobody. ``span`` is told of the parts of its work.
        """
        self._connect = connect
        self._connection = connect()
        self._now = now
        self._span = span
        self._announces = announces
        self.program = PublishedProgram(self._connection, program)
        self._remembered: Remembered = {}
        self._connection.commit()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def commit_one(self, event: Event) -> Answer:
        """Decide and commit one event."""
        return self.commit([event])[0]

    def commit_json(self, contents: Iterable[bytes | str]) -> list[Answer]:
        """Decide and commit events as they arrive in JSON; one that cannot be taken is refused and the others go on."""
        events: list[Event] = []
        places: list[Answer | None] = []
        for content in contents:
            event = event_from_outside(content)
            if isinstance(event, Refusal):
                places.append(Answer("", "", None, 0, Outcome(refusal=event)))
            else:
                events.append(event)
                places.append(None)
        answers = iter(self.commit(events))
        return [next(answers) if answer is None else answer for answer in places]

    def commit(self, events: Sequence[Event]) -> list[Answer]:
        """Decide and commit a batch in one transaction; gives an answer for each event, in order.

        Events of one member are decided in the order given. Raises the last ``psycopg.Error`` when trying again did not
        help: then nothing of the batch is recorded, or all of it if the connection broke on the very commit; sending it
        again finds out.
        """
        if not events:
            return []
        pause = _FIRST_PAUSE
        for attempt in range(1, _TRIES + 1):
            try:
                return self._commit_once(events)
            except _MAY_PASS:
                if attempt == _TRIES:
                    raise
                time.sleep(pause)
                pause *= 2
                self._recover()
        raise AssertionError("the last try returns or raises")

    def _recover(self) -> None:
        """Have a connection that works, or leave the broken one for the next try to fail on."""
        try:
            self._connection.rollback()
        except psycopg.OperationalError:
            self._connection.close()
        if self._connection.closed:
            try:
                self._connection = self._connect()
                # It may lead to a server that was restored, or took over without the last commit.
                self._remembered.clear()
            except Exception:  # The next try raises what is wrong now.
                return

    def _commit_once(self, events: Sequence[Event]) -> list[Answer]:
        now = self._now() if self._now else None
        with self._span("till_batch", events=len(events)):
            batch = _Batch(self._connection, self.program, now, self._remembered, self._span, announces=self._announces)
            try:
                answers = batch.run(events)
                self._connection.commit()
            except BaseException:
                if not self._connection.closed:
                    self._connection.rollback()
                raise
        self._remember(batch.moved())
        return answers

    def _remember(self, moved: "Iterable[_Standing]") -> None:
        """Keep what was committed, so that a member who comes again need not be decoded again."""
        if len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered.update({member.key: (member.seq, member.state) for member in moved})


def event_from_outside(content: bytes | str) -> Event | Refusal:
    """Read an event that somebody sends, or refuse what is none, and what only Guerdon itself may send."""
    try:
        event = decode_event(content)
    except UNREADABLE as error:
        return refuse("event_malformed", reason=str(error))
    if isinstance(event, ENGINE_EVENTS):
        return refuse("event_for_the_engine_only", event_kind=kind_of(event))
    return event


def content_hash(content: bytes) -> bytes:
    """What tells whether two events have the same content: BLAKE2b-128 of the canonical JSON."""
    return hashlib.blake2b(content, digest_size=16).digest()


class _Standing:
    """A member of the batch in memory."""

    __slots__ = ("id", "key", "seq", "state", "stored_seq")

    def __init__(self, member: LockedMember, remembered: Remembered) -> None:
        self.id, self.key = member.id, member.key
        self.seq = self.stored_seq = member.seq
        self.state = remembered[member.key][1] if member.state is None else decode_state(member.state)


class _Batch:
    """One batch on its way through one transaction."""

    def __init__(
        self,
        connection: Connection,
        program: PublishedProgram,
        now: Instant | None,
        remembered: Remembered,
        span: Span,
        *,
        announces: bool,
    ) -> None:
        self._connection = connection
        self._announces = announces
        self._remembered = remembered
        self._span = span
        self._program = program
        self._latest = None if now is None else now + FUTURE_ALLOWED
        self._now = now
        self._members: dict[str, _Standing] = {}
        self._known: dict[str, KnownEvent] = {}
        self._allowed: dict[str, int] = {}
        self._limits: dict[str, int] = {}
        """What is used of each shared limit, with what this batch has used."""
        self._added: dict[str, int] = {}
        """What was added to shared limits by hand."""
        self._codes: dict[str, ShownCode] = {}
        """What was found about the codes that the purchases of this batch show."""
        self._limit_uses: dict[str, int] = {}
        self._seeds: dict[str, str] = {}
        """The seeds of the games of this batch, by commitment."""
        self._repeats = False
        """Whether any id comes twice in this batch."""
        self._returned: set[str] = set()
        """The purchases that returns and claims of this batch belong to."""
        self._purchases: dict[tuple[str, str], PurchaseRecord] = {}
        self._past: dict[str, list[PastEvent]] = {}
        """The history of the members for whom a version takes over in this batch that fills meters from it."""
        self._rates: dict[tuple[str, date], Rate] = {}
        self._entries: list[Entry] = []

    def run(self, events: Sequence[Event]) -> list[Answer]:
        joining = sorted({event.member for event in events if isinstance(event, Enrol)})
        with self._span("till_load"):
            self._load(events, joining)
        with self._span("till_decide"):
            answers = [self._answer(event) for event in events]
        if self._entries:
            with self._span("till_write"):
                self._write()
        if any(member.seq == 0 for member in self._members.values()):
            ledger.remove_empty_members(self._connection, self._program.id, joining)
        return answers

    def _load(self, events: Sequence[Event], joining: list[str]) -> None:
        connection, program = self._connection, self._program.id
        keys = {event.member for event in events}
        # Another till may have moved a member on since; then its state comes along.
        entries = {key: self._remembered.get(key, _UNKNOWN)[0] for key in keys}
        returned = {purchase_of(event) for event in events} - {""}
        ids = {event.id for event in events}
        self._repeats = len(ids) < len(events)
        newest, locked, known = ledger.open_batch(connection, program, joining, entries, list(ids | returned))
        if newest != self._program.newest:
            self._program.refresh(connection)
        self._members = {key: _Standing(member, self._remembered) for key, member in locked.items()}
        self._known = {event_id: event for event_id, event in known.items() if event_id in ids}
        self._returned = returned
        for event_id in returned & known.keys():
            self._remember_purchase(decode_event(known[event_id].content), known[event_id].outcome)
        self._allowed = self._program.timeline.limits_for(events)
        self._load_codes(events)
        coming_back = self._coming_back(events)
        if self._allowed or coming_back:
            self._limits, self._added = ledger.read_limits(connection, program, self._allowed, coming_back)
        commitments = self._program.timeline.seeds_for(events)
        if commitments:
            self._seeds = games.seeds(connection, program, commitments)
        self._load_history(events)
        self._load_rates(events)

    def _load_codes(self, events: Sequence[Event]) -> None:
        shown = {code for event in events if isinstance(event, Purchase) for code in event.codes}
        if shown:
            self._codes = shown_codes(self._connection, self._program.id, shown)
            self._allowed |= {code.limit: code.uses for code in self._codes.values() if code.key}

    def _coming_back(self, events: Sequence[Event]) -> set[str]:
        """The shared limits of which holds may give some back in this batch."""
        holding = {key: member.state for key, member in self._members.items() if member.state.holds}
        found = [limits_coming_back(holding[event.member], event) for event in events if event.member in holding]
        return set().union(*found)

    def _load_history(self, events: Sequence[Event]) -> None:
        if not self._program.timeline.fills_meters:
            return
        # Who joins in this batch has no journal yet; what the batch decides is all the history there is.
        self._past = {member.key: [] for member in self._members.values() if member.seq == 0}
        needs = self._program.timeline.needs_history
        by_id = {
            member.id: member.key
            for event in events
            if (member := self._members.get(event.member)) and needs(member.state, instant_of_event(event))
        }
        if by_id:
            self._past |= {key: [] for key in by_id.values()}
            for past in groupby(reading.journals_of(self._connection, list(by_id)), key=lambda row: row.member):
                self._past[by_id[past[0]]] = history_of(past[1])

    def _load_rates(self, events: Sequence[Event]) -> None:
        wanted = [
            (event.currency, self._day(event)) for event in events if isinstance(event, Purchase) and event.currency
        ]
        if wanted:
            self._rates = rates_on(self._connection, self._program.currency, wanted)

    def _day(self, event: Event) -> date:
        """The local day of an event, by the time zone that all versions share."""
        return date_of(self._program.zone.day(instant_of_event(event)))

    def _facts(self, event: Event, member: "_Standing") -> Facts:
        """What the decision of an event may look at."""
        purchase = self._purchases.get((event.member, purchase_of(event)))
        past = self._past.get(event.member, ()) if self._past else ()
        rates = {}
        if self._rates and isinstance(event, Purchase) and event.currency:
            rate = self._rates.get((event.currency, self._day(event)))
            rates = {} if rate is None else {event.currency: rate}
        return Facts(self._limits, purchase, past, rates, self._seeds, self._codes, self._added)

    def _remember_purchase(self, event: Event, outcome: Outcome) -> None:
        if event.id in self._returned and isinstance(event, Purchase) and outcome.refusal is None:
            self._purchases[event.member, event.id] = PurchaseRecord(event, outcome.effects)

    def _answer(self, event: Event) -> Answer:
        content = encode_event(event)
        known = self._known.get(event.id)
        if known is not None:
            return _answer_again(event, content, known)
        early = self._not_recorded(event)
        if early is not None:
            return Answer(event.id, event.member, None, 0, Outcome(refusal=early))
        member = self._members[event.member]
        decision = decide(self._program.timeline, member.state, event, self._facts(event, member))
        if member.seq == 0 and decision.outcome.refusal is not None:
            return Answer(event.id, event.member, None, decision.version, decision.outcome)
        return self._record(event, content, member, decision)

    def _not_recorded(self, event: Event) -> Refusal | None:
        """Refusals that cannot be journaled: there is no member to attribute them to, or no such time yet."""
        if len(event.id) > MAX_ID:
            # Events in JSON were checked when they were read; this one was built in Python.
            return refuse("event_malformed", reason=f"the id is longer than {MAX_ID} characters")
        if event.member not in self._members:
            return refuse("member_unknown", member=event.member)
        if not instant_in_range(instant_of_event(event)):
            return refuse("event_time_out_of_range", at=event.at.isoformat())
        if self._latest is not None and self._now is not None and instant_of_event(event) > self._latest:
            return refuse("event_in_the_future", at=f"{event.at:%Y-%m-%dT%H:%M:%S%z}", now=str(moment_of(self._now)))
        return None

    def _record(self, event: Event, content: bytes, member: _Standing, decision: Decision) -> Answer:
        member.state = decision.state
        member.seq += 1
        outcome = decision.outcome
        for name, amount in decision.limit_uses.items():
            self._limits[name] = self._limits.get(name, 0) + amount
            self._limit_uses[name] = self._limit_uses.get(name, 0) + amount
        digest = content_hash(content)
        kind = kind_of(event)
        self._entries.append(
            Entry(
                member.id, member.seq, event.id, kind, instant_of_event(event), decision.version, content, digest,
                facts_of(decision), encode_outcome(outcome), transfers_of(outcome.effects),
                self._announces and outcome.refusal is None, [encode_event(sent) for sent in sent_of(outcome.effects)],
            )
        )  # fmt: skip
        if self._repeats:
            self._known[event.id] = KnownEvent(event.member, member.seq, decision.version, content, digest, outcome)
        self._remember_purchase(event, outcome)
        if event.member in self._past and outcome.refusal is None:
            self._past[event.member].append(PastEvent(event, outcome.effects))
        return Answer(event.id, event.member, member.seq, decision.version, outcome, state=decision.state)

    def moved(self) -> "list[_Standing]":
        """The members who have journal entries in this batch."""
        return [member for member in self._members.values() if member.seq != member.stored_seq]

    def _write(self) -> None:
        wakes_at = self._program.timeline.wakes_at
        moved = [
            MovedMember(member.id, member.seq, encode_state(member.state), wakes_at(member.state))
            for member in self.moved()
        ]
        ledger.write(self._connection, self._program.id, self._entries, moved, self._limit_uses, self._allowed)


def _answer_again(event: Event, content: bytes, known: KnownEvent) -> Answer:
    """The first answer, or the refusal that names what differs."""
    if content_hash(content) == known.content_hash:
        return Answer(event.id, event.member, known.seq, known.version, known.outcome, repeated=True)
    differs = ", ".join(differences(content, known.content))
    return Answer(
        event.id, event.member, None, 0,
        Outcome(refusal=refuse("event_id_used_with_other_content", id=event.id, differs=differs)),
    )  # fmt: skip
