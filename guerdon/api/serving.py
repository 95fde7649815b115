"""Serving: the process tree of `guerdon up`.

One parent; so many workers of the HTTP service, each with a till of its own; and one process for the works. The parent
starts a part again that died. A part whose parent died stops by itself, so that nothing is left behind.
"""

import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from litestar import Litestar

from guerdon.api.app import create_app
from guerdon.api.service import Service, Settings
from guerdon.connect.signing import Vault
from guerdon.observe.fields import place_of
from guerdon.observe.logs import configure_logs, logger
from guerdon.observe.metrics import Metrics, fresh_folder
from guerdon.observe.traces import configure_traces, flush_traces
from guerdon.runtime.secret_key import secret_key
from guerdon.works import running
from guerdon.works.figures import figures_part
from guerdon.works.outlets import outlets
from guerdon.works.persons import persons_part
from guerdon.works.segments import segments_part
from guerdon.works.studies import MINUTES, studies_part

_URL = "GUERDON_SERVICE_DATABASE"
_HOME = "GUERDON_SERVICE_HOME"
"""How the parent tells its workers where the database and the secret key are."""

LOG_ALL = "GUERDON_LOG_REQUESTS"
PRIVATE_WEBHOOKS = "GUERDON_PRIVATE_WEBHOOKS"
BROKER = "GUERDON_BROKER_URL"
MOST_WAITING = "GUERDON_MOST_WAITING"
CONNECTIONS = "GUERDON_CONNECTIONS"
LAKE = "GUERDON_LAKE"
CLOCK = "GUERDON_CLOCK"
VARIABLES: Mapping[str, str] = {
    LOG_ALL: "`all`: a line in the log for every request; otherwise for those that fail or take a second and more.",
    PRIVATE_WEBHOOKS: "`allowed`: webhooks may go to addresses of one's own network.",
    BROKER: "`nats://…` or `kafka://…`: where the stream of changes is published as well.",
    MOST_WAITING: "How many events may wait in one worker before others are told to come back later; 5000.",
    CONNECTIONS: "How many connections to the database the requests of one worker share; 8.",
    MINUTES: "How many minutes a study may take; 60.",
    CLOCK: "`off`: nothing expires and no tier is reviewed by itself, as `guerdon up --no-clock`.",
    LAKE: "The folder of the lakes that segments and studies are told from; by default `lake` in the data folder.",
}
"""What the environment may say about the service."""

_SECONDS_TO_STOP = 40
_SECONDS_BEFORE_SWITCH = 0.02
"""How long the loop or the till may work on while the other waits; at Python's 0.005 both are interrupted too often."""
_COLLECT_AFTER = 50_000
"""New objects after which Python looks for those that only refer to each other; by default it does after 700."""
_SECONDS_BETWEEN_LOOKS = 0.5
_TO_STOP = (signal.SIGTERM, signal.SIGINT)


class Address(NamedTuple):
    """Where the service listens."""

    host: str
    port: int


def application() -> Litestar:
    """The application of one worker: what the server calls in each of its processes."""
    _hold_signals()  # until it is there that listens for them: see _opened
    _stop_with_parent()
    _observe()
    settings = _settings()
    # What is there now stays; and a busy till makes much that is gone at once, and next to nothing in circles.
    gc.freeze()
    sys.setswitchinterval(_SECONDS_BEFORE_SWITCH)
    gc.set_threshold(_COLLECT_AFTER, 20, 50)
    return create_app(
        lambda metrics: _opened(settings, metrics),
        most_bytes=settings.most_bytes,
        log_all=os.environ.get(LOG_ALL) == "all",
    )


def _opened(settings: Settings, metrics: Metrics) -> Service:
    """The service of a worker that can be told to stop from now on."""
    told = _told_to_stop()
    _let_signals_in()
    service = Service(settings, metrics)
    threading.Thread(target=_let_go, args=(service, told), daemon=True).start()
    return service


def _let_go(service: Service, told: threading.Event) -> None:
    """Let the listeners go as soon as this worker is told to stop, and see to it that its server hears of it.

    The server waits for everybody who is connected before it stops the application, and listeners would wait for more.
    And its loop is deaf between its start and its first request, so it is told until it has ended.
    """
    told.wait()
    service.listeners.close()
    while True:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        os.kill(os.getpid(), signal.SIGTERM)


