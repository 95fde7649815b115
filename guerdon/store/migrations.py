"""Migrations: numbered SQL files, applied in order, each once, under a lock."""

import hashlib
from importlib import resources
from typing import NamedTuple

from guerdon.store.database import Connection

_LOCK = 4_703_829_001
"""Any fixed number: processes that start together wait for each other here."""

_BOOKKEEPING = """
create table if not exists migrations (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
);
comment on table migrations is 'The migrations that were applied to this database.';
comment on column migrations.number is 'The number that the file name starts with.';
comment on column migrations.name is 'The file name.';
comment on column migrations.checksum is 'SHA-256 of the file as it was applied.';
comment on column migrations.applied_at is 'When it was applied.';
"""


class MigrationsDisagree(Exception):
    """The database was migrated by other files than these: by a newer Guerdon, or a file was changed after its use."""


class Migration(NamedTuple):
    """One step of the schema."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the step."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All steps, in order."""
    folder = resources.files("guerdon.store").joinpath("migrations")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [Migration(int(file.name.split("_")[0]), file.name, file.read_text("utf-8")) for file in files]


def migrate(connection: Connection) -> list[str]:
    """Bring the database up to date; gives the names of the steps that were applied. Commits.

    Raises MigrationsDisagree where the database knows steps that these files do not have or have otherwise.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(_BOOKKEEPING)
        rows = connection.execute("select number, checksum from migrations").fetchall()
        applied: dict[int, str] = dict(rows)
        steps = migrations()
        _compare(applied, steps)
        fresh = [step for step in steps if step.number not in applied]
        for step in fresh:
            connection.execute(step.sql)
            connection.execute(
                "insert into migrations (number, name, checksum) values (%s, %s, %s)",
                [step.number, step.name, step.checksum],
            )
    return [step.name for step in fresh]


def _compare(applied: dict[int, str], steps: list[Migration]) -> None:
    known = {step.number: step for step in steps}
    for number, checksum in applied.items():
        if number not in known:
            raise MigrationsDisagree(
                f"The database has migration {number}, which this Guerdon does not know. Use a newer one."
            )
        if known[number].checksum != checksum:
            raise MigrationsDisagree(
                f"Migration {known[number].name} was changed after it was applied to this database."
            )
