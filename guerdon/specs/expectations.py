"""What a step expects, as it is written: a table of keys. How each is held against what came stands in ``looks``."""

from typing import Any, NamedTuple

from guerdon.core.program import Quantity
from guerdon.core.refusals import REFUSALS
from guerdon.language.dates import DATE
from guerdon.language.errors import Wrong, advice, closest, shown
from guerdon.language.forms import Define, Either, Form, Listing, Schema, Table, Turned, one_or_more
from guerdon.language.nodes import Mapping, Node, Scalar
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Broken, Place
from guerdon.language.section import Key, Section
from guerdon.language.words import LEVEL, METER, UNIT, YES_NO
from guerdon.specs.effects import EFFECT
from guerdon.specs.wordings import (
    ANY_MONEY,
    GIVEN,
    GIVER,
    HOLDING,
    LADDER,
    LEFT,
    LOT,
    MOMENT_OR_NEVER,
    NOTHING,
    READING,
    SHARED_LIMIT,
    TEXT,
    WORD,
)


class Look(NamedTuple):
    """One thing that a step expects."""

    key: str
    line: int
    """Where it stands in the file."""
    value: Any


class Looks(Section[Any]):
    """Expectations by their keys. A unit's name is one too: ``points: 12`` is ``wallet: {points: 12}``."""

    def read(self, place: Place) -> tuple[Look, ...]:
        entries = place.entries(self.name)
        if not entries:
            place.refuse("value_empty", f"{place.name} is empty; {self.name} belongs here", self.name)
        errors_before = len(place.desk.errors)
        units = place.desk.names.units
        own, amounts = [], []
        for key, node in entries:
            word = key.node.text if isinstance(key.node, Scalar) else ""
            if word in units and word not in self.keys:
                amounts.append((word, node))
            elif not self._is_misspelt_unit(key, word):
                own.append((key.node, node))
        values = self._own(place, own)
        looks = [Look(name, _line_of(name, own), value) for name, value in values.items()]
        looks += [Look("wallet", node.line, {unit: self._amount(place, unit, node)}) for unit, node in amounts]
        if len(place.desk.errors) > errors_before:
            raise Broken
        return tuple(sorted(looks, key=lambda look: look.line))

    def _own(self, place: Place, entries: list[Any]) -> dict[str, Any]:
        if not entries:
            return {}
        node = Mapping(place.node.line, place.node.column, tuple(entries))
        try:
            return dict(super().read(Place(node, place.path, place.desk, place.subject)))
        except Broken:
            return {}

    def _amount(self, place: Place, unit: str, node: Node) -> int:
        try:
            return HOLDING.read(place.child(unit, node, unit))
        except Broken:
            return 0

    def _is_misspelt_unit(self, key: Place, word: str) -> bool:
        """Whether an unknown key was most likely meant to be a unit, which is then reported."""
        units = key.desk.names.units
        near = "" if word in self.keys else closest(word, [*self.keys, *units])
        if near not in units:
            return False
        key.report("key_unknown", f"{shown(word)} is not a key of {self.name}; did you mean `{near}`?", near)
        return True

    def schema(self, define: Define) -> Schema:
        return super().schema(define) | {"additionalProperties": define(HOLDING)}

    def parts(self) -> tuple[Form[Any], ...]:
        return (*super().parts(), HOLDING)


def _line_of(name: str, entries: list[Any]) -> int:
    return int(next(key.line for key, _ in entries if key.text == name))


def _by(name: str, key: Form[Any], value: Form[Any]) -> Form[dict[str, Any]]:
    """A mapping from names, whose amounts are of what is named."""
    return Table(name, key, value, is_subject=True)


def _word(name: str, *words: str) -> Phrase[str]:
    return Phrase(name, Wording("|".join(words), lambda found, _: found.group()), examples=words)


_NOTHING = _word("`nothing`", NOTHING)
_AMOUNTS = _by("amounts by unit", UNIT, HOLDING)
_LOTS: Form[Any] = Either(
    "lots, or `nothing`", text=Turned(_NOTHING, lambda _: ()), items=Listing("a list of lots", LOT)
)


def _or_nothing(form: Form[Any], empty: Any) -> Form[Any]:
    return Either(f"{form.name}, or `nothing`", text=Turned(_NOTHING, lambda _: empty), mapping=form)


def _given(quantities: tuple[Quantity, ...]) -> dict[str, int]:
    """Amounts by unit."""
    together: dict[str, int] = {}
    for quantity in quantities:
        together[quantity.unit] = together.get(quantity.unit, 0) + quantity.amount
    return {unit: amount for unit, amount in together.items() if amount}


