"""``stamps`` as it stands in the file: a stamp card."""

import re
from typing import Any

from guerdon.core.gifts import Gift
from guerdon.language.amounts import MONEY_PATTERN, money
from guerdon.language.figures import WHOLE, count, counted, positive
from guerdon.language.forms import Either, Form, Listing
from guerdon.language.gifts import GIFT, LIMITS
from guerdon.language.matchers import EXCEPT, WHEN, check_purchase
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import TERM
from guerdon.language.triggers import TRIGGER
from guerdon.language.words import MECHANIC_TITLE, NAME
from guerdon.mechanics.stamps import Stamping, Stamps


def _each(found: re.Match[str], _: Scope) -> Stamping:
    return Stamping(count(found[1], 1_000), "item" if found[2] == "item" else "visit")


def _per_money(found: re.Match[str], scope: Scope) -> Stamping:
    spent = positive(money(found[2], found[3], scope), f"{found[2]} {found[3]}")
    return Stamping(count(found[1], 1_000), "money", spent)


STAMP = Phrase(
    "what gives stamps",
    Wording(rf"{WHOLE}(?: stamps?)? (?:per|a|an) (visit|item)", _each),
    Wording(rf"{WHOLE}(?: stamps?)? per {MONEY_PATTERN}", _per_money),
    examples=("1 per item", "1 per visit", "2 stamps per visit", "1 per 5 USD"),
    about="So many stamps for each purchase (or action) that matches, for each article, or for an amount paid for what "
    "matches.",
)

FREE: Phrase[tuple[Gift, ...]] = Phrase(
    "what a full card gives",
    Wording("(?:the )?item free", lambda found, _: ()),
    Wording(GIFT.pattern, lambda found, scope: (GIFT.parse(found.group(), scope),)),
    examples=("the item free", "50 points", "5 USD off"),
    about="`the item free`: the article that fills the card costs nothing; of a basket the cheapest that match. Or a "
    "gift, or a list of gifts.",
)
GIVES: Form[tuple[Gift, ...]] = Either("what a full card gives", text=FREE, items=Listing("a list of gifts", GIFT))

LASTS = Phrase(
    "a term without a stamp",
    Wording(r"(.+) without a stamp", lambda found, scope: TERM.parse(found[1], scope)),
    examples=("6 months without a stamp",),
)


def _stamps(*, gives: tuple[Gift, ...], **settings: Any) -> Stamps:
    return Stamps(gives=gives, free=not gives, **settings)


def _check_stamps(fields: Fields) -> None:
    if fields.get("stamps") is not None:
        fields.declare("mechanic", fields.get("stamps"), fields.at("stamps"))
    on, stamp = fields.get("on") or "purchase", fields.get("stamp") or Stamping()
    if on != "purchase":
        check_purchase(fields, on.replace(":", " "))
        if stamp.per != "visit":
            fields.report("stamp", "settings_conflict", f"`{on.replace(':', ' ')}` has no articles and no price")
    if fields.get("gives") == () and (on, stamp.count, stamp.per) != ("purchase", 1, "item"):
        told = "a free item is for cards with one stamp for each article; write `stamp: 1 per item`"
        fields.report("gives", "settings_conflict", told, "stamp: 1 per item")


STAMPS: Section[Stamps] = Section(
    "a stamp card",
    "`stamps`: a card that fills up",
    "So many stamps make a card full, and a full card gives something. The stamps are kept with the member; who wants "
    "them in the wallet declares a unit.",
    [
        Key("stamps", NAME, "The card's name.", "coffee-card", required=True, into="name"),
        MECHANIC_TITLE,
        Key("on", TRIGGER, "What gives stamps. Left out: a purchase.", "action checkin"),
        Key("stamp", STAMP, "How many stamps, and for what. Left out: 1 per visit.", "1 per item"),
        Key("when", WHEN, "What gives stamps, and when. Left out: anything at any time.", "{category: coffee}"),
        Key("except", EXCEPT, "What stands against it. Left out: nothing.", "{category: syrup}", into="unless"),
        Key("limit", LIMITS, "How many stamps a member gets at most. Left out: any number.", "1 a day"),
        Key(
            "full", counted("a number of stamps", "stamp", "10", most=10_000), "How many make a card full.",
            "10 stamps", required=True,
        ),
        Key("gives", GIVES, "What a full card gives.", "the item free", required=True),
        Key(
            "expires", LASTS, "How long a card lasts without a new stamp. Left out: for ever.",
            "6 months without a stamp",
        ),
    ],
    _stamps,
    checks=[_check_stamps],
)  # fmt: skip
