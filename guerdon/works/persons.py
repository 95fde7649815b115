"""Persons, as a part of the works: once an hour, what the passing of time asks for.

Persons whom the retention rules of their program let go are erased, the details of old consents are dropped, and the
engine hears of it, as it does of whoever a birthday has brought into another band of age. What was not told because the
process died is told the next time.
"""

from datetime import UTC, datetime

from guerdon.core.events import Event
from guerdon.people.audit import Author, member_target, record
from guerdon.people.describing import birthday_events
from guerdon.people.erasing import events_to_tell
from guerdon.people.retention import apply_retention
from guerdon.runtime.secret_key import SecretKey
from guerdon.runtime.till import Till
from guerdon.store.database import Connection
from guerdon.works.running import Part, for_programs, repeating

AUTHOR = Author("retention")
"""How the audit log names the rules that let persons go."""
_HOUR = 3_600.0


def persons_part(secret: SecretKey, seconds: float = _HOUR) -> Part:
    """Let persons go whom the rules no longer keep, and tell the engine of birthdays."""

    def look_after(till: Till, connection: Connection) -> None:
        care(till, connection, secret, datetime.now(UTC))

    return repeating("persons", seconds, lambda url: for_programs(url, look_after))


def care(till: Till, connection: Connection, secret: SecretKey, now: datetime) -> None:
    """Do what is due for one program."""
    program = till.program.id
    with connection.transaction():
        for one in apply_retention(connection, program, now).erased:
            record(connection, AUTHOR, program, "person.erased", member_target(one.member))
    with connection.transaction():
        events: list[Event] = [*events_to_tell(connection, program, at=now)]
        events += birthday_events(connection, secret, program, at=now)
    till.commit(events)
