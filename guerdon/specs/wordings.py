"""The wordings of cases: moments, amounts that may be nothing or below it, lines of a basket, lots.

They are those of program files, with what only a case has to say: ``2017-03-01 12:30``, ``-5 points``, ``nothing``.
"""

import re
from datetime import UTC, date, datetime, time
from math import gcd
from typing import NamedTuple

from guerdon.core.amounts import Rate, currency_scale
from guerdon.core.calendar import Instant, instant_of, moment_of
from guerdon.core.program import Quantity
from guerdon.language.amounts import MONEY_PATTERN, QUANTITY_WORDINGS, WORD_PATTERN, money, names_unit
from guerdon.language.dates import read_date
from guerdon.language.errors import Wrong, shown
from guerdon.language.figures import DECIMAL, WHOLE, count, figure
from guerdon.language.phrases import NAME_PATTERN, Known, Phrase, Wording
from guerdon.language.place import Names, Scope
from guerdon.specs.declared import Declared, declared

NOTHING = "nothing"
NEVER = "never"
MAX_WHOLE = 10**15

# Texts.

TEXT = Phrase(
    "a text of up to 200 characters",
    Wording(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}", lambda found, _: found.group()),
    examples=("receipt-1",),
)
PROSE = Phrase(
    "a text of up to 1_000 characters",
    Wording(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,1000}", lambda found, _: found.group()),
    examples=("the queue was long",),
)
WORD = Phrase(
    "a word",
    Wording(r"[a-z][a-z0-9_:/ -]{0,127}", lambda found, _: found.group()),
    examples=("per_member", "other_weekday"),
    about="A word of the trace, as a case that fails shows it.",
)

EXAMPLES = {
    "action": "review",
    "after": "silver",
    "before": "basic",
    "brand": "private",
    "by": "staff-7",
    "capped_by": "per_member",
    "category": "grocery/soup",
    "channel": "web",
    "currency": "USD",
    "ladder": "tiers",
    "mechanic": "base",
    "purchase": "purchase-1",
    "reason": "expiry",
    "reference": "vouchers/2017-04-01/1",
    "reward": "coffee",
    "sku": "4011",
    "store": "main-street",
    "tender": "card",
    "unit": "points",
    "why": "reached",
    "why_forgiven": "spent",
}
"""What to show where a field holds a text, by the field's name."""

GIVER = Known("a mechanic or a reward", lambda scope: declared(scope).givers, example="base")
LADDER = Known("a tier ladder", lambda scope: declared(scope).ladders, example="tiers")
WHEEL = Known("a wheel", lambda scope: declared(scope).wheels, example="spring-wheel")
BATCH_NAME = Known("a code", lambda scope: declared(scope).codes, example="spring-mailing")
SHARED_LIMIT = Known("a shared limit", lambda scope: declared(scope).limits, example="coffee")


def _program(found: re.Match[str], scope: Scope) -> str:
    name, own = found.group(), declared(scope).program
    if own and name != own:
        raise Wrong("name_unknown", f"{shown(name)} is not the program that is checked: that is `{own}`", own)
    return name


PROGRAM_NAME = Phrase("the name of the program", Wording(NAME_PATTERN, _program), examples=("grocery",))

# Time.

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_OFFSET = "Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]"
MOMENT_PATTERN = f"({_DATE})(?:(?:T| )({_CLOCK})(?:(?: |)({_OFFSET}))?)?"


def _moment(day: str, clock: str | None, offset: str | None, names: Declared) -> datetime:
    """A moment in UTC; a date alone is the start of its day."""
    on = read_date(day)
    if clock is None:
        return moment_of(names.zone.start((on - date(1970, 1, 1)).days))
    local = datetime.combine(on, time.fromisoformat(clock))
    if offset is not None:
        return datetime.fromisoformat(f"{local.isoformat()}{offset.replace('Z', '+00:00')}").astimezone(UTC)
    try:
        return names.zone.moment(local)
    except ValueError:
        told = f"{shown(f'{day} {clock}')} does not exist in {names.timezone}: the clocks go forward there"
        raise Wrong("number_out_of_range", told) from None


