"""Verify: prove the books. Every member's journal is replayed from nothing and compared with everything that is stored.

Compared are, member by member, the events (canonical content and hash), the decisions (effects, versions, facts), the
transfers, the event ids, the final state byte for byte (wallets, meters, tiers and all), and the wallets against the
balances that the stored transfers lead to; and over all members the accounts of each unit, which add up to zero, and
the shared limits, with what each decision was told about them and what was added to them by hand. What decisions sent
to other members must be stored for the relay as it was sent; what the relay notes as delivered must stand in the
other's journal; and what is in transit must be what has neither arrived nor gone back. Members are read in ranges, in
several processes, streamed.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate, groupby
from typing import Generic, NamedTuple, TypeVar

import msgspec

from guerdon.core import wallet
from guerdon.core.calendar import instant_of
from guerdon.core.decide import Decision
from guerdon.core.effects import MEMBER_ACCOUNTS, Transfer, encode_outcome, sent_of, transfers_of
from guerdon.core.events import Absorb, Receive, decode_event, encode_event, instant_of_event, kind_of, returned
from guerdon.core.state import MemberState, decode_state, encode_state
from guerdon.core.timeline import Timeline
from guerdon.runtime.processes import workers_context
from guerdon.runtime.programs import PublishedProgram
from guerdon.runtime.replay import Replayed, facts_of, replay
from guerdon.runtime.till import content_hash
from guerdon.store import codes, reading
from guerdon.store.database import Connection, connect
from guerdon.store.reading import JournalRow, StoredMember, StoredTransfer

_MEMBERS_A_RANGE = 100
_DIFFERENCES_KEPT = 1_000

Row = TypeVar("Row")
Item = TypeVar("Item")

_decode_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

Balances = Counter[tuple[str, str]]
"""What accounts hold, by unit and account."""


class Difference(NamedTuple):
    """Something that is stored otherwise than the journal says."""

    member: str
    """The member's key; empty for what concerns them all."""
    seq: int
    """The journal entry; 0 for what concerns the member as a whole."""
    what: str
    stored: str
    expected: str


class Part(NamedTuple):
    """What the check of a range of members found."""

    members: int
    entries: int
    differences: list[Difference]
    balances: Balances
    limit_uses: Counter[str]
    limit_steps: Counter[str]
    """See ``_steps``."""
    limit_additions: set[tuple[str, int]]
    """What decisions were told was added to which shared limit."""


class Report(NamedTuple):
    """What a verification found."""

    members: int
    entries: int
    differences: int
    unbalanced_units: int
    examples: list[Difference]
    """The first thousand differences."""

    @property
    def is_clean(self) -> bool:
        """Whether the books are right."""
        return self.differences == 0 and self.unbalanced_units == 0


def verify(
    url: str, program: int, *, workers: int | None = None, progress: Callable[[int, int], None] = lambda done, of: None
) -> Report:
    """Check a program's whole ledger. ``progress`` is told how many member ids of how many have been looked at.

    Run it while nobody writes, or on a restored copy: what is committed in between would show as a difference.
    """
    with connect(url) as connection:
        span = reading.id_range(connection, program)
    parts = _check_ranges(url, program, span, workers or os.cpu_count() or 1, progress) if span else iter(())
    members = entries = differences = 0
    examples: list[Difference] = []
    balances: Balances = Counter()
    limit_uses: Counter[str] = Counter()
    limit_steps: Counter[str] = Counter()
    limit_additions: set[tuple[str, int]] = set()
    for part in parts:
        members, entries = members + part.members, entries + part.entries
        differences += len(part.differences)
        examples += part.differences[: _DIFFERENCES_KEPT - len(examples)]
        balances.update(part.balances)
        limit_uses.update(part.limit_uses)
        limit_steps.update(part.limit_steps)
        limit_additions |= part.limit_additions
    with connect(url) as connection:
        common = [
            *_check_balances(connection, program, balances),
            *_check_limits(connection, program, limit_uses, limit_steps),
            *_check_additions(connection, program, limit_additions),
            *_check_orphans(connection),
            *_check_delivered(connection, program),
            *_check_returned(connection, program),
            *_check_in_transit(connection, program),
        ]
        unbalanced = _unbalanced(connection, program)
    return Report(members, entries, differences + len(common), unbalanced, common + examples)


def _check_ranges(
    url: str, program: int, span: tuple[int, int], workers: int, progress: Callable[[int, int], None]
) -> Iterator[Part]:
    first, last = span
    starts = range(first, last + 1, _MEMBERS_A_RANGE)
    ranges = [(start, min(start + _MEMBERS_A_RANGE - 1, last)) for start in starts]
    if workers == 1 or len(ranges) == 1:
        _open_worker(url, program)
        results: Iterator[Part] = map(_check_range, ranges)
        yield from _told(results, progress, last - first + 1)
        _Worker.connection.close()
        return
    context = workers_context()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_open_worker, initargs=(url, program)) as pool:
        yield from _told(pool.map(_check_range, ranges), progress, last - first + 1)


