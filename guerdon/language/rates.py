"""Amounts where one unit is spoken of: inside an earning mechanic, a ladder, or the unit's own declaration.

There the unit's name may be left out (``flat: 100``), and a rate gives the unit that the mechanic gives.
"""

import re
from math import gcd

from guerdon.core.amounts import MAX_AMOUNT, Rate
from guerdon.core.calendar import PeriodUnit
from guerdon.language.amounts import MONEY_PATTERN, WORD_PATTERN, amount_of, facts_of, money, names_unit, paid
from guerdon.language.errors import Wrong, listed, short, shown
from guerdon.language.figures import DECIMAL, Figure, count, figure, positive
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.terms import in_period


def _own(number: str, word: str | None, scope: Scope) -> int:
    """A number of the unit spoken of, with its name or without."""
    unit = scope.subject
    if word and unit and not names_unit(word, unit):
        raise Wrong("unit_other", f"{shown(word)} is not what is given here; write `{short(number)} {unit}`", unit)
    facts = facts_of(unit, scope)
    if facts is not None and facts.money and word is None:
        raise Wrong(
            "unit_other", f"{shown(number)} of what? `{unit}` is money; write `{short(number)} {scope.names.currency}`"
        )
    return amount_of(unit, figure(number), scope)


def _own_money(found: re.Match[str], scope: Scope) -> int:
    facts = facts_of(scope.subject, scope)
    if facts is not None and not facts.money:
        sentence = (
            f"{shown(found.group())} is money, and `{scope.subject}` is not; write `{short(found[1])} {scope.subject}`"
        )
        raise Wrong("unit_other", sentence, scope.subject)
    return paid(found, scope)


OWN_AMOUNT = Phrase(
    "an amount of the unit",
    Wording(f"{DECIMAL}(?: {WORD_PATTERN})?", lambda found, scope: _own(found[1], found[2], scope)),
    Wording(MONEY_PATTERN, _own_money),
    examples=("100 points", "100", "5 USD"),
    about="Of the unit that the mechanic gives. The unit's name may be left out; money keeps its currency.",
)

_COUNTED, _counted_period = in_period(f"{DECIMAL}(?: {WORD_PATTERN})?")
_MONEY_IN, _money_period = in_period(MONEY_PATTERN)


def _cap(found: re.Match[str], scope: Scope) -> tuple[int, PeriodUnit]:
    # The last group is the period, so a word that stands before it is the unit.
    return _own(found[1], found[2], scope), _counted_period(found)


MEMBER_CAP = Phrase(
    "an amount per period",
    Wording(_COUNTED, _cap),
    Wording(_MONEY_IN, lambda found, scope: (_own_money(found, scope), _money_period(found))),
    examples=("500 points a week", "200 points a month", "20 USD a year", "1_000 points"),
    about="`a day`, `a week`, `a month`, `a quarter` or `a year`, each by the calendar, or `a statement period`, which "
    "is the member's own month; without it, for ever.",
)


def _rate(found: re.Match[str], scope: Scope) -> Rate:
    number, word = figure(found[1]), found[2]
    facts = facts_of(scope.subject, scope)
    if word and scope.subject and not names_unit(word, scope.subject):
        raise Wrong("unit_other", f"{shown(word)} is not what is given here; `{scope.subject}` is", scope.subject)
    per = positive(money(found[3], found[4], scope), f"{found[3]} {found[4]}")
    if facts is None:
        return Rate(max(number.digits, 1), per)
    if facts.money:
        raise Wrong("unit_other", f"`{scope.subject}` is money; write its rate as in `5 %` or `0.05 USD per 1 USD`")
    if number.decimals > facts.scale:
        raise _unrepresentable(number, figure(found[3]), found[4], scope.subject, facts.scale)
    return Rate(positive(number.in_scale(facts.scale, f"`{scope.subject}`"), found[1]), per)


def _unrepresentable(number: Figure, per: Figure, currency: str, unit: str, scale: int) -> Wrong:
    """The error about a rate in too small parts, with the same rate in larger ones."""
    ten = 10 ** (number.decimals - scale)
    times = ten // gcd(number.digits, ten)
    whole = Figure(number.digits * times, number.decimals, "")
    same = f"{_written(whole)} per {_written(Figure(per.digits * times, per.decimals, ''))} {currency}"
    has = "whole" if scale == 0 else f"held with {scale} decimals"
    ways = f"write `{same}`, or give the unit `decimals: {number.decimals}`"
    sentence = f"`{short(number.written)}` is too fine: `{unit}` are {has}; {ways}"
    return Wrong("scale_exceeded", sentence, same)


def _written(number: Figure) -> str:
    digits = str(number.digits).rjust(number.decimals + 1, "0")
    whole, part = digits[: len(digits) - number.decimals], digits[len(digits) - number.decimals :].rstrip("0")
    return f"{int(whole):_}.{part}" if part else f"{int(whole):_}"


def _money_rate(found: re.Match[str], scope: Scope) -> Rate:
    gives = found[1], found[2]
    facts = facts_of(scope.subject, scope)
    if facts is not None and not facts.money:
        sentence = f"`{' '.join(gives)}` is money, and `{scope.subject}` is not; write for example `1 per 1 {gives[1]}`"
        raise Wrong("unit_other", sentence)
    per = positive(money(found[3], found[4], scope), f"{found[3]} {found[4]}")
    return Rate(positive(money(*gives, scope), " ".join(gives)), per)


