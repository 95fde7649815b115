"""Administrative acts, each with its line in the audit log in the same transaction: for HTTP and the command line.

**Worked.** ``publish_version`` adds version 4 of the shop's program and the line ``version.published shop/4``, from
whose ``before`` and ``after`` the numbers and dates of versions 3 and 4 are read. Publishing the same text again adds
neither.
"""

import hashlib
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from guerdon.language import read_program
from guerdon.people import keys
from guerdon.people.audit import Author, record
from guerdon.people.keys import DEFAULT_REQUESTS_PER_SECOND, Key, MadeKey
from guerdon.runtime import programs
from guerdon.store import programs as stored
from guerdon.store.database import Connection
from guerdon.store.queries import statement

DEFAULT_OVERLAP = timedelta(days=1)
"""How long a key that was replaced still opens."""


class ProgramExists(Exception):
    """A program of that name was published before."""


class KeyIsOver(Exception):
    """A key that opens nothing any more, or has a successor already, is not rotated."""


class Wish(NamedTuple):
    """What a new key is to be."""

    title: str
    scopes: Sequence[str]
    program: int | None
    """The only program that it opens; None: all of this deployment."""
    requests_per_second: int = DEFAULT_REQUESTS_PER_SECOND
    expires_at: datetime | None = None


class Published(NamedTuple):
    """A version after it was published."""

    program: int
    number: int
    is_new: bool
    """Whether it was added just now; the newest version's text changes nothing."""


def open_program(connection: Connection, author: Author, source: str) -> Published:
    """Publish the first version of a new program.

    Raises ``ProgramExists``, and what ``programs.publish`` raises.
    """
    name = read_program(source).program
    with connection.transaction():
        if not stored.add_program(connection, name):
            raise ProgramExists(f"There is a program {name} already: publish another version of it.")
        return publish_version(connection, author, source)


def publish_version(
    connection: Connection, author: Author, source: str, name: str = "program.yaml", *, newest: int | None = None
) -> Published:
    """Publish a version. Raises what ``programs.publish`` raises."""
    with connection.transaction():
        before = _newest(connection, read_program(source, name).program)
        program, number = programs.publish(connection, source, name, newest=newest)
        is_new = number != (before or {}).get("number")
        if is_new:
            target, after = f"{read_program(source).program}/{number}", _in_words(number, source)
            record(connection, author, program, "version.published", target, before=before, after=after)
    return Published(program, number, is_new)


def make_key(connection: Connection, author: Author, wish: Wish) -> MadeKey:
    """Make a key."""
    with connection.transaction():
        made = keys.make_key(
            connection,
            program=wish.program,
            title=wish.title,
            scopes=wish.scopes,
            requests_per_second=wish.requests_per_second,
            expires_at=wish.expires_at,
        )
        _record_key(connection, author, "key.made", None, keys.find_key(connection, made.id))
    return made


def rotate_key(connection: Connection, author: Author, key: str, overlap: timedelta = DEFAULT_OVERLAP) -> MadeKey:
    """Make a key that does the same; the old one opens no longer than the overlap. Raises ``KeyIsOver``.

    A key is replaced once, so that of two who rotate it at the same time one is told.
    """
    with connection.transaction():
        connection.execute(statement("hold_key"), {"id": key})
        before = keys.find_key(connection, key)
        if before is None or not before.is_good(time.time()):
            raise KeyIsOver("The key opens nothing any more. Make a new one.")
        successor = connection.execute(statement("replacement_of_key"), {"id": key}).fetchone()
        if successor is not None:
            raise KeyIsOver(f"The key was replaced by {successor[0]} already. Rotate that one, or make a new one.")
        made = keys.rotate(connection, before, overlap)
        _record_key(connection, author, "key.rotated", before, keys.find_key(connection, key))
        _record_key(connection, author, "key.made", None, keys.find_key(connection, made.id))
    return made


def revoke_key(connection: Connection, author: Author, key: str) -> bool:
    """Let a key open nothing from now on; gives whether it was not revoked before."""
    with connection.transaction():
        before = keys.find_key(connection, key)
        if not keys.revoke(connection, key):
            return False
        _record_key(connection, author, "key.revoked", before, keys.find_key(connection, key))
    return True


def _newest(connection: Connection, name: str) -> dict[str, object] | None:
    """The newest version of a program in the log's words, with nobody else publishing until the transaction ends."""
    program = stored.program_id(connection, name)
    if program is None:
        return None
    stored.change_versions(connection, program)
    sources = stored.sources(connection, program)
    return _in_words(*sources[-1]) if sources else None


def _in_words(number: int, source: str) -> dict[str, object]:
    begins: date = read_program(source).effective_from
    digest = hashlib.sha256(source.encode()).hexdigest()
    return {"number": number, "effective_from": begins, "source_sha256": digest}


def _record_key(connection: Connection, author: Author, action: str, before: Key | None, after: Key | None) -> None:
    """Record what became of a key, without what it could be known by."""
    key = after or before
    assert key is not None, "one of them is there"
    record(connection, author, key.program, action, key.id, before=_told(before), after=_told(after))


def _told(key: Key | None) -> dict[str, object] | None:
    if key is None:
        return None
    told = key._asdict() | {"scopes": sorted(key.scopes)}
    del told["secret_hash"], told["id"], told["program"]
    return told
