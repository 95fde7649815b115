"""Webhooks as a manager handles them: add, change, rotate the secret, replay, look at what happened.

A webhook is told what comes once it is added; `replay` sends what was before. Its secret is shown by `add_webhook`
and `rotate_secret`, and never again. Every function commits.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from guerdon.connect.addresses import check_url
from guerdon.connect.signing import Vault, new_secret
from guerdon.connect.stream import PositionTrimmed
from guerdon.connect.telling import EVERYTHING
from guerdon.store import stream
from guerdon.store import webhooks as stored
from guerdon.store.database import Connection
from guerdon.store.webhooks import Letter, NumberedDelivery, Webhook

OVERLAP = timedelta(days=1)
"""How long the former secret signs too after a rotation."""
MOST_TYPES = 50
MOST_DESCRIPTION = 500
_TYPE = re.compile(r"\*|guerdon(\.[a-z_]+)*(\.\*)?", re.ASCII)


class WebhookNotFound(Exception):
    """The program has no webhook of that number."""


class WebhookUnfit(Exception):
    """A webhook cannot be like this, for the reason given."""


class AddedWebhook(NamedTuple):
    """A webhook with its secret, which is not shown again."""

    webhook: Webhook
    secret: str


def add_webhook(
    connection: Connection, vault: Vault, program: int, url: str, types: Sequence[str] = EVERYTHING,
    description: str = "", *, private_allowed: bool = False,
) -> AddedWebhook:  # fmt: skip
    """Add a webhook. Raises AddressRefused for a URL that webhooks may not go to, and WebhookUnfit."""
    check_url(url, private_allowed=private_allowed)
    _check(types, description)
    secret = new_secret()
    with connection.transaction():
        number = stored.add(connection, program, url, types, description, vault.seal(program, secret))
        return AddedWebhook(_found(connection, program, number), secret)


def list_webhooks(connection: Connection, program: int) -> list[Webhook]:
    """The webhooks of a program, the oldest first."""
    with connection.transaction():
        return stored.of_program(connection, program)


def find_webhook(connection: Connection, program: int, number: int) -> Webhook:
    """One webhook. Raises WebhookNotFound."""
    with connection.transaction():
        return _found(connection, program, number)


def change_webhook(
    connection: Connection, program: int, number: int, *, url: str | None = None, types: Sequence[str] | None = None,
    description: str | None = None, private_allowed: bool = False,
) -> Webhook:  # fmt: skip
    """Change a webhook; None leaves as it is. Raises as `add_webhook` does, and WebhookNotFound."""
    with connection.transaction():
        webhook = _found(connection, program, number)
        types = webhook.types if types is None else types
        description = webhook.description if description is None else description
        _check(types, description)
        if url is not None:
            check_url(url, private_allowed=private_allowed)
        stored.change(connection, webhook, url=url or webhook.url, types=types, description=description)
        return _found(connection, program, number)


def webhook_to_change(connection: Connection, program: int, number: int) -> Webhook:
    """One webhook, which nobody else changes until the transaction ends. Raises WebhookNotFound."""
    with connection.transaction():
        stored.lock(connection, program, number)
        return _found(connection, program, number)


def remove_webhook(connection: Connection, program: int, number: int) -> None:
    """Remove a webhook and what waits for it. Raises WebhookNotFound."""
    with connection.transaction():
        stored.remove(connection, _found(connection, program, number))


def rotate_secret(
    connection: Connection, vault: Vault, program: int, number: int, overlap: timedelta = OVERLAP
) -> AddedWebhook:
    """Make another secret; for the time of the overlap deliveries are signed with both. Raises WebhookNotFound."""
    secret = new_secret()
    with connection.transaction():
        webhook = _found(connection, program, number)
        stored.set_secret(
            connection, webhook, vault.seal(program, secret),
            former=webhook.secret if overlap else None,
            former_until=datetime.now(UTC) + overlap if overlap else None,
        )  # fmt: skip
        return AddedWebhook(_found(connection, program, number), secret)


def enable_webhook(connection: Connection, program: int, number: int) -> Webhook:
    """Send again, from where it stopped, or from where the stream begins by now. Raises WebhookNotFound."""
    with connection.transaction():
        stored.enable(connection, _found(connection, program, number))
        return _found(connection, program, number)


def disable_webhook(connection: Connection, program: int, number: int, because: str = "by a manager") -> Webhook:
    """Send nothing more. What comes meanwhile is sent when it is enabled, as far as the stream reaches back."""
    with connection.transaction():
        stored.disable(connection, _found(connection, program, number), because)
        return _found(connection, program, number)


def replay(connection: Connection, program: int, number: int, after: int) -> Webhook:
    """Send everything that follows a position again, in order.

    Raises PositionTrimmed where the stream does not reach back as far, and WebhookNotFound.
    """
    with connection.transaction():
        webhook = _found(connection, program, number)
        head = stream.head(connection, program)
        if after < head.trimmed:
            raise PositionTrimmed(head.trimmed + 1)
        stored.rewind(connection, webhook, min(after, head.position))
        return _found(connection, program, number)


def replay_dead_letters(connection: Connection, program: int, number: int) -> int:
    """Try again what was given up, in order; how many changes that are. Raises WebhookNotFound.

    Of a member whose letter is sent again, what comes now waits until it is delivered.
    """
    with connection.transaction():
        return stored.revive(connection, _found(connection, program, number))


def dead_letters(
    connection: Connection, program: int, number: int, most: int = 100, after: tuple[int, int] = (0, 0)
) -> list[Letter]:
    """What was given up, the oldest first; ``after`` goes on behind a position and number. Raises WebhookNotFound."""
    with connection.transaction():
        return stored.letters(connection, _found(connection, program, number), dead=True, most=most, after=after)


def waiting_letters(
    connection: Connection, program: int, number: int, most: int = 100, after: tuple[int, int] = (0, 0)
) -> list[Letter]:
    """What failed and is tried again, with what it holds back. Raises WebhookNotFound."""
    with connection.transaction():
        return stored.letters(connection, _found(connection, program, number), dead=False, most=most, after=after)


def deliveries(
    connection: Connection, program: int, number: int, before: int | None = None, most: int = 100
) -> list[NumberedDelivery]:
    """The log of tries, the last first; ``before`` goes on behind a number. Raises WebhookNotFound."""
    with connection.transaction():
        return stored.deliveries(connection, _found(connection, program, number), before=before, most=most)


def _found(connection: Connection, program: int, number: int) -> Webhook:
    webhook = stored.find(connection, program, number)
    if webhook is None:
        raise WebhookNotFound(f"There is no webhook {number}.")
    return webhook


def check_types(types: Sequence[str]) -> None:
    """Raises WebhookUnfit for what are no types of changes."""
    if not 0 < len(types) <= MOST_TYPES:
        raise WebhookUnfit(f"One wants from 1 to {MOST_TYPES} types of changes.")
    for type in types:
        if len(type) > 100 or not _TYPE.fullmatch(type):
            raise WebhookUnfit(f"{type!r:.110} is no type of change; write guerdon.purchase, guerdon.member.* or *.")


def _check(types: Sequence[str], description: str) -> None:
    check_types(types)
    if len(description) > MOST_DESCRIPTION or "\x00" in description:
        raise WebhookUnfit(f"A description has at most {MOST_DESCRIPTION} characters, and no NUL among them.")