def _percent(found: re.Match[str], scope: Scope) -> Rate:
    facts = facts_of(scope.subject, scope)
    if facts is not None and not facts.money:
        raise Wrong(
            "unit_other",
            f"a percentage is a rate of money, and `{scope.subject}` is not; write for example `1 per 1 USD`",
        )
    number = figure(found[1])
    if number.decimals > 4:
        raise Wrong("scale_exceeded", f"{shown(found.group())} has too many decimals: a percentage has at most 4")
    if number.digits > 100 * 10**number.decimals:
        raise Wrong("number_out_of_range", f"{shown(found.group())} is too large; at most `100 %` belongs here")
    return Rate(positive(number.digits, found.group()), 100 * 10**number.decimals)


RATE = Phrase(
    "a rate on what is paid",
    Wording(f"{DECIMAL}(?: {WORD_PATTERN})? per {MONEY_PATTERN}", _rate),
    Wording(f"{MONEY_PATTERN} per {MONEY_PATTERN}", _money_rate),
    Wording(f"{DECIMAL} ?%", _percent),
    examples=("1 per 1 USD", "1.25 per 5 USD", "3 points per 10 USD", "5 %"),
    about="How much of the unit for how much paid. Cashback is a percentage, or money per money.",
)


def _worth(found: re.Match[str], scope: Scope) -> Rate:
    facts = facts_of(scope.subject, scope)
    if facts is not None and facts.money:
        raise Wrong("settings_conflict", f"`{scope.subject}` is money, and money is worth itself; leave `worth` out")
    value = paid(found, scope)
    return Rate(value, _own(found[3], found[4], scope))


WORTH = Phrase(
    "money per amount of the unit",
    Wording(f"{MONEY_PATTERN} per {DECIMAL}(?: {WORD_PATTERN})?", _worth),
    examples=("1 USD per 100 points", "0.01 USD per 1 point"),
)


MEASURED = {"g": {"g": 0, "kg": 3}, "ml": {"ml": 0, "l": 3}}
"""What is measured: its smallest part, and the words for it with the decimals that each has."""

_PLAIN_COUNTS = {"visits": "visits", "items": "items", "actions": "times"}
"""What is counted in whole numbers, with the word that may stand behind them."""


def _measured(number: str, word: str | None, scope: Scope, measure: str) -> int:
    """A weight or a volume in its smallest part: ``1.5 kg`` is 1500."""
    words = MEASURED[measure]
    if word not in words:
        ways = listed([f"{short(number)} {name}" for name in words], "or")
        raise Wrong("unit_other", f"{shown(f'{number} {word or str()}'.strip())} of what? write {ways}", ways)
    return figure(number).in_scale(words[word], f"`{word}`")


def _threshold(found: re.Match[str], scope: Scope) -> int:
    """A bare number, or one with what the meter counts."""
    measure, word = scope.names.meters.get(scope.subject, ""), found[2]
    if figure(found[1]).digits == 0:
        return 0
    if measure == "spend":
        currency = scope.names.currency or "USD"
        raise Wrong(
            "unit_other",
            f"{shown(found.group())} is not money, and `{scope.subject}` counts it; write for example `350 {currency}`",
        )
    if measure in MEASURED:
        return _measured(found[1], word, scope, measure)
    if measure in _PLAIN_COUNTS:
        if word and not names_unit(word, _PLAIN_COUNTS[measure]):
            called = _PLAIN_COUNTS[measure]
            raise Wrong("unit_other", f"`{scope.subject}` counts {called}; write `{short(found[1])} {called}`")
        return _whole(found[1], _PLAIN_COUNTS[measure])
    return _own(found[1], word, scope._replace(subject=measure))


def _whole(number: str, what: str) -> int:
    if "." in number:
        raise Wrong("scale_exceeded", f"{shown(number)} has decimals, and {what} are whole")
    return count(number, MAX_AMOUNT)


def _money_threshold(found: re.Match[str], scope: Scope) -> int:
    amount = money(found[1], found[2], scope)
    measure = scope.names.meters.get(scope.subject, "")
    facts = facts_of(measure, scope)
    if measure in _PLAIN_COUNTS or measure in MEASURED or (facts is not None and not facts.money):
        called = "kg" if measure == "g" else "l" if measure == "ml" else _PLAIN_COUNTS.get(measure, measure)
        raise Wrong(
            "unit_other",
            f"{shown(found.group())} is money, and `{scope.subject}` counts {called}; write as in `12 {called}`",
        )
    return amount


THRESHOLD = Phrase(
    "a threshold",
    Wording(f"{DECIMAL}(?: {WORD_PATTERN})?", _threshold),
    Wording(MONEY_PATTERN, _money_threshold),
    examples=("1000 USD", "12 visits", "300 points", "5 kg", "3 times", "0"),
    about="In what the meter counts: money, visits, items, `kg` or `g`, `l` or `ml`, a unit, or how many times an "
    "action was done. The lowest level has 0.",
)
