"""The catalogue of rewards and the rules of returns, as they stand in the file."""

import re
from collections.abc import Mapping
from math import gcd
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from guerdon.core.amounts import Rate
from guerdon.core.calendar import WEEKDAYS
from guerdon.core.program import Allowance, Quantity, Refill, Returns, Reward
from guerdon.language.amounts import QUANTITY, WORD_PATTERN, unit_named
from guerdon.language.dates import CLOCK, DATE, minute_of
from guerdon.language.errors import Wrong
from guerdon.language.figures import WHOLE, count
from guerdon.language.forms import Either, Form, Table, Turned, one_or_more
from guerdon.language.matchers import REWARD_WHEN
from guerdon.language.phrases import Choice, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import PERIODS, TERM
from guerdon.language.words import LEVEL, NAME, PARTNER, TITLE

_MOST_PIECES = 10**9
_PERIOD = "(day|week|month|quarter|year)"


class Cost(NamedTuple):
    """What a reward costs, and how much of it may be taken."""

    cost: Quantity
    taken: Literal["once", "several times", "in any amount"] = "once"
    by_tier: Mapping[str, Quantity] = MappingProxyType({})


def _each(found: re.Match[str], scope: Scope) -> Cost:
    return Cost(QUANTITY.parse(found[1], scope), "several times")


def _any(found: re.Match[str], scope: Scope) -> Cost:
    unit = unit_named(found[1], scope)
    least = QUANTITY.parse(f"{found[2]} {unit}", scope).amount if found[2] else 1
    return Cost(Quantity(least, unit), "in any amount")


COST: Phrase[Cost] = Phrase(
    "what a reward costs",
    Wording(QUANTITY.pattern, lambda found, scope: Cost(QUANTITY.parse(found.group(), scope))),
    Wording(f"((?:{QUANTITY.pattern})) each", _each),
    Wording(rf"any {WORD_PATTERN}(?: from ([0-9_.]+) on)?", _any),
    examples=("500 points", "500 points each", "any points", "any points from 100 on"),
    about="`each`: a member may take several at once. `any`: a member gives as much as they want, and `gives` says "
    "what it is worth.",
)


def _cheapest(costs: dict[str, Quantity]) -> Cost:
    units = {cost.unit for cost in costs.values()}
    if len(units) > 1:
        raise Wrong("unit_other", "a reward costs the same unit in every tier")
    return Cost(min(costs.values(), key=lambda cost: cost.amount), by_tier=costs)


COSTS: Form[Cost] = Either(
    "what a reward costs, or what it costs in each tier",
    text=COST,
    mapping=Turned(Table("a cost for each tier", LEVEL, QUANTITY), _cheapest),
)


class Gift(NamedTuple):
    """What a reward gives: an amount, an amount for each amount that is paid, or a code."""

    quantity: Quantity | None = None
    paid: Quantity | None = None
    code: bool = False


NOTHING = Gift()
_GROUPS = re.compile(QUANTITY.pattern).groups


def _worth(found: re.Match[str], scope: Scope) -> Gift:
    gift, paid = found[1], found[2 + _GROUPS]
    return Gift(QUANTITY.parse(gift, scope), QUANTITY.parse(paid, scope))


GIVES: Phrase[Gift] = Phrase(
    "an amount of a unit, an amount per amount, `a code` or `nothing`",
    Wording("nothing", lambda found, _: NOTHING),
    Wording("a code", lambda found, _: Gift(code=True)),
    Wording(QUANTITY.pattern, lambda found, scope: Gift(QUANTITY.parse(found.group(), scope))),
    Wording(f"((?:{QUANTITY.pattern})) per ((?:{QUANTITY.pattern}))", _worth),
    examples=("5 USD off", "5 USD", "3 stamps", "1 USD per 100 points", "a code", "nothing"),
    about="Money is given as a voucher, unless its unit is spent in any part. `per` is for a reward that is taken in "
    "any amount, and rounded down. `a code` is made out, to be used elsewhere. `nothing`: the reward is a thing that "
    "is handed over.",
)


class Stock(NamedTuple):
    """How many pieces there are, and when again."""

    pieces: int
    refilled: Refill | None = None


def _drops(found: re.Match[str], _: Scope) -> Stock:
    days = tuple(sorted({WEEKDAYS.index(day) for day in re.findall("[a-z]{3}", found[2].replace("and", ""))}))
    return Stock(count(found[1], _MOST_PIECES), Refill(weekdays=days, minute=minute_of(found[3])))


_DAY = f"(?:{'|'.join(WEEKDAYS)})"
STOCK: Phrase[Stock] = Phrase(
    "a number of pieces",
    Wording(f"{WHOLE}(?: pieces?)?", lambda found, _: Stock(count(found[1], _MOST_PIECES))),
    Wording(
        rf"{WHOLE}(?: pieces?)? (?:a|every) {_PERIOD}",
        lambda found, _: Stock(count(found[1], _MOST_PIECES), Refill(period=PERIODS[found[2]])),
    ),
    Wording(rf"{WHOLE}(?: pieces?)? on ({_DAY}(?:(?:, | and ){_DAY})*) at ({CLOCK})", _drops),
    examples=("200", "200 pieces", "200 a month", "50 on tue and thu at 09:00"),
    about="Once for all, or so many each time: at the start of each period, or on some weekdays at an hour. What is "
    "left when the next come is gone.",
)


class Often(NamedTuple):
    """How many pieces a member may take at once, or in a period."""

    at_once: int | None = None
    period: Allowance | None = None


