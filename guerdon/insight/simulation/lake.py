"""The events of a lake as a history: Parquet files whose rows are read by ranges of members.

A member's rows may lie in several files, one for each export. What a decision was told besides (rates of other
currencies, codes of batches) is not in a lake: what needs it is refused in a simulation, and counted. A database has
it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from guerdon.core.events import ENGINE_KINDS, Event, decode_event
from guerdon.insight.simulation.history import MemberHistory, Shard, Span, is_from_outside
from guerdon.insight.simulation.simulating import Candidate

if TYPE_CHECKING:
    from guerdon.insight.lake.opening import Lake

_ROWS_A_SHARD = 20_000
_FROM_OUTSIDE = ~pc.field("kind").isin(sorted({"tick", *ENGINE_KINDS}))


@dataclass(frozen=True)
class LakeHistory:
    """The files of a lake's table ``events``."""

    files: tuple[str, ...]
    source: str = "lake"

    def span(self) -> Span | None:
        """From the first to the last event, ticks aside."""
        moments = _rows(self.files).to_table(columns=["at"], filter=_FROM_OUTSIDE)["at"]
        found = pc.min_max(moments.cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())).as_py()
        return None if found["min"] is None else Span(found["min"], found["max"])

    def size(self) -> int | None:
        """How many members the rows are of."""
        return len(pc.unique(_rows(self.files).to_table(columns=["member"])["member"]))

    def shards(self, workers: int) -> Sequence[Shard]:
        """Ranges of member ids, about equally many rows each where ids have no large gaps."""
        rows = _rows(self.files)
        if not rows.count_rows():
            return []
        ends = pc.min_max(rows.to_table(columns=["member"])["member"]).as_py()
        parts = max(workers, -(-rows.count_rows() // _ROWS_A_SHARD))
        width = -(-(ends["max"] - ends["min"] + 1) // parts)
        return [LakeShard(self.files, first, first + width - 1) for first in range(ends["min"], ends["max"] + 1, width)]


@dataclass(frozen=True)
class LakeShard:
    """The rows of members with ids in a range, both ends included."""

    files: tuple[str, ...]
    first: int
    last: int

    def members(self) -> Iterator[MemberHistory]:
        """One member after the other."""
        mine = (pc.field("member") >= self.first) & (pc.field("member") <= self.last)
        rows = _rows(self.files).to_table(columns=["member", "seq", "content"], filter=mine & _FROM_OUTSIDE)
        ordered = rows.sort_by([("member", "ascending"), ("seq", "ascending")])
        contents = (content for batch in ordered.to_batches() for content in batch["content"])
        numbers = ordered["member"].to_pylist()
        for _, own in groupby(zip(numbers, contents, strict=True), key=lambda row: row[0]):
            yield history_of_contents([content.as_py() for _, content in own])


def replay_of(lake: "Lake") -> tuple[LakeHistory, Candidate]:
    """What a lake has to replay, and the program that was in force."""
    versions = sorted(lake.timeline.versions, key=lambda version: version.number)
    programs = tuple([version.program for version in versions])
    return LakeHistory(tuple(lake.files("events"))), Candidate("published", programs)


def _rows(files: Sequence[str]) -> ds.Dataset:
    return ds.dataset(list(files), format="parquet")


def history_of_contents(contents: Iterable[str]) -> MemberHistory:
    """One member's history, from the events' JSON in the order of its journal."""
    events: list[Event] = [event for content in contents if is_from_outside(event := decode_event(content))]
    return MemberHistory(events[0].member if events else "", events)
