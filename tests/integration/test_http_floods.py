"""Floods: what is too large, too slow or too much, against the real process tree, which must not grow by it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil
import pytest
from http_fixtures import enrol
from ledger_fixtures import SIMPLE

from guerdon.people.keys import make_key
from guerdon.runtime.programs import publish
from guerdon.store.database import connect

STARTS_WITHIN = 40.0
MEGABYTE = 1_000_000


class Running(NamedTuple):
    """The process tree of `guerdon up`."""

    process: "subprocess.Popen[bytes]"
    port: int
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=self.headers, timeout=20)

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def megabytes(self) -> float:
        """What all its processes hold in memory."""
        tree = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        return sum(one.memory_info().rss for one in tree) / MEGABYTE


@pytest.fixture(scope="module")
def running(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with connect(module_database_url) as connection:
        program, _ = publish(connection, SIMPLE)
        key = make_key(connection, program=program, title="test", scopes=["manager"]).shown
    home, port = tmp_path_factory.mktemp("home"), free_port()
    process = started(module_database_url, home, port)
    try:
        found = Running(process, port, key)
        wait_for(found)
        with found.client() as client:
            client.post("/v1/members", json=enrol("ann"))
            client.get("/docs")  # what is worked out once is no growth
        yield found
    finally:
        process.terminate()
        process.wait(30)


def started(url: str, home: Path, port: int) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-c", "from guerdon.cli.main import app; app()", "up", "--port", str(port)]
    return subprocess.Popen(
        words,
        env=os.environ | {"GUERDON_DATABASE_URL": url, "GUERDON_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(running: Running) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{running.port}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the service did not start")


@pytest.fixture(autouse=True)
def goes_on(running: Running) -> Iterator[None]:
    """After every attack the service answers, and has not grown by what it was sent."""
    before = running.megabytes()
    yield
    with running.client() as client:
        assert client.get("/v1/members/ann").status_code == 200
    assert running.megabytes() - before < 40


@pytest.mark.parametrize("path", ["/v1/purchases", "/v1/quotes", "/v1/members", "/v1/keys", "/v1/programs/validate"])
@pytest.mark.parametrize("told", [True, False], ids=["with its length", "in chunks"])
def test_a_body_of_100_megabytes(running: Running, path: str, told: bool) -> None:
    """It is refused before all of it has come, with or without its length told."""
    began = time.monotonic()
    with running.connected() as connection:
        size = "Content-Length: 100000000" if told else "Transfer-Encoding: chunked"
        connection.sendall(request_line(running, "POST", path) + size.encode() + b"\r\n\r\n")
        sent = send_until_refused(connection, 100, chunked=not told)
        answer = read_answer(connection)
    assert sent < 100, "it read all of it"
    if answer:  # A server may close the door while somebody still talks.
        assert b" 413 " in answer.partition(b"\r\n")[0], answer[:200]
        assert b"body_too_large" in answer
    assert time.monotonic() - began < 10


def request_line(running: Running, method: str, path: str) -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {running.key}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()


def send_until_refused(connection: socket.socket, most: int, *, chunked: bool) -> int:
    """Send megabytes until something is answered or the connection is cut; gives how many went out."""
    piece = b"x" * MEGABYTE
    framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
    for sent in range(most):
        connection.settimeout(0.02)
        try:
            if connection.recv(1, socket.MSG_PEEK):
                return sent
        except TimeoutError:
            pass
        except ConnectionError:
            return sent
        connection.settimeout(20)
        try:
            connection.sendall(framed)
        except OSError:
            return sent
    return most


def read_answer(connection: socket.socket) -> bytes:
    connection.settimeout(5)
    read = b""
    try:
        while b"}" not in read and (piece := connection.recv(65_536)):
            read += piece
    except OSError:
        pass
    return read


def test_a_flood_of_headers(running: Running) -> None:
    with running.client() as client:
        many = {f"x-flood-{place}": "x" for place in range(1_000)}
        long = {"x-flood": "x" * MEGABYTE}
        long_key = {"Authorization": "Bearer " + "gk_" * 5_000}
        for headers in (many, long, long_key):
            began = time.monotonic()
            try:
                answer = client.get("/v1/members/ann", headers=headers)
            except httpx.TransportError:
                continue  # cut off
            assert answer.status_code in (200, 400, 401, 413, 431)
            assert time.monotonic() - began < 5


def test_an_address_without_end(running: Running) -> None:
    with running.client() as client:
        for path in ("/v1/members/" + "a" * 60_000, "/v1/members?cursor=" + "a" * 60_000, "/v1" + "/a" * 20_000):
            try:
                answer = client.get(path)
            except httpx.TransportError:
                continue
            assert 400 <= answer.status_code < 500, answer.text[:200]


def test_slow_bodies_hold_nobody_up(running: Running) -> None:
    """50 clients who send a byte now and then; meanwhile others are served at once."""
    slow = [running.connected() for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(request_line(running, "POST", "/v1/purchases") + b"Content-Length: 1000\r\n\r\n{")
        time.sleep(0.5)
        for connection in slow:
            connection.sendall(b'"')
        with running.client() as client:
            began = time.monotonic()
            for _ in range(20):
                assert client.get("/v1/members/ann").status_code == 200
            assert time.monotonic() - began < 5
    finally:
        for connection in slow:
            connection.close()


def test_no_http_at_all(running: Running) -> None:
    for nonsense in (
        b"\x16\x03\x01\x02\x00" * 100,
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0" * 10_000,
        b"PRI * HTTP/2.0\r\n\r\n",
    ):
        with running.connected() as connection:
            connection.sendall(nonsense)
            read_answer(connection)


def test_wrong_methods_are_told(running: Running) -> None:
    with running.client() as client:
        for method in ("DELETE", "PATCH", "PUT", "TRACE", "CONNECTS"):
            answer = client.request(method, "/v1/purchases")
            assert 400 <= answer.status_code < 500
            if answer.content:
                assert answer.json()["code"] == "method_not_allowed"
