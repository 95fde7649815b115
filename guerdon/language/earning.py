"""``earn`` as it stands in the file."""

import re
from typing import Any

from guerdon.core.amounts import Rounding
from guerdon.core.calendar import Delay, PeriodUnit
from guerdon.core.program import Allowance, Cap
from guerdon.language.errors import advice, shown
from guerdon.language.figures import FACTOR
from guerdon.language.forms import Either, Turned
from guerdon.language.matchers import WHEN, check_purchase
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.rates import MEMBER_CAP, OWN_AMOUNT, RATE
from guerdon.language.section import Fields, Key, Section, at_most_one, exactly_one, needs
from guerdon.language.terms import TERM
from guerdon.language.words import LANE, MECHANIC_TITLE, NAME, UNIT, declare
from guerdon.mechanics.earn import Earn

TRIGGER = Phrase(
    "something to react to",
    Wording("purchase|enrol", lambda found, _: found.group()),
    Wording(r"action ([^\s:\x00-\x1f\x7f]{1,100})", lambda found, _: f"action:{found[1]}"),
    examples=("purchase", "enrol", "action review"),
    about="`purchase`, `enrol` (the member joins), or `action` and its name as the source sends it.",
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


def _cap(
    *, total: int | None = None, per_event: int | None = None, per_member: tuple[int, PeriodUnit] | None = None
) -> Cap:
    allowances = () if per_member is None else (Allowance(*per_member),)
    return Cap(total=total, per_member=allowances, per_event=per_event)


CAP: Section[Cap] = Section(
    "a limit",
    "A limit",
    "Limits on what a mechanic gives. What is above a limit is not given, and the trace says so.",
    [
        Key(
            "total", OWN_AMOUNT, "For all members together, as long as the mechanic has this name.", "2_000_000 points"
        ),
        Key("per_member", MEMBER_CAP, "For each member.", "500 points a week"),
        Key("per_event", OWN_AMOUNT, "For each purchase or action.", "100 points"),
    ],
    _cap,
)


def _earn(
    *, name: str = "", rounding: Any = (Rounding.FLOOR, "order"), available_after: Any = None, **settings: Any
) -> Earn:
    delay = None if available_after is None else Delay(term=available_after)
    return Earn(
        name=name or settings["earn"], rounding=rounding[0], round_per=rounding[1], available_after=delay, **settings
    )


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
        Key("rounding", ROUNDING, "What becomes of fractions. Left out: floor.", "nearest per line"),
        Key(
            "limit",
            Either("a limit", text=Turned(MEMBER_CAP, lambda cap: _cap(per_member=cap)), mapping=CAP),
            "The most that it gives. One wording alone is for each member.",
            "500 points a week",
        ),
        Key("lane", LANE, "The lane in which it competes with others. Left out: it stands for itself.", "campaigns"),
        Key("available_after", TERM, "How long what is given stays pending. Left out: it is there at once.", "14 days"),
        Key("expires", TERM, "How long what is given lasts. Left out: as its unit says.", "30 days"),
    ],
    _earn,
    checks=[
        exactly_one("rate", "flat", "multiply"), at_most_one("times", "by"), needs("times", "multiply"),
        needs("by", "multiply"), _check_earn,
    ],
    subject="earn",
)  # fmt: skip
