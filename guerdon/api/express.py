"""The express lane: the few addresses that a busy till calls all day, without what they do not need.

Litestar takes a request apart in many general steps: routes, middlewares, parameters, response types. For a purchase
these cost as much as deciding it does. Here a request for one of the declared handlers goes straight to **the same
handler**: the key and its scopes are checked by the same function, errors become the same documents, and everything
else goes on to Litestar, which describes these handlers too.

A handler qualifies that is a coroutine of the request and its raw body, and of nothing else.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from guerdon.api.access import admit
from guerdon.api.problems import MEDIA_TYPE, Problem, problem_answer

_JSON = (b"content-type", b"application/json")
_PROBLEM = (b"content-type", MEDIA_TYPE.encode())
_encode = msgspec.json.Encoder().encode


class Express(NamedTuple):
    """A handler that is reached directly."""

    path: str
    handler: HTTPRouteHandler


class ExpressLane:
    """The application, with a lane of its own for a few addresses."""

    def __init__(self, app: ASGIApp, lanes: Sequence[Express], *, most_bytes: int) -> None:
        """Stand around ``app``; a body has at most so many bytes."""
        self._app, self._most_bytes = app, most_bytes
        self._lanes = {
            (method, lane.path): lane for lane in lanes for method in sorted(map(str, lane.handler.http_methods))
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is declared here; anything else goes through."""
        lane = self._lanes.get((str(scope.get("method")), scope["path"]))
        if lane is None:
            await self._app(scope, receive, send)
        else:
            await self._answer(lane, scope, receive, send)  # type: ignore[arg-type]

    async def _answer(self, lane: Express, scope: HTTPScope, receive: Receive, send: Send) -> None:
        scope["path_template"] = lane.path
        request: Request[Any, Any, Any] = Request(scope, receive=receive, send=send)
        try:
            await admit(scope, lane.handler.opt["scopes"])
            body = await _body(receive, self._most_bytes)
            answer = await lane.handler.fn(request, body)
        except Exception as error:
            status, more, content = problem_answer(request, error)
            headers = [(name.lower().encode(), value.encode()) for name, value in more.items()]
            await _send(send, status, [_PROBLEM, *headers], content)
        else:
            await _send(send, 200, [_JSON], _encode(answer))


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
    headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})


async def _body(receive: Receive, most_bytes: int) -> bytes:
    """The body of a request. Raises Problem where it is too large, before all of it is here."""
    message = await receive()
    body: bytes = message.get("body", b"")  # type: ignore[assignment]
    while message.get("more_body"):
        if len(body) > most_bytes:
            break
        message = await receive()
        body += message.get("body", b"")  # type: ignore[operator]
    if len(body) > most_bytes:
        raise Problem("body_too_large")
    return body
