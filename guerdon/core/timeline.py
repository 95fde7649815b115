"""A timeline is a program's versions by the date they take effect.

Whatever happened on a date is decided under the version in force on that date. A version never changes what lies before
its ``effective_from``: the store refuses to publish one that would.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from guerdon.core.calendar import LAST_INSTANT, Instant, instant_of
from guerdon.core.events import NEVER_LATE, Donate, Event, Hold, Play, Win, rewards_of
from guerdon.core.program import Program
from guerdon.core.state import MemberState
from guerdon.core.version import Version


class Timeline:
    """A program's versions by the date they take effect."""

    def __init__(self, versions: Sequence[Version]) -> None:
        """Take all versions of one program. Of two with the same date the later published one counts."""
        in_force = {version.starts_at: version for version in sorted(versions, key=lambda version: version.number)}
        self.starts = sorted(in_force)
        self.versions = [in_force[start] for start in self.starts]
        for before, after in pairwise(self.versions):
            after.succeed(before)
        self.fills_meters = any(version.filled for version in self.versions[1:])
        """Whether any version fills meters from journals as it takes over."""

    def at(self, instant: Instant) -> Version | None:
        """The version in force at an instant; None before the first."""
        place = bisect_right(self.starts, instant)
        return self.versions[place - 1] if place else None

    def limits_for(self, events: Sequence[Event]) -> dict[str, int]:
        """The shared limits that decisions of these events may look at, and perhaps a few more, with what they allow.

        Where several versions are concerned it is the most that any of them allows.
        """
        if not any(version.limits for version in self.versions):
            return {}
        moments = [event.at for event in events]
        first, last = instant_of(min(moments)), instant_of(max(moments))
        if any(type(event) in NEVER_LATE for event in events):
            last = LAST_INSTANT  # such an event is decided as late as the member's record stands
        taken = [(reward, instant_of(event.at)) for event in events for reward in rewards_of(event)]
        codes = {event.code for event in events if isinstance(event, Hold)}
        causes = any(isinstance(event, Donate) for event in events)
        games = {event.game for event in events if isinstance(event, (Play, Win))}
        allowed: dict[str, int] = {}
        for version in self.versions:
            if version.starts_at <= last:
                for limit in version.limits_between(first, last, taken, games, codes, causes=causes):
                    name = version.first_name(limit)
                    allowed[name] = max(version.allowed(limit), allowed.get(name, 0))
        return allowed

    def seeds_for(self, events: Sequence[Event]) -> set[str]:
        """The commitments to the seeds that decisions of these events may look at."""
        games = {event.game for event in events if isinstance(event, Play)}
        return {version.seeds[game] for version in self.versions for game in games if game in version.seeds}

    def needs_history(self, state: MemberState, at: Instant) -> bool:
        """Whether an event at that instant finds a version taking over that fills meters from the member's journal."""
        if state.enrolled_at is None:
            return False
        return any(version.filled and state.as_of < version.starts_at <= at for version in self.versions[1:])

    def next_start(self, instant: Instant) -> Instant | None:
        """When the next version after the one in force at an instant takes over; None: none is planned."""
        place = bisect_right(self.starts, instant)
        return self.starts[place] if place < len(self.starts) else None

    def wakes_at(self, state: MemberState) -> Instant | None:
        """When the clock has to look at a member: when something falls due, or when another version takes over."""
        moments = [moment for moment in (state.next_due_at, self.next_start(state.as_of)) if moment is not None]
        return min(moments, default=None)


def single(program: Program) -> Timeline:
    """A timeline of one version, for trying a program out."""
    return Timeline([Version(program)])
