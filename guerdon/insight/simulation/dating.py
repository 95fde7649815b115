"""Dating: a draft that takes effect in the future, and a history that lies in the past.

A draft is tried as if it had been in force from the first day of the history. Its mechanics keep their own dates: what
is to be given next April is given in no April of the past. Such mechanics are named (``out_of_time``), and the history
can be moved to meet them (``history.Moved``).
"""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from guerdon.core.calendar import Day, date_of, day_of, month_of
from guerdon.core.program import MonthChoice, Program, Reward, When


def in_force_by(programs: Sequence[Program], first: Day) -> tuple[Program, ...]:
    """The versions of a program, the earliest of them in force by a day at the latest."""
    earliest = min(programs, key=lambda program: program.effective_from)
    if day_of(earliest.effective_from) <= first:
        return tuple(programs)
    moved = msgspec.structs.replace(earliest, effective_from=date_of(first))
    return tuple([moved if program is earliest else program for program in programs])


def out_of_time(program: Program, first: Day, last: Day) -> list[str]:
    """The mechanics and rewards whose own dates lie outside of these days."""
    found = []
    for mechanic in program.mechanics:
        when = getattr(mechanic, "when", None)
        between = getattr(mechanic, "live_between", None) or getattr(when, "between", None)
        if _misses(between, first, last) or _months_miss(when, first, last):
            found.append(mechanic.name)
    found += [reward.name for reward in program.rewards if _reward_misses(reward, first, last)]
    return found


def _misses(between: tuple[date, date] | None, first: Day, last: Day) -> bool:
    return between is not None and (day_of(between[1]) < first or day_of(between[0]) > last)


def _reward_misses(reward: Reward, first: Day, last: Day) -> bool:
    begun = reward.first_day is None or day_of(reward.first_day) <= last
    still = reward.last_day is None or day_of(reward.last_day) >= first
    return not (begun and still) or _misses(reward.when.between, first, last)


def _months_miss(when: When | None, first: Day, last: Day) -> bool:
    """Whether a choice by the month names no month of these days."""
    chosen = list(_choices(when))
    months = range(month_of(first), month_of(last) + 1)
    return bool(chosen) and not any(month in months for choice in chosen for month in choice.by_month)


def _choices(when: When | None) -> Iterator[MonthChoice]:
    category = None if when is None else getattr(when, "category", None)
    if isinstance(category, MonthChoice):
        yield category
