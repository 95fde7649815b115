"""The clock: finds the members for whom time has something due, and lets a tick settle it.

Its cost grows with what is due, not with the number of members: ``members.next_due_at`` is indexed. A tick is an
event like any other, with an id made of the member and the time, so two clocks at once do no harm. A late clock
changes nothing either: any event first settles what fell due before it.
"""

import hashlib
from collections.abc import Container, Iterator

from guerdon.core.calendar import FIRST_INSTANT, Instant, moment_of
from guerdon.core.events import Tick
from guerdon.runtime.till import Till
from guerdon.store.database import Connection
from guerdon.store.queries import statement

_MEMBERS_AT_A_TIME = 1_000
_LONGEST_KEY = 180
"""An id has at most 200 characters."""


class NotSettled(Exception):
    """Ticks have left members due: the clock or the program is wrong. All others are settled."""


def due_members(connection: Connection, program: int, at: Instant) -> Iterator[list[str]]:
    """The keys of members for whom something has fallen due by an instant, the longest waiting first, page by page.

    Each member comes once, whatever becomes of the pages before.
    """
    asked = {"program": program, "at": moment_of(at), "most": _MEMBERS_AT_A_TIME}
    last = (moment_of(FIRST_INSTANT), 0)
    while True:
        with connection.transaction():
            after = {"after": last[0], "after_id": last[1]}
            rows = connection.execute(statement("due_members"), asked | after).fetchall()
        if not rows:
            return
        last = rows[-1][1:]
        yield [key for key, _, _ in rows]


def tick(till: Till, connection: Connection, at: Instant, *, among: Container[str] | None = None) -> int:
    """Settle everything that is due by an instant; gives the number of members that had something due.

    ``among`` leaves all other members to somebody else; None: none of them. Raises NotSettled at the end where a tick
    was refused or has not done its work; that stops nobody else's.
    """
    settled, left = 0, []
    for page in due_members(connection, till.program.id, at):
        keys = [key for key in page if among is None or key in among]
        till.commit([Tick(id=_tick_id(key, at), member=key, at=moment_of(at)) for key in keys])
        left += _still_due(connection, till.program.id, keys, at)
        settled += len(keys)
    if left:
        raise NotSettled(f"Ticks at {moment_of(at)} left {len(left)} members due, the first of them {left[0]}.")
    return settled


def _still_due(connection: Connection, program: int, keys: list[str], at: Instant) -> list[str]:
    """The members for whom the ticks have not done their work."""
    asked = {"program": program, "keys": keys, "at": moment_of(at)}
    with connection.transaction():
        return [key for (key,) in connection.execute(statement("still_due"), asked)]


def _tick_id(key: str, at: Instant) -> str:
    """The same for every clock. A key that leaves no room for the time is told by its hash."""
    known = key if len(key) <= _LONGEST_KEY else hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    return f"tick/{known}/{at}"
