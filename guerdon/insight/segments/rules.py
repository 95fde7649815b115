"""Rules: the segments that a program declares, asked of every member.

A rule sees what `core.segments.MemberFacts` describes, as of the last moment that the lake knows of: what has fallen
due by then is settled first, so that an expired point is not counted and a level that was lost is not held. What only
a shared limit could decide meanwhile is taken as not used up.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from guerdon.core.calendar import Instant, instant_of, moment_of
from guerdon.core.decide import decide
from guerdon.core.events import Tick
from guerdon.core.segments import MemberFacts, member_facts, segment_rule
from guerdon.core.state import MemberState, decode_state
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.engines import Tables
from guerdon.insight.segments.grouping import Grouping, Segment
from guerdon.insight.segments.habits import Habits
from guerdon.insight.segments.leanings import favourites

NONE_DECLARED = "The program declares no segments. A section `segments:` in its file does."


class Standing(NamedTuple):
    """What the lake keeps of a member besides habits."""

    state: MemberState
    last_purchase_at: Instant | None


def standings_of(tables: Tables) -> dict[int, Standing]:
    """Every member's state and last purchase, by number."""
    events = tables.events
    bought = events.filter(events.refusal.isnull(), events.kind == "purchase")
    last = bought.group_by("member").aggregate(bought_at=bought["at"].max())
    found = tables.members.left_join(last, "member").select("member", "state", "bought_at")
    return {row["member"]: _standing(row) for row in found.to_pyarrow().to_pylist()}


def _standing(row: Mapping[str, str | datetime | None]) -> Standing:
    bought_at = row["bought_at"]
    return Standing(
        decode_state(str(row["state"]).encode()), instant_of(bought_at) if isinstance(bought_at, datetime) else None
    )


def rules(
    habits: Sequence[Habits],
    standings: Mapping[int, Standing],
    spending: Mapping[int, Mapping[str, int]],
    timeline: Timeline,
    at: datetime | None,
) -> Grouping:
    """Every member by the rules of the version in force at a moment; None: there is none, and nobody to ask about."""
    version = timeline.versions[-1] if at is None else timeline.at(instant_of(at))
    declared = {} if version is None else version.program.segments
    if version is None or not declared:
        return Grouping("rules", (), {one.member: () for one in habits}, (NONE_DECLARED,))
    compiled = {name: segment_rule(version.program, name) for name in declared}
    asked = (
        []
        if at is None
        else [
            (one.member, facts_of(version, timeline, one.key, standings[one.member], spending.get(one.member, {}), at))
            for one in habits
        ]
    )
    inside = {member: tuple([name for name, holds in compiled.items() if holds(told)]) for member, told in asked}
    segments = [Segment(name, segment.expression) for name, segment in declared.items()]
    return Grouping("rules", tuple(segments), inside)


def facts_of(
    version: Version, timeline: Timeline, key: str, standing: Standing, spent: Mapping[str, int], at: datetime
) -> MemberFacts:
    """What a rule sees of a member."""
    instant = instant_of(at)
    state = _settled(timeline, key, standing.state, instant)
    liked = favourites(spent)
    bought_at = standing.last_purchase_at
    return member_facts(version, state, max(instant, state.as_of), last_purchase_at=bought_at, favourites=liked)


def _settled(timeline: Timeline, key: str, state: MemberState, at: Instant) -> MemberState:
    """A member's state with everything settled that falls due up to an instant, out of itself alone."""
    wakes_at = timeline.wakes_at(state)
    if wakes_at is None or wakes_at > at or state.as_of > at or timeline.needs_history(state, at):
        return state
    return decide(timeline, state, Tick(id="reading", member=key, at=moment_of(at))).state
