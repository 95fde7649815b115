"""What the database itself refuses, whoever asks, and how its schema comes about."""

from collections.abc import Iterator
from multiprocessing import get_context

import psycopg
import pytest
from ledger_fixtures import FULL_LIMITED, LIMITED, Shop, buy, enrol, history
from psycopg import errors

from guerdon.store import migrations
from guerdon.store.database import DatabaseUnreachable, connect
from guerdon.store.migrations import MigrationsDisagree, migrate

NEW_TRANSFER = "insert into transfers values (1, 1, 99, 1, 'points', '{0}', '{1}', {2}, 'gift')"


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, LIMITED) as shop:
        shop.meets(enrol("ana"), buy("p1", "ana", "2026-02-01 10:00", "10.00"))
        yield shop


@pytest.mark.parametrize("table", ["journal", "transfers"])
@pytest.mark.parametrize(
    "change",
    [
        "update {0} set seq = seq + 1",
        "update {0} set member = member",
        "delete from {0}",
        "truncate {0}",
        "truncate programs, members, journal, transfers cascade",
        "merge into {0} using (select 1) as other on true when matched then delete",
    ],
)
def test_journal_and_transfers_grow_by_addition_only(shop: Shop, table: str, change: str) -> None:
    before, rows = shop.stored(), shop.row_counts()
    with pytest.raises(errors.IntegrityConstraintViolation, match="are added, never changed") as refused:
        shop.look.execute(change.format(table))  # type: ignore[call-overload]
    assert refused.value.diag.message_hint == "Correct a mistake by another event."
    assert (shop.stored(), shop.row_counts()) == (before, rows)


@pytest.mark.parametrize("table", ["event_ids", "program_versions"])
@pytest.mark.parametrize("change", ["update {0} set program = program", "delete from {0}"])
def test_event_ids_and_versions_never_change(shop: Shop, table: str, change: str) -> None:
    before, rows = shop.stored(), shop.row_counts()
    with pytest.raises(errors.IntegrityConstraintViolation, match="are added, never changed"):
        shop.look.execute(change.format(table))  # type: ignore[call-overload]
    assert (shop.stored(), shop.row_counts()) == (before, rows)


@pytest.mark.parametrize(
    ("transfer", "constraint"),
    [
        (("issued", "available", 0), "transfer_moves_an_amount"),
        (("issued", "available", -5), "transfer_moves_an_amount"),
        (("available", "available", 5), "transfer_joins_two_accounts"),
        (("thin air", "available", 5), "transfer_leaves_a_known_account"),
        (("available", "", 5), "transfer_reaches_a_known_account"),
    ],
)
def test_a_transfer_moves_something_between_two_known_accounts(
    shop: Shop, transfer: tuple[str, str, int], constraint: str
) -> None:
    before = shop.stored()
    with pytest.raises(errors.CheckViolation) as refused:
        shop.look.execute(NEW_TRANSFER.format(*transfer))  # type: ignore[call-overload]
    assert refused.value.diag.constraint_name == constraint
    assert shop.stored() == before


def test_a_transfer_that_is_added_moves_the_balances_by_itself(shop: Shop) -> None:
    before = shop.account("available"), shop.account("issued")
    shop.look.execute(NEW_TRANSFER.format("issued", "available", 5))  # type: ignore[call-overload]
    assert (shop.account("available"), shop.account("issued")) == (before[0] + 5, before[1] - 5)


@pytest.mark.parametrize(
    "change",
    [
        "update balances set balance = balance + 1 where account = 'available'",
        "delete from balances where account = 'issued'",
        "insert into balances values (1, 'pesos', 'issued', 0, 1)",
    ],
)
def test_balances_that_would_not_sum_to_zero_are_refused_at_the_commit(shop: Shop, change: str) -> None:
    before = shop.stored()
    with connect(shop.url) as connection:
        connection.execute(change)  # type: ignore[call-overload]
        with pytest.raises(errors.IntegrityConstraintViolation, match=r"add up to .*, not to zero") as refused:
            connection.commit()
    assert refused.value.diag.constraint_name == "accounts_of_a_unit_sum_to_zero"
    assert shop.stored() == before


def test_balances_may_be_out_of_balance_until_the_commit(shop: Shop) -> None:
    with connect(shop.url) as connection:
        connection.execute("insert into balances values (1, 'pesos', 'issued', 0, -1)")
        connection.execute("insert into balances values (1, 'pesos', 'available', 0, 1)")
    assert shop.account("available", "pesos") == 1


@pytest.mark.parametrize("change", ["used = allowed + 1", "used = -1", "allowed = used - 1"])
def test_a_limit_is_kept(shop: Shop, change: str) -> None:
    before = shop.stored()
    with pytest.raises(errors.CheckViolation, match="limit_is_kept"):
        shop.look.execute(f"update limits set {change} where name = 'opening'")  # type: ignore[call-overload]
    assert shop.stored() == before


def test_an_event_id_is_recorded_once(shop: Shop) -> None:
    with pytest.raises(errors.UniqueViolation):
        shop.look.execute("insert into event_ids values (1, 'p1', 1, 99)")


def test_every_table_column_and_function_says_what_it_is_for(database_url: str) -> None:
    query = """
        select relname, attname, col_description(pg_class.oid, attnum) from pg_class
        join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
        union all
        select relname, '', obj_description(oid, 'pg_class') from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
        union all
        select proname, '()', obj_description(oid, 'pg_proc') from pg_proc where pronamespace = 'public'::regnamespace
    """
    with connect(database_url) as connection:
        found = connection.execute(query).fetchall()
    assert len(found) > 60
    assert [f"{table}.{column}" for table, column, comment in found if not (comment or "").endswith(".")] == []


# Migrations.


def test_a_fresh_database_is_brought_up_to_date_and_a_second_time_changes_nothing(empty_database_url: str) -> None:
    with connect(empty_database_url) as connection:
        assert migrate(connection) == [step.name for step in migrations.migrations()]
        applied = connection.execute("select * from migrations").fetchall()
        assert migrate(connection) == []
        assert connection.execute("select * from migrations").fetchall() == applied
    with Shop(empty_database_url, FULL_LIMITED) as shop:
        shop.till.commit(history(3, events=20))
        with connect(empty_database_url) as connection:
            assert migrate(connection) == []
        assert shop.is_proven()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "update migrations set checksum = 'other' where number = 1",
            "0001_ledger.sql was changed after it was applied",
        ),
        (
            "insert into migrations values (9999, '9999_later.sql', 'x', 'contract')",
            "has migration 9999, .*Use a newer one",
        ),
    ],
)
def test_a_database_that_other_files_made_is_left_alone(database_url: str, change: str, told: str) -> None:
    with connect(database_url) as connection:
        connection.execute(change)  # type: ignore[call-overload]
        connection.commit()
        with pytest.raises(MigrationsDisagree, match=told):
            migrate(connection)


def test_the_steps_are_numbered_from_one_without_a_gap() -> None:
    steps = migrations.migrations()
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))


def migrate_alone(url: str) -> None:
    with connect(url) as connection:
        migrate(connection)


def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    context = get_context("spawn")
    processes = [context.Process(target=migrate_alone, args=(empty_database_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("select count(*) from migrations").fetchone() == (len(migrations.migrations()),)


def test_a_database_that_is_not_there_is_told_with_what_to_do() -> None:
    with pytest.raises(DatabaseUnreachable, match="Is the server of GUERDON_DATABASE_URL running"):
        connect("postgresql://guerdon@/shop?host=/nowhere")
