"""A ledger on several machines: what is refused without them, and that a till keeps the books where no trigger does.

A cluster cannot be brought up by every test run. So the command is tested three times over: without Citus (it says so),
against a stand-in that refuses what Citus refuses and notes what it is asked, and on a real cluster where one is named.
"""

import os
from collections.abc import Iterator

import pytest
from conftest import CITUS_VARIABLE
from ledger_fixtures import FULL_LIMITED, SIMPLE, Shop, enrol, history, in_batches
from psycopg import errors
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.store.database import Connection, connect
from guerdon.store.distribute import CannotDistribute, Distributed, distribute

on_one_server = pytest.mark.skipif(CITUS_VARIABLE in os.environ, reason="this run uses a real cluster")
on_a_cluster = pytest.mark.skipif(
    CITUS_VARIABLE not in os.environ,
    reason=f"no Citus cluster: name an empty database on a coordinator in {CITUS_VARIABLE}",
)

STAND_IN = """
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    values (987654, 'citus', 10, 11, false, '12.1-1');
create table pg_dist_local_group (groupid integer);
insert into pg_dist_local_group values (0);
create table pg_dist_node (groupid integer, isactive boolean, noderole text);
insert into pg_dist_node
    values (0, true, 'primary'), (1, true, 'primary'), (2, true, 'primary'), (3, true, 'secondary');
create table calls (number integer generated always as identity, call text);
create function create_distributed_table(
    table_name regclass, distribution_column text, colocate_with text default 'default'
) returns void language plpgsql as $$
begin
    if exists (select from pg_trigger where tgrelid = table_name and not tgisinternal) then
        raise exception 'cannot distribute relation "%" because it has triggers', table_name;
    end if;
    if exists (select from pg_policy where polrelid = table_name) then
        raise exception 'policies on distributed tables are not supported';
    end if;
    if not exists (
        select from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
        where indrelid = table_name and indisunique and attname = distribution_column
    ) then
        raise exception 'cannot create constraint without the distribution column';
    end if;
    insert into calls (call) values (format('%s by %s beside %s', table_name, distribution_column, colocate_with));
end
$$;
create function truncate_local_data_after_distributing_table(function_name regclass) returns void language sql as $$
    insert into calls (call) values (format('%s is no longer here', function_name))
$$;
"""


@pytest.fixture
def cluster(database_url: str) -> Iterator[str]:
    """A database that looks like one on a coordinator."""
    with connect(database_url) as connection:
        connection.execute(STAND_IN)
        connection.commit()
    yield database_url
    with connect(database_url) as connection:
        connection.execute("delete from pg_extension where extname = 'citus'")
        connection.commit()


def guards(connection: Connection) -> list[str]:
    query = "select tgname from pg_trigger where not tgisinternal order by 1"
    return [name for (name,) in connection.execute(query)]


# Without a cluster.


@on_one_server
def test_without_citus_it_says_so_and_changes_nothing(database_url: str) -> None:
    with connect(database_url) as connection:
        before = guards(connection)
        with pytest.raises(CannotDistribute, match=r"has no Citus.* Nothing was changed"):
            distribute(connection)
        assert guards(connection) == before
        assert connection.execute("select to_regclass('distribution')").fetchone() == (None,)
    told = CliRunner().invoke(app, ["db", "distribute"], env={"GUERDON_DATABASE_URL": database_url})
    assert told.exit_code == 2


# With a stand-in.


@on_one_server
def test_journal_and_transfers_are_spread_by_member_side_by_side(cluster: str) -> None:
    with connect(cluster) as connection:
        assert distribute(connection) == Distributed(("journal", "transfers"), 2, True)
        assert [call for (call,) in connection.execute("select call from calls order by number")] == [
            "journal by member beside none",
            "journal is no longer here",
            "transfers by member beside journal",
            "transfers is no longer here",
        ]
        assert distribute(connection) == Distributed((), 2, True)
        assert connection.execute("select count(*) from calls").fetchone() == (4,)