def _told(parts: Iterator[Part], progress: Callable[[int, int], None], of: int) -> Iterator[Part]:
    for number, part in enumerate(parts, 1):
        progress(min(number * _MEMBERS_A_RANGE, of), of)
        yield part


class _Worker:
    """What a worker process keeps between ranges."""

    connection: Connection
    program: int
    timeline: Timeline


def _open_worker(url: str, program: int) -> None:
    _Worker.connection = connect(url)
    _Worker.program = program
    _Worker.timeline = PublishedProgram(_Worker.connection, program).timeline
    _Worker.connection.commit()


def _check_range(ids: tuple[int, int]) -> Part:
    """Check the members with ids in a range (both ends included)."""
    connection, program = _Worker.connection, _Worker.program
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        journals = _Groups(groupby(reading.journal_in_range(connection, program, *ids), key=lambda row: row.member))
        moved = _Groups(groupby(reading.transfers_in_range(connection, program, *ids), key=lambda row: row.member))
        known = _Groups(groupby(reading.event_ids_in_range(connection, program, *ids), key=lambda row: row[0]))
        sent = _Groups(groupby(reading.emitted_in_range(connection, program, *ids), key=lambda row: row[0]))
        part = Part(0, 0, [], Counter(), Counter(), Counter(), set())
        members = entries = 0
        for member in reading.members_in_range(connection, program, *ids):
            check = _MemberCheck(member, _Worker.timeline)
            check.run(journals.of(member.id), moved.of(member.id), known.of(member.id), sent.of(member.id))
            members, entries = members + 1, entries + check.entries
            part.differences.extend(check.differences)
            part.balances.update(check.balances)
            part.limit_uses.update(check.limit_uses)
            part.limit_steps.update(check.limit_steps)
            part.limit_additions.update(check.limit_additions)
    return part._replace(members=members, entries=entries)


class _Groups(Generic[Row]):
    """Walks along groups of rows that are sorted by member."""

    def __init__(self, groups: Iterator[tuple[int, Iterator[Row]]]) -> None:
        self._groups = groups
        self._next = next(groups, None)

    def of(self, member: int) -> Iterator[Row]:
        """The rows of a member; members are asked for in order, and rows of others in between are passed over."""
        while self._next is not None and self._next[0] < member:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != member:
            return
        yield from self._next[1]
        self._next = next(self._groups, None)


