"""API keys: made, listed, rotated and revoked. The secret of a key is answered once, when it is made."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Scope = Literal["checkout", "app", "manager", "auditor"]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern="^[^\\x00]*$")]


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that is wanted."""

    title: Title
    """What it is for, in words."""
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=10)]
    """What it may be used for."""
    program: str | None = None
    """The only program that it opens; null: the one of the key that makes it, or all where that opens all."""
    requests_per_second: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1_000
    """How many requests a second it may make of one worker."""
    expires_at: datetime | None = None
    """From when on it opens nothing; null: it has no end."""


class Rotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a key is replaced."""

    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=31_622_400)] = 86_400
    """For how long the old key still opens."""


class ApiKey(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A key, without its secret."""

    id: str
    program: str | None
    """The only program that it opens; null: all of this deployment."""
    title: str
    scopes: list[str]
    requests_per_second: int
    created_at: datetime
    expires_at: datetime | None = None
    """From when on it opens nothing; left out: it has no end."""
    revoked_at: datetime | None = None
    """When it was revoked; left out: it was not."""
    replaces: str | None = None
    """The key that it was made to replace."""


class ApiKeyMade(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was just made: the only answer that holds the whole of it."""

    id: str
    key: str
    """The whole key, to be sent as ``Authorization: Bearer …``. It is stored nowhere."""


class ApiKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Keys, the newest first."""

    items: list[ApiKey]
