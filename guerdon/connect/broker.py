"""The stream of changes passed on to a broker: NATS (JetStream) or Kafka, through FastStream.

Each program's stream is read from the place up to which the broker has confirmed it, change by change, each confirmed
before the next is sent, and the place is noted page by page. What was sent and not noted is sent again after a failure,
with the same id; NATS recognises it for two minutes by that id and drops it.

=======  ==================================  ============================  =====================
broker   where a change goes                 what keeps a member's order   the id
=======  ==================================  ============================  =====================
NATS     ``guerdon.shop.member.tier_changed``  one stream, ``GUERDON``     ``Nats-Msg-Id``
Kafka    the topic ``guerdon.shop``          the key: the member's key     the header ``ce_id``
=======  ==================================  ============================  =====================

The body is the CloudEvent in JSON, as everywhere.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from importlib.util import find_spec
from typing import Any, Protocol

from guerdon.connect.stream import read_page
from guerdon.connect.telling import CONTENT_TYPE, PREFIX, Change
from guerdon.store import stream as stored
from guerdon.store.database import Connection

NATS_STREAM = "GUERDON"
_NATS_SUBJECTS = f"{PREFIX}>"
_REMEMBERED = 120.0
"""Seconds for which NATS recognises a change that is sent again."""
_LONGEST = 10.0
_SECONDS_TO_PART = 2.0
_ENTRIES_AT_A_TIME = 200
_UNFIT = re.compile(r"[^A-Za-z0-9_-]")


class BrokerUnfit(Exception):
    """The URL names no broker that changes can be passed on to, or its package is not installed."""


class Broker(Protocol):
    """Where changes are passed on to."""

    async def publish(self, program: str, change: Change) -> None:
        """Pass a change on; returns once the broker has confirmed it, and raises where it does not."""


OpenedBroker = Callable[[], AbstractAsyncContextManager[Broker]]


def open_broker(url: str) -> tuple[str, OpenedBroker]:
    """The name under which the database keeps a broker's place, and how to connect to it. Raises BrokerUnfit."""
    scheme = url.partition("://")[0]
    if scheme in ("nats", "tls"):
        _need("nats", "guerdon[nats]")
        return "nats", partial(_nats, url)
    if scheme == "kafka":
        _need("confluent_kafka", "guerdon[kafka]")
        return "kafka", partial(_kafka, url.removeprefix("kafka://"))
    raise BrokerUnfit("A broker's URL begins with nats://, tls:// (NATS over TLS) or kafka://.")


def _need(module: str, package: str) -> None:
    if find_spec(module) is None:
        raise BrokerUnfit(f"This broker needs a package: pip install '{package}'.")


async def publish_rounds(
    connection: Connection, name: str, broker: Broker, goes_on: Callable[[], bool], idle: float
) -> None:
    """Pass on what comes, as long as one goes on; ``idle``: seconds to wait where nothing came. Raises what fails."""
    while goes_on():
        if not await publish_once(connection, name, broker, goes_on):
            await asyncio.sleep(idle)


async def publish_once(
    connection: Connection, name: str, broker: Broker, goes_on: Callable[[], bool] = lambda: True
) -> int:
    """Pass on the next page of each program's stream; gives how many entries that were.

    A broker that is met for the first time gets all that the streams still hold.
    """
    with connection.transaction():
        behind = stored.behind(connection, name)
    done = 0
    for program, position in behind.items():
        if goes_on():
            done += await _publish_page(connection, name, broker, program, position)
    return done


async def _publish_page(connection: Connection, name: str, broker: Broker, program: int, after: int) -> int:
    page = read_page(connection, program, after, _ENTRIES_AT_A_TIME)
    passed = after
    try:
        for change in page.changes:
            async with asyncio.timeout(_LONGEST):
                await broker.publish(page.program, change)
            passed = change.position - 1
        passed = page.position
    finally:
        # An entry whose news were not all confirmed is sent again as a whole.
        if passed > after:
            with connection.transaction():
                stored.advance_readers(connection, name, {program: passed})
    return passed - after


def place_of(program: str) -> str:
    """A program's part of a subject or topic: what does not fit there is written by its number, as ``_2e_``."""
    return _UNFIT.sub(lambda found: f"_{ord(found.group()):x}_", program)


class _Nats:
    """NATS with JetStream, which confirms what it has stored."""

    def __init__(self, broker: Any, stream: str, lost: asyncio.Event) -> None:
        self._broker, self._stream, self._lost = broker, stream, lost

    async def publish(self, program: str, change: Change) -> None:
        subject = f"{PREFIX}{place_of(program)}.{change.type.removeprefix(PREFIX)}"
        headers = {"content-type": CONTENT_TYPE, "Nats-Msg-Id": change.id, "ce_partitionkey": change.member}
        confirmed = asyncio.ensure_future(
            self._broker.publish(change.body, subject, headers=headers, stream=self._stream, timeout=_LONGEST)
        )
        # The client does not end its waiting for a confirmation when the connection is lost.
        lost = asyncio.ensure_future(self._lost.wait())
        await asyncio.wait((confirmed, lost), return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        if not confirmed.done():
            confirmed.cancel()
            raise ConnectionError("the connection to the broker was lost")
        confirmed.result()


@asynccontextmanager
async def _nats(url: str) -> AsyncIterator[Broker]:
    # Optional packages, and slow to import: only where they are used.
    from faststream.nats import NatsBroker
    from nats.js.api import StreamConfig
    from nats.js.errors import NotFoundError

    lost = asyncio.Event()

    async def note_loss() -> None:
        lost.set()

    # A connection that is lost ends here, and the caller begins again from the place that was noted.
    broker = NatsBroker(
        url, allow_reconnect=False, max_reconnect_attempts=1, reconnect_time_wait=0, connect_timeout=5,
        disconnected_cb=note_loss, closed_cb=note_loss, logger=None, apply_types=False,
    )  # fmt: skip
    async with _connected(broker) as client:
        streams = client.jetstream()
        try:
            stream = await streams.find_stream_name_by_subject(_NATS_SUBJECTS)
        except NotFoundError:
            stream = NATS_STREAM
            await streams.add_stream(StreamConfig(name=stream, subjects=[_NATS_SUBJECTS], duplicate_window=_REMEMBERED))
        yield _Nats(broker, stream, lost)


class _Kafka:
    """Kafka, which keeps the order of what has the same key."""

    def __init__(self, broker: Any) -> None:
        self._broker = broker

    async def publish(self, program: str, change: Change) -> None:
        headers = {"content-type": CONTENT_TYPE, "ce_id": change.id, "ce_type": change.type}
        await self._broker.publish(
            change.body, f"{PREFIX}{place_of(program)}", key=change.member.encode(), headers=headers
        )


@asynccontextmanager
async def _kafka(servers: str) -> AsyncIterator[Broker]:
    from faststream.confluent import KafkaBroker

    broker = KafkaBroker(
        servers, client_id="guerdon", acks="all", enable_idempotence=True, logger=None, apply_types=False
    )
    async with _connected(broker):
        yield _Kafka(broker)


@asynccontextmanager
async def _connected(broker: Any) -> AsyncIterator[Any]:
    """Connect, and part again. Neither may take for ever, and nothing is lost if parting fails: it was confirmed."""
    async with asyncio.timeout(_LONGEST):
        client = await broker.connect()
    try:
        yield client
    finally:
        with suppress(Exception):
            async with asyncio.timeout(_SECONDS_TO_PART):
                await broker.stop()
