"""Killed in the middle, for real: whatever ends, and whenever, each event counts once and the books are right.

::

    ingest ──┬── killed ── ingest ──┬── killed ── ingest ──┬── killed ── ingest ─────────── done
             ▲                      ▲                      ▲                                 = an undisturbed run
         SIGKILL to every process of it, or the server crashes
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ledger_fixtures import FULL_LIMITED, Shop, history, in_batches, named, seed_of_this_run, write_ndjson

from guerdon.runtime.ingest import Progress, ingest
from guerdon.runtime.ndjson import NdjsonFile
from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.server import EmbeddedServer

INGEST = """
import sys
from pathlib import Path
from guerdon.runtime.ingest import ingest
from guerdon.runtime.ndjson import NdjsonFile
ingest(sys.argv[1], int(sys.argv[2]), NdjsonFile(Path(sys.argv[3]), batch=10), workers=2)
"""

# With limits that last, so that what one member gets does not depend on who came first.
PROGRAM = FULL_LIMITED.replace("total: 420 points", "total: 1_000_000 points").replace("stock: 12", "stock: 100_000")


class Load:
    """A file that is taken in by a process of its own, which is disturbed again and again."""

    def __init__(self, url: str, folder: Path, events: int) -> None:
        seed = seed_of_this_run()
        print(f"GUERDON_TEST_SEED={seed}")  # shown if the test fails
        self.chance = random.Random(seed)
        self.url = url
        self.events = history(seed, events=events, members=40)
        self.path = write_ndjson(folder / "events.ndjson", self.events)
        with Shop(url, named(PROGRAM, "disturbed")) as shop:
            self.program = shop.program
        with Shop(url, named(PROGRAM, "undisturbed")) as shop:
            for batch in in_batches(self.events, 400):
                shop.till.commit(batch)
            self.expected = shop.row_counts()["journal"]

    def disturb(self, interrupt: Callable[["subprocess.Popen[bytes]"], None]) -> int:
        """Start, and interrupt at a random moment; gives how many entries there were then."""
        words = [sys.executable, "-c", INGEST, self.url, str(self.program), str(self.path)]
        aim = self.recorded() + self.chance.randrange(1, self.expected // 4)
        with subprocess.Popen(words, start_new_session=True, stderr=subprocess.PIPE) as process:
            try:
                with connect(self.url, autocommit=True) as connection:
                    query = "select count(*) from event_ids where program = %s"
                    while process.poll() is None:
                        reached = connection.execute(query, [self.program]).fetchone()
                        if reached is not None and reached[0] >= aim:
                            break
                time.sleep(self.chance.random() * 0.02)
                interrupt(process)
            finally:
                kill_all_of(process)
        return self.recorded()

    def finish(self) -> Progress:
        return ingest(self.url, self.program, NdjsonFile(self.path, batch=100), workers=2)

    def recorded(self) -> int:
        with connect(self.url) as connection:
            row = connection.execute("select count(*) from event_ids where program = %s", [self.program]).fetchone()
        assert row is not None
        return int(row[0])

    def is_as_if_nothing_had_happened(self) -> bool:
        with (
            Shop(self.url, named(PROGRAM, "disturbed")) as shop,
            Shop(self.url, named(PROGRAM, "undisturbed")) as other,
        ):
            assert shop.is_proven()
            assert other.is_proven()
            books, expected = shop.books(), other.books()
            assert books.states == expected.states
            assert [without_facts(row) for row in books.journal] == [without_facts(row) for row in expected.journal]
            assert books.transfers == expected.transfers
            assert books.balances == expected.balances
            for limit in ("welcome", "stock:coffee"):
                assert shop.limit(limit) == other.limit(limit)
        return True


def without_facts(row: tuple[object, ...]) -> tuple[object, ...]:
    """A journal row without what was left of the limits, which depends on the order in which members came."""
    return (*row[:6], row[7])


def kill_all_of(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def test_a_bulk_load_that_is_killed_again_and_again_counts_each_event_once(
    durable_database_url: str, tmp_path: Path
) -> None:
    load = Load(durable_database_url, tmp_path, events=1500)
    seen = [load.disturb(kill_all_of) for _ in range(4)]
    print(f"killed at {seen} of {load.expected}")
    assert seen == sorted(seen)
    assert 0 < seen[0] < load.expected
    done = load.finish()
    assert done.events == len(load.events)
    assert load.recorded() == load.expected
    assert load.is_as_if_nothing_had_happened()


def crash(server: EmbeddedServer) -> None:
    server.stop("immediate")
    server.start()


def kill_postmaster(server: EmbeddedServer) -> None:
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(postmaster, signal.SIGKILL)
    server.stop()
    server.start()


def test_a_database_that_crashes_in_the_middle_loses_nothing_and_counts_nothing_twice(
    own_server: EmbeddedServer, tmp_path: Path
) -> None:
    own_server.ensure_database("shop")
    with connect(own_server.url("shop")) as connection:
        migrate(connection)
    load = Load(own_server.url("shop"), tmp_path, events=1000)
    seen = [load.disturb(lambda _, end=end: end(own_server)) for end in (crash, kill_postmaster)]  # type: ignore[misc]
    print(f"crashed at {seen} of {load.expected}")
    assert 0 < seen[0] < load.expected
    load.finish()
    assert load.recorded() == load.expected
    assert load.is_as_if_nothing_had_happened()
