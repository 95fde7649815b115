"""Programs and their versions as stored. A version is the text of the program file; compiling it is not done here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from guerdon.store.database import Connection
from guerdon.store.queries import statement


class VersionRewritesHistory(Exception):
    """A version would take effect before something that is recorded already."""


class VersionDates(NamedTuple):
    """When a version was published, and from when on it is in force."""

    number: int
    starts_at: datetime
    published_at: datetime


def program_id(connection: Connection, name: str) -> int | None:
    """The id of a program; None: there is none of that name."""
    row = connection.execute(statement("program_by_name"), {"name": name}).fetchone()
    return None if row is None else row[0]


def program_name(connection: Connection, program: int) -> str:
    """The name of a program by its id; raises KeyError where there is none."""
    row = connection.execute(statement("name_of_program"), {"program": program}).fetchone()
    if row is None:
        raise KeyError(program)
    return str(row[0])


def program_names(connection: Connection) -> dict[str, int]:
    """The ids of all programs, by name."""
    return {name: number for number, name in connection.execute(statement("all_programs"))}


def sources(connection: Connection, program: int) -> list[tuple[int, str]]:
    """The number and the text of every version of a program, oldest first."""
    return connection.execute(statement("versions"), {"program": program}).fetchall()


def version_dates(connection: Connection, program: int) -> list[VersionDates]:
    """The dates of every version of a program, oldest first."""
    return [VersionDates(*row) for row in connection.execute(statement("version_dates"), {"program": program})]


def source(connection: Connection, program: int, number: int) -> str | None:
    """The text of one version; None: there is none of that number."""
    row = connection.execute(statement("version_source"), {"program": program, "number": number}).fetchone()
    return None if row is None else row[0]


def latest_version(connection: Connection, program: int) -> int:
    """The number of the newest version; 0 without one."""
    row = connection.execute(statement("latest_version"), {"program": program}).fetchone()
    return (row[0] if row else 0) or 0


def change_versions(connection: Connection, program: int) -> None:
    """Keep everybody else from publishing and from deciding until the transaction ends."""
    connection.execute(statement("change_versions"), {"program": program})


def add_program(connection: Connection, name: str) -> bool:
    """Add a program without versions; gives whether it was not there yet."""
    return connection.execute(statement("add_program"), {"name": name}).rowcount == 1


def publish(
    connection: Connection,
    name: str,
    source: str,
    starts_at: datetime,
    limits: Mapping[str, int],
    check: Callable[[Sequence[str]], None],
) -> tuple[int, int]:
    """Add a version; gives the program's id and the version's number. Commits.

    ``check`` is shown the texts of all versions so far, while nobody else can publish, and raises where the new one
    does not go with them.

    Publishing the text of the newest version again adds nothing. Raises VersionRewritesHistory where events from
    ``starts_at`` on are recorded: they were decided under the version before.
    """
    with connection.transaction():
        program = _id(connection, name)
        stored = sources(connection, program)
        if stored and stored[-1][1] == source:
            return program, stored[-1][0]
        check([text for _, text in stored])
        asked = {
            "program": program,
            "at": starts_at,
            "starts_at": starts_at,
            "source": source,
            "number": len(stored) + 1,
        }
        if _has_event_from(connection, asked):
            raise VersionRewritesHistory(
                f"Events from {starts_at:%Y-%m-%d %H:%M} UTC on are recorded already, decided by the version before. "
                "Choose a later effective_from."
            )
        connection.execute(statement("add_version"), asked)
        declared = {"program": program, "names": list(limits), "allowed": list(limits.values())}
        connection.execute(statement("add_limits"), declared)
        connection.execute(statement("wake_members"), asked)
    return program, len(stored) + 1


def _id(connection: Connection, name: str) -> int:
    """The program's id, with its versions held for this transaction alone."""
    add_program(connection, name)
    program = program_id(connection, name)
    assert program is not None, "it was there or has just been added"
    change_versions(connection, program)
    return program


def _has_event_from(connection: Connection, asked: Mapping[str, object]) -> bool:
    row = connection.execute(statement("has_event_from"), asked).fetchone()
    return bool(row and row[0])
