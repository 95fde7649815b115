"""Time as the calendar and the clock show it: dates, months, weekdays and hours."""

import re
from datetime import date

from guerdon.core.calendar import FIRST_INSTANT, LAST_INSTANT, WEEKDAYS, day_of, moment_of, month_of
from guerdon.language.errors import Wrong, shown
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope

FIRST_DATE, LAST_DATE = moment_of(FIRST_INSTANT).date(), moment_of(LAST_INSTANT - 1).date()


def read_date(text: str) -> date:
    """Read ``YYYY-MM-DD`` and nothing else; raises ``Wrong``."""
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise Wrong(
            "phrase_wrong", f"{shown(text)} is not a day of the calendar", "a date as in `2026-04-14`"
        ) from None
    if not FIRST_DATE <= value <= LAST_DATE:
        raise Wrong("number_out_of_range", f"{shown(text)} is out of range; dates lie from {FIRST_DATE} to {LAST_DATE}")
    return value


DATE = Phrase(
    "a date",
    Wording("([0-9]{4}-[0-9]{2}-[0-9]{2})", lambda found, _: read_date(found[1])),
    examples=("2026-04-14",),
    about="Year, month and day: `YYYY-MM-DD`, from 2000 to 2099.",
)

MONTH = Phrase(
    "a month",
    Wording("([0-9]{4}-(?:0[1-9]|1[0-2]))", lambda found, _: month_of(day_of(read_date(f"{found[1]}-01")))),
    examples=("2026-04",),
    about="Year and month: `YYYY-MM`.",
)


def minute_of(text: str) -> int:
    """Minutes since midnight of a time that fits ``CLOCK``."""
    return int(text[:2]) * 60 + int(text[3:])


def _hours(found: re.Match[str], _: Scope) -> tuple[int, int]:
    begins, ends = minute_of(found[1]), minute_of(found[2])
    if begins >= ends:
        sentence = f"{shown(found.group())} ends before it begins; hours lie within one day, up to `24:00`"
        raise Wrong("order_wrong", sentence, "`17:00-19:00`")
    return begins, ends


CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
HOURS = Phrase(
    "hours of the day",
    Wording(f"({CLOCK})-({CLOCK}|24:00)", _hours),
    examples=("17:00-19:00", "20:00-24:00"),
    about="On the clock of the program's time zone, up to but not at the second time.",
)


def _days(found: re.Match[str], _: Scope) -> tuple[int, ...]:
    first, last = WEEKDAYS.index(found[1]), WEEKDAYS.index(found[2] or found[1])
    if first > last:
        raise Wrong("order_wrong", f"{shown(found.group())} runs past the week's end; the week is mon to sun")
    return tuple(range(first, last + 1))


_DAY = f"({'|'.join(WEEKDAYS)})"
WEEKDAY: Phrase[tuple[int, ...]] = Phrase(
    "a weekday",
    Wording(f"{_DAY}(?:-{_DAY})?", _days),
    Wording("weekend", lambda found, _: (5, 6)),
    examples=("sat", "mon-fri", "weekend"),
    about="`mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`, a range of them, or `weekend` for Saturday and Sunday.",
)


def all_days(parts: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    """The days of several wordings, each once, from Monday."""
    return tuple(sorted({day for part in parts for day in part}))
