"""``discount`` and ``bundle`` as they stand in the file."""

import re
from typing import Any

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.reducing import Off
from guerdon.language.amounts import MONEY, MONEY_PATTERN, paid
from guerdon.language.dates import DATE
from guerdon.language.earning import ROUNDING
from guerdon.language.errors import Wrong, shown
from guerdon.language.figures import WHOLE, count, counted
from guerdon.language.forms import Either, Form, Listing, Table
from guerdon.language.matchers import EXCEPT, LINES, WHEN
from guerdon.language.offs import OFF, OFF_LIMIT, PERCENT, STEP_SHARE, check_codes, share_above_zero
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Place, Scope
from guerdon.language.rates import THRESHOLD
from guerdon.language.section import Fields, Key, Section
from guerdon.language.words import LANE, LEVEL, MECHANIC_TITLE, METER, NAME, TEXT, declare
from guerdon.mechanics.bundle import Bundle
from guerdon.mechanics.discount import Discount, Step

MEMBER_PRICES, CUMULATIVE = "member prices", "cumulative"
_FREE = Rate(1, 1)
_MOST_ITEMS = 1_000

WHAT: Form[Any] = Either(
    "what comes off, or that for each level",
    text=Phrase(
        "what comes off, `member prices` or `cumulative`",
        Wording(f"{MEMBER_PRICES}|{CUMULATIVE}", lambda found, _: found.group()),
        Wording(OFF.pattern, lambda found, scope: OFF.parse(found.group(), scope)),
        examples=(*OFF.examples, MEMBER_PRICES, CUMULATIVE),
        about=OFF.about,
    ),
    mapping=Table("what comes off for each level", LEVEL, OFF),
)

FROM = Phrase(
    "`from` and what the meter shows",
    Wording("from (.+)", lambda found, scope: THRESHOLD.parse(found[1], scope)),
    examples=("from 0", "from 5_000 USD"),
    about="In what the meter counts.",
)


class Steps(Table[Rate]):
    """Steps of a discount, from the lowest up."""

    def read(self, place: Place) -> Any:
        steps = super().read(place)
        if list(steps) != sorted(steps):
            place.refuse("order_wrong", "the steps are not in order; they are listed from the lowest up")
        return tuple([Step(threshold, share) for threshold, share in steps.items()])


def _discount(*, what: Any, rounding: Any = (Rounding.NEAREST, "order"), **settings: Any) -> Discount:
    if isinstance(what, Off):
        settings["off"] = what
    elif isinstance(what, dict):
        settings["by_tier"] = what
    return Discount(rounding=rounding[0], round_per=rounding[1], **settings)


def _check_discount(fields: Fields) -> None:
    declare(fields, fields.get("name") or "discount", "discount")
    if fields.is_right("discount"):
        for key, word in (("prices", MEMBER_PRICES), ("meter", CUMULATIVE), ("steps", CUMULATIVE)):
            _check_belongs(fields, key, word)
    when = fields.get("when")
    if fields.has("early_access") and fields.is_right("when") and (when is None or when.between is None):
        told = "`early_access` is before the first day of `between`, and `when` has none; give it one"
        fields.report("early_access", "settings_conflict", told, "between")


def _check_belongs(fields: Fields, key: str, word: str) -> None:
    """Report a key that another wording of the discount needs, or one that this wording lacks."""
    if fields.has(key) and fields.get("discount") != word:
        told = f"`{key}` means nothing without `discount: {word}`"
        fields.report(key, "settings_conflict", told, word)
    if not fields.has(key) and fields.get("discount") == word:
        fields.report("discount", "key_missing", f"`{word}` needs `{key}`", key)


DISCOUNT: Section[Discount] = Section(
    "a discount",
    "`discount`: a price is reduced at the checkout",
    "What comes off is reckoned on what is left to pay: after the till's own discounts and what stands above in the "
    "list. A member for whom it is not simply pays the price.",
    [
        Key("discount", WHAT, "What comes off, for all or by level.", "10 % off", required=True, into="what"),
        Key("name", NAME, "Its name. Left out: `discount`.", "spring-savings"),
        MECHANIC_TITLE,
        Key(
            "prices",
            Table("a price for each article number", TEXT, MONEY),
            "For `member prices`: what members pay for one item, or for a kilogram or litre of what is measured.",
            "{4011: 1.49 USD, 4012: 2 USD}",
        ),
        Key("meter", METER, "For `cumulative`: what it grows with. This purchase is not in it yet.", "spend_12_months"),
        Key(
            "steps",
            Steps("a share for each step", FROM, STEP_SHARE),
            "For `cumulative`: what comes off, by what the meter shows.",
            "{from 0: 0 %, from 5_000 USD: 3 %}",
        ),
        Key("when", WHEN, "The conditions under which it holds. Left out: always.", "{code: SAVEMORE}"),
        Key("except", EXCEPT, "What stands against it. Left out: nothing.", "{category: gift-card}", into="unless"),
        Key(
            "early_access",
            Table("a day for each level", LEVEL, DATE),
            "The day from which it holds for a level already, before the first day of `between`.",
            "{gold: 2026-04-04}",
        ),
        Key("rounding", ROUNDING, "What becomes of fractions of a share. Left out: nearest.", "floor per line"),
        Key(
            "limit",
            OFF_LIMIT,
            "The most that it takes off. One wording alone is how often for each member.",
            "once a month",
        ),
        Key("lane", LANE, "The lane in which it competes with others. Left out: it stands for itself.", "campaigns"),
    ],
    _discount,
    checks=[_check_discount, check_codes],
    subject="meter",
)


