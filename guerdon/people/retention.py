"""Retention: how long a program keeps what it knows of persons.

Two rules, each of which may be left out. A person who has done nothing for so many months is erased. The details of a
consent (where it was said, who took it down) go so many years after it was taken back; that it was given and taken back
stays. **Worked.** With 36 months, a member who last bought on 15 March 2023 is due from 15 March 2026 on.
"""

from calendar import monthrange
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from guerdon.core.calendar import instant_of, moment_of
from guerdon.core.events import Erase
from guerdon.people.erasing import erase
from guerdon.store.database import Connection
from guerdon.store.queries import statement


class Retention(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """The rules of a program."""

    inactive_months: int | None = None
    """A person is erased after so many months without activity. None: never."""
    withdrawn_years: int | None = None
    """The details of consents go so many years after they were taken back. None: never."""


class Due(NamedTuple):
    """A person who is due for erasure."""

    member: str
    active_at: datetime
    """When the member last did something; 1970 where that is not known."""


class Applied(NamedTuple):
    """What the rules came to."""

    erased: list[Due]
    details: int
    """How many consents lost their details."""
    events: list[Erase]
    """To be submitted after the transaction is committed."""


def retention_of(connection: Connection, program: int) -> Retention:
    """The rules of a program."""
    row = connection.execute(statement("retention_rules"), {"program": program}).fetchone()
    return Retention() if row is None else Retention(inactive_months=row[0], withdrawn_years=row[1])


def keep_retention(connection: Connection, program: int, retention: Retention) -> None:
    """Put rules in place of those before."""
    asked = {"inactive_months": retention.inactive_months, "withdrawn_years": retention.withdrawn_years}
    connection.execute(statement("keep_retention_rules"), {"program": program, **asked})


def due_for_erasure(connection: Connection, program: int, now: datetime) -> list[Due]:
    """Who is to be erased by now, the longest inactive first."""
    months = retention_of(connection, program).inactive_months
    if months is None:
        return []
    asked = {"program": program, "before": instant_of(months_before(now, months)) + 1}
    rows = connection.execute(statement("inactive_persons"), asked)
    return [Due(member, moment_of(active_at)) for member, active_at in rows]


def details_due(connection: Connection, program: int, now: datetime) -> list[int]:
    """The consents (consents.id) whose details are to go by now."""
    years = retention_of(connection, program).withdrawn_years
    if years is None:
        return []
    asked = {"program": program, "before": months_before(now, 12 * years)}
    return [id for id, _, _ in connection.execute(statement("withdrawn_details"), asked)]


def apply_retention(connection: Connection, program: int, now: datetime, *, dry_run: bool = False) -> Applied:
    """Apply the rules; with ``dry_run`` say only what they would come to."""
    due, details = due_for_erasure(connection, program, now), details_due(connection, program, now)
    if dry_run:
        return Applied(due, len(details), [])
    connection.execute(statement("drop_details"), {"ids": details})
    events = [event for one in due for event in erase(connection, program, one.member, at=now, reason="inactive")]
    return Applied(due, len(details), events)


def months_before(now: datetime, months: int) -> datetime:
    """The same moment so many months ago; the month's last day where it has no such day."""
    moment = now.astimezone(UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
