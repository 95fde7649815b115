"""``lake.md``: the tables of the lake, column by column."""

from docs.pages.markdown import NOTE, Undocumented, page, table
from guerdon.insight.lake.tables import INSTANT, TABLES, Table

_TYPES = {
    "int64": "whole number",
    "int32": "whole number",
    "string": "text",
    "bool": "true or false",
    "date32[day]": "date",
    str(INSTANT): "instant (UTC)",
    "list<item: string>": "list of texts",
}


def lake_page() -> str:
    """The page."""
    missing = [f"{name}.{column.name}" for name, told in TABLES.items() for column in told.columns if not column.about]
    if missing:
        raise Undocumented(missing)
    return page(
        "# The lake",
        NOTE.format(source="`guerdon/insight/lake/tables.py`"),
        "`guerdon export lake` writes these tables as Parquet files, one file a table and step. "
        "[Export to a lake](../how-to/export-to-a-lake.md) says how, and how to read them with other tools.",
        "Money is in minor units of the program's currency, other amounts in the smallest part of their unit; both are "
        "whole numbers. A date is a day in the program's time zone.",
        *[_section(told) for told in TABLES.values()],
    )


def _section(told: Table) -> str:
    rows = [(f"`{column.name}`", _TYPES[str(column.type)], column.about) for column in told.columns]
    key = ", ".join([f"`{name}`" for name in told.key])
    return page(f"## {told.name}", told.about, f"Key: {key}.", table(("column", "type", "what"), rows)).rstrip("\n")
