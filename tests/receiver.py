"""A receiver of webhooks: a real HTTP server that answers as a test tells it to, and remembers what it was sent."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self


class Received(NamedTuple):
    """A request as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    @property
    def member(self) -> str:
        return str(self.told["subject"])

    @property
    def place(self) -> int:
        """The position in the stream."""
        return int(self.told["sequence"].partition(".")[0])


class Reply(NamedTuple):
    """What the receiver answers."""

    status: int = 204
    headers: dict[str, str] = {}  # noqa: RUF012
    body: bytes = b""
    after: float = 0
    """Seconds before it answers."""
    hangs_up: bool = False
    """It closes the connection instead."""


Answering = Callable[[Received], Reply]


class Receiver:
    """Listens on a port of its own."""

    def __init__(self, answers: Answering = lambda _: Reply()) -> None:
        self.answers = answers
        self.received: list[Received] = []
        """Everything that came, whatever was answered."""
        self.taken: list[Received] = []
        """What was answered with 2xx, in the order in which it was."""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def places_by_member(self) -> dict[str, list[int]]:
        """For each member, the positions that were taken, in order, without what was taken before."""
        found: dict[str, list[int]] = {}
        for one in list(self.taken):
            places = found.setdefault(one.member, [])
            if one.place not in places:
                places.append(one.place)
        return found

    def waits_for(self, count: int, seconds: float = 20) -> None:
        """Wait until so many different changes were taken."""
        ends = time.monotonic() + seconds
        while len({one.headers["webhook-id"] for one in list(self.taken)}) < count:
            assert time.monotonic() < ends, f"{len(self.taken)} of {count} were taken"
            time.sleep(0.02)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = self.rfile.read(length)
                if len(body) < length:  # whoever sent it died between the head and the end of the body
                    self.close_connection = True
                    return
                received = Received({name.lower(): value for name, value in self.headers.items()}, body)
                with receiver._lock:
                    receiver.received.append(received)
                    reply = receiver.answers(received)
                if reply.after:
                    time.sleep(reply.after)
                if reply.hangs_up:
                    self.close_connection = True
                    return
                if 200 <= reply.status < 300:
                    with receiver._lock:
                        receiver.taken.append(received)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                try:
                    self.wfile.write(reply.body)
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Nobody reads it."""

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:
                    self.close_connection = True

        return Handler
