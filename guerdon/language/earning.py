"""``earn`` as it stands in the file."""

import re
from collections.abc import Callable
from typing import Any

from guerdon.core.amounts import Rounding
from guerdon.language.delays import DELAY
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.expressions import REWARD_EXPRESSION
from guerdon.language.figures import FACTOR
from guerdon.language.limits import LIMIT
from guerdon.language.matchers import EXCEPT, WHEN, check_purchase
from guerdon.language.measures import AMOUNT, BANDS, LADDER_OF_RATES, RATES, MeasuredRate, TierRates
from guerdon.language.nodes import Scalar
from guerdon.language.phrases import Choice, Phrase, Wording
from guerdon.language.rates import OWN_AMOUNT
from guerdon.language.section import Fields, Key, Section, at_most_one, exactly_one, needs
from guerdon.language.terms import TERM
from guerdon.language.triggers import TRIGGER, is_of_an_event
from guerdon.language.words import LANE, MECHANIC_TITLE, METER, NAME, PARTNER, SHARED_CAP, UNIT, declare
from guerdon.mechanics.earn import Earn
from guerdon.mechanics.earn_on_dates import is_dated

FUNDED_BY = Phrase(
    "a partner, or `the partner`",
    Wording("the partner", lambda found, _: "partner"),
    Wording(PARTNER.pattern, lambda found, scope: PARTNER.parse(found.group(), scope)),
    examples=("esso", "the partner"),
)


def _rounding(found: re.Match[str], _: object) -> tuple[Rounding, str, bool]:
    return Rounding(found[1]), found[2] or "order", False


ROUNDING = Phrase(
    "a rounding",
    Wording("(floor|nearest|up)(?: per (order|line))?", _rounding),
    Wording("keep the fraction", lambda found, _: (Rounding.FLOOR, "order", True)),
    examples=("floor", "nearest per line", "up", "keep the fraction"),
    about="What becomes of a fraction: `floor` drops it, `nearest` rounds a half up, `up` gives a whole for any part; "
    "once for the order, or `per line`. `keep the fraction` rounds down and keeps the rest for the member's next "
    "purchase.",
)

_NO_ROUNDING = (Rounding.FLOOR, "order", False)
_COUNTING = ("rate", "bands", "ladder", "at_least")
"""The keys that look at what is paid or counted."""


def _earn(*, name: str = "", rounding: Any = _NO_ROUNDING, **settings: Any) -> Earn:
    counts = [found[0] for found in [settings.get(key) for key in _COUNTING] if found is not None]
    if counts and "of" not in settings:
        settings["counts"] = counts[0]
    for key, turn in _TURNS.items():
        if key in settings:
            settings |= turn(settings.pop(key))
    rounds, per, keeps = rounding
    return Earn(name=name or settings["earn"], rounding=rounds, round_per=per, keeps_fraction=keeps, **settings)


def _rate(found: MeasuredRate | TierRates) -> dict[str, Any]:
    key = "rate" if isinstance(found, MeasuredRate) else "rates"
    return {key: found[1], "whole_steps": found.whole_steps}


_TURNS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "rate": _rate,
    "bands": lambda found: {"bands": found.bands},
    "ladder": lambda found: {"ladder": found[1]},
    "at_least": lambda found: {"at_least": found.amount},
}


def _check_earn(fields: Fields) -> None:
    trigger = fields.get("on") or "purchase"
    if trigger != "purchase":
        check_purchase(fields, _told(fields))
    if fields.is_right("on"):
        _check_counts(fields, trigger)
        _check_event(fields, trigger)
    _check_multiply(fields, trigger)
    name = fields.get("name") or fields.get("earn")
    if name is not None:
        declare(fields, name, "earn")
        fields.desk.earned.setdefault(name, (fields.get("earn") or "", trigger if fields.is_right("on") else ""))


def _told(fields: Fields) -> str:
    """The trigger as it stands in the file."""
    node = fields.at("on").node
    return " ".join(node.text.split()) if fields.has("on") and isinstance(node, Scalar) else "purchase"


def _check_counts(fields: Fields, trigger: str) -> None:
    """Report the first key that looks at something that is not there, or at something else than the others."""
    found = {key: fields.get(key)[0] for key in _COUNTING if fields.get(key) is not None}
    meter = fields.get("of")
    if fields.has("of") and not any(fields.has(key) for key in _COUNTING):
        fields.report("of", "settings_conflict", "`of` means nothing without `rate`, `bands`, `ladder` or `at_least`")
    if fields.has("of") and meter is None:
        return
    there = _there(fields, trigger, meter)
    for key, counts in found.items():
        if not there and (meter is None or fields.desk.names.meters.get(meter)):
            told = (
                f"`{key}` needs something paid or counted, and `{_told(fields)}` has nothing; give `flat`, or a meter"
            )
            fields.report(key, "settings_conflict", f"{told} to look at with `of`", "flat")
            return
        if there and counts not in there:
            what = f"`{meter}` counts" if meter else f"`{_told(fields)}` has"
            told = f"`{key}` counts {_called(counts)}, and {what} {' or '.join(map(_called, there))}"
            fields.report(key, "unit_other", told)
            return
        if counts != next(iter(found.values())):
            told = f"`{key}` counts {_called(counts)}, and `{next(iter(found))}` {_called(next(iter(found.values())))}"
            fields.report(key, "unit_other", f"{told}; both must be of one kind")
            return


