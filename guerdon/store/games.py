"""What games need of the database: seeds, the tickets of a raffle, and what was decided about a game's events."""

from collections.abc import Collection
from typing import NamedTuple

from guerdon.core.effects import Outcome, decode_outcome
from guerdon.core.games import Ticket, commitment_to
from guerdon.store.database import Connection
from guerdon.store.queries import statement


class GameEvent(NamedTuple):
    """An event of a game, and what was decided about it."""

    event_id: str
    member: str
    content: bytes
    outcome: Outcome


def seeds(connection: Connection, program: int, commitments: Collection[str]) -> dict[str, str]:
    """The seeds that are stored for some commitments."""
    asked = {"program": program, "commitments": sorted(commitments)}
    return dict(connection.execute(statement("seeds"), asked).fetchall())


def add_seed(connection: Connection, program: int, game: str, seed: str) -> None:
    """Store a seed under its commitment. Adding it again changes nothing."""
    asked = {"program": program, "commitment": commitment_to(seed), "game": game, "seed": seed}
    connection.execute(statement("add_seed"), asked)


def tickets(connection: Connection, program: int, game: str) -> list[Ticket]:
    """Every ticket of a raffle, by number."""
    rows = connection.execute(statement("tickets_of_game"), {"program": program, "game": game})
    return [Ticket(*row) for row in rows]


def events(connection: Connection, program: int, game: str, kind: str) -> list[GameEvent]:
    """The events of one kind that name a game, in the order in which they were recorded."""
    rows = connection.execute(statement("events_of_game"), {"program": program, "game": game, "kind": kind})
    return [GameEvent(event_id, key, content, decode_outcome(outcome)) for event_id, key, content, outcome in rows]
