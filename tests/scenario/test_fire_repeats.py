"""Every kind of event is sent twice, at once and later, while workers and the whole service are killed: one effect.

::

    every event ──┬──▶ worker ─┐       ▲ SIGKILL       ▲ SIGKILL to all, started again
                  └──▶ worker ─┴─▶ ────┴───────────────┴──▶ again ──▶ the first answer
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from everything import Lives, everything
from fire import Ask, Crowd, Reply, when
from http_fixtures import Running, with_no_word

from guerdon.core.events import ENGINE_EVENTS, ENGINE_KINDS, Enrol, Event, encode_event, kind_of
from guerdon.runtime import games
from guerdon.store.database import connect

EVENTS = 300
PATHS = {"purchase": "/v1/purchases", "return": "/v1/returns", "enrol": "/v1/members"}
LATELY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)
"""Late enough for all of it to have happened, and not so long ago that it would be refused as late."""
ONLY_BY_THE_CLOCK = {"tick"}


@pytest.fixture
def service(durable_database_url: str, tmp_path: Path) -> Iterator[Running]:
    with Running(durable_database_url, tmp_path / "service", everything()) as running:
        with connect(running.url) as connection:
            games.add_seed(connection, running.number(), "lucky", "s3cret")
        yield running


def test_what_is_sent_twice_while_everything_dies_counts_once(service: Running) -> None:
    crowd = Crowd(service.headers(), clients=32)
    lives = Lives(7, begins=LATELY)
    # What is refused because its member is not there yet is not on record, and may go well when it comes again.
    events = [*lives.beginning(), *[Enrol(id=f"in/{member}", member=member, at=LATELY) for member in lives.strangers]]
    first = crowd.until_answered([_ask(service, event) for event in events])
    events += _made_up(lives)
    asks = [_ask(service, event) for event in events[len(first) :]]
    disturbing = threading.Thread(target=_disturb, args=(service, len(first)))
    disturbing.start()
    pairs = crowd.until_answered([ask for ask in asks for _ in range(2)])
    disturbing.join()
    first += pairs[::2]
    kept = set(_recorded(service))

    again = crowd.until_answered([_ask(service, event) for event in events])

    assert {kind_of(event) for event in events} >= _kinds() - ONLY_BY_THE_CLOCK
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        assert _same(one, other), (one, other)
    for event, before, after in zip(events, first, again, strict=True):
        if event.id in kept:
            assert _same(before, after), (event, before, after)
            assert after.status != 200 or after.content["repeated"], event
    assert set(_counted(service).values()) == {1}
    assert sum(reply.status == 200 for reply in first) > EVENTS // 2, Counter(reply.code for reply in first)
    assert all(reply.status != 500 for reply in crowd.replies)
    assert service.is_proven()


def _made_up(lives: Lives) -> list[Event]:
    events: dict[str, Event] = {}
    while len(events) < EVENTS or not {kind_of(event) for event in events.values()} >= _kinds() - ONLY_BY_THE_CLOCK:
        event = lives.tell()
        lives.now = LATELY + timedelta(minutes=10 * len(events))
        if not isinstance(event, ENGINE_EVENTS):
            events.setdefault(event.id, event)
    return list(events.values())


def _kinds() -> set[str]:
    """All kinds that somebody outside may send."""
    return {str(kind.__struct_config__.tag) for kind in get_args(Event)} - ENGINE_KINDS


def _ask(service: Running, event: Event) -> Ask:
    return Ask(service.address + PATHS.get(kind_of(event), "/v1/events"), json.loads(encode_event(event)))


def _same(one: Reply, other: Reply) -> bool:
    told = [dict(reply.content) | {"repeated": None, "instance": None} for reply in (one, other)]
    return told[0] == told[1] and one.status == other.status


def _disturb(service: Running, before: int) -> None:
    """Kill a worker, then the works, then all of it, each in the middle of the work."""

    def reached(part: float) -> Callable[[], bool]:
        return lambda: len(_recorded(service)) >= before + part * EVENTS

    when(reached(0.2))
    with_no_word(service.answering()[0])
    when(reached(0.4))
    with_no_word(service.working()[0])
    when(reached(0.6))
    service.kill()
    service.start()


def _recorded(service: Running) -> list[str]:
    with connect(service.url) as connection:
        return [id for (id,) in connection.execute("select event_id from journal where event_id not like 'tick/%'")]


def _counted(service: Running) -> Counter[str]:
    return Counter(_recorded(service))
