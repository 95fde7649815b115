"""Whatever may stand in a place: for values of a type that has no wording of its own."""

from typing import Any

from guerdon.language.forms import Define, Form, Schema
from guerdon.language.nodes import Mapping, Node, Scalar, Sequence
from guerdon.language.place import Place


class Anything(Form[Any]):
    """Whatever stands there, as texts, lists and mappings."""

    name = "a text, a list or a mapping"

    def read(self, place: Place) -> Any:
        return _bare(place.node)

    def schema(self, define: Define) -> Schema:
        return {"type": ["string", "number", "boolean", "array", "object"]}


def _bare(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key.text: _bare(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [_bare(item) for item in node.items]
    return " ".join(node.text.split()) if isinstance(node, Scalar) else ""


def flat(node: Node) -> str:
    """What stands in a place, on one line."""
    if isinstance(node, Mapping):
        return f"{{{', '.join(f'{key.text}: {flat(value)}' for key, value in node.entries)}}}"
    if isinstance(node, Sequence):
        return f"[{', '.join(map(flat, node.items))}]"
    return " ".join(node.text.split()) if isinstance(node, Scalar) else ""
