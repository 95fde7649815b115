"""The declarations: units, meters, partners and lanes."""

import re
from typing import Any

from guerdon.core.amounts import currency_scale
from guerdon.core.program import Lifetime, Meter, Partner, Unit
from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.figures import WHOLE, count, counted
from guerdon.language.forms import Either, Form, Listing, Table, Turned, one_or_more
from guerdon.language.matchers import METERED_WHEN, OF_A_PURCHASE
from guerdon.language.phrases import NAME_PATTERN, Choice, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.rates import WORTH
from guerdon.language.section import Fields, Key, Section, exactly_one
from guerdon.language.terms import ENDLESS, LIFE, WINDOW, Life, whole_life
from guerdon.language.words import COUNTED, CURRENCY, LEVEL, NAME, TITLE

MAX_DECIMALS = 6
ACTIVITIES = (
    "purchase", "redeem", "action", "use", "join", "renew", "choose", "donate", "play", "convert", "send",
)  # fmt: skip


def _own_currency(found: re.Match[str], scope: Scope) -> str:
    own = scope.names.currency
    if own and found.group() != own:
        raise Wrong("currency_other", f"{shown(found.group())} is not the currency of this program; write `{own}`", own)
    return found.group()


def _unit(*, currency: str = "", scale: int = 0, life: Life | dict[str, Life] = ENDLESS, **settings: Any) -> Unit:
    plain, by_tier = (ENDLESS, life) if isinstance(life, dict) else (life, {})
    lifetimes = {level: Lifetime(expires=own.term, inactive_after=own.inactive) for level, own in by_tier.items()}
    return Unit(
        scale=currency_scale(currency) if currency else scale, money=bool(currency), expires=plain.term,
        inactive_after=plain.inactive, lifetimes=lifetimes, **settings,
    )  # fmt: skip


def _check_alive(fields: Fields) -> None:
    life = fields.get("expires")
    lives = life.values() if isinstance(life, dict) else [life or ENDLESS]
    if fields.has("kept_alive_by") and fields.is_right("expires") and not any(own.inactive for own in lives):
        told = "`kept_alive_by` says what activity is, and nothing here expires without it; leave it out"
        fields.report("kept_alive_by", "settings_conflict", told)


ACTIVITY = Phrase(
    "a kind of activity",
    Wording("|".join(ACTIVITIES), lambda found, _: found.group()),
    Wording(r"action ([^\s:\x00-\x1f\x7f]{1,100})", lambda found, _: f"action:{found[1]}"),
    examples=("purchase", "redeem", "action review"),
    about="A kind of event: `purchase`, `redeem` (a reward), `action` (any) or one by its name, `use` (a benefit), "
    "`join` or `renew` (a plan), `choose`, `donate`, `play`, `convert`, `send`.",
)

_MOST_DAYS = 366
BEFORE = Phrase(
    "how long before",
    Wording(rf"{WHOLE} (day|week)s?", lambda found, _: _days(found[1], found[2])),
    examples=("30 days", "1 week"),
    about=f"Days or weeks, up to {_MOST_DAYS} days.",
)


