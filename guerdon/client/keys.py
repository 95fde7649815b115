"""API keys, and the audit log of what was done with them."""

from collections.abc import Sequence
from datetime import datetime

from guerdon.client.calls import Call, get, post
from guerdon.client.operations import Group, Way, operation, series
from guerdon.client.pages import Pages
from guerdon.messages.audit import AdministrativeAct, AuditLog
from guerdon.messages.keys import ApiKey, ApiKeyMade, ApiKeys, NewKey, Rotation, Scope


class Keys(Group[Way]):
    """API keys.

    Making one and rotating one is tried again only where it surely was not done: twice would make two.
    """

    @operation
    def make(
        self,
        title: str,
        scopes: Sequence[Scope],
        *,
        program: str | None = None,
        requests_per_second: int = 1_000,
        expires_at: datetime | None = None,
    ) -> Call[ApiKeyMade]:
        """Make a key. The answer is the only one that ever holds the whole of it."""
        wish = NewKey(
            title=title,
            scopes=list(scopes),
            program=program,
            requests_per_second=requests_per_second,
            expires_at=expires_at,
        )
        return post("/v1/keys", ApiKeyMade, wish, is_repeatable=False)

    @operation
    def list(self) -> Call[ApiKeys]:
        """Every key that this one may see, the newest first."""
        return get("/v1/keys", ApiKeys)

    @operation
    def read(self, key: str) -> Call[ApiKey]:
        """A key by its id, without its secret."""
        return get("/v1/keys/{key}", ApiKey, key=key)

    @operation
    def rotate(self, key: str, *, overlap_seconds: int = 86_400) -> Call[ApiKeyMade]:
        """Make a key that does the same. The old one still opens for the overlap."""
        return post("/v1/keys/{key}/rotate", ApiKeyMade, Rotation(overlap_seconds), is_repeatable=False, key=key)

    @operation
    def revoke(self, key: str) -> Call[ApiKey]:
        """Let a key open nothing any more."""
        return post("/v1/keys/{key}/revoke", ApiKey, key=key)


class Audit(Group[Way]):
    """What administrators did."""

    @series
    def list(self, *, limit: int = 100) -> Pages[AdministrativeAct]:
        """Administrative acts, the newest first; so many are asked for at a time."""
        return Pages(get("/v1/audit", AuditLog, query={"limit": limit}), AdministrativeAct)
