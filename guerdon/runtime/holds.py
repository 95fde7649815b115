"""Holds as whoever made them asks about them: what is reserved, whether it still is, and what became of it.

An open hold stands in the member's state. One that has ended stands nowhere but in the journal, in the effects of what
ended it; that is looked up only for whoever asks.

**Worked.** 200 points are held until 10:30. At 10:20 the hold is open. At 10:40 it has lapsed, though no clock has
come by yet: what falls due is settled in memory first. Of another one 150 points were captured: it has ended as
``captured``, with 150, and 50 went back.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from guerdon.core.calendar import Instant, instant_of
from guerdon.core.effects import Captured, Held, Released, decode_outcome
from guerdon.core.state import MemberState, OpenHold
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import Entry, JournalRow

HoldStatus = Literal["open", "captured", "released", "lapsed", "purchase", "withdrawn", "ended"]
"""``purchase``: one ended it and may have used what it held. ``withdrawn``: of a coupon whose goods came back.
``ended``: the member left, or was merged."""

_STATUS_OF: dict[str, HoldStatus] = {status: status for status in get_args(HoldStatus)}


class HoldNow(NamedTuple):
    """A hold, open or not."""

    id: str
    status: HoldStatus
    since: Instant
    until: Instant
    """When it lapses, or would have lapsed, by itself."""
    unit: str
    amount: int
    """In the unit's smallest part; for a reward, what it costs."""
    reward: str
    quantity: int
    """How many pieces of the reward; 0: it is of none."""
    code: str
    captured: int
    """How much of the amount was used by a capture, in the unit's smallest part."""


def open_holds(state: MemberState) -> list[HoldNow]:
    """What is reserved for a member, the earliest to lapse first."""
    found = [_still_open(hold_id, held) for hold_id, held in state.holds.items()]
    return sorted(found, key=lambda hold: (hold.until, hold.id))


def hold_of(
    connection: Connection, member: int, state: MemberState, entry: Entry, *, up_to: int | None = None
) -> HoldNow | None:
    """A hold by the entry that began it, given where its member stands; None: the entry began none.

    ``up_to`` is the entry of the member's journal after which that is; None: the last one.
    """
    held = state.holds.get(entry.event_id)
    if held is not None:
        return _still_open(entry.event_id, held)
    effects = decode_outcome(entry.outcome).effects
    begun = next((effect for effect in effects if isinstance(effect, Held)), None)
    if begun is None:
        return None
    journal = reading.member_journal(connection, member)[:up_to]
    status, captured = _end_of(begun.hold, journal)
    return HoldNow(
        begun.hold, status, instant_of(entry.at), begun.until, begun.unit, begun.amount, begun.reward, begun.quantity,
        begun.code, captured,
    )  # fmt: skip


def _still_open(hold_id: str, held: OpenHold) -> HoldNow:
    quantity = held.quantity if held.reward else 0
    return HoldNow(
        hold_id, "open", held.since, held.until, held.unit, held.amount, held.reward, quantity, held.code, 0
    )  # fmt: skip


def _end_of(hold_id: str, journal: Sequence[JournalRow]) -> tuple[HoldStatus, int]:
    """How a hold ended, and how much was captured. What is recorded nowhere yet has lapsed."""
    for row in journal:
        for effect in decode_outcome(row.outcome).effects:
            if isinstance(effect, Captured) and effect.hold == hold_id:
                return "captured", effect.amount
            if isinstance(effect, Released) and effect.hold == hold_id:
                return _STATUS_OF[effect.why], 0
    return "lapsed", 0
