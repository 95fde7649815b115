"""Webhooks as stored: where they go, what waits for them, and every try. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from guerdon.store.database import Connection
from guerdon.store.queries import statement
from guerdon.store.stream import StreamRow


class Webhook(NamedTuple):
    """An address that is told of changes."""

    id: int
    program: int
    program_name: str
    url: str
    types: list[str]
    description: str
    secret: bytes
    """Encrypted, as is the former one."""
    former_secret: bytes | None
    former_until: datetime | None
    enabled: bool
    disabled_because: str
    position: int
    """Up to here the stream was delivered or put among what waits."""
    failures: int
    """Rounds in a row that brought nothing but failures."""
    paused_until: datetime | None
    created_at: datetime


class WaitingChange(NamedTuple):
    """A change that a webhook has not taken yet, with the entry it is rendered from."""

    number: int
    tries: int
    row: StreamRow


class Letter(NamedTuple):
    """A change that waits or was given up, as one looks at it."""

    position: int
    number: int
    member: str
    seq: int
    tries: int
    due_at: datetime | None
    died_at: datetime | None
    last_error: str


class HeldBack(NamedTuple):
    """A change to be put among what waits."""

    position: int
    number: int
    member_id: int
    seq: int
    tries: int
    due_at: datetime | None
    """None: an earlier change of the member holds it back."""
    died_at: datetime | None
    last_error: str


class Delivery(NamedTuple):
    """A try to deliver a change."""

    change_id: str
    type: str
    position: int
    tried_at: datetime
    took_ms: int
    status: int | None
    error: str
    answer: str


NumberedDelivery = tuple[int, Delivery]
"""A try with its number, by which one goes on to earlier ones."""


class Progress(NamedTuple):
    """Where a webhook stands after a round."""

    position: int
    failures: int
    paused_until: datetime | None
    disabled_because: str


def add(connection: Connection, program: int, url: str, types: Sequence[str], description: str, secret: bytes) -> int:
    """Add a webhook that is told what comes from now on; gives its number."""
    asked = {"program": program, "url": url, "types": list(types), "description": description, "secret": secret}
    row = connection.execute(statement("add_webhook"), asked).fetchone()
    assert row is not None, "an insert gives the row it made"
    return int(row[0])


def find(connection: Connection, program: int, number: int) -> Webhook | None:
    """A webhook of a program; None: there is none."""
    row = connection.execute(statement("find_webhook"), {"program": program, "webhook": number}).fetchone()
    return None if row is None else Webhook(*row)


def of_program(connection: Connection, program: int) -> list[Webhook]:
    """The webhooks of a program, the oldest first."""
    return [Webhook(*row) for row in connection.execute(statement("webhooks_of_program"), {"program": program})]


def awake(connection: Connection) -> list[Webhook]:
    """Webhooks of all programs that something may be sent to now."""
    return [Webhook(*row) for row in connection.execute(statement("awake_webhooks"))]


def change(connection: Connection, webhook: Webhook, *, url: str, types: Sequence[str], description: str) -> None:
    """Change what a manager may change."""
    asked = {"webhook": webhook.id, "url": url, "types": list(types), "description": description}
    connection.execute(statement("change_webhook"), asked)


def remove(connection: Connection, webhook: Webhook) -> None:
    """Remove a webhook with what waits for it; the log of tries stays for its retention."""
    connection.execute(statement("remove_waiting"), {"webhook": webhook.id})
    connection.execute(statement("remove_webhook"), {"webhook": webhook.id})


def set_secret(
    connection: Connection, webhook: Webhook, secret: bytes, *, former: bytes | None, former_until: datetime | None
) -> None:
    """Give a webhook another secret."""
    asked = {"webhook": webhook.id, "secret": secret, "former": former, "former_until": former_until}
    connection.execute(statement("set_webhook_secret"), asked)


def enable(connection: Connection, webhook: Webhook) -> None:
    """Let things be sent again, from where it stopped."""
    connection.execute(statement("enable_webhook"), {"webhook": webhook.id})


def disable(connection: Connection, webhook: Webhook, because: str) -> None:
    """Send nothing more."""
    connection.execute(statement("disable_webhook"), {"webhook": webhook.id, "because": because})


def rewind(connection: Connection, webhook: Webhook, position: int) -> None:
    """Send again what follows a position; what waits from there on is dropped, since it comes again."""
    asked = {"webhook": webhook.id, "position": position}
    connection.execute(statement("drop_waiting_after"), asked)
    connection.execute(statement("rewind_webhook"), asked)


def revive(connection: Connection, webhook: Webhook) -> int:
    """Let dead letters wait again, as if they had never been tried; how many."""
    revived = connection.execute(statement("revive_dead_letters"), {"webhook": webhook.id}).rowcount
    connection.execute(statement("promote_all_waiting"), {"webhook": webhook.id})
    return revived


def lock(connection: Connection, program: int, number: int) -> None:
    """Let nobody else change a webhook until the transaction ends."""
    connection.execute(statement("lock_webhook"), {"program": program, "webhook": number})


def letters(
    connection: Connection, webhook: Webhook, *, dead: bool, most: int, after: tuple[int, int] = (0, 0)
) -> list[Letter]:
    """What waits for a webhook, or was given up, in order, behind a position and number."""
    position, number = after
    asked = {"webhook": webhook.id, "dead": dead, "most": most, "position": position, "number": number}
    return [Letter(*row) for row in connection.execute(statement("webhook_letters"), asked)]


def deliveries(connection: Connection, webhook: Webhook, *, before: int | None, most: int) -> list[NumberedDelivery]:
    """Tries, the last first, with the number of each; ``before`` is the number to go on from."""
    asked = {"webhook": webhook.id, "before": before, "most": most}
    return [(row[0], Delivery(*row[1:])) for row in connection.execute(statement("webhook_deliveries"), asked)]


def due(connection: Connection, webhook: Webhook, *, members: int, each: int) -> list[WaitingChange]:
    """What is due again, of so many members at most, each with what it holds back; in order."""
    asked = {"webhook": webhook.id, "members": members, "each": each}
    rows = connection.execute(statement("due_waiting"), asked)
    return [WaitingChange(number, tries, StreamRow(*row)) for number, tries, *row in rows]


def members_waiting(connection: Connection, webhook: Webhook, members: Sequence[int]) -> set[int]:
    """Those of some members for whom something waits."""
    asked = {"webhook": webhook.id, "members": list(members)}
    return {member for (member,) in connection.execute(statement("members_waiting"), asked)}


def is_where(connection: Connection, webhook: Webhook) -> bool:
    """Whether a webhook still stands where it did, enabled; locks it until the transaction ends."""
    asked = {"webhook": webhook.id, "position": webhook.position, "url": webhook.url}
    return connection.execute(statement("lock_webhook_where"), asked).fetchone() is not None


def settle(
    connection: Connection,
    webhook: Webhook,
    *,
    delivered: Sequence[tuple[int, int]],
    held_back: Sequence[HeldBack],
    members: Sequence[int],
    tries: Sequence[Delivery],
    progress: Progress,
) -> None:
    """Note what a round has brought.

    ``delivered`` names positions and numbers; ``members`` are those whose first waiting change comes up now.
    """
    asked: dict[str, Any] = {"webhook": webhook.id, "program": webhook.program}
    if delivered:
        places = {"positions": [place for place, _ in delivered], "numbers": [number for _, number in delivered]}
        connection.execute(statement("remove_delivered"), asked | places)
    if held_back:
        connection.execute(statement("hold_back"), asked | _columns(held_back, HeldBack))
    if members:
        connection.execute(statement("promote_waiting"), asked | {"members": list(members)})
    if tries:
        connection.execute(statement("add_deliveries"), asked | _columns(tries, Delivery))
    connection.execute(statement("advance_webhook"), asked | progress._asdict())


def trim_deliveries(connection: Connection, before: datetime) -> int:
    """Drop tries made before an instant; how many."""
    return connection.execute(statement("trim_deliveries"), {"before": before}).rowcount


def _columns(rows: Sequence[Any], kind: Any) -> dict[str, list[Any]]:
    return {field: [getattr(row, field) for row in rows] for field in kind._fields}
