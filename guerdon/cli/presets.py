"""Commands for presets: which there are, and a program of one's own made from one."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from guerdon.cli.home import console, told_plainly
from guerdon.cli.options import AsJson
from guerdon.cli.tables import presets_table
from guerdon.language.errors import Wrong
from guerdon.language.words import NAME
from guerdon.presets import FilesInTheWay, Preset, PresetNotFound, copies, preset, write
from guerdon.presets import presets as all_presets


def _own_name(name: str) -> str:
    try:
        return NAME.parse(name)
    except Wrong as wrong:
        raise typer.BadParameter(wrong.sentence) from None


OwnName = Annotated[str, typer.Argument(help="What the program shall be called.", callback=_own_name)]
From = Annotated[str, typer.Option("--from", help="The preset to begin with; `guerdon presets` lists them.")]
To = Annotated[Path | None, typer.Option(help="The program file to write. Left out: `NAME.yaml` in this folder.")]


def presets(as_json: AsJson = False) -> None:
    """List the presets: programs to begin with, modelled on well-known ones, each with its worked cases."""
    found = all_presets()
    if as_json:
        typer.echo(msgspec.json.encode({"presets": [_told(one) for one in found]}).decode())
    else:
        console.print(presets_table(found))


def _told(one: Preset) -> dict[str, object]:
    versions = [program.effective_from for program in one.versions.values()]
    return {
        "name": one.name,
        "modelled_on": one.modelled_on,
        "about": one.about,
        "rules": one.rules,
        "kinds": one.kinds,
        "versions": versions,
    }


def new(name: OwnName, source: From, to: To = None) -> None:
    """Begin a program of your own with a copy of a preset and its worked cases. Nothing is overwritten."""
    file = to or Path(f"{name}.yaml")
    with told_plainly(PresetNotFound, FilesInTheWay, OSError):
        written = copies(preset(source), name, file)
        write(written)
    for path in written:
        console.print(f"[green]{escape(str(path))}[/] is written.", highlight=False)
    console.print("\nNext:")
    for step in _STEPS:
        console.print(f"  {step.format(file=escape(str(file)))}", highlight=False)


_STEPS = (
    "Put your own titles, dates and numbers into {file}. The head tells what is published.",
    "guerdon check {file}     does it say what you mean, and does it keep its promises?",
    "guerdon leaflet {file}   what will members read?",
    "guerdon publish {file}   put it in force.",
)