@on_one_server
def test_the_books_are_right_where_the_till_moves_the_balances(cluster: str) -> None:
    events = history(11, events=120)
    with Shop(cluster, FULL_LIMITED) as shop:
        shop.till.commit(events[:60])
    with connect(cluster) as connection:
        distribute(connection)
        assert "transfers_move_balances" not in guards(connection)
        assert "accounts_of_a_unit_sum_to_zero" in guards(connection)
    with Shop(cluster, FULL_LIMITED) as shop:
        for batch in in_batches(events[60:], 7):
            shop.till.commit(batch)
        assert shop.is_proven()


@on_one_server
def test_without_the_triggers_missing_rights_keep_the_journal_as_it_is(cluster: str) -> None:
    with connect(cluster) as connection:
        connection.execute("create role guerdon_clerk nologin")
        try:
            connection.execute("grant select, insert, update, delete on journal, transfers to guerdon_clerk")
            connection.commit()
            distribute(connection)
            query = """
                select distinct pg_get_userbyid(grantee), privilege_type from pg_class cross join aclexplode(relacl)
                where relname in ('journal', 'transfers') and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')
            """
            assert connection.execute(query).fetchall() == []
            connection.execute("set role guerdon_clerk")
            connection.execute("select from journal")
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute("update journal set seq = seq")
            connection.rollback()
        finally:
            connection.rollback()
            connection.execute("drop owned by guerdon_clerk")
            connection.execute("drop role guerdon_clerk")
            connection.commit()


@on_one_server
def test_a_cluster_serves_one_program(cluster: str) -> None:
    with Shop(cluster, SIMPLE):
        pass
    with connect(cluster) as connection:
        distribute(connection)
        with pytest.raises(errors.IntegrityConstraintViolation, match="a cluster serves one program"):
            connection.execute("insert into programs (name) values ('other')")
        connection.rollback()
    with Shop(cluster, SIMPLE) as shop:
        assert shop.till.commit_one(enrol("ann")).refusal is None


REFUSED = {
    "an old Citus": ("update pg_extension set extversion = '11.3-1' where extname = 'citus'", "This is Citus 11.3-1"),
    "a worker": ("update pg_dist_local_group set groupid = 3", "is a worker"),
    "no workers": ("delete from pg_dist_node where groupid > 0", "has no workers yet"),
    "workers that are gone": ("update pg_dist_node set isactive = false", "has no workers yet"),
    "two programs": ("insert into programs (name) values ('one'), ('two')", r"several programs \(one, two\)"),
}


@on_one_server
@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_work_is_refused_and_nothing_is_changed(cluster: str, name: str) -> None:
    change, told = REFUSED[name]
    with connect(cluster) as connection:
        connection.execute(change)  # type: ignore[call-overload]
        connection.commit()
        before = guards(connection)
        with pytest.raises(CannotDistribute, match=told):
            distribute(connection)
        assert guards(connection) == before
        assert connection.execute("select count(*) from calls").fetchone() == (0,)


@on_one_server
def test_a_till_that_runs_is_told_to_stop_first(cluster: str) -> None:
    with Shop(cluster, SIMPLE), connect(cluster) as connection:
        before = guards(connection)
        with pytest.raises(CannotDistribute, match="Stop them first"):
            distribute(connection)
        assert guards(connection) == before


@on_one_server
def test_a_failure_in_the_middle_changes_nothing(cluster: str) -> None:
    with connect(cluster) as connection:
        before = guards(connection)
        connection.execute("alter table transfers drop constraint transfers_pkey")
        connection.commit()
        with pytest.raises(errors.RaiseException, match="without the distribution column"):
            distribute(connection)
        assert guards(connection) == before
        assert connection.execute("select count(*) from calls").fetchone() == (0,)


# On a real cluster.


@on_a_cluster
def test_a_year_of_a_shop_on_a_cluster(database_url: str) -> None:
    with connect(database_url) as connection:
        spread = "select count(*) from citus_tables where citus_table_type = 'distributed'"
        assert connection.execute(spread).fetchone() == (2,)
    with Shop(database_url, FULL_LIMITED) as shop:
        for batch in in_batches(history(5, events=300), 20):
            shop.till.commit(batch)
        assert shop.is_proven()
