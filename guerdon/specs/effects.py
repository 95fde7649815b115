"""Effects as a case expects them: a kind, and some of its fields.

``granted`` alone expects any grant; ``{granted: {mechanic: base, amount: 12 points}}`` expects that one. Kinds and
fields come from the Structs of ``core.effects``; what is not named is not looked at.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from guerdon.core.amounts import currency_scale
from guerdon.core.effects import Effect
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.figures import DECIMAL
from guerdon.language.forms import Define, Form, Schema
from guerdon.language.nodes import Scalar
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Place, Scope, UnitFacts
from guerdon.language.section import Key, Section
from guerdon.specs.anything import Anything, flat
from guerdon.specs.declared import Declared, shown_amount, shown_moment
from guerdon.specs.wordings import EXAMPLES, HOLDING, MOMENT_OR_NEVER, TEXT, WHOLE_NUMBER

EFFECT_KINDS: dict[str, type[msgspec.Struct]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Effect)}
"""Every kind of effect with its Struct."""

_AMOUNT_PATTERN = rf"-?{DECIMAL}(?: [a-z][a-z0-9_-]*)?|-?{DECIMAL} [A-Z]{{3}}(?: in [a-z][a-z0-9_-]*)?|nothing"

SUM = Phrase(
    "an amount of the effect's unit",
    Wording(_AMOUNT_PATTERN, lambda found, scope: _checked(found.group(), scope)),
    examples=("12 points", "12", "5 USD"),
)


def _checked(text: str, scope: Scope) -> str:
    """An amount of no matter which unit; raises ``Wrong`` where it can be of none."""
    number, _, word = text.lstrip("-").partition(" ")
    names = scope.names
    if word[:1].isupper() and names.currency:
        HOLDING.parse(f"{number} {word.split()[0]}", Scope(_any_money(names.currency), "money"))
    elif word and names.units and word not in names.units and f"{word}s" not in names.units:
        raise Wrong("name_unknown", f"{shown(word)} is not a unit of this program; {advice(word, names.units)}")
    return text


def _any_money(currency: str) -> Declared:
    return Declared(currency=currency, units={"money": UnitFacts(currency_scale(currency), money=True)})


class Wanted(NamedTuple):
    """What a field of an effect is expected to be."""

    text: str
    """As the case writes it."""
    fits: Callable[[Any, Effect, Declared], bool]
    """Whether the field of an effect is that."""


class ExpectedEffect(NamedTuple):
    """An effect as a case expects it."""

    kind: str
    fields: dict[str, Wanted]

    def fits(self, effect: Effect, names: Declared) -> bool:
        """Whether an effect is what is expected."""
        return effect.__struct_config__.tag == self.kind and all(
            wanted.fits(getattr(effect, name), effect, names) for name, wanted in self.fields.items()
        )

    def __str__(self) -> str:
        """As a case writes it."""
        fields = ", ".join(f"{name}: {wanted.text}" for name, wanted in self.fields.items())
        return f"{self.kind}: {{{fields}}}" if fields else self.kind


class Want(Form[Wanted]):
    """A form whose value is held against the field of an effect."""

    def __init__(self, inner: Form[Any], fits: Callable[[Any, Any, Effect, Declared], bool]) -> None:
        """``fits`` takes what was read, the field, its effect and the program's names."""
        self.name = inner.name
        self.inner = inner
        self._fits = fits

    def read(self, place: Place) -> Wanted:
        value = self.inner.read(place)
        return Wanted(flat(place.node), lambda field, effect, names: self._fits(value, field, effect, names))

    def schema(self, define: Define) -> Schema:
        return define(self.inner)

    def parts(self) -> tuple[Form[Any], ...]:
        return (self.inner,)


def _is_sum(value: str, field: int | None, effect: Effect, names: Declared) -> bool:
    unit = getattr(effect, "unit", "")
    try:
        return HOLDING.parse(value, Scope(names, unit)) == (field or 0)
    except Wrong:
        return False


def _is_like(value: Any, field: Any, effect: Effect, names: Declared) -> bool:
    return like(value, msgspec.to_builtins(field))


def like(value: Any, found: Any) -> bool:
    """Whether what was found is what was written; of a mapping only the keys that were written are looked at."""
    if isinstance(value, dict):
        return isinstance(found, dict) and all(key in found and like(part, found[key]) for key, part in value.items())
    if isinstance(value, list):
        same = isinstance(found, list | tuple) and len(value) == len(found)
        return same and all(like(part, other) for part, other in zip(value, found, strict=True))
    if isinstance(found, bool):
        return value in (("yes", "true") if found else ("no", "false"))
    return bool(value == ("" if found is None else str(found)))


