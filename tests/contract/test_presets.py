"""Every preset is right, looks right, keeps its promises, says where they come from, and has no number in vain."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from guerdon.language import ProgramErrors, read_program
from guerdon.leaflet import LANGUAGES
from guerdon.lint import lint
from guerdon.presets.shelf import SHELF, Preset, presets
from guerdon.runtime.programs import VersionDoesNotFit
from guerdon.specs import FilesWrong, gather, run

EVERY = bool(os.environ.get("EVERY_NUMBER"))
NAMES = sorted(specs.parent.name for specs in SHELF.glob("*/*.specs.yaml"))
ON_THE_SHELF = {preset.name: preset for preset in presets()}
FILES = [file for preset in ON_THE_SHELF.values() for file in preset.versions]

EXPLAINED: dict[str, set[str]] = {}
"""Findings that are meant, by the file: ``code where``. The head comment of the file says why."""


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_a_folder_with_its_name_on_everything(name: str) -> None:
    preset = ON_THE_SHELF[name]
    assert preset.file.name == f"{name}.yaml", "the newest version bears the preset's name"
    assert all(re.fullmatch(rf"{name}(-[0-9]{{4}})?", file.stem) for file in preset.versions)
    assert {program.program for program in preset.versions.values()} == {name}


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_of_a_preset_are_as_expected(name: str) -> None:
    [sheaf] = gather([ON_THE_SHELF[name].specs])
    assert [file.name for file, _ in sheaf.versions] == [file.name for file in ON_THE_SHELF[name].versions]
    [(_, specs)] = sheaf.specs
    wrong = {result.case.name: result.wrong[0].differences for result in run(specs, sheaf.timeline) if result.wrong}
    assert wrong == {}
    assert len(specs.cases) >= 5


@pytest.mark.parametrize("file", FILES, ids=named)
def test_nothing_looks_wrong_with_a_preset(file: Path) -> None:
    program = read_program(file.read_text("utf-8"), file.name)
    found = {f"{finding.code} {finding.where}" for finding in lint(program)}
    assert found == EXPLAINED.get(file.name, set())


# Words.


def titles(program: object) -> Iterator[tuple[str, dict[str, object]]]:
    """The title of whatever members read of: the program, its units, mechanics, levels, rewards, partners, options."""
    if isinstance(program, msgspec.Struct):
        for field in program.__struct_fields__:
            value = getattr(program, field)
            if field in ("title", "titles") and isinstance(value, dict) and type(program).__name__ != "Titles":
                yield getattr(program, "name", type(program).__name__), value
            else:
                yield from titles(value)
    elif isinstance(program, dict | tuple | list):
        for value in program.values() if isinstance(program, dict) else program:
            yield from titles(value)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_members_read_of_everything_in_their_language(file: Path) -> None:
    program = read_program(file.read_text("utf-8"), file.name)
    missing = [
        (name, language)
        for name, texts in titles(msgspec.structs.replace(program, titles={}))
        for language in LANGUAGES
        if language not in texts
    ]
    assert missing == []


# What is published, and what is not.


def head_of(file: Path) -> str:
    """The comment at the beginning."""
    return re.match(r"(?:#.*\n)+", file.read_text("utf-8")).group()  # type: ignore[union-attr]


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_preset_says_what_is_published_and_marks_what_is_not(file: Path) -> None:
    head = head_of(file)
    assert re.search(r"^# Modelled on .+\.$", head, re.M)
    assert re.search(r"^# Rules of [0-9]{4}-[0-9]{2}-[0-9]{2}\b.*\.$", head, re.M)
    assert re.search(r"^# Published: ", head, re.M)
    marked = "# parameter" in file.read_text("utf-8").removeprefix(head)
    unpublished = re.search(r"^# Not published: (.+)", head, re.M)
    assert marked == (unpublished is not None and unpublished[1] != "nothing.") or "every number is a parameter" in head


@pytest.mark.parametrize("file", sorted(SHELF.rglob("*.yaml")), ids=named)
def test_a_preset_names_no_place_of_ours(file: Path) -> None:
    assert not re.search(r"/work|shared/|https?://|\t", file.read_text("utf-8"))


def test_the_cases_of_all_presets_are_many() -> None:
    cases = [case for preset in ON_THE_SHELF.values() for case in cases_of(preset)]
    assert len(cases) >= 120


def cases_of(preset: Preset) -> list[str]:
    return re.findall(r"^\s+- case: (.+)$", preset.specs.read_text("utf-8"), re.M)


# Each number in a program is a promise: changed, it is noticed by a case, or by the reader of the file.

UNSEEN = re.compile(
    r"^\s*(#|.*\b(worth|timezone|late_events|title|program):)"  # words, and what only the books look at
)
NUMBER = re.compile(r"(?<![\w.:/-])([0-9][0-9_]*(?:\.[0-9]+)?)(?![\w:/-]|\.[0-9])")
NOT_TRIED: dict[str, set[str]] = {}
"""Lines whose numbers no case can feel, by the file, each with the reason in a comment beside it."""


def promises(file: Path) -> Iterator[tuple[int, str, str]]:
    """Every number of a program file: its line, what stands there, and the whole text with that number changed."""
    lines = file.read_text("utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines):
        bare = line.partition(" #")[0]
        if UNSEEN.match(line) or bare.strip() in NOT_TRIED.get(file.name, set()):
            continue
        for found in NUMBER.finditer(bare):
            changed = line[: found.start()] + more(found.group()) + line[found.end() :]
            yield number + 1, f"{found.group()} in {bare.strip()}", "".join([*lines[:number], changed, *lines[number + 1 :]])


def more(number: str) -> str:
    """A little more of a number: its last digit, or a whole of it where that would be nothing to notice."""
    whole, point, part = number.replace("_", "").partition(".")
    if point:
        return f"{whole}.{int(part) + 1:0{len(part)}}" if int(part) + 1 < 10 ** len(part) else f"{int(whole) + 1}.{part}"
    return str(int(whole) + 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_number_that_is_changed_is_noticed(name: str, tmp_path: Path) -> None:
    """The first, the last and each third of a preset's numbers; all of them with ``EVERY_NUMBER`` in the environment."""
    unnoticed = []
    for file in ON_THE_SHELF[name].versions:
        for other in file.parent.iterdir():
            (tmp_path / other.name).write_text(other.read_text("utf-8"), "utf-8")
        for line, what, text in sample(list(promises(file))):
            (tmp_path / file.name).write_text(text, "utf-8")
            if not is_noticed(tmp_path / ON_THE_SHELF[name].specs.name):
                unnoticed.append(f"{file.name}:{line}: {what}")
    assert unnoticed == []


def sample(found: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return found if EVERY else found[::3] + found[-1:]


def is_noticed(specs: Path) -> bool:
    try:
        [sheaf] = gather([specs])
    except (FilesWrong, ProgramErrors, VersionDoesNotFit):
        return True
    return any(not result.is_right for result in run(sheaf.specs[0][1], sheaf.timeline))