def _for(found: re.Match[str], _: Scope) -> dict[str, Any]:
    taken, paid_for = count(found[1], _MOST_ITEMS, 2), count(found[2], _MOST_ITEMS)
    if paid_for >= taken:
        told = f"{shown(found.group())} gives nothing; fewer are paid for than taken, as in `3 for 2`"
        raise Wrong("order_wrong", told, "3 for 2")
    return {"buy": paid_for, "get": taken - paid_for, "off": _FREE}


def _buy(found: re.Match[str], _: Scope) -> dict[str, Any]:
    off = share_above_zero(found[3], found.group()) if found[3] else _FREE
    return {"buy": count(found[1], _MOST_ITEMS), "get": count(found[2], _MOST_ITEMS), "off": off}


OFFER: Phrase[dict[str, Any]] = Phrase(
    "a bundle",
    Wording(f"{WHOLE} for {WHOLE}", _for),
    Wording(f"buy {WHOLE} get {WHOLE} (?:free|at {PERCENT} off)", _buy),
    Wording(f"a set for {MONEY_PATTERN}", lambda found, scope: {"price": paid(found, scope)}),
    Wording(f"a set at {PERCENT} off", lambda found, _: {"off": share_above_zero(found[1], found.group())}),
    examples=("3 for 2", "buy 2 get 1 free", "buy 2 get 1 at 50 % off", "a set for 10 USD", "a set at 20 % off"),
    about="Of the items that match, the cheapest are free or cost less. A set is one item of each part.",
)


def _check_bundle(fields: Fields) -> None:
    declare(fields, fields.get("name") or "bundle", "bundle")
    offer = fields.get("bundle")
    if offer is not None and "buy" not in offer and not fields.has("of"):
        fields.report("bundle", "key_missing", "a set needs `of`, the list of its parts", "of")
    if offer is not None and "buy" in offer and fields.has("of"):
        fields.report("of", "settings_conflict", "`of` lists the parts of a set, and this is none; leave it out")
    if offer is not None and "buy" not in offer and fields.has("gets"):
        told = "`gets` are the items that cost less, and of a set all do; leave it out"
        fields.report("gets", "settings_conflict", told)


BUNDLE: Section[Bundle] = Section(
    "a bundle",
    "`bundle`: several items together cost less",
    "Which items are free or cost less: always the cheapest first, of equals those of the earlier line. A line of "
    "three items may be paid in part.",
    [
        Key("bundle", OFFER, "What is offered.", "3 for 2", required=True, into="offer"),
        Key("name", NAME, "Its name. Left out: `bundle`.", "soup-3-for-2"),
        MECHANIC_TITLE,
        Key(
            "of",
            Listing("a list of parts", LINES),
            "For a set: its parts, one item of each.",
            "[{sku: shampoo}, {sku: conditioner}]",
            into="parts",
        ),
        Key(
            "gets",
            LINES,
            "The items that cost less. Left out: the same as are bought.",
            "{category: grocery/tea}",
        ),
        Key("when", WHEN, "The conditions; by lines, the items that are bought.", "{category: grocery/soup}"),
        Key("except", EXCEPT, "What stands against it. Left out: nothing.", "{brand: private}", into="unless"),
        Key(
            "per_basket",
            counted("a number of bundles", "time", "2", most=1_000_000),
            "How many bundles one basket holds at most. Left out: as many as there are.",
            "2 times",
            into="most",
        ),
        Key(
            "limit",
            OFF_LIMIT,
            "The most that it takes off. One wording alone is how often for each member.",
            "once a day",
        ),
        Key("lane", LANE, "The lane in which it competes with others. Left out: it stands for itself.", "campaigns"),
    ],
    lambda offer, **settings: Bundle(**offer, **settings),
    checks=[_check_bundle, check_codes],
)
