"""DuckDB: the engine on one machine, inside this process."""

from collections.abc import Mapping, Sequence

import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend

from guerdon.insight.engines.tables import Tables, newest_by_member
from guerdon.insight.lake.opening import Lake
from guerdon.insight.lake.tables import TABLES


def connection() -> Backend:
    """A DuckDB of its own, in memory. Its clock is UTC's, whatever the machine's: instants are shown as they are."""
    engine = ibis.duckdb.connect()
    engine.raw_sql("set timezone = 'UTC'")
    return engine


def tables_of(lake: Lake, engine: Backend | None = None) -> Tables:
    """The tables of a lake."""
    engine = engine or connection()
    found = {name: engine.read_parquet(lake.files(name), table_name=name) for name in TABLES}
    return Tables(**found | {"members": newest_by_member(found["members"])})


def tables_from(rows: Mapping[str, Sequence[Mapping[str, object]]]) -> Tables:
    """Tables of rows in memory: what a row leaves out is null, and a table that is not named is empty."""
    engine = connection()
    found = {}
    for name, table in TABLES.items():
        columns = {c.name: pa.array([row.get(c.name) for row in rows.get(name, ())], c.type) for c in table.columns}
        engine.con.register(name, pa.table(columns))
        found[name] = engine.table(name)
    return Tables(**found | {"members": newest_by_member(found["members"])})
