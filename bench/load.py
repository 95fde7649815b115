"""Load from a second process: HTTP requests that were made before, over so many connections.

Run as ``python -m bench.load HOST PORT FILE CONNECTIONS SECONDS [RATE]``. FILE holds raw requests as msgpack, a list of
byte strings, which are sent one after the other and never twice. Without a rate every connection sends its next request
as soon as it has an answer. With a rate requests leave at even intervals whatever becomes of the others, and a latency
counts from when the request should have left: a stall is not forgotten. Prints one JSON object.
"""

import asyncio
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec


class Told(msgspec.Struct):
    """What a load came to."""

    requests: int
    seconds: float
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    statuses: dict[str, int]


class _Connection(asyncio.Protocol):
    """One connection: a request at a time, the answer read up to its length."""

    def __init__(self) -> None:
        self._waits: asyncio.Future[int] | None = None
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, request: bytes) -> "asyncio.Future[int]":
        """Send a request; the future is its status."""
        self._waits = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waits

    def data_received(self, data: bytes) -> None:
        self._read += data
        head = self._read.find(b"\r\n\r\n")
        if head < 0:
            return
        place = self._read.lower().find(b"content-length:", 0, head)
        length = int(self._read[place + 15 : self._read.find(b"\r\n", place)]) if place >= 0 else 0
        if len(self._read) >= head + 4 + length and self._waits is not None:
            status = int(self._read[9:12])
            self._read.clear()
            waits, self._waits = self._waits, None
            waits.set_result(status)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waits is not None and not self._waits.done():
            self._waits.set_result(0)


async def _closed(connections: list[_Connection], requests: Iterator[bytes], seconds: float) -> Told:
    """As fast as the answers come."""
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    began = time.perf_counter()
    end = began + seconds

    async def work(connection: _Connection) -> None:
        for request in requests:
            sent = time.perf_counter()
            if sent > end:
                return
            statuses[str(await connection.ask(request))] += 1
            latencies.append(time.perf_counter() - sent)

    await asyncio.gather(*map(work, connections))
    return _told(latencies, statuses, time.perf_counter() - began)


async def _paced(connections: list[_Connection], requests: Iterator[bytes], seconds: float, rate: float) -> Told:
    """At even intervals."""
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    began = time.perf_counter()
    tasks = set()

    async def one(request: bytes, due: float) -> None:
        connection = await free.get()
        statuses[str(await connection.ask(request))] += 1
        latencies.append(time.perf_counter() - due)
        free.put_nowait(connection)

    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.add(asyncio.create_task(one(next(requests), due)))
    await asyncio.gather(*tasks)
    return _told(latencies, statuses, time.perf_counter() - began)


def _told(latencies: list[float], statuses: Counter[str], seconds: float) -> Told:
    cuts = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else [0.0] * 99
    return Told(
        requests=len(latencies),
        seconds=seconds,
        per_second=len(latencies) / seconds,
        p50_ms=cuts[49] * 1000,
        p95_ms=cuts[94] * 1000,
        p99_ms=cuts[98] * 1000,
        max_ms=max(latencies, default=0.0) * 1000,
        statuses=dict(statuses),
    )


async def _run(host: str, port: int, requests: Iterator[bytes], count: int, seconds: float, rate: float) -> Told:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(_Connection, host, port) for _ in range(count)]
    connections = [connection for _, connection in made]
    if rate:
        return await _paced(connections, requests, seconds, rate)
    return await _closed(connections, requests, seconds)


def main() -> None:
    """Run the load that the command line tells of."""
    host, port, file, count, seconds, *rate = sys.argv[1:]
    requests = msgspec.msgpack.decode(Path(file).read_bytes(), type=list[bytes])
    import uvloop

    told = uvloop.run(
        _run(host, int(port), iter(requests), int(count), float(seconds), float(rate[0]) if rate else 0.0)
    )
    print(msgspec.json.encode(told).decode())


if __name__ == "__main__":
    main()
