"""Events taken in through the till: the real year, and the same baskets among ten thousand and a million members."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import msgspec

from guerdon.core.events import Enrol, Event, Purchase
from guerdon.demo import running
from guerdon.demo.journey import Journey
from guerdon.runtime.ingest import Batch, ingest
from guerdon.runtime.programs import publish
from guerdon.store.database import connect

WORKERS = 2
_START = datetime(2017, 1, 1, 5, tzinfo=UTC)


def year_per_second(url: str) -> float:
    """Baskets a second of the demo's whole year under its program, with the clock ticking each day."""
    program = running.prepare(url)
    began = time.perf_counter()
    done = ingest(url, program, running.source(), workers=WORKERS)
    return done.outcomes["purchase"] / (time.perf_counter() - began)


@dataclass(frozen=True)
class Joining:
    """So many members who enrol."""

    members: int

    def batches(self, shard: int, shards: int) -> Iterator[Batch]:
        """Two thousand at a time."""
        numbers = iter(range(shard, self.members, shards))
        while part := list(islice(numbers, 2_000)):
            yield Batch([Enrol(id=f"enrol-{number}", member=str(number), at=_START) for number in part])


@dataclass(frozen=True)
class Scattered:
    """Real baskets, each bought by a member drawn from all."""

    members: int
    baskets: int
    round: int

    def batches(self, shard: int, shards: int) -> Iterator[Batch]:
        """The same baskets in the same order whatever the number of members."""
        chance = random.Random(self.round)
        part: list[Event] = []
        for event in islice(self._purchases(), self.baskets):
            number = chance.randrange(self.members)
            if number % shards == shard:
                named = {"id": f"{event.id}-{self.round}", "member": str(number)}
                part.append(msgspec.structs.replace(event, **named))
            if len(part) == 2_000:
                yield Batch(part)
                part = []
        yield Batch(part)

    def _purchases(self) -> Iterator[Purchase]:
        for _, events in Journey.installed().events():
            yield from (event for event in events if isinstance(event, Purchase))


def populate(url: str, members: int) -> int:
    """Publish the demo's program and enrol members; gives the program's id."""
    with connect(url) as connection:
        program, _ = publish(connection, running.grocery_program())
    ingest(url, program, Joining(members), workers=WORKERS)
    with connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")
    return program


def scattered_per_second(url: str, program: int, members: int, turn: int, baskets: int = 40_000) -> float:
    """Baskets a second when each is bought by any of so many members."""
    began = time.perf_counter()
    done = ingest(url, program, Scattered(members, baskets, turn), workers=WORKERS)
    return done.outcomes["purchase"] / (time.perf_counter() - began)
