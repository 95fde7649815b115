"""What the background process runs: three loops that go on until they are told to stop, whatever the other side does.

Each takes a connection of its own, works, and waits a moment where there is nothing to do. An error of the database or
of a broker is logged, and the loop begins again with a new connection after a pause that grows from a quarter of a
second to ten. Killed at any instant, a loop loses nothing: what it had not noted is done again.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from guerdon.connect.addresses import guarded_pool
from guerdon.connect.broker import open_broker, publish_rounds
from guerdon.connect.courier import Courier, deliver_rounds
from guerdon.connect.schedule import Schedule
from guerdon.connect.signing import Vault
from guerdon.connect.stream import sequence
from guerdon.store import stream as stored
from guerdon.store import webhooks
from guerdon.store.database import Connection, connect

RETENTION = timedelta(days=30)
"""How long the stream and the log of deliveries reach back."""

_IDLE = 0.1
_TRIM_EVERY = 600.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 10.0

_log = logging.getLogger(__name__)


def keep_sequencing(url: str, stop: threading.Event, *, retention: timedelta = RETENTION, idle: float = _IDLE) -> None:
    """Give positions to what tills commit, and trim what is older than the retention, until told to stop."""
    _keep_on("sequencer", stop, partial(_sequence, url, stop, retention, idle))


def deliver_webhooks(
    url: str, vault: Vault, stop: threading.Event, *, private_allowed: bool = False, schedule: Schedule | None = None,
    idle: float = _IDLE,
) -> None:  # fmt: skip
    """Deliver to webhooks until told to stop; while another courier is at work, stand by.

    ``private_allowed`` lets webhooks go to addresses of one's own network.
    """

    async def deliver(connection: Connection) -> None:
        async with guarded_pool(private_allowed=private_allowed) as pool:
            courier = Courier(connection, vault, pool, schedule or Schedule(), lambda: not stop.is_set())
            if await _takes_over(courier.takes_over, stop):
                await deliver_rounds(courier, idle)

    def once() -> None:
        with connect(url) as connection:
            asyncio.run(deliver(connection))

    _keep_on("courier", stop, once)


def publish_to_broker(url: str, broker_url: str, stop: threading.Event, *, idle: float = _IDLE) -> None:
    """Pass the streams of all programs on to NATS or Kafka until told to stop. Raises BrokerUnfit for another URL."""
    name, opened = open_broker(broker_url)

    async def publish(connection: Connection) -> None:
        async with opened() as broker:
            await publish_rounds(connection, name, broker, lambda: not stop.is_set(), idle)

    def once() -> None:
        with connect(url) as connection:
            asyncio.run(publish(connection))

    _keep_on("broker", stop, once)


def _sequence(url: str, stop: threading.Event, retention: timedelta, idle: float) -> None:
    with connect(url) as connection:
        trims_at = time.monotonic()
        while not stop.is_set():
            if time.monotonic() >= trims_at:
                trim(connection, retention)
                trims_at = time.monotonic() + _TRIM_EVERY
            if not sequence(connection):
                stop.wait(idle)


def trim(connection: Connection, retention: timedelta = RETENTION) -> int:
    """Drop what is older than the retention from the streams and from the log of deliveries; how many positions."""
    before = datetime.now(UTC) - retention
    with connection.transaction():
        webhooks.trim_deliveries(connection, before)
        return stored.trim(connection, before)


async def _takes_over(try_to: Callable[[], bool], stop: threading.Event) -> bool:
    """Wait for one's turn; False: it was told to stop before."""
    while not stop.is_set():
        if try_to():
            return True
        await asyncio.sleep(0.5)
    return False


def _keep_on(name: str, stop: threading.Event, work: Callable[[], None]) -> None:
    """Do some work until told to stop, again and again if it fails."""
    pause = _FIRST_PAUSE
    while not stop.is_set():
        began = time.monotonic()
        try:
            work()
        except Exception as error:  # Whatever it is, the next try may do better; a bug shows in the log each time.
            if time.monotonic() - began > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            _log.warning("%s begins again in %.2f seconds: %s: %s", name, pause, type(error).__name__, _first(error))
            stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _first(error: BaseException) -> str:
    """What an error says, or the first of those that it stands for."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error).strip()
