"""The wordings of a habits file: how often, any money, so many litres, what something is worth to the shopper."""

import re
from math import gcd

from guerdon.core.amounts import Rate, currency_scale
from guerdon.core.calendar import day_of, next_birthday
from guerdon.insight.shopping.habits import DAYS_OF_A_YEAR, MONTHS_OF_A_YEAR, WEEKS_OF_A_YEAR, Esteem
from guerdon.insight.shopping.money import Price
from guerdon.language.amounts import MONEY_PATTERN
from guerdon.language.dates import CLOCK, FIRST_DATE, minute_of
from guerdon.language.errors import Wrong, shown
from guerdon.language.figures import DECIMAL, WHOLE, count, figure
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Names, Scope

MOST_TIMES = 20 * DAYS_OF_A_YEAR
"""How often a habit may come in a year: twenty times a day."""
MOST_QUANTITY = 10**9

_IN_A_YEAR = {"day": DAYS_OF_A_YEAR, "week": WEEKS_OF_A_YEAR, "month": MONTHS_OF_A_YEAR, "year": 1}
_PERIOD = "(day|week|month|year)"
_WORDS = {"once": 1, "twice": 2}


class Known(Names, frozen=True, kw_only=True):
    """What a habits file declares: the shopper's currency, and those that it has rates for."""

    currencies: frozenset[str] = frozenset()


def price(number: str, currency: str, scope: Scope) -> Price:
    """Money of a currency that is known, nothing included; raises ``Wrong``."""
    names = scope.names
    if isinstance(names, Known) and names.currency and currency not in names.currencies:
        example = f"`rates: {{{currency}: 1.08 {names.currency}}}`"
        raise Wrong("currency_other", f"what `{currency}` is worth is not said; write for example {example}", example)
    return Price(figure(number).in_scale(currency_scale(currency), currency), currency)


PRICE = Phrase(
    "an amount of money",
    Wording(MONEY_PATTERN, lambda found, scope: price(found[1], found[2], scope)),
    examples=("25 USD", "4.50 EUR"),
    about="In the shopper's currency or another that has a rate, with its three capitals.",
)


def _in_a_year(found: re.Match[str], times: int) -> int:
    """How often in a year; refused where that is more than anybody does, or less than once."""
    if not 1 <= times <= MOST_TIMES:
        told = f"{shown(found.group())} is {times:_} times a year; from 1 to {MOST_TIMES:_} times belong here"
        raise Wrong("number_out_of_range", told)
    return times


def _so_often(found: re.Match[str], _: Scope) -> int:
    times = _WORDS.get(found[1]) or count(found[2], MOST_TIMES)
    return _in_a_year(found, times * _IN_A_YEAR[found[3]])


def _every(found: re.Match[str], _: Scope) -> int:
    periods = 1 if found[1] is None else count(found[1], MOST_TIMES)
    return _in_a_year(found, _IN_A_YEAR[found[2]] // periods)


OFTEN = Phrase(
    "how often something happens",
    Wording(f"(once|twice|{WHOLE}(?: times)?) (?:a|per) {_PERIOD}", _so_often),
    Wording(f"every (?:{WHOLE} )?{_PERIOD}s?", _every),
    examples=("2 a week", "once a month", "every 10 days", "5 a year"),
    about="A year counts 365 days, 52 weeks and 12 months: `2 a week` is 104 times, `every 10 days` 36 times.",
)


def _measured(found: re.Match[str], _: Scope) -> int:
    thousandths = figure(found[1]).in_scale(3, "a litre or a kilogram")
    if not 0 < thousandths <= MOST_QUANTITY:
        raise Wrong("number_out_of_range", f"{shown(found.group())} is out of range; up to 1_000_000 belong here")
    return thousandths


LITRES = Phrase("so many litres", Wording(f"{DECIMAL}(?: l)?", _measured), examples=("40", "40.5 l"))
KILOGRAMS = Phrase("so many kilograms", Wording(f"{DECIMAL}(?: kg)?", _measured), examples=("2", "0.75 kg"))

HOUR = Phrase(
    "an hour of the day",
    Wording(f"({CLOCK})", lambda found, _: minute_of(found[1])),
    examples=("15:00",),
    about="On the local clock of each program.",
)


def _share(found: re.Match[str], _: Scope) -> Rate:
    share = figure(found[1])
    per = 100 * 10**share.decimals
    if share.decimals > 6 or share.digits > per:
        raise Wrong("number_out_of_range", f"{shown(found.group())} is not a share; from `0 %` to `100 %` belong here")
    shared = gcd(share.digits, per)
    return Rate(share.digits // shared, per // shared)


SHARE = Phrase("a share", Wording(f"{DECIMAL} ?%", _share), examples=("5 %", "2.5 %"))

ESTEEM = Phrase(
    "what something is worth to the shopper",
    Wording(f"{MONEY_PATTERN}(?: each)?", lambda found, scope: Esteem(price(found[1], found[2], scope))),
    Wording(f"{MONEY_PATTERN} a {_PERIOD}", lambda found, scope: Esteem(price(found[1], found[2], scope), found[3])),  # type: ignore[arg-type]
    examples=("5 USD", "8.99 USD a month"),
    about="For each time it is taken or made use of; with a period, once in each.",
)


def _birthday(found: re.Match[str], _: Scope) -> str:
    month, day = int(found[1][:2]), int(found[1][3:])
    if not (1 <= month <= 12 and 1 <= day <= 31 and next_birthday(found[1], day_of(FIRST_DATE))):
        raise Wrong("phrase_wrong", f"{shown(found[1])} is no day of the year", "a day as in `05-20`")
    return found[1]


BIRTHDAY = Phrase(
    "a birthday",
    Wording("([0-9]{2}-[0-9]{2})", _birthday),
    examples=("05-20",),
    about="Month and day: `MM-DD`.",
)

AGE = Phrase("an age", Wording(WHOLE, lambda found, _: count(found[1], 150, 0)), examples=("42",))

PROFILE_TEXT = Phrase(
    "a text of up to 200 characters",
    Wording(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}", lambda found, _: found.group()),
    examples=("web",),
)
