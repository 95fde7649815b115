"""The named statements of ``queries.sql``."""

from functools import cache
from importlib import resources
from typing import LiteralString


@cache
def _statements() -> dict[str, str]:
    text = resources.files("guerdon.store").joinpath("queries.sql").read_text("utf-8")
    blocks = text.split("-- name: ")[1:]
    named = {}
    for block in blocks:
        name, _, rest = block.partition("\n")
        body = [line for line in rest.splitlines() if not line.startswith("--")]
        named[name.strip()] = "\n".join(body).strip()
    return named


def statement(name: str) -> LiteralString:
    """The text of a statement; raises KeyError for a name that is not in ``queries.sql``."""
    # The text ships with the package; it is as fixed as a literal.
    return _statements()[name]
