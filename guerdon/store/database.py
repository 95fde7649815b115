"""Connections to PostgreSQL, set up the way the store reads and writes."""

from typing import Any

import psycopg
from psycopg.types.json import set_json_loads

Connection = psycopg.Connection[tuple[Any, ...]]


class DatabaseUnreachable(Exception):
    """The database cannot be reached. The message says what was tried and what to do."""


def connect(url: str, *, autocommit: bool = False) -> Connection:
    """Open a connection.

    JSON columns come as bytes: what is stored is canonical and is compared byte for byte, so nothing may parse it on
    the way. Raises DatabaseUnreachable.
    """
    try:
        connection = psycopg.connect(url, autocommit=autocommit, application_name="guerdon")
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise DatabaseUnreachable(f"{str(error).strip()}\nIs the server of GUERDON_DATABASE_URL running?") from error
    set_json_loads(as_stored, connection)
    return connection


def as_stored(content: str | bytes) -> bytes:
    """JSON as it stands in the database."""
    return content.encode() if isinstance(content, str) else content
