"""Amounts as they are written: money, and quantities of a unit that is named."""

import re

from guerdon.core.amounts import currency_scale
from guerdon.core.program import Quantity
from guerdon.language.errors import Wrong, advice, listed, short, shown
from guerdon.language.figures import DECIMAL, Figure, figure, positive
from guerdon.language.phrases import NAME_PATTERN, Phrase, Wording
from guerdon.language.place import Scope, UnitFacts

WORD_PATTERN = f"({NAME_PATTERN})"
_CURRENCY = "([A-Z]{3})"
MONEY_PATTERN = f"{DECIMAL} {_CURRENCY}"
_LONG_PLURAL = re.compile("((?<=[sxz])|(?<=[cs]h))es$")


def money(number: str, currency: str, scope: Scope) -> int:
    """An amount of the program's currency in minor units; raises ``Wrong``.

    >>> from guerdon.language.place import Names
    >>> money("0.50", "USD", Scope(Names(currency="USD")))
    50
    """
    own = scope.names.currency or currency
    if currency != own:
        sentence = f"`{currency}` is not the currency of this program; write `{short(number)} {own}`"
        raise Wrong("currency_other", sentence, own)
    return figure(number).in_scale(currency_scale(own), own)


def paid(found: re.Match[str], scope: Scope) -> int:
    """Money above nothing, out of the first two groups of what was found."""
    return positive(money(found[1], found[2], scope), found.group())


MONEY = Phrase(
    "an amount of money",
    Wording(MONEY_PATTERN, paid),
    examples=("5 USD", "0.50 USD"),
    about="In the program's currency, with its three capitals.",
)


def names_unit(word: str, unit: str) -> bool:
    """Whether a word means a unit: by its name, or without the ending of the plural (``1 point``, ``1 bonus``).

    >>> names_unit("bonus", "bonuses"), names_unit("mil", "miles"), names_unit("prize", "prizes")
    (True, False, True)
    """
    return word in (unit, unit.removesuffix("s"), _LONG_PLURAL.sub("", unit))


def unit_named(word: str, scope: Scope) -> str:
    """The unit that a word means; raises ``Wrong``."""
    units = scope.names.units
    if word in units or not units:
        return word
    for unit in (f"{word}s", f"{word}es"):
        if unit in units and names_unit(word, unit):
            return unit
    raise Wrong("name_unknown", f"{shown(word)} is not a unit of this program; {advice(word, units)}")


def facts_of(unit: str, scope: Scope) -> UnitFacts | None:
    """What is known of a unit; None where it is unknown, and then that was reported where it is named."""
    return scope.names.units.get(unit)


def amount_of(unit: str, number: Figure, scope: Scope) -> int:
    """A number of a unit that is not money, in its smallest part."""
    facts = facts_of(unit, scope)
    if facts is None:
        return number.digits
    if facts.money:
        sentence = f"`{unit}` is money; write the amount as in `5 {scope.names.currency or 'USD'}`"
        raise Wrong("unit_other", sentence)
    return positive(number.in_scale(facts.scale, f"`{unit}`"), number.written)


def _of_unit(found: re.Match[str], scope: Scope) -> Quantity:
    unit = unit_named(found[2], scope)
    return Quantity(amount_of(unit, figure(found[1]), scope), unit)


def _of_money(found: re.Match[str], scope: Scope) -> Quantity:
    amount, named = paid(found, scope), found[3]
    units = {name for name, facts in scope.names.units.items() if facts.money}
    if named:
        unit = unit_named(named, scope)
        if units and unit not in units:
            raise Wrong("unit_other", f"`{unit}` is not a unit of money; {advice(named, units)}")
        return Quantity(amount, unit)
    if len(units) > 1:
        ways = listed([f"{found.group().removesuffix(' off')} in {unit}" for unit in sorted(units)], "or")
        raise Wrong("settings_conflict", f"{shown(found.group())} may be of several units; write {ways}", ways)
    if scope.names.units and not units:
        sentence = (
            f"{shown(found.group())} needs a unit of money to be given in; declare one, as in `vouchers: {{in: USD}}`"
        )
        raise Wrong("name_unknown", sentence, "a unit with `in:`")
    return Quantity(amount, next(iter(units), ""))


QUANTITY_WORDINGS = (
    Wording(f"{DECIMAL} {WORD_PATTERN}", _of_unit),
    Wording(f"{MONEY_PATTERN}(?: in {WORD_PATTERN})?(?: off)?", _of_money),
)

QUANTITY = Phrase(
    "an amount of a unit",
    *QUANTITY_WORDINGS,
    examples=("500 points", "5 USD", "5 USD off", "5 USD in vouchers"),
    about="A number of a unit by its name, or money: then it is of the program's one unit of money, or of the one that "
    "is named. `off` changes nothing and may be added where it reads well.",
)


def is_money(quantity: Quantity, scope: Scope) -> bool:
    """Whether a quantity is of a unit of money. An unknown unit may be either."""
    facts = facts_of(quantity.unit, scope)
    return facts is None or facts.money
