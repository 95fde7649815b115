"""Mechanics and meters as a program file declares them, in its own words: for whoever shows them outside the file.

**Worked.** ``mechanics: [{earn: points, name: base, rate: 1 per 1 USD}]`` gives ``{"base": {"earn": "points", "name":
"base", "rate": "1 per 1 USD"}}``. A mechanic without a name stands under the one that Guerdon gives it.
"""

from typing import NamedTuple

from guerdon.language.nodes import Mapping, Node, Sequence, as_plain
from guerdon.language.reader import read_with_words


class Declared(NamedTuple):
    """What a file declares, by name: texts, lists and mappings as they stand there."""

    mechanics: dict[str, object]
    meters: dict[str, object]


def declared(text: str) -> Declared:
    """What a program file declares; raises ``ProgramErrors`` for a file that is wrong."""
    reading = read_with_words(text)
    root = reading.place.node
    items = _behind(root, "mechanics")
    # Mechanics stand in the file in the order of the program.
    nodes = items.items if isinstance(items, Sequence) else ()
    names = [mechanic.name for mechanic in reading.program.mechanics]
    found = _behind(root, "meters")
    meters = {key.text.strip(): as_plain(value) for key, value in found.entries} if isinstance(found, Mapping) else {}
    return Declared(dict(zip(names, map(as_plain, nodes), strict=True)), meters)


def _behind(node: Node, key: str) -> Node | None:
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((value for name, value in entries if name.text.strip() == key), None)
