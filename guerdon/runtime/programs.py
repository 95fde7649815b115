"""The programs of a database, compiled: publishing a file, and the timeline that a till decides by."""

import time
from collections.abc import Sequence

from psycopg import errors

from guerdon.core.calendar import moment_of
from guerdon.core.program import Program
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

    def in_force(self) -> Version:
        """The version in force now; before the first, the first."""
        return self.timeline.at(int(time.time())) or self.timeline.versions[0]

    def refresh(self, connection: Connection) -> None:
        """Compile again where a version was published since. Cheap where none was."""
        newest = stored.latest_version(connection, self.id)
        if newest != self.newest:
            sources = stored.sources(connection, self.id)
            self.versions = [Version(read_program(text), number) for number, text in sources]
            self.timeline = Timeline(self.versions)
            self.newest = newest


class VersionDoesNotFit(Exception):
    """A version would change what members hold into something else."""


def publish(connection: Connection, source: str, name: str = "program.yaml") -> tuple[int, int]:
    """Publish a program file; gives the program's id and the version's number.

    Raises ``ProgramErrors`` for a file that is wrong, ``VersionDoesNotFit`` for one that turns what members hold into
    something else, and ``VersionRewritesHistory`` for one that comes too late; the version in force stays.
    """
    program = read_program(source, name)
    version = Version(program)

    def fits(before: Sequence[str]) -> None:
        for text in before:
            _check_fit(read_program(text), program)

    return stored.publish(connection, program.program, source, moment_of(version.starts_at), version.limits, fits)


def _check_fit(before: Program, after: Program) -> None:
    """Refuse a version under which amounts that are recorded would mean something else."""
    found = misfits(before, after)
    if found:
        raise VersionDoesNotFit(f"This version does not fit the ones before: {'; '.join(found)}.")


def misfits(before: Program, after: Program) -> list[str]:
    """Why a version could not be published after another one; empty: it could."""
    found = []
    for what, one, other in (
        ("currency", before.currency, after.currency),
        ("timezone", before.timezone, after.timezone),
    ):
        if one != other:
            found.append(f"the {what} is {one} and stays so (the file says {other})")
    for name, unit in before.units.items():
        new = after.units.get(name)
        if new is None:
            found.append(f"the unit {name} may be held by members and cannot be dropped")
        elif (unit.scale, unit.money) != (new.scale, new.money):
            found.append(f"the unit {name} keeps its decimals and whether it is money")
    for name, meter in before.meters.items():
        again = after.meters.get(name)
        if again is not None and (meter.counts, meter.unit, meter.window) != (again.counts, again.unit, again.window):
            found.append(f"the meter {name} keeps what it counts and its window; give another meter another name")
    return found


def find_program(connection: Connection, name: str | None = None) -> int:
    """The id of a program by name, or of the only one; raises ProgramNotFound."""
    try:
        programs = stored.program_names(connection)
    except errors.UndefinedTable:
        programs = {}
    if not programs:
        raise ProgramNotFound("No program is published here yet. Begin with: guerdon publish FILE")
    if name is None and len(programs) == 1:
        return next(iter(programs.values()))
    if name in programs:
        return programs[name]
    known = ", ".join(programs) or "none"
    wanted = "Name the program" if name is None else f"There is no program {name}"
    raise ProgramNotFound(f"{wanted}; published so far: {known}.")
