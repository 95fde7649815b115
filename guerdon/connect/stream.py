"""The stream of changes: one order for each program, which anyone may read from any point on, as often as they like.

**Positions** are given out by one sequencer at a time, after the commit, without a gap. A member's changes stand in the
order of the member's journal. A reader keeps the last position it has dealt with and asks for what follows; asking
again gives the same again. Positions older than the retention are trimmed, and asking for them is an error rather than
a silent jump.

With entries at 40 (bo), 41 (ana) and 42 (bo), a reader who has dealt with 40 reads 41 and 42, whatever tills commit in
the meantime.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple

import psycopg

from guerdon.connect.telling import EVERYTHING, Change, all_changes
from guerdon.store import programs
from guerdon.store import stream as stored
from guerdon.store.database import Connection, connect

MOST_AT_A_TIME = 500
_SEQUENCED_AT_A_TIME = 5_000
_CHANNEL = "guerdon_stream"


class PositionTrimmed(Exception):
    """The stream does not reach back as far as it was asked for."""

    def __init__(self, first: int) -> None:
        """``first`` is the first position that is still there."""
        super().__init__(f"The stream begins at position {first}; what was before is in the journal only.")
        self.first = first


class Page(NamedTuple):
    """A part of the stream."""

    program: str
    changes: list[Change]
    position: int
    """Where to go on: it may lie behind the last change, where what follows was not wanted."""


def sequence(connection: Connection) -> int:
    """Give positions to everything that was committed; how many entries that were. Commits."""
    done = 0
    while True:
        with connection.transaction():
            part, _ = stored.sequence(connection, _SEQUENCED_AT_A_TIME)
        done += part
        if part < _SEQUENCED_AT_A_TIME:
            return done


def read_page(
    connection: Connection, program: int, after: int = 0, most: int = MOST_AT_A_TIME, types: Sequence[str] = EVERYTHING
) -> Page:
    """The changes of at most so many entries that follow a position. Raises PositionTrimmed."""
    with connection.transaction():
        rows = stored.rows_after(connection, program, after, most)
        # Looked at afterwards: what is trimmed in between is noticed.
        if after < (trimmed := stored.head(connection, program).trimmed):
            raise PositionTrimmed(trimmed + 1)
        name = programs.program_name(connection, program)
    return Page(name, list(all_changes(name, rows, types)), rows[-1].position if rows else after)


def read_stream(
    connection: Connection, program: int, after: int = 0, most: int = MOST_AT_A_TIME, types: Sequence[str] = EVERYTHING
) -> list[Change]:
    """The same, without where to go on. Raises PositionTrimmed."""
    return read_page(connection, program, after, most, types).changes


def position_before(connection: Connection, program: int, at: datetime) -> int:
    """The position to read on from so that nothing recorded from an instant on is missed."""
    with connection.transaction():
        return stored.position_before(connection, program, at)


def last_position(connection: Connection, program: int) -> int:
    """The position to read on from for what comes from now on."""
    with connection.transaction():
        return stored.head(connection, program).position


class Bell:
    """Wakes whoever waits for more of a stream. One connection listens on behalf of a whole process."""

    def __init__(self, url: str) -> None:
        """Listen, in a thread of its own."""
        self._url = url
        self._heads: dict[int, int] = {}
        self._rung = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="stream bell", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and let everybody go."""
        with self._rung:
            self._closed = True
            self._rung.notify_all()
        self._thread.join()

    @property
    def is_closed(self) -> bool:
        """Whether it rings no more."""
        return self._closed

    def wait(self, program: int, after: int, seconds: float) -> bool:
        """Wait until a stream goes beyond a position; False where it did not in that time."""
        with self._rung:
            self._rung.wait_for(lambda: self._closed or self._heads.get(program, 0) > after, seconds)
            return not self._closed and self._heads.get(program, 0) > after

    def _listen(self) -> None:
        while not self.is_closed:
            try:
                self._listen_once()
            except Exception:  # The database is away, whatever way it shows: readers time out meanwhile.
                with self._rung:
                    self._rung.wait_for(lambda: self._closed, 1.0)

    def _listen_once(self) -> None:
        with connect(self._url, autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(_CHANNEL)))
            # What was rung before it listened is caught up with here.
            self._ring(stored.heads(connection))
            while not self.is_closed:
                for notice in connection.notifies(timeout=0.5, stop_after=1):
                    program, _, position = notice.payload.partition(":")
                    self._ring({int(program): int(position)})

    def _ring(self, heads: dict[int, int]) -> None:
        with self._rung:
            self._heads.update(heads)
            self._rung.notify_all()


def follow(
    bell: Bell,
    borrow: Callable[[], AbstractContextManager[Connection]],
    program: int,
    after: int,
    types: Sequence[str] = EVERYTHING,
    *,
    patience: float = 15.0,
) -> Iterator[Page]:
    """Everything that follows a position, and then what comes, page by page, until the bell is closed.

    ``borrow`` lends a connection for one page, so that followers who wait hold none. Where nothing came within
    ``patience`` (seconds) an empty page is given: a sign of life. Raises PositionTrimmed.
    """
    while not bell.is_closed:
        with borrow() as connection:
            page = read_page(connection, program, after, MOST_AT_A_TIME, types)
        if page.changes:
            yield page
        if page.position == after and not bell.wait(program, after, patience):
            yield Page(page.program, [], after)
        after = page.position
