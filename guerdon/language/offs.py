"""What comes off a price as it is written, and the limits on that."""

import re
from typing import Any

from guerdon.core.amounts import Rate
from guerdon.core.program import Allowance
from guerdon.core.reducing import Off, PriceLimit
from guerdon.language.amounts import MONEY, MONEY_PATTERN, paid
from guerdon.language.errors import Wrong, shown
from guerdon.language.figures import DECIMAL, WHOLE, count, figure, positive
from guerdon.language.forms import Either, Form, Turned, one_or_more
from guerdon.language.limits import TIMES
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import in_period

PERCENT = rf"{DECIMAL} ?%"
_MOST_USES = 10**9


def share(number: str, written: str) -> Rate:
    """A percentage from 0 to 100 as a fraction; raises ``Wrong``."""
    found = figure(number)
    if found.decimals > 4:
        raise Wrong("scale_exceeded", f"{shown(written)} has too many decimals: a percentage has at most 4")
    if found.digits > 100 * 10**found.decimals:
        raise Wrong("number_out_of_range", f"{shown(written)} is too large; at most `100 %` belongs here")
    return Rate(found.digits, 100 * 10**found.decimals)


def share_above_zero(number: str, written: str) -> Rate:
    """The same, and more than nothing."""
    found = share(number, written)
    positive(found.amount, written)
    return found


OFF = Phrase(
    "what comes off a price",
    Wording(f"{PERCENT} off", lambda found, _: Off(share=share_above_zero(found[1], found.group()))),
    Wording(f"{MONEY_PATTERN} off", lambda found, scope: Off(amount=paid(found, scope))),
    Wording(f"{MONEY_PATTERN} off each item", lambda found, scope: Off(amount=paid(found, scope), each=True)),
    examples=("10 % off", "5 USD off", "0.10 USD off each item"),
    about="A share, or an amount once off all the lines that match, or off each item of them. What is weighed is one "
    "item. Nothing ever costs less than nothing.",
)

SHARE = Phrase(
    "a share",
    Wording(PERCENT + "(?: of the (?:bill|price))?", lambda found, _: share_above_zero(found[1], found.group())),
    examples=("30 % of the bill", "30 %"),
    about="Of what is left to pay for the lines that count.",
)

STEP_SHARE = Phrase(
    "a share, or 0 %",
    Wording(PERCENT, lambda found, _: share(found[1], found.group())),
    examples=("3 %", "0 %"),
)

_MONEY_IN, _period = in_period(MONEY_PATTERN)
MONEY_PER_PERIOD = Phrase(
    "an amount of money per period",
    Wording(_MONEY_IN, lambda found, scope: Allowance(paid(found, scope), _period(found))),
    examples=("50 USD a month", "20 USD"),
    about="`a day`, `a week`, `a month`, `a quarter`, `a year` or `a statement period`; without it, for ever.",
)


def _uses(found: re.Match[str], _: Scope) -> int:
    return 1 if found.group() == "once" else count(found[1], _MOST_USES)


USES = Phrase(
    "a number of uses",
    Wording(f"once|{WHOLE} times?", _uses),
    examples=("500 times", "once"),
    about="For as long as the mechanic, or the code, has this name.",
)

PRICE_LIMIT: Section[PriceLimit] = Section(
    "a limit on what comes off",
    "A limit on what comes off a price",
    "What is above a limit is not taken off, and the trace says so. What comes to nothing uses no limit up.",
    [
        Key("share", SHARE, "At most this much of the price of the lines that it looks at.", "50 % of the price"),
        Key("per_basket", MONEY, "At most this much off one basket.", "20 USD"),
        Key(
            "per_member",
            one_or_more("an amount of money per period, or a list of them", MONEY_PER_PERIOD),
            "At most this much for each member.",
            "50 USD a month",
        ),
        Key("times", one_or_more("how often, or a list of that", TIMES), "How often for each member.", "once a month"),
        Key("uses", USES, "How often for all members together.", "500 times"),
        Key(
            "each_code",
            USES,
            "How often each code is good, for all members together. A batch of codes says so itself.",
            "once",
            into="uses_per_code",
        ),
        Key("total", MONEY, "At most this much for all members together.", "10_000 USD"),
    ],
    PriceLimit,
)

OFF_LIMIT: Form[Any] = Either(
    "a limit",
    text=Turned(TIMES, lambda times: PriceLimit(times=(times,))),
    mapping=PRICE_LIMIT,
)


def check_codes(fields: Fields) -> None:
    """Report a limit for each code where no code is asked for."""
    limit, when = fields.get("limit"), fields.get("when")
    named = fields.is_right("when") and when is not None and when.code is not None
    if limit is not None and limit.uses_per_code is not None and not named:
        told = "`each_code` counts the codes that `when` names, and it names none; give it `code`"
        fields.report("limit", "settings_conflict", told, "code")
