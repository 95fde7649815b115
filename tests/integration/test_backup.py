"""A backup is of one moment while tills go on, and a restore is all of it, proven, or nothing.

::

    till      ──●──●──●──●──●──●──●──●──
    backup         ╰─ snapshot ──────╮
    restore                          ╰── empty ─► all in one transaction ─► counted ─► replayed ─► free to use
                                           ▲              ▲                    ▲           ▲
                                        killed         killed               killed      killed: the next one goes on
"""

import json
import os
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ledger_fixtures import FULL_LIMITED, SIMPLE, Shop, buy, enrol, history, named
from psycopg import errors, sql
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.runtime.restore import restore
from guerdon.store import backup as module
from guerdon.store.backup import BackupImpossible, BackupUnreadable, Manifest, back_up, read_manifest
from guerdon.store.database import connect
from guerdon.store.migrations import MigrationsDisagree, RestoreUnfinished, migrate
from guerdon.store.restoring import Begun, RestoreFailed, RestoreImpossible


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop in which something of everything has happened."""
    with Shop(database_url, FULL_LIMITED) as shop:
        shop.till.commit(history(7, events=60))
        yield shop


@pytest.fixture
def saved(shop: Shop, database_url: str, tmp_path: Path) -> Path:
    """A backup of it."""
    back_up(database_url, tmp_path / "shop.backup")
    return tmp_path / "shop.backup"


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that a database holds, by table."""
    with connect(url) as connection:
        query = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        names = [name for (name,) in connection.execute(query)]
        return {
            name: connection.execute(
                sql.SQL("select kept::text from {} as kept order by 1").format(sql.Identifier(name))
            ).fetchall()
            for name in names
        }


def relations(url: str) -> int:
    with connect(url) as connection:
        row = connection.execute("select count(*) from pg_class where relnamespace = 'public'::regnamespace").fetchone()
    assert row is not None
    return int(row[0])