def _often(found: re.Match[str], _: Scope) -> Often:
    number = {"once": 1, "twice": 2}.get(found[1]) or count(found[1], _MOST_PIECES)
    return Often(period=Allowance(number, PERIODS[found[3]] if found[3] else "ever"))


OFTEN: Phrase[Often] = Phrase(
    "how many a member may take",
    Wording(f"{WHOLE} at once", lambda found, _: Often(count(found[1], _MOST_PIECES))),
    Wording(f"(once|twice|{WHOLE})(?: (?:a|per) {_PERIOD})?", _often),
    examples=("1 a day", "once", "4 a year", "2 at once"),
    about="Pieces, by one redemption or in a calendar period; without a period, for ever.",
)


def _limits(parts: tuple[Often, ...]) -> tuple[int | None, tuple[Allowance, ...]]:
    at_once = [part.at_once for part in parts if part.at_once is not None]
    periods = tuple([part.period for part in parts if part.period is not None])
    if len(at_once) > 1 or len({allowance.period for allowance in periods}) < len(periods):
        raise Wrong("settings_conflict", "two numbers here are for the same; the lower one alone would do")
    return (at_once[0] if at_once else None), periods


def _check_reward(fields: Fields) -> None:
    name, gives, cost = fields.get("reward"), fields.get("gives") or NOTHING, fields.get("cost")
    if name is not None:
        fields.declare("reward", name, fields.at("reward"))
    if fields.has("valid") and gives == NOTHING and fields.is_right("gives"):
        told = "`valid` is how long what the reward gives lasts, and it gives nothing; leave it out"
        fields.report("valid", "settings_conflict", told)
    if cost is not None and fields.is_right("gives"):
        _check_value(fields, cost, gives)
    first, last = fields.get("from"), fields.get("until")
    if first is not None and last is not None and last < first:
        fields.report("until", "order_wrong", f"the last day, {last}, is before the first, {first}")


def _check_value(fields: Fields, cost: Cost, gives: Gift) -> None:
    """Report an amount per amount where none is chosen, and the other way round."""
    if (cost.taken == "in any amount") != (gives.paid is not None):
        told = "`cost: any …` and `gives: … per …` belong together, as in `any points` and `1 USD per 100 points`"
        fields.report("gives", "settings_conflict", told)
    elif gives.paid is not None and gives.paid.unit != cost.cost.unit:
        fields.report("gives", "unit_other", f"the reward costs `{cost.cost.unit}`, and is worth so much per that")


def _reward(
    *, cost: Cost, gives: Gift = NOTHING, stock: Stock | None = None, limit: Any = (None, ()), **own: Any
) -> Reward:
    pieces, refilled = (None, None) if stock is None else stock
    return Reward(
        cost=cost.cost, cost_by_tier=dict(cost.by_tier), taken=cost.taken, gives=gives.quantity, value=_value(gives),
        code=gives.code, stock=pieces, refilled=refilled, at_once=limit[0], per_member=limit[1], **own,
    )  # fmt: skip


def _value(gives: Gift) -> Rate | None:
    if gives.quantity is None or gives.paid is None:
        return None
    shared = gcd(gives.quantity.amount, gives.paid.amount)
    return Rate(gives.quantity.amount // shared, gives.paid.amount // shared)


REWARD: Section[Reward] = Section(
    "a reward",
    "A reward",
    "Something in the catalogue that a member takes for points.",
    [
        Key("reward", NAME, "Its name.", "coffee", required=True, into="name"),
        Key("title", TITLE, "What members see.", "{en: A coffee, bg: Кафе}"),
        Key(
            "cost", COSTS, "What it costs. By tier: nobody else may take it.", "500 points", required=True, verb="costs"
        ),
        Key("gives", GIVES, "What the member gets. Left out: nothing, the reward is a thing.", "5 USD off"),
        Key("valid", TERM, "How long what it gives lasts. Left out: as its unit says, a code for ever.", "90 days"),
        Key("stock", STOCK, "How many there are. Left out: any number.", "50 on tue and thu at 09:00"),
        Key(
            "limit",
            Turned(one_or_more("how many a member may take, or a list of that", OFTEN), _limits),
            "How many a member may take. Left out: any number.",
            "[1 a day, 4 a year]",
        ),
        Key(
            "from",
            DATE,
            "The first day on which it may be taken. Left out: it always was.",
            "2026-03-10",
            into="first_day",
        ),
        Key("until", DATE, "The last day on which it may be taken. Left out: it stays.", "2026-04-30", into="last_day"),
        Key(
            "partner",
            PARTNER,
            "The partner who hands it over and is owed what it cost. Left out: the merchant does.",
            "esso",
        ),
        Key("when", REWARD_WHEN, "Who may take it, and when. Left out: anyone at any time.", "{tier: gold}"),
    ],
    _reward,
    checks=[_check_reward],
)

RETURNS: Section[Returns] = Section(
    "the rules of returns",
    "Returns",
    "What a return takes back.",
    [
        Key(
            "points",
            Choice(
                "`exact`, `at today's rate` or `kept`",
                {"exact": "exact", "at today's rate": "at today's rate", "kept": "kept"},
            ),
            "`exact`: what the returned lines earned, by the rules they earned it under; `at today's rate`: what they "
            "would earn on the day of the return, and exactly what they earned where a mechanic has no rate; `kept`: "
            "nothing. Left out: exact.",
            "at today's rate",
        ),
        Key(
            "vouchers",
            Choice("`given back` or `lost`", {"given back": "given back", "lost": "lost"}),
            "What becomes of a voucher used on a purchase that comes back as a whole. Left out: given back.",
            "lost",
        ),
    ],
    Returns,
)
