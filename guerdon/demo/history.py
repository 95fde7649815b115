"""The grocery's year as a history for simulations: read member by member, by as many processes as there are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from guerdon.core.calendar import instant_of
from guerdon.demo.journey import FIRST_MOMENT, YEAR, Journey
from guerdon.insight.simulation.history import MemberHistory, Shard, Span

_LAST = instant_of(FIRST_MOMENT + timedelta(days=365)) - 1


@dataclass(frozen=True)
class DemoHistory:
    """The grocery's year, or the same so many times over."""

    journey: Journey
    years: int = 1
    source: str = "demo"

    def span(self) -> Span | None:
        """The calendar year, and what comes after it."""
        return Span(instant_of(FIRST_MOMENT), _LAST + int(YEAR.total_seconds()) * (self.years - 1))

    def size(self) -> int | None:
        """How many households there are."""
        return len(self.journey.households())

    def shards(self, workers: int) -> Sequence[Shard]:
        """One a process, which keeps its rows."""
        return [DemoShard(self.journey, number, workers, self.years) for number in range(workers)]


@dataclass(frozen=True)
class DemoShard:
    """The households whose numbers leave a remainder."""

    journey: Journey
    number: int
    of: int
    years: int

    def members(self) -> Iterator[MemberHistory]:
        """One household after the other."""
        for member, events in self.journey.members(self.number, self.of, self.years):
            yield MemberHistory(member, events)
