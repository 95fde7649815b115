"""What a mechanic reacts to: an event, something that happened through other mechanics, or a day of the calendar."""

import re

from guerdon.language.dates import read_date
from guerdon.language.figures import WHOLE, count
from guerdon.language.phrases import NAME_PATTERN, Known, Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.terms import PERIOD_OR_STATEMENT, period_of
from guerdon.language.words import BADGE, LEVEL, PLAN, PLAN_OR_SEGMENT

_MOST_DAYS = 183


def _happening(words: str, trigger: str, name: Known) -> Wording[str]:
    """Something that happens to what has a name: ``reached gold``."""

    def means(found: re.Match[str], scope: Scope) -> str:
        return f"{trigger}:{name.parse(found[1], scope)}"

    return Wording(f"{words} ({NAME_PATTERN})", means)


SEGMENT = r"([^\s:\x00-\x1f\x7f]{1,100})"
"""A segment, as a trigger names it: it may come from outside, and is any word."""


def entered(words: re.Match[str], _: Scope) -> str:
    """What the entering of a segment is called."""
    return f"entered_segment:{words[1]}"


def left(words: re.Match[str], scope: Scope) -> str:
    """What leaving is called: of a plan, or else of a segment that the file declares."""
    name = PLAN_OR_SEGMENT.parse(words[1], scope)
    return f"left:{name}" if name in scope.names.plans else f"left_segment:{name}"


def left_segment(words: re.Match[str], _: Scope) -> str:
    """The same where it is said that it is a segment."""
    return f"left_segment:{words[1]}"


TRIGGER = Phrase(
    "something to react to",
    Wording("purchase|enrol|birthday|anniversary", lambda found, _: found.group()),
    Wording(r"action ([^\s:\x00-\x1f\x7f]{1,100})", lambda found, _: f"action:{found[1]}"),
    _happening("reached", "reached", LEVEL),
    _happening("badge", "awarded", BADGE),
    _happening("joined", "joined", PLAN),
    Wording(f"left segment {SEGMENT}", left_segment),
    Wording(f"left ({NAME_PATTERN})", left),
    Wording(f"entered(?: segment)? {SEGMENT}", entered),
    Wording(f"{WHOLE} days? before birthday", lambda found, _: f"birthday:{count(found[1], _MOST_DAYS)}"),
    Wording(f"every {PERIOD_OR_STATEMENT}", lambda found, _: f"every:{period_of(found[1])}"),
    Wording("[0-9]{4}-[0-9]{2}-[0-9]{2}", lambda found, _: f"date:{read_date(found.group())}"),
    examples=(
        "purchase", "enrol", "action review", "reached gold", "badge explorer", "joined plus", "entered at-risk",
        "left at-risk", "birthday", "7 days before birthday", "anniversary", "every month", "2026-03-29",
    ),
    about="An event: `purchase`, `enrol` (the member joins), or `action` and its name as the source sends it. "
    "Something that happens: a level `reached`, a `badge` awarded, a plan `joined` or `left`, a segment `entered` or "
    "`left` (`left segment` with the name of one that comes from outside, or is that of a plan too). Or a day, at its "
    "start: the `birthday`, the `anniversary` of joining, the start of `every` period, a date.",
)  # fmt: skip


def is_of_an_event(trigger: str) -> bool:
    """Whether it comes with the event itself, and may look at what the event carries."""
    return trigger.partition(":")[0] in ("purchase", "enrol", "action")
