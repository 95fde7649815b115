"""Letting requests in: the API key that is shown, what it may do, and how often.

A key is looked up once and remembered for a few seconds, so that a busy till costs no query a request, and a key that
is revoked opens nothing a few seconds later on every worker.
"""

import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, NamedTuple

from anyio.to_thread import run_sync
from litestar.types import ASGIApp, Receive, Send
from litestar.types import Scope as AsgiScope

from guerdon.api.problems import Problem
from guerdon.people.audit import Author
from guerdon.people.keys import Key, Scope

REMEMBERED_SECONDS = 3.0
_MOST_REMEMBERED = 10_000
_BURST = 2
"""Seconds' worth of requests that a key may make at once."""

CHECKOUT: tuple[Scope, ...] = ("checkout", "manager")
APP: tuple[Scope, ...] = ("app", "manager")
CUSTOMER: tuple[Scope, ...] = ("checkout", "app", "manager")
"""Whatever serves a customer: the till and the app."""
READER: tuple[Scope, ...] = ("checkout", "app", "manager", "auditor")
MANAGER: tuple[Scope, ...] = ("manager",)
AUDITOR: tuple[Scope, ...] = ("auditor", "manager")


class Caller(NamedTuple):
    """Who makes a request."""

    key: str
    """The id of the API key."""
    program: int | None
    """The only program that the key opens; None: all of them."""
    program_name: str | None
    scopes: frozenset[str]
    address: str

    @property
    def author(self) -> Author:
        """The caller as the audit log names it."""
        return Author(self.key, self.address)


class Told(NamedTuple):
    """What the description of the service has to be told about a handler."""

    body: Any = None
    """The type of a body that the handler reads itself; None: the signature tells it, or there is none."""
    is_event: bool = False
    """Whether the body hands in an event, though its type is none."""
    body_kinds: tuple[str, ...] = ("application/json",)
    """The media types that the body may be of."""
    answers: tuple[Any, ...] = ()
    """The types of which the answer, or each line of it, may be; empty: the signature tells it."""
    answer_kinds: tuple[str, ...] = ("application/json",)
    if_match: bool = False
    """Whether the header ``If-Match`` is looked at."""
    etag: bool = False
    """Whether the answer has an ``ETag``."""
    problems: tuple[str, ...] = ()
    """Codes that may be answered beyond those which follow from the key, the path, the query and the body."""


class Doorkeeper:
    """Knows keys for a few seconds, and counts what each does."""

    def __init__(self, look_up: Callable[[str], Key | None]) -> None:
        """``look_up`` asks the database for the key that was shown."""
        self._look_up = look_up
        self._known: dict[str, tuple[float, Key | None]] = {}
        self._buckets: dict[str, tuple[float, float]] = {}
        """By key: how many requests it may still make at once, and when that was worked out."""
        self._lock = Lock()

    def remembered(self, shown: str) -> tuple[bool, Key | None]:
        """Whether what was shown is known already, and the key."""
        known = self._known.get(shown)
        if known is None or known[0] < time.monotonic():
            return False, None
        return True, known[1]

    def look_up(self, shown: str) -> Key | None:
        """Ask the database, and remember the answer."""
        key = self._look_up(shown)
        with self._lock:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[shown] = (time.monotonic() + REMEMBERED_SECONDS, key)
        return key

    def count(self, key: Key) -> None:
        """Count a request; raises Problem where there are too many a second."""
        now, most = time.monotonic(), float(key.requests_per_second * _BURST)
        with self._lock:
            left, since = self._buckets.get(key.id, (most, now))
            left = min(most, left + (now - since) * key.requests_per_second)
            if left < 1:
                self._buckets[key.id] = (left, now)
                raise Problem("too_many_requests", most=key.requests_per_second)
            self._buckets[key.id] = (left - 1, now)


class KeyAuthentication:
    """Middleware: finds out who makes a request, and whether the handler is open to them.

    It reads the ASGI scope itself, because it runs for every request of a busy till.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Let the request through with its ``Caller`` as ``auth``, or raise a Problem."""
        await admit(scope, scope["route_handler"].opt["scopes"])
        await self._app(scope, receive, send)


async def admit(scope: AsgiScope, wanted: tuple[Scope, ...]) -> None:
    """Let a request in that shows a good key with one of these scopes: its ``Caller`` becomes ``auth``."""
    doorkeeper: Doorkeeper = scope["litestar_app"].state.service.doorkeeper
    shown = _shown(scope["headers"])
    known, key = doorkeeper.remembered(shown)
    if not known:
        key = await run_sync(doorkeeper.look_up, shown)
    if key is None or not key.is_good(time.time()):
        raise Problem("key_not_good")
    doorkeeper.count(key)
    _check_scopes(key, wanted)
    client = scope["client"]
    scope["auth"] = scope["user"] = Caller(
        key.id, key.program, key.program_name, key.scopes, client[0] if client else ""
    )


def open_to(*scopes: Scope, **told: Any) -> dict[str, Any]:
    """What a handler's declaration says about who may call it: ``**open_to(*CUSTOMER)``.

    ``told`` is what its signature does not tell the description of the service: the names are those of ``Told``.
    """
    return {"opt": {"scopes": scopes, "told": Told(**told)}}


def _shown(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The key in the header Authorization."""
    for name, value in headers:
        if name == b"authorization":
            scheme, _, shown = value.decode("latin-1").partition(" ")
            if scheme.lower() == "bearer" and shown:
                return shown.strip()
    raise Problem("key_missing")


def _check_scopes(key: Key, wanted: tuple[Scope, ...]) -> None:
    if key.scopes.isdisjoint(wanted):
        raise Problem("not_allowed", scopes=", ".join(sorted(key.scopes)), wanted=", ".join(wanted))
