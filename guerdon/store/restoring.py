"""Reading a backup into an empty database: all of it or nothing, whenever it is interrupted.

The dump is read in one transaction, so a restore that is killed leaves an empty database. A table ``restore_under_way``
stands beside it from the beginning until the books are proven; while it does, nothing else of Guerdon starts there.

    the table    other tables    what the next restore does
    no           no              begins
    no           yes             refuses: the database is in use
    yes          no              says that an earlier one was interrupted, and begins anew
    yes          yes             says that the data is in and was not proven yet, and proves it
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from psycopg import errors, sql

from guerdon.store.backup import (
    Manifest,
    Running,
    Told,
    chunks_of_dump,
    program,
    programs_version,
    server_version,
)
from guerdon.store.database import Connection
from guerdon.store.migrations import compare, migrations
from guerdon.store.queries import statement

_LOCK = 4_703_829_002
"""Held by the one process that restores into a database."""

_OWN_ROLES = "guerdon_"
"""How the roles begin that a restore makes by itself."""

_PAUSE = 0.2


class RestoreImpossible(Exception):
    """A backup cannot be restored into this database. Nothing was changed."""


class RestoreFailed(Exception):
    """A restore began and was not completed. The message says what is left and what to do."""


class Begun(Enum):
    """What an earlier restore into the same database has left."""

    NOTHING = "nothing"
    INTERRUPTED = "interrupted"
    """It was interrupted before the data was in."""
    UNPROVEN = "unproven"
    """The data is in; the books were not proven yet."""


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Be the only one who restores into this database; raises RestoreImpossible."""
    row = connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
    connection.commit()
    if row is None or not row[0]:
        raise RestoreImpossible("Another process is restoring into this database.")
    _wait_for_orphan(connection)
    try:
        yield
    finally:
        if not connection.closed:
            connection.rollback()
            connection.execute("select pg_advisory_unlock(%s)", [_LOCK])
            connection.commit()


def _wait_for_orphan(connection: Connection) -> None:
    """Let the ``pg_restore`` of a killed process come to its end: it may be about to commit."""
    while connection.execute(statement("restore_of_another")).fetchall():
        connection.commit()
        time.sleep(_PAUSE)
    connection.commit()


def begin(connection: Connection, manifest: Manifest) -> Begun:
    """Make sure that the backup fits and the database is free, and mark it; gives what was there. Commits.

    Raises RestoreImpossible, and MigrationsDisagree where the backup is of a newer Guerdon.
    """
    with connection.transaction():
        begun = _begun(connection, manifest)
        if begun is Begun.UNPROVEN:
            return begun
        _refuse_older_server(connection, manifest)
        compare(manifest.migrations, migrations())
        _make_roles(connection, manifest)
        connection.execute(statement("mark_restore"), {"backup": manifest.dump_sha256})
    return begun


def _begun(connection: Connection, manifest: Manifest) -> Begun:
    connection.execute(statement("make_restore_mark"))
    marks = [row[0] for row in connection.execute(statement("restore_marks"))]
    others = [row[0] for row in connection.execute(statement("things_in_database"))]
    if others and marks != [manifest.dump_sha256]:
        held = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
        why = "another backup was being restored into it" if marks else "there is something in it"
        raise RestoreImpossible(f"The database is not empty: {why} ({held}). Restore into a fresh one.")
    if others:
        return Begun.UNPROVEN
    return Begun.INTERRUPTED if marks else Begun.NOTHING


def _refuse_older_server(connection: Connection, manifest: Manifest) -> None:
    server = server_version(connection)
    if server < manifest.postgres or manifest.postgres > programs_version():
        raise RestoreImpossible(
            f"The backup comes from PostgreSQL {manifest.postgres}. This server is {server} and the pg_restore that "
            f"comes with this Guerdon is {programs_version()}; neither may be older than the backup."
        )


def _make_roles(connection: Connection, manifest: Manifest) -> None:
    """Make the roles that rights are granted to: they belong to the server and are in no dump."""
    known = {row[0] for row in connection.execute("select rolname from pg_roles")}
    missing = [role for role in manifest.roles if role not in known]
    if foreign := [role for role in missing if not role.startswith(_OWN_ROLES)]:
        raise RestoreImpossible(
            f"The backup grants rights to {', '.join(foreign)}, and this server has no such role. Make it first: "
            f'create role "{foreign[0]}";'
        )
    for role in missing:
        try:
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
        except errors.InsufficientPrivilege:
            raise RestoreImpossible(
                f"The role {role} is missing, and this user may not make roles. Let an administrator run: "
                f"create role {role} nologin;"
            ) from None


def read_in(url: str, file: Path, manifest: Manifest, told: Told) -> None:
    """Read the dump into the database, in one transaction; raises RestoreFailed."""
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--verbose"]
    with program("pg_restore", url, words) as restore:
        _feed(restore, file, manifest, told)
        told("Building indexes", 0, 0)
        if restore.process.wait() != 0:
            raise RestoreFailed(
                f"pg_restore failed, and the database is as empty as before:\n{restore.last_words()}\n"
                "Run `guerdon restore` again when that is repaired."
            )


def _feed(restore: Running, file: Path, manifest: Manifest, told: Told) -> None:
    pipe = restore.process.stdin
    assert pipe is not None, "it is a pipe"
    try:
        for chunk in chunks_of_dump(file, manifest, lambda done, of: told("Reading", done, of)):
            pipe.write(chunk)
        pipe.close()
    except BrokenPipeError:
        return  # it has ended; its exit code and its words say why


def finish(connection: Connection) -> None:
    """Let Guerdon use the database, and PostgreSQL know how large its tables are. Commits."""
    connection.execute("drop table restore_under_way")
    connection.execute("analyze")
    connection.commit()
