"""Steps of the schema are applied while others work: older processes, open transactions, tills in the middle of a day.

::

    till      ──●──●──●──●──●──●──●──●──●──●──●──  never refused, never waits for long
    migrate        ▲ 0101      ▲ 0102     ▲ 0103
"""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from ledger_fixtures import SIMPLE, Shop, enrol
from psycopg import errors

from guerdon.store import migrations
from guerdon.store.database import connect
from guerdon.store.migrations import (
    Applied,
    Migration,
    MigrationsDisagree,
    OlderStillRuns,
    compare,
    migrate,
    postponed,
    status,
)

REAL = migrations.migrations()
COLUMN = Migration(101, "0101_column.sql", "-- expand: a column\nalter table members add column nickname text;")
TABLE = Migration(102, "0102_table.sql", "-- expand: a table\ncreate table badges (member bigint primary key);")
INDEX = Migration(
    103,
    "0103_index.sql",
    "-- expand, concurrently: an index\ncreate index concurrently journal_by_event on journal (event_id);",
)
CONTRACT = Migration(104, "0104_gone.sql", "-- contract from 0.1: a column\nalter table limits drop column allowed;")
WRONG = Migration(105, "0105_wrong.sql", "-- expand: half a table\ncreate table half (); select 1/0")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits as short as a test."""
    monkeypatch.setattr(migrations, "_LONGEST_WAIT", "50ms")
    monkeypatch.setattr(migrations, "_PAUSE", 0.02)


def have(monkeypatch: pytest.MonkeyPatch, *steps: Migration) -> None:
    """Let these steps follow the real ones."""
    monkeypatch.setattr(migrations, "migrations", lambda: [*REAL, *steps])


@contextmanager
def running(url: str, version: str) -> Iterator[None]:
    """A process of another version is connected; afterwards the server has noticed that it is gone."""
    with psycopg.connect(url, application_name=f"guerdon {version}") as other:
        number = other.info.backend_pid
        yield
    with psycopg.connect(url, autocommit=True) as looking:
        while looking.execute("select from pg_stat_activity where pid = %s", [number]).fetchone() is not None:
            time.sleep(0.01)


def tables(url: str) -> set[str]:
    with connect(url) as connection:
        return {row[0] for row in connection.execute("select relname from pg_class where relkind = 'r'")}


# One step.


def test_a_step_that_fails_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, TABLE, WRONG)
    with connect(database_url) as connection:
        with pytest.raises(errors.DivisionByZero):
            migrate(connection)
        assert [step.name for step in status(connection).pending] == [WRONG.name]
    assert "badges" in tables(database_url)
    assert "half" not in tables(database_url)
    have(monkeypatch, TABLE)
    with connect(database_url) as connection:
        assert migrate(connection) == []


@pytest.mark.usefixtures("quick")
def test_a_step_waits_for_whoever_uses_the_table_and_stands_in_nobodys_way(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    have(monkeypatch, COLUMN)
    applied: list[str] = []

    def apply() -> None:
        with connect(database_url) as connection:
            applied.extend(migrate(connection))

    migration = threading.Thread(target=apply)
    with Shop(database_url, SIMPLE) as shop, connect(database_url) as reader:
        reader.execute("select count(*) from members")  # and keeps its transaction open
        migration.start()
        for number in range(20):
            shop.till.commit_one(enrol(f"m{number}"))
            time.sleep(0.01)
        assert applied == []
        reader.commit()
        migration.join(10)
        assert applied == [COLUMN.name]
        assert shop.is_proven()


@pytest.mark.usefixtures("quick")
def test_a_step_that_gets_no_lock_gives_up_and_changes_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    have(monkeypatch, COLUMN)
    monkeypatch.setattr(migrations, "_TRIES", 3)
    with connect(database_url) as reader, connect(database_url) as connection:
        reader.execute("select count(*) from members")
        with pytest.raises(errors.LockNotAvailable):
            migrate(connection)
        assert [step.name for step in status(connection).pending] == [COLUMN.name]
        reader.commit()
        assert migrate(connection) == [COLUMN.name]


def test_an_index_is_built_while_others_write(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, INDEX)
    with connect(database_url) as connection, connect(database_url) as writer:
        # What is left of a try that was interrupted: an index of that name that is of no use.
        connection.execute("create index journal_by_event on journal (seq)")
        connection.execute("update pg_index set indisvalid = false where indexrelid = 'journal_by_event'::regclass")
        connection.commit()
        writer.execute("select 1")
        writer.commit()
        assert migrate(connection) == [INDEX.name]
        row = connection.execute("select indexdef from pg_indexes where indexname = 'journal_by_event'").fetchone()
        assert row is not None
        assert row[0].endswith("(event_id)")
        assert connection.autocommit is False


TILL = """
import sys, threading
from functools import partial
from guerdon.core.events import event_from
from guerdon.runtime.till import Till
from guerdon.store.database import connect
till = Till(partial(connect, sys.argv[1]), int(sys.argv[2]))
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
number = 0
while not stop.is_set():
    number += 1
    event = {"kind": "enrol", "id": f"e{number}", "at": "2026-03-01T12:00:00Z", "member": f"m{number}"}
    assert till.commit_one(event_from(event)).refusal is None
    if number % 20 == 0:
        print(number, flush=True)
