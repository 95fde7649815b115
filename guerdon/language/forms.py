"""Forms: what may stand in a place of the file.

A form does three things from one declaration: it reads a place into a value, it gives the JSON Schema of what it reads,
and it describes itself for the reference. So what is accepted, what an editor offers and what is documented cannot
differ.
"""

from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from guerdon.language import nodes
from guerdon.language.errors import Wrong
from guerdon.language.place import Broken, Place

T = TypeVar("T")
U = TypeVar("U")
Schema = dict[str, Any]


class Inner(NamedTuple):
    """Something that stands inside a place, with what it is called there."""

    name: str
    """As it is written: ``rate``, ``gold``."""
    form: "Form[Any]"
    place: Place
    noun: str = ""
    """What it is, where it is a thing of its own: ``mechanic``, ``level``. Empty for a setting of the thing around."""
    verb: str = ""
    """What joins its name to its value in a sentence: a reward ``costs`` 60 stars. Empty: nothing special."""


class Inside(NamedTuple):
    """What stands inside a place, for whoever goes through two files side by side."""

    parts: dict[str, Inner]
    """By what tells that two of them, in two files, are the same one."""
    ordered: bool = False
    """Whether it matters in which order they stand."""


class Form(Generic[T]):
    """What may stand in a place. ``name`` says it with its article: ``a term``."""

    name: str

    def read(self, place: Place) -> T:
        """The value of what stands there; raises ``Broken`` after the errors are reported."""
        raise NotImplementedError

    def schema(self, define: "Define") -> Schema:
        """The JSON Schema of what is read. ``define`` gives a reference to a form that has a page of its own."""
        raise NotImplementedError

    def parts(self) -> tuple["Form[Any]", ...]:
        """The forms inside."""
        return ()

    def inside(self, place: Place) -> Inside | None:
        """What stands inside a place that was read without errors; None: it is one whole."""
        return None

    def read_again(self, place: Place) -> T | None:
        """The value of a place that was read before; None where it cannot be read on its own."""
        try:
            return self.read(place.again())
        except Broken:
            return None


Define = Callable[[Form[Any]], Schema]


class Listing(Form[tuple[T, ...]]):
    """A list with at least one item."""

    def __init__(self, name: str, item: Form[T]) -> None:
        """``name`` is what the whole is called: ``a list of mechanics``."""
        self.name = name
        self.item = item

    def read(self, place: Place) -> tuple[T, ...]:
        items = place.items(self.name)
        if not items:
            place.refuse("value_empty", f"{place.name} is empty; {self.name} belongs here", self.name)
        return tuple(read_all([(item, self.item) for item in items]))

    def schema(self, define: Define) -> Schema:
        return {"type": "array", "minItems": 1, "items": define(self.item)}

    def parts(self) -> tuple[Form[Any], ...]:
        return (self.item,)

    def inside(self, place: Place) -> Inside | None:
        """Its items by their names, where all of them have one."""
        parts: dict[str, Inner] = {}
        items = place.items(self.name)
        for item in items:
            value = self.item.read_again(item)
            name = getattr(value, "name", "") if isinstance(value, msgspec.Struct) else ""
            parts[name] = Inner(name, self.item, item, noun=without_article(self.item.name))
        return Inside(parts, ordered=True) if len(parts) == len(items) and "" not in parts else None


