"""A soak: minutes of mixed load on a running service, and whether it stays as it was.

``python -m bench.soak [SECONDS]`` starts `guerdon up` in an empty folder and lets a few clients quote, buy, bring back,
redeem, read and send bulks, all the time. Every few seconds it notes the memory and the open files of each process, the
connections that PostgreSQL counts, and how long requests took.

**Flat** means: after a warm-up of a quarter of the time, the last third looks like the one before. No process has grown
by more than 8 % or 12 MB, whichever is more; there are no more files and connections than there were, but for a few;
the median of the requests is at most half as long again; nothing was answered with 500; and `verify` finds nothing.
Exits with 1 where anything is not.
"""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import psutil
from rich.console import Console
from rich.table import Table

from guerdon.people.keys import make_key
from guerdon.runtime.programs import find_program
from guerdon.runtime.verify import verify
from guerdon.store.database import connect
from guerdon.store.server import EmbeddedServer

SECONDS = 600.0
CLIENTS = 12
MEMBERS = 2_000
PORT = 18_098
_BETWEEN_SAMPLES = 2.0
_WARM_UP = 0.25
_MOST_GROWTH, _MOST_BYTES = 0.08, 12 * 2**20
_MOST_MORE = 4
"""Files and connections that may be open now and were not before."""
_MOST_SLOWER = 1.5
_BULK_LINES = 100
_OK = (200, 404, 409)
"""What mixed load may be answered: some members have too little for a reward, some purchases have come back already."""

PROGRAM = """
program: soak
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {worth: 1 USD per 100 points}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {discount: 2 USD off, name: large-basket, when: {basket_at_least: 60 USD}}
rewards:
  - {reward: coffee, cost: 30 points}
"""


class Sample(NamedTuple):
    """How things stood at a moment."""

    at: float
    """Seconds since the load began."""
    memory: dict[str, int]
    """Bytes that each process holds in memory, by what it does."""
    files: int
    """Open files and sockets of all of them, those of requests not counted."""
    connections: int
    """What PostgreSQL counts."""


class Finding(NamedTuple):
    """Something that was looked at in the last third, against the third before."""

    name: str
    before: str
    after: str
    is_flat: bool


class Load:
    """Clients who do something of everything."""

    def __init__(self, address: str, key: str) -> None:
        """Nothing happens yet."""
        self.latencies: list[tuple[float, float]] = []
        """When each request was answered, and after how many seconds."""
        self.statuses: Counter[int] = Counter()
        self._address, self._headers = address, {"Authorization": f"Bearer {key}"}
        self._began = time.monotonic()

    async def run(self, seconds: float) -> None:
        """Go on for so long."""
        limits = httpx.Limits(max_connections=CLIENTS)
        async with httpx.AsyncClient(
            base_url=self._address, headers=self._headers, limits=limits, timeout=30, trust_env=False
        ) as http:
            lines = [_enrol(number) for number in range(MEMBERS)]
            await self._count(http.post("/v1/events/bulk", content=b"\n".join(map(msgspec.json.encode, lines))))
            self._began = time.monotonic()
            await asyncio.gather(*[_Client(number, self, http).run(self._began + seconds) for number in range(CLIENTS)])

    @property
    def began(self) -> float:
        """When the clients began, on the monotonic clock."""
        return self._began

    async def _count(self, request: Awaitable[httpx.Response]) -> None:
        sent = time.monotonic()
        reply = await request
        now = time.monotonic()
        self.statuses[reply.status_code] += 1
        self.latencies.append((now - self._began, now - sent))

    count = _count


