"""A backup: one file with everything that the database holds, and a manifest that says what that is.

The file is a ZIP archive of two parts, so that any tool can look inside:

    ledger.dump      the database as PostgreSQL's own ``pg_dump`` writes it (custom format)
    manifest.json    who wrote it and when, the migrations, how many rows each table has, how far each program's journal
                     goes, and the SHA-256 of the dump

Both are of one moment: ``pg_dump`` reads the same snapshot that the rows are counted in, while tills go on committing.
The file appears under its name when it is complete and on disk; before that it is called ``….unfinished``.

The key that encrypts the data of persons is not in the database, and so it is not in the backup.
"""

import hashlib
import os
import subprocess
import threading
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec
from psycopg import conninfo, sql

from guerdon import __version__
from guerdon.store.database import Connection, connect
from guerdon.store.migrations import Applied, status
from guerdon.store.queries import statement
from guerdon.store.server import EmbeddedServer

DUMP, MANIFEST = "ledger.dump", "manifest.json"

FORMAT = 1

_CHUNK = 1 << 20
_LINES_KEPT = 8

Told = Callable[[str, int, int], None]
"""What progress is told to: what is being done, how much of it is done, out of how much (0: nobody knows)."""


class BackupImpossible(Exception):
    """No backup can be made, and why."""


class BackupUnreadable(Exception):
    """A file is no backup, or is damaged."""


class ProgramRead(msgspec.Struct, frozen=True):
    """How far a program's ledger goes."""

    name: str
    versions: int
    members: int
    entries: int
    """Journal entries, over all members."""
    newest_entry: str | None
    """When the last of them was recorded; None: there is none."""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds."""

    format: int
    """How to read the file; 1 so far."""
    guerdon: str
    """The version of Guerdon that wrote it."""
    postgres: int
    """The major version of the server that it comes from."""
    made_at: str
    """When, in UTC."""
    migrations: list[Applied]
    """The steps that its schema is made of."""
    programs: list[ProgramRead]
    """By name."""
    tables: dict[str, int]
    """How many rows each table has."""
    roles: list[str]
    """Roles of the server that its rights are granted to; a restore makes those of Guerdon."""
    dump_bytes: int = 0
    dump_sha256: str = ""


def back_up(url: str, file: Path, told: Told = lambda what, done, of: None) -> Manifest:
    """Write a backup of a database that others go on using; gives its manifest.

    Raises BackupImpossible where the file exists, where the server is newer than our ``pg_dump``, or where that fails.
    """
    if file.exists():
        raise BackupImpossible(f"{file} is there already; a backup never takes another's place.")
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        with connect(url) as connection:
            manifest = _write(connection, url, unfinished, told)
        unfinished.rename(file)
    except OSError as error:
        raise BackupImpossible(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _write(connection: Connection, url: str, unfinished: Path, told: Told) -> Manifest:
    server = server_version(connection)
    if server > programs_version():
        raise BackupImpossible(
            f"The server is PostgreSQL {server}, and the pg_dump that comes with this Guerdon is "
            f"{programs_version()}, which reads servers up to its own version. Upgrade Guerdon first."
        )
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        row = connection.execute("select pg_export_snapshot()").fetchone()
        assert row is not None, "it asks for one row"
        with _open_for_the_owner_alone(unfinished) as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
                manifest = _manifest(connection, server, told)
                size, digest = _dump(url, row[0], archive, told)
                manifest = msgspec.structs.replace(manifest, dump_bytes=size, dump_sha256=digest)
                archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
            out.flush()
            os.fsync(out.fileno())
    return manifest


def _open_for_the_owner_alone(path: Path) -> IO[bytes]:
    # It holds the seeds of games, and as much about members as the database does.
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _dump(url: str, snapshot: str, archive: zipfile.ZipFile, told: Told) -> tuple[int, str]:
    """Stream what ``pg_dump`` writes into the archive; gives its size and its SHA-256."""
    words = ["--format=custom", "--verbose", "--exclude-table=restore_under_way", f"--snapshot={snapshot}"]
    size, digest = 0, hashlib.sha256()
    with program("pg_dump", url, words) as dump, archive.open(DUMP, "w", force_zip64=True) as part:
        assert dump.process.stdout is not None, "it is a pipe"
        while chunk := dump.process.stdout.read(_CHUNK):
            part.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            told("Writing", size, 0)
        if dump.process.wait() != 0:
            raise BackupImpossible(f"pg_dump failed:\n{dump.last_words()}")
    return size, digest.hexdigest()


def _manifest(connection: Connection, server: int, told: Told) -> Manifest:
    return Manifest(
        format=FORMAT,
        guerdon=__version__,
        postgres=server,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        migrations=status(connection).applied,
        programs=programs_read(connection),
        tables=count_rows(connection, told),
        roles=[row[0] for row in connection.execute(statement("roles_with_rights"))],
    )


def count_rows(connection: Connection, told: Told) -> dict[str, int]:
    """How many rows each table has, by its name."""
    names = connection.execute(statement("table_names")).fetchall()
    counts = {}
    for number, (schema, name) in enumerate(names, 1):
        told("Counting", number, len(names))
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))
        row = connection.execute(query).fetchone()
        assert row is not None, "a count is one row"
        counts[name if schema == "public" else f"{schema}.{name}"] = row[0]
    return counts


def programs_read(connection: Connection) -> list[ProgramRead]:
    """How far each program's ledger goes."""
    rows = connection.execute(statement("programs_read")).fetchall()
    return [
        ProgramRead(name, versions, members, entries, newest and newest.astimezone(UTC).isoformat())
        for name, versions, members, entries, newest in rows
    ]


