"""Sections: mappings with fixed keys. Each is one table of keys, shared by reader, schema and reference."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from guerdon.language.amounts import QUANTITY
from guerdon.language.errors import Wrong, closest, listed, shown
from guerdon.language.forms import Define, Form, Inner, Inside, Schema
from guerdon.language.nodes import Node, Scalar, plain
from guerdon.language.place import Broken, Desk, Place

T = TypeVar("T")


class Key(NamedTuple):
    """One key of a section."""

    name: str
    form: Form[Any]
    about: str
    """What it means, for the reference and for editors. Says what holds where the key is left out."""
    example: str
    """A right value, as it stands in a file."""
    required: bool = False
    into: str = ""
    """The field of the Struct that it fills; empty: the one of its own name."""
    verb: str = ""
    """What joins the thing to this value in a sentence: a reward ``costs`` 60 stars. Empty: nothing special."""

    @property
    def field(self) -> str:
        return self.into or self.name


class Fields:
    """What was read of one section, for the checks that look at several keys, and for building."""

    def __init__(self, place: Place, places: dict[str, Place], values: dict[str, Any], guessed: frozenset[str]) -> None:
        """``guessed`` are keys that were most likely meant by ones that are misspelt."""
        self.place = place
        self.values = values
        self._places = places
        self._guessed = guessed

    @property
    def desk(self) -> Desk:
        return self.place.desk

    def has(self, name: str) -> bool:
        """Whether a key is there, rightly read or not."""
        return name in self._places or name in self._guessed

    def is_right(self, name: str) -> bool:
        """Whether a key is left out or rightly read: its value can be relied on."""
        return name in self.values or not self.has(name)

    def get(self, name: str) -> Any:
        """The value of a key; None where it is left out or broken."""
        return self.values.get(name)

    def at(self, name: str) -> Place:
        """The place of a key's value; the section's own where it is left out."""
        return self._places.get(name, self.place)

    def report(self, name: str, code: str, sentence: str, expected: str = "") -> None:
        """Add an error about a key."""
        self.at(name).report(code, sentence, expected)

    def declare(self, what: str, name: str, place: Place) -> None:
        """Note the name of something, or report that it is taken."""
        first = self.desk.declared.setdefault((what, name), place.node)
        if first is not place.node:
            told = (
                f"{shown(name)} is the name of two {what}s: the other is on line {first.line}; give each its own name"
            )
            place.report("name_twice", told)


Check = Callable[[Fields], None]


class Section(Form[T]):
    """A mapping with fixed keys."""

    def __init__(
        self,
        name: str,
        title: str,
        about: str,
        keys: Sequence[Key],
        build: Callable[..., T],
        *,
        checks: Sequence[Check] = (),
        subject: str = "",
    ) -> None:
        """``build`` takes the fields by name. ``checks`` run on whatever could be read and report what is wrong.

        ``subject`` is the key that names what the section's amounts are of, or that has an amount of it.
        """
        self.name = name
        self.title = title
        self.about = about
        self.keys = {key.name: key for key in keys}
        self.build = build
        self._checks = checks
        self._subject = subject

    def read(self, place: Place) -> T:
        entries = {key.node.text: (key, node) for key, node in place.entries(self.name) if isinstance(key.node, Scalar)}
        guessed = self._report_unknown(place, [key for key, _ in entries.values()])
        subject = self._subject_of(place, {name: node for name, (_, node) in entries.items()})
        places = {name: place.child(name, entries[name][1], subject) for name in self.keys if name in entries}
        errors_before = len(place.desk.errors)
        values = self._values(places)
        self._report_missing(place, places.keys() | guessed)
        fields = Fields(place, places, values, guessed)
        for check in self._checks:
            check(fields)
        # Whatever is wrong inside was reported: by a key's form, by a check, or as a key that is not known.
        if len(place.desk.errors) > errors_before or guessed or len(entries) > len(places) or len(values) < len(places):
            raise Broken
        return self.build(**{self.keys[name].field: value for name, value in values.items()})

    def _values(self, places: dict[str, Place]) -> dict[str, Any]:
        values = {}
        for name, key in self.keys.items():
            if name in places:
                try:
                    values[name] = key.form.read(places[name])
                except Broken:
                    continue
        return values

    def _subject_of(self, place: Place, nodes: dict[str, Node]) -> str | None:
        """What the subject's key names, or what the amount behind it is of, where that exists."""
        if not self._subject:
            return None
        node = nodes.get(self._subject)
        word = node.text.strip() if isinstance(node, Scalar) else ""
        names = place.desk.names
        if word in names.units or word in names.meters:
            return word
        try:
            return QUANTITY.parse(word, place.scope).unit
        except Wrong:
            return ""

    def _report_unknown(self, place: Place, keys: list[Place]) -> frozenset[str]:
        """Report keys that mean nothing here, and give those that were most likely meant."""
        words = {key.node.text: key for key in keys if isinstance(key.node, Scalar)}
        unknown = [word for word in words if word not in self.keys]
        thousands = [word for word in unknown if word[:1].isdigit()]
        if thousands:
            told = f"{shown(thousands[0])} begins a new key behind a comma; numbers are written as in `2_000_000`"
            words[thousands[0]].report("key_unknown", told)
        guessed = set()
        for word in unknown:
            if word not in thousands:
                near = closest(word, self.keys.keys() - words.keys())
                guessed.add(near)
                advice = f"did you mean `{near}`?" if near else f"there is {listed(list(self.keys))}"
                words[word].report("key_unknown", f"{shown(word)} is not a key of {self.name}; {advice}", near)
        return frozenset(guessed - {""})

    def _report_missing(self, place: Place, present: set[str]) -> None:
        for key in self.keys.values():
            if key.required and key.name not in present:
                told = f"`{key.name}` is missing from {self.name}; write for example `{key.name}: {key.example}`"
                place.report("key_missing", told, key.name)

    def schema(self, define: Define) -> Schema:
        """An object with these keys and no others."""
        properties = {
            name: {**define(key.form), "description": key.about, "examples": [plain(key.example)]}
            for name, key in self.keys.items()
        }
        required = [name for name, key in self.keys.items() if key.required]
        return {
            "title": self.title, "description": self.about, "type": "object", "properties": properties,
            "required": required, "additionalProperties": False,
        }  # fmt: skip

    def parts(self) -> tuple[Form[Any], ...]:
        return tuple([key.form for key in self.keys.values()])

    def inside(self, place: Place) -> Inside:
        """Its values by the fields that they fill: two keys for one field say the same."""
        nodes = {key.node.text: node for key, node in place.entries(self.name) if isinstance(key.node, Scalar)}
        subject = self._subject_of(place, nodes)
        written = [(key, nodes[name]) for name, key in self.keys.items() if name in nodes]
        return Inside(
            {
                key.field: Inner(key.name, key.form, place.child(key.name, node, subject), verb=key.verb)
                for key, node in written
            }
        )


def exactly_one(*names: str) -> Check:
    """A check that one of several keys is there, and only one."""

    def check(fields: Fields) -> None:
        there = [name for name in names if fields.has(name)]
        if len(there) == 1:
            return
        ways = listed(names, "or")
        if there:
            told = f"`{there[1]}` and `{there[0]}` exclude each other; one of {ways} belongs here"
            fields.report(there[1], "settings_conflict", told, ways)
        else:
            fields.place.report("key_missing", f"one of {ways} is missing here", ways)

    return check


def at_most_one(*names: str) -> Check:
    """A check that of several keys no two are there."""
    check_one = exactly_one(*names)

    def check(fields: Fields) -> None:
        if any(fields.has(name) for name in names):
            check_one(fields)

    return check


def needs(name: str, other: str) -> Check:
    """A check that a key comes with another one that gives it its meaning."""

    def check(fields: Fields) -> None:
        if fields.has(name) and not fields.has(other):
            fields.report(name, "settings_conflict", f"`{name}` means nothing without `{other}`", other)

    return check
