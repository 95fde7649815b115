"""The shelf: which presets there are, and what their heads say."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

from guerdon.core.program import Program
from guerdon.language import read_program
from guerdon.language.errors import advice, shown
from guerdon.mechanics import MECHANICS

SHELF = Path(__file__).parent
"""The folder that the presets' folders lie in."""

_MODEL = re.compile(r"^# Modelled on ([^:\n]+?)(?:: (.+))?\.$", re.M)
_RULES = re.compile(r"^# Rules of ([0-9]{4}-[0-9]{2}-[0-9]{2})", re.M)


class PresetNotFound(Exception):
    """There is no preset of that name."""


class Preset(NamedTuple):
    """A preset as it lies on the shelf."""

    name: str
    modelled_on: str
    """The program, or the kind of program, that it imitates."""
    about: str
    """What is worth looking at in it; may be empty."""
    rules: date
    """The day whose rules its newest version follows."""
    versions: dict[Path, Program]
    """Its program files by the date from which each is in force, the newest last."""
    specs: Path

    @property
    def file(self) -> Path:
        """The program file of its newest version, which bears its name."""
        return next(reversed(self.versions))

    @property
    def known(self) -> list[str]:
        """What the head of its newest version says of what is published and what is not, in paragraphs."""
        head = self.file.read_text("utf-8").partition("\nprogram:")[0]
        lines = [line.removeprefix("#").strip() for line in head.splitlines() if line.startswith("#")]
        told = "\n".join(lines[lines.index("") + 1 :])
        return [" ".join(part.split()) for part in re.split(r"\n\n|\n(?=Not published:|In dispute:)", told)]

    @property
    def kinds(self) -> list[str]:
        """The kinds of mechanics that it shows, in any version."""
        used = [mechanic for program in self.versions.values() for mechanic in program.mechanics]
        return [kind for kind, settings in MECHANICS.items() if any(isinstance(one, settings) for one in used)]


def presets() -> list[Preset]:
    """Every preset by its name."""
    return [_taken(specs) for specs in sorted(SHELF.glob("*/*.specs.yaml"))]


def preset(name: str) -> Preset:
    """The preset of that name; raises ``PresetNotFound``."""
    names = {specs.parent.name: specs for specs in SHELF.glob("*/*.specs.yaml")}
    if name not in names:
        raise PresetNotFound(f"{shown(name)} is not a preset; {advice(name, sorted(names))}.")
    return _taken(names[name])


def _taken(specs: Path) -> Preset:
    name = specs.parent.name
    files = [file for file in specs.parent.glob("*.yaml") if file != specs]
    programs = {file: read_program(file.read_text("utf-8"), file.name) for file in files}
    versions = dict(sorted(programs.items(), key=lambda item: item[1].effective_from))
    head = (specs.parent / f"{name}.yaml").read_text("utf-8")
    model, rules = _MODEL.search(head), _RULES.search(head)
    assert model is not None, f"the head of {name} says what it is modelled on"
    assert rules is not None, f"the head of {name} says of which day its rules are"
    return Preset(name, model[1], model[2] or "", date.fromisoformat(rules[1]), versions, specs)
