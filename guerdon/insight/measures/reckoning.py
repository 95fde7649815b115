"""Reckoning: from measures and cuts to figures. All parts of one grain are counted in one pass over its rows.

The engine gives whole numbers by key. Here periods without rows are put in, what is told to date is added up from
period to period, and each measure makes its value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

import ibis.expr.types as ir

from guerdon.insight.measures.cuts import CUTS, Cut
from guerdon.insight.measures.history import History
from guerdon.insight.measures.measure import Found, Grain, Measure, Part, Value
from guerdon.insight.measures.periods import next_period, period_of, periods

Key = date | str | int | None
"""A period's first day, a name, a number of months; None: there is none."""
Keys = tuple[Key, ...]
_Counts = dict[tuple[str, str], Value]

MOST_CUTS = 2


class MeasureNotFound(Exception):
    """No measure is called so."""


class NotToldBy(Exception):
    """A measure cannot be told by a cut: the message says by which it can."""


class GroupsNeeded(Exception):
    """A measure compares two segments, and none were named."""


class Figure(NamedTuple):
    """What a measure comes to for one key."""

    keys: Keys
    unit: str
    """The unit of the program; empty: it is not told by unit."""
    value: Value


def figures(history: History, measures: Sequence[Measure], by: Sequence[str] = ()) -> dict[str, list[Figure]]:
    """Each measure by name: a figure for each key (and unit), in order.

    Raises ``NotToldBy`` and ``GroupsNeeded``.
    """
    cuts = _cuts(by)
    for measure in measures:
        _check(measure, cuts, history)
    parts = list(dict.fromkeys([part for measure in measures for part in measure.parts]))
    counted = _counted(history, parts, cuts)
    begins = history.since or min([_first_day(history), *_days_of(counted, cuts)])
    return {measure.name: list(_told(measure, counted, cuts, history, begins)) for measure in measures}


def _cuts(by: Sequence[str]) -> list[Cut]:
    unknown = [name for name in by if name not in CUTS]
    if unknown:
        raise NotToldBy(f"Nothing is told by {unknown[0]}. Choose among {', '.join(CUTS)}.")
    if len(by) > MOST_CUTS or len(set(by)) < len(by):
        raise NotToldBy(
            f"Measures are told by at most {MOST_CUTS} different things at once, and not by {' and '.join(by)}."
        )
    if sum([CUTS[name].is_time for name in by]) > 1:
        raise NotToldBy(f"Choose one step of time and not {' and '.join(by)}.")
    return [CUTS[name] for name in by]


def _check(measure: Measure, cuts: Sequence[Cut], history: History) -> None:
    for cut in cuts:
        if cut.name not in measure.cuts:
            raise NotToldBy(f"{measure.name} is not told by {cut.name}. It is told by {', '.join(measure.cuts)}.")
    if measure.compares and not (history.group and history.control):
        raise GroupsNeeded(f"{measure.name} compares two segments. Name them: --group SEGMENT --control SEGMENT")


# Counting.


def _counted(history: History, parts: Sequence[Part], cuts: Sequence[Cut]) -> dict[Keys, _Counts]:
    """By key: what the engine has counted."""
    counted: dict[Keys, _Counts] = {}

    def pass_over(part: Part) -> tuple[str, bool]:
        return part.grain.name, _from_the_beginning(part, history, cuts)

    for (_, to_date), group in groupby(sorted(parts, key=pass_over), key=pass_over):
        together = list(group)
        for keys, unit, counts in _rows(history, together, cuts, to_date=to_date):
            found = counted.setdefault(keys, {})
            found.update({(name, unit): value for name, value in counts.items()})
    return counted


def _from_the_beginning(part: Part, history: History, cuts: Sequence[Cut]) -> bool:
    """Whether a part needs a pass of its own because it counts to date."""
    return part.to_date and (history.since is not None or any(cut.name == "tier" for cut in cuts))


def _rows(
    history: History, parts: Sequence[Part], cuts: Sequence[Cut], *, to_date: bool
) -> Iterator[tuple[Keys, str, dict[str, Value]]]:
    columns = [f"key_{place}" for place in range(len(cuts))]
    grain, names = parts[0].grain, [part.name for part in parts]
    rows = _keyed(history, grain, cuts, columns, to_date=to_date)
    asked = _aggregated(rows, [*columns, *(["unit"] if grain.by_unit else [])], parts)
    for row in asked.to_pyarrow().to_pylist():
        keys = tuple([row[column] for column in columns])
        yield keys, row.get("unit") or "", {name: row[name] for name in names if row[name] is not None}


