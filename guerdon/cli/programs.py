"""Commands for program files: check, schema, publish."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from guerdon.cli.home import console, database, told_plainly
from guerdon.cli.options import Home
from guerdon.cli.showing import counted
from guerdon.core.version import Version
from guerdon.language import program_schema, read_program
from guerdon.runtime import programs
from guerdon.store.database import connect
from guerdon.store.migrations import migrate

ProgramFile = Annotated[Path, typer.Argument(help="The program file.", exists=True, dir_okay=False)]


class NotText(Exception):
    """A file that is not UTF-8."""


def text_of(file: Path) -> str:
    """The text of a file; raises ``NotText``."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise NotText(f"{file.name} is not a text in UTF-8: byte {error.start} does not belong there.") from None


def check(file: ProgramFile) -> None:
    """Read a program file and tell every mistake in it at once."""
    with told_plainly(NotText):
        version = Version(read_program(text_of(file), file.name))
    counts = f"{counted(len(version.rules), 'mechanic')}, {counted(len(version.rewards), 'reward')}"
    console.print(f"[green]{escape(file.name)} is right:[/] {counts}, in force from {version.program.effective_from}.")


def schema() -> None:
    """Print the JSON Schema of program files, for editors."""
    typer.echo(msgspec.json.format(msgspec.json.encode(program_schema()), indent=2))


def publish(file: ProgramFile, home: Home = None) -> None:
    """Publish a program file as the newest version of its program."""
    with told_plainly(NotText), database(home) as url, connect(url) as connection:
        migrate(connection)
        text = text_of(file)
        _, number = programs.publish(connection, text, file.name)
        program = read_program(text, file.name)
    console.print(f"Version {number} of [bold]{escape(program.program)}[/] is in force from {program.effective_from}.")
