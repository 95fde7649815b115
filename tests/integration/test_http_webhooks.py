"""Webhooks and changes over HTTP: added, changed, tested, replayed; the stream by pages and followed live."""

import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE, named
from receiver import Receiver, Reply
from standardwebhooks.webhooks import Webhook as Verifier

from guerdon.api.pages import cursor_of
from guerdon.connect.stream import sequence
from guerdon.runtime.secret_key import new_secret, read_secret_key
from guerdon.store.database import connect

URL = "https://hooks.example.com/in?token=hidden"


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    settings = {"secret": read_secret_key(new_secret()), "private_webhooks": True}
    with counter(database_url, SIMPLE, named(SIMPLE, "other"), settings=settings) as open_counter:
        yield open_counter


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def call(shop: Counter, method: str, path: str, *, scope: str = "manager", status: int = 200, **more: Any) -> Any:
    headers = shop.headers(scope, program=more.pop("program", None)) | more.pop("headers", {})
    answer = shop.client.request(method, f"/v1{path}", headers=headers, **more)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def record(shop: Counter, *events: dict[str, Any]) -> None:
    for event in events:
        call(shop, "POST", "/events", json=event)
    with connect(shop.url) as connection:
        sequence(connection)


def test_a_webhook_is_added_changed_rotated_and_removed(shop: Counter) -> None:
    added = call(shop, "POST", "/webhooks", json={"url": URL, "types": ["guerdon.purchase"]}, status=201)
    path = f"/webhooks/{added['webhook']['id']}"
    tag = shop.client.get(f"/v1{path}", headers=shop.headers()).headers["etag"]

    changed = call(shop, "PATCH", path, json={"types": ["*"], "enabled": False}, headers={"If-Match": tag})
    assert (changed["types"], changed["enabled"], changed["disabled_because"]) == (["*"], False, "by a manager")
    stale = call(shop, "PATCH", path, json={"types": ["*"]}, headers={"If-Match": tag}, status=412)
    assert stale["code"] == "changed_meanwhile"
    rotated = call(shop, "POST", f"{path}/rotate", json={"overlap_seconds": 60}, status=201)
    assert rotated["secret"] != added["secret"]
    assert rotated["webhook"]["former_secret_until"]
    assert call(shop, "GET", "/webhooks", scope="auditor")["items"] == [rotated["webhook"]]
    assert call(shop, "GET", path, program="other", status=404)["code"] == "webhook_not_found"
    assert call(shop, "DELETE", path, program="other", status=404)["code"] == "webhook_not_found"
    for number in ("0", "7", str(10**30)):
        assert call(shop, "GET", f"/webhooks/{number}/deliveries", status=404)["code"] == "webhook_not_found"
    for unfit in ({"url": "ftp://example.com"}, {"types": ["gold"]}, {"description": "a\x00b"}):
        assert call(shop, "POST", "/webhooks", json={"url": URL} | unfit, status=422)["code"] == "webhook_unfit"
    assert call(shop, "POST", "/webhooks", json={"url": URL}, scope="checkout", status=403)
    call(shop, "DELETE", path, status=204)
    assert call(shop, "GET", path, status=404)["code"] == "webhook_not_found"
    acts = call(shop, "GET", "/audit")["items"]
    assert [act["action"] for act in acts] == [
        "webhook.removed", "webhook.secret_rotated", "webhook.changed", "webhook.added",
    ]  # fmt: skip
    for secret in ("hidden", added["secret"], rotated["secret"]):
        assert secret not in str(acts)


def test_a_webhook_is_tried_at_once(shop: Counter, receiver: Receiver) -> None:
    added = call(shop, "POST", "/webhooks", json={"url": receiver.url}, status=201)
    path = f"/webhooks/{added['webhook']['id']}"

    good = call(shop, "POST", f"{path}/test", json={})
    assert (good["delivered"], good["status"]) == (True, 204)
    (got,) = receiver.received
    Verifier(added["secret"]).verify(got.body, got.headers)
    assert msgspec.json.decode(got.body)["type"] == "guerdon.test"
    receiver.answers = lambda _: Reply(500)
    bad = call(shop, "POST", f"{path}/test", json={})
    assert (bad["delivered"], bad["error"]) == (False, "answered 500")
    assert call(shop, "GET", f"{path}/deliveries") == {"items": []}
    assert call(shop, "POST", f"{path}/test", scope="auditor", status=403)


