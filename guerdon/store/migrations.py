"""Migrations: numbered SQL files, applied in order, each once, while older processes go on working.

The first line of a file says what kind of step it is:

    -- expand: a column for the tier's date
    -- contract from 0.4: the column that nothing reads since 0.4

**Expand** only adds: an older Guerdon that runs or starts beside it works on as before. **Contract** takes away what
versions before the named one still need. So an upgrade without a stop goes: the new version expands, the old processes
are replaced one by one, and the first process that starts after the last old one has gone contracts.

    database                processes                    what migrate() does
    0001 0002               0.3 0.3                      nothing
    0001 0002               0.3 0.4 (starts)             applies 0003 (expand), leaves 0004 (contract from 0.4)
    0001 0002 0003          0.3 (starts again) 0.4       accepts 0003, which 0.3 does not know: it only expands
    0001 0002 0003          0.4 0.4 (starts)             applies 0004
    0001 0002 0003 0004     0.3 (starts)                 refuses: 0004 is for 0.4 and later

A step waits for locks a second at most, then lets everybody else go first and tries again: behind a waiting step all
others would queue. An index on a large table goes into a file of its own, ``-- expand, concurrently: ...``, which runs
outside a transaction and makes nobody wait.
"""

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import LiteralString, NamedTuple

import msgspec
from psycopg import errors

from guerdon import __version__
from guerdon.store.database import APPLICATION, Connection

_LOCK = 4_703_829_001
"""Any fixed number: processes that start together wait for each other here."""

_LONGEST_WAIT = "1s"
"""For a lock on a table. So long at most does a step make tills wait that come after it."""

_TRIES = 60
_PAUSE = 0.5
"""Seconds between two tries: long enough for those who waited to get through."""

_BOOKKEEPING = """
create table if not exists migrations (
    number integer primary key,
    name text not null,
    checksum text not null,
    kind text not null check (kind in ('expand', 'contract')),
    safe_from text,
    applied_at timestamptz not null default now()
);
comment on table migrations is 'The migrations that were applied to this database.';
comment on column migrations.number is 'The number that the file name starts with.';
comment on column migrations.name is 'The file name.';
comment on column migrations.checksum is 'SHA-256 of the file as it was applied.';
comment on column migrations.kind is 'expand: it only adds. contract: it takes away what older versions need.';
comment on column migrations.safe_from is 'The first version that can work after a contract; null: those that know it.';
comment on column migrations.applied_at is 'When it was applied.';
"""

_HEADER = re.compile(r"-- (?:(expand)(, concurrently)?|contract from (\d+(?:\.\d+)*))(?::.*)?$", re.M)
_INDEX = re.compile(r"create (?:unique )?index concurrently (\w+)")


class MigrationsDisagree(Exception):
    """The database was migrated by other files than these: by a newer Guerdon, or a file was changed after its use."""


class OlderStillRuns(Exception):
    """A step would take away what an older Guerdon needs that is connected to the database."""


class RestoreUnfinished(Exception):
    """The database is in the middle of a restore."""


