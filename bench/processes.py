"""Whole commands, as a user would run them: how long they take and how much memory their largest process needs."""

import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psutil

from guerdon.core.events import Enrol
from guerdon.demo.running import grocery_program
from guerdon.runtime.programs import publish
from guerdon.runtime.till import Till
from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.server import EmbeddedServer

_NEW_YEAR = datetime(2017, 1, 1, 12, tzinfo=UTC)


class Run(NamedTuple):
    """A finished command."""

    seconds: float
    peak_megabytes: float
    """Of the largest of its processes; PostgreSQL is not among them."""


def guerdon(home: Path, *words: str) -> Run:
    """Run the command in a home folder; raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "guerdon.cli.main", *words, "--home", str(home)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, _largest(process.pid))
        time.sleep(0.02)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(time.perf_counter() - began, peak / 2**20)


def _largest(pid: int) -> int:
    """Bytes in memory of the largest process of a family; PostgreSQL's shared memory is not its own."""
    largest = 0
    with suppress(psutil.NoSuchProcess):
        for process in (family := psutil.Process(pid), *family.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                if "postgres" not in process.name():
                    largest = max(largest, process.memory_info().rss)
    return largest


def first_commit_seconds(folder: Path) -> float:
    """From nothing to the first committed event: make the data folder, start, migrate, publish, enrol."""
    began = time.perf_counter()
    with EmbeddedServer(folder) as server:
        server.ensure_database("guerdon")
        url = server.url()
        with connect(url) as connection:
            migrate(connection)
            program, _ = publish(connection, grocery_program())
        till = Till(lambda: connect(url), program)
        answer = till.commit_one(Enrol(id="first", member="first", at=_NEW_YEAR))
        seconds = time.perf_counter() - began
        till.close()
    if answer.refusal is not None:
        raise RuntimeError(answer.refusal.sentence)
    return seconds
