"""Bulk events over HTTP: answered line by line, a broken line refused alone, nothing of a body that is too large."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE

from guerdon.api import bulk
from guerdon.store.database import connect


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, SIMPLE) as open_counter:
        yield open_counter


def ndjson(*events: dict[str, Any] | bytes) -> bytes:
    return b"\n".join([event if isinstance(event, bytes) else json.dumps(event).encode() for event in events])


def bought(event: str, member: str, amount: int = 1000, **more: Any) -> dict[str, Any]:
    return {"kind": "purchase"} | purchase(event, member, amount, **more)


def send(shop: Counter, body: bytes, query: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = shop.client.post(f"/v1/events/bulk{query}", content=body, headers=shop.headers("checkout") | headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def recorded(shop: Counter) -> int:
    with connect(shop.url) as connection:
        ((count,),) = connection.execute("select count(*) from journal").fetchall()
    return count


def test_each_line_is_answered_in_order_and_the_last_line_sums_them_up(shop: Counter) -> None:
    again = bought("p1", "ann")

    *lines, summary = send(shop, ndjson(enrol("ann"), b"", again, b"{", again, bought("p2", "bob"), b"  ", b""))

    assert [(line["line"], line.get("seq"), line.get("problem", {}).get("code")) for line in lines] == [
        (1, 1, None),
        (3, 2, None),
        (4, None, "event_malformed"),
        (5, 2, None),
        (6, None, "member_unknown"),
    ]
    assert lines[3]["repeated"] is True
    assert lines[2]["problem"]["status"] == 422
    assert "effects" not in lines[1]
    assert summary == {"lines": 5, "recorded": 2, "repeated": 1, "refused": 2}


def test_the_effects_come_along_where_they_are_asked_for(shop: Counter) -> None:
    *_, line, _ = send(shop, ndjson(enrol("ann"), bought("p1", "ann")), "?effects=true")

    assert [(effect["effect"], effect["unit"], effect["amount"]) for effect in line["effects"]] == [
        ("granted", "points", 10)
    ]


def test_more_lines_than_go_to_the_till_at_once_keep_every_members_order(shop: Counter) -> None:
    members = ["ann", "bob", "eva"]
    events = [bought(f"p{number}", members[number % 3], 100 * number) for number in range(1, 1_001)]

    *lines, summary = send(shop, ndjson(*map(enrol, members), *events))

    assert summary == {"lines": 1_003, "recorded": 1_003, "repeated": 0, "refused": 0}
    assert [line["line"] for line in lines] == list(range(1, 1_004))
    for member in members:
        seqs = [line["seq"] for line in lines if line["member"] == member]
        assert seqs == list(range(1, len(seqs) + 1))


def test_a_till_with_little_room_takes_a_bulk_in_small_lots(database_url: str) -> None:
    with counter(database_url, SIMPLE, settings={"most_waiting": 4}) as shop:
        *_, summary = send(shop, ndjson(enrol("ann"), *[bought(f"p{number}", "ann") for number in range(20)]))

    assert summary == {"lines": 21, "recorded": 21, "repeated": 0, "refused": 0}


def test_too_many_lines_are_refused_and_nothing_is_recorded(shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_LINES", 3)
    four = ndjson(enrol("ann"), enrol("bob"), b"", enrol("eva"), enrol("dan"))

    answer = shop.client.post("/v1/events/bulk", content=four, headers=shop.headers("checkout"))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_lines")
    assert recorded(shop) == 0
    assert send(shop, ndjson(enrol("ann"), enrol("bob"), b"", enrol("eva")))[-1]["recorded"] == 3


def test_a_body_that_is_too_large_is_refused_before_it_is_read(shop: Counter) -> None:
    headers = shop.headers("checkout") | {"Content-Length": str(bulk.MOST_BYTES + 1)}

    answer = shop.client.post("/v1/events/bulk", content=ndjson(enrol("ann")), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert recorded(shop) == 0


def test_a_line_that_is_too_long_is_refused_alone(database_url: str) -> None:
    with counter(database_url, SIMPLE, settings={"most_bytes": 200}) as shop:
        *lines, summary = send(shop, ndjson(enrol("ann"), b"x" * 1_000, b"y" * 200, enrol("bob"), b"z" * 199))

    assert [line.get("problem", {}).get("code") for line in lines] == [
        None,
        "body_too_large",
        "body_too_large",
        None,
        "event_malformed",
    ]
    assert summary == {"lines": 5, "recorded": 2, "repeated": 0, "refused": 3}


BROKEN = [
    (b"\xff\xfe", "event_malformed"),
    (b"[" * 10_000, "event_malformed"),
    (b"null", "event_malformed"),
    (b'{"kind":"enrol","id":"x","member":"a\\u0000b","at":"2026-01-02T10:00:00Z"}', "event_malformed"),
    (b'{"kind":"enrol","id":"x","member":"a","at":"1999-01-02T10:00:00Z"}', "event_time_out_of_range"),
    (
        b'{"kind":"win","id":"x","member":"a","at":"2026-01-02T10:00:00Z","game":"g","prize":"p"}',
        "event_for_the_engine_only",
    ),
]


def test_a_line_that_is_no_event_is_a_problem_of_that_line(shop: Counter) -> None:
    *lines, summary = send(shop, ndjson(*[line for line, _ in BROKEN]))

    assert [line["problem"]["code"] for line in lines] == [code for _, code in BROKEN]
    assert summary == {"lines": 6, "recorded": 0, "repeated": 0, "refused": 6}
    assert recorded(shop) == 0


def test_nothing_is_summed_up_as_nothing(shop: Counter) -> None:
    assert send(shop, b"") == [{"lines": 0, "recorded": 0, "repeated": 0, "refused": 0}]


def test_bulk_is_not_for_every_key(shop: Counter) -> None:
    answer = shop.client.post("/v1/events/bulk", content=ndjson(enrol("ann")), headers=shop.headers("app"))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert recorded(shop) == 0


def test_an_event_on_record_is_read_by_its_id(shop: Counter) -> None:
    send(shop, ndjson(enrol("ann"), bought("p1", "ann"), {"kind": "redeem", "id": "r1", "member": "ann"}
                      | {"at": "2026-01-03T10:00:00Z", "reward": "coffee"}))  # fmt: skip
    headers = shop.headers("auditor")

    found = shop.client.get("/v1/events/p1", headers=headers).json()
    refused = shop.client.get("/v1/events/r1", headers=headers).json()

    assert (found["member"], found["seq"], found["version"]) == ("ann", 2, 1)
    assert found["event"] == bought("p1", "ann")
    assert found["effects"][0]["amount"] == 10
    assert refused["refusal"]["code"] == "redemption_exceeds_available_points"
    for unknown in ("nothing", "%00", "%ff", "a" * 300):
        answer = shop.client.get(f"/v1/events/{unknown}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "event_not_found")
