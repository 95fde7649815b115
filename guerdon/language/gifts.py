"""What is given without being paid for, and how often something may be had: the wordings that cards and games share."""

import re

from guerdon.core.counting import Measure
from guerdon.core.gifts import Gift
from guerdon.core.program import Allowance
from guerdon.language.amounts import MONEY_PATTERN, QUANTITY, paid
from guerdon.language.figures import WHOLE, count
from guerdon.language.forms import one_or_more
from guerdon.language.phrases import NAME_PATTERN, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.terms import PERIODS, TERM
from guerdon.language.words import BADGE, COUPON_NAME, REWARD_NAME

_FOR = "(?: for [0-9_]+ (?:day|week|month|year)s?)?"


def _split(found: re.Match[str]) -> tuple[str, str]:
    """What is given, and for how long; empty: as it says itself."""
    gift, _, lasts = found.group().partition(" for ")
    return gift, lasts


def _amount(found: re.Match[str], scope: Scope) -> Gift:
    gift, lasts = _split(found)
    return Gift(quantity=QUANTITY.parse(gift, scope), valid=TERM.parse(lasts) if lasts else None)


def _coupon(found: re.Match[str], scope: Scope) -> Gift:
    gift, lasts = _split(found)
    return Gift(
        coupon=COUPON_NAME.parse(gift.removeprefix("coupon "), scope), valid=TERM.parse(lasts) if lasts else None
    )


GIFT = Phrase(
    "a gift",
    Wording(f"badge ({NAME_PATTERN})", lambda found, scope: Gift(badge=BADGE.parse(found[1], scope))),
    Wording(f"coupon {NAME_PATTERN}{_FOR}", _coupon),
    Wording(f"reward ({NAME_PATTERN})", lambda found, scope: Gift(thing=REWARD_NAME.parse(found[1], scope))),
    Wording(f"(?:{QUANTITY.pattern}){_FOR}", _amount),
    examples=("50 points", "5 USD off", "badge explorer", "coupon free-coffee for 30 days", "reward coffee"),
    about="An amount of a unit (money as a voucher), a badge, a personal coupon, or a reward of the catalogue without "
    "its cost and its stock. `for 30 days` says how long an amount or a coupon lasts.",
)
GIFTS = one_or_more("a gift or a list of them", GIFT)


def _allowance(found: re.Match[str], _: Scope) -> Allowance:
    period = found[2]
    return Allowance(count(found[1], 10**6), PERIODS[period] if period else "ever")


HOW_OFTEN = Phrase(
    "how often",
    Wording(rf"{WHOLE}(?: [a-z]+)? (?:a|per) (day|week|month|quarter|year)", _allowance),
    Wording(rf"{WHOLE}(?: [a-z]+)?( in all)", lambda found, _: Allowance(count(found[1], 10**6))),
    examples=("1 a day", "3 a week", "20 in all"),
    about="By the calendar: `a day`, `a week`, `a month`, `a quarter` or `a year`; `in all` for ever.",
)
LIMITS = one_or_more("how often, or a list of it", HOW_OFTEN)

Task = tuple[Measure, int]
"""What is to be done, and how much of it."""


def _count_of(counts: str) -> Wording[Task]:
    return Wording(
        rf"{WHOLE} {counts.removesuffix('s')}s?",
        lambda found, _: (Measure(counts=counts), count(found[1], 10**9)),  # type: ignore[arg-type]
    )


def _action(found: re.Match[str], _: Scope) -> Task:
    return Measure(counts="actions", action=found[1]), count(found[2] or "1", 10**6)


TASK = Phrase(
    "something to do",
    Wording(f"(?:spend )?{MONEY_PATTERN}", lambda found, scope: (Measure(counts="spend"), paid(found, scope))),
    _count_of("visits"),
    _count_of("items"),
    Wording(rf"action ([^\s:\x00-\x1f\x7f]{{1,100}})(?: {WHOLE} times)?", _action),
    examples=("2 visits", "spend 30 USD", "3 items", "action review", "action review 3 times"),
    about="Purchases, money paid, articles, or an action by its name. A visit is one purchase.",
)

COMMITMENT = Phrase(
    "a commitment",
    Wording("[0-9a-f]{64}", lambda found, _: found.group()),
    examples=("6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",),
    about="The SHA-256 of the secret seed, 64 small hexadecimal digits. `guerdon seed new` makes both.",
)
