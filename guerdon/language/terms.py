"""Time as it lasts: terms, windows and periods."""

import re
from collections.abc import Callable
from typing import NamedTuple, get_args

from guerdon.core.calendar import (
    PeriodUnit,
    Term,
    TermUnit,
    Window,
)
from guerdon.language.errors import Wrong
from guerdon.language.figures import WHOLE, count
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope

_MOST: dict[TermUnit, int] = {"day": 36_500, "week": 5_200, "month": 1_200, "year": 100}
_SPAN = rf"{WHOLE} (day|week|month|year)s?"
_PERIOD = "(day|week|month|quarter|year)"
_NEXT: dict[str, Term] = {
    "day": Term(1, "day", "day"),
    "week": Term(1, "week", "week"),
    "month": Term(1, "month", "month"),
    "quarter": Term(3, "month", "quarter"),
    "year": Term(1, "year", "year"),
}
PERIODS: dict[str, PeriodUnit] = {name: name for name in get_args(PeriodUnit) if name != "ever"}
_UNITS: dict[str, TermUnit] = {name: name for name in get_args(TermUnit)}


def _span(number: str, unit: str) -> tuple[int, TermUnit]:
    return count(number, _MOST[_UNITS[unit]]), _UNITS[unit]


def _plain(found: re.Match[str], _: Scope) -> Term:
    return Term(*_span(found[1], found[2]))


def _until_end(found: re.Match[str], _: Scope) -> Term:
    return Term(0, "day", PERIODS[found[1]])


def _until_end_of_next(found: re.Match[str], _: Scope) -> Term:
    return _NEXT[found[1]]


def _after_end(found: re.Match[str], _: Scope) -> Term:
    return Term(*_span(found[1], found[2]), PERIODS[found[3]])


ENDING: tuple[Wording[Term], ...] = (
    Wording(_SPAN, _plain),
    Wording(rf"until the end of (?:the |this )?(?:calendar )?{_PERIOD}", _until_end),
    Wording(rf"until the end of (?:the )?next (?:calendar )?{_PERIOD}", _until_end_of_next),
    Wording(rf"{_SPAN} after the end of the (?:calendar )?{_PERIOD}", _after_end),
)

TERM = Phrase(
    "a term",
    *ENDING,
    examples=(
        "30 days", "18 months", "until the end of the year", "until the end of next calendar year",
        "6 months after the end of the month",
    ),
    about="How long something lasts. `30 days` from 1 January lasts through 31 January; `6 months after the end of the "
    "month` from 15 December lasts through 30 June.",
)  # fmt: skip


class Life(NamedTuple):
    """How a unit expires."""

    term: Term | None = None
    """After it was earned."""
    inactive: Term | None = None
    """After the member's last activity."""


def _after(wording: Wording[Term]) -> Callable[[re.Match[str], Scope], Life]:
    return lambda found, scope: Life(wording.means(found, scope))


ENDLESS = Life()

LIFE = Phrase(
    "a term, a term without activity, or `never`",
    *[Wording(wording.pattern, _after(wording)) for wording in ENDING],
    Wording(rf"{_SPAN} without activity", lambda found, scope: Life(inactive=_plain(found, scope))),
    Wording("never", lambda found, scope: ENDLESS),
    examples=("18 months", "18 months without activity", "6 months after the end of the month", "never"),
    about="When what a member holds expires: each grant by its own age, or the whole balance at once when the member "
    "has done nothing for so long.",
)


def whole_life(parts: tuple[Life, ...]) -> Life:
    """An age and a time without activity together: whichever comes first."""
    terms = [part.term for part in parts if part.term]
    inactive = [part.inactive for part in parts if part.inactive]
    if len(terms) != 1 or len(inactive) != 1 or len(parts) != 2:
        example = "`[24 months, 6 months without activity]`"
        raise Wrong(
            "settings_conflict", f"a list here is one term and one term without activity, as in {example}", example
        )
    return Life(terms[0], inactive[0])


def _calendar(found: re.Match[str], _: Scope) -> Window:
    return Window("calendar", 1, PERIODS[found[1]])


def _rolling(found: re.Match[str], _: Scope) -> Window:
    return Window("rolling", *_span(found[1], found[2]))


WINDOW = Phrase(
    "a window",
    Wording(f"calendar {_PERIOD}", _calendar),
    Wording(f"rolling {_SPAN}", _rolling),
    Wording("ever", lambda found, scope: Window("calendar", 1, "ever")),
    examples=("rolling 12 months", "calendar year", "rolling 30 days", "ever"),
    about="The days over which something is counted: the running calendar period, the last so many days up to and with "
    "today, or all time.",
)

RECURRENCE = Phrase(
    "a recurrence",
    Wording(f"every {_PERIOD}", lambda found, _: PERIODS[found[1]]),
    examples=("every quarter", "every month"),
    about="At the start of each calendar period; weeks start on Monday.",
)

LATENESS = Phrase(
    "a number of days",
    Wording(f"up to {WHOLE} days?", lambda found, _: count(found[1], 3_650)),
    Wording("never", lambda found, _: 0),
    examples=("up to 30 days", "never"),
)

STATEMENT_DAY = Phrase(
    "a day of the month",
    Wording(f"(?:the )?{WHOLE}(?:st|nd|rd|th)?", lambda found, _: count(found[1], 31)),
    examples=("10th", "1"),
    about="In a month that is too short for it, the month's last day.",
)


def in_period(inner: str) -> tuple[str, Callable[[re.Match[str]], PeriodUnit]]:
    """An amount's pattern with ``a week`` behind it or nothing, and how to read that part: the last group."""
    pattern = f"{inner}(?: (?:a|per) {PERIOD_OR_STATEMENT})?"
    return pattern, lambda found: period_of(found[found.re.groups])


PERIOD_OR_STATEMENT = "(day|week|month|quarter|year|statement period)"


def period_of(text: str | None) -> PeriodUnit:
    """The period that a word of ``PERIOD_OR_STATEMENT`` means; for ever without one."""
    return PERIODS[text.removesuffix(" period")] if text else "ever"
