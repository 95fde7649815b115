"""Every preset is right, looks right, keeps its promises, says where they come from, and has no number in vain."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from guerdon.language import ProgramErrors, read_program
from guerdon.leaflet import LANGUAGES
from guerdon.lint import lint
from guerdon.presets.shelf import SHELF, Preset, presets
from guerdon.runtime.programs import VersionDoesNotFit
from guerdon.specs import FilesWrong, gather, run

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
    assert all(re.fullmatch(rf"{name}(-[0-9]{{4}}(-[0-9]{{2}})?)?", file.stem) for file in preset.versions)
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
            if field == "title" and isinstance(value, dict):
                yield getattr(program, "name", type(program).__name__), value
            else:
                yield from titles(value)
    elif isinstance(program, dict | tuple | list):
        for value in program.values() if isinstance(program, dict) else program:
            yield from titles(value)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_members_read_of_everything_in_their_language(file: Path) -> None:
    program = read_program(file.read_text("utf-8"), file.name)
    missing = [(name, language) for name, texts in titles(program) for language in LANGUAGES if language not in texts]
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
    assert not re.search(r"https?://|\t", file.read_text("utf-8"))


def test_the_cases_of_all_presets_are_many() -> None:
    cases = [case for preset in ON_THE_SHELF.values() for case in cases_of(preset)]
    assert len(cases) >= 120


def cases_of(preset: Preset) -> list[str]:
    return re.findall(r"^\s+- case: (.+)$", preset.specs.read_text("utf-8"), re.M)


# Each number in a program is a promise: changed, it is noticed by a case, or by the reader of the file.

UNSEEN = re.compile(r"\s*(#|worth:|timezone:|title:|program:|effective_from:)")
"""Lines without a promise: words, what only the books look at, and where a version begins."""
WORDS = re.compile(r"\{en: [^}]*\}")
"""Titles, which have no numbers that count."""
NUMBER = re.compile(
    r"(?<![\w.:/-])(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+:[0-9]{2}|[0-9][0-9_]*(?:\.[0-9]+)?)(?=[snrt][tdh]\b|(?![\w:/]|\.[0-9]))"
    r"|(?<=[0-9]-)[0-9]{2}:[0-9]{2}"
)
NOT_FELT: dict[str, set[str]] = {
    "north-face-us.yaml": {"- 15 a year"},  # three issues of five are fifteen
    "north-face-us-2021.yaml": {"- 15 a year"},
    "starbucks-2023.yaml": {"- 2026-03-09"},  # the last day of these rules anyway
    # Who joins by the year in its five weeks pays again in 2023, by the version that comes after it.
    "spasibo-2018.yaml": {"limit: 50_000 bonuses a month"},  # fifty steps of a thousand
    "prime-2022-02.yaml": {"fee: 139 USD a year", "joined_before: {2022-02-18: 119 USD}"},
}
"""What stands on lines whose numbers no case can feel, by the file, each with the reason in a comment beside it."""


def promises(file: Path) -> Iterator[tuple[str, str]]:
    """Every number and date of a program file: where it stands, and the whole text with it changed."""
    lines = file.read_text("utf-8").splitlines(keepends=True)
    for place, line in enumerate(lines):
        bare = WORDS.sub(lambda found: "x" * len(found.group()), line.partition(" #")[0])
        if UNSEEN.match(line) or bare.strip() in NOT_FELT.get(file.name, set()):
            continue
        for found in NUMBER.finditer(bare):
            changed = line[: found.start()] + more(found.group()) + line[found.end() :]
            what = f"{file.name}:{place + 1}: {found.group()} in {bare.strip()}"
            yield what, "".join([*lines[:place], changed, *lines[place + 1 :]])


@pytest.mark.parametrize(
    ("number", "after"),
    [
        ("5", "6"),
        ("1_999", "2000"),
        ("0.50", "0.51"),
        ("0.99", "1.99"),
        ("2026-02-28", "2026-03-01"),
        ("9:59", "10:00"),
    ],
)
def test_a_little_more_of_a_number(number: str, after: str) -> None:
    assert more(number) == after


def more(number: str) -> str:
    """A little more: one more of the last digit, the next day, the next minute."""
    if "-" in number:
        return str(date.fromisoformat(number) + timedelta(days=1))
    if ":" in number:
        hours, minutes = map(int, number.split(":"))
        return "{}:{:02}".format(*divmod(hours * 60 + minutes + 1, 60))
    whole, point, part = number.replace("_", "").partition(".")
    if not point:
        return str(int(whole) + 1)
    return f"{whole}.{int(part) + 1:0{len(part)}}" if int(part) + 1 < 10 ** len(part) else f"{int(whole) + 1}.{part}"


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_number_that_is_changed_is_noticed(file: Path, tmp_path: Path) -> None:
    for other in file.parent.iterdir():
        (tmp_path / other.name).write_text(other.read_text("utf-8"), "utf-8")
    unnoticed = []
    for what, text in promises(file):
        (tmp_path / file.name).write_text(text, "utf-8")
        if not is_noticed(tmp_path / f"{file.parent.name}.specs.yaml"):
            unnoticed.append(what)
    assert "\n".join(unnoticed) == ""


def is_noticed(specs: Path) -> bool:
    try:
        [sheaf] = gather([specs])
    except (FilesWrong, ProgramErrors, VersionDoesNotFit):
        return True
    return any(not result.is_right for result in run(sheaf.specs[0][1], sheaf.timeline))
