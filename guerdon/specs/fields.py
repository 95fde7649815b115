"""How the fields of an event are written, worked out from their types: a new event kind can be written at once.

| a field of type | is written as |
|---|---|
| ``Money``, ``OwnMoney`` | ``12.50 USD`` |
| ``unit`` with ``amount`` | one amount under ``amount``: ``50 points``, ``-5 USD`` |
| another number | ``2`` |
| ``Id``, ``Name``, ``Prose`` | a text |
| ``bool`` | ``yes`` or ``no`` |
| a moment, a date | ``2017-03-01 12:30``, ``2017-03-01`` |
| a few words (``Literal``) | one of them |
| a tuple | a list, or the one thing by itself |
| a dict | a mapping |
| a Struct | a mapping of its fields, or the wording in ``WORDED`` |
| anything else | its JSON, with texts for numbers |
"""

import types
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from guerdon.core.events import Line, ReturnedLine, TakenReward
from guerdon.core.program import Quantity
from guerdon.language.dates import DATE
from guerdon.language.errors import Wrong
from guerdon.language.forms import Either, Form, Listing, Table, Turned, one_or_more
from guerdon.language.phrases import Choice, Phrase
from guerdon.language.section import Key, Section
from guerdon.language.words import YES_NO
from guerdon.specs.anything import Anything
from guerdon.specs.wordings import (
    ANY_MONEY,
    CHANGE,
    EXAMPLES,
    LINE,
    MOMENT,
    PROSE,
    RETURNED_LINE,
    TAKEN_REWARD,
    TEXT,
    TOLD_MONEY,
    WHOLE_NUMBER,
)

WORDED: dict[type[Any], Phrase[dict[str, Any]]] = {
    Line: LINE,
    ReturnedLine: RETURNED_LINE,
    TakenReward: TAKEN_REWARD,
}
"""The Structs that may be written in a few words."""

UNSAID: dict[str, str] = {"sku": "", "reason": "a worked case", "by": "staff"}
"""What stands for a text that a source has to give, and that a case may leave out because no rule asks for it."""

_AMOUNT = {"unit", "amount"}


class Field:
    """A field of an event, or its unit and amount together."""

    def __init__(self, name: str, form: Form[Any], *, required: bool) -> None:
        """``required``: a case has to give it."""
        self.name = name
        self.form = form
        self.required = required

    def key(self, about: str, name: str = "", *, required: bool | None = None) -> Key:
        """The key that it is written under: its own name, unless another is given."""
        needed = self.required if required is None else required
        return Key(name or self.name, self.form, about, example_of(self.form, self.name), needed, self.name)


def fields_of(struct: type[msgspec.Struct], without: Sequence[str] = ()) -> list[Field]:
    """The fields of a Struct, in their order. A unit and its amount are one field."""
    hints = get_type_hints(struct, include_extras=True)
    found = {field.name: field for field in msgspec.structs.fields(struct) if field.name not in without}
    together = found.keys() >= _AMOUNT
    fields = []
    for name, field in found.items():
        if together and name == "unit":
            continue
        form = CHANGE if together and name == "amount" else form_of(hints[name])
        fields.append(Field(name, form, required=field.required and name not in UNSAID))
    return sorted(fields, key=lambda field: not field.required)


def completed(struct: type[msgspec.Struct], values: dict[str, Any]) -> dict[str, Any]:
    """What was written of a Struct, as it is read from JSON: with its unit, and with what was left unsaid."""
    names = {field.name for field in msgspec.structs.fields(struct) if field.required}
    unsaid = {name: text for name, text in UNSAID.items() if name in names}
    if isinstance(values.get("amount"), Quantity):
        quantity: Quantity = values["amount"]
        values = values | {"unit": quantity.unit, "amount": quantity.amount}
    return unsaid | values


def form_of(hint: Any) -> Form[Any]:
    """How a value of that type is written."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(parts[0], parts[1:])
    if origin in (Union, types.UnionType):
        return _optional([part for part in parts if part is not type(None)], hint)
    if origin is tuple:
        return _list_of(form_of(parts[0]))
    if origin is dict:
        return Table("names with what belongs to each", form_of(parts[0]), form_of(parts[1]))
    if origin is Literal:
        return Choice(f"one of {', '.join(map(str, parts))}", {str(word): word for word in parts})
    return _plain(hint) if isinstance(hint, type) and origin is None else _as_json(hint)


def _annotated(base: Any, extras: Sequence[Any]) -> Form[Any]:
    if base is int and "money" in extras:
        return TOLD_MONEY
    if base is int and "own money" in extras:
        return ANY_MONEY
    if base is str and any(isinstance(meta, Meta) and (meta.max_length or 0) > 200 for meta in extras):
        return PROSE
    return form_of(base)


def _optional(parts: list[Any], hint: Any) -> Form[Any]:
    """A value that may be missing is left out; there is no word for None."""
    return form_of(parts[0]) if len(parts) == 1 else _as_json(hint)


def _plain(kind: type[Any]) -> Form[Any]:
    simple: dict[type[Any], Form[Any]] = {
        str: TEXT, int: WHOLE_NUMBER, bool: YES_NO, datetime: MOMENT, date: DATE,
    }  # fmt: skip
    if kind in simple:
        return simple[kind]
    return _struct(kind) if issubclass(kind, msgspec.Struct) else _as_json(kind)


def _as_json(hint: Any) -> Form[Any]:
    """A value of a type that has no wording, read as its JSON would be."""

    def turn(value: Any) -> Any:
        try:
            return msgspec.to_builtins(msgspec.convert(value, hint, strict=False))
        except msgspec.ValidationError as wrong:
            raise Wrong("kind_wrong", f"this is not what belongs here: {wrong}") from None

    return Turned(Anything(), turn)


def _struct(kind: type[msgspec.Struct]) -> Form[Any]:
    name = WORDED[kind].name if kind in WORDED else f"a {kind.__name__.lower()}"
    section: Section[dict[str, Any]] = Section(
        f"{name} with its fields",
        f"{name[0].upper()}{name[1:]}",
        "The fields of the event, as the reference of events explains them.",
        [field.key(f"The `{field.name}` of the event.") for field in fields_of(kind)],
        lambda **values: completed(kind, values),
    )
    return Either(name, text=WORDED[kind], mapping=section) if kind in WORDED else section


def _list_of(item: Form[Any]) -> Form[Any]:
    """A list; where there is only one thing, the thing itself."""
    if isinstance(item, Phrase | Choice):
        return one_or_more(f"{item.name}, or a list", item)
    alone = Turned(item, lambda value: (value,))
    listing = Listing(f"a list, each {item.name}", item)
    if isinstance(item, Either):
        return Either(f"{item.name}, or a list", text=alone, items=listing, mapping=alone)
    return listing


def example_of(form: Form[Any], name: str = "") -> str:
    """A right value of a form, as it stands in a file; ``name`` is that of the field."""
    if isinstance(form, Phrase):
        return EXAMPLES.get(name, form.examples[0]) if form in (TEXT, PROSE) else form.examples[0]
    if isinstance(form, Choice):
        return next(iter(form.words))
    if isinstance(form, Listing):
        return f"[{example_of(form.item)}]"
    if isinstance(form, Table):
        return f"{{{example_of(form.key)}: {example_of(form.value)}}}"
    if isinstance(form, Anything):
        return "1"
    if isinstance(form, Section):
        needed = [key for key in form.keys.values() if key.required] or list(form.keys.values())[:1]
        return f"{{{', '.join(f'{key.name}: {key.example}' for key in needed)}}}"
    return example_of(form.parts()[0])