def serve(url: str, home: Path | None, address: Address, workers: int, started: Callable[[], None]) -> None:
    """Serve until the process is told to stop. ``started`` is called when the workers have been sent off.

    ``home`` is the folder of the secret key and of what the workers count; None: the key is in the environment.
    """
    folder = home or Path(tempfile.mkdtemp(prefix="guerdon-"))
    os.environ |= {_URL: url} | ({} if home is None else {_HOME: str(home)}) | fresh_folder(folder / "metrics")
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
    works = _Works()
    os.register_at_fork(before=_hold_signals, after_in_parent=_let_signals_in, after_in_child=_forget_handlers)
    server.on_startup(works.start)
    server.on_startup(started)
    server.on_shutdown(works.stop)
    server.serve()


def work() -> None:
    """The process of the works: runs until it is told to stop, or its parent is gone."""
    stop = _told_to_stop()
    _stop_with_parent()
    _observe()
    settings = _settings()
    assert settings.secret is not None, "the settings come with the key"
    vault = Vault(settings.secret.derive("webhooks"))
    parts = [
        *([] if os.environ.get(CLOCK) == "off" else [running.clock_part()]),
        running.relay_part(),
        figures_part(Metrics()),
        persons_part(settings.secret),
        studies_part(_lakes()),
        segments_part(_lakes()),
        *outlets(vault, os.environ.get(BROKER, ""), private_allowed=settings.private_webhooks),
    ]
    running.run(settings.url, parts, stop, _report)
    flush_traces()


def _settings() -> Settings:
    """What the parent and the environment say."""
    home = os.environ.get(_HOME)
    return Settings(
        os.environ[_URL],
        connections=int(os.environ.get(CONNECTIONS, "8")),
        most_waiting=int(os.environ.get(MOST_WAITING, "5000")),
        secret=secret_key(None if home is None else Path(home)),
        private_webhooks=os.environ.get(PRIVATE_WEBHOOKS) == "allowed",
    )


def _lakes() -> Path | None:
    """The folder that the lakes of programs lie in; None: there is none."""
    named, home = os.environ.get(LAKE), os.environ.get(_HOME)
    if named:
        return Path(named)
    return None if home is None else Path(home) / "lake"


def _observe() -> None:
    """Let this process write its log and send its spans."""
    configure_logs(sys.stdout)
    if configure_traces() == "not_installed":
        logger().warning("traces_not_installed")


class _Works:
    """The process of the works, started again when it died."""

    def __init__(self) -> None:
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
        return self._context.Process(target=work, name="works")

    def _watch(self) -> None:
        while not self._stopping.wait(_SECONDS_BETWEEN_LOOKS):
            if not self._process.is_alive():
                self._process = self._made()
                self._process.start()


def _report(part: str, error: BaseException) -> None:
    logger().error("works_failed", reader=part, error=type(error).__name__, at=place_of(error))


def _told_to_stop() -> threading.Event:
    """An event that is set when this process is told to stop. Whoever was told before still is.

    The handler only writes into a pipe: what it interrupts may hold the lock that setting the event needs.
    """
    stop = threading.Event()
    heard, tell = os.pipe()
    os.set_blocking(tell, False)
    for number in _TO_STOP:
        before = signal.getsignal(number)

        def handle(number: int, frame: FrameType | None, before: Any = before) -> None:
            with suppress(BlockingIOError):
                os.write(tell, b"!")
            if callable(before) and before is not signal.default_int_handler:
                before(number, frame)

        signal.signal(number, handle)

    def listen() -> None:
        os.read(heard, 1)
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    return stop


def _hold_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _TO_STOP)


def _let_signals_in() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _TO_STOP)


def _forget_handlers() -> None:
    """Let a worker that is told to stop before it serves end at once.

    It is born with its parent's handlers, which do nothing in it: the word would be lost, and waited for in vain.
    """
    for number in _TO_STOP:
        signal.signal(number, signal.SIG_DFL)
    _let_signals_in()


def _stop_with_parent() -> None:
    """Stop this process when its parent is gone: nobody would ever stop it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
