"""The Python clients against the real process tree while its workers are killed: one effect each, nothing missed."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from ledger_fixtures import SIMPLE

from guerdon.client import AsyncGuerdon, Guerdon, Line, Retries
from guerdon.core.events import Enrol
from guerdon.people.keys import make_key
from guerdon.runtime.programs import publish
from guerdon.runtime.secret_key import new_secret
from guerdon.runtime.verify import verify
from guerdon.store.database import connect

PURCHASES = 120
PATIENT = Retries(tries=100, seconds=60.0, longest_pause=0.3)


class Service:
    """A running service, and a key for it."""

    def __init__(self, process: "subprocess.Popen[bytes]", address: str, key: str, program: int) -> None:
        self.process, self.address, self.key, self.program = process, address, key, program

    def kill_worker(self) -> None:
        """Kill whoever answers requests, without a word. The parent starts another one.

        Twice within six seconds is once too often: then the parent gives up.
        """
        for child in psutil.Process(self.process.pid).children():
            if "guerdon.cli.main" in child.cmdline():
                child.kill()


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    with connect(database_url) as connection:
        program, _ = publish(connection, SIMPLE)
        key = make_key(connection, program=program, title="test", scopes=["manager"], requests_per_second=100_000).shown
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    environment = os.environ | {"GUERDON_DATABASE_URL": database_url, "GUERDON_SECRET_KEY": new_secret()}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "guerdon.cli.main", "up", "--port", port],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield Service(process, f"http://127.0.0.1:{port}", key, program)
    finally:
        tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for one in tree:
            one.kill()
        process.wait()


def test_every_purchase_counts_once_and_is_heard_of_once(service: Service, database_url: str) -> None:
    heard: list[str] = []
    everything = threading.Event()

    async def listen(after: int) -> None:
        async with AsyncGuerdon(service.address, service.key, retries=PATIENT) as guerdon:
            async for change in guerdon.changes.follow(after=after, types=["guerdon.purchase"]):
                heard.append(change["data"]["event"]["id"])
                if len(heard) == PURCHASES:
                    return

    def listened() -> None:
        asyncio.run(asyncio.wait_for(listen(0), 60))
        everything.set()

    with Guerdon(service.address, service.key, retries=PATIENT) as guerdon:
        guerdon.members.enrol("ann")
        listener = threading.Thread(target=listened)
        listener.start()
        answers = []
        for number in range(PURCHASES):
            if number == PURCHASES // 3:
                threading.Timer(0.02, service.kill_worker).start()
            answers.append(guerdon.purchases.send("ann", [Line("tea", 100)], id=f"p{number}"))
        listener.join(60)

        assert guerdon.wallets.read_one("ann", "points").available == PURCHASES
    assert [answer.seq for answer in answers] == list(range(2, PURCHASES + 2))
    assert everything.is_set()
    assert heard == [f"p{number}" for number in range(PURCHASES)]
    assert verify(database_url, service.program).is_clean


def test_each_event_of_a_bulk_is_answered_once_while_workers_are_killed(service: Service, database_url: str) -> None:
    at = datetime.now(UTC)
    events = [Enrol(id=f"e{number}", member=f"m{number}", at=at) for number in range(6_000)]
    with Guerdon(service.address, service.key, retries=PATIENT) as guerdon:
        guerdon.rewards.list()
        answers: list[Any] = []
        for answer in guerdon.events.bulk(events):
            answers.append(answer)
            if len(answers) == 1_000:
                service.kill_worker()

    assert [(answer.line, answer.id) for answer in answers] == [(n + 1, f"e{n}") for n in range(6_000)]
    assert all(answer.problem is None and answer.seq == 1 for answer in answers)
    with connect(database_url) as connection:
        ((count,),) = connection.execute("select count(*) from journal").fetchall()
    assert count == 6_000