class Migration(NamedTuple):
    """One step of the schema."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the step."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def expands(self) -> bool:
        """Whether it only adds. A step that does not say so is taken to be the dangerous kind."""
        header = _HEADER.match(self.sql)
        return header is not None and header[1] is not None

    @property
    def is_concurrent(self) -> bool:
        """Whether it runs outside a transaction."""
        header = _HEADER.match(self.sql)
        return header is not None and header[2] is not None

    @property
    def safe_from(self) -> str | None:
        """The first version that works after a contract; None: only those that know the step."""
        header = _HEADER.match(self.sql)
        return None if header is None else header[3]

    @property
    def says_its_kind(self) -> bool:
        """Whether the first line is as it should be."""
        return _HEADER.match(self.sql) is not None


class Applied(msgspec.Struct, frozen=True):
    """A step as the database remembers it."""

    number: int
    name: str
    checksum: str
    kind: str
    safe_from: str | None


class Status(NamedTuple):
    """Where a database stands."""

    applied: list[Applied]
    pending: list[Migration]
    """What this Guerdon would apply next, in order."""
    unknown: list[Applied]
    """What a newer Guerdon has applied, and this one can live with."""
    older: list[str]
    """The versions of older Guerdons that are connected now, in order."""


def migrations() -> list[Migration]:
    """All steps, in order."""
    folder = resources.files("guerdon.store").joinpath("migrations")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [Migration(int(file.name.split("_")[0]), file.name, file.read_text("utf-8")) for file in files]


def migrate(connection: Connection, *, is_restoring: bool = False) -> list[str]:
    """Bring the database up to date; gives the names of the steps that were applied. Commits after each.

    A contract that an older process still stands in the way of is left for the next start, with all that follow it if
    they are contracts too. Raises OlderStillRuns where an expansion lies behind it, MigrationsDisagree where the
    database knows steps that these files have otherwise or that this version cannot live with, RestoreUnfinished.
    """
    applied = []
    with _turn(connection):
        with connection.transaction():
            if not is_restoring:
                _refuse_unfinished_restore(connection)
            if _column(connection, "select to_regclass('migrations')") is None:
                connection.execute(_BOOKKEEPING)
        for step in _due(status(connection)):
            _apply(connection, step)
            applied.append(step.name)
    return applied


def status(connection: Connection) -> Status:
    """Where the database stands; changes nothing. Raises MigrationsDisagree."""
    with connection.transaction():
        applied = _applied(connection)
        rows = connection.execute(
            "select distinct application_name from pg_stat_activity where datname = current_database() "
            "and pid <> pg_backend_pid() and application_name like %s",
            [APPLICATION.format(version="%")],
        ).fetchall()
    steps = migrations()
    unknown = compare(applied, steps)
    numbers = {step.number for step in applied}
    running = {name.removeprefix(APPLICATION.format(version="")) for (name,) in rows}
    older = sorted((version for version in running if _is_older(version, __version__)), key=_parts)
    return Status(applied, [step for step in steps if step.number not in numbers], unknown, older)


def postponed(found: Status) -> list[Migration]:
    """The contracts at the end of what is pending that have to wait until older processes have gone."""
    for place, step in enumerate(found.pending):
        if not step.expands and _hindered(step, found.older):
            return found.pending[place:]
    return []


def compare(applied: list[Applied], steps: list[Migration]) -> list[Applied]:
    """Those applied steps that these files do not have and this version can live with; raises MigrationsDisagree."""
    known = {step.number: step for step in steps}
    for step in applied:
        if step.number in known and known[step.number].checksum != step.checksum:
            raise MigrationsDisagree(
                f"Migration {known[step.number].name} was changed after it was applied to this database."
            )
    unknown = [step for step in applied if step.number not in known]
    for step in unknown:
        if step.kind == "expand" or (step.safe_from and not _is_older(__version__, step.safe_from)):
            continue
        needed = f"Guerdon {step.safe_from} and later" if step.safe_from else "a newer Guerdon"
        raise MigrationsDisagree(
            f"The database has migration {step.number}, made for {needed}, "
            f"which this Guerdon ({__version__}) does not know. Use a newer one."
        )
    return unknown


def _applied(connection: Connection) -> list[Applied]:
    if _column(connection, "select to_regclass('migrations')") is None:
        return []
    rows = connection.execute("select number, name, checksum, kind, safe_from from migrations order by number")
    return [Applied(*row) for row in rows]


def _due(found: Status) -> list[Migration]:
    """What may be applied now."""
    waiting = postponed(found)
    for step in waiting[1:]:
        if step.expands:
            raise OlderStillRuns(
                f"{step.name} has to wait for {waiting[0].name}, which takes away what older versions need, and "
                f"Guerdon {', '.join(found.older)} is still connected. Stop it first."
            )
    return found.pending[: len(found.pending) - len(waiting)]


def _hindered(step: Migration, older: list[str]) -> bool:
    return any(step.safe_from is None or _is_older(version, step.safe_from) for version in older)


def _is_older(version: str, than: str) -> bool:
    return _parts(version) < _parts(than)


def _parts(version: str) -> tuple[int, ...]:
    """The numbers of a version, three at least: 0.4 is 0.4.0."""
    numbers = [int(number) for number in re.findall(r"\d+", version.partition("+")[0])[:3]]
    return tuple(numbers + [0] * (3 - len(numbers)))


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """Be the only one who migrates.

    Nobody may wait inside a statement: an index that is built concurrently waits for every statement that is under way,
    and would wait for those who wait for it.
    """
    while not _column(connection, "select pg_try_advisory_lock(%s)", _LOCK):
        connection.commit()
        time.sleep(_PAUSE / 10)
    connection.commit()
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s)", [_LOCK])
            connection.commit()


def _apply(connection: Connection, step: Migration) -> None:
    """Apply a step and note it; tries again as long as others hold the locks that it needs."""
    if step.is_concurrent:
        _build_index(connection, step)
        return
    for attempt in range(1, _TRIES + 1):
        try:
            with connection.transaction():
                connection.execute("select set_config('lock_timeout', %s, true)", [_LONGEST_WAIT])
                connection.execute(step.sql)
                _note(connection, step)
            return
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            if attempt == _TRIES:
                raise
            time.sleep(_PAUSE)


def _build_index(connection: Connection, step: Migration) -> None:
    """Build an index that nobody waits for. What a try that was interrupted has left is removed first."""
    (name,) = _INDEX.findall(step.sql)
    before, connection.autocommit = connection.autocommit, True
    try:
        connection.execute(f"drop index concurrently if exists {name}")
        connection.execute(step.sql)
        _note(connection, step)
    finally:
        connection.autocommit = before


def _note(connection: Connection, step: Migration) -> None:
    connection.execute(
        "insert into migrations (number, name, checksum, kind, safe_from) values (%s, %s, %s, %s, %s)",
        [step.number, step.name, step.checksum, "expand" if step.expands else "contract", step.safe_from],
    )


def _refuse_unfinished_restore(connection: Connection) -> None:
    if _column(connection, "select to_regclass('restore_under_way')") is not None:
        raise RestoreUnfinished(
            "A backup is being restored into this database, or was until it was interrupted. "
            "Run `guerdon restore` with the same file again; it goes on or begins anew."
        )


def _column(connection: Connection, query: LiteralString, *values: object) -> object:
    row = connection.execute(query, values).fetchone()
    assert row is not None, "it asks for one row"
    return row[0]
