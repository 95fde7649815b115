"""``earn`` as it stands in the file."""

import re
from typing import Any

from guerdon.core.amounts import Rounding
from guerdon.language.delays import DELAY
from guerdon.language.errors import advice, shown
from guerdon.language.figures import FACTOR
from guerdon.language.limits import LIMIT
from guerdon.language.matchers import EXCEPT, WHEN, check_purchase
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.rates import OWN_AMOUNT, RATE
from guerdon.language.section import Fields, Key, Section, at_most_one, exactly_one, needs
from guerdon.language.terms import TERM
from guerdon.language.words import LANE, MECHANIC_TITLE, NAME, PARTNER, SHARED_CAP, UNIT, declare
from guerdon.mechanics.earn import Earn

TRIGGER = Phrase(
    "something to react to",
    Wording("purchase|enrol", lambda found, _: found.group()),
    Wording(r"action ([^\s:\x00-\x1f\x7f]{1,100})", lambda found, _: f"action:{found[1]}"),
    examples=("purchase", "enrol", "action review"),
    about="`purchase`, `enrol` (the member joins), or `action` and its name as the source sends it.",
)


FUNDED_BY = Phrase(
    "a partner, or `the partner`",
    Wording("the partner", lambda found, _: "partner"),
    Wording(PARTNER.pattern, lambda found, scope: PARTNER.parse(found.group(), scope)),
    examples=("esso", "the partner"),
)


def _rounding(found: re.Match[str], _: object) -> tuple[Rounding, str]:
    return Rounding(found[1]), found[2] or "order"


ROUNDING = Phrase(
    "a rounding",
    Wording("(floor|nearest|up)(?: per (order|line))?", _rounding),
    examples=("floor", "nearest per line", "up"),
    about="What becomes of a fraction: `floor` drops it, `nearest` rounds a half up, `up` gives a whole for any part; "
    "once for the order, or `per line`.",
)


def _earn(*, name: str = "", rounding: Any = (Rounding.FLOOR, "order"), **settings: Any) -> Earn:
    return Earn(name=name or settings["earn"], rounding=rounding[0], round_per=rounding[1], **settings)


def _check_earn(fields: Fields) -> None:
    trigger = fields.get("on") or "purchase"
    if trigger != "purchase":
        check_purchase(fields, trigger.replace(":", " "))
        if fields.has("rate"):
            told = f"`rate` needs something paid, and `{trigger.replace(':', ' ')}` has nothing; give `flat`"
            fields.report("rate", "settings_conflict", told, "flat")
    _check_multiply(fields, trigger)
    name = fields.get("name") or fields.get("earn")
    if name is not None:
        declare(fields, name, "earn")
        fields.desk.earned.setdefault(name, (fields.get("earn") or "", trigger if fields.is_right("on") else ""))


def check_cap(fields: Fields) -> None:
    """Report a shared limit of another unit."""
    unit, cap = fields.get("earn") or fields.get("gives"), fields.get("cap")
    shared = fields.desk.names.caps.get(cap, "") if cap is not None else ""
    if unit is not None and shared in fields.desk.names.units and shared != unit:
        told = f"{shown(cap)} is a limit of `{shared}`, and this mechanic gives `{unit}`; both must be of the same unit"
        fields.report("cap", "unit_other", told)


def _check_multiply(fields: Fields, trigger: str) -> None:
    """Report a mechanic to multiply that is not there, stands below, gives something else or at another time."""
    target, above = fields.get("multiply"), fields.desk.earned
    if target is None:
        return
    if target not in above:
        _report_not_above(fields, target)
        return
    unit, on = above[target]
    own = fields.get("earn") or unit
    if unit and unit != own:
        told = f"{shown(target)} gives `{unit}`, and this mechanic `{own}`; both must give the same unit"
        fields.report("multiply", "unit_other", told)
    elif on and on != trigger and fields.is_right("on"):
        told = f"{shown(target)} gives something on `{on.replace(':', ' ')}` only; both must react to the same"
        fields.report("multiply", "settings_conflict", told)


def _report_not_above(fields: Fields, target: str) -> None:
    if target in fields.desk.names.mechanics:
        told = f"{shown(target)} is no earning mechanic above this one; only such a one can be multiplied"
        fields.report("multiply", "order_wrong", told)
    else:
        told = f"{shown(target)} is not a mechanic above this one; {advice(target, fields.desk.earned)}"
        fields.report("multiply", "name_unknown", told)


_FACTOR_ABOUT = "How many times as much there is in all when a mechanic is multiplied; `times` and `by` mean the same. "

EARN: Section[Earn] = Section(
    "an earning mechanic",
    "`earn`: an event gives an amount of a unit",
    "Exactly one of `rate`, `flat` and `multiply` says how much.",
    [
        Key("earn", UNIT, "The unit that is given.", "points", required=True),
        Key("name", NAME, "Its name. Left out: the unit's.", "double-skincare-week"),
        MECHANIC_TITLE,
        Key("on", TRIGGER, "What it reacts to. Left out: a purchase.", "action review"),
        Key("rate", RATE, "So much per amount paid for the lines that match.", "1 per 1 USD"),
        Key("flat", OWN_AMOUNT, "The same amount each time.", "100 points"),
        Key("multiply", NAME, "A mechanic listed above, whose grant for the same event is multiplied.", "base"),
        Key("times", FACTOR, _FACTOR_ABOUT + "Left out: 2.", "2", into="by"),
        Key("by", FACTOR, _FACTOR_ABOUT + "Left out: 2.", "1.5"),
        Key("when", WHEN, "The conditions under which it gives. Left out: always.", "{category: skincare}"),
        Key(
            "except", EXCEPT, "What stands against it. Left out: nothing.", "{category: [gift-card, fuel]}",
            into="unless",
        ),
        Key("rounding", ROUNDING, "What becomes of fractions. Left out: floor.", "nearest per line"),
        Key(
            "limit",
            LIMIT,
            "The most that it gives. One wording alone, or a list of them, is for each member.",
            "[3 times a day, 500 points a week]",
        ),
        Key("cap", SHARED_CAP, "A limit that it shares with others: one of `caps`. Left out: none.", "bonus"),
        Key("lane", LANE, "The lane in which it competes with others. Left out: it stands for itself.", "campaigns"),
        Key(
            "available_after",
            DELAY,
            "How long what is given stays pending. Left out: it is there at once.",
            "14 days after delivery",
        ),
        Key("expires", TERM, "How long what is given lasts. Left out: as its unit says.", "30 days"),
        Key(
            "funded_by",
            FUNDED_BY,
            "Who pays for it: one of `partners`, or `the partner` where it was bought. Left out: the program.",
            "esso",
        ),
    ],
    _earn,
    checks=[
        exactly_one("rate", "flat", "multiply"), at_most_one("times", "by"), needs("times", "multiply"),
        needs("by", "multiply"), _check_earn, check_cap,
    ],
    subject="earn",
)  # fmt: skip