def _days(number: str, unit: str) -> int:
    return count(number, _MOST_DAYS) if unit == "day" else 7 * count(number, _MOST_DAYS // 7)


def _earliest_first(days: tuple[int, ...]) -> tuple[int, ...]:
    """The warnings in the order in which they come; raises ``Wrong`` for one that is written twice."""
    if len(set(days)) < len(days):
        raise Wrong("name_twice", "a warning stands there twice; write each once")
    return tuple(sorted(days, reverse=True))


_LASTING: Form[Life] = Either(
    "a term or a list of two", text=LIFE, items=Turned(Listing("a list of two terms", LIFE), whole_life)
)


def _check_money(fields: Fields) -> None:
    if fields.has("in") and fields.has("decimals"):
        told = "`decimals` and `in` exclude each other: money has the decimals of its currency"
        fields.report("decimals", "settings_conflict", told)
    if fields.has("spent") and not fields.has("in"):
        told = "`spent` is for money; any part of another unit may be spent as it is"
        fields.report("spent", "settings_conflict", told)


UNIT_SECTION: Section[Unit] = Section(
    "a unit",
    "A unit",
    "Something that members hold: points, stars, vouchers. `{}` declares whole points that last for ever.",
    [
        Key(
            "title",
            COUNTED,
            "What members call it: one text, or the forms that numbers ask for, in the order of the language's plural "
            "rule. One more at the end is the word without a number, where that is another one.",
            "{en: [point, points], ru: [балл, балла, баллов, баллы], bg: [точка, точки]}",
        ),
        Key(
            "in",
            Phrase("a currency", Wording("[A-Z]{3}", _own_currency), examples=("USD",), about=CURRENCY.about),
            "The unit is money of the program's currency: vouchers, cashback. Left out: it is not money.",
            "USD",
            into="currency",
        ),
        Key(
            "decimals",
            counted("a number of decimals", "", "2", least=0, most=MAX_DECIMALS),
            "How many decimals amounts of it have. Left out: none, whole ones only.",
            "2",
            into="scale",
        ),
        Key(
            "spent",
            Choice("`whole` or `in any part`", {"whole": False, "in any part": True}),
            "For money. `whole`: each grant stays a voucher, which is spent whole; `in any part`: it is one sum, as "
            "cashback is. Left out: whole.",
            "in any part",
            into="divisible",
        ),
        Key(
            "expires",
            Either(
                "a term, a list of two, or a term for each tier",
                text=LIFE,
                items=_LASTING,
                mapping=Table("a term for each tier", LEVEL, _LASTING),
            ),
            "When it expires: each grant after a term, or the whole balance after a term without activity. A list of "
            "one of each: whichever comes first. By tier: a grant lasts as long as the tier of its day says, and "
            "inactivity counts by the tier of now, from the day on which it began; tiers that are not listed: never. "
            "Left out: never.",
            "18 months without activity",
            into="life",
        ),
        Key(
            "kept_alive_by",
            one_or_more("a kind of activity or a list of them", ACTIVITY),
            "What counts as activity. Left out: whatever a member does.",
            "[purchase, redeem]",
        ),
        Key(
            "warn",
            Turned(one_or_more("how long before, or a list", BEFORE), _earliest_first),
            "How long before something of it expires members are warned, at the start of that day: once for all that "
            "expires on one day. What is granted later than that gets the next warning only. Left out: never.",
            "[30 days, 1 day]",
        ),
        Key(
            "worth",
            WORTH,
            "What it is worth in money, for the liability. Left out: nothing. Money is worth itself.",
            "1 USD per 100 points",
        ),
        Key(
            "after_return",
            Choice("`owed` or `forgiven`", {"owed": "owed", "forgiven": "forgiven"}),
            "What becomes of a return's points that were spent already: `owed`, and paid back from what is earned "
            "next, or `forgiven`. Left out: owed.",
            "forgiven",
            into="debt",
        ),
    ],
    _unit,
    checks=[_check_money, _check_alive],
)


def _earned(found: re.Match[str], scope: Scope) -> tuple[str, str]:
    unit, units = found[1], scope.names.units
    if units and unit not in units:
        raise Wrong("name_unknown", f"{shown(unit)} is not a unit of this program; {advice(unit, units)}")
    return "earned", unit


MEASURES = {"weight": "g", "volume": "ml"}
"""What is measured, with the smallest part in which it is counted."""

SUM = Phrase(
    "something to add up",
    Wording("spend|items", lambda found, _: (found.group(), "")),
    Wording("weight|volume", lambda found, _: (MEASURES[found.group()], "")),
    Wording(f"({NAME_PATTERN}) earned", _earned),
    examples=("spend", "items", "weight", "volume", "points earned"),
    about="`spend` is the money paid, `items` the number of articles, `weight` and `volume` what lines measured in "
    "grams or millilitres weigh or hold, `points earned` whatever was given of that unit.",
)
COUNT = Phrase(
    "something to count",
    Wording("visits", lambda found, _: ("visits", "")),
    Wording(r"action ([^\s:\x00-\x1f\x7f]{1,100})", lambda found, _: ("actions", found[1])),
    examples=("visits", "action review"),
    about="`visits`: purchases, each one visit. `action` with a name: how often the member did it.",
)


def _meter(*, window: Any, sum: Any = None, count: Any = None, only: Any = None) -> Meter:
    counts, what = sum or count
    unit, action = (what, "") if counts == "earned" else ("", what)
    return Meter(counts=counts, window=window, unit=unit, action=action, only=only)


def _check_lines(fields: Fields) -> None:
    """Report matchers that have nothing to look at."""
    measure, only = fields.get("sum") or fields.get("count"), fields.get("of")
    if measure is not None and measure[0] == "earned" and fields.has("of"):
        told = f"`of` picks purchases and actions, and `{measure[1]} earned` looks at none; leave it out"
        fields.report("of", "matcher_misplaced", told)
    if measure is not None and measure[0] == "actions" and only is not None:
        for name in OF_A_PURCHASE:
            if getattr(only, name) is not None:
                told = f"`{name}` looks at a purchase, and `action {measure[1]}` is none; leave it out"
                fields.report("of", "matcher_misplaced", told)


METER_SECTION: Section[Meter] = Section(
    "a meter",
    "A meter",
    "Something that is counted for each member over a window. Lines under `never_earn` never count.",
    [
        Key("sum", SUM, "What is added up.", "spend"),
        Key("count", COUNT, "What is counted.", "visits"),
        Key("window", WINDOW, "Over which days.", "rolling 12 months", required=True),
        Key(
            "of",
            METERED_WHEN,
            "Only what matches counts. Left out: everything does.",
            "{category: grocery/coffee}",
            into="only",
        ),
    ],
    _meter,
    checks=[exactly_one("sum", "count"), _check_lines],
)


def _partner_name(name: str) -> str:
    if name in ("own", "partner"):
        raise Wrong("name_twice", f"{shown(name)} has a meaning of its own; give the partner another name")
    return name


PARTNER_NAME: Form[str] = Turned(NAME, _partner_name)

PARTNER_SECTION: Section[Partner] = Section(
    "a partner",
    "A partner",
    "A business that takes part: members earn or spend with it, and it settles what it owes or is owed.",
    [Key("title", TITLE, "What members see.", "{en: Esso stations, bg: Бензиностанции Esso}")],
    Partner,
)

CHOOSER = Choice("a way to choose", {"add": "add", "best": "best", "best per line": "line", "first": "first"})
