"""The embedded server as real processes meet it: joined, left, killed, and started again."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from guerdon.store.server import DURABLE_SETTINGS, EmbeddedServer, ServerDidNotStart

# A user of the server in a process of its own: says when it is ready, leaves when its input ends.
USER_PROGRAM = """
import sys
from pathlib import Path
from guerdon.store.server import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="guerdon-", ignore_cleanup_errors=True) as name:
        yield Path(name) / "store"


def start_user(folder: Path) -> "subprocess.Popen[str]":
    program = [sys.executable, "-c", USER_PROGRAM, str(folder)]
    user = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"
    return user


def leave(user: "subprocess.Popen[str]") -> None:
    user.communicate(timeout=10)
    assert user.returncode == 0


def kill(user: "subprocess.Popen[str]") -> None:
    user.kill()
    user.communicate(timeout=10)


def answer(server: EmbeddedServer, query: str = "select 1") -> object:
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def postmaster(server: EmbeddedServer) -> int:
    return int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def lives(process: int) -> bool:
    """Whether the process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_fresh_folder_gives_a_durable_server_on_a_socket_only(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert answer(server, f"show {name}") == "on"
        assert answer(server, "show listen_addresses") == ""
        assert answer(server, "show timezone") == "UTC"
        assert answer(server, "select datcollate || datlocprovider::text from pg_database limit 1") == "Cb"


def test_every_setting_reaches_the_server(folder: Path) -> None:
    with EmbeddedServer(folder) as server, psycopg.connect(server.url("postgres")) as connection:
        query = "select name, source from pg_settings where lower(name) = any(%s)"
        sources: dict[str, str] = dict(connection.execute(query, [list(DURABLE_SETTINGS)]).fetchall())
    assert set(sources.values()) == {"command line"}
    assert len(sources) == len(DURABLE_SETTINGS)


def test_the_data_outlives_the_server(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        server.ensure_database("shop")
        with psycopg.connect(server.url("shop")) as connection:
            connection.execute("create table receipt as select 42 as total")
    with EmbeddedServer(folder) as server, psycopg.connect(server.url("shop")) as connection:
        assert connection.execute("select total from receipt").fetchone() == (42,)


def test_a_database_is_made_once_whatever_its_name(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        for _ in range(2):
            server.ensure_database('a "strange"/name?')
        with psycopg.connect(server.url('a "strange"/name?')) as connection:
            assert connection.execute("select current_database()").fetchone() == ('a "strange"/name?',)


def test_nobody_else_can_enter_the_data_or_the_socket(folder: Path) -> None:
    with EmbeddedServer(folder):
        for name in ("data", "run"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.stat().st_mode) & 0o066 == 0


def test_the_server_stays_until_the_last_user_has_left(folder: Path) -> None:
    with EmbeddedServer(folder) as first:
        process = postmaster(first)
        with EmbeddedServer(folder) as second:
            assert postmaster(second) == process
            user = start_user(folder)
        assert answer(first) == 1
    assert lives(process)
    leave(user)
    assert not lives(process)


def test_start_and_stop_may_be_called_twice(folder: Path) -> None:
    server = EmbeddedServer(folder)
    server.stop()
    server.start()
    server.start()
    assert answer(server) == 1
    server.stop()
    server.stop()
    assert not (folder / "data" / "postmaster.pid").exists()


def test_many_users_may_come_at_once(folder: Path) -> None:
    program = [sys.executable, "-c", USER_PROGRAM, str(folder)]
    users = [subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) for _ in range(5)]
    for user in users:
        assert user.communicate(timeout=20)[0] == b"ready\n"
        assert user.returncode == 0
    assert not (folder / "data" / "postmaster.pid").exists()


def test_a_killed_user_neither_stops_the_server_nor_keeps_it(folder: Path) -> None:
    killed, other = start_user(folder), start_user(folder)
    server = EmbeddedServer(folder)
    process = postmaster(server)
    kill(killed)
    server.start()
    assert postmaster(server) == process
    server.stop()
    assert lives(process)
    leave(other)
    assert not lives(process)


def test_when_the_last_user_is_killed_the_server_stops_by_itself(folder: Path) -> None:
    user = start_user(folder)
    process = postmaster(EmbeddedServer(folder))
    kill(user)
    wait_until(lambda: not lives(process))
    with EmbeddedServer(folder) as server:
        assert answer(server) == 1


def test_a_new_user_may_come_while_the_server_stops_by_itself(folder: Path) -> None:
    for _ in range(3):
        user = start_user(folder)
        kill(user)
        with EmbeddedServer(folder) as server:
            assert answer(server) == 1


def test_a_killed_server_is_started_again(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        with psycopg.connect(server.url("postgres")) as connection:
            connection.execute("create table receipt as select 42 as total")
        os.kill(postmaster(server), signal.SIGKILL)
        with EmbeddedServer(folder) as next_one:
            assert answer(next_one, "select total from receipt") == 42


def test_a_server_that_lost_its_guard_is_stopped_by_its_last_user(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        process = postmaster(server)
        guard = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(guard, signal.SIGKILL)
        wait_until(lambda: not lives(guard))
        assert answer(server) == 1
    assert not lives(process)


def test_an_immediate_stop_loses_nothing_that_was_committed(folder: Path) -> None:
    server = EmbeddedServer(folder)
    server.start()
    with psycopg.connect(server.url("postgres")) as connection:
        connection.execute("create table receipt as select total from generate_series(1, 10000) total")
    server.stop("immediate")
    with EmbeddedServer(folder) as server:
        assert answer(server, "select count(*) from receipt") == 10000
    assert "automatic recovery in progress" in (folder / "postgres.log").read_text()


@pytest.mark.parametrize("stale", ["data/postmaster.pid", "run/.s.PGSQL.5432.lock"])
def test_a_stale_file_that_names_a_living_process_does_not_block(folder: Path, stale: str) -> None:
    with EmbeddedServer(folder) as server:
        noted = (folder / stale).read_text().splitlines()
    # After a restart of the machine that number may belong to anyone: here, to a process of the same account.
    with sleeping_process_of_the_owner_of(folder / "data") as other:
        (folder / stale).write_text("\n".join([str(other.pid), *noted[1:], ""]))
        with EmbeddedServer(folder) as server:
            assert answer(server) == 1
        assert other.poll() is None


@contextmanager
def sleeping_process_of_the_owner_of(path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    facts = path.stat()
    root = os.geteuid() == 0
    with subprocess.Popen(
        ["sleep", "60"],
        user=facts.st_uid if root else None,
        group=facts.st_gid if root else None,
        extra_groups=[] if root else None,
    ) as sleeper:
        try:
            yield sleeper
        finally:
            sleeper.kill()


def test_a_half_made_data_folder_is_made_anew(folder: Path) -> None:
    (folder / "data.unfinished" / "base").mkdir(parents=True)
    with EmbeddedServer(folder) as server:
        assert answer(server) == 1
    assert not (folder / "data.unfinished").exists()


@pytest.mark.parametrize("name", ["deep/" * 40 + "store", "a, comma", "spaces and ünïcode"])
def test_any_path_will_do(folder: Path, name: str) -> None:
    with EmbeddedServer(folder / name) as server:
        assert answer(server) == 1
        assert answer(EmbeddedServer(folder / name)) == 1
    # Nothing is left outside the folder.
    assert server._socket_folder().parent == server.folder or not server._socket_folder().exists()


def test_a_socket_folder_that_somebody_else_prepared_is_refused(folder: Path) -> None:
    server = EmbeddedServer(folder / ("deep/" * 40))
    prepared = server._socket_folder()
    prepared.mkdir(mode=0o755)
    try:
        with pytest.raises(ServerDidNotStart, match="is not a folder of this server alone"):
            server.start()
    finally:
        prepared.rmdir()


def test_the_environment_of_the_caller_does_not_steer_the_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "6000", "PGDATA": "/nowhere", "LC_ALL": "xx_YY", "LANG": "xx_YY"}.items():
        monkeypatch.setenv(name, value)
    with EmbeddedServer(folder) as server:
        assert answer(server) == 1


def test_a_forked_child_cannot_stop_its_parents_server(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        child = os.fork()
        if child == 0:
            server.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert answer(server) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs under another account")
def test_under_root_the_server_is_let_through_closed_folders_and_nobody_else_is(folder: Path) -> None:
    folder.parent.chmod(0o700)
    for _ in range(2):
        with EmbeddedServer(folder) as server:
            assert answer(server) == 1
    facts = folder.parent.stat()
    assert facts.st_mode & stat.S_IRWXO == 0
    assert os.stat(folder / "data").st_uid != 0


def test_a_folder_that_cannot_be_made_is_told_with_a_remedy(folder: Path) -> None:
    folder.parent.joinpath("file").touch()
    with pytest.raises(ServerDidNotStart, match="a part of this path is a file"):
        EmbeddedServer(folder.parent / "file" / "store").start()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_told_with_a_remedy(folder: Path) -> None:
    folder.parent.chmod(0o500)
    with pytest.raises(ServerDidNotStart, match="Choose a folder that this user may write to"):
        EmbeddedServer(folder).start()
    folder.parent.chmod(0o700)


def test_data_of_another_major_version_is_told_with_a_remedy(folder: Path) -> None:
    with EmbeddedServer(folder):
        pass
    (folder / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServerDidNotStart, match="another major version of PostgreSQL") as caught:
        EmbeddedServer(folder).start()
    assert "initialized by PostgreSQL version 16" in str(caught.value)


def test_a_server_that_ends_at_once_shows_its_last_words_and_may_be_tried_again(folder: Path) -> None:
    broken = EmbeddedServer(folder, {**DURABLE_SETTINGS, "shared_buffers": "plenty"})
    with pytest.raises(ServerDidNotStart, match='invalid value for parameter "shared_buffers": "plenty"'):
        broken.start()
    with EmbeddedServer(folder) as server:
        assert answer(server) == 1


def test_the_log_is_kept_small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guerdon.store.server.LARGEST_LOG", 10)
    for _ in range(2):
        with EmbeddedServer(folder):
            pass
    assert (folder / "postgres.log.1").exists()


def test_the_programs_of_postgresql_are_at_hand(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        words = [str(server.binary("psql")), server.url("postgres"), "-Atc", "select 6 * 7"]
        assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "42\n"
        assert server.binary("pgbench").exists()
