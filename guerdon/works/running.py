"""Running the works: every part again and again, while this process has the lease."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import psycopg

from guerdon.runtime.clock import tick
from guerdon.runtime.relay import deliver
from guerdon.runtime.till import Till
from guerdon.store import programs as stored
from guerdon.store.database import Connection, DatabaseUnreachable, connect
from guerdon.works.lease import Lease

Failed = Callable[[str, BaseException], None]
"""Is told the part of the works and what it raised."""

_SECONDS_BETWEEN_CLAIMS = 0.5


class Part(NamedTuple):
    """One thing that runs by itself."""

    name: str
    run: Callable[[str, threading.Event, Failed], None]
    """Given the URL of the database: works until the event is set, whatever fails meanwhile."""


class Work(NamedTuple):
    """What is done again and again, ready to be done."""

    run: Callable[[], None]
    """Does what there is to do now."""
    close: Callable[[], None]


def repeating(name: str, seconds: float, open_work: Callable[[str], Work]) -> Part:
    """A part that does something again and again, with a pause behind each time.

    ``open_work`` is given the URL of the database, and is called again after the connection was lost.
    """
    return Part(name, lambda url, over, failed: _repeat(name, seconds, partial(open_work, url), over, failed))


def clock_part(seconds: float = 1.0) -> Part:
    """The clock: settles what has fallen due for members of every program."""

    def settle(till: Till, connection: Connection) -> None:
        tick(till, connection, int(time.time()))

    return repeating("clock", seconds, lambda url: for_programs(url, settle))


def relay_part(seconds: float = 0.1) -> Part:
    """The relay: carries what one member's event sends to another."""
    return repeating("relay", seconds, lambda url: for_programs(url, deliver))


def run(url: str, parts: Sequence[Part], stop: threading.Event, failed: Failed) -> None:
    """Stand by for the lease and run the parts while it is held, until ``stop`` is set."""
    with Lease(url) as lease:
        while not stop.is_set():
            if lease.is_held():
                _run_while(lease, url, parts, stop, failed)
            stop.wait(_SECONDS_BETWEEN_CLAIMS)


def _run_while(lease: Lease, url: str, parts: Sequence[Part], stop: threading.Event, failed: Failed) -> None:
    """Run every part on a thread of its own until the lease is lost or the process stops."""
    over = threading.Event()
    threads = [threading.Thread(target=part.run, args=(url, over, failed), name=part.name) for part in parts]
    for thread in threads:
        thread.start()
    while not stop.wait(_SECONDS_BETWEEN_CLAIMS) and lease.is_held():
        pass
    over.set()
    for thread in threads:
        thread.join()


def _repeat(name: str, seconds: float, open_work: Callable[[], Work], over: threading.Event, failed: Failed) -> None:
    work: Work | None = None
    while not over.is_set():
        try:
            work = work or open_work()
            work.run()
        except Exception as error:
            failed(name, error)
            if isinstance(error, psycopg.OperationalError | DatabaseUnreachable):
                _close(work)
                work = None
        over.wait(seconds)
    _close(work)


def _close(work: Work | None) -> None:
    if work is not None:
        work.close()


def for_programs(url: str, do: Callable[..., object]) -> Work:
    """Do something with a till of every program, also of those that are published later."""
    connection = connect(url)
    tills: dict[int, Till] = {}

    def each() -> None:
        with connection.transaction():
            programs: Mapping[str, int] = stored.program_names(connection)
        for program in programs.values():
            if program not in tills:
                tills[program] = Till(lambda: connect(url), program)
            do(tills[program], connection)

    def close() -> None:
        for till in tills.values():
            till.close()
        connection.close()

    return Work(each, close)