class _Client:
    """One till and its app."""

    def __init__(self, number: int, load: Load, http: httpx.AsyncClient) -> None:
        self._name, self._load, self._http = f"c{number}", load, http
        self._chance = random.Random(number)
        self._turn = 0
        self._bought: list[tuple[str, str]] = []

    async def run(self, until: float) -> None:
        ways: tuple[tuple[Callable[[], Awaitable[None]], int], ...] = (
            (self._buy, 40), (self._quote, 20), (self._read, 25), (self._redeem, 8), (self._bring_back, 6),
            (self._bulk, 1),
        )  # fmt: skip
        while time.monotonic() < until:
            (way,) = self._chance.choices([way for way, _ in ways], [weight for _, weight in ways])
            await way()

    def _event(self, **fields: Any) -> dict[str, Any]:
        self._turn += 1
        member = f"m{self._chance.randrange(MEMBERS)}"
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return {"id": f"{self._name}-{self._turn}", "member": member, "at": at, **fields}

    def _basket(self) -> dict[str, Any]:
        lines = [{"sku": f"s{n}", "amount": self._chance.randrange(100, 3_000)} for n in range(3)]
        return self._event(lines=lines)

    async def _post(self, path: str, content: dict[str, Any]) -> None:
        await self._load.count(self._http.post(path, json=content))

    async def _buy(self) -> None:
        basket = self._basket()
        await self._post("/v1/purchases", basket)
        self._bought = [*self._bought[-50:], (basket["id"], basket["member"])]

    async def _quote(self) -> None:
        await self._post("/v1/quotes", self._basket())

    async def _read(self) -> None:
        what = self._chance.choice(("", "/wallets", "/statement"))
        await self._load.count(self._http.get(f"/v1/members/m{self._chance.randrange(MEMBERS)}{what}"))

    async def _redeem(self) -> None:
        await self._post("/v1/events", self._event(kind="redeem", reward="coffee"))

    async def _bring_back(self) -> None:
        if self._bought:
            purchase, member = self._chance.choice(self._bought)
            await self._post("/v1/returns", self._event(purchase=purchase) | {"member": member})

    async def _bulk(self) -> None:
        lines = [msgspec.json.encode(self._basket() | {"kind": "purchase"}) for _ in range(_BULK_LINES)]
        await self._load.count(self._http.post("/v1/events/bulk", content=b"\n".join(lines)))


def _enrol(number: int) -> dict[str, Any]:
    return {"kind": "enrol", "id": f"join-{number}", "member": f"m{number}", "at": "2026-01-02T10:00:00Z"}