def _keyed(history: History, grain: Grain, cuts: Sequence[Cut], columns: list[str], *, to_date: bool) -> ir.Table:
    """The rows of a grain with their keys."""
    step = next((cut.name for cut in cuts if cut.is_time), "month")
    rows = grain.rows(history, step)
    if history.since is not None and not to_date:
        rows = rows.filter(rows.day >= history.since)
    for cut, column in zip(cuts, columns, strict=True):
        rows = cut.keyed(rows, history, column, to_date)
    return rows if grain.fold is None else grain.fold(rows, columns)


def _aggregated(rows: ir.Table, groups: list[str], parts: Iterable[Part]) -> ir.Table:
    counts = {part.name: part.count(rows) for part in parts}
    return rows.group_by(groups).aggregate(**counts) if groups else rows.aggregate(**counts)


def _days_of(counted: Mapping[Keys, _Counts], cuts: Sequence[Cut]) -> list[date]:
    """The periods that there are."""
    return [
        key for keys in counted for key, cut in zip(keys, cuts, strict=True) if cut.is_time and isinstance(key, date)
    ]


def _first_day(history: History) -> date:
    """The day of the first entry; where there is none, the last day that counts."""
    found = history.events.aggregate(first=history.events.day.min()).to_pyarrow().to_pylist()[0]["first"]
    return found or history.until


# Telling.


def _told(
    measure: Measure, counted: Mapping[Keys, _Counts], cuts: Sequence[Cut], history: History, begins: date
) -> Iterator[Figure]:
    to_date = {part.name for part in measure.parts if part.to_date}
    wanted = {part.name for part in measure.parts}
    own = {keys: {at: n for at, n in counts.items() if at[0] in wanted} for keys, counts in counted.items()}
    own = {keys: counts for keys, counts in own.items() if counts}
    time = next((place for place, cut in enumerate(cuts) if cut.is_time), None)
    frame = _framed(own, cuts, time, history, begins) if time is not None else _plain(own, cuts, history)
    running: dict[Keys, _Counts] = {}
    for keys, counts in frame:
        others = tuple([key for place, key in enumerate(keys) if place != time])
        counts = _added(counts, running.setdefault(others, {}), to_date) if time is not None else counts
        if time is None or _is_after(keys[time], begins, cuts[time].name):
            yield from _values(measure, keys, counts, history)


def _is_after(key: Key, begins: date, step: str) -> bool:
    assert isinstance(key, date), "a step of time has days for keys"
    return next_period(key, step) > begins


def _added(counts: _Counts, running: _Counts, to_date: set[str]) -> _Counts:
    """The counts with what is told to date added up so far."""
    for at, number in counts.items():
        if at[0] in to_date:
            running[at] = (running.get(at) or 0) + (number or 0)
    return {at: number for at, number in counts.items() if at[0] not in to_date} | running


def _values(measure: Measure, keys: Keys, counts: _Counts, history: History) -> Iterator[Figure]:
    for unit in history.units if measure.by_unit else ("",):
        yield Figure(keys, unit, measure.value(Found(counts, history.units, unit)))


def _plain(own: Mapping[Keys, _Counts], cuts: Sequence[Cut], history: History) -> Iterator[tuple[Keys, _Counts]]:
    """The keys that there are, in order; without a cut the one key there is."""
    if not cuts:
        yield (), own.get((), {})
        return
    for keys in sorted(own, key=_ordering(history)):
        yield keys, own[keys]


def _framed(
    own: Mapping[Keys, _Counts], cuts: Sequence[Cut], time: int, history: History, begins: date
) -> Iterator[tuple[Keys, _Counts]]:
    """Every period, for every other key that there is; from the first one that has anything, for what adds up."""
    step = cuts[time].name
    days = [key for keys in own for key in keys[time : time + 1] if isinstance(key, date)]
    others = {keys[:time] + keys[time + 1 :] for keys in own} if len(cuts) > 1 else {()}
    ordered = sorted(others, key=_ordering(history))
    for start in periods(min([*days, period_of(begins, step)]), history.until, step):
        for other in ordered:
            keys = (*other[:time], start, *other[time:])
            yield keys, own.get(keys, {})


def _ordering(history: History) -> Callable[[Keys], list[tuple[bool, int, str, int]]]:
    """Levels from the lowest to the highest, days and names in their order, None last."""
    levels: list[Key] = [level for ladder in history.levels.values() for level in ladder]

    def place(key: Key) -> tuple[bool, int, str, int]:
        rank = levels.index(key) if key in levels else len(levels)
        return (key is None, rank, "", key) if isinstance(key, int) else (key is None, rank, str(key), 0)

    return lambda keys: [place(key) for key in keys]
