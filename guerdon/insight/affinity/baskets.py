"""Who bought what on how many days: a table of members by things, mostly empty.

A thing is a category (its whole path) or an article. Days count, and not items: twelve yoghurts at once are one choice.
What came back is taken off the day on which it came back, so that a thing counts on days on which more of it was bought
than returned.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Literal

import ibis

from guerdon.core.program import MonthChoice, Program, When
from guerdon.insight.engines import Tables

Level = Literal["category", "sku"]


class Counts:
    """The table: rows are members, columns things, a cell the number of days."""

    def __init__(self, cells: Iterable[tuple[int, str, int]], members: Sequence[int] | None = None) -> None:
        """Count cells of member, thing and days; members and things stand in their order. ``members``: all rows."""
        from scipy.sparse import csr_matrix

        found = list(cells)
        self.members: list[int] = sorted({cell[0] for cell in found}) if members is None else list(members)
        self.things: list[str] = sorted({cell[1] for cell in found})
        row = {member: place for place, member in enumerate(self.members)}
        column = {thing: place for place, thing in enumerate(self.things)}
        self.days: Any = csr_matrix(
            ([float(days) for *_, days in found], ([row[m] for m, *_ in found], [column[t] for _, t, _ in found])),
            shape=(len(self.members), len(self.things)),
        )

    @cached_property
    def row(self) -> dict[int, int]:
        """The row of each member."""
        return {member: place for place, member in enumerate(self.members)}

    def of(self, member: int) -> dict[str, int]:
        """What a member bought, on how many days each, the most first."""
        if member not in self.row:
            return {}
        row = self.days[self.row[member]]
        found = {self.things[place]: int(days) for place, days in zip(row.indices, row.data, strict=True)}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def counts(
    tables: Tables,
    program: Program,
    level: Level = "category",
    *,
    after: date | None = None,
    until: date | None = None,
    least_members: int = 1,
) -> Counts:
    """Count the days after one day and up to another; None: from the beginning, to the end.

    Things that fewer members bought than ``least_members`` are left out: nothing can be learned about them.
    """
    lines = tables.lines
    if after is not None:
        lines = lines.filter(lines.day > ibis.literal(after))
    if until is not None:
        lines = lines.filter(lines.day <= ibis.literal(until))
    lines = lines.mutate(thing=lines[level], path=lines.category.fill_null(""), made_by=lines.brand.fill_null(""))
    lines = lines.filter(lines.thing.notnull() & (lines.thing != ""))
    days = lines.group_by("member", "thing", "day").agg(
        kept=lines.net.sum(), path=lines.path.max(), made_by=lines.made_by.max()
    )
    days = days.filter(days.kept > 0)
    cells = days.group_by("member", "thing").agg(days=days.count())
    known = days.group_by("thing").agg(path=days.path.max(), made_by=days.made_by.max(), members=days.member.nunique())
    allowed = {
        row["thing"]
        for row in known.to_pyarrow().to_pylist()
        if row["members"] >= least_members
        and not is_excluded(program.never_earn, row["path"], row["made_by"], row["thing"] if level == "sku" else "")
    }
    columns = cells.order_by("member", "thing").to_pyarrow().to_pydict()
    every = zip(columns["member"], columns["thing"], columns["days"], strict=True)
    return Counts([cell for cell in every if cell[1] in allowed])


def is_excluded(never: When, category: str, brand: str, sku: str) -> bool:
    """Whether lines of this category, brand and article never earn. Without a condition on lines, none are excluded."""
    paths = _paths(never.category)
    told = [is_under(category, paths)] if paths is not None else []
    told += [value in wanted for value, wanted in ((brand, never.brand), (sku, never.sku)) if wanted is not None]
    return bool(told) and all(told)


def _paths(category: tuple[str, ...] | MonthChoice | None) -> tuple[str, ...] | None:
    """What is excluded in any month is not suggested in another."""
    if isinstance(category, MonthChoice):
        return tuple(path for paths in category.by_month.values() for path in paths)
    return category


def is_under(category: str, paths: Iterable[str]) -> bool:
    """Whether a category is one of these or lies under one: ``grocery/soup`` lies under ``grocery``."""
    return any(category == path or category.startswith(f"{path}/") for path in paths)
