"""Replay: fold a member's journal again from nothing, exactly as it was decided live.

The same ``decide`` runs, with the facts that the journal kept, so a replay needs nothing but the journal and the
program's versions. One member is in memory at a time.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from guerdon.core.decide import Decision, decide
from guerdon.core.effects import decode_outcome
from guerdon.core.events import Event, Purchase, Return, decode_event
from guerdon.core.facts import Facts, PurchaseRecord
from guerdon.core.state import NEW_MEMBER, MemberState
from guerdon.core.version import Timeline
from guerdon.store.reading import JournalRow


class JournaledFacts(msgspec.Struct, frozen=True):
    """The facts that a journal entry keeps."""

    limits: dict[str, int] = {}


_decode_facts = msgspec.json.Decoder(JournaledFacts).decode
_encode_facts = msgspec.json.Encoder().encode


def facts_of(decision: Decision) -> bytes | None:
    """What the journal keeps of a decision's facts; None: it needed nothing."""
    return _encode_facts(JournaledFacts(decision.limits_seen)) if decision.limits_seen else None


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
    for row in rows:
        event = decode_event(row.content)
        limits = _decode_facts(row.facts).limits if row.facts is not None else {}
        record = _record(purchases.get(event.purchase)) if isinstance(event, Return) else None
        decision = decide(timeline, state, event, Facts(limits, record), traced=traced)
        yield Replayed(row, event, state, decision)
        state = decision.state
        if row.kind == "purchase":
            purchases[row.event_id] = row


def _record(row: JournalRow | None) -> PurchaseRecord | None:
    """The purchase of a journal entry; None where it was refused or is none."""
    if row is None:
        return None
    event, outcome = decode_event(row.content), decode_outcome(row.outcome)
    if not isinstance(event, Purchase) or outcome.refusal is not None:
        return None
    return PurchaseRecord(event, outcome.effects)