def _there(fields: Fields, trigger: str, meter: str | None) -> tuple[str, ...]:
    """What there is to count; nothing where there is nothing, or where the meter is unclear."""
    if meter is not None:
        measure = fields.desk.names.meters.get(meter, "")
        return (measure,) if measure else ()
    if trigger == "purchase":
        return ("spend", "items", "g", "ml")
    return ("items", "g", "ml") if trigger.startswith("action:") else ()


def _called(counts: str) -> str:
    return {"spend": "money", "g": "weight", "ml": "volume", "actions": "times"}.get(counts, counts)


def _check_event(fields: Fields, trigger: str) -> None:
    """Report what needs a purchase, or an event of its own, on something else."""
    delay, when = fields.get("available_after"), fields.get("when")
    if delay is not None and delay.start == "delivery" and trigger != "purchase":
        told = f"a delivery follows a purchase, and `{_told(fields)}` is none; give a time, as in `14 days`"
        fields.report("available_after", "settings_conflict", told)
    if is_of_an_event(trigger):
        return
    if fields.get("funded_by") == "partner":
        told = f"`the partner` is where it was bought, and `{_told(fields)}` is no purchase; name one of `partners`"
        fields.report("funded_by", "settings_conflict", told)
    if fields.has("lane") and is_dated(trigger):
        fields.report("lane", "settings_conflict", "in lanes mechanics compete for an event, and a day is none")
    for key in ("when", "except"):
        when = fields.get(key)
        if when is not None and when.expression is not None:
            _check_expression(fields, key, when.expression)


def _check_expression(fields: Fields, key: str, source: str) -> None:
    """Report an expression that looks at an event: what falls due has none of its own."""
    try:
        REWARD_EXPRESSION.parse(source, fields.place.scope)
    except Wrong as wrong:
        fields.report(key, wrong.code, wrong.sentence, wrong.expected)


def _check_kept(fields: Fields) -> None:
    """Report a kept fraction, or a limit that carries over, where there is nothing of the kind."""
    rounding, limit = fields.get("rounding"), fields.get("limit")
    rate = fields.get("rate")
    leaves_fraction = fields.has("ladder") or (fields.has("rate") and not (rate is not None and rate.whole_steps))
    if rounding is not None and rounding[2] and not leaves_fraction:
        told = "a fraction is left by a rate in proportion; without one there is none to keep"
        fields.report("rounding", "settings_conflict", told)
    if fields.get("above_limit") == "carries over" and fields.is_right("limit"):
        periods = [] if limit is None else [cap for cap in limit.per_member if cap.period != "ever"]
        if not periods or is_dated(fields.get("on") or "purchase"):
            told = (
                "what carries over waits for the next period of a `limit` for each member, as in `500 points a month`"
            )
            fields.report("above_limit", "settings_conflict", told)
        _check_carried(fields)


def _check_carried(fields: Fields) -> None:
    """Report what a grant cannot have that has left its purchase behind."""
    delay = fields.get("available_after")
    if delay is not None and delay.start == "delivery":
        told = "what carries over is not delivered with a purchase any more; give a time, as in `14 days`"
        fields.report("available_after", "settings_conflict", told)
    if fields.get("funded_by") == "partner":
        told = "what carries over may come from several partners; name one of `partners`"
        fields.report("funded_by", "settings_conflict", told)


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
    if not is_of_an_event(trigger) and fields.is_right("on"):
        told = f"a grant is multiplied for the same event, and `{_told(fields)}` is none; give `flat`"
        fields.report("multiply", "settings_conflict", told)
    elif unit and unit != own:
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
    "Exactly one of `rate`, `flat`, `bands`, `ladder` and `multiply` says how much.",
    [
        Key("earn", UNIT, "The unit that is given.", "points", required=True),
        Key("name", NAME, "Its name. Left out: the unit's.", "double-skincare-week"),
        MECHANIC_TITLE,
        Key("on", TRIGGER, "What it reacts to. Left out: a purchase.", "action review"),
        Key(
            "rate",
            RATES,
            "So much per amount paid for the lines that match, per kilogram or per item; or such a rate for each tier.",
            "{silver: 1 per 1 USD, gold: 3 per 2 USD}",
        ),
        Key("flat", OWN_AMOUNT, "The same amount each time.", "100 points"),
        Key("bands", BANDS, "An amount by the band in which it lies.", "{up to 30 USD: 2, up to 60 USD: 6, above: 16}"),
        Key(
            "ladder",
            LADDER_OF_RATES,
            "A rate that rises with what a meter shows, this purchase included.",
            "{meter: visits_30_days, 1: 1 per 1 USD, 5: 2 per 1 USD}",
        ),
        Key("multiply", NAME, "A mechanic listed above, whose grant for the same event is multiplied.", "base"),
        Key(
            "at_least",
            AMOUNT,
            "What is counted must come to this. Left out: any amount will do.",
            "20 USD",
        ),
        Key(
            "of",
            METER,
            "A meter that `rate`, `bands` and `at_least` look at instead of the event; on a day what it showed at the "
            "end of the day before.",
            "spend_this_year",
        ),
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
        Key(
            "above_limit",
            Choice("`burns` or `carries over`", {"burns": "burns", "carries over": "carries over"}),
            "What becomes of what is above the limit for a member and a period: nothing, or it is given at the start "
            "of the next one. Left out: burns.",
            "carries over",
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
        exactly_one("rate", "flat", "bands", "ladder", "multiply"), at_most_one("times", "by"),
        at_most_one("multiply", "at_least"), at_most_one("multiply", "of"), needs("times", "multiply"),
        needs("by", "multiply"), _check_earn, check_cap, _check_kept,
    ],
    subject="earn",
)  # fmt: skip
