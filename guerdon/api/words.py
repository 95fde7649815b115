"""The words that stand under the fields of a class: Python forgets them, so they are read from the source."""

import ast
import inspect
import sys
from functools import cache
from typing import Any


@cache
def field_words(struct: type[Any]) -> dict[str, str]:
    """What stands under each field of a class and of those it is made from, by the field's name."""
    words: dict[str, str] = {}
    for kind in reversed(struct.__mro__):
        if kind.__module__.startswith("guerdon."):
            words |= _own_words(kind)
    return words


def plain(text: str) -> str:
    """The text of a docstring on one line, with the code marks of Markdown."""
    return " ".join(text.replace("``", "`").split())


def _own_words(kind: type[Any]) -> dict[str, str]:
    return _words_of_module(kind.__module__).get(kind.__name__, {})


@cache
def _words_of_module(module: str) -> dict[str, dict[str, str]]:
    """What stands under the fields of every class of a module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: _words_of(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _words_of(definition: ast.ClassDef) -> dict[str, str]:
    words = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(below):
            words[field.target.id] = plain(ast.literal_eval(below.value))  # type: ignore[attr-defined]
    return words


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
