"""Commands that compare versions of a program before they are published."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from guerdon.cli.home import console, told_plainly
from guerdon.cli.options import AsJson
from guerdon.language import Difference, Reading, differences, read_with_words
from guerdon.runtime.programs import misfits
from guerdon.specs import FilesWrong, text_of

FirstFile = Annotated[Path, typer.Argument(help="The program file as it was.", exists=True, dir_okay=False)]
SecondFile = Annotated[Path, typer.Argument(help="The program file as it becomes.", exists=True, dir_okay=False)]


def diff(a: FirstFile, b: SecondFile, as_json: AsJson = False) -> None:
    """Say in sentences what changes from one program file to another. Wording, order of keys and comments aside."""
    with told_plainly(FilesWrong):
        before, after = read_with_words(text_of(a), a.name), read_with_words(text_of(b), b.name)
    found = differences(before, after)
    wrong = misfits([before.program], after.program)
    if as_json:
        typer.echo(msgspec.json.encode(_figures(before, after, found, wrong)))
        return
    _print_dated(before, after)
    for difference in found:
        console.print(f"- {escape(difference.sentence)}", highlight=False, soft_wrap=True)
    console.print("Nothing else changes." if _is_changed(before, after, found) else "Nothing changes.")
    if wrong:
        told = escape("; ".join(wrong))
        console.print(f"[yellow]It cannot be published as a later version:[/] {told}.", highlight=False, soft_wrap=True)


def _is_changed(before: Reading, after: Reading, found: list[Difference]) -> bool:
    return bool(found) or before.program.effective_from != after.program.effective_from


def _print_dated(before: Reading, after: Reading) -> None:
    then, now = before.program.effective_from, after.program.effective_from
    if then != now:
        console.print(f"From {now} (was {then}):", highlight=False)
    else:
        console.print(f"From {now}, as before:", highlight=False)


def _figures(before: Reading, after: Reading, found: list[Difference], wrong: list[str]) -> dict[str, object]:
    dates = {"before": before.program.effective_from, "after": after.program.effective_from}
    told = [msgspec.to_builtins(difference) | {"sentence": difference.sentence} for difference in found]
    return {"effective_from": dates, "differences": told, "misfits": wrong}