def _instant(day: str, clock: str | None, offset: str | None, scope: Scope) -> Instant:
    return instant_of(_moment(day, clock, offset, declared(scope)))


MOMENT = Phrase(
    "a moment",
    Wording(MOMENT_PATTERN, lambda found, scope: _moment(found[1], found[2], found[3], declared(scope))),
    examples=("2017-03-01 12:30", "2017-03-01", "2017-11-05 01:30 -05:00"),
    about="A date and what the clock shows in the program's time zone; a date alone is the start of that day. Where "
    "the clocks go back and show a time twice, the first is meant, or the one whose offset is written behind it.",
)
MOMENT_OR_NEVER: Phrase[Instant | None] = Phrase(
    "a moment or `never`",
    Wording(MOMENT_PATTERN, lambda found, scope: _instant(found[1], found[2], found[3], scope)),
    Wording(NEVER, lambda found, _: None),
    examples=("2017-09-03 00:00", "2017-09-03", NEVER),
)
NO_OR_MOMENT: Phrase[datetime | None] = Phrase(
    "`no`, or a moment",
    Wording(MOMENT_PATTERN, lambda found, scope: _moment(found[1], found[2], found[3], declared(scope))),
    Wording("no|false", lambda found, _: None),
    examples=("2017-01-02 10:00", "no"),
)

# Numbers and amounts.

_SIGNED = f"(-?){DECIMAL}"


def _sign(text: str) -> int:
    return -1 if text else 1


WHOLE_NUMBER = Phrase(
    "a whole number",
    Wording(f"(-?){WHOLE}", lambda found, _: _sign(found[1]) * count(found[2], MAX_WHOLE, 0)),
    examples=("2", "1_000"),
)
ANY_MONEY = Phrase(
    "an amount of money, or `nothing`",
    Wording(MONEY_PATTERN, lambda found, scope: money(found[1], found[2], scope)),
    Wording(NOTHING, lambda found, _: 0),
    examples=("12.50 USD", NOTHING),
    about="In the program's currency, with its three capitals.",
)


def _told(number: str, currency: str, scope: Scope) -> int:
    """Money of an event, in the minor units of the currency that the event is told in; raises ``Wrong``."""
    own = scope.subject if re.fullmatch("[A-Z]{3}", scope.subject) else scope.names.currency
    return money(number, currency, Scope(Names(currency=own)))


TOLD_MONEY: Phrase[int] = Phrase(
    "an amount of money, or `nothing`",
    Wording(MONEY_PATTERN, lambda found, scope: _told(found[1], found[2], scope)),
    Wording(NOTHING, lambda found, _: 0),
    examples=("12.50 USD", NOTHING),
    about="In the program's currency; where the step has another `currency`, in that.",
)


