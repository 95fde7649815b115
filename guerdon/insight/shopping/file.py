"""The habits file: what may stand in it. The same tables read it, give its JSON Schema and its reference.

    shopper: the-smiths
    currency: EUR
    rates: {USD: 0.92 EUR}
    habits:
      - {buy: grocery/dairy, amount: 25 EUR, times: 2 a week}
      - {buy: fuel, litres: 40, amount: 60 EUR, times: every 10 days}

Every mistake in it is told at once, with its line and what would be right.
"""

import re
from typing import Any

from guerdon.core.amounts import Rate
from guerdon.insight.shopping.habits import Habit, Shopper
from guerdon.insight.shopping.money import Exchange
from guerdon.insight.shopping.wordings import (
    AGE,
    BIRTHDAY,
    ESTEEM,
    HOUR,
    KILOGRAMS,
    LITRES,
    OFTEN,
    PRICE,
    PROFILE_TEXT,
    SHARE,
    Known,
)
from guerdon.language.dates import DATE
from guerdon.language.figures import counted
from guerdon.language.forms import Listing, Schema, Table
from guerdon.language.matchers import ATTRIBUTE, CATEGORY, WEEKDAYS_FORM
from guerdon.language.nodes import Mapping, Node, Scalar, parse
from guerdon.language.place import Desk, Place, all_at_once
from guerdon.language.reference import sections_and_wordings
from guerdon.language.schema import schema_of
from guerdon.language.section import Fields, Key, Section, at_most_one, exactly_one
from guerdon.language.words import CURRENCY, NAME, YES_NO
from guerdon.specs.wordings import OTHER_CURRENCY, WORTH

_CAPITALS = re.compile("[A-Z]{3}")
_OF_A_PURCHASE = (
    "amount", "items", "litres", "kilograms", "brand", "sku", "store", "channel", "tender", "merchant_category",
    "returned",
)  # fmt: skip


def _check_purchase(fields: Fields) -> None:
    """A purchase has a price, and what is no purchase has nothing of one."""
    if fields.has("buy") and not fields.has("amount"):
        fields.place.report("key_missing", "`amount` is missing; write for example `amount: 25 USD`", "amount")
    for name in _OF_A_PURCHASE:
        if fields.has("do") and fields.has(name):
            fields.report(name, "settings_conflict", f"`{name}` is of a purchase, and `do` is none; leave it out")


def _habit(times: int, **told: Any) -> Habit:
    """A habit; what is measured in thousandths is so many grams or millilitres."""
    for name, measure in (("litres", "ml"), ("kilograms", "g")):
        if name in told:
            told |= {"quantity": told.pop(name), "measure": measure}
    return Habit(times=times, **told)


HABIT: Section[Habit] = Section(
    "a habit",
    "A habit",
    "Something that the shopper buys, or does, again and again. What a habit leaves unsaid is so as each program asks "
    "for it: the purchase is made as if it were made with that merchant.",
    [
        Key("buy", CATEGORY, "What is bought: a category, as programs name it.", "grocery/dairy", into="category"),
        Key("do", PROFILE_TEXT, "What is done instead of buying, as programs name the action.", "wish-list",
            into="action"),
        Key("amount", PRICE, "What a purchase costs, before anything comes off it.", "25 USD", into="price"),
        Key("times", OFTEN, "How often.", "2 a week", required=True),
        Key("items", counted("a number of items", "", "3", most=10_000), "How many items. Left out: 1.", "3",
            into="quantity"),
        Key("litres", LITRES, "How many litres, where it is measured so.", "40"),
        Key("kilograms", KILOGRAMS, "How many kilograms, where it is weighed.", "2"),
        Key("on", WEEKDAYS_FORM, "On which weekdays alone: on the next of them.", "sat", into="weekdays"),
        Key("at", HOUR, "At which hour. Left out: at noon.", "15:00", into="minute"),
        Key("brand", PROFILE_TEXT, "Of which brand.", "own"),
        Key("sku", PROFILE_TEXT, "Which article.", "4011"),
        Key("store", PROFILE_TEXT, "In which store. Left out: in the first that a program asks for.", "shop"),
        Key("channel", PROFILE_TEXT, "By which channel. Left out: by the first that a program asks for.", "web"),
        Key("tender", PROFILE_TEXT, "How it is paid. Left out: as `card` says.", "debit"),
        Key("partner", PROFILE_TEXT, "With which partner of a program, for programs that have one of that name.",
            "fuel"),
        Key("merchant_category", PROFILE_TEXT, "What kind of shop it is, as card schemes code it.", "5411"),
        Key("attributes", Table("attributes with their values", ATTRIBUTE, PROFILE_TEXT),
            "Further facts, as programs name them.", "{cup: own}"),
        Key("returned", SHARE, "Which share of the purchases comes back, each as a whole and 14 days later. Left out: "
            "none.", "5 %"),
    ],
    _habit,
    checks=[exactly_one("buy", "do"), at_most_one("items", "litres", "kilograms"), _check_purchase],
)  # fmt: skip


