"""After an outage everybody comes back at once: the queue drains, in order, and never grows beyond what is allowed.

::

    64 clients, each with a day of purchases ──▶ 503 · 503 · 503 ── the database is back ──▶ all of it, in order
"""

import threading
from pathlib import Path

from fire import SECONDS_TO_ANSWER, Ask, Crowd, is_clear, open_for_business, when
from http_fixtures import Running, enrol, purchase

from guerdon.core.events import Purchase, decode_event
from guerdon.store.database import connect
from guerdon.store.server import EmbeddedServer

EACH = 5


def test_a_retry_storm_after_an_outage_drains_in_order(own_server: EmbeddedServer, tmp_path: Path) -> None:
    with open_for_business(own_server, tmp_path) as service:
        address = f"{service.address}/v1"
        members = [f"c{number}" for number in range(64)]
        crowd = Crowd(service.headers(), clients=64)
        assert {r.status for r in crowd.at_once([Ask(f"{address}/events", enrol(m)) for m in members])} == {200}
        own_server.stop("immediate")

        def come_back() -> None:
            when(lambda: crowd.statuses()[503] >= 2 * len(members))
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
