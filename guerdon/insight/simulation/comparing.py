"""Comparing: who wins and who loses by the draft, from both folds of one member side by side.

**Worked.** Under the current program a member of silver got 12.00 in the year, under the draft 9.50: a loser of 2.50.
The group silver has one member and one loser more, and its difference is 2.50 lower.
"""

from collections.abc import Iterator

from guerdon.core.state import MemberState
from guerdon.core.version import Version
from guerdon.insight.simulation.figures import Compared, bump
from guerdon.insight.simulation.recording import MemberTally
from guerdon.insight.simulation.spread import Named

ANY_TIER = ""
"""The level of a member where a program has no ladder."""


def compare(figures: Compared, draft: MemberTally, current: MemberTally) -> None:
    """Take in what the draft changes for a member."""
    difference = draft.value - current.value
    figures.differences.add(difference)
    outcome = "winners" if difference > 0 else "losers" if difference < 0 else ""
    figures.winners += difference > 0
    figures.losers += difference < 0
    figures.won += max(difference, 0)
    figures.lost += max(-difference, 0)
    for by, name in _groups(current):
        bump(figures.groups, (by, name, "members"), 1)
        bump(figures.groups, (by, name, "difference"), difference)
        if outcome:
            bump(figures.groups, (by, name, outcome), 1)
    if draft.state.enrolled_at is not None and not draft.state.roster:
        bump(figures.tiers, (level_of(current.state, current.version), level_of(draft.state, draft.version)), 1)
    figures.newly_within += draft.is_within and not current.is_within
    figures.newly_near += draft.is_near and not (current.is_near or current.is_within)
    _name(figures, draft, difference)


def _name(figures: Compared, member: MemberTally, difference: int) -> None:
    """Keep who wins and loses most."""
    if difference > figures.most_won.floor:
        figures.most_won.add(Named(difference, member.member, sales=member.sales, baskets=member.baskets))
    if -difference > figures.most_lost.floor:
        figures.most_lost.add(Named(-difference, member.member, sales=member.sales, baskets=member.baskets))


def _groups(current: MemberTally) -> Iterator[tuple[str, str]]:
    """The groups that a member is in: by tier, by segment, by what was bought."""
    level = level_of(current.state, current.version)
    if level != ANY_TIER:
        yield "tier", level
    for segment in current.state.traits.segments:
        yield "segment", segment
    yield "spend", str(spend_band(current.sales))


def level_of(state: MemberState, version: Version) -> str:
    """Where a member stands on the first ladder; empty where there is none."""
    for ladder, lowest in version.ladders.items():
        standing = state.standings.get(ladder)
        return lowest if standing is None else standing.level
    return ANY_TIER


def spend_band(sales: int) -> int:
    """The lower end of the band that sales lie in: 0, 1, 2, 5, 10, 20 and so on with zeros, in minor units."""
    step = 1
    if sales < 1:
        return 0
    while sales >= 10 * step:
        step *= 10
    return step * max([leading for leading in (1, 2, 5) if leading * step <= sales])
