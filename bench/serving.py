"""The service under load: the process tree of `guerdon up` on a durable server, loaded from another process.

The demo's real baskets are sent as they are, dated now. Members are enrolled before. Every request that is counted was
answered with 200; anything else stops the benchmark.
"""

import os
import secrets
import statistics
import subprocess
import sys
import time
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from bench import server
from bench.load import Told
from guerdon.core.events import Enrol, Purchase, encode_event
from guerdon.demo import running
from guerdon.demo.journey import Journey
from guerdon.people.keys import make_key
from guerdon.runtime.programs import publish
from guerdon.runtime.till import Till
from guerdon.store.database import connect
from guerdon.store.server import EmbeddedServer

HOST, PORT = "127.0.0.1", 18_099
CONNECTIONS = 64
CURVE = (1, 4, 16, 64, 256)
_MOST_BASKETS = 60_000
_BULK_LINES = 20_000


class History(NamedTuple):
    """The demo's households and baskets, dated now."""

    enrolments: list[Enrol]
    purchases: list[Purchase]


class Loaded:
    """A running service with a load beside it; a context manager."""

    def __init__(self, url: str, folder: Path, workers: int, history: History) -> None:
        """Prepare the database and start the service."""
        self._folder, self._history = folder, history
        self._turn = count()
        self.program, self._key = _prepare(url, history)
        secret = urlsafe_b64encode(secrets.token_bytes(32)).decode()
        environment = os.environ | {"GUERDON_DATABASE_URL": url, "GUERDON_SECRET_KEY": secret}
        command = [sys.executable, "-m", "guerdon.cli.main", "up", "--workers", str(workers), "--port", str(PORT)]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        _wait_until_ready()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(60)

    def purchases(self, connections: int, seconds: float, rate: float = 0) -> Told:
        """Purchases, one a request, each with an id of its own."""
        return self._load(
            [self._purchase(basket, next(self._turn)) for basket in self._some()], connections, seconds, rate
        )

    def quotes(self, connections: int, seconds: float) -> Told:
        """Quotes of the same baskets."""
        requests = [
            self._request("POST", "/v1/quotes", encode_event(basket).replace(b'"kind":"purchase",', b""))
            for basket in self._some()
        ]
        return self._load(requests, connections, seconds)

    def wallets(self, connections: int, seconds: float) -> Told:
        """Reading what a member has."""
        requests = [self._request("GET", f"/v1/members/{basket.member}/wallets") for basket in self._some()]
        return self._load(requests, connections, seconds)

    def bulk_per_second(self) -> float:
        """Purchases a second when they come in one request."""
        baskets = self._history.purchases[:_BULK_LINES]
        turn = next(self._turn)
        body = b"\n".join(encode_event(_renamed(basket, f"bulk-{turn}-{n}")) for n, basket in enumerate(baskets))
        request = urllib.request.Request(
            f"http://{HOST}:{PORT}/v1/events/bulk",
            data=body,
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/x-ndjson"},
        )
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=300) as answer:
            lines = answer.read().splitlines()
        took = time.perf_counter() - began
        told = msgspec.json.decode(lines[-1])
        if told["recorded"] != len(baskets):
            raise RuntimeError(f"the service recorded {told['recorded']} of {len(baskets)} events")
        return len(baskets) / took

    def _some(self) -> list[Purchase]:
        return self._history.purchases[:_MOST_BASKETS]

    def _purchase(self, basket: Purchase, turn: int) -> bytes:
        return self._request("POST", "/v1/purchases", encode_event(_renamed(basket, f"{basket.id}-{turn}")))

    def _request(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _load(self, requests: Sequence[bytes], connections: int, seconds: float, rate: float = 0) -> Told:
        file = self._folder / "requests"
        file.write_bytes(msgspec.msgpack.encode(requests))
        command = [sys.executable, "-m", "bench.load", HOST, str(PORT), str(file), str(connections), str(seconds)]
        done = subprocess.run([*command, str(rate)], capture_output=True, text=True, check=True, timeout=300)
        told = msgspec.json.decode(done.stdout, type=Told)
        if set(told.statuses) != {"200"}:
            raise RuntimeError(f"the service answered {told.statuses}")
        return told


def measure(home: Path) -> dict[str, float]:
    """Every figure of the service."""
    history = _history()
    with EmbeddedServer(home / "server") as postgres:
        server.prepare_pgbench(postgres)
        before = server.pgbench_tps(postgres)
        with _service(postgres, home, 1, history) as one:
            curve = {n: one.purchases(n, 4).per_second for n in CURVE}
            bulk = [(one.bulk_per_second(), _till_bulk(postgres, history)) for _ in range(2)]
        between = server.pgbench_tps(postgres)
        with _service(postgres, home, 2, history) as two:
            most = two.purchases(CONNECTIONS, 10)
            half = two.purchases(CONNECTIONS, 10, most.per_second / 2)
            quotes, wallets = two.quotes(CONNECTIONS, 5), two.wallets(CONNECTIONS, 5)
            half_quotes = two.quotes(8, 5)
        after = server.pgbench_tps(postgres)
    return {
        "http_purchase_vs_pgbench": most.per_second / statistics.mean([between, after]),
        "http_purchases_per_second": most.per_second,
        "http_purchase_p50_ms": half.p50_ms,
        "http_purchase_p95_ms": half.p95_ms,
        "http_purchase_p99_ms": half.p99_ms,
        "http_purchase_one_worker_vs_pgbench": curve[CONNECTIONS] / statistics.mean([before, between]),
        "http_quotes_per_second": quotes.per_second,
        "http_quote_p99_ms": quotes.p99_ms,
        "http_quote_p99_ms_8_connections": half_quotes.p99_ms,
        "http_wallets_per_second": wallets.per_second,
        "http_bulk_vs_till": statistics.mean([over_http / direct for over_http, direct in bulk]),
        "http_bulk_per_second": statistics.mean([over_http for over_http, _ in bulk]),
    } | {f"http_purchases_per_second_{n}_connections_1_worker": rate for n, rate in curve.items()}


@contextmanager
def _service(postgres: EmbeddedServer, home: Path, workers: int, history: History) -> Iterator[Loaded]:
    url = server.fresh_database(postgres, f"service_{workers}")
    with Loaded(url, home, workers, history) as loaded:
        server.settle_down(postgres)
        yield loaded


def _till_bulk(postgres: EmbeddedServer, history: History) -> float:
    """Purchases a second when a till in this process takes the same events as JSON, as many at a time as it likes."""
    url = server.fresh_database(postgres, "direct")
    program, _ = _prepare(url, history)
    contents = [encode_event(basket) for basket in history.purchases[:_BULK_LINES]]
    till = Till(lambda: connect(url), program)
    began = time.perf_counter()
    for first in range(0, len(contents), 2_000):
        till.commit_json(contents[first : first + 2_000])
    took = time.perf_counter() - began
    till.close()
    return len(contents) / took


def _prepare(url: str, history: History) -> tuple[int, str]:
    """Publish the demo's program, enrol everybody, and make a key."""
    with connect(url) as connection:
        program, _ = publish(connection, running.grocery_program())
        made = make_key(connection, program=program, title="bench", scopes=["manager"], requests_per_second=1_000_000)
    till = Till(lambda: connect(url), program)
    till.commit(history.enrolments)
    till.close()
    return program, made.shown


def _history() -> History:
    now = datetime.now(UTC).replace(microsecond=0)
    history = History([], [])
    for _, events in Journey.installed().events():
        for event in events:
            if isinstance(event, Enrol):
                history.enrolments.append(msgspec.structs.replace(event, at=now - timedelta(days=1)))
            elif isinstance(event, Purchase):
                history.purchases.append(msgspec.structs.replace(event, at=now - timedelta(minutes=1)))
        if len(history.purchases) >= _MOST_BASKETS:
            break
    return history


def _renamed(basket: Purchase, name: str) -> Purchase:
    return msgspec.structs.replace(basket, id=name)


def _wait_until_ready() -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError):
            urllib.request.urlopen(f"http://{HOST}:{PORT}/health/ready", timeout=5).close()
            return
        time.sleep(0.05)
    raise RuntimeError("the service did not start")


def first_answer_seconds(folder: Path) -> float:
    """From an empty folder to the first answer of `guerdon up`."""
    command = [sys.executable, "-m", "guerdon.cli.main", "up", "--home", str(folder), "--port", str(PORT)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready()
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(60)
