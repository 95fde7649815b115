"""A ledger on several machines, with Citus: what grows for ever is spread by member, the rest stays on the coordinator.

    journal, transfers                                  by member, side by side: nine tenths of the bytes
    members, event_ids, limits, balances, outbox …      on the coordinator, as ordinary tables

A member's entries and transfers lie on one machine, so a statement or a replay asks one. What a till locks and what
must be unique over all members stays in one place: Citus locks rows of one machine at a time, and lets a key be unique
only with the column it spreads by. A batch is committed on all machines or on none, in two phases.

Three things that the database itself does cannot follow a table onto other machines. Each has a substitute:

- Triggers that refuse changes of journal and transfers: the rights to change them are taken away, from the owner too.
  A superuser is not held by rights.
- The trigger that moves balances: the till moves them in the same transaction (`store.ledger`). That the accounts of a
  unit add up to zero is still checked by the database at every commit: balances stay on the coordinator.
- Row-level security: its setting does not travel. A cluster serves one program; the database refuses a second.
"""

import time
from typing import NamedTuple

from psycopg import sql

from guerdon.store.database import Connection
from guerdon.store.queries import statement

_TABLES = ("journal", "transfers")

_OLDEST_CITUS = 12
"""The first version that is known to join local with distributed tables, on either side of an outer join."""


_LOOKS, _PAUSE = 10, 0.1
"""How often, and how many seconds apart, it looks whether others have gone."""


class CannotDistribute(Exception):
    """The tables cannot be distributed. Nothing was changed."""


class Distributed(NamedTuple):
    """What was distributed."""

    tables: tuple[str, ...]
    """Empty: they were distributed already."""
    machines: int
    guards_bind_nobody: bool
    """The user of the database is a superuser, whom no missing right keeps from changing the journal."""


def distribute(connection: Connection) -> Distributed:
    """Spread journal and transfers over a Citus cluster, in one transaction. Commits. Raises CannotDistribute."""
    with connection.transaction():
        machines = _machines(connection)
        superuser = bool(_column(connection, "is_superuser"))
        if _column(connection, "is_distributed"):
            return Distributed((), machines, superuser)
        _refuse_others(connection)
        _refuse_several_programs(connection)
        # Two tables in one transaction: one connection a machine, one shard after the other.
        connection.execute("set local citus.multi_shard_modify_mode to 'sequential'")
        for table in _TABLES:
            _take_guards_off(connection, table)
            beside = {"table": table, "beside": "none" if table == _TABLES[0] else _TABLES[0]}
            connection.execute(statement("distribute_by_member"), beside)
            connection.execute(statement("forget_local_rows"), {"table": table})
            _take_rights_away(connection, table)
        connection.execute(statement("note_distribution"))
    return Distributed(_TABLES, machines, superuser)


def _machines(connection: Connection) -> int:
    """How many machines there are to spread over."""
    version = connection.execute(statement("citus_version")).fetchone()
    if version is None:
        raise CannotDistribute(
            "This database has no Citus, so there are no other machines to distribute to. Nothing was changed. "
            "On a cluster: create extension citus; on the coordinator, and add the workers."
        )
    if int(version[0].split(".")[0].split("-")[0]) < _OLDEST_CITUS:
        raise CannotDistribute(f"This is Citus {version[0]}; Guerdon needs {_OLDEST_CITUS} or newer.")
    place = connection.execute(statement("citus_place")).fetchone()
    assert place is not None, "it asks for one row"
    is_coordinator, machines = place
    if not is_coordinator:
        raise CannotDistribute("This server is a worker of its cluster. Connect to the coordinator.")
    if not machines:
        raise CannotDistribute(
            "The cluster has no workers yet. Add them first: select citus_add_node('worker-1', 5432);"
        )
    return int(machines)


def _refuse_others(connection: Connection) -> None:
    # Who has just gone is still there for a moment.
    for _ in range(_LOOKS):
        others = [name for (name,) in connection.execute(statement("others_connected"))]
        if not others:
            return
        time.sleep(_PAUSE)
        connection.execute("select pg_stat_clear_snapshot()")
    raise CannotDistribute(
        f"Other processes of Guerdon use the database ({', '.join(others)}). Stop them first: "
        "a till that runs would go on as if nothing had changed."
    )


def _refuse_several_programs(connection: Connection) -> None:
    programs = connection.execute(statement("all_programs")).fetchall()
    if len(programs) > 1:
        names = ", ".join(name for _, name in programs)
        raise CannotDistribute(
            f"The database serves several programs ({names}), which row-level security keeps apart, and that does not "
            "reach other machines. Give each program a database of its own."
        )


def _take_guards_off(connection: Connection, table: str) -> None:
    for (name,) in connection.execute(statement("triggers_of"), {"table": table}).fetchall():
        connection.execute(sql.SQL("drop trigger {} on {}").format(sql.Identifier(name), sql.Identifier(table)))
    for (name,) in connection.execute(statement("policies_of"), {"table": table}).fetchall():
        connection.execute(sql.SQL("drop policy {} on {}").format(sql.Identifier(name), sql.Identifier(table)))
    connection.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(table)))


def _take_rights_away(connection: Connection, table: str) -> None:
    users = [name for (name,) in connection.execute(statement("users_with_rights"), {"table": table})]
    for user in users:
        connection.execute(
            sql.SQL("revoke update, delete, truncate on {} from {}").format(
                sql.Identifier(table), sql.SQL("public") if user == "public" else sql.Identifier(user)
            )
        )


def _column(connection: Connection, name: str) -> object:
    row = connection.execute(statement(name)).fetchone()
    assert row is not None, "it asks for one row"
    return row[0]