def _worth(found: re.Match[str], scope: Scope) -> Rate:
    """What one of another currency is worth: 1.0850 USD for a euro is 217 cents for 200."""
    number, own = figure(found[1]), scope.names.currency
    if found[2] != own:
        raise Wrong("currency_other", f"rates say what is worth how much {own}; write `{found[1]} {own}`", own)
    amount = number.digits * 10 ** currency_scale(own)
    per = 10 ** (number.decimals + currency_scale(scope.subject))
    if not amount:
        raise Wrong("number_out_of_range", f"{shown(found.group())} is nothing; what is it worth?")
    shared = gcd(amount, per)
    return Rate(amount // shared, per // shared)


def _other_currency(found: re.Match[str], scope: Scope) -> str:
    if found.group() == scope.names.currency:
        raise Wrong("currency_other", f"{shown(found.group())} is the program's own; only others have a rate")
    return found.group()


OTHER_CURRENCY = Phrase("another currency", Wording("[A-Z]{3}", _other_currency), examples=("EUR",))
WORTH = Phrase(
    "what one of a currency is worth",
    Wording(MONEY_PATTERN, _worth),
    examples=("1.0850 USD",),
    about="In the program's currency, with as many decimals as the rate has.",
)


def _plain(sign: str, number: str, word: str | None, unit: str, scope: Scope) -> int:
    """A number of a unit that is not money, or of pieces where there is no unit; raises ``Wrong``."""
    facts = scope.names.units.get(unit)
    if word and (facts is None or not names_unit(word, unit)):
        meant = f"write `{number} {unit}`" if facts is not None else f"write `{number}`"
        raise Wrong("unit_other", f"{shown(word)} is not what is counted here; {meant}")
    if facts is not None and facts.money:
        raise Wrong("unit_other", f"`{unit}` is money; write the amount as in `5 {scope.names.currency or 'USD'}`")
    return _sign(sign) * figure(number).in_scale(0 if facts is None else facts.scale, f"`{unit}`" if unit else "this")


def _money_of(found: re.Match[str], unit: str, scope: Scope) -> int:
    """Money of a unit of money; raises ``Wrong``."""
    facts = scope.names.units.get(unit)
    if facts is None or not facts.money or found[4] not in (None, unit):
        raise Wrong("unit_other", f"{shown(found.group())} is not what is counted here; write `5 {unit}`".rstrip())
    return _sign(found[1]) * money(found[2], found[3], scope)


_BARE = rf"{_SIGNED}(?: {WORD_PATTERN})?"
_MONEY = rf"(-?){MONEY_PATTERN}(?: in {WORD_PATTERN})?"

HOLDING = Phrase(
    "an amount",
    Wording(_BARE, lambda found, scope: _plain(found[1], found[2], found[3], scope.subject, scope)),
    Wording(_MONEY, lambda found, scope: _money_of(found, scope.subject, scope)),
    Wording(NOTHING, lambda found, _: 0),
    examples=("1_617 points", "1_617", "-5 points", "5 USD", NOTHING),
    about="Of the unit that is spoken of, which may be named again; money with its currency.",
)


def _in_limit(scope: Scope) -> str:
    names = declared(scope)
    return names.limit_units.get(names.limits.get(scope.subject, ""), "")


LEFT = Phrase(
    "what is left",
    Wording(_BARE, lambda found, scope: _plain(found[1], found[2], found[3], _in_limit(scope), scope)),
    Wording(_MONEY, lambda found, scope: _money_of(found, _in_limit(scope), scope)),
    Wording(NOTHING, lambda found, _: 0),
    examples=("199", "79_990 points", NOTHING),
    about="Pieces of a reward, or an amount of what the mechanic gives.",
)


def _read_money(found: re.Match[str], scope: Scope) -> int:
    measure = scope.names.meters.get(scope.subject, "")
    if measure in scope.names.units:
        return _money_of(found, measure, scope)
    if measure and measure != "spend":
        raise Wrong("unit_other", f"`{scope.subject}` does not count money; write for example `3`")
    return _sign(found[1]) * money(found[2], found[3], scope)


def _read_number(found: re.Match[str], scope: Scope) -> int:
    measure = scope.names.meters.get(scope.subject, "")
    if measure == "spend":
        example = f"{found[2]} {scope.names.currency or 'USD'}"
        raise Wrong("unit_other", f"`{scope.subject}` counts money; write the amount as in `{example}`")
    return _plain(found[1], found[2], found[3], measure if measure in scope.names.units else "", scope)


READING = Phrase(
    "what a meter shows",
    Wording(_BARE, _read_number),
    Wording(_MONEY, _read_money),
    Wording(NOTHING, lambda found, _: 0),
    examples=("1_512.49 USD", "3", "120 stars", NOTHING),
    about="Money, a number of visits or items, or an amount of a unit, as the meter counts.",
)


GIVEN = Phrase(
    "an amount of a unit, or `nothing`",
    *QUANTITY_WORDINGS,
    Wording(NOTHING, lambda found, _: Quantity(0, "")),
    examples=("12 points", "5 USD", NOTHING),
    about="A number of a unit by its name, or money.",
)


def _signed(wording: Wording[Quantity]) -> Wording[Quantity]:
    """The same wording, with a sign before it or without."""

    def means(found: re.Match[str], scope: Scope) -> Quantity:
        bare = re.fullmatch(wording.pattern, found.group().removeprefix("-"), re.ASCII)
        assert bare is not None, "what follows the sign is the wording"
        quantity = wording.means(bare, scope)
        return Quantity(_sign(found[1]) * quantity.amount, quantity.unit)

    return Wording(f"(-?){wording.pattern}", means)


CHANGE = Phrase(
    "an amount of a unit, up or down",
    *map(_signed, QUANTITY_WORDINGS),
    examples=("50 points", "-50 points", "5 USD"),
    about="A number of a unit by its name, or money; with `-` it takes away.",
)

# Lines and lots.


def _line(found: re.Match[str], scope: Scope) -> dict[str, object]:
    quantity, number, currency, category, brand, sku, less, less_currency = found.groups()
    line: dict[str, object] = {"sku": sku or "", "amount": _told(number, currency, scope)}
    if quantity is not None:
        line["quantity"] = count(quantity, MAX_WHOLE, 0)
    if less is not None:
        line["discount"] = _told(less, less_currency, scope)
    return line | {name: word for name, word in (("category", category), ("brand", brand)) if word}


LINE = Phrase(
    "a line of a basket",
    Wording(
        rf"(?:{WHOLE} for )?{MONEY_PATTERN}(?: of (\S+))?(?: by (\S+))?(?: as (\S+))?(?: less {MONEY_PATTERN})?", _line
    ),
    examples=("12.50 USD of grocery/soup", "12.50 USD", "3 for 12.50 USD of grocery/soup by private less 1 USD"),
    about="`QUANTITY for` what the whole line costs, `of` a category, `by` a brand, `as` an article number, `less` the "
    "line's discount; all but the money may be left out.",
)

RETURNED_LINE = Phrase(
    "a line that comes back",
    Wording(f"(?:line )?{WHOLE}", lambda found, _: {"line": count(found[1], 10_000, 0)}),
    Wording(
        f"{WHOLE} of line {WHOLE}",
        lambda found, _: {"line": count(found[2], 10_000, 0), "quantity": count(found[1], MAX_WHOLE)},
    ),
    examples=("0", "2 of line 0"),
    about="The line's place in the purchase, counted from 0: all of it that is left, or so many of it.",
)


TAKEN_REWARD = Phrase(
    "a reward that is taken along",
    Wording(f"({NAME_PATTERN})", lambda found, _: {"reward": found[1]}),
    Wording(
        f"({NAME_PATTERN}) for {WHOLE}", lambda found, _: {"reward": found[1], "amount": count(found[2], MAX_WHOLE)}
    ),
    examples=("coffee", "gift-card for 250"),
    about="The reward by its name; for one that is taken in any amount, `for` how much of its unit.",
)


class HeldLot(NamedTuple):
    """A lot as a case expects it."""

    amount: int
    matures_at: Instant | None = None
    expires_at: Instant | None = None


def _lot(found: re.Match[str], amount: int, scope: Scope, first: int) -> HeldLot:
    """A lot out of its amount and of the nine groups behind it: from when, until when, or through which day."""
    since, until = found.group(first, first + 1, first + 2), found.group(first + 3, first + 4, first + 5)
    matures_at = _instant(since[0], since[1], since[2], scope) if since[0] else None
    expires_at = _instant(until[0], until[1], until[2], scope) if until[0] else None
    if found[first + 6]:
        names = declared(scope)
        expires_at = names.zone.start((read_date(found[first + 6]) - date(1970, 1, 1)).days + 1)
    return HeldLot(amount, matures_at, expires_at)


_SPAN = f"(?: from {MOMENT_PATTERN})?(?: until {MOMENT_PATTERN}| through ({_DATE}))?"
LOT = Phrase(
    "a lot",
    Wording(_BARE + _SPAN, lambda f, scope: _lot(f, _plain(f[1], f[2], f[3], scope.subject, scope), scope, 4)),
    Wording(_MONEY + _SPAN, lambda f, scope: _lot(f, _money_of(f, scope.subject, scope), scope, 5)),
    examples=("50 points until 2017-09-03", "50 points through 2017-09-02", "20 points from 2017-03-08", "5 USD"),
    about="An amount, `from` when it is available where it is pending yet, and `until` when it expires; `through` "
    "names the last day on which it is there. Without either it does not expire by itself.",
)
