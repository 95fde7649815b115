"""Crowds: many clients who speak HTTP to a running service at once, and retry as a good client does.

A request is an ``Ask``; its id never changes, however often it is sent. ``at_once`` sends each once. ``until_answered``
sends each again and again while the answer is "not now" or none at all, with a pause in between, as the client library
does. Every answer is kept with what it took, so that a test can say that nobody hung.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
from http_fixtures import Running, enrol

from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.server import EmbeddedServer

MEMBERS = 20

PROGRAM = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  stars: {expires: 1 year}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {earn: stars, name: quiz, on: action quiz, flat: 1, limit: {total: 1 stars}}
  - {earn: stars, name: later, on: action visit, flat: 1, available_after: 2 days}
  - {sending: points, fee: 5 %}
  - {discount: 5 USD off, name: mailing, when: {code: leaf}}
rewards:
  - {reward: coffee, cost: 10 points}
  - {reward: mug, cost: 1 points, stock: 1}
"""
"""A point a dollar; one mug, one star for a quiz, and codes that are good once."""


ENDLESS = {"/v1/stream"}
"""Answers that never end. ``/v1/changes`` reads the same pages in the same way, and ends."""


class Ask(NamedTuple):
    """A request that can be sent again."""

    url: str
    content: Mapping[str, Any]


class Reply(NamedTuple):
    """What came back."""

    status: int
    """0: nothing came back, the connection broke."""
    content: Any
    headers: Mapping[str, str]
    seconds: float

    @property
    def code(self) -> str:
        """The code of a problem document; empty for anything else."""
        return str(self.content.get("code", "")) if isinstance(self.content, dict) else ""


SECONDS_TO_ANSWER = 15.0
"""Whoever waits longer hangs."""


class Crowd:
    """So many clients with connections of their own and one key."""

    def __init__(self, headers: Mapping[str, str], clients: int = 64) -> None:
        self.headers, self.clients = dict(headers), clients
        self.replies: list[Reply] = []
        """Every reply that ever came, those to a first try as well."""

    def at_once(self, asks: Sequence[Ask]) -> list[Reply]:
        """Send each once, as many at a time as there are clients."""
        return asyncio.run(self._all(asks, patience=0))

    def until_answered(self, asks: Sequence[Ask], patience: float = 40) -> list[Reply]:
        """Send each until there is an answer that is final."""
        return asyncio.run(self._all(asks, patience))

    def one_after_the_other(self, queues: Sequence[Sequence[Ask]], patience: float = 40) -> list[Reply]:
        """Send all queues at once, and of each the next when the one before is answered."""

        async def send() -> list[Reply]:
            async with self._client() as client:
                return [
                    reply for part in await asyncio.gather(*[queue(client, asks) for asks in queues]) for reply in part
                ]

        async def queue(client: httpx.AsyncClient, asks: Sequence[Ask]) -> list[Reply]:
            return [await self._answered(client, ask, time.monotonic() + patience) for ask in asks]

        return asyncio.run(send())

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=self.clients, max_keepalive_connections=self.clients)
        return httpx.AsyncClient(headers=self.headers, limits=limits, timeout=SECONDS_TO_ANSWER, trust_env=False)

    async def _all(self, asks: Sequence[Ask], patience: float) -> list[Reply]:
        turn = asyncio.Semaphore(self.clients)
        async with self._client() as client:

            async def one(ask: Ask) -> Reply:
                async with turn:
                    return await self._answered(client, ask, time.monotonic() + patience)

            return list(await asyncio.gather(*map(one, asks)))

    async def _answered(self, client: httpx.AsyncClient, ask: Ask, until: float) -> Reply:
        while True:
            reply = await _sent(client, ask)
            self.replies.append(reply)
            if is_final(reply) or time.monotonic() > until:
                return reply
            await asyncio.sleep(min(float(reply.headers.get("retry-after", 0.2)), 0.2))

    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(reply.status for reply in self.replies)


async def _sent(client: httpx.AsyncClient, ask: Ask) -> Reply:
    began = time.monotonic()
    try:
        found = await client.post(ask.url, json=ask.content)
    except httpx.TransportError as error:
        return Reply(0, type(error).__name__, {}, time.monotonic() - began)
    return Reply(found.status_code, found.json(), found.headers, time.monotonic() - began)


def is_final(reply: Reply) -> bool:
    """Whether sending it again would bring nothing else."""
    return reply.status not in (0, 429, 503)


def is_clear(reply: Reply) -> bool:
    """Whether a client can tell what happened: an answer, a refusal, or "not now" with when to come back."""
    if reply.status == 0:
        return "Timeout" not in str(reply.content)
    if reply.status == 503:
        return bool(reply.code) and float(reply.headers["retry-after"]) > 0
    return reply.status < 500


@contextmanager
def open_for_business(server: EmbeddedServer, folder: Path) -> Iterator[Running]:
    """A service on a server that nobody else uses, with members."""
    server.ensure_database("shop")
    with connect(server.url("shop")) as connection:
        migrate(connection)
    with Running(server.url("shop"), folder / "service", PROGRAM) as service:
        crowd = Crowd(service.headers())
        joined = crowd.at_once([Ask(f"{service.address}/v1/events", enrol(f"m{number}")) for number in range(MEMBERS)])
        assert {reply.status for reply in joined} == {200}
        yield service


def when(is_so: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def cut_every_connection(url: str) -> None:
    """Let the server end the connection of everybody else."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
