"""Replay: fold a member's journal again from nothing, exactly as it was decided live.

The same ``decide`` runs, with the facts that the journal kept, so a replay needs nothing but the journal and the
program's versions. One member is in memory at a time.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from guerdon.core.amounts import Rate
from guerdon.core.codes import ShownCode
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import decode_outcome
from guerdon.core.events import Event, Purchase, decode_event, instant_of_event, purchase_of
from guerdon.core.facts import Facts, PastEvent, PurchaseRecord
from guerdon.core.state import NEW_MEMBER, MemberState
from guerdon.core.timeline import Timeline
from guerdon.store.reading import JournalRow


class JournaledFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """The facts that a journal entry keeps."""

    limits: dict[str, int] = {}
    rates: dict[str, Rate] = {}
    seeds: dict[str, str] = {}
    """The seeds of games, by commitment."""
    codes: dict[str, ShownCode] = {}
    """What was found about the codes of the purchase, as they are shown."""
    added: dict[str, int] = {}
    """What was added to shared limits since their version was published."""


_NOTHING = JournaledFacts()
_decode_facts = msgspec.json.Decoder(JournaledFacts).decode
_encode_facts = msgspec.json.Encoder().encode


def facts_of(decision: Decision) -> bytes | None:
    """What the journal keeps of a decision's facts; None: it needed nothing."""
    seen = JournaledFacts(
        decision.limits_seen, decision.rates_seen, dict(decision.seeds_seen), dict(decision.codes_seen),
        dict(decision.added_seen),
    )  # fmt: skip
    return None if seen == _NOTHING else _encode_facts(seen)


def journaled(row: JournalRow) -> JournaledFacts:
    """The facts that a journal entry keeps."""
    return _NOTHING if row.facts is None else _decode_facts(row.facts)


class Replayed(NamedTuple):
    """One journal entry, decided again."""

    row: JournalRow
    event: Event
    before: MemberState
    decision: Decision


def replay(timeline: Timeline, rows: Iterable[JournalRow], *, traced: bool = False) -> Iterator[Replayed]:
    """Decide one member's journal again, entry by entry, from the state of a new member."""
    state = NEW_MEMBER
    purchases: dict[str, JournalRow] = {}
    before: list[JournalRow] = []
    for row in rows:
        event = decode_event(row.content)
        kept = journaled(row)
        record = _record(purchases.get(purchase_of(event)))
        needed = timeline.needs_history(state, instant_of_event(event))
        facts = Facts(
            kept.limits, record, history_of(before) if needed else (), kept.rates, kept.seeds, kept.codes, kept.added
        )
        decision = decide(timeline, state, event, facts, traced=traced)
        yield Replayed(row, event, state, decision)
        state = decision.state
        before.append(row)
        if row.kind == "purchase":
            purchases[row.event_id] = row


def history_of(rows: Iterable[JournalRow]) -> list[PastEvent]:
    """What journal entries tell of a member's past: every event that was not refused, with its effects."""
    past = [(row, decode_outcome(row.outcome)) for row in rows]
    return [PastEvent(decode_event(row.content), outcome.effects) for row, outcome in past if outcome.refusal is None]


def _record(row: JournalRow | None) -> PurchaseRecord | None:
    """The purchase of a journal entry; None where it was refused or is none."""
    if row is None:
        return None
    event, outcome = decode_event(row.content), decode_outcome(row.outcome)
    if not isinstance(event, Purchase) or outcome.refusal is not None:
        return None
    return PurchaseRecord(event, outcome.effects)
