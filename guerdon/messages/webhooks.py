"""Webhooks, and the stream of changes by polling."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Types = Annotated[list[Annotated[str, msgspec.Meta(max_length=100)]], msgspec.Meta(min_length=1, max_length=50)]
Description = Annotated[str, msgspec.Meta(max_length=500)]
Position = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class NewWebhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A webhook that is wanted."""

    url: Url
    """Where changes are sent: https:// and an address of the public internet."""
    types: Types = msgspec.field(default_factory=lambda: ["*"])
    """Which changes: ``guerdon.purchase``, ``guerdon.member.*`` or ``*``."""
    description: Description = ""
    """What it is for, in words."""


class WebhookChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be different about a webhook; what is left out stays."""

    url: Url | None = None
    """Where changes are sent: https:// and an address of the public internet."""
    types: Types | None = None
    """Which changes: ``guerdon.purchase``, ``guerdon.member.*`` or ``*``."""
    description: Description | None = None
    """What it is for, in words."""
    enabled: bool | None = None
    """Whether anything is sent. What comes while it is not is sent afterwards, as far as the stream reaches back."""


class WebhookAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A webhook, without its secret."""

    id: int
    url: str
    """Where changes are sent."""
    types: list[str]
    """Which changes: ``guerdon.purchase``, ``guerdon.member.*`` or ``*``."""
    description: str = ""
    """What it is for, in words."""
    enabled: bool
    """Whether anything is sent."""
    disabled_because: str = ""
    """Why nothing is sent: ``by a manager``, or what failed; left out: it is sent."""
    position: int
    """Up to here the stream was delivered, or put among what waits."""
    failures: int = 0
    """Rounds in a row that brought nothing but failures."""
    paused_until: datetime | None = None
    """Until when it is left alone after failures; left out: it is not."""
    former_secret_until: datetime | None = None
    """Until when deliveries are signed with the secret before as well."""
    created_at: datetime


class WebhookWithSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook with the secret that deliveries are signed with: the only answer that holds it."""

    webhook: WebhookAnswer
    """Everything but the secret."""
    secret: str
    """What deliveries are signed with, as Standard Webhooks have it. Keep it: it is told once."""


class Webhooks(msgspec.Struct, frozen=True, kw_only=True):
    """The webhooks of a program, the oldest first."""

    items: list[WebhookAnswer]


class SecretRotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a secret is replaced."""

    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=2_592_000)] = 86_400
    """For how long deliveries are signed with both secrets."""


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From where on everything is sent again: one of the two."""

    after: Position | None = None
    """What follows this position of the stream."""
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """What was recorded from this moment on."""


class LettersRevived(msgspec.Struct, frozen=True, kw_only=True):
    """How many changes that were given up are tried again."""

    changes: int
    """How many changes."""


class DeliveryTried(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A try to deliver a change."""

    id: int
    """The order."""
    change: str
    """The id of the change, which the receiver gets as ``webhook-id``."""
    type: str
    """The type of the change: ``guerdon.purchase``."""
    position: int
    """Its position in the stream."""
    tried_at: datetime
    """When it was sent."""
    took_ms: int
    """Milliseconds until the answer, or until nobody waited for it any more."""
    status: int | None = None
    """What the receiver answered; left out: nothing."""
    error: str = ""
    """Why it failed; left out: it was delivered."""
    answer: str = ""
    """The beginning of the answer."""


class Deliveries(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Tries, the last first."""

    items: list[DeliveryTried]
    next: str | None = None
    """The cursor of the next page; left out: this is the last."""


class WaitingLetter(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A change that failed and is tried again, or was given up."""

    position: int
    """Its position in the stream."""
    number: int
    """0: the entry itself; 1, 2 and so on: its news."""
    member: str
    seq: int
    tries: int
    """How often it was tried."""
    due_at: datetime | None = None
    """When it is tried next; left out: an earlier one holds it back, or it was given up."""
    died_at: datetime | None = None
    """When it was given up."""
    last_error: str = ""
    """Why the last try failed; left out: it was not tried."""


class Letters(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Changes that were not delivered, the oldest first."""

    items: list[WaitingLetter]
    next: str | None = None
    """The cursor of the next page; left out: this is the last."""


class TestDelivery(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What came of sending a change of the type ``guerdon.test``, which is in no stream."""

    delivered: bool
    """Whether the receiver took it."""
    took_ms: int
    """Milliseconds until the answer, or until nobody waited for it any more."""
    status: int | None = None
    """What the receiver answered; left out: nothing."""
    error: str = ""
    """Why it failed."""
    answer: str = ""
    """The beginning of the answer."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the stream."""

    items: list[Any]
    """Changes in the form of CloudEvents 1.0, in order."""
    next: int
    """The position to ask for what follows; it may lie behind the last item, where what follows was not wanted."""