def server_version(connection: Connection) -> int:
    """The major version of the server."""
    return connection.info.server_version // 10_000


def programs_version() -> int:
    """The major version of the programs that come with Guerdon."""
    answer = subprocess.run([EmbeddedServer.binary("pg_dump"), "--version"], capture_output=True, text=True, check=True)
    return int(answer.stdout.split()[2].partition(".")[0])


# Reading one.


def read_manifest(file: Path) -> Manifest:
    """What a backup holds; raises BackupUnreadable."""
    with opened(file) as archive:
        try:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
        except (KeyError, msgspec.MsgspecError, zipfile.BadZipFile) as error:
            raise BackupUnreadable(f"{file} is no backup of Guerdon: {error}") from None
    if manifest.format != FORMAT:
        raise BackupUnreadable(
            f"{file} was written in format {manifest.format} by Guerdon {manifest.guerdon}; "
            f"this Guerdon ({__version__}) reads format {FORMAT}."
        )
    return manifest


def opened(file: Path) -> zipfile.ZipFile:
    """Open a backup; raises BackupUnreadable where it is none or was cut short."""
    try:
        return zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as error:
        raise BackupUnreadable(f"{file} is no backup of Guerdon, or a part of one: {error}") from None


def check_dump(file: Path, manifest: Manifest, told: Told = lambda what, done, of: None) -> None:
    """Read the whole dump and compare it with its SHA-256; raises BackupUnreadable."""
    digest = hashlib.sha256()
    try:
        for chunk in chunks_of_dump(file, manifest, lambda done, of: told("Checking", done, of)):
            digest.update(chunk)
    except (zipfile.BadZipFile, EOFError, KeyError) as error:
        raise BackupUnreadable(f"{file} is damaged: {error}") from None
    if digest.hexdigest() != manifest.dump_sha256:
        raise BackupUnreadable(f"{file} is damaged: its content is not what was written.")


def chunks_of_dump(file: Path, manifest: Manifest, told: Callable[[int, int], None]) -> Iterator[bytes]:
    """The dump, piece by piece."""
    done = 0
    with opened(file) as archive, archive.open(DUMP) as part:
        while chunk := part.read(_CHUNK):
            done += len(chunk)
            told(done, manifest.dump_bytes)
            yield chunk


# PostgreSQL's programs.


class Running:
    """A program of PostgreSQL that runs; what it says is kept for the case that it fails. A context manager."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self._said: deque[str] = deque(maxlen=_LINES_KEPT)
        self._listener = threading.Thread(target=self._listen, args=(process.stderr,), daemon=True)
        self._listener.start()

    def _listen(self, errors: IO[bytes]) -> None:
        for line in errors:
            self._said.append(line.decode(errors="replace").rstrip())

    def last_words(self) -> str:
        """The last lines that it said."""
        self._listener.join(timeout=5)
        return "\n".join(f"    {line}" for line in self._said)

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self._listener.join(timeout=5)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        self.process.wait()


def program(name: str, url: str, words: list[str]) -> Running:
    """Start one of PostgreSQL's programs on a database. The password goes through the environment, which others on the
    machine cannot read as they can a command line.
    """
    given = conninfo.conninfo_to_dict(url)
    password = given.pop("password", None)
    hidden: Mapping[str, str] = {"PGPASSWORD": str(password)} if password else {}
    return Running(
        subprocess.Popen(
            [EmbeddedServer.binary(name), *words, f"--dbname={conninfo.make_conninfo('', **given)}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **hidden, "LC_ALL": "C"},
        )
    )
