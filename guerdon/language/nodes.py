"""A YAML file as texts, lists and mappings, each with its place.

YAML's own types are not used: a value is a text until the place where it stands says what it is read as. So ``no`` is
not False, ``on`` is a key like any other, and ``2017-01-01`` is not a date where a name belongs. What YAML has beyond
texts, lists and mappings (anchors, aliases, merge keys, tags, several documents) is refused.
"""

import re
from collections.abc import Iterator

import msgspec
import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from guerdon.language.errors import Hopeless, ProgramError, collect, shown

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_REFUSED_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Node(msgspec.Struct, frozen=True):
    """A part of the file and where it begins, counted from 1."""

    line: int
    column: int


class Scalar(Node, frozen=True):
    """A text."""

    text: str


class Sequence(Node, frozen=True):
    """A list."""

    items: tuple[Node, ...]


class Mapping(Node, frozen=True):
    """Keys with values, in the order of the file. No key comes twice."""

    entries: tuple[tuple[Scalar, Node], ...]


class Unreadable(Node, frozen=True):
    """A part whose error is already known. Nothing more is said about it."""


def parse(text: str, errors: list[ProgramError], first: str = "program") -> Node:
    """Read a file. What is wrong on the way is added to ``errors``; raises ``Hopeless`` where there is no way on.

    ``first`` is the key that such a file begins with.
    """
    _check_text(text)
    builder = _Builder(_events(text), errors, first)
    try:
        return builder.document()
    except yaml.MarkedYAMLError as wrong:
        raise _hopeless(wrong, text.count("\n") + 1) from None
    except (yaml.YAMLError, ValueError) as wrong:
        raise Hopeless(_error(1, 1, "yaml_syntax", f"this is not YAML: {wrong}")) from None


def _events(text: str) -> Iterator[Event]:
    return iter(yaml.parse(text, Loader=_LOADER))


def _spot(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _error(line: int, column: int, code: str, sentence: str, path: str = "", found: str = "") -> ProgramError:
    return ProgramError(line=line, column=column, path=path, code=code, sentence=sentence, found=found)


def _check_text(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        sentence = f"the file has {len(text):_} characters; at most {MAX_CHARACTERS:_} are read"
        raise Hopeless(_error(1, 1, "file_too_large", sentence))
    refused = _REFUSED_CHARACTER.search(text, 1 if text.startswith("\ufeff") else 0)
    if refused:
        before = text[: refused.start()]
        line, column = before.count("\n") + 1, refused.start() - before.rfind("\n")
        sentence = f"the character U+{ord(refused.group()):04X} has no place in a text"
        raise Hopeless(_error(line, column, "character_refused", sentence))


def _hopeless(wrong: yaml.MarkedYAMLError, last: int) -> Hopeless:
    mark = wrong.problem_mark or wrong.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if line > last:  # the file ends too early, and the parser points behind its end
        line, column = last, 1
    told = ", ".join(part for part in (wrong.context, wrong.problem) if part)
    return Hopeless(_error(line, column, "yaml_syntax", f"this is not YAML: {told}"))


class _Builder:
    """Makes nodes out of the parser's events. Depth is limited, so the call stack is too."""

    def __init__(self, events: Iterator[Event], errors: list[ProgramError], first: str) -> None:
        self._events = events
        self._errors = errors
        self._first = first

    def document(self) -> Node:
        """The file's one document."""
        found: Node | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent) and found is not None:
                self._refuse(event, "", "document_extra", "a file is one document; nothing may follow `---`")
                break
            if isinstance(event, NodeEvent):
                found = self._node(event, "", 0)
        if found is None or (isinstance(found, Scalar) and not found.text):
            told = f"the file is empty; it begins with `{self._first}:` and a name"
            raise Hopeless(_error(1, 1, "file_empty", told))
        return found

    def _node(self, event: Event, path: str, depth: int) -> Node:
        line, column = _spot(event)
        if depth > MAX_DEPTH:
            sentence = f"lists and mappings are nested more than {MAX_DEPTH} deep here"
            raise Hopeless(_error(line, column, "file_too_deep", sentence, path))
        if isinstance(event, AliasEvent):
            self._refuse(event, path, "alias_refused", f"`*{event.anchor}` is an alias; write out what it stands for")
            return Unreadable(line, column)
        self._check_properties(event, path)
        if isinstance(event, ScalarEvent):
            return Scalar(line, column, event.value)
        if isinstance(event, SequenceStartEvent):
            return Sequence(line, column, tuple(self._items(path, depth)))
        return Mapping(line, column, tuple(self._entries(path, depth)))

    def _items(self, path: str, depth: int) -> Iterator[Node]:
        place = 0
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event, f"{path}[{place}]", depth + 1)
            place += 1

    def _entries(self, path: str, depth: int) -> Iterator[tuple[Scalar, Node]]:
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, path, depth + 1)
            name = key.text if isinstance(key, Scalar) else ""
            inner = f"{path}.{name}" if path else name
            value = self._node(next(self._events), inner, depth + 1)
            if not isinstance(key, Scalar):
                if not isinstance(key, Unreadable):
                    self._refuse(event, path, "kind_wrong", "a key is a plain word, and this is a list or a mapping")
            elif name == "<<":
                if not isinstance(value, Unreadable):
                    self._refuse(event, inner, "alias_refused", "`<<` merges mappings; write out what it stands for")
            elif name in lines:
                sentence = f"{shown(name)} stands here twice: the first time on line {lines[name]}"
                self._refuse(event, inner, "key_twice", sentence, name)
            else:
                lines[name] = key.line
                yield key, value

    def _check_properties(self, event: Event, path: str) -> None:
        if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
            if event.anchor is not None:
                sentence = f"`&{event.anchor}` is an anchor, and aliases are not used here; leave it out"
                self._refuse(event, path, "alias_refused", sentence)
            if event.tag is not None:
                sentence = f"{shown(event.tag)} is a YAML tag, and values need none here; leave it out"
                self._refuse(event, path, "tag_refused", sentence, event.tag)

    def _refuse(self, event: Event, path: str, code: str, sentence: str, found: str = "") -> None:
        collect(self._errors, _error(*_spot(event), code, sentence, path, found))


def plain(text: str) -> object:
    """A piece of YAML as plain texts, lists and dicts, for the examples of the schema.

    >>> plain("{tier: [silver, gold]}")
    {'tier': ['silver', 'gold']}
    """
    return as_plain(parse(text, []))


def as_plain(node: Node) -> object:
    """A part of a file as plain texts, lists and dicts, in the file's own words."""
    if isinstance(node, Mapping):
        return {key.text: as_plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [as_plain(item) for item in node.items]
    return node.text if isinstance(node, Scalar) else None


def wording(node: Node) -> str:
    """What stands in a place of the file, on one line, in the file's own words.

    >>> wording(parse("tier: [silver, gold]  # not basic", []))
    '{tier: [silver, gold]}'
    """
    if isinstance(node, Mapping):
        return f"{{{', '.join([f'{key.text}: {wording(value)}' for key, value in node.entries])}}}"
    if isinstance(node, Sequence):
        return f"[{', '.join([wording(item) for item in node.items])}]"
    return " ".join(node.text.split()) if isinstance(node, Scalar) else ""
