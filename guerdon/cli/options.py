"""Options and arguments that several commands share."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

Home = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the embedded database; by default GUERDON_DATABASE_URL is used where it is set, "
        "then the folder GUERDON_HOME, then `.guerdon`."
    ),
]
ProgramName = Annotated[str | None, typer.Option("--program", help="Which program; needed where there are several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Workers = Annotated[int | None, typer.Option(min=1, max=64, help="Processes at once; by default one a core.")]
Html = Annotated[Path | None, typer.Option(help="Write a report with charts into this file, for a browser.")]
ReportLanguage = Annotated[Literal["en", "ru", "bg"], typer.Option(help="The language of the report.")]


def chosen_day(chosen: datetime | None) -> date | None:
    """The day that an option names."""
    return None if chosen is None else chosen.date()
