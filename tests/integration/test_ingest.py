"""Bulk loads through several processes: nothing is lost, nothing is silent, and the clock runs ahead of nobody."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import psycopg
import pytest
from ledger_fixtures import FULL, SIMPLE, Shop, enrol, history, named, write_ndjson

from guerdon.core.calendar import date_of, day_of, instant_of, zone
from guerdon.runtime.ingest import Batch, IngestFailed, Progress, ingest
from guerdon.runtime.ndjson import NdjsonFile, numbered_events


@dataclass(frozen=True)
class Days:
    """A file whose days end with the clock, with events or without. The last worker is a slow one."""

    path: Path
    first: date
    last: date

    def batches(self, shard: int, shards: int) -> Iterator[Batch]:
        events = [event for _, event in numbered_events(self.path, shard, shards) if not isinstance(event, str)]
        by_day = {day: list(own) for day, own in groupby(events, key=lambda event: event.at.date())}
        for number in range(day_of(self.first), day_of(self.last) + 1):
            if shard and shard == shards - 1:
                time.sleep(0.002)
            yield Batch(by_day.get(date_of(number), []), clock=zone("UTC").start(number + 1))


@dataclass(frozen=True)
class Broken:
    """A source that ends in an error, or ends its process, after the first batch."""

    path: Path
    kills: bool = False

    def batches(self, shard: int, shards: int) -> Iterator[Batch]:
        yield from NdjsonFile(self.path).batches(shard, shards)
        if self.kills and shard:
            os.kill(os.getpid(), signal.SIGKILL)
        raise ValueError("the tape is torn")


def days(path: Path, seed: int) -> Days:
    """A history without late events, so that a day is over when it is over."""
    events = sorted(history(seed, events=150, members=6), key=lambda event: instant_of(event.at))
    return Days(write_ndjson(path, events), events[0].at.date(), events[-1].at.date())


@pytest.mark.parametrize("workers", [2, 3])
def test_a_worker_that_is_ahead_does_not_move_the_clock_of_the_others(
    database_url: str, tmp_path: Path, workers: int
) -> None:
    source = days(tmp_path / "days.ndjson", seed=5)
    with Shop(database_url, named(FULL, "alone")) as alone, Shop(database_url, named(FULL, "together")) as together:
        done = ingest(database_url, alone.program, source, workers=1)
        ingest(database_url, together.program, source, workers=workers)
        assert done.ticks > 10
        assert together.is_proven()
        assert together.books() == alone.books()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_line_that_is_no_event_is_counted_once(database_url: str, tmp_path: Path, workers: int) -> None:
    path = write_ndjson(tmp_path / "events.ndjson", [enrol(f"m{number}") for number in range(6)])
    wrong = [b'{"kind":"tick","id":"x","member":"m%d","at":"yesterday"}' % number for number in range(8)]
    wrong += [b"not json", b"\xff", b"[]", b'{"member":["m1"]}', b'{"x":' + b"[" * 100_000]
    with path.open("ab") as file:
        file.write(b"\n\n  \n" + b"\n".join(wrong))
    with Shop(database_url, SIMPLE) as shop:
        done = ingest(database_url, shop.program, NdjsonFile(path, batch=3), workers=workers)
        assert done.outcomes == {"enrol": 6, "event_malformed": len(wrong)}
        assert done.events == 6


def test_a_second_run_answers_what_is_known(database_url: str, tmp_path: Path) -> None:
    events = history(7, events=80)
    source = NdjsonFile(write_ndjson(tmp_path / "events.ndjson", events), batch=10)
    with Shop(database_url, FULL) as shop:
        first = ingest(database_url, shop.program, source, workers=2)
        books, rows = shop.books(), shop.row_counts()
        second = ingest(database_url, shop.program, source)
        assert first.events == second.events == len(events)
        assert second.outcomes["repeated"] == rows["journal"] + first.outcomes["repeated"]
        assert (shop.books(), shop.row_counts()) == (books, rows)


def test_progress_grows_to_the_whole(database_url: str, tmp_path: Path) -> None:
    source = NdjsonFile(write_ndjson(tmp_path / "events.ndjson", history(7, events=80)), batch=10)
    told: list[int] = []
    with Shop(database_url, FULL) as shop:

        def listen(so_far: Progress) -> None:
            told.append(so_far.events)

        done = ingest(database_url, shop.program, source, workers=2, progress=listen)
    assert told == sorted(told)
    assert told[-1] == done.events == sum(done.outcomes.values())


def test_a_worker_that_fails_ends_the_whole_with_its_reason(database_url: str, tmp_path: Path) -> None:
    path = write_ndjson(tmp_path / "events.ndjson", [enrol(f"m{number}") for number in range(6)])
    with Shop(database_url, SIMPLE) as shop:
        with pytest.raises(IngestFailed, match="ValueError: the tape is torn"):
            ingest(database_url, shop.program, Broken(path), workers=2)
        with pytest.raises(ValueError, match="the tape is torn"):
            ingest(database_url, shop.program, Broken(path))
        done = ingest(database_url, shop.program, NdjsonFile(path))
        assert done.outcomes["repeated"] == 6


def test_a_worker_that_is_killed_is_noticed(database_url: str, tmp_path: Path) -> None:
    path = write_ndjson(tmp_path / "events.ndjson", [enrol(f"m{number}") for number in range(6)])
    with Shop(database_url, SIMPLE) as shop, pytest.raises(IngestFailed, match=r"worker 1 was ended|tape is torn"):
        ingest(database_url, shop.program, Broken(path, kills=True), workers=2)


def test_without_a_database_it_fails_with_a_reason(database_url: str, tmp_path: Path) -> None:
    path = write_ndjson(tmp_path / "events.ndjson", [enrol("ana")])
    with Shop(database_url, SIMPLE) as shop:
        nowhere = psycopg.conninfo.make_conninfo(database_url, dbname="nowhere")
        with pytest.raises(IngestFailed, match=r'DatabaseUnreachable: .*database "nowhere" does not exist'):
            ingest(nowhere, shop.program, NdjsonFile(path), workers=2)
