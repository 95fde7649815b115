"""What every test may ask for: a real PostgreSQL, and a fresh database in it.

One server serves the whole run. Every worker of pytest-xdist takes hold of the same folder; the first starts the server
and the last stops it, which is what `EmbeddedServer` does for any group of processes.
"""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from guerdon.store.database import connect
from guerdon.store.distribute import distribute
from guerdon.store.migrations import migrate
from guerdon.store.server import DURABLE_SETTINGS, EmbeddedServer

# A test database need not survive a power cut, and then it is many times faster.
THROWAWAY_SETTINGS = {
    **DURABLE_SETTINGS,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
FOLDER_VARIABLE = "GUERDON_TEST_FOLDER"
TEMPLATE = "guerdon_template"
CITUS_VARIABLE = "GUERDON_TEST_CITUS_URL"
"""The URL of an empty database on a Citus coordinator. Where it is set, tests that ask for one fresh database get that
one, emptied and distributed, one test at a time; give pytest `-n 0`."""


def pytest_configure(config: pytest.Config) -> None:
    """Make one folder for the run; the workers inherit its name through the environment."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="guerdon-tests-"))
        folder.chmod(0o711)  # under root the server's account has to walk through
        os.environ[FOLDER_VARIABLE] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER_VARIABLE), ignore_errors=True)


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder of this run, shared by all workers and removed at its end."""
    return Path(os.environ[FOLDER_VARIABLE])


@pytest.fixture(scope="session")
def server(run_folder: Path) -> Iterator[EmbeddedServer]:
    """The server of this run: fast, and not durable."""
    with EmbeddedServer(run_folder / "server", THROWAWAY_SETTINGS) as server:
        yield server


@pytest.fixture(scope="session")
def durable_server(run_folder: Path) -> Iterator[EmbeddedServer]:
    """A second server, with the settings of production, for the tests that need durability."""
    with EmbeddedServer(run_folder / "durable-server", DURABLE_SETTINGS) as server:
        yield server


@pytest.fixture(scope="session")
def template(run_folder: Path, server: EmbeddedServer) -> str:
    """The name of a database that holds Guerdon's schema and nothing else, made once a run."""
    return _ensure_template(run_folder / "template.lock", server)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database with Guerdon's schema, for this test alone."""
    if CITUS_VARIABLE in os.environ:
        yield emptied_cluster(os.environ[CITUS_VARIABLE])
    else:
        yield from _fresh_database(request.getfixturevalue("server"), request.getfixturevalue("template"))


def emptied_cluster(url: str) -> str:
    """Leave nothing in a database on a Citus coordinator but Guerdon's schema, distributed."""
    with connect(url) as connection:
        # The extension itself lies in pg_catalog and stays, and so do the workers that were added.
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
        connection.commit()
        migrate(connection)
        distribute(connection)
    return url


@pytest.fixture(scope="module")
def module_database_url(server: EmbeddedServer, template: str) -> Iterator[str]:
    """A fresh database with the schema, shared by all tests of a file: none looks at what another one changes."""
    yield from _fresh_database(server, template)


@pytest.fixture
def empty_database_url(server: EmbeddedServer) -> Iterator[str]:
    """A fresh database without Guerdon's schema, for this test alone."""
    yield from _fresh_database(server, "template0")


@pytest.fixture
def durable_database_url(run_folder: Path, durable_server: EmbeddedServer) -> Iterator[str]:
    """A fresh database with Guerdon's schema on the durable server, for this test alone."""
    yield from _fresh_database(durable_server, _ensure_template(run_folder / "durable-template.lock", durable_server))


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """A durable server that nobody else uses."""
    with (
        tempfile.TemporaryDirectory(prefix="guerdon-", ignore_cleanup_errors=True) as name,
        EmbeddedServer(Path(name) / "store", DURABLE_SETTINGS) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def shared_durable_url(run_folder: Path, durable_server: EmbeddedServer) -> Iterator[str]:
    """The same for all the tests of a module: what takes seconds to start on it is started once."""
    yield from _fresh_database(durable_server, _ensure_template(run_folder / "durable-template.lock", durable_server))


def _ensure_template(lock: Path, server: EmbeddedServer) -> str:
    with lock.open("a+") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        turn.seek(0)
        if not turn.read():
            server.ensure_database(TEMPLATE)
            _migrate(server.url(TEMPLATE))
            turn.write("done")
    return TEMPLATE


def _migrate(url: str) -> None:
    with connect(url) as connection:
        migrate(connection)


def _fresh_database(server: EmbeddedServer, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        # Copying the files is four times faster than PostgreSQL's default, which writes each page into its log.
        connection.execute(f"create database {name} template {template} strategy file_copy")
        yield server.url(name)
        connection.execute(f"drop database {name} with (force)")
