"""Erasing: a person is forgotten, and the books stay.

The person's key is dropped, and with it everything that was sealed: profile, identities, the details of consents. What
remains is the member's id with its points, that consents were once given and taken back, and that somebody was erased,
when and for which of three reasons. An `erase` event lets the engine forget the traits.

Members who were merged are one person and go together. Doing it again changes nothing.
"""

from datetime import UTC, datetime
from typing import Literal

from guerdon.core.events import Erase
from guerdon.people.persons import Whose, erasure_of, lock, member_of, same_person
from guerdon.store.database import Connection
from guerdon.store.queries import statement

Reason = Literal["asked", "inactive", "staff"]


def erase(connection: Connection, program: int, member: str, *, at: datetime, reason: Reason = "asked") -> list[Erase]:
    """Forget a person; gives the events that the engine has not heard yet, one for each member that the person had.

    To be submitted after the transaction is committed; ``events_to_tell`` gives them again where that failed. Raises
    Refused (``member_unknown``).
    """
    persons = same_person(connection, member_of(connection, program, member))
    lock(connection, *persons)
    for whose in persons:
        _erase(connection, whose, at, reason)
    wanted = {whose.key for whose in persons}
    return [event for event in events_to_tell(connection, program, at=at) if event.member in wanted]


def events_to_tell(connection: Connection, program: int, *, at: datetime) -> list[Erase]:
    """The `erase` events of persons who were erased here and not in the engine yet, dated ``at``."""
    rows = connection.execute(statement("erasures_not_told"), {"program": program})
    return [Erase(id=f"erase/{id}", member=key, at=at.astimezone(UTC)) for id, key, _ in rows]


def _erase(connection: Connection, whose: Whose, at: datetime, reason: Reason) -> None:
    connection.execute(statement("drop_person"), whose.asked)
    if erasure_of(connection, whose) is None:
        connection.execute(statement("add_erasure"), {**whose.asked, "at": at, "reason": reason})