_GRANTED = Turned(one_or_more("an amount or a list of them", GIVEN), _given)

WHAT_IS_LEFT = _by("what is left by shared limit", SHARED_LIMIT, LEFT)

OF_A_MEMBER = [
    Key("wallet", _AMOUNTS, "What is available of each unit that is named, less debt.", "{points: 1_617 points}"),
    Key("pending", _AMOUNTS, "What is granted and not yet available.", "{points: 20 points}"),
    Key("held", _AMOUNTS, "What is reserved.", "{points: 100 points}"),
    Key("debt", _AMOUNTS, "What is owed after a return.", "{points: 4 points}"),
    Key(
        "lots",
        _by("lots by unit", UNIT, _LOTS),
        "All lots of each unit that is named: those that are available, in the order in which they are consumed, and "
        "then those that are pending.",
        "{points: [50 points until 2017-09-03, 20 points]}",
    ),
    Key("tier", LEVEL, "The member stands on this level, on any ladder.", "silver"),
    Key(
        "tiers", Table("levels by ladder", LADDER, LEVEL), "The level on each ladder that is named.", "{tiers: silver}"
    ),
    Key(
        "meters",
        _by("what meters show", METER, READING),
        "What each meter that is named shows on the day.",
        "{spend_12_months: 1_512.49 USD}",
    ),
    Key("due", MOMENT_OR_NEVER, "When time alone next changes something for the member.", "2017-09-03 00:00"),
]

HOLDER = Looks(
    "what another member has",
    "What another member has",
    "What another member of the case has after the step. The name of a unit is a key too: `points: 12` is "
    "`wallet: {points: 12}`.",
    OF_A_MEMBER,
    dict,
)


def _code(word: str) -> str:
    if word not in REFUSALS:
        raise Wrong("name_unknown", f"{shown(word)} is not the code of a refusal; {advice(word, REFUSALS)}")
    return word


REFUSAL = Phrase(
    "the code of a refusal",
    Wording("[a-z][a-z_]*", lambda found, _: _code(found.group())),
    examples=("reward_out_of_stock",),
    about="One of those that the page on refusals lists.",
)

OF_A_PURCHASE = ("paid", "discount")
"""The keys that only a purchase can have."""

OF_A_STEP = [
    Key(
        "granted",
        _or_nothing(Table("amounts by mechanic", GIVER, _GRANTED), {}),
        "Everything that was granted, by mechanic or reward; what is not named must not have been granted.",
        "{base: 12 points}",
    ),
    Key(
        "capped",
        _or_nothing(Table("caps by mechanic", GIVER, WORD), {}),
        "The cap that cut what each mechanic named would have given: `per_event`, `per_member` or `total`. `nothing`: "
        "no cap did.",
        "{base: per_member}",
    ),
    Key(
        "skipped",
        _or_nothing(Table("codes by mechanic", GIVER, WORD), {}),
        "Why each mechanic named did nothing, by the code of the trace. `nothing`: none was skipped.",
        "{base: other_weekday}",
    ),
    Key(
        "effects",
        Either(
            "a list of effects, one of them, or `nothing`",
            text=Turned(_NOTHING, lambda _: ()),
            items=Listing("a list of effects", EFFECT),
        ),
        "Effects that came, in this order; others may stand between them, and fields that are not named are not "
        "looked at. `nothing`: no effects at all.",
        "[{granted: {mechanic: base, amount: 12 points}}, rewarded]",
    ),
    Key("refused", REFUSAL, "The event is refused, with this code.", "reward_out_of_stock"),
    Key("repeated", YES_NO, "Whether the event was answered before, under this id.", "yes"),
    Key("paid", ANY_MONEY, "What the member pays for the basket, after everything that comes off it.", "12.50 USD"),
    Key("discount", ANY_MONEY, "What the program takes off the basket.", "5 USD"),
    Key(
        "left",
        WHAT_IS_LEFT,
        "What is left of a stock, by its reward, or of a budget, by its mechanic.",
        "{coffee: 199}",
    ),
    Key("version", DATE, "The version that decided, by the day from which it is in force.", "2017-01-01"),
    Key(
        "others",
        Table("what other members have", TEXT, HOLDER),
        "What other members of the case have after it.",
        "{bob: {points: 50}}",
    ),
]  # fmt: skip

EXPECTED = Looks(
    "what is expected",
    "What is expected",
    "What must hold after the step. What is not named is not looked at, save that a step is never refused unless it "
    "says so. The name of a unit is a key too: `points: 12` is `wallet: {points: 12}`.",
    [*OF_A_STEP[:1], *OF_A_MEMBER, *OF_A_STEP[1:]],
    dict,
)
