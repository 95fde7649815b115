"""The stream of changes as stored: positions are given out, read, and trimmed. Nothing here commits.

The till notes what the world is to hear of in the outbox, in whatever order tills commit. Positions are given out
afterwards, by one sequencer at a time, so that whoever has seen position 7 has seen 1 to 6 as well.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from guerdon.store.database import Connection
from guerdon.store.queries import statement


class StreamRow(NamedTuple):
    """A position of the stream with the journal entry that stands there."""

    position: int
    member_id: int
    member: str
    seq: int
    kind: str
    at: datetime
    recorded_at: datetime
    version: int
    content: bytes
    outcome: bytes


class Head(NamedTuple):
    """How far a stream has come."""

    position: int
    """The last position that was given out; 0: none was."""
    trimmed: int
    """Positions up to this one are gone."""


def sequence(connection: Connection, most: int) -> tuple[int, dict[int, int]]:
    """Give positions to what was committed; how many that were, and the new head of each stream that moved."""
    connection.execute(statement("wait_for_sequencer"))
    rows = connection.execute(statement("sequence_outbox"), {"most": most}).fetchall()
    heads = {program: position for program, position, _ in rows}
    for program, position in heads.items():
        connection.execute(statement("ring"), {"told": f"{program}:{position}"})
    return (rows[0][2] if rows else 0), heads


def head(connection: Connection, program: int) -> Head:
    """How far the stream of a program has come."""
    row = connection.execute(statement("stream_head"), {"program": program}).fetchone()
    return Head(0, 0) if row is None else Head(*row)


def heads(connection: Connection) -> dict[int, int]:
    """The last position of every stream, by program."""
    return dict(connection.execute(statement("stream_heads")).fetchall())


def rows_after(connection: Connection, program: int, after: int, most: int) -> list[StreamRow]:
    """What follows a position, at most so many entries."""
    asked = {"program": program, "after": after, "most": most}
    return [StreamRow(*row) for row in connection.execute(statement("read_stream"), asked)]


def position_before(connection: Connection, program: int, at: datetime) -> int:
    """The last position given out before an instant: whoever reads on from there misses nothing recorded since."""
    row = connection.execute(statement("position_before"), {"program": program, "at": at}).fetchone()
    found = None if row is None else row[0]
    return head(connection, program).trimmed if found is None else found


def behind(connection: Connection, name: str) -> dict[int, int]:
    """The streams that go further than a reader has come, and up to where it has."""
    return dict(connection.execute(statement("readers_behind"), {"name": name}).fetchall())


def advance_readers(connection: Connection, name: str, positions: Mapping[int, int]) -> None:
    """Note up to where a reader has come, by program."""
    for program, position in positions.items():
        asked = {"program": program, "name": name, "position": position}
        connection.execute(statement("advance_reader"), asked)


def trim(connection: Connection, before: datetime) -> int:
    """Drop positions given out before an instant, except what a webhook or a reader has yet to get; how many."""
    row = connection.execute(statement("trim_stream"), {"before": before}).fetchone()
    return 0 if row is None else row[0]
