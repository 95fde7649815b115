"""The words that stand under the fields of a class: Python forgets them, so they are read from the source."""

import ast
import inspect
import textwrap
from typing import Any

from docs.pages.markdown import plain


def field_words(struct: type[Any]) -> dict[str, str]:
    """What stands under each field of a class and of those it is made from, by the field's name."""
    words: dict[str, str] = {}
    for kind in reversed(struct.__mro__):
        if kind.__module__ == struct.__module__:
            words |= _own_words(kind)
    return words


def _own_words(kind: type[Any]) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    definition = tree.body[0]
    assert isinstance(definition, ast.ClassDef), "the source of a class is a class"
    words = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(below):
            words[field.target.id] = plain(ast.literal_eval(below.value))  # type: ignore[attr-defined]
    return words


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
