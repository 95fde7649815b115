"""The command that tells key figures: `guerdon kpi`."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from guerdon.cli.home import console, told_plainly
from guerdon.cli.lakes import LakeFolder, lake_of
from guerdon.cli.options import AsJson, Home, ProgramName, chosen_day
from guerdon.cli.writing import write_whole
from guerdon.insight.extras import needs

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables
    from guerdon.insight.lake.opening import Lake
    from guerdon.messages.kpis import KpiAnswer


class Engine(StrEnum):
    """What counts."""

    DUCKDB = "duckdb"
    SPARK = "spark"


Names = Annotated[
    list[str] | None,
    typer.Argument(
        help="Measures by name; without one, a board of the most important. `all`: every one.", metavar="[MEASURE]..."
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        help="Tell them by month, week, day, cohort, enrolment, segment, tier, plan, channel, store, category or age; "
        "twice for two of them.",
    ),
]
Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day; by default that of the first entry.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day; by default that of the last entry.")
]


def kpi(
    names: Names = None,
    by: By = None,
    since: Since = None,
    until: Until = None,
    lapse_days: Annotated[
        int, typer.Option(min=1, help="After how many days without a purchase a member counts as lapsed.")
    ] = 90,
    group: Annotated[str, typer.Option(help="For `incremental_sales`: the segment that is looked at.")] = "",
    control: Annotated[str, typer.Option(help="For `incremental_sales`: the segment that it is compared with.")] = "",
    home: Home = None,
    program: ProgramName = None,
    lake: LakeFolder = None,
    engine: Annotated[Engine, typer.Option(help="What counts: `spark` needs the extra of that name.")] = Engine.DUCKDB,
    as_json: AsJson = False,
    as_csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the figures into a file too.", dir_okay=False)
    ] = None,
) -> None:
    """Key figures: what the program sells, keeps, gives and owes, by month or by whatever else is asked."""
    with told_plainly():
        needs("insight")
        if engine is Engine.SPARK:
            needs("spark")
        from guerdon.insight.measures.asking import DaysBackwards
        from guerdon.insight.measures.reckoning import GroupsNeeded, MeasureNotFound, NotToldBy

        wrong = (DaysBackwards, GroupsNeeded, MeasureNotFound, NotToldBy, OSError)
        asked = {
            "since": chosen_day(since),
            "until": chosen_day(until),
            "lapse_days": lapse_days,
            "group": group,
            "control": control,
        }
        with told_plainly(*wrong), lake_of(home, program, lake) as opened:
            found = _answer(opened, engine, names or [], by or [], asked)
            if as_csv is not None:
                write_csv(found, as_csv)
            if as_json:
                typer.echo(msgspec.json.encode(found))
            else:
                _print(found, opened, is_board=not names and not by)


def _answer(lake: "Lake", engine: Engine, names: list[str], by: list[str], asked: dict[str, Any]) -> "KpiAnswer":
    """The figures; those of the board are by month."""
    from guerdon.insight.measures.answering import answer
    from guerdon.insight.measures.asking import history_of
    from guerdon.insight.measures.reckoning import figures
    from guerdon.insight.measures.registry import asked_for

    cuts = by if names or by else ["month"]
    history = history_of(lake, _tables(lake, engine), **asked)
    measures = asked_for(names, cuts, compares=bool(asked["group"] and asked["control"]))
    return answer(lake.name, lake.currency, history, cuts, figures(history, measures, cuts))


def _print(found: "KpiAnswer", lake: "Lake", *, is_board: bool) -> None:
    from guerdon.cli.boards import board_table, figures_table, notes, title_of

    console.print(f"[bold]{title_of(found)}[/]", highlight=False)
    console.print((board_table if is_board else figures_table)(found, lake.program))
    for note in notes(found):
        console.print(note, highlight=False, style="dim", markup=False)


def _tables(lake: "Lake", engine: Engine) -> "Tables":
    if engine is Engine.SPARK:
        from guerdon.insight.engines import spark

        return spark.tables_of(lake)
    from guerdon.insight.engines import duckdb

    return duckdb.tables_of(lake)


def write_csv(found: "KpiAnswer", file: Path) -> None:
    """Write one row a figure: the measure, its keys, its unit, its value as JSON has it (empty: it cannot be told)."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["measure", *found.by, "unit", "value"])
    for series in found.measures:
        for figure in series.figures:
            cells: Sequence[object] = [figure.keys[name] for name in found.by]
            rows.writerow([series.definition.name, *cells, figure.unit, figure.value])
    write_whole(file, text.getvalue())
