"""The database crashes, cuts every connection, fills its disk: what was answered is there, and nothing counts twice.

::

    32 clients ──▶ service ──▶ PostgreSQL      crash · cut · full
               ◀── 200 · 503 and when to come back       never 500, never silence
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fire import (
    MEMBERS,
    PROGRAM,
    SECONDS_TO_ANSWER,
    Ask,
    Crowd,
    cut_every_connection,
    is_clear,
    open_for_business,
    when,
)
from http_fixtures import Running, enrol, purchase

from guerdon.store.database import connect
from guerdon.store.server import DURABLE_SETTINGS, EmbeddedServer

SMALL_LOG = {"min_wal_size": "32MB", "max_wal_size": "32MB", "shared_buffers": "16MB", "autovacuum": "off"}


def purchases(service: Running, name: str, count: int) -> list[Ask]:
    where = f"{service.address}/v1/purchases"
    return [Ask(where, purchase(f"{name}-{number}", f"m{number % MEMBERS}", 100)) for number in range(count)]


def recorded(url: str) -> int:
    with connect(url) as connection:
        row = connection.execute("select count(*) from journal where kind = 'purchase'").fetchone()
    assert row is not None
    return int(row[0])


def all_is_well(service: Running, crowd: Crowd, expected: int) -> bool:
    """Everybody was told what happened, in time; every purchase counts once; and the service is up again."""
    unclear = [reply for reply in crowd.replies if not is_clear(reply)]
    assert not unclear, unclear[:3]
    assert max(reply.seconds for reply in crowd.replies) < SECONDS_TO_ANSWER
    service.waits_until_ready(10)
    assert recorded(service.url) == expected
    assert service.is_proven()
    return True


def test_a_database_that_crashes_and_cuts_connections_loses_nothing(own_server: EmbeddedServer, tmp_path: Path) -> None:
    with open_for_business(own_server, tmp_path) as service:
        crowd = Crowd(service.headers(), clients=32)

        def disturb() -> None:
            when(lambda: recorded(service.url) > 50)
            own_server.stop("immediate")
            time.sleep(1.5)
            own_server.start()
            when(lambda: recorded(service.url) > 300)
            cut_every_connection(service.url)

        disturbing = threading.Thread(target=disturb)
        disturbing.start()
        replies = crowd.until_answered(purchases(service, "p", 600))
        disturbing.join()

        assert {reply.status for reply in replies} == {200}
        assert crowd.statuses()[503] > 0
        assert all_is_well(service, crowd, 600)
        assert a_gift_arrives(service)


def a_gift_arrives(service: Running) -> bool:
    """Whether the works still do their part: what one member sends reaches the other."""
    crowd = Crowd(service.headers())
    gift = {"kind": "send", "id": "gift", "member": "m0", "at": "2026-02-01T10:00:00Z", "to": "m1", "unit": "points",
            "amount": 5}  # fmt: skip
    assert crowd.until_answered([Ask(f"{service.address}/v1/events", gift)])[0].status == 200

    def has_arrived() -> bool:
        with connect(service.url) as connection:
            return connection.execute("select from journal where kind = 'receive'").fetchone() is not None

    when(has_arrived, 10)
    return True


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk that is soon full."""
    folder = Path(tempfile.mkdtemp(prefix="guerdon-disk-"))
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200m,mode=711", "none", folder], capture_output=True, check=False
    )
    if made.returncode != 0:
        folder.rmdir()
        pytest.skip("only root can mount a small disk, and this system lets nobody")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def test_a_full_disk_refuses_for_a_while_and_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    with (
        EmbeddedServer(small_disk / "store", {**DURABLE_SETTINGS, **SMALL_LOG}) as server,
        open_for_business(server, tmp_path) as service,
    ):
        crowd = Crowd(service.headers(), clients=32)
        ballast = small_disk / "ballast"

        def disturb() -> None:
            when(lambda: recorded(service.url) > 50)
            fill(small_disk, ballast)
            when(lambda: crowd.statuses()[503] > 20)
            time.sleep(1)
            ballast.unlink()
            # A PostgreSQL that could not even write its log has ended; whoever runs it starts it again.
            server.stop()
            server.start()

        disturbing = threading.Thread(target=disturb)
        disturbing.start()
        replies = crowd.until_answered(purchases(service, "p", 3000), patience=60)
        disturbing.join()

        assert {reply.status for reply in replies} == {200}
        assert all_is_well(service, crowd, 3000)


def fill(disk: Path, ballast: Path) -> None:
    """Write until not a byte fits any more."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while shutil.disk_usage(disk).free:
                file.write(bytes(65_536))
        except OSError:
            return


def test_an_embedded_server_that_is_killed_is_started_again(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="guerdon-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        server = EmbeddedServer(Path(name) / "home")
        with Running(server.url(), tmp_path / "service", PROGRAM, workers=1, home=server.folder) as service:
            crowd = Crowd(service.headers(), clients=8)
            joined = crowd.at_once([Ask(f"{service.address}/v1/events", enrol(f"m{n}")) for n in range(MEMBERS)])
            assert {reply.status for reply in joined} == {200}
            killing = threading.Timer(0.2, kill_the_server, [server])
            killing.start()

            replies = crowd.until_answered(purchases(service, "p", 400))
            killing.join()

            assert {reply.status for reply in replies} == {200}
            assert "was started again" in service.said()
            assert all_is_well(service, crowd, 400)
            assert service.stop() == 0


def kill_the_server(server: EmbeddedServer) -> None:
    """As the system does when memory runs out."""
    os.kill(int((server.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