class _MemberCheck:
    """The check of one member."""

    def __init__(self, member: StoredMember, timeline: Timeline) -> None:
        self.member = member
        self.timeline = timeline
        self.entries = 0
        self.differences: list[Difference] = []
        self.balances: Balances = Counter()
        self.limit_uses: Counter[str] = Counter()
        self.limit_steps: Counter[str] = Counter()
        self.limit_additions: set[tuple[str, int]] = set()

    def differ(self, seq: int, what: str, stored: object, expected: object) -> None:
        """Note a difference."""
        self.differences.append(Difference(self.member.key, seq, what, _short(stored), _short(expected)))

    def run(
        self,
        rows: Iterator[JournalRow],
        moved: Iterator[StoredTransfer],
        known: Iterator[tuple[int, int, str]],
        sent: Iterator[tuple[int, int, bytes]],
    ) -> None:
        """Replay the journal and compare."""
        state = MemberState()
        emitted = _BySeq((seq, event) for _, seq, event in sent)
        transfers = _BySeq((row.seq, row.transfer) for row in moved)
        event_ids = _BySeq((seq, event_id) for _, seq, event_id in known)
        try:
            for replayed in replay(self.timeline, rows):
                self.entries += 1
                self._compare_entry(replayed)
                self._compare_decision(replayed, transfers.take(replayed.row.seq))
                if event_ids.take(replayed.row.seq) != [replayed.row.event_id]:
                    self.differ(replayed.row.seq, "event id", "points elsewhere", replayed.row.event_id)
                self._compare_sent(replayed, emitted.take(replayed.row.seq))
                self.limit_uses.update(replayed.decision.limit_uses)
                self.limit_steps.update(_steps(replayed.decision))
                self.limit_additions.update(replayed.decision.added_seen.items())
                state = replayed.decision.state
        except Exception as error:  # Whatever a damaged entry leads to: this member is wrong, and the others go on.
            told = f"cannot be replayed: {type(error).__name__}: {error}"
            self.differ(self.entries + 1, "journal entry", told, "an entry that can be replayed")
        for seq in transfers.rest():
            self.differ(seq, "transfer", "stored", "no such journal entry")
        for seq in event_ids.rest():
            self.differ(seq, "event id", "stored", "no such journal entry")
        for seq in emitted.rest():
            self.differ(seq, "event for another member", "stored", "no such journal entry")
        self._compare_member(state)

    def _compare_sent(self, replayed: Replayed, stored: list[bytes]) -> None:
        expected = [encode_event(event) for event in sent_of(replayed.decision.outcome.effects)]
        if stored != expected:
            self.differ(replayed.row.seq, "events for other members", stored, expected)

    def _compare_entry(self, replayed: Replayed) -> None:
        row, content = replayed.row, encode_event(replayed.event)
        if row.seq != self.entries:
            self.differ(row.seq, "journal entry", f"number {row.seq}", f"number {self.entries}")
        if content != row.content:
            self.differ(row.seq, "event", row.content, content)
        if replayed.event.member != self.member.key:
            self.differ(row.seq, "member", self.member.key, replayed.event.member)
        if content_hash(row.content) != row.content_hash:
            self.differ(row.seq, "event", row.content_hash.hex(), content_hash(row.content).hex())

    def _compare_decision(self, replayed: Replayed, stored: list[Transfer]) -> None:
        row, decision = replayed.row, replayed.decision
        outcome = encode_outcome(decision.outcome)
        if outcome != row.outcome:
            self.differ(row.seq, "decision", row.outcome, outcome)
        if row.facts != facts_of(decision):
            self.differ(row.seq, "facts", row.facts, facts_of(decision))
        if row.version != decision.version:
            self.differ(row.seq, "version", row.version, decision.version)
        if (row.event_id, row.kind, instant_of(row.at)) != _index_of(replayed):
            self.differ(row.seq, "journal entry", (row.event_id, row.kind, row.at), _index_of(replayed))
        expected = transfers_of(decision.outcome.effects)
        if stored != expected:
            self.differ(row.seq, "transfers", stored, expected)
        for unit, source, target, amount, _ in stored:
            self.balances[unit, source] -= amount
            self.balances[unit, target] += amount

    def _compare_member(self, state: MemberState) -> None:
        stored = self.member
        if stored.seq != self.entries:
            self.differ(0, "journal", f"{self.entries} entries", f"{stored.seq} entries")
        expected = encode_state(state)
        if stored.state != expected:
            self._compare_states(stored.state, expected)
        wakes_at = self.timeline.wakes_at(state)
        if wakes_at is not None and (stored.next_due_at is None or instant_of(stored.next_due_at) > wakes_at):
            self.differ(0, "next_due_at", stored.next_due_at, wakes_at)
        self._compare_wallets()

    def _compare_states(self, stored: bytes, expected: bytes) -> None:
        """Name the parts of the state that differ; the order of the parts counts too, byte for byte."""
        try:
            one, two = _decode_parts(stored), _decode_parts(expected)
        except msgspec.DecodeError:
            one, two = {}, {}
        parts = [name for name in two.keys() | one.keys() if one.get(name) != two.get(name)]
        for name in sorted(parts):
            self.differ(0, f"state: {name}", bytes(one.get(name, b"")), bytes(two.get(name, b"")))
        if not parts:
            self.differ(0, "state", stored, expected)

    def _compare_wallets(self) -> None:
        """The stored wallets against the balances that the stored transfers lead to."""
        try:
            wallets = decode_state(self.member.state).wallets
        except msgspec.DecodeError:
            return
        units = wallets.keys() | {unit for unit, _ in self.balances}
        for unit in sorted(units):
            held = wallets.get(unit, wallet.EMPTY)
            shown = (wallet.available(held) + held.debt, wallet.pending(held), wallet.held(held), -held.debt)
            booked = tuple([self.balances[unit, account] for account in MEMBER_ACCOUNTS])
            if shown != booked:
                self.differ(0, f"wallet of {unit}", shown, booked)


class _BySeq(Generic[Item]):
    """Rows of one member by journal entry, taken along with the journal."""

    def __init__(self, rows: Iterator[tuple[int, Item]]) -> None:
        self._items: dict[int, list[Item]] = {}
        for seq, item in rows:
            self._items.setdefault(seq, []).append(item)

    def take(self, seq: int) -> list[Item]:
        """The rows of an entry."""
        return self._items.pop(seq, [])

    def rest(self) -> list[int]:
        """The entries whose rows nobody took."""
        return sorted(self._items)


def _index_of(replayed: Replayed) -> tuple[str, str, int]:
    event = replayed.event
    return event.id, kind_of(event), instant_of_event(event)


def _short(value: object) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 300 else f"{text[:300]}…"


def _check_balances(connection: Connection, program: int, balances: Balances) -> Iterator[Difference]:
    """The balances that the database keeps, against those that the transfers lead to."""
    kept = reading.account_balances(connection, program)
    for unit, account in sorted(kept.keys() | balances.keys()):
        if kept.get((unit, account), 0) != balances[unit, account]:
            stored, expected = str(kept.get((unit, account), 0)), str(balances[unit, account])
            yield Difference("", 0, f"balance of {account} in {unit}", stored, expected)


