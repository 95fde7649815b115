"""Both Python clients against a service in this process, and what stands between them and makes trouble.

``Both`` lets one test speak to either client: it waits for what the awaiting one gives, and remembers what was called.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from itertools import islice
from typing import Any

import httpx
from http_fixtures import Counter

from guerdon.client import AsyncGuerdon, Guerdon


class Both:
    """A client of either kind, called as the waiting one."""

    def __init__(self, client: Guerdon | AsyncGuerdon, runner: asyncio.Runner | None, called: set[str]) -> None:
        self._client, self._runner, self.called = client, runner, called
        self.most = 10_000
        """How many items of a list are taken; what follows the stream gives more for ever."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._method(name, found) if callable(found) else _Group(self, name, found)

    def _method(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.called.add(name)
            return self._waited(method(*args, **kwargs))

        return call

    def _waited(self, answer: Any) -> Any:
        if inspect.isawaitable(answer):
            return self._runner.run(answer)
        return list_of(answer, self._runner, self.most) if isinstance(answer, Iterator | AsyncIterator) else answer


class _Group:
    def __init__(self, both: Both, name: str, group: Any) -> None:
        self._both, self._name, self._group = both, name, group

    def __getattr__(self, name: str) -> Any:
        return self._both._method(f"{self._name}.{name}", getattr(self._group, name))


def list_of(many: Iterator[Any] | AsyncIterator[Any], runner: asyncio.Runner | None, most: int) -> list[Any]:
    """What an iterator of either kind gives, up to so many."""
    if isinstance(many, Iterator):
        found = list(islice(many, most))
        many.close()
        return found

    async def collected() -> list[Any]:
        async with aclosing(many):
            found: list[Any] = []
            async for item in many:
                found.append(item)
                if len(found) == most:
                    break
            return found

    assert runner is not None
    return runner.run(collected())


class Trouble(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """What stands between a client and the service: one thing happens to each request, then nothing any more.

    ``lost`` the request arrives and is carried out, and the answer gets lost; ``unreachable`` it does not arrive;
    a response is given in place of the service's; ``cut`` the answer ends in its middle.
    """

    def __init__(self, inner: Any, *happening: Any) -> None:
        self.inner, self.happening = inner, list(happening)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        before = self._before(request)
        if isinstance(before, httpx.Response):
            return before
        return self._after(request, before, self.inner.handle_request(request))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        before = self._before(request)
        if isinstance(before, httpx.Response):
            return before
        response = await self.inner.handle_async_request(request)
        await response.aread()
        return self._after(request, before, response)

    def _before(self, request: httpx.Request) -> Any:
        self.requests.append(request)
        happening = self.happening.pop(0) if self.happening else None
        if happening == "unreachable":
            raise httpx.ConnectError("nobody there", request=request)
        if isinstance(happening, httpx.Response):
            return httpx.Response(happening.status_code, headers=happening.headers, content=happening.content)
        return happening

    def _after(self, request: httpx.Request, happening: Any, response: httpx.Response) -> httpx.Response:
        if happening == "lost":
            raise httpx.ReadError("gone", request=request)
        if happening == "cut":
            content = response.read()
            return httpx.Response(200, content=content[: len(content) // 2])
        return response


class Blocking(httpx.BaseTransport):
    """The application in this process, for a client that waits."""

    def __init__(self, shop: Counter) -> None:
        self._portal = shop.client.blocking_portal
        self._inner = httpx.ASGITransport(shop.client.app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._portal.call(self._answered, request)

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())


@contextmanager
def either(
    awaiting: bool, shop: Counter, *happening: Any, scopes: tuple[str, ...] = (), key: str = "", **options: Any
) -> Iterator[tuple[Both, Trouble]]:
    """A client, and the trouble that stands before the service."""
    key = key or shop.key(*scopes)
    if not awaiting:
        trouble = Trouble(Blocking(shop), *happening)
        with Guerdon("http://guerdon.test", key, transport=trouble, **options) as client:
            yield Both(client, None, set()), trouble
        return
    trouble = Trouble(httpx.ASGITransport(shop.client.app, raise_app_exceptions=False), *happening)
    with asyncio.Runner() as runner:
        client_of_tasks = AsyncGuerdon("http://guerdon.test", key, transport=trouble, **options)
        yield Both(client_of_tasks, runner, set()), trouble
        runner.run(client_of_tasks.close())
