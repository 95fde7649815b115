"""The Python clients where the way to the service is bad: one effect whatever happens, and a clear end."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from client_fixtures import either
from http_fixtures import Counter, counter
from ledger_fixtures import SIMPLE

from guerdon.client import Failed, Line, Refused, Retries, bulk
from guerdon.core.events import Enrol, Event, Purchase
from guerdon.store.database import connect

AT = datetime(2026, 1, 3, 10, tzinfo=UTC)
SOON = Retries(tries=4, seconds=20.0, first_pause=0.001)
BUSY = httpx.Response(503, content=b'{"type":"","title":"","status":503,"code":"overloaded","detail":"Later."}')
BAD_GATEWAY = httpx.Response(502, content=b"<html>Bad gateway</html>")


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, SIMPLE) as open_counter:
        yield open_counter


@pytest.fixture(params=[False, True], ids=["waiting", "awaiting"])
def awaiting(request: pytest.FixtureRequest) -> bool:
    found: bool = request.param
    return found


def recorded(shop: Counter) -> list[str]:
    with connect(shop.url) as connection:
        return [
            event for (event,) in connection.execute("select event_id from journal order by member, seq").fetchall()
        ]


def bought(event: str, member: str = "ann", amount: int = 1000) -> Purchase:
    return Purchase(id=event, member=member, at=AT, lines=(Line("tea", amount),))


@pytest.mark.parametrize(
    "happening", ["lost", "unreachable", BUSY, BAD_GATEWAY], ids=["lost", "unreachable", "503", "502"]
)
def test_what_is_sent_again_has_the_same_id_and_one_effect(shop: Counter, awaiting: bool, happening: object) -> None:
    with either(awaiting, shop, happening, happening, retries=SOON) as (guerdon, trouble):
        joined = guerdon.members.enrol("ann")
        trouble.happening = [happening, happening]
        answer = guerdon.purchases.send("ann", [Line("tea", 1000)])

    assert recorded(shop) == [joined.id, answer.id]
    assert answer.repeated is (happening == "lost")
    assert [earned.amount for earned in answer.receipt.earned] == [10]
    sent = [request.content for request in trouble.requests if request.url.path == "/v1/purchases"]
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_what_gets_no_answer_fails_after_its_tries_and_names_the_id(shop: Counter, awaiting: bool) -> None:
    with either(awaiting, shop, *["lost"] * 4, retries=SOON) as (guerdon, trouble):
        with pytest.raises(Failed) as end:
            guerdon.members.enrol("ann")
        assert end.value.id in str(end.value)
        assert recorded(shop) == [end.value.id]
        assert guerdon.events.read(end.value.id).member == "ann"

    assert (end.value.tries, len(trouble.requests)) == (4, 5)


def test_what_the_service_last_said_is_told(shop: Counter, awaiting: bool) -> None:
    with either(awaiting, shop, *[BUSY] * 4, retries=SOON) as (guerdon, _), pytest.raises(Failed) as end:
        guerdon.rewards.list()

    assert end.value.problem is not None
    assert end.value.problem.code == "overloaded"
    assert end.value.tries == 4


def test_a_pause_that_is_too_long_is_not_waited_for(shop: Counter, awaiting: bool) -> None:
    later = httpx.Response(503, headers={"Retry-After": "3600"}, content=BUSY.content)
    with either(awaiting, shop, later, retries=SOON) as (guerdon, trouble), pytest.raises(Failed):
        guerdon.rewards.list()

    assert len(trouble.requests) == 1


def test_a_no_is_not_asked_twice(shop: Counter, awaiting: bool) -> None:
    with either(awaiting, shop, retries=SOON) as (guerdon, trouble), pytest.raises(Refused):
        guerdon.purchases.send("nobody", [Line("tea", 1000)])

    assert len(trouble.requests) == 1
    assert recorded(shop) == []


@pytest.mark.parametrize(("happening", "tries"), [("lost", 1), (BAD_GATEWAY, 1), ("unreachable", 2), (BUSY, 2)])
def test_what_twice_would_do_twice_is_sent_again_only_where_it_was_not_done(
    shop: Counter, awaiting: bool, happening: object, tries: int
) -> None:
    with either(awaiting, shop, happening, retries=SOON) as (guerdon, trouble):
        if tries == 1:
            with pytest.raises(Failed):
                guerdon.keys.make("till", ["checkout"])
        else:
            guerdon.keys.make("till", ["checkout"])

    assert len(trouble.requests) == tries
    with connect(shop.url) as connection:
        ((made,),) = connection.execute("select count(*) from api_keys where title = 'till'").fetchall()
    assert made == (happening != BAD_GATEWAY)


def test_what_is_no_answer_of_the_service_is_a_failure(shop: Counter, awaiting: bool) -> None:
    hotel = httpx.Response(200, content=b"<html>Welcome to our hotel's network</html>")
    moved = httpx.Response(302, headers={"Location": "https://elsewhere.test"})
    with either(awaiting, shop, hotel, moved) as (guerdon, _):
        for _ in range(2):
            with pytest.raises(Failed):
                guerdon.rewards.list()


# Bulk.


def everybody(count: int) -> list[Event]:
    return [Enrol(id=f"e{number}", member=f"m{number}", at=AT) for number in range(count)]


@pytest.mark.parametrize("happening", ["lost", "unreachable", "cut", BUSY], ids=str)
def test_each_event_of_a_bulk_is_answered_once_whatever_happens(
    shop: Counter, awaiting: bool, happening: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_LINES", 4)
    events = [*everybody(7), bought("p1", "nobody"), bought("p2", "m1")]
    with either(awaiting, shop, None, happening, happening, retries=SOON) as (guerdon, trouble):
        answers = guerdon.events.bulk(events)

    assert [answer.line for answer in answers] == list(range(1, 10))
    assert [answer.member for answer in answers if answer.problem is None] == [*(f"m{n}" for n in range(7)), "m1"]
    assert [answer.problem.code for answer in answers if answer.problem is not None] == ["member_unknown"]
    assert sorted(recorded(shop)) == sorted([*(f"e{n}" for n in range(7)), "p2"])
    if happening == "cut":
        sizes = [request.content.count(b"\n") + 1 for request in trouble.requests]
        assert sizes[0] == sizes[1] == 4
        assert sizes[2] < 4, "what was answered is not sent again"


def test_a_line_that_could_not_be_committed_is_sent_again_with_those_behind_it(shop: Counter, awaiting: bool) -> None:
    busy = {"line": 2, "problem": json.loads(BUSY.content)}
    half = [{"line": 1, "id": "e0", "member": "m0", "seq": 1}, busy, {"line": 3, "problem": busy["problem"]}]
    summary = {"lines": 3, "recorded": 1, "repeated": 0, "refused": 0, "failed": 2}
    told = httpx.Response(200, content=b"\n".join(msgspec.json.encode(line) for line in [*half, summary]) + b"\n")
    with either(awaiting, shop, told, retries=SOON) as (guerdon, trouble):
        answers = guerdon.events.bulk(everybody(3))

    assert [(answer.line, answer.member) for answer in answers] == [(1, "m0"), (2, "m1"), (3, "m2")]
    assert [request.content.count(b"\n") + 1 for request in trouble.requests] == [3, 2]
    assert recorded(shop) == ["e1", "e2"]


def test_a_bulk_ends_with_its_patience(shop: Counter, awaiting: bool) -> None:
    with either(awaiting, shop, *["lost"] * 4, retries=SOON) as (guerdon, trouble), pytest.raises(Failed):
        guerdon.events.bulk(everybody(2))
    assert len(trouble.requests) == 4

    with either(awaiting, shop, scopes=("app",), retries=SOON) as (guerdon, trouble), pytest.raises(Refused):
        guerdon.events.bulk(everybody(2))
    assert len(trouble.requests) == 1


def test_a_bulk_takes_events_as_they_are_asked_for(
    shop: Counter, awaiting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_LINES", 2)
    taken = []

    def events() -> Iterator[Event]:
        for event in everybody(5):
            taken.append(event.id)
            yield event

    with either(awaiting, shop) as (guerdon, trouble):
        assert len(guerdon.events.bulk(events())) == 5
        assert guerdon.events.bulk([]) == []
    assert len(taken) == 5
    assert len(trouble.requests) == 3
