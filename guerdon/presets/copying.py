"""Copying a preset under a name of one's own. Nothing is ever overwritten."""

import re
from collections.abc import Mapping
from pathlib import Path

from guerdon.presets.shelf import Preset


class FilesInTheWay(Exception):
    """Files that are there already, where a copy would be written."""


def copies(preset: Preset, name: str, to: Path) -> dict[Path, str]:
    """The files to write, each with its text: the newest version in ``to``, and everything else beside it.

    >>> from guerdon.presets.shelf import preset
    >>> [path.name for path in copies(preset("cafe-stamps"), "corner", Path("corner.yaml"))]
    ['corner.yaml', 'corner.specs.yaml']
    """
    files = [*reversed(preset.versions), preset.specs]
    names = {file.name: to.stem + file.name.removeprefix(preset.name) for file in files}
    return {to.with_name(names[file.name]): _renamed(file.read_text("utf-8"), preset, name, names) for file in files}


def _renamed(text: str, preset: Preset, name: str, files: Mapping[str, str]) -> str:
    """The text with the program's own name, and that of each file it names, replaced."""
    text = re.sub(rf"^(program|specs): {re.escape(preset.name)}$", rf"\1: {name}", text, flags=re.M)
    line = re.search(r"^programs: \[.*\]$", text, re.M)
    if line is None:
        return text
    others = re.sub(r"[\w.-]+\.yaml", lambda found: files[found.group()], line.group())
    return text.replace(line.group(), others, 1)


def write(files: Mapping[Path, str]) -> None:
    """Write the files; raises ``FilesInTheWay`` before anything is written where one of them is there."""
    there = [str(file) for file in files if file.exists()]
    if there:
        are = "is" if len(there) == 1 else "are"
        raise FilesInTheWay(f"{', '.join(there)} {are} there already, and nothing is overwritten. Choose another name.")
    for file, text in files.items():
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