_IS_INSTANT = Want(MOMENT_OR_NEVER, lambda value, field, effect, names: value == field)
_IS_SUM = Want(SUM, _is_sum)
_IS_NUMBER = Want(WHOLE_NUMBER, lambda value, field, effect, names: value == field)
_IS_TEXT = Want(TEXT, lambda value, field, effect, names: value == field)
_IS_LIKE = Want(Anything(), _is_like)


def is_instant(name: str) -> bool:
    """Whether a field holds an instant, by its name: instants are whole numbers like others."""
    return name in ("at", "until", "since") or name.endswith("_at")


def _want(name: str, hint: Any, *, has_unit: bool) -> Want:
    if hint is str:
        return _IS_TEXT
    if hint not in (int, int | None):
        return _IS_LIKE
    if is_instant(name):
        return _IS_INSTANT
    return _IS_SUM if has_unit else _IS_NUMBER


def _section(kind: str, struct: type[msgspec.Struct]) -> Section[dict[str, Wanted]]:
    hints = get_type_hints(struct)
    wants = {name: _want(name, hints[name], has_unit="unit" in hints) for name in struct.__struct_fields__}
    return Section(
        f"an effect `{kind}`",
        f"`{kind}` as an effect",
        " ".join((struct.__doc__ or "").replace("``", "`").split()),
        [Key(name, want, f"The `{name}` of the effect.", _example(name, want)) for name, want in wants.items()],
        dict,
    )


def _example(name: str, want: Want) -> str:
    if want is _IS_TEXT and name in EXAMPLES:
        return EXAMPLES[name]
    return want.inner.examples[0] if isinstance(want.inner, Phrase) else "[0, 1]"


class Effects(Form[ExpectedEffect]):
    """An effect by its kind, or by its kind with some of its fields."""

    name = "an effect"

    def __init__(self) -> None:
        """Make the section of every kind."""
        self._sections = {kind: _section(kind, struct) for kind, struct in EFFECT_KINDS.items()}
        self._kind = Phrase(
            "a kind of effect",
            Wording("[a-z][a-z_]*", lambda found, _: self._known(found.group())),
            examples=("granted", "tier_changed"),
            about=f"One of {', '.join(f'`{kind}`' for kind in EFFECT_KINDS)}.",
        )

    def _known(self, word: str) -> str:
        if word not in EFFECT_KINDS:
            raise Wrong("name_unknown", f"{shown(word)} is not an effect; {advice(word, EFFECT_KINDS)}")
        return word

    def read(self, place: Place) -> ExpectedEffect:
        if isinstance(place.node, Scalar):
            return ExpectedEffect(self._kind.read(place), {})
        entries = place.entries(self.name)
        if len(entries) != 1:
            example = "`{granted: {amount: 12 points}}`"
            place.refuse("kind_wrong", f"an effect is one kind with its fields, as in {example}", example)
        key, node = entries[0]
        kind = self._kind.read(key)
        return ExpectedEffect(kind, self._sections[kind].read(place.child(kind, node)))

    def schema(self, define: Define) -> Schema:
        kinds = {kind: define(section) for kind, section in self._sections.items()}
        one = {"minProperties": 1, "maxProperties": 1, "additionalProperties": False}
        return {"anyOf": [define(self._kind), {"type": "object", "properties": kinds, **one}]}

    def parts(self) -> tuple[Form[Any], ...]:
        return (self._kind, *self._sections.values())


EFFECT = Effects()


def shown_effect(effect: Effect, names: Declared) -> str:
    """An effect as a case writes it, with the fields that are set."""
    unit = getattr(effect, "unit", "")
    fields = []
    for field in msgspec.structs.fields(effect):
        value = getattr(effect, field.name)
        if value != field.default and field.name != "unit":
            fields.append(f"{field.name}: {_shown_field(field.name, value, unit, names)}")
    return f"{effect.__struct_config__.tag}: {{{', '.join(fields)}}}"


def _shown_field(name: str, value: Any, unit: str, names: Declared) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        if is_instant(name):
            return shown_moment(value, names)
        return shown_amount(value, unit, names)
    built = msgspec.to_builtins(value)
    return str(built).replace("'", "")
