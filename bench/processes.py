"""Whole commands, as a user would run them: how long they take and how much memory their largest process needs."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

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
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)
    return Run(time.perf_counter() - began, usage.ru_maxrss / 1024)


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
