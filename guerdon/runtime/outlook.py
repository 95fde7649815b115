"""The outlook: what a member's state means at a moment, and what lies ahead.

What a state holds are lots and buckets; what people ask is what the meters show today, what is missing for the next
level, and how much expires next. That is worked out here, from the state and the version in force, by the very rules
that decide.

**Worked.** Levels silver from 500 USD and gold from 1500 USD in 12 months. A member who spent 420 USD is basic, and
80 USD are missing for silver. Lots of 30 (expires on 1 May) and 50 (on 1 June): 30 expire next. Where the whole wallet
lapses on 15 April for want of activity, it is 80, then.
"""

from typing import Literal, NamedTuple

from guerdon.core.calendar import Instant, moment_of
from guerdon.core.case import Case
from guerdon.core.events import Tick
from guerdon.core.facts import NO_FACTS
from guerdon.core.state import MemberState, Standing
from guerdon.core.timeline import Timeline
from guerdon.mechanics.tiers import Ahead, TiersRule


class LadderStanding(NamedTuple):
    """Where a member stands on one ladder."""

    ladder: str
    standing: Standing
    ahead: Ahead | None
    """The next level, with what is missing for it; None: there is none above."""


class Expiry(NamedTuple):
    """What expires next of one unit."""

    amount: int
    """In the unit's smallest part."""
    at: Instant
    reason: Literal["expiry", "inactivity"]


def case_at(timeline: Timeline, member: str, state: MemberState, at: Instant) -> Case:
    """A settled state, ready to be asked about a moment. Nothing happens in it."""
    at = max(at, state.as_of)
    version = timeline.at(at) or timeline.versions[0]
    event = Tick(id="reading", member=member, at=moment_of(at))
    return Case(version, state, event, at, NO_FACTS, traced=False)


def ladders(case: Case) -> list[LadderStanding]:
    """Where the member stands on each ladder, in the order of the program file; on none before joining."""
    if case.state.enrolled_at is None:
        return []
    return [
        LadderStanding(rule.name, rule.standing(case), rule.ahead(case))
        for rule in case.version.rules
        if isinstance(rule, TiersRule)
    ]


def meters(case: Case) -> dict[str, int]:
    """What each meter shows, in its own smallest parts."""
    return {name: case.reading(name, case.today) for name in case.version.program.meters}


def next_expiry(case: Case, unit: str) -> Expiry | None:
    """What expires next of a unit, available or pending; None: nothing does, as things stand."""
    held = case.wallet(unit)
    lots = held.lots + held.pending
    ends = min([lot.expires_at for lot in lots if lot.expires_at is not None], default=None)
    lapses_at = case.version.lapses_at(case, unit) if unit in case.version.program.units else None
    if lapses_at is not None and (ends is None or lapses_at < ends):
        return Expiry(sum([lot.amount for lot in lots]), lapses_at, "inactivity")
    if ends is None:
        return None
    return Expiry(sum([lot.amount for lot in lots if lot.expires_at == ends]), ends, "expiry")
