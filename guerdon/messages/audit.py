"""The audit log: what administrators did."""

from datetime import datetime
from typing import Any

import msgspec


class AdministrativeAct(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the audit log."""

    id: int
    """The order."""
    program: str | None
    """The program; null: the deployment as a whole."""
    at: datetime
    key: str
    """The id of the API key; ``cli`` for a command on the machine itself."""
    address: str = ""
    """The network address; left out: the machine itself."""
    action: str
    """What was done: ``key.made``, ``version.published``."""
    target: str
    """What it was done to."""
    before: Any = None
    """What stood there before; left out: nothing."""
    after: Any = None
    """What stands there now; left out: nothing."""


class AuditLog(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A page of the audit log, the newest first."""

    items: list[AdministrativeAct]
    next: str | None = None
    """The cursor of the next page; left out: this is the last."""
