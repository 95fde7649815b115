"""Connections that many requests share, each seeing one program alone.

``acting_for`` is what keeps the brands of one deployment apart: inside it, PostgreSQL's row-level security shows the
rows of one program and no others, whatever a statement asks for.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from guerdon import __version__
from guerdon.store.database import APPLICATION, Connection, as_stored
from guerdon.store.queries import statement

__all__ = ["Pool", "PoolTimeout", "acting_for"]

_SECONDS_TO_WAIT = 3.0
_SECONDS_TO_TRY = 1.0
_SECONDS_TO_WAIT_IN_VAIN = 0.2
_SECONDS_OF_DOUBT = 2.0
"""For so long after somebody got no connection nobody else waits long for one: in an outage the requests would use up
all threads, and whoever comes would wait for those who wait."""


class Pool:
    """A few open connections to one database."""

    def __init__(self, url: str, *, most: int) -> None:
        """Begin to open connections, up to so many; nothing waits for them here."""
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=most,
            timeout=_SECONDS_TO_WAIT,
            # By default the pauses between tries double for five minutes, and a database that is back is not noticed.
            # After giving up, whoever comes next makes it try again.
            reconnect_timeout=_SECONDS_TO_TRY,
            kwargs={"application_name": APPLICATION.format(version=__version__)},
            configure=_configure,
            check=ConnectionPool.check_connection,
            open=True,
        )
        self._in_doubt_until = 0.0

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    @contextmanager
    def owner(self) -> Iterator[Connection]:
        """A connection with all rights, in a transaction that ends with the block. Raises PoolTimeout."""
        with self._lent() as connection:
            yield connection

    @contextmanager
    def program(self, program: int) -> Iterator[Connection]:
        """A connection that sees one program alone, in a transaction that ends with the block. Raises PoolTimeout."""
        with self._lent() as connection, acting_for(connection, program):
            yield connection

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        in_doubt = time.monotonic() < self._in_doubt_until
        try:
            with self._pool.connection(_SECONDS_TO_WAIT_IN_VAIN if in_doubt else _SECONDS_TO_WAIT) as connection:
                yield connection
        except PoolTimeout:
            self._in_doubt_until = time.monotonic() + _SECONDS_OF_DOUBT
            raise


@contextmanager
def acting_for(connection: Connection, program: int) -> Iterator[None]:
    """See and touch one program alone until the block ends; a transaction of its own."""
    with connection.transaction():
        connection.execute(statement("act_for_program"), {"program": str(program)})
        yield


def _configure(connection: Connection) -> None:
    set_json_loads(as_stored, connection)
