"""Commits: which files of a lake count.

An export writes files first and names them in a commit last, which appears all at once. So whoever reads sees whole
commits only, and what a killed export has left behind is named nowhere: the next one sweeps it up.

::

    lake/grocery/
      program.json             the program, with the text of each of its versions
      commits/000001.json      {"number": 1, "files": [{"table": "events", "file": "events/000001.parquet", ...}], ...}
      events/000001.parquet
      lines/000001.parquet     and so on, a file a table and commit
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

_Kind = TypeVar("_Kind")

_ANEW = "Make it anew: guerdon export lake --anew"

FORMAT = 1
"""Raised when a table changes so that older readers would misread it."""


class LakeTrouble(Exception):
    """What may go wrong with a lake without a bug. The message says what, and what to do."""


class LakeNotFound(LakeTrouble):
    """There is no lake where one was looked for."""


class LakeDamaged(LakeTrouble):
    """What a commit names is not there as it was written."""


class LakeDoesNotFit(LakeTrouble):
    """The lake holds another program, or a later state of the ledger than the database has."""


class LakeBusy(LakeTrouble):
    """Another export is writing to the lake."""


class LakeFile(msgspec.Struct, frozen=True):
    """A file that a commit names."""

    table: str
    file: str
    """Its place inside the lake."""
    rows: int
    bytes: int


class Commit(msgspec.Struct, frozen=True):
    """What one step of an export has added."""

    number: int
    files: tuple[LakeFile, ...]
    made_at: datetime
    complete: bool
    """Whether the export had come to its end: every member is as it was when the export began."""
    until: datetime | None = None
    """When the last of its events happened; None: it has none."""

    def rows(self, table: str) -> int:
        """How many rows it adds to a table."""
        return sum([file.rows for file in self.files if file.table == table])


class StoredVersion(msgspec.Struct, frozen=True):
    """A version of the program as it was published."""

    number: int
    source: str


class StoredProgram(msgspec.Struct, frozen=True):
    """What a lake says of its program."""

    format: int
    program: str
    versions: tuple[StoredVersion, ...]


def read_program_of(folder: Path) -> StoredProgram | None:
    """The program of a lake; None: there is no lake. Raises ``LakeDamaged``."""
    file = folder / "program.json"
    if not file.exists():
        return None
    found = _decoded(file, StoredProgram)
    if found.format != FORMAT:
        raise LakeDamaged(f"The lake {folder} has format {found.format}, and this version reads {FORMAT}. {_ANEW}")
    return found


def read_commits(folder: Path) -> list[Commit]:
    """Every commit of a lake, oldest first, each of whose files is there. Raises ``LakeDamaged``."""
    files = sorted((folder / "commits").glob("*.json"))
    for place, file in enumerate(files, start=1):
        if file.name != _name_of(place):
            raise LakeDamaged(f"The lake {folder} lacks its commit {place}. {_ANEW}")
    commits = [_decoded(file, Commit) for file in files]
    for commit in commits:
        for named in commit.files:
            _check_file(folder, named)
    return commits


def _name_of(commit: int) -> str:
    return f"{commit:06}.json"


def _check_file(folder: Path, named: LakeFile) -> None:
    file = folder / named.file
    size = file.stat().st_size if file.exists() else None
    if size != named.bytes:
        found = "is missing" if size is None else f"has {size} bytes and not {named.bytes}"
        raise LakeDamaged(f"{file} {found}. {_ANEW}")


def add_commit(folder: Path, commit: Commit) -> None:
    """Let what a commit names count from now on."""
    for named in commit.files:
        _flush(folder / named.file)
    write_whole(folder / "commits" / _name_of(commit.number), msgspec.json.format(msgspec.json.encode(commit)))


def write_program(folder: Path, program: StoredProgram) -> None:
    """Write what the lake says of its program."""
    write_whole(folder / "program.json", msgspec.json.format(msgspec.json.encode(program)))


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.draft")
    draft.write_bytes(content)
    _flush(draft)
    draft.replace(file)
    _flush(file.parent)


def sweep(folder: Path, commits: Sequence[Commit]) -> int:
    """Remove the files that no commit names, and tell how many there were. Only under ``locked``."""
    named = {folder / file.file for commit in commits for file in commit.files}
    left = [file for file in folder.glob("*/*.parquet") if file not in named]
    left += [*folder.glob("**/.*.draft")]
    for file in left:
        file.unlink()
    return len(left)


def forget(folder: Path) -> None:
    """Empty a lake, so that the next export makes it anew. Nothing else in the folder is touched. Raises ``LakeBusy``.

    The commits go first: killed in the middle, there is no lake, and what is left is swept up.
    """
    with locked(folder):
        for commit in sorted((folder / "commits").glob("*.json"), reverse=True):
            commit.unlink()
        (folder / "program.json").unlink(missing_ok=True)
        sweep(folder, ())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let nobody else write to the lake meanwhile; raises ``LakeBusy``.

    The lock ends with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lake.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LakeBusy(f"Another export is writing to {folder}. Try again when it has ended.") from None
        yield


def _flush(place: Path) -> None:
    """Have the disk hold a file, or the names in a folder."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _decoded(file: Path, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        raise LakeDamaged(f"{file} cannot be read ({error}). {_ANEW}") from error
