"""Watching requests: an id for each, a span, a line in the log, and numbers for Prometheus.

It stands around the whole application, so that it sees what no route fits as well. A request that went well leaves a
line only where every request is to be told (``log_all``): at a thousand a second the lines would cost more than the
purchases, and the metrics count them all.
"""

import random
import secrets
import time
from typing import TypeGuard

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from guerdon.observe.logs import logger
from guerdon.observe.metrics import Metrics
from guerdon.observe.traces import spans

NO_ROUTE = "(none)"
_SLOW = 1.0
"""Seconds from which on a request is told whatever became of it."""
_FAILED = 400


class Watching:
    """The application, watched."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, log_all: bool = False) -> None:
        """Stand around ``app``."""
        self._app, self._metrics, self._log_all = app, metrics, log_all
        self._span = spans()
        # An id tells requests apart and is no secret: it need not come from the kernel each time.
        self._ids = random.Random(secrets.randbits(128))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and note how it went; anything else goes through."""
        if not _is_request(scope):
            await self._app(scope, receive, send)
            return
        request_id = f"{self._ids.getrandbits(64):016x}"
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        with self._span("request", method=scope["method"], request_id=request_id):
            await self._app(scope, receive, noted)
        self._note(scope, request_id, status, time.perf_counter() - began)

    def _note(self, scope: HTTPScope, request_id: str, status: int, seconds: float) -> None:
        route = str(scope.get("path_template") or NO_ROUTE)
        method = str(scope["method"])
        self._metrics.request(method=method, route=route, status=status, seconds=seconds)
        if self._log_all or status >= _FAILED or seconds >= _SLOW:
            caller = scope.get("auth")
            known = {} if caller is None else {"key_id": caller.key}
            logger().info(
                "request", request_id=request_id, method=method, route=route, status=status,
                seconds=round(seconds, 6), **known,
            )  # fmt: skip


def _is_request(scope: Scope) -> TypeGuard[HTTPScope]:
    """Whether it is HTTP, and neither the start of the process nor a socket."""
    return scope["type"] == "http"  # type: ignore[comparison-overlap]
