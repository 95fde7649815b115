"""Settings of a program by their paths, and the program's text with other values in their places.

A path goes through the file as people read it: ``mechanics.base.rate`` is the key ``rate`` of the mechanic ``base``,
``rewards.coffee.cost`` the cost of a coffee, ``mechanics.status.tiers.levels.gold`` what the level asks for. Things in
a list go by their names.

A bare number takes the place of the first number in what stands there; anything else replaces all of it. Nothing else
of the file is touched: comments, order and wording stay.

**Worked.** ``rate: 10 per 1 EUR`` with the value ``15`` is ``rate: 15 per 1 EUR``, and with ``2 per 5 EUR`` just that.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import yaml

from guerdon.language.errors import Wrong, advice, shown

NUMBER = r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?"
_NUMBER = re.compile(rf"(?<![\w.]){NUMBER}")
_BARE = re.compile(NUMBER)
_NAMING = ("name", "reward")
"""Keys that give a thing in a list its name, before the key that it begins with."""


class Setting(NamedTuple):
    """A place in a program's text."""

    path: str
    words: str
    """What stands there now."""
    begins: int
    """Where its value begins in the text, in characters."""
    ends: int
    """Where it ends."""

    def with_value(self, value: str) -> str:
        """What would stand there with another value."""
        return _NUMBER.sub(value, self.words, count=1) if is_bare(value) and self.has_number else value

    @property
    def has_number(self) -> bool:
        """Whether a bare number can take its place in the words."""
        return _NUMBER.search(self.words) is not None


def is_bare(value: str) -> bool:
    """Whether a value is a number and nothing else."""
    return _BARE.fullmatch(value) is not None


class ProgramText:
    """The text of a program that can be read, and its tree."""

    def __init__(self, text: str) -> None:
        """Take a text that was read without errors."""
        # The marks of the tree count from behind a mark of byte order.
        self.text = text.removeprefix("\ufeff")
        self._root = yaml.compose(self.text, Loader=yaml.SafeLoader)

    def setting(self, path: str) -> Setting:
        """The setting of a path. Raises ``Wrong`` where there is none, with what was most likely meant."""
        node = self._root
        for word in path.split("."):
            node = _behind(node, word, path)
        if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">"):
            told = f"{shown(path)} is no single value that could be exchanged; {advice('', dict(_inside(node)))}"
            raise Wrong("kind_wrong", told)
        begins, ends = node.start_mark.index, node.end_mark.index
        ends = begins + len(self.text[begins:ends].rstrip())
        return Setting(path, " ".join(node.value.split()), begins, ends)

    def paths(self) -> Iterator[str]:
        """Every path that leads to one value."""
        return _paths(self._root, "")

    def with_values(self, values: Mapping[str, str]) -> str:
        """The text with other values, by path."""
        text = self.text
        for setting, value in sorted(self._settings(values), key=lambda pair: pair[0].begins, reverse=True):
            text = f"{text[: setting.begins]}{_written(setting.with_value(value))}{text[setting.ends :]}"
        return text

    def _settings(self, values: Mapping[str, str]) -> Iterator[tuple[Setting, str]]:
        for path, value in values.items():
            yield self.setting(path), value


def _paths(node: yaml.Node | None, path: str) -> Iterator[str]:
    inside = list(_inside(node))
    names = [name for name, _ in inside]
    for name, value in inside:
        if names.count(name) == 1 and "." not in name:
            yield from _paths(value, f"{path}.{name}" if path else name)
    if isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">"):
        yield path


def _behind(node: yaml.Node | None, word: str, path: str) -> yaml.Node:
    """Where a word of a path leads. Raises ``Wrong`` where that is nowhere, or to two things."""
    inside = list(_inside(node))
    found = [value for name, value in inside if name == word]
    if not found:
        told = f"{shown(word)} of {shown(path)} is not in the program; {advice(word, dict(inside))}"
        raise Wrong("name_unknown", told)
    if len(found) > 1:
        raise Wrong("name_twice", f"{shown(word)} of {shown(path)} may be either of {len(found)}; give each a `name`")
    return found[0]


def _inside(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """What a path may go on with, and where that leads."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value.strip(), value
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            name = _name_of(item)
            if name:
                yield name, item


def _name_of(item: yaml.Node) -> str:
    """What a thing in a list is called; empty: it has no name."""
    if not isinstance(item, yaml.MappingNode) or not item.value:
        return ""
    named = {key.value.strip(): value.value.strip() for key, value in item.value if isinstance(value, yaml.ScalarNode)}
    given = [named[key] for key in _NAMING if key in named]
    first = item.value[0][0].value.strip()
    return str(given[0] if given else named.get(first, ""))


def _written(words: str) -> str:
    """Words as they may stand anywhere in YAML: plain where that says the same, in quotes otherwise."""
    try:
        read = yaml.compose(f"[{words}]", Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError):
        read = None
    nodes = read.value if isinstance(read, yaml.SequenceNode) else []
    plain = [node.value for node in nodes if isinstance(node, yaml.ScalarNode) and node.style is None]
    return words if plain == [words] and len(nodes) == 1 else json.dumps(words, ensure_ascii=False)