def test_a_webhook_is_sent_things_again(shop: Counter) -> None:
    record(shop, enrol("ana"))
    number = call(shop, "POST", "/webhooks", json={"url": URL}, status=201)["webhook"]["id"]
    path = f"/webhooks/{number}"

    assert call(shop, "GET", path)["position"] == 1
    assert call(shop, "POST", f"{path}/replay", json={"after": 0})["position"] == 0
    assert call(shop, "POST", f"{path}/replay", json={"after": 99})["position"] == 1
    assert call(shop, "POST", f"{path}/replay", json={"since": "2026-01-01T00:00:00Z"})["position"] == 0
    for wrong in ({}, {"after": 0, "since": "2026-01-01T00:00:00Z"}, {"after": -1}, {"since": "1970-01-01T00:00:00Z"}):
        assert call(shop, "POST", f"{path}/replay", json=wrong, status=422)["code"] == "not_as_wanted", wrong
    with connect(shop.url) as connection:
        connection.execute("update stream_heads set trimmed = 1")
        for place in (1, 2, 3):
            connection.execute(
                "insert into webhook_waiting (webhook, program, position, number, member, seq, tries, died_at, "
                "last_error) select %s, program, 1, %s, id, 1, 9, now(), 'answered 500' from members",
                [number, place],
            )
            connection.execute(
                "insert into webhook_deliveries (program, webhook, change_id, type, position, tried_at, took_ms, "
                "status, error, answer) values (%s, %s, %s, 'guerdon.enrol', 1, now(), 5, 500, 'answered 500', 'no')",
                [shop.programs["shop"], number, f"1-{place}"],
            )
    trimmed = call(shop, "POST", f"{path}/replay", json={"after": 0}, status=410)
    assert (trimmed["code"], trimmed["details"]["first"]) == ("position_trimmed", 2)
    first = call(shop, "GET", f"{path}/dead-letters", params={"limit": 2})
    second = call(shop, "GET", f"{path}/dead-letters", params={"limit": 2, "cursor": first["next"]})
    assert [one["number"] for one in first["items"] + second["items"]] == [1, 2, 3]
    assert "next" not in second
    tried = call(shop, "GET", f"{path}/deliveries", params={"limit": 2})
    rest = call(shop, "GET", f"{path}/deliveries", params={"limit": 2, "cursor": tried["next"]})
    assert [one["change"] for one in tried["items"] + rest["items"]] == ["1-3", "1-2", "1-1"]
    for cursor in ("AAAA", cursor_of((1, 2**40)), cursor_of((2**60, 1)), cursor_of(7)):
        wrong_one = call(shop, "GET", f"{path}/dead-letters", params={"cursor": cursor}, status=400)
        assert wrong_one["code"] == "cursor_not_readable"
    assert call(shop, "POST", f"{path}/dead-letters/replay")["changes"] == 3
    assert call(shop, "GET", f"{path}/dead-letters") == {"items": []}
    assert len(call(shop, "GET", f"{path}/waiting")["items"]) == 3


def test_changes_are_read_by_pages(shop: Counter) -> None:
    record(shop, enrol("ana"), {"kind": "purchase"} | purchase("p1", "ana", 1_000))

    first = call(shop, "GET", "/changes", params={"limit": 1}, scope="auditor")
    second = call(shop, "GET", "/changes", params={"after": first["next"]})
    assert [one["type"] for one in first["items"]] == ["guerdon.enrol"]
    assert (second["items"][0]["type"], second["next"]) == ("guerdon.purchase", 2)
    assert call(shop, "GET", "/changes", params={"after": 2}) == {"items": [], "next": 2}
    wanted = call(shop, "GET", "/changes", params={"types": ["guerdon.purchase", "guerdon.member.*"]})
    assert [one["subject"] for one in wanted["items"] if one["type"] == "guerdon.purchase"] == ["ana"]
    assert call(shop, "GET", "/changes", params={"since": "2098-01-01T00:00:00Z"})["items"] == []
    assert call(shop, "GET", "/changes", program="other") == {"items": [], "next": 0}
    assert call(shop, "GET", "/changes", scope="app", status=403)["code"] == "not_allowed"
    assert call(shop, "GET", "/changes", params={"types": "gold"}, status=422)["code"] == "webhook_unfit"
    assert call(shop, "GET", "/changes", params={"after": 10**30}, status=422)["code"] == "not_as_wanted"
    with connect(shop.url) as connection:
        connection.execute("update stream_heads set trimmed = 1")
    assert call(shop, "GET", "/changes", params={"after": 0}, status=410)["code"] == "position_trimmed"
    assert call(shop, "GET", "/stream", params={"after": 0}, status=410)["code"] == "position_trimmed"


def followed(shop: Counter, **headers: str) -> list[tuple[str, str]]:
    """The ids and types of the events that a listener gets before the service lets everybody go."""
    timer = threading.Timer(1.0, shop.client.app.state.service.listeners.close)
    timer.start()
    answer = shop.client.get("/v1/stream", headers=shop.headers() | headers)
    timer.join()
    assert answer.headers["content-type"].startswith("text/event-stream")
    parts = [dict(line.split(": ", 1) for line in part.splitlines()) for part in answer.text.split("\n\n") if part]
    return [(part["id"], part["event"]) for part in parts if "data" in part]


def test_changes_are_followed_live_and_taken_up_again(shop: Counter) -> None:
    record(shop, enrol("ana"))
    later = threading.Timer(0.4, record, [shop, {"kind": "purchase"} | purchase("p1", "ana", 1_000)])
    later.start()

    assert followed(shop, **{"Last-Event-ID": "0"}) == [("1", "guerdon.enrol"), ("2", "guerdon.purchase")]
    later.join()
    stopping = call(shop, "GET", "/stream", status=503)
    assert stopping["code"] == "stopping"
    for wrong in ("x", "1.x", "9" * 30, "-1"):
        assert call(shop, "GET", "/stream", headers={"Last-Event-ID": wrong}, status=400)["code"] == (
            "cursor_not_readable"
        )


def test_history_is_taken_in_without_telling_anybody(shop: Counter) -> None:
    line = msgspec.json.encode(enrol("ana"))
    key = shop.headers("checkout")
    silent = shop.client.post("/v1/events/bulk", params={"announce": "false"}, content=line, headers=key)
    told = shop.client.post("/v1/events/bulk", content=msgspec.json.encode(enrol("bo")), headers=key)

    assert (silent.status_code, told.status_code) == (200, 200)
    record(shop)
    assert [one["subject"] for one in call(shop, "GET", "/changes")["items"]] == ["bo"]
