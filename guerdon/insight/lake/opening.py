"""Opening a lake: its program, and the files of its tables that count."""

from datetime import datetime
from functools import cached_property
from pathlib import Path

from guerdon.core.calendar import Zone
from guerdon.core.program import Program
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.lake.commits import Commit, LakeNotFound, StoredProgram, read_commits, read_program_of
from guerdon.language import read_program


class Lake:
    """A lake as of its last commit. What is exported later is seen by whoever opens it again."""

    def __init__(self, folder: Path, program: StoredProgram, commits: list[Commit]) -> None:
        self.folder = folder
        self.commits = commits
        self.stored = program

    @property
    def name(self) -> str:
        """The program, by the name in its file."""
        return self.stored.program

    @cached_property
    def timeline(self) -> Timeline:
        """Every version of the program, compiled."""
        return Timeline([Version(read_program(version.source), version.number) for version in self.stored.versions])

    @property
    def program(self) -> Program:
        """The newest version as it was published."""
        return max(self.timeline.versions, key=lambda version: version.number).program

    @property
    def zone(self) -> Zone:
        """The time zone that its days are days of."""
        return self.timeline.versions[0].zone

    @property
    def currency(self) -> str:
        """The currency whose minor units its money is told in."""
        return self.program.currency

    @property
    def made_at(self) -> datetime:
        """When it was last added to."""
        return self.commits[-1].made_at

    @property
    def until(self) -> datetime | None:
        """When the last event in it happened; None: there is none. What a question about "now" counts back from."""
        return max([commit.until for commit in self.commits if commit.until is not None], default=None)

    @property
    def is_complete(self) -> bool:
        """Whether the last export came to its end; otherwise some members are behind."""
        return self.commits[-1].complete

    def files(self, table: str) -> list[str]:
        """The files of a table."""
        return [str(self.folder / file.file) for commit in self.commits for file in commit.files if file.table == table]

    def rows(self, table: str) -> int:
        """How many rows a table has; of ``members``, how many were written in all."""
        return sum([commit.rows(table) for commit in self.commits])


def open_lake(folder: Path) -> Lake:
    """Open a lake. Raises ``LakeNotFound`` and ``LakeDamaged``."""
    program = read_program_of(folder)
    commits = read_commits(folder) if program is not None else []
    if program is None or not commits:
        raise LakeNotFound(f"There is no lake in {folder}. Make one: guerdon export lake")
    return Lake(folder, program, commits)
