"""Row-level security: whoever acts for one program sees and touches nothing of another, whatever the statement says."""

import pytest
from http_fixtures import counter, enrol
from ledger_fixtures import SIMPLE
from psycopg import errors, sql

from guerdon.store.database import connect
from guerdon.store.pool import acting_for

OTHER = SIMPLE.replace("program: shop", "program: other")
OF_ALL = {"currency_rates", "migrations"}
"""Tables that are about no program."""


def _tables(url: str) -> list[str]:
    with connect(url) as connection:
        rows = connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        return sorted(name for (name,) in rows)


def _rows(url: str, table: str) -> int:
    with connect(url) as connection:
        row = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone()
        return 0 if row is None else row[0]


def test_a_program_sees_its_own_rows_and_no_others(database_url: str) -> None:
    with counter(database_url, SIMPLE, OTHER) as shop:
        for name in ("shop", "other"):
            headers = shop.headers(program=name)
            shop.client.post("/v1/events", json=enrol(f"ann-of-{name}"), headers=headers)
        own, other = shop.programs["shop"], shop.programs["other"]
    with connect(database_url) as connection, acting_for(connection, own):
        assert connection.execute("select key from members").fetchall() == [("ann-of-shop",)]
        assert connection.execute("select count(*) from journal").fetchone() == (1,)
        assert connection.execute("select name from programs").fetchall() == [("shop",)]
        found = connection.execute("select count(*) from api_keys where program = %s", [other]).fetchone()
        assert found == (0,)


def test_every_table_of_a_program_is_kept_apart(database_url: str) -> None:
    with counter(database_url, SIMPLE, OTHER) as shop:
        shop.client.post("/v1/events", json=enrol("ann"), headers=shop.headers(program="other"))
        own = shop.programs["shop"]
    open_tables = []
    for table in _tables(database_url):
        with connect(database_url) as connection:
            row = connection.execute("select relrowsecurity from pg_class where oid = %s::regclass", [table]).fetchone()
        if row == (False,) and table not in OF_ALL:
            open_tables.append(table)
    assert open_tables == []
    with connect(database_url) as connection, acting_for(connection, own):
        for table in ("members", "journal", "event_ids", "transfers", "balances"):
            assert connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone() == (
                0,
            )


@pytest.mark.parametrize("table", ["seeds", "person_keys"])
def test_secrets_are_not_read_by_chance(database_url: str, table: str) -> None:
    with counter(database_url, SIMPLE) as shop:
        own = shop.programs["shop"]
    with connect(database_url) as connection, acting_for(connection, own + 1):
        try:
            rows = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone()
        except errors.InsufficientPrivilege:
            return
        assert rows == (0,)


def test_without_a_program_nothing_is_seen(database_url: str) -> None:
    with counter(database_url, SIMPLE) as shop:
        shop.client.post("/v1/events", json=enrol("ann"), headers=shop.headers())
    with connect(database_url) as connection, connection.transaction():
        connection.execute("set local role guerdon_program")
        assert connection.execute("select count(*) from members").fetchone() == (0,)


def test_the_journal_of_another_program_cannot_be_written(database_url: str) -> None:
    with counter(database_url, SIMPLE, OTHER) as shop:
        own, other = shop.programs["shop"], shop.programs["other"]
    before = _rows(database_url, "audit_log")
    with (
        connect(database_url) as connection,
        pytest.raises(errors.InsufficientPrivilege),
        acting_for(connection, own),
    ):
        connection.execute(
            "insert into audit_log (program, key, address, action, target) values (%s, 'k', '', 'a', 't')", [other]
        )
    assert _rows(database_url, "audit_log") == before
