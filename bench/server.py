"""The server that benchmarks run on, and ``pgbench`` as the measure of what it can do."""

import re
import subprocess

import psycopg

from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.server import EmbeddedServer

PGBENCH = "pgbench_measure"
_SCALE = "20"
_SECONDS = "15"


def fresh_database(server: EmbeddedServer, name: str) -> str:
    """The URL of a new database with Guerdon's schema."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
    with connect(server.url(name)) as connection:
        migrate(connection)
    return server.url(name)


def prepare_pgbench(server: EmbeddedServer) -> None:
    """Fill the tables of pgbench."""
    server.ensure_database(PGBENCH)
    _pgbench(server, "-i", "-s", _SCALE, "-q")
    with psycopg.connect(server.url(PGBENCH), autocommit=True) as connection:
        for table in ("accounts", "tellers", "branches", "history"):
            # Cleaning up after pgbench would run, for minutes, at the cost of what is measured next.
            connection.execute(f"alter table pgbench_{table} set (autovacuum_enabled = off)")


def settle_down(server: EmbeddedServer) -> None:
    """Write out what the benchmark before has left in memory, so that it does not slow down the next."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("checkpoint")


def pgbench_tps(server: EmbeddedServer) -> float:
    """Transactions a second of ``pgbench -N -c 32 -j 2 -M prepared``: an update, a select and an insert each."""
    settle_down(server)
    told = _pgbench(server, "-N", "-c", "32", "-j", "2", "-M", "prepared", "-T", _SECONDS)
    found = re.search(r"tps = ([\d.]+)", told)
    if found is None:
        raise RuntimeError(f"pgbench did not tell its tps:\n{told}")
    return float(found[1])


def _pgbench(server: EmbeddedServer, *words: str) -> str:
    command = [str(server.binary("pgbench")), *words, server.url(PGBENCH)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout
