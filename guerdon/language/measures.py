"""Amounts by what is counted: rates per kilogram, item or amount paid, bands, minimums, and rates that rise."""

import re
from typing import Any, NamedTuple

from guerdon.core.amounts import Rate
from guerdon.language.amounts import MONEY_PATTERN, WORD_PATTERN, amount_of, paid
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.figures import DECIMAL, figure, positive
from guerdon.language.forms import Define, Either, Form, Schema, Table, Turned
from guerdon.language.nodes import Node, Scalar
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Place, Scope
from guerdon.language.rates import MEASURED, OWN_AMOUNT, RATE, THRESHOLD
from guerdon.language.words import LEVEL, METER
from guerdon.mechanics.earn_ladder import Band, LadderStep, RateLadder

_WORDS = {"item": "items", "visit": "visits", "time": "actions"}
"""What is counted in whole numbers, by the word for one of it."""

MONEY_IS_COUNTED = "spend"


class Measured(NamedTuple):
    """An amount of something that can be counted, in its smallest part."""

    counts: str
    """As ``Names.meters`` calls it: ``spend``, ``items``, ``g``, ``ml``, ``visits``, ``actions``, or a unit."""
    amount: int


class MeasuredRate(NamedTuple):
    """A rate with what it counts."""

    counts: str
    rate: Rate
    whole_steps: bool = False
    """Only full steps count."""


def _measured(number: str, word: str, scope: Scope) -> Measured:
    one = word.removesuffix("s")
    for counts, words in MEASURED.items():
        if word in words:
            return Measured(counts, positive(figure(number).in_scale(words[word], f"`{word}`"), number))
    if one in _WORDS:
        return Measured(_WORDS[one], positive(figure(number).in_scale(0, f"`{word}`"), number))
    units = scope.names.units
    unit = word if word in units else f"{word}s"
    if unit not in units:
        known = ["items", "kg", "g", "l", "ml", "visits", "times", *units]
        raise Wrong("name_unknown", f"{shown(word)} is nothing that is counted; {advice(word, known)}")
    return Measured(unit, amount_of(unit, figure(number), scope))


def _is_counted(word: str, scope: Scope) -> bool:
    units = scope.names.units
    known = word.removesuffix("s") in _WORDS or any(word in words for words in MEASURED.values())
    return known or word in units or f"{word}s" in units


AMOUNT = Phrase(
    "an amount of what is counted",
    Wording(MONEY_PATTERN, lambda found, scope: Measured(MONEY_IS_COUNTED, paid(found, scope))),
    Wording(f"{DECIMAL} {WORD_PATTERN}", lambda found, scope: _measured(found[1], found[2], scope)),
    examples=("50 EUR", "3 items", "1.5 kg", "10 visits"),
    about="Money, `items`, `kg` or `g`, `l` or `ml`; of a meter also `visits`, `times`, or a unit that was earned.",
)


def _per_money(found: re.Match[str], scope: Scope) -> MeasuredRate:
    text = found.group()
    plain = text.replace(" per full ", " per ")
    return MeasuredRate(MONEY_IS_COUNTED, RATE.parse(plain, scope), whole_steps=plain != text)


def _per_measure(found: re.Match[str], scope: Scope) -> MeasuredRate:
    gives, _, per = found.group().partition(" per ")
    full = per.startswith("full ")
    word = per.rpartition(" ")[2]
    if not _is_counted(word, scope):
        raise MEASURED_RATE.wrong(found.group())
    amount = OWN_AMOUNT.parse(gives, scope)
    counted = AMOUNT.parse(per.removeprefix("full "), scope)
    return MeasuredRate(counted.counts, Rate(amount, counted.amount), whole_steps=full)


_GIVES = f"(?:{OWN_AMOUNT.pattern})"
MEASURED_RATE = Phrase(
    "a rate",
    Wording(RATE.pattern, _per_money),
    Wording(f"{_GIVES} per full {MONEY_PATTERN}", _per_money),
    Wording(f"{_GIVES} per (?:full )?{DECIMAL} {WORD_PATTERN}", _per_measure),
    examples=("1 per 1 USD", "3 points per full 10 USD", "5 %", "1 per 1 kg", "5 per 1 item", "2 per 1 l"),
    about="How much of the unit for how much paid, weighed or counted. In proportion, then rounded; with `full` only "
    "whole steps count: 3 per full 10 USD gives 3 for 19.99. Cashback is a percentage, or money per money.",
)


