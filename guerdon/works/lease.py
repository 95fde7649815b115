"""The lease: of all processes that could work for a database, one does.

It is a lock of PostgreSQL's that lives as long as its connection. A holder that is killed loses it in the moment in
which the server notices the closed connection, and the next one takes over within a second. No clock is compared with
another, and nothing is left behind to clean up.
"""

from types import TracebackType
from typing import Self

import psycopg

from guerdon.store.database import Connection, DatabaseUnreachable, connect
from guerdon.store.queries import statement


class Lease:
    """One process's claim on the works of a database; a context manager that lets go at the end."""

    def __init__(self, url: str) -> None:
        """Ask for nothing yet."""
        self._url = url
        self._connection: Connection | None = None

    def is_held(self) -> bool:
        """Whether this process has the lease now: takes it where it is free, and looks whether it still has it."""
        try:
            if self._connection is None:
                self._connection = connect(self._url, autocommit=True)
            row = self._connection.execute(statement("take_lease")).fetchone()
            return bool(row and row[0])
        except (psycopg.Error, DatabaseUnreachable):
            self.let_go()
            return False

    def let_go(self) -> None:
        """Let another process take over."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()
