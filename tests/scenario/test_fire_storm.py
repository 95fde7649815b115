"""After an outage everybody comes back at once: the queue drains, in order, and never grows beyond what is allowed.

::

    100 clients, each with a day of purchases ──▶ 503 · 503 · 503 ── the database is back ──▶ all of it, in order
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fire import PROGRAM, SECONDS_TO_ANSWER, Ask, Crowd, is_clear, open_for_business, when
from http_fixtures import Running, enrol, purchase

from guerdon.core.events import Purchase, decode_event
from guerdon.store.database import connect
from guerdon.store.server import EmbeddedServer

EACH = 5


def test_a_retry_storm_after_an_outage_drains_in_order(own_server: EmbeddedServer, tmp_path: Path) -> None:
    with open_for_business(own_server, tmp_path) as service:
        address = f"{service.address}/v1"
        members = [f"c{number}" for number in range(100)]
        crowd = Crowd(service.headers(), clients=100)
        assert {r.status for r in crowd.at_once([Ask(f"{address}/events", enrol(m)) for m in members])} == {200}
        own_server.stop("immediate")

        def come_back() -> None:
            when(lambda: crowd.statuses()[503] >= 3 * len(members))
            own_server.start()

        back = threading.Thread(target=come_back)
        back.start()

        # Each client is a till: it sends its next purchase when the one before is answered.
        days = [[Ask(f"{address}/purchases", purchase(f"{m}-{n}", m, 100)) for n in range(EACH)] for m in members]
        replies = crowd.one_after_the_other(days)
        back.join()

        assert {reply.status for reply in replies} == {200}
        assert max(reply.seconds for reply in crowd.replies) < SECONDS_TO_ANSWER
        assert all(is_clear(reply) for reply in crowd.replies)
        assert in_order(service) == {member: [f"{member}-{number}" for number in range(EACH)] for member in members}
        assert service.is_proven()


def in_order(service: Running) -> dict[str, list[str]]:
    """The purchases of each client in the order of the journal."""
    found: dict[str, list[str]] = {}
    with connect(service.url) as connection:
        for (content,) in connection.execute(
            "select content from journal where kind = 'purchase' order by member, seq"
        ):
            event = decode_event(content)
            assert isinstance(event, Purchase)
            found.setdefault(event.member, []).append(event.id)
    return found


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
        time.sleep(3)
        refused = [reply for reply in list(crowd.replies) if reply.status == 503]
        assert len(refused) >= 150
    waiting.join()

    assert {reply.code for reply in refused} == {"overloaded"}
    assert all(float(reply.headers["retry-after"]) > 0 for reply in refused)
    assert worker.memory_info().rss - before < 50_000_000
    assert {reply.status for reply in crowd.until_answered(asks)} == {200}
    assert narrow.is_proven()


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
