"""``database.md``: tables and columns with their comments, as the migrations declare them."""

import re
from typing import NamedTuple

from docs.pages.markdown import NOTE, Undocumented, page, table
from guerdon.store import migrations

TABLE = re.compile(r"^create table (?:if not exists )?(\w+) \(\n(.*?)^\)", re.M | re.S)
COLUMN = re.compile(r"^    (\w+) (\w+(?: varying)?(?:\(\d+\))?)(.*?),?$", re.M)
COMMENT = re.compile(r"comment on (table|column|function) ([\w.]+)(?:\(\))? is '((?:[^']|'')*)'")
TRIGGER = re.compile(r"create (?:constraint )?trigger (\w+)\s+(?:before|after) [\w ]+? on (\w+)", re.S)
CONSTRAINT = re.compile(r"^    constraint (\w+) check", re.M)
NOT_A_COLUMN = ("primary", "unique", "constraint", "check", "foreign")


class Schema(NamedTuple):
    """What the migrations declare."""

    columns: dict[str, list[tuple[str, str, str]]]
    """By table: the column's name, its type and the rest of its declaration."""
    comments: dict[tuple[str, str], str]
    """By kind (table, column, function) and name."""
    guards: dict[str, list[str]]
    """By table: the names of its triggers and checks."""


def read_schema(text: str) -> Schema:
    """Read the declarations of SQL text."""
    columns, guards = {}, {}
    for name, body in TABLE.findall(text):
        columns[name] = [found for found in COLUMN.findall(body) if found[0] not in NOT_A_COLUMN]
        guards[name] = CONSTRAINT.findall(body)
    for trigger, name in TRIGGER.findall(text):
        guards[name].append(trigger)
    comments = {(kind, name): words.replace("''", "'") for kind, name, words in COMMENT.findall(text)}
    return Schema(columns, comments, guards)


def undocumented(schema: Schema) -> list[str]:
    """Tables and columns without a comment."""
    wanted = [("table", name) for name in schema.columns]
    wanted += [("column", f"{name}.{column}") for name, columns in schema.columns.items() for column, _, _ in columns]
    return [f"{kind} {name}" for kind, name in wanted if (kind, name) not in schema.comments]


def database_page() -> str:
    """The page."""
    text = "\n".join([step.sql for step in migrations.migrations()] + [migrations._BOOKKEEPING])
    schema = read_schema(text)
    if missing := undocumented(schema):
        raise Undocumented(missing)
    functions = [(f"`{name}()`", words) for (kind, name), words in schema.comments.items() if kind == "function"]
    return page(
        "# The database",
        NOTE.format(source="the comments in `guerdon/store/migrations`"),
        "Guerdon keeps everything in one PostgreSQL database. The same words are in the database itself: "
        "`\\d+ journal` in `psql` shows them.",
        "Read it as you like; write to it through Guerdon only. The guards refuse the worst, and `guerdon verify` "
        "finds the rest.",
        *[_section(schema, name) for name in schema.columns],
        "## Functions",
        table(("function", "what it does"), functions),
    )


def _section(schema: Schema, name: str) -> str:
    rows = []
    for column, kind, rest in schema.columns[name]:
        may_be_null = "" if "not null" in rest or "primary key" in rest else "yes"
        rows.append((f"`{column}`", f"`{kind}`", may_be_null, schema.comments["column", f"{name}.{column}"]))
    guards = ", ".join(f"`{guard}`" for guard in schema.guards[name])
    more = [f"Guards: {guards}."] if guards else []
    return page(
        f"## `{name}`",
        schema.comments["table", name],
        table(("column", "type", "null", "what it holds"), rows),
        *more,
    ).strip()
