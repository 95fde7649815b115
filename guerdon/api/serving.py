"""Serving: the process tree of `guerdon up`.

One parent; so many workers of the HTTP service, each with a till of its own; and one process for the works. The parent
starts a part again that died. A part whose parent died stops by itself, so that nothing is left behind.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from litestar import Litestar

from guerdon.api.app import create_app
from guerdon.api.service import Service, Settings
from guerdon.works import running

URL_VARIABLE = "GUERDON_SERVICE_DATABASE"
"""How the parent tells its workers where the database is."""
_SECONDS_TO_STOP = 40
_SECONDS_BETWEEN_LOOKS = 0.5


class Address(NamedTuple):
    """Where the service listens."""

    host: str
    port: int


def application() -> Litestar:
    """The application of one worker: what the server calls in each of its processes."""
    _stop_with_parent()
    settings = Settings(os.environ[URL_VARIABLE])
    return create_app(lambda: Service(settings), most_bytes=settings.most_bytes)


def serve(url: str, address: Address, workers: int, started: Callable[[], None]) -> None:
    """Serve until the process is told to stop. ``started`` is called when the workers have been sent off."""
    os.environ[URL_VARIABLE] = url
    server = Granian(
        "guerdon.api.serving:application",
        factory=True,
        address=address.host,
        port=address.port,
        interface=Interfaces.ASGI,
        workers=workers,
        loop=Loops.uvloop if os.name == "posix" else Loops.asyncio,
        log_level=LogLevels.warning,
        log_access=False,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_STOP,
    )
    works = _Works(url)
    server.on_startup(works.start)
    server.on_startup(started)
    server.on_shutdown(works.stop)
    server.serve()


class _Works:
    """The process of the works, started again when it died."""

    def __init__(self, url: str) -> None:
        self._url = url
        # A fresh process: it must not share the parent's connections and locks.
        self._context = multiprocessing.get_context("spawn")
        self._stopping = threading.Event()
        self._process = self._made()

    def start(self) -> None:
        self._process.start()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        self._process.terminate()
        self._process.join(_SECONDS_TO_STOP)

    def _made(self) -> multiprocessing.process.BaseProcess:
        return self._context.Process(target=work, args=(self._url,), name="works")

    def _watch(self) -> None:
        while not self._stopping.wait(_SECONDS_BETWEEN_LOOKS):
            if not self._process.is_alive():
                self._process = self._made()
                self._process.start()


def work(url: str) -> None:
    """The process of the works: runs until it is told to stop, or its parent is gone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _stop_with_parent()
    running.run(url, [running.clock_part(), running.relay_part()], stop, _report)


def _report(part: str, error: BaseException) -> None:
    print(f"{part}: {type(error).__name__}", flush=True)


def _stop_with_parent() -> None:
    """Stop this process when its parent is gone: nobody would ever stop it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
