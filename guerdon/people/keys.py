"""API keys: what other software shows to be let in.

A key reads ``gk_ID_SECRET``. The id is public and stands in logs; the secret has 256 bits of chance, is shown once when
the key is made and is stored as its SHA-256 alone. A slow hash is for secrets that people choose: nobody guesses 256
bits.

**Worked.** The key of a shop's tills is rotated: ``rotate`` makes a new one with the same scopes and lets the old one
live for the overlap of a day. Within the day both open; after it only the new one does.
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Literal, NamedTuple, get_args

from guerdon.store.database import Connection
from guerdon.store.queries import statement

Scope = Literal["checkout", "app", "manager", "auditor"]
"""What a key may be used for: the till and the web shop, the members' app, running all of it, looking at all of it."""

SCOPES: tuple[Scope, ...] = get_args(Scope)

DEFAULT_REQUESTS_PER_SECOND = 1_000
_PREFIX = "gk"


class Key(NamedTuple):
    """An API key as stored, without its secret."""

    id: str
    program: int | None
    """The only program that it opens; None: all of this deployment."""
    program_name: str | None
    title: str
    scopes: frozenset[str]
    secret_hash: bytes
    requests_per_second: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaces: str | None

    def is_good(self, at: float) -> bool:
        """Whether it opens anything at that time, in seconds since 1970."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at.timestamp() > at)


class MadeKey(NamedTuple):
    """A key that was just made: the only moment in which its secret is known."""

    id: str
    shown: str
    """The whole key, to be shown once."""


def make_key(
    connection: Connection,
    *,
    program: int | None,
    title: str,
    scopes: Sequence[str],
    requests_per_second: int = DEFAULT_REQUESTS_PER_SECOND,
    expires_at: datetime | None = None,
    replaces: str | None = None,
) -> MadeKey:
    """Make a key and store what is needed to know it again."""
    made = MadeKey(secrets.token_hex(6), "")
    secret = secrets.token_urlsafe(32)
    asked = {
        "id": made.id,
        "program": program,
        "title": title,
        "scopes": sorted(set(scopes)),
        "secret_hash": _hash(secret),
        "requests_per_second": requests_per_second,
        "expires_at": expires_at,
        "replaces": replaces,
    }
    connection.execute(statement("add_key"), asked)
    return made._replace(shown=f"{_PREFIX}_{made.id}_{secret}")


def find_key(connection: Connection, key: str) -> Key | None:
    """A key by its id."""
    row = connection.execute(statement("find_key"), {"id": key}).fetchone()
    return None if row is None else _key(row)


def open_with(connection: Connection, shown: str) -> Key | None:
    """The key that was shown, if it is one and still opens something."""
    prefix, _, rest = shown.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != _PREFIX or not secret or "\0" in shown:
        return None
    key = find_key(connection, key_id)
    if key is None or not compare_digest(key.secret_hash, _hash(secret)):
        return None
    return key if key.is_good(time.time()) else None


def all_keys(connection: Connection) -> list[Key]:
    """Every key that the transaction may see, the newest first."""
    return [_key(row) for row in connection.execute(statement("all_keys"))]


def revoke(connection: Connection, key: str) -> bool:
    """Let a key open nothing from now on; gives whether it did before."""
    return connection.execute(statement("revoke_key"), {"id": key}).rowcount == 1


def rotate(connection: Connection, key: Key, overlap: timedelta) -> MadeKey:
    """Make a key that does the same, and let the old one live no longer than the overlap."""
    connection.execute(statement("let_key_expire"), {"id": key.id, "at": datetime.now(UTC) + overlap})
    return make_key(
        connection,
        program=key.program,
        title=key.title,
        scopes=sorted(key.scopes),
        requests_per_second=key.requests_per_second,
        expires_at=key.expires_at,
        replaces=key.id,
    )


def _key(row: tuple[object, ...]) -> Key:
    key = Key(*row)  # type: ignore[arg-type]
    return key._replace(scopes=frozenset(key.scopes))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
