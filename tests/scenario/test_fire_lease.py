"""Two services on one database: the one whose works hold the lease is killed, and the other goes on with them.

::

    first   ── clock, relay ── SIGKILL
    second  ── stands by ─────────────── clock, relay ──▶ a lot matures, a gift arrives, within 3 seconds
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fire import PROGRAM, Ask, Crowd, when
from http_fixtures import Running, enrol, purchase

from guerdon.store.database import connect

SECONDS_TO_TAKE_OVER = 3.0
HOLDER = """
select pid from pg_locks where locktype = 'advisory' and classid = 470382903 and granted
    and database = (select oid from pg_database where datname = current_database())
"""


def lease_holder(url: str) -> int:
    """Which connection holds the lease; 0: none."""
    with connect(url) as connection:
        row = connection.execute(HOLDER).fetchone()
    return 0 if row is None else int(row[0])


@pytest.mark.parametrize("all_of_it", [True, False])
def test_the_works_of_a_killed_service_go_on_in_the_other(
    durable_database_url: str, tmp_path: Path, all_of_it: bool
) -> None:
    with (
        Running(durable_database_url, tmp_path / "first", PROGRAM, workers=1) as first,
        Running(durable_database_url, tmp_path / "second", workers=1) as second,
    ):
        before = lease_holder(first.url)
        assert before, "the first service was there first"
        crowd = Crowd(second.headers())
        for content in map(enrol, ("ann", "bo", "cy")):
            assert crowd.at_once([Ask(f"{second.address}/v1/events", content)])[0].status == 200
        assert crowd.at_once([Ask(f"{second.address}/v1/purchases", purchase("p", "ann", 10_000))])[0].status == 200

        for process in first.processes() if all_of_it else first.working():
            process.kill()
        began = time.monotonic()
        # Told so late that what it gives has matured by now; only the clock can find that out.
        visit = event("action", "visit", "bo", datetime.now(UTC) - timedelta(days=4), action="visit")
        gift = event("send", "gift", "ann", datetime.now(UTC), to="cy", unit="points", amount=20)
        replies = crowd.at_once([Ask(f"{second.address}/v1/events", content) for content in (visit, gift)])

        assert [reply.status for reply in replies] == [200, 200]
        when(lambda: kinds(second) >= {"receive", "tick"}, SECONDS_TO_TAKE_OVER + 2)
        assert time.monotonic() - began < SECONDS_TO_TAKE_OVER
        assert lease_holder(second.url) not in (0, before)
        assert second.is_proven()


def event(kind: str, id: str, member: str, at: datetime, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "id": id, "member": member, "at": at.isoformat(), **fields}


def kinds(service: Running) -> set[str]:
    with connect(service.url) as connection:
        return {kind for (kind,) in connection.execute("select kind from journal")}