print("done", number, flush=True)
"""


def test_a_till_of_another_process_works_on_while_the_schema_grows(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Shop(database_url, SIMPLE) as shop:
        words = [sys.executable, "-c", TILL, database_url, str(shop.program)]
        with subprocess.Popen(words, stdin=-1, stdout=-1, text=True) as till, connect(database_url) as connection:
            assert till.stdout is not None
            for count in range(1, 4):
                assert till.stdout.readline() != ""
                have(monkeypatch, *[COLUMN, TABLE, INDEX][:count])
                assert len(migrate(connection)) == 1
            told, _ = till.communicate()
        assert till.returncode == 0
        assert f"done {shop.row_counts()['journal']}" in told
        assert shop.is_proven()


# Other versions.


@pytest.mark.parametrize("version", ["0.0.9", "0.1.0", "0.2.0"], ids=["older", "the same", "newer"])
def test_a_contract_waits_until_older_processes_have_gone(
    database_url: str, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    have(monkeypatch, TABLE, CONTRACT)
    has_to_wait = version == "0.0.9"
    with connect(database_url) as connection:
        with running(database_url, version):
            found = status(connection)
            assert found.older == ([version] if has_to_wait else [])
            assert postponed(found) == ([CONTRACT] if has_to_wait else [])
            assert migrate(connection) == ([TABLE.name] if has_to_wait else [TABLE.name, CONTRACT.name])
        assert migrate(connection) == ([CONTRACT.name] if has_to_wait else [])


def test_an_expansion_behind_a_contract_that_waits_is_refused(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    have(monkeypatch, CONTRACT, Migration(106, "0106_more.sql", "-- expand: more\ncreate table more ();"))
    with running(database_url, "0.0.9"), connect(database_url) as connection:
        with pytest.raises(OlderStillRuns, match=r"0106_more.sql has to wait for 0104_gone.sql.* 0\.0\.9 is still"):
            migrate(connection)
        assert len(status(connection).applied) == len(REAL)
    assert "more" not in tables(database_url)


def applied(number: int, kind: str, safe_from: str | None = None) -> Applied:
    return Applied(number, f"{number}_later.sql", "x", kind, safe_from)


@pytest.mark.parametrize(
    ("step", "is_fine"),
    [
        (applied(900, "expand"), True),
        (applied(900, "contract"), False),
        (applied(900, "contract", "0.0.9"), True),
        (applied(900, "contract", "0.1"), True),
        (applied(900, "contract", "0.1.0"), True),
        (applied(900, "contract", "0.1.1"), False),
        (applied(900, "contract", "0.10"), False),
        (applied(900, "contract", "1"), False),
    ],
)
def test_a_step_of_a_newer_version_is_lived_with_where_that_is_safe(step: Applied, is_fine: bool) -> None:
    if is_fine:
        assert compare([step], REAL) == [step]
    else:
        with pytest.raises(MigrationsDisagree, match="has migration 900, made for"):
            compare([step], REAL)


def test_a_process_starts_on_a_database_that_a_newer_one_has_expanded(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    have(monkeypatch, COLUMN, TABLE)
    with connect(database_url) as connection:
        migrate(connection)
    have(monkeypatch)
    with connect(database_url) as connection:
        assert migrate(connection) == []
        assert [step.name for step in status(connection).unknown] == [COLUMN.name, TABLE.name]
    with Shop(database_url, SIMPLE) as shop:
        shop.till.commit_one(enrol("ann"))
        assert shop.is_proven()


# The files.


@pytest.mark.parametrize("step", REAL, ids=lambda step: step.name)
def test_every_step_says_in_its_first_line_what_it_does_to_older_versions(step: Migration) -> None:
    assert step.says_its_kind, "begin with '-- expand: …', '-- expand, concurrently: …' or '-- contract from 0.4: …'"
    if step.is_concurrent:
        assert re.sub(r"--.*", "", step.sql).count(";") == 1, "one statement, because it runs outside a transaction"
        assert migrations._INDEX.search(step.sql)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("-- expand: a column", (True, True, False, None)),
        ("-- expand, concurrently: an index", (True, True, True, None)),
        ("-- contract from 0.4: a column", (True, False, False, "0.4")),
        ("-- contract: a column", (False, False, False, None)),
        ("-- A column.", (False, False, False, None)),
        ("-- expand", (True, True, False, None)),
        ("-- expanded", (False, False, False, None)),
        ("", (False, False, False, None)),
    ],
)
def test_the_first_line_is_read(line: str, kind: tuple[bool, bool, bool, str | None]) -> None:
    step = Migration(1, "0001_x.sql", f"{line}\nselect 1;")
    assert (step.says_its_kind, step.expands, step.is_concurrent, step.safe_from) == kind