class Table(Form[dict[Any, T]]):
    """A mapping from names that the file chooses."""

    def __init__(
        self, name: str, key: Form[Any], value: Form[T], *, is_subject: bool = False, noun: str = "", verb: str = ""
    ) -> None:
        """``is_subject``: what stands behind a name speaks of that name.

        ``noun`` is what one of its entries is, where they are things of their own, and ``verb`` joins such a thing to
        its value in a sentence.
        """
        self.name = name
        self.key = key
        self.value = value
        self._is_subject = is_subject
        self._noun = noun
        self._verb = verb

    def read(self, place: Place) -> dict[Any, T]:
        entries = place.entries(self.name)
        if not entries:
            place.refuse("value_empty", f"{place.name} is empty; {self.name} belongs here", self.name)
        keys: list[tuple[Place, Form[Any]]] = [(key, self.key) for key, _ in entries]
        values = [(self._behind(place, key, node), self.value) for key, node in entries]
        read: list[Any] = read_all(keys + values)
        return dict(zip(read[: len(keys)], read[len(keys) :], strict=True))

    def _behind(self, place: Place, key: Place, node: nodes.Node) -> Place:
        word = key.node.text if isinstance(key.node, nodes.Scalar) else ""
        return place.child(word, node, word if self._is_subject else None)

    def schema(self, define: Define) -> Schema:
        names, values = define(self.key), define(self.value)
        return {"type": "object", "minProperties": 1, "propertyNames": names, "additionalProperties": values}

    def parts(self) -> tuple[Form[Any], ...]:
        return (self.key, self.value)

    def inside(self, place: Place) -> Inside:
        return Inside({part.name: part for part in self._entries(place)})

    def _entries(self, place: Place) -> Iterator[Inner]:
        for key, node in place.entries(self.name):
            name = key.text("a name")
            yield Inner(name, self.value, self._behind(place, key, node), self._noun, self._verb)


class Either(Form[T]):
    """A text, a list or a mapping, each read in its own way."""

    def __init__(
        self, name: str, *, text: Form[T], items: Form[T] | None = None, mapping: Form[T] | None = None
    ) -> None:
        """``None``: that kind may not stand here."""
        self.name = name
        self._text = text
        self._items = items
        self._mapping = mapping

    def read(self, place: Place) -> T:
        form = self._form_of(place.node)
        if form is None:
            place.text(self.name)
            raise Broken
        return form.read(place)

    def _form_of(self, node: nodes.Node) -> Form[T] | None:
        if isinstance(node, nodes.Sequence):
            return self._items
        if isinstance(node, nodes.Mapping):
            return self._mapping
        return self._text if isinstance(node, nodes.Scalar) else None

    def inside(self, place: Place) -> Inside | None:
        form = self._form_of(place.node)
        return None if form is None else form.inside(place)

    def schema(self, define: Define) -> Schema:
        return {"anyOf": [define(part) for part in self.parts()]}

    def parts(self) -> tuple[Form[Any], ...]:
        return tuple([part for part in (self._text, self._items, self._mapping) if part is not None])


class Turned(Form[U], Generic[T, U]):
    """Another form, with its value made into something else."""

    def __init__(self, inner: Form[T], turn: Callable[[T], U]) -> None:
        """``turn`` may raise ``Wrong``."""
        self.name = inner.name
        self.inner = inner
        self._turn = turn

    def read(self, place: Place) -> U:
        value = self.inner.read(place)
        try:
            return self._turn(value)
        except Wrong as wrong:
            place.refuse_wrong(wrong)

    def schema(self, define: Define) -> Schema:
        return define(self.inner)

    def parts(self) -> tuple[Form[Any], ...]:
        return (self.inner,)

    def inside(self, place: Place) -> Inside | None:
        return self.inner.inside(place)


def without_article(name: str) -> str:
    """What a form is called, without its article: ``a mechanic`` is a ``mechanic``."""
    return name.removeprefix("an ").removeprefix("a ").removeprefix("the ")


def one_or_more(name: str, one: Form[T]) -> Form[tuple[T, ...]]:
    """One of something, or a list of them: ``sat`` and ``[sat, sun]``."""
    return Either(name, text=Turned(one, lambda value: (value,)), items=Listing(name, one))


def read_all(places: list[tuple[Place, Form[Any]]]) -> list[Any]:
    """Read several places; where any is broken, only after all were looked at."""
    values: list[Any] = []
    for place, form in places:
        try:
            values.append(form.read(place))
        except Broken:
            continue
    if len(values) < len(places):
        raise Broken
    return values


def walk(form: Form[Any]) -> Iterator[Form[Any]]:
    """A form and all forms inside it, each once, in the order in which a reader meets them."""
    seen: dict[int, Form[Any]] = {}
    waiting = [form]
    while waiting:
        current = waiting.pop(0)
        if id(current) not in seen:
            seen[id(current)] = current
            waiting = [*current.parts(), *waiting]
    return iter(seen.values())
