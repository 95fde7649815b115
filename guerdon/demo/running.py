"""The demo: a real year of a grocery through the till, and what came of it."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, NamedTuple

from guerdon.core.calendar import Instant, day_of
from guerdon.core.calendar import zone as zone_of
from guerdon.core.events import Event
from guerdon.demo.journey import Journey
from guerdon.runtime.ingest import Batch, Progress, ingest
from guerdon.runtime.processes import warm_up
from guerdon.runtime.programs import publish
from guerdon.runtime.summary import Summary, summarise
from guerdon.runtime.verify import Report, verify
from guerdon.store.database import Connection, connect
from guerdon.store.migrations import migrate
from guerdon.store.programs import program_names, sources
from guerdon.store.queries import statement

PROGRAM = "grocery"
_OWN_IDS = r"^((enrol|basket|coupon)-[0-9]+(-[-0-9y]+)?|tick/.*)$"
"""What the ids of the demo's events look like."""
_EVENTS_TOGETHER = 4_000


class NotTheDemosDatabase(Exception):
    """The database holds something other than the demo; the demo would have to remove it."""


@dataclass(frozen=True)
class JourneySource:
    """The grocery's year as a source, with the clock ticking at the end of each day."""

    journey: Journey
    timezone: str
    years: int = 1

    def batches(self, shard: int, shards: int) -> Iterator[Batch]:
        """Whole days of one shard, as many as make a good batch; after each the clock ticks to the end of its last day.

        That the clock comes late for the days before changes nothing: each event settles first what fell due before it.
        """
        together: list[Event] = []
        for day, events in self.journey.events(shard, shards, self.years):
            together += events
            if len(together) >= _EVENTS_TOGETHER:
                yield Batch(together, _end_of(day, self.timezone))
                together = []
        if together:
            yield Batch(together, _end_of(day, self.timezone))


def _end_of(day: date, timezone: str) -> Instant:
    return zone_of(timezone).start(day_of(day) + 1)


class Ran(NamedTuple):
    """What a run of the demo gives."""

    program: int
    progress: Progress
    seconds: float
    """For the events alone: without setting up and without verifying."""
    summary: Summary
    report: Report


def grocery_program() -> str:
    """The text of the demo's program file."""
    return resources.files("guerdon.demo").joinpath("grocery.yaml").read_text("utf-8")


def prepare(url: str) -> int:
    """Have an empty database with the demo's program published; gives the program's id.

    What an earlier run of the demo left is removed. Raises NotTheDemosDatabase where there is anything else.
    """
    # Reading the year takes packages that take long to load; pyarrow loads pandas at its first use.
    warm_up(["guerdon.demo.journey", "pandas"])
    with connect(url) as connection:
        migrate(connection)
        _remove_earlier_run(connection)
        program, _ = publish(connection, grocery_program(), "grocery.yaml")
    return program


def _remove_earlier_run(connection: Connection) -> None:
    names = program_names(connection)
    found = _not_the_demos(connection, names)
    if found:
        raise NotTheDemosDatabase(
            f"The database holds {found}, and the demo starts from an empty one. "
            "Give it another folder: guerdon demo --home FOLDER"
        )
    if names:
        for part in statement("wipe").split(";"):
            connection.execute(part)
    connection.commit()


def _not_the_demos(connection: Connection, names: Mapping[str, int]) -> str:
    """What the database holds that no run of this demo has left there, in words; empty: nothing."""
    others = sorted(names.keys() - {PROGRAM})
    if others:
        return f"other programs ({', '.join(others)})"
    if names and [text for _, text in sources(connection, names[PROGRAM])] != [grocery_program()]:
        return f"a program {PROGRAM} that is not this demo's"
    foreign = connection.execute(statement("event_unlike"), {"pattern": _OWN_IDS}).fetchone()
    return f"the event {foreign[0]}, which is not this demo's" if foreign is not None else ""


def source(years: int = 1) -> JourneySource:
    """The demo's events, as a source for ingestion."""
    return JourneySource(Journey.installed(), "America/New_York", years)


def run(
    url: str,
    *,
    workers: int,
    years: int = 1,
    ingesting: Callable[[Progress], None] = lambda _: None,
    verifying: Callable[[int, int], None] = lambda done, of: None,
) -> Ran:
    """Prepare, take the year in, sum up and verify."""
    program = prepare(url)
    began = time.perf_counter()
    progress = ingest(url, program, source(years), workers=workers, progress=ingesting)
    seconds = time.perf_counter() - began
    with connect(url) as connection:
        summary = summarise(connection, program)
    report = verify(url, program, workers=workers, progress=verifying)
    return Ran(program, progress, seconds, summary, report)


def as_json(ran: Ran) -> dict[str, Any]:
    """The run as one flat object, for machines."""
    summary, progress = ran.summary, ran.progress
    points = summary.units["points"]
    vouchers = summary.units["vouchers"]
    budget = next(limit for limit in summary.limits if not limit.name.startswith("stock:"))
    baskets = progress.outcomes["purchase"]
    return {
        "members": summary.members,
        "baskets": baskets,
        "lines": progress.lines,
        "points_issued": points.issued,
        "points_reversed": points.reversed,
        "points_redeemed": points.redeemed,
        "points_expired": points.expired,
        "points_outstanding": points.outstanding,
        "liability_minor": summary.liability,
        "vouchers_issued": vouchers.grants,
        "vouchers_used": vouchers.uses,
        "tiers": summary.tiers,
        "budget": {"cap": budget.allowed, "used": budget.used},
        "seconds": round(ran.seconds, 3),
        "baskets_per_second": round(baskets / ran.seconds, 1),
        "verify": {
            "members": ran.report.members,
            "differences": ran.report.differences,
            "unbalanced_units": ran.report.unbalanced_units,
        },
    }