def altered(file: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same backup with another manifest."""
    with zipfile.ZipFile(file) as old:
        manifest, dump = json.loads(old.read("manifest.json")), old.read("ledger.dump")
    change(manifest)
    with zipfile.ZipFile(file, "w") as new:
        new.writestr("ledger.dump", dump)
        new.writestr("manifest.json", json.dumps(manifest))
    return file


# What goes right.


def test_what_is_restored_is_what_was_there(saved: Path, database_url: str, empty_database_url: str) -> None:
    restored = restore(empty_database_url, saved, workers=1)
    assert restored.is_clean
    assert restored.begun is Begun.NOTHING
    assert rows(empty_database_url) == rows(database_url)
    assert restored.manifest.tables["journal"] == len(rows(database_url)["journal"])
    with Shop(empty_database_url, FULL_LIMITED) as again:
        assert again.till.commit_one(enrol("latecomer")).refusal is None
        assert again.is_proven()


def test_tills_commit_while_a_backup_is_written_and_it_is_of_one_moment(
    shop: Shop, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    before = shop.row_counts()["journal"]
    answers = []

    def meanwhile(what: str, done: int, of: int) -> None:
        number = len(answers)
        answers.append(
            shop.till.commit(
                [enrol(f"new{number}"), buy(f"b{number}", f"new{number}", "2026-03-01 12:00", "20.00 tea")]
            )
        )

    manifest = back_up(database_url, tmp_path / "shop.backup", meanwhile)
    assert len(answers) > 5
    assert all(answer.refusal is None for batch in answers for answer in batch)
    assert shop.row_counts()["journal"] == before + 2 * len(answers)
    restored = restore(empty_database_url, tmp_path / "shop.backup", workers=1)
    assert restored.is_clean
    assert manifest.programs[0].entries == sum(report.entries for report in restored.reports.values()) == before
    assert len(rows(empty_database_url)["journal"]) == before
    assert shop.is_proven()


def test_several_programs_are_proven_each(
    shop: Shop, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    with Shop(database_url, named(SIMPLE, "other")) as other:
        other.till.commit_one(enrol("ann"))
    back_up(database_url, tmp_path / "both.backup")
    restored = restore(empty_database_url, tmp_path / "both.backup", workers=1)
    assert {name: report.is_clean for name, report in restored.reports.items()} == {"shop": True, "other": True}


def test_books_that_were_wrong_are_restored_and_told(
    shop: Shop, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    with connect(database_url) as connection:
        connection.execute("update members set seq = seq + 1 where id = 1")
        connection.commit()
    back_up(database_url, tmp_path / "wrong.backup")
    restored = restore(empty_database_url, tmp_path / "wrong.backup", workers=1)
    assert not restored.is_clean
    assert rows(empty_database_url) == rows(database_url)


def test_a_backup_is_for_its_owner_alone(saved: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in saved.parent.glob("shop*")] == ["shop.backup"]


def test_roles_that_rights_are_granted_to_are_made(
    shop: Shop, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    role = f"guerdon_{uuid.uuid4().hex[:12]}"
    with connect(database_url) as connection:
        connection.execute(f"create role {role} nologin")
        connection.execute("alter table transfers enable row level security")
        connection.execute(f"create policy one on transfers to {role} using (program = 1)")
        connection.execute(f"grant select on transfers to {role}")
        connection.commit()
        assert role in back_up(database_url, tmp_path / "roles.backup").roles
        connection.execute(f"drop owned by {role}")
        connection.execute(f"drop role {role}")
        connection.commit()
    assert restore(empty_database_url, tmp_path / "roles.backup", workers=1).is_clean
    with connect(empty_database_url) as connection:
        connection.execute(f"set role {role}")
        assert connection.execute("select count(*) > 0 from transfers").fetchone() == (True,)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("select from journal")
        connection.rollback()
        connection.execute(f"drop owned by {role}")
        connection.execute(f"drop role {role}")
        connection.commit()


# What is refused, with nothing changed.


def test_a_file_that_is_there_is_not_overwritten(saved: Path, database_url: str) -> None:
    before = saved.read_bytes()
    with pytest.raises(BackupImpossible, match="is there already"):
        back_up(database_url, saved)
    assert saved.read_bytes() == before


def test_a_backup_that_fails_leaves_no_file(shop: Shop, database_url: str, tmp_path: Path) -> None:
    def stop(what: str, done: int, of: int) -> None:
        if what == "Writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(database_url, tmp_path / "shop.backup", stop)
    with pytest.raises(BackupImpossible, match="cannot be written"):
        back_up(database_url, tmp_path / "nowhere" / "shop.backup")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("programs", "is_fine"), [(17, False), (18, True), (19, True)])
def test_a_server_newer_than_our_pg_dump_is_told(
    shop: Shop, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: int, is_fine: bool
) -> None:
    monkeypatch.setattr(module, "programs_version", lambda: programs)
    if is_fine:
        back_up(database_url, tmp_path / "shop.backup")
    else:
        with pytest.raises(BackupImpossible, match=r"server is PostgreSQL 18, and the pg_dump .* is 17"):
            back_up(database_url, tmp_path / "shop.backup")
        assert list(tmp_path.iterdir()) == []


def test_a_database_with_something_in_it_is_refused(saved: Path, empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("create table mine as select 1 as one")
    with pytest.raises(RestoreImpossible, match=r"not empty: there is something in it \(mine\)"):
        restore(empty_database_url, saved)
    assert set(rows(empty_database_url)) == {"mine"}


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


DAMAGES: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "cut short": (truncate, BackupUnreadable, "or a part of one"),
    "one bit": (flip, BackupUnreadable, "is damaged"),
    "no archive": (lambda file: file.write_text("hello"), BackupUnreadable, "no backup of Guerdon"),
    "another archive": (
        lambda file: zipfile.ZipFile(file, "w").close(), BackupUnreadable, "no backup of Guerdon",
    ),
    "another dump": (
        lambda file: altered(file, lambda it: it.update(dump_sha256="0" * 64)),
        BackupUnreadable, "not what was written",
    ),
    "another format": (
        lambda file: altered(file, lambda it: it.update(format=2, guerdon="9.0.0")),
        BackupUnreadable, r"format 2 by Guerdon 9\.0\.0",
    ),
    "a newer server": (
        lambda file: altered(file, lambda it: it.update(postgres=99)), RestoreImpossible, "comes from PostgreSQL 99",
    ),
    "a newer Guerdon": (
        lambda file: altered(
            file,
            lambda it: it["migrations"].append(
                {"number": 900, "name": "x", "checksum": "x", "kind": "contract", "safe_from": "9.0"}
            ),
        ),
        MigrationsDisagree, r"made for Guerdon 9\.0 and later",
    ),
    "a role of somebody else": (
        lambda file: altered(file, lambda it: it.update(roles=["reports"])), RestoreImpossible, 'create role "reports"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_what_does_not_fit_is_refused_before_anything_is_changed(
    saved: Path, empty_database_url: str, name: str
) -> None:
    damage, error, told = DAMAGES[name]
    damage(saved)
    with pytest.raises(error, match=told):
        restore(empty_database_url, saved)
    assert relations(empty_database_url) == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda it: it["tables"].update(journal=1), r"journal has \d+ of 1"),
        (lambda it: it["tables"].update(more=0), "more has None of 0"),
        (lambda it: it["programs"][0].update(entries=1), "the programs go otherwise far"),
    ],
    ids=["rows", "tables", "programs"],
)
def test_what_is_not_as_the_manifest_says_cannot_be_used(
    saved: Path, empty_database_url: str, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    altered(saved, change)
    for _ in range(2):
        with pytest.raises(RestoreFailed, match=told):
            restore(empty_database_url, saved)
        with connect(empty_database_url) as connection, pytest.raises(RestoreUnfinished):
            migrate(connection)


# Killed.

RESTORE = """
import os, sys
from pathlib import Path
from guerdon.runtime.restore import restore
def told(what, done, of):
    if what == sys.argv[3]:
        os.kill(os.getpid(), 9)
restore(sys.argv[1], Path(sys.argv[2]), workers=1, told=told)
"""


@pytest.mark.parametrize(
    ("moment", "begun"),
    [
        ("Checking", Begun.NOTHING),
        ("Reading", Begun.INTERRUPTED),
        ("Counting", Begun.UNPROVEN),
        ("Replaying members", Begun.UNPROVEN),
    ],
)
def test_a_restore_that_is_killed_goes_on_or_begins_anew(
    saved: Path, database_url: str, empty_database_url: str, moment: str, begun: Begun
) -> None:
    words = [sys.executable, "-c", RESTORE, empty_database_url, str(saved), moment]
    assert subprocess.run(words, check=False, timeout=60).returncode == -9
    if begun is not Begun.NOTHING:
        with connect(empty_database_url) as connection, pytest.raises(RestoreUnfinished, match="restored into this"):
            migrate(connection)
    restored = restore(empty_database_url, saved, workers=1)
    assert restored.begun is begun
    assert restored.is_clean
    assert rows(empty_database_url) == rows(database_url)


def test_another_backup_does_not_take_the_place_of_one_that_is_in(
    saved: Path, database_url: str, empty_database_url: str
) -> None:
    words = [sys.executable, "-c", RESTORE, empty_database_url, str(saved), "Counting"]
    assert subprocess.run(words, check=False, timeout=60).returncode == -9
    with Shop(database_url, FULL_LIMITED) as shop:
        shop.till.commit_one(enrol("latecomer"))
    back_up(database_url, saved.with_name("later.backup"))
    with pytest.raises(RestoreImpossible, match="another backup was being restored into it"):
        restore(empty_database_url, saved.with_name("later.backup"))
    assert restore(empty_database_url, saved, workers=1).is_clean


def test_two_restores_at_once_are_one_too_many(saved: Path, empty_database_url: str) -> None:
    told: list[str] = []

    def again(what: str, done: int, of: int) -> None:
        if what == "Reading" and not told:
            told.append(what)
            with pytest.raises(RestoreImpossible, match="Another process"):
                restore(empty_database_url, saved)

    assert restore(empty_database_url, saved, workers=1, told=again).is_clean
    assert told == ["Reading"]


# The command.


def test_a_password_is_not_on_a_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen
    started: list[tuple[list[str], dict[str, str]]] = []

    def note(words: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        started.append((words, options["env"]))
        return real(["true"], stdin=-1, stdout=-1, stderr=-1)

    monkeypatch.setattr(module.subprocess, "Popen", note)
    with module.program("pg_dump", "postgresql://ann:secret@db/shop", []):
        pass
    ((words, environment),) = started
    assert "secret" not in " ".join(map(str, words))
    assert "user=ann" in words[-1]
    assert environment["PGPASSWORD"] == "secret"
    assert "PGPASSWORD" not in os.environ


def test_the_commands_tell_what_they_did(
    shop: Shop, database_url: str, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    file = str(tmp_path / "shop.backup")
    runner = CliRunner()
    saved = runner.invoke(app, ["backup", file], env={"GUERDON_DATABASE_URL": database_url})
    assert saved.exit_code == 0, saved.output
    assert "is complete: 1 program, " in saved.output
    assert "The key that encrypts the data of persons is not in it" in saved.output
    restored = runner.invoke(app, ["restore", file], env={"GUERDON_DATABASE_URL": empty_database_url})
    assert restored.exit_code == 0, restored.output
    assert "The books are right" in restored.output
    refused = runner.invoke(app, ["restore", file], env={"GUERDON_DATABASE_URL": empty_database_url})
    assert refused.exit_code == 2
    assert isinstance(read_manifest(Path(file)), Manifest)
