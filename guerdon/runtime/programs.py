"""The programs of a database, compiled: publishing a file, and the timeline that a till decides by."""

from guerdon.core.calendar import moment_of
from guerdon.core.version import Timeline, Version
from guerdon.language import read_program
from guerdon.store import programs as stored
from guerdon.store.database import Connection


class ProgramNotFound(Exception):
    """The database has no such program, or several to choose from."""


class PublishedProgram:
    """A program of the database with all its versions, compiled; kept up to date."""

    def __init__(self, connection: Connection, program: int) -> None:
        """Read and compile every version."""
        self.id = program
        self.newest = 0
        self.versions: list[Version] = []
        self.timeline = Timeline(self.versions)
        self.refresh(connection)

    def refresh(self, connection: Connection) -> None:
        """Compile again where a version was published since. Cheap where none was."""
        newest = stored.latest_version(connection, self.id)
        if newest != self.newest:
            sources = stored.sources(connection, self.id)
            self.versions = [Version(read_program(text), number) for number, text in sources]
            self.timeline = Timeline(self.versions)
            self.newest = newest


def publish(connection: Connection, source: str, name: str = "program.yaml") -> tuple[int, int]:
    """Publish a program file; gives the program's id and the version's number.

    Raises ``ProgramErrors`` for a file that is wrong and ``VersionRewritesHistory`` for one that comes too late; the
    version in force stays.
    """
    program = read_program(source, name)
    version = Version(program)
    return stored.publish(connection, program.program, source, moment_of(version.starts_at), version.limits)


def find_program(connection: Connection, name: str | None = None) -> int:
    """The id of a program by name, or of the only one; raises ProgramNotFound."""
    programs = stored.program_names(connection)
    if name is None and len(programs) == 1:
        return next(iter(programs.values()))
    if name in programs:
        return programs[name]
    known = ", ".join(programs) or "none"
    wanted = "Name the program" if name is None else f"There is no program {name}"
    raise ProgramNotFound(f"{wanted}; published so far: {known}.")
