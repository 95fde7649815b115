"""The JSON Schema and the reference of specs files, from the tables that read them."""

from guerdon.language.forms import Schema
from guerdon.language.reference import sections_and_wordings
from guerdon.language.schema import schema_of
from guerdon.specs.cases import SPECS

_HEAD = """# The specs file

This page is generated from the tables that the reader of specs files follows. Change those, not the page.

A specs file holds worked cases of a program: what happens, and what is expected of it. It is YAML of the same plain
kind as [the program file](program-file.md), with the same rules and the same wordings of amounts and dates. It stands
beside its program under the name `NAME.specs.yaml`, and `guerdon check NAME.yaml` runs it.
[Write specs](../how-to/write-specs.md) shows how.

A step is an event: its kind is a key, and the fields of the event stand beside it. [Events](events.md) explains every
kind and field. Money is written as money, an amount of a unit as such, and everything else as a text or a number.

All errors of a file are told at once, each with its line and column, with the
[codes](program-file.md#errors) of program files.
"""


def specs_schema() -> Schema:
    """The schema of a specs file."""
    return schema_of(SPECS)


def specs_reference() -> str:
    """The page ``docs/reference/specs.md``."""
    return "\n".join([_HEAD, *sections_and_wordings(SPECS)])