@contextmanager
def _service(url: str, folder: Path) -> Iterator[psutil.Process]:
    """`guerdon up` with two workers, stopped at the end."""
    file = folder / "soak.yaml"
    file.write_text(PROGRAM)
    command = [sys.executable, "-m", "guerdon.cli.main", "up", str(file), "--workers", "2", "--port", str(PORT)]
    environment = os.environ | {"GUERDON_DATABASE_URL": url, "GUERDON_HOME": str(folder / "home")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(process)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def _wait_until_ready(process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{PORT}/health/ready", trust_env=False).is_success:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("the service did not start")


def _sample(at: float, parent: psutil.Process, url: str) -> Sample:
    memory: dict[str, int] = {}
    files = 0
    for process in (parent, *parent.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            memory[f"{_role(process, parent)} {process.pid}"] = process.memory_info().rss
            # What clients hold open comes and goes.
            files += process.num_fds() - len(process.net_connections("tcp"))
    with connect(url, autocommit=True) as connection:
        row = connection.execute("select count(*) from pg_stat_activity where datname = current_database()").fetchone()
    return Sample(at, memory, files, int(row[0]) if row else 0)


def _role(process: psutil.Process, parent: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    if process.pid == parent.pid:
        return "parent"
    if "resource_tracker" in words:
        return "tracker"
    return "works" if "spawn_main" in words else "worker"


async def _soak(load: Load, seconds: float, parent: psutil.Process, url: str) -> list[Sample]:
    samples: list[Sample] = []
    going = asyncio.create_task(load.run(seconds))
    while not going.done():
        await asyncio.wait([going], timeout=_BETWEEN_SAMPLES)
        at = time.monotonic() - load.began
        samples.append(await asyncio.to_thread(_sample, at, parent, url))
    await going
    return samples


def findings(samples: Sequence[Sample], latencies: Sequence[tuple[float, float]], seconds: float) -> list[Finding]:
    """The last third against the one before, the warm-up left out."""
    begins, part = seconds * _WARM_UP, seconds * (1 - _WARM_UP) / 3

    def third(at: float) -> int:
        return int((at - begins) // part) if begins <= at < seconds else -1

    kept: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        kept[third(sample.at)].append(sample)
    before, after = kept[1], kept[2]
    found = [_memory(name, before, after) for name in sorted(after[-1].memory)]
    found.append(_count("open files", [one.files for one in before], [one.files for one in after]))
    found.append(_count("connections", [one.connections for one in before], [one.connections for one in after]))
    times: dict[int, list[float]] = defaultdict(list)
    for at, took in latencies:
        times[third(at)].append(took * 1000)
    return [*found, *_latencies(times[1], times[2])]


def _memory(name: str, before: Sequence[Sample], after: Sequence[Sample]) -> Finding:
    known = [sample.memory[name] for sample in before if name in sample.memory]
    if not known:
        return Finding(name, "not there", "there", False)
    old, new = statistics.median(known), statistics.median([one.memory[name] for one in after if name in one.memory])
    return Finding(
        name, f"{old / 2**20:.1f} MB", f"{new / 2**20:.1f} MB", new - old <= max(old * _MOST_GROWTH, _MOST_BYTES)
    )


def _count(name: str, before: Sequence[int], after: Sequence[int]) -> Finding:
    old, new = statistics.median(before), statistics.median(after)
    return Finding(name, f"{old:.0f}", f"{new:.0f}", new - old <= _MOST_MORE)


def _latencies(before: Sequence[float], after: Sequence[float]) -> list[Finding]:
    old, new = (statistics.quantiles(times, n=100) for times in (before, after))
    return [
        Finding("median of a request", f"{old[49]:.1f} ms", f"{new[49]:.1f} ms", new[49] <= old[49] * _MOST_SLOWER),
        # One stall of the machine moves it; it is told and not judged.
        Finding("99th percentile", f"{old[98]:.1f} ms", f"{new[98]:.1f} ms", True),
        Finding("requests", f"{len(before):,}", f"{len(after):,}", True),
    ]


def soak(folder: Path, seconds: float) -> list[Finding]:
    """Run the load for so many seconds, and look."""
    with EmbeddedServer(folder / "server") as server:
        server.ensure_database("soak")
        url = server.url("soak")
        with _service(url, folder) as parent:
            with connect(url) as connection:
                made = make_key(connection, program=None, title="soak", scopes=["manager"], requests_per_second=100_000)
            load = Load(f"http://127.0.0.1:{PORT}", made.shown)
            samples = asyncio.run(_soak(load, seconds, parent, url))
        found = findings(samples, load.latencies, seconds)
        odd = {str(status): count for status, count in load.statuses.items() if status not in _OK}
        found.append(
            Finding("answers", str(dict(sorted(load.statuses.items()))), str(odd or "as they should"), not odd)
        )
        with connect(url) as connection:
            program = find_program(connection, None)
        report = verify(url, program)
        told = f"{report.members:,} members, {report.entries:,} entries"
        return [*found, Finding("books", told, "right" if report.is_clean else "wrong", report.is_clean)]


def main() -> None:
    """Soak, show what came of it, and exit with 1 where it is not flat."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory(prefix="guerdon-soak-") as name:
        Path(name).chmod(0o711)  # under root the server's account has to walk through
        found = soak(Path(name), seconds)
    table = Table("what", "second third", "last third", "flat", title=f"A soak of {seconds:.0f} seconds")
    for finding in found:
        table.add_row(finding.name, finding.before, finding.after, "yes" if finding.is_flat else "[red]no")
    Console().print(table)
    sys.exit(not all(finding.is_flat for finding in found))


if __name__ == "__main__":
    main()
