"""Simulations on Spark: the same fold, where a history is too large for one machine.

The rows of the lake's ``events`` are dealt out by member and sorted in each partition, and each partition is folded as
a shard is folded elsewhere: it comes to one ``Part``, and parts are merged here. Passes, figures and results are those
of a simulation on one machine, to the unit.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from guerdon.core.events import ENGINE_KINDS
from guerdon.insight.simulation.fold import Shared
from guerdon.insight.simulation.history import MemberHistory, Shard, Span
from guerdon.insight.simulation.lake import history_of_contents
from guerdon.insight.simulation.passes import Folder, Part, Plan
from guerdon.insight.simulation.result import Simulation
from guerdon.insight.simulation.simulating import Candidate, simulate
from guerdon.insight.simulation.workers import Run

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def simulate_on_spark(events: "DataFrame", draft: Candidate, *, parts: int = 4, **settings: Any) -> Simulation:
    """Try a draft on the events of a lake, as ``simulate`` does; ``settings`` are the same.

    ``events`` are the rows of the lake's table: ``member``, ``seq``, ``kind``, ``at`` and ``content`` of them are read.
    """
    history = SparkHistory(events)

    def hire(plan: Plan, told: Callable[[int], None]) -> AbstractContextManager[Run]:
        return nullcontext(lambda shared: _pass(history.events, parts, plan, shared, told))

    until = settings.get("until")
    if until is not None:
        raise ValueError("leave rows out of `events` instead: a part of a history is read where it lies")
    return simulate(draft, history, hire=hire, **settings)


class SparkHistory:
    """The rows of a lake's events, wherever Spark has them."""

    source = "lake"

    def __init__(self, events: "DataFrame") -> None:
        """Leave out what time and other members brought about."""
        from pyspark.sql import functions as f

        self.events = events.filter(~f.col("kind").isin("tick", *ENGINE_KINDS)).select("member", "seq", "at", "content")

    def span(self) -> Span | None:
        """From the first to the last event."""
        from pyspark.sql import functions as f

        (found,) = self.events.select(f.min(f.unix_timestamp("at")), f.max(f.unix_timestamp("at"))).collect()
        return None if found[0] is None else Span(found[0], found[1])

    def size(self) -> int | None:
        """Not worth a pass of its own."""
        return None

    def shards(self, workers: int) -> Sequence[Shard]:
        """None: it is folded where the rows lie."""
        return []


def _pass(events: "DataFrame", parts: int, plan: Plan, shared: Sequence[Shared], told: Callable[[int], None]) -> Part:
    """Fold every partition, and merge what they come to."""
    dealt = events.select("member", "seq", "content").repartition(parts, "member")
    folded = dealt.sortWithinPartitions("member", "seq").mapInArrow(_folding(plan, shared), "part binary")
    whole = Part(len(plan.trials))
    for row in folded.collect():
        part = pickle.loads(bytes(row["part"]))
        told(part.bought.members)
        whole.merge(part)
    return whole


def _folding(plan: Plan, shared: Sequence[Shared]) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What each partition does: fold its members, one in memory at a time, and tell what they come to."""

    def fold(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        part = Folder(plan).fold([_Rows(batches)], shared)
        yield pa.record_batch({"part": pa.array([pickle.dumps(part)], pa.binary())})

    return fold


class _Rows:
    """Rows that are sorted by member and entry, as a shard."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches = batches

    def members(self) -> Iterator[MemberHistory]:
        rows = (row for batch in self._batches for row in zip(batch["member"], batch["content"], strict=True))
        for _, own in groupby(rows, key=lambda row: row[0].as_py()):
            yield history_of_contents([content.as_py() for _, content in own])
