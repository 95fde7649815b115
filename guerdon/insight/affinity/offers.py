"""The next best offer: which of the program's mechanics suits what a member buys anyway, and when it comes.

A mechanic that asks for categories, brands, articles or weekdays suits a member by the share of its days with a
purchase on which it bought such things. Mechanics that everybody gets on everything are no offer; neither are those for
other tiers, for other dates, or on things that never earn.

**Worked.** Coffee counts double this month. The member bought something on 20 days of the last 26 weeks, and coffee on
5 of them: the offer suits it by 0.25, "because you bought coffee on 5 of 20 days".
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import ibis
import msgspec

from guerdon.core.calendar import Day, day_of, month_of, weekday_of
from guerdon.core.program import MonthChoice, Program, When
from guerdon.insight.affinity.baskets import is_excluded, is_under
from guerdon.insight.engines import Tables

_LOOKED_AT_WEEKS = 26
_NAMED = 3


class OfferIdea(msgspec.Struct, frozen=True, kw_only=True):
    """A mechanic for a member."""

    mechanic: str
    title: Mapping[str, str]
    fit: float
    """The share of the member's days with a purchase that it suits, from 0 to 1."""
    days: int
    of_days: int
    things: tuple[str, ...]
    """Which categories it is that the member buys, the most frequent first. Empty: it is about the day."""
    because: str


class Bought(msgspec.Struct, frozen=True):
    """A line that a member bought and kept."""

    day: Day
    category: str
    brand: str
    sku: str


def bought_by(tables: Tables, member: int, today: date) -> list[Bought]:
    """What a member bought in the last 26 weeks."""
    since = today - timedelta(weeks=_LOOKED_AT_WEEKS)
    lines = tables.lines.filter((tables.lines.member == member) & (tables.lines.net > 0))
    lines = lines.filter((lines.day > ibis.literal(since)) & (lines.day <= ibis.literal(today)))
    rows = lines.select("day", "category", "brand", "sku").distinct().to_pyarrow().to_pylist()
    return [Bought(day_of(row["day"]), *[row[name] or "" for name in ("category", "brand", "sku")]) for row in rows]


def offers_for(program: Program, bought: Sequence[Bought], levels: frozenset[str], on: date) -> list[OfferIdea]:
    """The mechanics that suit what was bought, the best first, for a member on these levels and on this day."""
    ideas = [idea for mechanic in program.mechanics for idea in _of_mechanic(mechanic, program, bought, levels, on)]
    return sorted(ideas, key=lambda idea: (-idea.fit, idea.mechanic))


def _of_mechanic(
    mechanic: Any, program: Program, bought: Sequence[Bought], levels: frozenset[str], on: date
) -> Iterator[OfferIdea]:
    when: When | None = getattr(mechanic, "when", None)
    if when is None or not _is_for(when, levels, on):
        return
    matching = [line for line in bought if _suits(when, line, on) and not _never(program, line)]
    every, days = {line.day for line in bought}, {line.day for line in matching}
    if days:
        things = _most_frequent(matching) if _has_lines(when) else ()
        yield OfferIdea(
            mechanic=mechanic.name,
            title=getattr(mechanic, "title", {}),
            fit=round(len(days) / len(every), 4),
            days=len(days),
            of_days=len(every),
            things=things,
            because=_because(things, len(days), len(every)),
        )


def _is_for(when: When, levels: frozenset[str], on: date) -> bool:
    """Whether it asks for something that habits tell, and the member and the day are not ruled out."""
    if not _has_lines(when) and when.weekday is None:
        return False
    if when.tier is not None and not levels.intersection(when.tier):
        return False
    return when.between is None or when.between[0] <= on <= when.between[1]


def _has_lines(when: When) -> bool:
    return when.category is not None or when.brand is not None or when.sku is not None


def _suits(when: When, line: Bought, on: date) -> bool:
    paths = when.category
    if isinstance(paths, MonthChoice):
        paths = paths.by_month.get(month_of(day_of(on)), ())
    return (
        (paths is None or is_under(line.category, paths))
        and (when.brand is None or line.brand in when.brand)
        and (when.sku is None or line.sku in when.sku)
        and (when.weekday is None or weekday_of(line.day) in when.weekday)
    )


def _never(program: Program, line: Bought) -> bool:
    return is_excluded(program.never_earn, line.category, line.brand, line.sku)


def _most_frequent(lines: Sequence[Bought]) -> tuple[str, ...]:
    days: dict[str, set[Day]] = {}
    for line in lines:
        days.setdefault(line.category or line.brand or line.sku, set()).add(line.day)
    return tuple(sorted(days, key=lambda thing: (-len(days[thing]), thing))[:_NAMED])


def _because(things: tuple[str, ...], days: int, of_days: int) -> str:
    what = f"bought {', '.join(things)}" if things else "came on such days"
    return f"because you {what} on {days} of {of_days} days"