def _shopper(currency: str, rates: dict[str, Rate] | None = None, **told: Any) -> Shopper:
    return Shopper(exchange=Exchange(currency, rates or {}), **told)


_OF_A_PROGRAM = "by program"

HABITS: Section[Shopper] = Section(
    "the habits",
    "The habits",
    "What a shopper buys and does in a year.",
    [
        Key("shopper", NAME, "A name for the shopper; it is told to nobody.", "the-smiths", required=True, into="name"),
        Key("currency", CURRENCY, "The shopper's own currency, in which everything is compared.", "EUR", required=True),
        Key(
            "rates",
            Table("rates by currency", OTHER_CURRENCY, WORTH, is_subject=True),
            "What one of another currency is worth, all year. A program whose currency is not known is not compared.",
            "{USD: 0.92 EUR}",
        ),
        Key("begins", DATE, "The first day of the year. Left out: the first on which all programs are in force.",
            "2026-04-01"),
        Key("birthday", BIRTHDAY, "The shopper's birthday. Left out: programs do not know it.", "05-20"),
        Key("age", AGE, "The shopper's age in years. Left out: programs do not know it.", "42"),
        Key("card", YES_NO, "Whether a purchase that names no `tender` is paid by the means that a program asks for "
            "first, as its own card. Left out: no.", "yes"),
        Key(
            "chooses",
            Table(_OF_A_PROGRAM, NAME, Table("options by menu", NAME, Listing("a list of options", NAME))),
            "By program and menu: the options that are chosen. Left out: those that bring the most.",
            "{tbank-black: {categories: [fuel, supermarkets]}}",
        ),
        Key(
            "takes",
            Table(_OF_A_PROGRAM, NAME, Listing("a list of rewards", NAME)),
            "By program: the rewards that are taken at all, and so what is saved for. Left out: any, at once.",
            "{starbucks: [lunch]}",
        ),
        Key(
            "worth",
            Table(_OF_A_PROGRAM, NAME, Table("what things are worth", NAME, ESTEEM)),
            "By program: what a reward or a benefit is worth to the shopper, where the program does not say it.",
            "{prime: {free-delivery: 5.99 USD}}",
            into="esteem",
        ),
        Key("habits", Listing("a list of habits", HABIT), "What is bought and done.",
            "[{buy: grocery, amount: 25 EUR, times: 2 a week}]", required=True),
    ],
    _shopper,
)  # fmt: skip


def read_habits(text: str, name: str = "habits.yaml") -> Shopper:
    """Read the text of a habits file; raises ``ProgramErrors`` with everything that is wrong with it."""
    with all_at_once(name) as errors:
        root = parse(text, errors, "shopper")
        return HABITS.read(Place(root, "", Desk(_known(root), errors)))


def _known(root: Node) -> Known:
    """The currencies that the file knows; none where the shopper's own cannot be made out."""
    named = _behind(root, "currency")
    home = named.text.strip() if isinstance(named, Scalar) else ""
    rates = _behind(root, "rates")
    others = [key.text.strip() for key, _ in rates.entries] if isinstance(rates, Mapping) else []
    return Known(currency=home if _CAPITALS.fullmatch(home) else "", currencies=frozenset({home, *others}))


def _behind(root: Node, key: str) -> Node | None:
    entries = root.entries if isinstance(root, Mapping) else ()
    return next((value for name, value in entries if name.text.strip() == key), None)


def habits_schema() -> Schema:
    """The schema of a habits file."""
    return schema_of(HABITS)


_HEAD = """# The habits file

This page is generated from the tables that the reader of habits files follows. Change those, not the page.

A habits file says what a shopper buys and does in a year, for `guerdon compare --habits`. It is YAML of the same plain
kind as [the program file](program-file.md), and its errors are told in the same way, with the
[same codes](program-file.md#errors). [Compare programs](../how-to/compare-programs.md) shows how it is used.
"""


def habits_reference() -> str:
    """The page ``docs/reference/habits.md``."""
    return "\n".join([_HEAD, *sections_and_wordings(HABITS)])
