"""The command that prints a program as members read it."""

from typing import Annotated

import typer

from guerdon.cli.home import console, told_plainly
from guerdon.cli.programs import ProgramFile
from guerdon.language import read_program
from guerdon.leaflet import LANGUAGES, markdown
from guerdon.leaflet import leaflet as leaflet_of
from guerdon.specs import FilesWrong, text_of


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise typer.BadParameter(f"there is {', '.join(LANGUAGES)}")
    return language


Language = Annotated[
    str, typer.Option("--lang", help=f"The language: {', '.join(LANGUAGES)}.", callback=_known, metavar="LANGUAGE")
]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown; so it is when piped.")]


def leaflet(file: ProgramFile, language: Language = LANGUAGES[0], as_markdown: AsMarkdown = False) -> None:
    """Print a program as a member reads it: how to earn, what for, until when."""
    with told_plainly(FilesWrong):
        program = read_program(text_of(file), file.name)
    text = markdown(leaflet_of(program, language))
    if as_markdown or not console.is_terminal:
        typer.echo(text, nl=False)
    else:
        _print_laid_out(text)


def _print_laid_out(text: str) -> None:
    # Takes a while to load, which no other command should wait for.
    from rich.markdown import Markdown

    console.print(Markdown(text))
