"""Which files belong together: the version files of each program, and the specs files beside them.

``NAME.specs.yaml`` belongs to ``NAME.yaml`` beside it, and to the program files that it names itself. Program files of
one program name are versions of it, in force by their dates.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from guerdon.core.program import Program
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.language.errors import ProgramError, ProgramErrors
from guerdon.language.reader import read_program
from guerdon.runtime.programs import check_fit
from guerdon.specs.cases import Specs
from guerdon.specs.reader import Draft

_SUFFIX = ".specs"


class FilesWrong(Exception):
    """Files that cannot be used, with all that is wrong with each."""


class Sheaf(NamedTuple):
    """A program: its version files, and its specs files with their cases."""

    versions: list[tuple[Path, Version]]
    """By the date from which each is in force."""
    timeline: Timeline
    specs: list[tuple[Path, Specs]]


def gather(paths: Sequence[Path]) -> list[Sheaf]:
    """Read program files and specs files, and whatever else belongs to them.

    Raises ``FilesWrong`` with every mistake in any of the files, and ``VersionDoesNotFit``.
    """
    wrong: list[str] = []
    paths = list({path.resolve(): path for path in paths}.values())
    given = {path: text_of(path) for path in paths}
    drafts = _drafts({path: text for path, text in given.items() if _is_specs(path, text)}, wrong)
    files = [path for path in paths if not _is_specs(path, given[path])]
    programs = _programs(files, wrong)
    if len(files) == len(paths):
        beside = [path for path in map(specs_beside, files) if path.exists()]
        drafts = _drafts({path: text_of(path) for path in dict.fromkeys(beside)}, wrong)
    known = {path.resolve() for path in files}
    programs |= _programs([path for path in _named(drafts, wrong) if path.resolve() not in known], wrong)
    sheaves = _sheaves(programs, drafts, wrong)
    if wrong:
        raise FilesWrong("\n".join(wrong))
    return sheaves


def timelines(paths: Sequence[Path]) -> list[Timeline]:
    """Read program files alone, whatever specs stand beside them; those of one program are its versions.

    Raises ``FilesWrong`` with every mistake in any of the files, and ``VersionDoesNotFit``.
    """
    wrong: list[str] = []
    programs = _programs(list({path.resolve(): path for path in paths}.values()), wrong)
    if wrong:
        raise FilesWrong("\n".join(wrong))
    by_name: dict[str, dict[Path, Program]] = {}
    for path, program in programs.items():
        by_name.setdefault(program.program, {})[path] = program
    return [_timeline(_versions(files)) for files in by_name.values()]


def specs_beside(program: Path) -> Path:
    """Where the specs of a program file stand: ``grocery.specs.yaml`` for ``grocery.yaml``."""
    return program.with_name(f"{program.stem}{_SUFFIX}{program.suffix}")


def _program_beside(specs: Path) -> Path:
    return specs.with_name(f"{specs.stem.removesuffix(_SUFFIX)}{specs.suffix}")


def _is_specs(path: Path, text: str) -> bool:
    return path.stem.endswith(_SUFFIX) or re.search(r"^\ufeff?specs\s*:", text, re.M) is not None


def text_of(file: Path) -> str:
    """The text of a file; raises ``FilesWrong`` where it is not UTF-8."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        told = f"{file.name} is not a text in UTF-8: byte {error.start} does not belong there."
        raise FilesWrong(told) from None


def _drafts(texts: dict[Path, str], wrong: list[str]) -> dict[Path, Draft]:
    drafts = {}
    for path, text in texts.items():
        try:
            drafts[path] = Draft(text, path.name)
        except ProgramErrors as errors:
            wrong.append(str(errors))
    return drafts


def _programs(paths: Iterable[Path], wrong: list[str]) -> dict[Path, Program]:
    programs = {}
    for path in paths:
        try:
            programs[path] = read_program(text_of(path), path.name)
        except ProgramErrors as errors:
            wrong.append(str(errors))
    return programs


def _named(drafts: dict[Path, Draft], wrong: list[str]) -> list[Path]:
    """The program files that specs files name, or stand beside where they name none."""
    found: dict[Path, None] = {}
    for path, draft in drafts.items():
        beside = _program_beside(path)
        if not draft.programs and beside != path and beside.exists():
            found[beside] = None
        for name, line, column in draft.programs:
            file = path.parent / name
            if file.is_file():
                found[file] = None
                continue
            told = f"there is no file `{name}` beside this one"
            error = ProgramError(line=line, column=column, path="programs", code="file_missing", sentence=told)
            wrong.append(str(ProgramErrors(path.name, [error])))
    return list({file.resolve(): file for file in found}.values())


def _sheaves(programs: dict[Path, Program], drafts: dict[Path, Draft], wrong: list[str]) -> list[Sheaf]:
    by_name: dict[str, dict[Path, Program]] = {}
    for path, program in programs.items():
        by_name.setdefault(program.program, {})[path] = program
    timelines = {name: _versions(files) for name, files in by_name.items()}
    cases: dict[str, list[tuple[Path, Specs]]] = {name: [] for name in by_name}
    for path, draft in drafts.items():
        # Where none has the name that the file gives, any other tells what is wrong with it.
        name = draft.program if draft.program in timelines else next(iter(timelines), "")
        if not name:
            wrong += [] if wrong else [f"{path.name} needs a program file: give it too, or name it under `programs`."]
            continue
        try:
            cases[name].append((path, draft.read(_timeline(timelines[name]))))
        except ProgramErrors as errors:
            wrong.append(str(errors))
    return [Sheaf(versions, _timeline(versions), cases[name]) for name, versions in timelines.items()]


def _versions(files: dict[Path, Program]) -> list[tuple[Path, Version]]:
    """The versions of one program, numbered by their dates. Raises ``VersionDoesNotFit``."""
    ordered = sorted(files.items(), key=lambda item: item[1].effective_from)
    for place, (_, program) in enumerate(ordered[1:], 1):
        check_fit([before for _, before in ordered[:place]], program)
    return [(path, Version(program, number)) for number, (path, program) in enumerate(ordered, 1)]


def _timeline(versions: list[tuple[Path, Version]]) -> Timeline:
    return Timeline([version for _, version in versions])
