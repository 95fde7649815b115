"""The declarations: units, meters and lanes."""

import re
from typing import Any

from guerdon.core.amounts import currency_scale
from guerdon.core.program import Meter, Unit
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.figures import counted
from guerdon.language.forms import Either, Listing, Turned
from guerdon.language.matchers import LINES
from guerdon.language.phrases import NAME_PATTERN, Choice, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.rates import WORTH
from guerdon.language.section import Fields, Key, Section, exactly_one
from guerdon.language.terms import ENDLESS, LIFE, WINDOW, Life, whole_life
from guerdon.language.words import COUNTED, CURRENCY

MAX_DECIMALS = 6


def _own_currency(found: re.Match[str], scope: Scope) -> str:
    own = scope.names.currency
    if own and found.group() != own:
        raise Wrong("currency_other", f"{shown(found.group())} is not the currency of this program; write `{own}`", own)
    return found.group()


def _unit(
    *,
    currency: str = "",
    scale: int = 0,
    life: Life = ENDLESS,
    **own: Any,
) -> Unit:
    return Unit(
        scale=currency_scale(currency) if currency else scale, money=bool(currency), expires=life.term,
        inactive_after=life.inactive, **own,
    )  # fmt: skip


def _check_money(fields: Fields) -> None:
    if fields.has("in") and fields.has("decimals"):
        told = "`decimals` and `in` exclude each other: money has the decimals of its currency"
        fields.report("decimals", "settings_conflict", told)


UNIT_SECTION: Section[Unit] = Section(
    "a unit",
    "A unit",
    "Something that members hold: points, stars, vouchers. `{}` declares whole points that last for ever.",
    [
        Key(
            "title",
            COUNTED,
            "What members call it: one text, or the forms that numbers ask for, in the order of the language's plural "
            "rule. One more at the end is the word without a number, where that is another one.",
            "{en: [point, points], ru: [балл, балла, баллов, баллы], bg: [точка, точки]}",
        ),
        Key(
            "in",
            Phrase("a currency", Wording("[A-Z]{3}", _own_currency), examples=("USD",), about=CURRENCY.about),
            "The unit is money of the program's currency: vouchers, cashback. Left out: it is not money.",
            "USD",
            into="currency",
        ),
        Key(
            "decimals",
            counted("a number of decimals", "", "2", least=0, most=MAX_DECIMALS),
            "How many decimals amounts of it have. Left out: none, whole ones only.",
            "2",
            into="scale",
        ),
        Key(
            "expires",
            Either(
                "a term or a list of two", text=LIFE, items=Turned(Listing("a list of two terms", LIFE), whole_life)
            ),
            "When it expires: each grant after a term, or the whole balance after a term without activity. A list of "
            "one of each: whichever comes first. Left out: never.",
            "18 months without activity",
            into="life",
        ),
        Key(
            "worth",
            WORTH,
            "What it is worth in money, for the liability. Left out: nothing. Money is worth itself.",
            "1 USD per 100 points",
        ),
        Key(
            "after_return",
            Choice("`owed` or `forgiven`", {"owed": "owed", "forgiven": "forgiven"}),
            "What becomes of a return's points that were spent already: `owed`, and paid back from what is earned "
            "next, or `forgiven`. Left out: owed.",
            "forgiven",
            into="debt",
        ),
    ],
    _unit,
    checks=[_check_money],
)


def _earned(found: re.Match[str], scope: Scope) -> tuple[str, str]:
    unit, units = found[1], scope.names.units
    if units and unit not in units:
        raise Wrong("name_unknown", f"{shown(unit)} is not a unit of this program; {advice(unit, units)}")
    return "earned", unit


SUM = Phrase(
    "something to add up",
    Wording("spend|items", lambda found, _: (found.group(), "")),
    Wording(f"({NAME_PATTERN}) earned", _earned),
    examples=("spend", "items", "points earned"),
    about="`spend` is the money paid, `items` the number of articles, `points earned` whatever was given of that unit.",
)
COUNT = Choice("`visits`", {"visits": ("visits", "")})


def _meter(*, window: Any, sum: Any = None, count: Any = None, only: Any = None) -> Meter:
    counts, unit = sum or count
    return Meter(counts=counts, window=window, unit=unit, only=only)


def _check_lines(fields: Fields) -> None:
    measure = fields.get("sum")
    if measure is not None and measure[0] == "earned" and fields.has("of"):
        told = f"`of` picks lines of a basket, and `{measure[1]} earned` looks at none; leave it out"
        fields.report("of", "matcher_misplaced", told)


METER_SECTION: Section[Meter] = Section(
    "a meter",
    "A meter",
    "Something that is counted for each member over a window. Lines under `never_earn` never count.",
    [
        Key("sum", SUM, "What is added up.", "spend"),
        Key("count", COUNT, "What is counted: purchases, each one visit.", "visits"),
        Key("window", WINDOW, "Over which days.", "rolling 12 months", required=True),
        Key("of", LINES, "Only these lines count. Left out: all do.", "{category: grocery/coffee}", into="only"),
    ],
    _meter,
    checks=[exactly_one("sum", "count"), _check_lines],
)

CHOOSER = Choice("a way to choose", {"add": "add", "best": "best", "first": "first"})
