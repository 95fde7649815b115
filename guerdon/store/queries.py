"""The named statements of ``queries.sql``."""

from functools import cache
from importlib import resources
from typing import LiteralString


@cache
def named_statements(package: str, file: str) -> dict[str, LiteralString]:
    """The statements of a file that ships with a package, by name.

    A line ``-- name: x`` starts one; lines of comment under it say what it is for.
    """
    text = resources.files(package).joinpath(file).read_text("utf-8")
    named = {}
    for block in text.split("-- name: ")[1:]:
        name, _, rest = block.partition("\n")
        body = [line for line in rest.splitlines() if not line.startswith("--")]
        named[name.strip()] = "\n".join(body).strip()
    # The text ships with the package; it is as fixed as a literal.
    return named


def statement(name: str) -> LiteralString:
    """The text of a statement; raises KeyError for a name that is not in ``queries.sql``."""
    return named_statements("guerdon.store", "queries.sql")[name]
