"""On which line of a program file something stands: for what is noticed only after the file was read.

Mechanics and rewards stand in the file in the order of the program, so they are found by their place and not by name.
"""

from collections.abc import Iterator

from guerdon.core.program import Program
from guerdon.language.errors import ProgramError
from guerdon.language.nodes import Mapping, Node, Scalar, Sequence, parse

_LISTS = {"mechanic": "mechanics", "reward": "rewards"}


class Lines:
    """The lines of a program file that was read without an error."""

    def __init__(self, text: str, program: Program) -> None:
        """Take the file's text and what was read of it."""
        errors: list[ProgramError] = []
        self._root = parse(text, errors)
        self._names = {
            "mechanic": [mechanic.name for mechanic in program.mechanics],
            "reward": [reward.name for reward in program.rewards],
        }

    def of(self, what: str, name: str) -> int:
        """The line of a mechanic, a reward, or a level of a ladder; that of the whole list where it is not found."""
        if what in _LISTS:
            return self._item(what, name).line
        return next((node.line for node in _scalars(self._behind("mechanics")) if node.text.strip() == name), 1)

    def _item(self, what: str, name: str) -> Node:
        listing, names = self._behind(_LISTS[what]), self._names[what]
        if name in names and isinstance(listing, Sequence) and len(listing.items) == len(names):
            return listing.items[names.index(name)]
        return listing

    def _behind(self, key: str) -> Node:
        entries = self._root.entries if isinstance(self._root, Mapping) else ()
        return next((value for name, value in entries if name.text.strip() == key), self._root)


def _scalars(node: Node) -> Iterator[Scalar]:
    """Every text in a part of the file: keys and values, from the top down."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _scalars(item)
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            yield key
            yield from _scalars(value)
