"""More comes than the database takes: whoever finds no room is told so at once, and nobody is kept for ever.

::

    200 clients ──▶ room for 40 ──▶ a database that stands still
                ◀── 503 at once   ◀── 503 after a while
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fire import PROGRAM, SECONDS_TO_ANSWER, Ask, Crowd, Reply, when
from http_fixtures import Running, enrol, purchase

from guerdon.store.database import connect


@pytest.fixture
def narrow(durable_database_url: str, tmp_path: Path) -> Iterator[Running]:
    """A service in which few events may wait."""
    environment = {"GUERDON_MOST_WAITING": "40"}
    with Running(durable_database_url, tmp_path / "s", PROGRAM, workers=1, environment=environment) as running:
        yield running


def test_more_than_the_queue_holds_is_told_at_once_to_come_back(narrow: Running) -> None:
    crowd = Crowd(narrow.headers(), clients=200)
    assert crowd.at_once([Ask(f"{narrow.address}/v1/events", enrol("ann"))])[0].status == 200
    asks = [Ask(f"{narrow.address}/v1/purchases", purchase(f"p{number}", "ann", 100)) for number in range(200)]
    (worker,) = narrow.answering()
    before = worker.memory_info().rss
    with members_locked(narrow):
        waiting = threading.Thread(target=crowd.at_once, args=(asks,))
        waiting.start()
        # On a busy machine the crowd comes slowly: the first whom the till took may give up before the last are there.
        when(lambda: len(turned_away(crowd)) >= 100)
        refused = turned_away(crowd)
    waiting.join()

    assert {reply.code for reply in crowd.replies if reply.status == 503} <= {"overloaded", "database_unavailable"}
    assert all(float(reply.headers["retry-after"]) > 0 for reply in refused)
    assert worker.memory_info().rss - before < 50_000_000
    assert {reply.status for reply in crowd.until_answered(asks)} == {200}
    assert narrow.is_proven()


def turned_away(crowd: Crowd) -> list[Reply]:
    """Whoever found no room."""
    return [reply for reply in list(crowd.replies) if reply.status == 503 and reply.code == "overloaded"]


@contextmanager
def members_locked(service: Running) -> Iterator[None]:
    """Somebody holds what the till needs."""
    with connect(service.url) as connection:
        connection.execute("select from members for update")
        yield


def test_a_database_that_stands_still_keeps_nobody_waiting_for_ever(narrow: Running) -> None:
    crowd = Crowd(narrow.headers(), clients=20)
    assert crowd.at_once([Ask(f"{narrow.address}/v1/events", enrol("ann"))])[0].status == 200
    asks = [Ask(f"{narrow.address}/v1/purchases", purchase(f"p{number}", "ann", 100)) for number in range(20)]
    with members_locked(narrow):
        replies = crowd.at_once(asks)

    assert {(reply.status, reply.code) for reply in replies} == {(503, "database_unavailable")}
    assert max(reply.seconds for reply in replies) < SECONDS_TO_ANSWER
    assert {reply.status for reply in crowd.until_answered(asks)} == {200}
    assert narrow.is_proven()
