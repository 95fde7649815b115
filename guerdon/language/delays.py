"""How long something stays pending after it was given: hours, a term, until the goods arrive, or to the statement."""

import re
from typing import Literal

from guerdon.core.calendar import Delay
from guerdon.language.figures import WHOLE, count
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.terms import TERM

_MOST_HOURS = 24 * 365
_LASTS = rf"(?:{WHOLE} hours?|({TERM.pattern}))"
_Start = Literal["event", "delivery", "statement"]


def _lasting(start: _Start, suffix: str = "") -> Wording[Delay]:
    """So long after something."""

    def means(found: re.Match[str], scope: Scope) -> Delay:
        if found[1] is not None:
            return Delay(start, hours=count(found[1], _MOST_HOURS))
        return Delay(start, TERM.parse(found[2], scope))

    return Wording(_LASTS + suffix, means)


DELAY = Phrase(
    "a time to wait",
    _lasting("event"),
    _lasting("delivery", " after delivery"),
    _lasting("statement", " after the statement date"),
    Wording("(?:after|on) delivery", lambda found, _: Delay("delivery")),
    Wording("on the statement date", lambda found, _: Delay("statement")),
    examples=("14 days", "24 hours", "14 days after delivery", "after delivery", "on the statement date"),
    about="Hours are counted to the second, days to the start of the day behind them. `after delivery` waits for the "
    "`deliver` event of the purchase; the statement date is the day behind the member's statement period.",
)
