"""The two ways of running a call: waiting for the answer, or being woken by it. They differ in nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import httpx

from guerdon.client.answers import Reply
from guerdon.client.calls import Call
from guerdon.client.patience import Outcome, Patience, Retries, answer_to, is_worth_another_try

T = TypeVar("T")


class Sync:
    """Waits for each answer."""

    def __init__(self, http: httpx.Client, retries: Retries, timeout: float) -> None:
        self.http, self.retries, self.timeout = http, retries, timeout

    def run(self, call: Call[T]) -> T:
        """The answer to a call, after as many tries as it takes. Raises Refused or Failed."""
        patience = Patience(self.retries, call.id)
        while is_worth_another_try(call, outcome := self._try(call, patience.seconds_left)):
            time.sleep(patience.pause(outcome))
        return answer_to(call, outcome, patience.tries)

    def _try(self, call: Call[Any], seconds: float) -> Outcome:
        try:
            return reply_in(self.http.send(request_for(self.http, call, _seconds(call, self.timeout, seconds))))
        except httpx.RequestError as broken:
            return broken

    @contextmanager
    def opened(self, call: Call[Any], timeout: float | None = None) -> Iterator[httpx.Response]:
        """The answer while it comes. Raises httpx.RequestError."""
        response = self.http.send(request_for(self.http, call, timeout or self.timeout), stream=True)
        try:
            yield response
        finally:
            response.close()


class Async:
    """Is woken by each answer, and lets others work meanwhile."""

    def __init__(self, http: httpx.AsyncClient, retries: Retries, timeout: float) -> None:
        self.http, self.retries, self.timeout = http, retries, timeout

    async def run(self, call: Call[T]) -> T:
        """The answer to a call, after as many tries as it takes. Raises Refused or Failed."""
        patience = Patience(self.retries, call.id)
        while is_worth_another_try(call, outcome := await self._try(call, patience.seconds_left)):
            await asyncio.sleep(patience.pause(outcome))
        return answer_to(call, outcome, patience.tries)

    async def _try(self, call: Call[Any], seconds: float) -> Outcome:
        try:
            return reply_in(await self.http.send(request_for(self.http, call, _seconds(call, self.timeout, seconds))))
        except httpx.RequestError as broken:
            return broken

    @asynccontextmanager
    async def opened(self, call: Call[Any], timeout: float | None = None) -> AsyncIterator[httpx.Response]:
        """The answer while it comes. Raises httpx.RequestError."""
        response = await self.http.send(request_for(self.http, call, timeout or self.timeout), stream=True)
        try:
            yield response
        finally:
            await response.aclose()


def request_for(http: httpx.Client | httpx.AsyncClient, call: Call[Any], timeout: float) -> httpx.Request:
    """A call as HTTP has it."""
    return http.build_request(
        call.method,
        call.target,
        params=dict(call.query) or None,
        content=call.body,
        headers=dict(call.headers),
        timeout=timeout,
    )


def _seconds(call: Call[Any], usual: float, left: float) -> float:
    """How long a try may take: what a call needs, or no longer than its tries altogether."""
    return call.timeout or min(usual, left)


def reply_in(response: httpx.Response) -> Reply:
    """A response that has been read."""
    return Reply(response.status_code, response.headers, response.content)