class TierRates(NamedTuple):
    """Rates by tier, with what they count."""

    counts: str
    rates: dict[str, Rate]
    whole_steps: bool


def _tier_rates(table: dict[str, MeasuredRate]) -> TierRates:
    first = next(iter(table.values()))
    if len({(rate.counts, rate.whole_steps) for rate in table.values()}) > 1:
        raise Wrong("unit_other", "the rates count different things; all tiers are given by the same")
    return TierRates(first.counts, {level: rate.rate for level, rate in table.items()}, first.whole_steps)


RATES: Form[Any] = Either(
    "a rate, or one for each tier",
    text=MEASURED_RATE,
    mapping=Turned(Table("a rate for each tier", LEVEL, MEASURED_RATE), _tier_rates),
)


def _band_end(found: re.Match[str], scope: Scope) -> Measured | None:
    return AMOUNT.parse(found.group().removeprefix("up to "), scope)


_BAND: Phrase[Measured | None] = Phrase(
    "the end of a band",
    Wording("above", lambda found, scope: None),
    Wording(f"up to (?:{AMOUNT.pattern})", _band_end),
    examples=("up to 30 EUR", "above"),
    about="Up to and with so much: 30.00 is `up to 30 EUR`, 30.01 is not. `above` is the last band.",
)


class Bands(NamedTuple):
    """A table of bands with what they count."""

    counts: str
    bands: tuple[Band, ...]


def _bands(table: dict[Measured | None, int]) -> Bands:
    ends = list(table)
    if None in ends[:-1]:
        raise Wrong("order_wrong", "`above` is the last band; nothing follows it")
    counted = [end for end in ends if end is not None]
    if not counted:
        raise Wrong("settings_conflict", "`above` alone is no table of bands; give `flat`", "flat")
    if len({end.counts for end in counted}) > 1:
        raise Wrong("unit_other", "the bands count different things; all must be of one kind")
    amounts = [end.amount for end in counted]
    if amounts != sorted(set(amounts)):
        raise Wrong("order_wrong", "bands are listed from the lowest up, each above the one before it")
    bands = [Band(None if end is None else end.amount, amount) for end, amount in table.items()]
    return Bands(counted[0].counts, tuple(bands))


BANDS: Form[Bands] = Turned(Table("bands with what each gives", _BAND, OWN_AMOUNT), _bands)


def _is_meter(key: Place) -> bool:
    return isinstance(key.node, Scalar) and key.node.text == "meter"


class LadderForm(Form[Any]):
    """``{meter: club_purchases, 1: 1 %, 2: 2 %}``: a meter, and rates by what it must show."""

    name = "a meter, and rates by what it shows"

    def read(self, place: Place) -> tuple[str, RateLadder]:
        entries = place.entries(self.name)
        named = [node for key, node in entries if _is_meter(key)]
        steps = [(key, node) for key, node in entries if not _is_meter(key)]
        if not named or not steps:
            place.refuse("key_missing", f"{self.name} belong here, as in `{{meter: visits, 1: 1 %, 5: 2 %}}`")
        meter = METER.read(place.child("meter", named[0]))
        read = [self._step(place, key, node, meter) for key, node in steps]
        least = [step for step, _ in read]
        if least != sorted(set(least)):
            place.refuse("order_wrong", "steps are listed from the lowest up, each above the one before it")
        if len({rate.counts for _, rate in read}) > 1:
            place.refuse("unit_other", "the rates count different things; all must be of one kind")
        found = tuple([LadderStep(step, rate.rate) for step, rate in read])
        return read[0][1].counts, RateLadder(meter, found)

    def _step(self, place: Place, key: Place, node: Node, meter: str) -> tuple[int, MeasuredRate]:
        """A step, with the meter spoken of in its key and the unit in its value."""
        shown = THRESHOLD.read(Place(key.node, key.path, key.desk, meter))
        rate = MEASURED_RATE.read(place.child(key.path.rpartition(".")[2], node))
        if rate.whole_steps:
            place.refuse("settings_conflict", "`full` is not for the rates of a ladder")
        return shown, rate

    def schema(self, define: Define) -> Schema:
        return {
            "type": "object", "minProperties": 2, "required": ["meter"], "properties": {"meter": define(METER)},
            "propertyNames": {"anyOf": [{"enum": ["meter"]}, define(THRESHOLD)]},
            "additionalProperties": define(MEASURED_RATE),
        }  # fmt: skip

    def parts(self) -> tuple[Form[Any], ...]:
        return (METER, THRESHOLD, MEASURED_RATE)


LADDER_OF_RATES = LadderForm()
