"""The stream passed on to a real NATS server: all of it, in order, confirmed, also when the server is killed."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import nats
import pytest
from background import in_background
from ledger_fixtures import SIMPLE, Shop, buy, enrol, named
from nats_server import NatsServer

from guerdon.connect.broker import BrokerUnfit, open_broker, place_of, publish_once
from guerdon.connect.running import keep_sequencing, publish_to_broker
from guerdon.connect.stream import read_stream, sequence
from guerdon.connect.telling import Change
from guerdon.store.database import Connection, connect


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, SIMPLE) as shop:
        yield shop


@pytest.fixture
def look(shop: Shop) -> Iterator[Connection]:
    with connect(shop.url) as connection:
        yield connection


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[NatsServer]:
    with NatsServer(tmp_path) as broker:
        yield broker


def stored(broker: NatsServer) -> list[Any]:
    """Every message that the server keeps, in its order."""

    async def read() -> list[Any]:
        client = await nats.connect(broker.url)
        streams = client.jetstream()
        last = (await streams.stream_info("GUERDON")).state.last_seq
        found = [await streams.get_msg("GUERDON", seq) for seq in range(1, last + 1)]
        await client.close()
        return found

    return asyncio.run(read())


def publish(look: Connection, url: str) -> int:
    async def once() -> int:
        name, opened = open_broker(url)
        async with opened() as opened_broker:
            return await publish_once(look, name, opened_broker)

    sequence(look)
    return asyncio.run(once())


def running(shop: Shop, url: str) -> AbstractContextManager[threading.Event]:
    return in_background(
        lambda stop: keep_sequencing(shop.url, stop, idle=0.01),
        lambda stop: publish_to_broker(shop.url, url, stop, idle=0.01),
    )


def until(true: Callable[[], object], seconds: float = 90) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_every_change_arrives_under_its_subject_with_its_id(shop: Shop, look: Connection, broker: NatsServer) -> None:
    shop.meets(enrol("ana"), buy("p1", "ana", "2026-02-01", "10.00"))
    with Shop(shop.url, named(SIMPLE, "other")) as other:
        other.meets(enrol("bo"))
        assert publish(look, broker.url) == 3
    messages = stored(broker)
    assert [one.subject for one in messages] == [
        "guerdon.shop.enrol", "guerdon.shop.purchase", "guerdon.other.enrol",
    ]  # fmt: skip
    changes = read_stream(look, shop.program)
    assert [one.data for one in messages[:2]] == [change.body for change in changes]
    assert messages[1].headers["Nats-Msg-Id"] == json.loads(messages[1].data)["id"] == changes[1].id
    assert messages[1].headers["content-type"] == "application/cloudevents+json"
    assert publish(look, broker.url) == 0


def test_what_is_sent_again_is_recognised(shop: Shop, look: Connection, broker: NatsServer) -> None:
    """As after a broker's confirmation that was not noted."""
    shop.meets(enrol("ana"), enrol("bo"))
    assert publish(look, broker.url) == 2
    shop.look.execute("update stream_readers set position = 0")
    assert publish(look, broker.url) == 2
    assert len(stored(broker)) == 2


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What the loops log, whatever another test has made of the logging of this process."""
    log = logging.getLogger("guerdon.connect.running")
    before = (log.disabled, log.propagate, log.level)
    log.disabled, log.propagate = False, False
    log.setLevel(logging.INFO)
    log.addHandler(caplog.handler)
    yield caplog
    log.removeHandler(caplog.handler)
    log.disabled, log.propagate = before[:2]
    log.setLevel(before[2])


def test_a_server_that_is_killed_gets_everything_when_it_is_back(
    shop: Shop, broker: NatsServer, heard: pytest.LogCaptureFixture
) -> None:
    with running(shop, broker.url):
        shop.meets(*[enrol(f"m{number}") for number in range(5)])
        until(lambda: shop.value("select coalesce(max(position), 0) from stream_readers") == 5)
        for part in range(3):
            shop.meets(*[buy(f"p{part}/{n}", f"m{n % 5}", "2026-02-01", "1.00") for n in range(100)])
            broker.kill()
            shop.meets(*[buy(f"q{part}/{n}", f"m{n % 5}", "2026-02-01", "1.00") for n in range(20)])
            until(lambda known=part: heard.text.count("broker begins again") > known)
            broker.start()
        until(lambda: shop.value("select max(position) from stream_readers") == 365)
    assert heard.text.count("broker begins again") >= 3
    told = [json.loads(one.data) for one in stored(broker)]
    first: dict[str, list[int]] = {}
    for event in told:
        seqs = first.setdefault(event["subject"], [])
        if event["data"]["seq"] not in seqs:
            seqs.append(event["data"]["seq"])
    assert {member: seqs == list(range(1, 74)) for member, seqs in first.items()} == dict.fromkeys(first, True)
    assert len(first) == 5


def test_what_the_broker_does_not_confirm_is_not_noted(shop: Shop, look: Connection) -> None:
    class Failing:
        passed: list[int]

        async def publish(self, program: str, change: Change) -> None:
            if change.position == 3:
                raise ConnectionError("the broker is gone")
            self.passed.append(change.position)

    shop.meets(*[enrol(f"m{number}") for number in range(4)])
    sequence(look)
    failing = Failing()
    failing.passed = []
    for _ in range(2):
        with pytest.raises(ConnectionError):
            asyncio.run(publish_once(look, "nats", failing))
    assert failing.passed[:2] == [1, 2]
    assert shop.value("select position from stream_readers") < 3


@pytest.mark.parametrize("url", ["", "http://127.0.0.1", "redis://127.0.0.1", "127.0.0.1:4222"])
def test_another_url_is_no_broker(url: str) -> None:
    with pytest.raises(BrokerUnfit, match="begins with nats://"):
        open_broker(url)


def test_a_broker_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guerdon.connect.broker.find_spec", lambda _: None)
    for url, package in (("nats://127.0.0.1", r"guerdon\[nats\]"), ("kafka://127.0.0.1", r"guerdon\[kafka\]")):
        with pytest.raises(BrokerUnfit, match=package):
            open_broker(url)


@pytest.mark.parametrize(
    ("program", "place"),
    [("shop", "shop"), ("a-b_c", "a-b_c"), ("a.b", "a_2e_b"), ("a b", "a_20_b"), ("a*>", "a_2a__3e_")],
)
def test_a_program_is_one_part_of_a_subject(program: str, place: str) -> None:
    assert place_of(program) == place