def _steps(decision: Decision) -> dict[str, int]:
    """For each shared limit that a decision used: how far the square of what is used went up, or down.

    Decisions of many members use a limit in an order that nothing records. But where each is told what those before it
    have used, the squares go from zero to that of all that is used now, up or down, and so their steps add up to it, in
    whatever order they are counted. One that was told something else spoils the sum.
    """
    seen = decision.limits_seen
    return {name: used * (2 * seen[name] + used) for name, used in decision.limit_uses.items()}


def _check_limits(
    connection: Connection, program: int, uses: Counter[str], steps: Counter[str]
) -> Iterator[Difference]:
    """The shared limits: what is used of each, and whether the decisions were told what was used before them."""
    declared: dict[str, set[int]] = {}
    for version in PublishedProgram(connection, program).versions:
        for name, allows in version.limits.items():
            declared.setdefault(version.first_name(name), set()).add(allows)
    declared |= {name: {uses} for name, uses in codes.uses_of_shown(connection, program).items()}
    stored = {limit.name: limit for limit in reading.limits(connection, program)}
    for name in sorted(stored.keys() | uses.keys()):
        limit, used = stored.get(name), uses[name]
        if limit is None or limit.used != used:
            found = "missing" if limit is None else f"{limit.used} used"
            yield Difference("", 0, f"limit {name}", found, f"{used} used")
        elif used and limit.allowed not in (declared.get(name) or declared.get(name.rpartition("@")[0], set())):
            yield Difference("", 0, f"limit {name}", f"{limit.allowed} allowed", "what some version allows")
        elif steps[name] != used * used:
            told = "not what was used each time"
            yield Difference("", 0, f"facts about limit {name}", told, "what was used")


def _check_additions(connection: Connection, program: int, told: AbstractSet[tuple[str, int]]) -> Iterator[Difference]:
    """What was added to shared limits: the sum that is kept, and whether what decisions were told ever was the sum."""
    added = reading.limit_additions(connection, program)
    sums = {(name, 0) for name in added} | {(name, so_far) for name in added for so_far in accumulate(added[name])}
    for limit in reading.limits(connection, program):
        expected = sum(added.get(limit.name, ()))
        if limit.added != expected:
            yield Difference("", 0, f"limit {limit.name}", f"{limit.added} added", f"{expected} added")
    for name, amount in sorted(told - sums):
        yield Difference("", 0, f"facts about limit {name}", f"{amount} added", "what was added at some time")


def _check_orphans(connection: Connection) -> Iterator[Difference]:
    """Rows that belong to nobody."""
    names = ("journal entries", "transfers", "event ids", "events for other members")
    for name, count in zip(names, reading.orphans(connection), strict=True):
        if count:
            yield Difference("", 0, name, f"{count} of no member", "0 of no member")


def _check_delivered(connection: Connection, program: int) -> Iterator[Difference]:
    """What the relay has noted as delivered, against the journals of the members whom it was for."""
    for seq, event in reading.wrongly_delivered(connection, program):
        member = decode_event(event).member
        yield Difference(member, 0, f"delivery from entry {seq} of its sender", "delivered", _short(event))


def _check_returned(connection: Connection, program: int) -> Iterator[Difference]:
    """Every amount that was refused goes back, and nothing else does."""
    for seq, gone, refusal, back in reading.returned_events(connection, program):
        refused = None if gone is None else decode_event(gone)
        expected = encode_event(returned(refused, refusal)) if isinstance(refused, Receive | Absorb) else None
        if back != expected:
            found, wanted = _short(back or b"nothing"), _short(expected or b"nothing")
            sender = refused.sender if isinstance(refused, Receive | Absorb) else ""
            yield Difference(sender, seq, "amount that goes back", found, wanted)


def _check_in_transit(connection: Connection, program: int) -> Iterator[Difference]:
    """What the accounts say is in transit, against what the relay still has to deliver."""
    balances = reading.account_balances(connection, program)
    booked = {unit: balance for (unit, account), balance in balances.items() if account == "in_transit"}
    waiting = reading.in_transit(connection, program)
    for unit in sorted(booked.keys() | waiting.keys()):
        if booked.get(unit, 0) != waiting.get(unit, 0):
            stored, expected = str(booked.get(unit, 0)), str(waiting.get(unit, 0))
            yield Difference("", 0, f"{unit} in transit", stored, expected)


def _unbalanced(connection: Connection, program: int) -> int:
    """How many units have accounts that do not add up to zero."""
    sums: Counter[str] = Counter()
    for (unit, _), balance in reading.account_balances(connection, program).items():
        sums[unit] += balance
    return sum([1 for off in sums.values() if off])
