"""Restore: read a backup into an empty database and prove that it is what was backed up.

Proven are three things, in this order: the file (its SHA-256), the rows (every table has as many as the manifest says,
every program goes as far), and the books (`runtime.verify` replays every member from nothing). Only then may anything
else use the database.
"""

from pathlib import Path
from typing import NamedTuple

from guerdon.runtime.verify import Report, verify
from guerdon.store import backup, restoring
from guerdon.store.backup import Manifest, Told
from guerdon.store.database import Connection, connect
from guerdon.store.migrations import migrate, status
from guerdon.store.programs import program_names
from guerdon.store.restoring import Begun, RestoreFailed


class Restored(NamedTuple):
    """What became of a restore."""

    manifest: Manifest
    begun: Begun
    """What an earlier restore into the database had left."""
    reports: dict[str, Report]
    """By program, what the verification found."""
    migrated: list[str]
    """The migrations by which this Guerdon brought the backup up to date."""

    @property
    def is_clean(self) -> bool:
        """Whether the books are right. Where they are not, they were not when the backup was made."""
        return all(report.is_clean for report in self.reports.values())


def restore(url: str, file: Path, *, workers: int | None = None, told: Told = lambda what, done, of: None) -> Restored:
    """Restore a backup into an empty database.

    Raises BackupUnreadable, RestoreImpossible and MigrationsDisagree before anything is changed, RestoreFailed after.
    """
    manifest = backup.read_manifest(file)
    backup.check_dump(file, manifest, told)
    with connect(url) as connection, restoring.alone(connection):
        begun = restoring.begin(connection, manifest)
        if begun is not Begun.UNPROVEN:
            restoring.read_in(url, file, manifest, told)
        if status(connection).applied == manifest.migrations:
            _compare(connection, manifest, told)
        migrated = migrate(connection, is_restoring=True)
        reports = {
            name: verify(url, number, workers=workers, progress=lambda done, of: told("Replaying members", done, of))
            for name, number in program_names(connection).items()
        }
        connection.commit()
        restoring.finish(connection)
    return Restored(manifest, begun, reports, migrated)


def _compare(connection: Connection, manifest: Manifest, told: Told) -> None:
    """Compare the rows with the manifest; raises RestoreFailed."""
    counts = backup.count_rows(connection, told)
    programs = backup.programs_read(connection)
    connection.commit()
    names = sorted(counts.keys() | manifest.tables.keys())
    wrong = [name for name in names if counts.get(name) != manifest.tables.get(name)]
    if wrong or programs != manifest.programs:
        told_counts = ", ".join(f"{name} has {counts.get(name)} of {manifest.tables.get(name)}" for name in wrong[:5])
        raise RestoreFailed(
            f"What was restored is not what was backed up: {told_counts or 'the programs go otherwise far'}. "
            "Drop this database, and restore into a fresh one."
        )
