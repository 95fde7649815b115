"""On which line of a program file something stands: for what is noticed only after the file was read.

Mechanics and rewards stand in the file in the order of the program, so they are found by their place and not by name.
"""

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
        mechanics = self._behind("mechanics")
        levels = [key for item in _items(mechanics) for key, _ in _entries(_value(_value(item, "tiers"), "levels"))]
        return next((level.line for level in levels if level.text.strip() == name), mechanics.line)

    def _item(self, what: str, name: str) -> Node:
        listing, names = self._behind(_LISTS[what]), self._names[what]
        items = _items(listing)
        return items[names.index(name)] if name in names and len(items) == len(names) else listing

    def _behind(self, key: str) -> Node:
        return _value(self._root, key) or self._root


def _entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _value(node: Node | None, key: str) -> Node | None:
    return next((value for name, value in _entries(node) if name.text.strip() == key), None)
