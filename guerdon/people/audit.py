"""The audit log: every administrative act, by whom, from where, and what stood there before and after."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from guerdon.store.database import Connection
from guerdon.store.queries import statement


class Author(NamedTuple):
    """Who does something."""

    key: str
    """The id of the API key, or ``cli`` for a command on the machine itself."""
    address: str = ""
    """The network address; empty: this machine."""


class Act(NamedTuple):
    """One line of the audit log."""

    id: int
    program: str | None
    """The program's name; None: the deployment as a whole."""
    at: datetime
    key: str
    address: str
    action: str
    target: str
    before: bytes | None
    after: bytes | None


def record(
    connection: Connection, author: Author, program: int | None, action: str, target: str,
    *, before: object = None, after: object = None,
) -> None:  # fmt: skip
    """Record an act in the transaction that does it. No secrets and no personal data."""
    asked = {
        "program": program,
        "key": author.key,
        "address": author.address,
        "action": action,
        "target": target,
        "before": _json(before),
        "after": _json(after),
    }
    connection.execute(statement("add_audit"), asked)


def page(connection: Connection, program: int | None, *, before: int | None, most: int) -> list[Act]:
    """Acts, the newest first, older than the act ``before`` (None: from the newest on).

    Those of a program; None: of every program that the transaction may see, and of the deployment as a whole.
    """
    asked = {"program": program, "before_id": before, "most": most}
    return [Act(*row) for row in connection.execute(statement("audit_page"), asked)]


def acts_on_member(connection: Connection, program: int, member: str) -> list[Act]:
    """Whatever was done to a member or looked at, the oldest first."""
    asked = {"program": program, "target": member_target(member)}
    return [Act(*row) for row in connection.execute(statement("acts_on"), asked)]


def member_target(member: str) -> str:
    """How the log names a member that something was done to."""
    return f"member/{member}"


def _json(value: object) -> str | None:
    content: Any = None if value is None else msgspec.json.encode(value).decode()
    return content  # type: ignore[no-any-return]
