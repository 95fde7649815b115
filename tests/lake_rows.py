"""Tables of a lake made of a few rows, so that a test reads like the table that a person would work out by hand."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import ibis
import pyarrow as pa

from guerdon.insight.lake.tables import TABLES


def in_memory(**rows: Sequence[Mapping[str, Any]]) -> Any:
    """The tables of a lake: what a row leaves out is null, and a table that is not named is empty."""
    made = {
        name: ibis.memtable(pa.Table.from_pylist(list(rows.get(name, ())), table.schema))
        for name, table in TABLES.items()
    }
    return SimpleNamespace(**made)
