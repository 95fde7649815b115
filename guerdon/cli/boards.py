"""Key figures for people: the board with its trends, and tables by month or by whatever else was asked."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from rich.table import Table

from guerdon.cli.showing import Shower, counted, decimal, safe
from guerdon.core.amounts import currency_scale
from guerdon.core.calendar import Zone
from guerdon.core.program import Program
from guerdon.insight.measures.periods import is_over
from guerdon.messages.kpis import KpiAnswer, KpiDefinition, KpiFigure

NOTHING = "—"
MONTHS_SHOWN = 12
_BARS = "▁▂▃▄▅▆▇█"


class Column(NamedTuple):
    """A measure, of one unit where it is told by unit."""

    definition: KpiDefinition
    unit: str | None
    figures: list[KpiFigure]

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{self.definition.title}, {self.unit}" if self.unit else self.definition.title


def columns_of(found: KpiAnswer) -> list[Column]:
    """The measures, each unit by itself."""
    columns = []
    for series in found.measures:
        for unit in dict.fromkeys([figure.unit for figure in series.figures]):
            own = [figure for figure in series.figures if figure.unit == unit]
            columns.append(Column(series.definition, unit, own))
    return columns


def value_shown(value: float | None, column: Column, program: Program) -> str:
    """A value as people read it: money with its decimals, a share in percent, a dash where it cannot be told."""
    kind = column.definition.kind
    if value is None:
        return NOTHING
    if kind == "share" and 0 < abs(value) < 0.01:
        return f"{value:.2%}"
    if kind == "money":
        return decimal(int(value), currency_scale(program.currency))
    if kind == "amount":
        return Shower(program, Zone(program.timezone)).figure(int(value), column.unit or "")
    if kind == "share":
        return f"{value:.1%}"
    return f"{value:,}" if kind == "count" else f"{value:,.2f}" if kind == "number" else f"{value:,.1f}"


def title_of(found: KpiAnswer) -> str:
    """Which program, which days, which currency."""
    days = f"until {found.until}" if found.since is None else f"{found.since} to {found.until}"
    return f"{safe(found.program)}, {days}, money in {found.currency}"


def _plain_table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))


# The board.


def board_table(found: KpiAnswer, program: Program) -> Table:
    """The last month of each measure, against the month before and the year before, with the trend."""
    columns = columns_of(found)
    keys = [str(figure.keys["month"]) for figure in columns[0].figures] if columns else []
    place = _month_shown(keys, found.until)
    month = keys[place] if keys else ""
    so_far = "" if not keys or is_over(date.fromisoformat(month), found.until, "month") else " so far"
    table = _plain_table()
    headings = (("", "left"), (f"{month[:7]}{so_far}", "right"), ("on month", "right"), ("on year", "right"))
    for name, justify in (*headings, (f"{min(place + 1, MONTHS_SHOWN)} months", "left")):
        table.add_column(name, justify=justify, header_style="dim")  # type: ignore[arg-type]
    for column in columns:
        values = [figure.value for figure in column.figures]
        table.add_row(
            safe(column.title),
            value_shown(values[place], column, program),
            change(values, place, place - 1, column.definition.kind),
            change(values, place, place - 12, column.definition.kind),
            sparkline(values[max(place - MONTHS_SHOWN + 1, 0) : place + 1]),
        )
    return table


def _month_shown(keys: Sequence[str], until: date) -> int:
    """The last month that is over; where none is, the last."""
    over = [place for place, key in enumerate(keys) if is_over(date.fromisoformat(key), until, "month")]
    return over[-1] if over else len(keys) - 1


def change(values: Sequence[float | None], now: int, before: int, kind: str) -> str:
    """From an earlier value: in percent, or in percentage points for a share. A dash where there is nothing to compare.

    >>> change([100, 125], 1, 0, "count"), change([0.10, 0.125], 1, 0, "share")
    ('+25.0%', '+2.5 pp')
    """
    then, there = values[before] if before >= 0 else None, values[now]
    if then is None or there is None:
        return NOTHING
    if kind == "share":
        return f"{100 * (there - then):+.1f} pp"
    return f"{(there - then) / then:+.1%}" if then > 0 else NOTHING


def sparkline(values: Sequence[float | None]) -> str:
    """The trend: one bar a month between the lowest and the highest, a dot where there is no value.

    >>> sparkline([1, None, 5, 3])
    '▁·█▅'
    """
    known = [value for value in values if value is not None]
    if not known:
        return "·" * len(values)
    low, span = min(known), max(known) - min(known)
    bars = len(_BARS) - 1
    return "".join(
        "·" if value is None else _BARS[round((value - low) / span * bars) if span else bars // 2] for value in values
    )


# Tables.


def figures_table(found: KpiAnswer, program: Program) -> Table:
    """A row a key and a column a measure; for one measure by two things, a row and a column a key."""
    columns = columns_of(found)
    table = _plain_table()
    if len(found.by) == 2 and len(columns) == 1:
        return _crossed(table, columns[0], found.by, program)
    if not found.by:
        return _listed(table, columns, program)
    for name in found.by:
        table.add_column(name, header_style="dim")
    for column in columns:
        table.add_column(safe(column.title), justify="right", header_style="dim", overflow="fold")
    keys = list(dict.fromkeys([tuple(figure.keys.values()) for column in columns for figure in column.figures]))
    known = [{tuple(figure.keys.values()): figure.value for figure in column.figures} for column in columns]
    for key in keys:
        shown = [value_shown(own.get(key), column, program) for own, column in zip(known, columns, strict=True)]
        table.add_row(*map(_key_shown, key, found.by), *shown)
    return table


def _listed(table: Table, columns: Sequence[Column], program: Program) -> Table:
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("", style="dim")
    for column in columns:
        per = f"per {column.definition.per}" if column.definition.per else ""
        table.add_row(safe(column.title), value_shown(column.figures[0].value, column, program), per)
    return table


def _crossed(table: Table, column: Column, by: Sequence[str], program: Program) -> Table:
    down, across = by
    values = {tuple(figure.keys.values()): figure.value for figure in column.figures}
    heads = list(dict.fromkeys([key for _, key in values]))
    table.caption, table.caption_justify = f"{column.title} by {down} and {across}", "left"
    table.add_column(down, header_style="dim")
    for head in heads:
        table.add_column(_key_shown(head, across), justify="right", header_style="dim", overflow="fold")
    for row in dict.fromkeys([key for key, _ in values]):
        shown = [value_shown(values[row, head], column, program) if (row, head) in values else "" for head in heads]
        table.add_row(_key_shown(row, down), *shown)
    return table


def _key_shown(key: str | int | None, by: str) -> str:
    if key is None:
        return NOTHING
    return str(key)[:7] if by in ("month", "cohort", "enrolment") else safe(str(key))


# Below the table.


def notes(found: KpiAnswer) -> Iterator[str]:
    """Why there are dashes, and which month is not over."""
    last = found.until + timedelta(days=1)
    if "month" in found.by and last.day != 1:
        yield f"The month of {found.until:%Y-%m} is not over."
    for series in found.measures:
        missing = [figure for figure in series.figures if figure.value is None]
        if missing:
            places = "" if not found.by else f" ({counted(len(missing), 'time')})"
            yield f"{NOTHING} {series.definition.title}{places}: {missing[0].why}"
