"""Stopping under load: everything in flight is answered or refused, and what was answered is there.

::

    32 clients ──▶ service       SIGTERM ──▶ answers what it has taken ──▶ exit code 0, within seconds
"""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fire import PROGRAM, Ask, Crowd
from http_fixtures import Running, enrol, purchase

from guerdon.store.database import connect


@pytest.fixture
def service(durable_database_url: str, tmp_path: Path) -> Iterator[Running]:
    with Running(durable_database_url, tmp_path / "service", PROGRAM) as running:
        yield running


def recorded(service: Running) -> set[str]:
    with connect(service.url) as connection:
        return {id for (id,) in connection.execute("select event_id from journal where kind = 'purchase'")}


def test_a_service_that_stops_under_load_answers_what_it_has_taken(service: Running) -> None:
    crowd = Crowd(service.headers(), clients=32)
    members = [Ask(f"{service.address}/v1/events", enrol(f"m{number}")) for number in range(20)]
    assert {reply.status for reply in crowd.at_once(members)} == {200}
    asks = [Ask(f"{service.address}/v1/purchases", purchase(f"p{n}", f"m{n % 20}", 100)) for n in range(2_000)]
    codes: list[int] = []

    def stop() -> None:
        while len(recorded(service)) < 200:
            time.sleep(0.01)
        codes.append(service.stop(15))

    stopping = threading.Thread(target=stop)
    stopping.start()
    replies = crowd.at_once(asks)
    stopping.join()

    answered = {str(ask.content["id"]) for ask, reply in zip(asks, replies, strict=True) if reply.status == 200}
    assert codes == [0]
    assert len(answered) >= 200
    assert recorded(service) == answered, "nothing that was recorded is left without an answer"
    assert {reply.status for reply in replies} <= {200, 503, 0}
    service.start()
    assert {reply.status for reply in crowd.until_answered(asks[:600])} == {200}
    assert service.is_proven()


@pytest.mark.parametrize("after", [0.0, 0.1, 0.4])
def test_a_service_that_is_stopped_while_it_starts_stops(service: Running, after: float) -> None:
    service.stop()
    said = len(service.said())
    starting = threading.Thread(target=service.launch)
    starting.start()
    while "Guerdon answers at" not in service.said()[said:]:
        time.sleep(0.005)
    time.sleep(after)

    service.process.send_signal(signal.SIGTERM)

    starting.join()
    assert service.process.wait(10) == 0


TOLD_BETWEEN = """
import os, signal, time
from granian.server import mp

made = mp.ASGIWorker

def told(*words):
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(1)  # the parent passes the word on
    return made(*words)

mp.ASGIWorker = told
"""


def test_a_worker_that_is_told_to_stop_between_its_start_and_its_first_request_stops(
    durable_database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(TOLD_BETWEEN)
    told = {"PYTHONPATH": str(tmp_path)}
    service = Running(durable_database_url, tmp_path / "service", PROGRAM, workers=1, environment=told)
    service.launch()
    try:
        assert service.process.wait(15) == 0
    finally:
        service.kill()


def test_a_stop_waits_for_no_client_that_is_slow(service: Running) -> None:
    async def hang() -> int:
        _, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(b"POST /v1/purchases HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.3)
        try:
            return await asyncio.to_thread(service.stop, 20)
        finally:
            writer.close()

    assert asyncio.run(hang()) == 0
