"""Connections to PostgreSQL, set up the way the store reads and writes."""

from typing import Any

import psycopg
from psycopg.types.json import set_json_loads

from guerdon import __version__

Connection = psycopg.Connection[tuple[Any, ...]]

APPLICATION = "guerdon {version}"
"""What a connection calls itself: a migration looks whether an older version is still at work."""


class DatabaseUnreachable(Exception):
    """The database cannot be reached. The message says what was tried and what to do."""


def connect(url: str, *, autocommit: bool = False) -> Connection:
    """Open a connection.

    JSON columns come as bytes: what is stored is canonical and is compared byte for byte, so nothing may parse it on
    the way. Raises DatabaseUnreachable.
    """
    name = APPLICATION.format(version=__version__)
    try:
        connection = psycopg.connect(url, autocommit=autocommit, application_name=name)
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise DatabaseUnreachable(f"{str(error).strip()}\nIs the server of GUERDON_DATABASE_URL running?") from error
    set_json_loads(as_stored, connection)
    return connection


def as_stored(content: str | bytes) -> bytes:
    """JSON as it stands in the database."""
    return content.encode() if isinstance(content, str) else content
