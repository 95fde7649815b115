"""The programs of a database, compiled: publishing a file, and the timeline that a till decides by."""

import time
from collections.abc import Iterable, Iterator, Sequence

from psycopg import errors

from guerdon.core.calendar import Zone, moment_of
from guerdon.core.program import Program
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
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

    @property
    def currency(self) -> str:
        """The currency of all its versions."""
        return self.versions[0].program.currency

    @property
    def zone(self) -> Zone:
        """The time zone of all its versions."""
        return self.versions[0].zone

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

    def __init__(self, reasons: Sequence[str]) -> None:
        """Tell every reason, a sentence without its stop each."""
        super().__init__(f"This version does not fit the ones before: {'; '.join(reasons)}.")
        self.reasons = reasons


class VersionsMovedOn(Exception):
    """Another version was published since somebody looked."""


def publish(
    connection: Connection, source: str, name: str = "program.yaml", *, newest: int | None = None
) -> tuple[int, int]:
    """Publish a program file; gives the program's id and the version's number.

    Raises ``ProgramErrors`` for a file that is wrong, ``VersionDoesNotFit`` for one that turns what members hold into
    something else, and ``VersionRewritesHistory`` for one that comes too late; the version in force stays. With
    ``newest``, the number of the version that it was made from, it raises ``VersionsMovedOn`` where a newer one is
    there.
    """
    program = read_program(source, name)
    version = Version(program)

    def fits(before: Sequence[str]) -> None:
        if newest is not None and newest != len(before):
            raise VersionsMovedOn(f"Version {len(before)} was published since; look at it first.")
        if before:
            check_fit([read_program(text) for text in before], program)

    return stored.publish(connection, program.program, source, moment_of(version.starts_at), version.limits, fits)


def check_fit(before: Sequence[Program], after: Program) -> None:
    """Refuse a version under which what is recorded would mean something else; raises ``VersionDoesNotFit``.

    ``before`` are the versions so far, in the order in which they were published.
    """
    found = misfits(before, after)
    if found:
        raise VersionDoesNotFit(found)


def misfits(before: Sequence[Program], after: Program) -> list[str]:
    """Why a version could not be published after others; empty: it could."""
    found = [
        f"the {what} is {one} and stays so (the file says {other})"
        for what, one, other in (
            ("currency", before[0].currency, after.currency),
            ("timezone", before[0].timezone, after.timezone),
        )
        if one != other
    ]
    for earlier in before:
        found += [told for told in _other_units(earlier, after) if told not in found]
    latest = max(before, key=lambda version: version.effective_from)
    found += [*_other_levels(latest, after), *_unknown_names(latest, after), *_names_taken(before, after)]
    return [*found, *_seeds_used_again(latest, after)]


def _names_taken(before: Sequence[Program], after: Program) -> Iterator[str]:
    """New mechanics by the first name of one that is called otherwise now: what is shared is counted by it still."""
    latest = max(before, key=lambda version: version.effective_from)
    there = {mechanic.name for mechanic in latest.mechanics} - after.changes.mechanics.keys()
    former = {old: new for version in (*before, after) for old, new in version.changes.mechanics.items()}
    for mechanic in after.mechanics:
        name = mechanic.name
        if name in former and name not in there and name not in after.changes.mechanics.values():
            yield f"{name} is what {former[name]} was called once; give the new mechanic another name"


def _other_units(before: Program, after: Program) -> Iterator[str]:
    for name, unit in before.units.items():
        new = after.units.get(name)
        if new is not None and (unit.scale, unit.money) != (new.scale, new.money):
            yield f"the unit {name} keeps its decimals and whether it is money; give another unit another name"


def _levels(program: Program) -> set[str]:
    """The levels of all its ladders."""
    return {level.name for mechanic in program.mechanics for level in getattr(mechanic, "levels", ())}


def _other_levels(before: Program, after: Program) -> Iterator[str]:
    """Levels that are dropped without a word about where their members go."""
    ladders = {mechanic.name for mechanic in after.mechanics if hasattr(mechanic, "levels")}
    for mechanic in before.mechanics:
        name = after.changes.mechanics.get(mechanic.name, mechanic.name)
        if name in ladders:
            for level in getattr(mechanic, "levels", ()):
                if level.name not in _levels(after) and level.name not in after.changes.tiers:
                    remedy = f"changes: {{tiers: {{{level.name}: …}}}}"
                    yield f"the level {level.name} is dropped; say where its members go, as in {remedy}"


def _seeds_used_again(before: Program, after: Program) -> Iterator[str]:
    """Games that are to be played with the seed of another game, which may be known to everybody by now."""
    names = after.changes.mechanics
    games = {names.get(game.name, game.name): getattr(game, "commitment", "") for game in before.mechanics}
    for mechanic in after.mechanics:
        commitment = getattr(mechanic, "commitment", "")
        for name, committed in games.items():
            if commitment and commitment == committed and games.get(mechanic.name) != commitment:
                yield f"the game {mechanic.name} has the seed of {name}: give it one of its own (guerdon seed new)"


def _unknown_names(before: Program, after: Program) -> Iterator[str]:
    """Names in ``changes`` that the version before has not."""
    mechanics = {mechanic.name for mechanic in before.mechanics}
    known: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("unit", after.changes.units, before.units),
        ("level", after.changes.tiers, _levels(before)),
        ("mechanic", after.changes.mechanics, mechanics),
        ("meter", after.changes.meters, before.meters),
    )
    for what, named, there in known:
        for name in named:
            if name not in there:
                yield f"the version before has no {what} {name} that could change"
    units = {mechanic.name: getattr(mechanic, "earn", "") for mechanic in (*before.mechanics, *after.mechanics)}
    for old, new in after.changes.mechanics.items():
        if old in units and units[old] != units[new]:
            yield f"the mechanic {new} gives {units[new]}, and {old} gave {units[old]}: it is another mechanic"
        if new in mechanics and new not in after.changes.mechanics:
            yield f"the mechanic {old} cannot become {new}, which the version before has too"


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
