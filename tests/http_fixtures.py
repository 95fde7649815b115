"""A service on a real PostgreSQL, with keys, for tests that speak HTTP to it.

``Counter`` (the till's counter, not the collection) runs the application in this process; ``Running`` starts the real
process tree of `guerdon up` on a free port of the loopback interface.
"""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil
from litestar.testing import TestClient

from guerdon.api.app import create_app
from guerdon.api.service import Service, Settings
from guerdon.people.keys import make_key
from guerdon.runtime.programs import find_program, publish
from guerdon.runtime.verify import verify
from guerdon.store import programs as stored
from guerdon.store.database import connect


class Counter:
    """The application in this process, and one key for each program, opened by ``counter``."""

    def __init__(self, client: TestClient[Any], url: str, programs: dict[str, int]) -> None:
        self.client, self.url, self.programs = client, url, programs

    def key(self, *scopes: str, program: str | None = None) -> str:
        """A fresh key of one program (None: the first), for some scopes (none: manager)."""
        number = self.programs[program] if program is not None else next(iter(self.programs.values()))
        with connect(self.url) as connection:
            return make_key(connection, program=number, title="test", scopes=list(scopes) or ["manager"]).shown

    def headers(self, *scopes: str, program: str | None = None) -> dict[str, str]:
        """What to send with a request."""
        return {"Authorization": f"Bearer {self.key(*scopes, program=program)}"}

    def headers_everywhere(self, *scopes: str) -> dict[str, str]:
        """The same with a fresh key that opens every program."""
        with connect(self.url) as connection:
            made = make_key(connection, program=None, title="test", scopes=list(scopes) or ["manager"])
        return {"Authorization": f"Bearer {made.shown}"}


@contextmanager
def counter(url: str, *sources: str, settings: dict[str, Any] | None = None) -> Iterator[Counter]:
    """Publish programs in a migrated database, and open the service on it."""
    programs: dict[str, int] = {}
    with connect(url) as connection:
        for source in sources:
            name = source.split("program:", 1)[1].split("\n", 1)[0].strip()
            programs[name], _ = publish(connection, source)
    app = create_app(lambda metrics: Service(Settings(url, **(settings or {})), metrics))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Counter(client, url, programs)


def enrol(member: str, at: str = "2026-01-02T10:00:00Z") -> dict[str, Any]:
    """An event by which a member joins."""
    return {"kind": "enrol", "id": f"enrol-{member}", "member": member, "at": at}


def purchase(event: str, member: str, *amounts: int, at: str = "2026-01-03T10:00:00Z", **more: Any) -> dict[str, Any]:
    """A purchase of lines that cost so much."""
    lines: Sequence[dict[str, Any]] = [{"sku": f"s{place}", "amount": amount} for place, amount in enumerate(amounts)]
    return {"id": event, "member": member, "at": at, "lines": list(lines), **more}


class Running:
    """The process tree of `guerdon up` on a free port, with all that it says kept in a file.

    It uses the database of the URL, and is killed at the end however the test ends.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        program: str = "",
        *,
        workers: int = 2,
        environment: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        """``folder`` takes the log; ``program`` is published first where there is one.

        ``home``: it starts an embedded server of its own there, which has to be that of the URL.
        """
        self.home = home
        self.url, self.workers, self.program = url, workers, program
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.log = folder / "guerdon.log"
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "it was not started"
        return self._process

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            print(self.said()[-2000:])
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it can record purchases."""
        self.launch()
        self.waits_until_ready()

    def launch(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "guerdon.cli.main", "up", "--port", str(self.port)]
        command += ["--workers", str(self.workers)]
        if self.program:
            file = self.folder / "program.yaml"
            file.write_text(self.program)
            command.append(str(file))
        environment = os.environ | {"GUERDON_SECRET_KEY": SECRET_KEY, "PYTHONWARNINGS": "default"}
        if self.home is None:
            environment["GUERDON_DATABASE_URL"] = self.url
        else:
            command += ["--home", str(self.home)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=environment | self._environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def waits_until_ready(self, seconds: float = 30) -> None:
        """Wait until it answers that it is ready."""
        ends = time.monotonic() + seconds
        while not self.is_ready():
            assert self.process.poll() is None, f"it ended:\n{self.said()}"
            assert time.monotonic() < ends, f"it is not ready:\n{self.said()}"
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/health/ready", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def said(self) -> str:
        """Everything that its processes wrote."""
        return self.log.read_text(errors="replace")

    def processes(self) -> list[psutil.Process]:
        """The parent and all that it started."""
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def answering(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        return [one for one in self.processes()[1:] if not _is_of_multiprocessing(one)]

    def working(self) -> list[psutil.Process]:
        """The process of the works: the one that multiprocessing has spawned."""
        return [one for one in self.processes()[1:] if "spawn_main" in " ".join(one.cmdline())]

    def kill(self) -> None:
        """Kill every process of it at once, without a word."""
        if self._process is None:
            return
        for process in self.processes():
            with_no_word(process)
        self._process.wait()

    def stop(self, seconds: float = 30) -> int:
        """Ask it to stop, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def key(self, *scopes: str, program: str | None = None) -> str:
        """A fresh key, straight from the database: for every program, or for one."""
        with connect(self.url) as connection:
            number = None if program is None else stored.program_names(connection)[program]
            return make_key(
                connection, program=number, title="test", scopes=list(scopes) or ["manager"],
                requests_per_second=100_000,
            ).shown  # fmt: skip

    def headers(self, *scopes: str, program: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key(*scopes, program=program)}"}

    def number(self, program: str | None = None) -> int:
        """The number of a program; None: of the only one."""
        with connect(self.url) as connection:
            return find_program(connection, program)

    def is_proven(self, program: str | None = None) -> bool:
        """Whether the books are right; if not, the differences are shown."""
        report = verify(self.url, self.number(program), workers=1)
        assert report.is_clean, report
        return True


SECRET_KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def with_no_word(process: psutil.Process) -> None:
    """Kill a process; one that has ended stays ended."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _is_of_multiprocessing(process: psutil.Process) -> bool:
    """Whether it is the works, or the tracker of multiprocessing's resources."""
    try:
        words = " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return True
    return "multiprocessing.resource_tracker" in words or "spawn_main" in words
