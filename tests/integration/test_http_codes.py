"""Codes, stock and budgets over HTTP: made once, taken in, checked, used, revoked; added to once."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE, named

from guerdon.store.database import connect

CODED = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
mechanics:
  - {discount: 5 USD off, name: mailing, when: {code: [spring, FRIENDS]}}
  - {earn: points, name: welcome, on: enrol, flat: 50, limit: {total: 420 points}}
rewards:
  - {reward: mug, cost: 10 points, stock: 20}
  - {reward: endless, cost: 10 points}
"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, CODED, named(SIMPLE, "other")) as open_counter:
        for member in ("ann", "bob"):
            open_counter.client.post("/v1/events", json=enrol(member), headers=open_counter.headers())
        yield open_counter


def call(shop: Counter, method: str, path: str, *, scope: str = "manager", status: int = 200, **more: Any) -> Any:
    headers = shop.headers(scope, program=more.pop("program", None)) | more.pop("headers", {})
    answer = shop.client.request(method, f"/v1{path}", headers=headers, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


def made(shop: Counter, **wish: Any) -> list[dict[str, str]]:
    answer = shop.client.post("/v1/codes/batches", json={"name": "spring"} | wish, headers=shop.headers())
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def stored(shop: Counter) -> int:
    with connect(shop.url) as connection:
        row = connection.execute("select count(*) from codes").fetchone()
    assert row is not None
    return int(row[0])


def test_codes_are_made_once_checked_used_and_revoked(shop: Counter) -> None:
    first, second = [row["code"] for row in made(shop, count=2, uses_per_member=5)]

    good = call(shop, "POST", "/codes/check", json={"code": first.lower()}, scope="checkout")
    assert good == {
        "good": True, "batch": "spring", "taken_by": ["mailing"], "uses": 1, "left": 1, "uses_per_member": 5,
    }  # fmt: skip
    call(shop, "POST", "/purchases", json=purchase("p1", "ann", 2_000, codes=[first]))
    used = call(shop, "POST", "/codes/check", json={"code": first})
    assert (used["good"], used["why_not"], used["left"]) == (False, "code_used_up", 0)
    batch = call(shop, "GET", "/codes/batches/spring", scope="auditor")
    assert (batch["codes"], batch["used"], batch["left"]) == (2, 1, 1)
    assert call(shop, "GET", "/codes/batches")["items"] == [batch]

    assert call(shop, "POST", "/codes/revoke", json={"code": second}) == {"batch": "spring"}
    assert call(shop, "POST", "/codes/check", json={"code": second})["why_not"] == "code_revoked"
    assert call(shop, "POST", "/codes/batches/spring/revoke")["revoked_at"]
    acts = call(shop, "GET", "/audit")["items"]
    assert [act["action"] for act in acts] == ["codes.revoked", "code.revoked", "codes.made"]
    assert first not in str(acts)
    assert call(shop, "POST", "/codes/check", json={"code": "FRIENDS"})["good"]


def test_what_is_no_code_is_told_and_nothing_is_stored(shop: Counter) -> None:
    (code,) = [row["code"] for row in made(shop)]
    before = stored(shop)
    typo = code[:-1] + ("2" if code[-1] != "2" else "3")

    assert call(shop, "POST", "/codes/check", json={"code": typo}, status=409)["code"] == "code_mistyped"
    for unknown in ("nothing", "a\x00b", "spring", "\n"):
        assert call(shop, "POST", "/codes/check", json={"code": unknown}, status=404)["code"] == "code_unknown"
        assert call(shop, "POST", "/codes/revoke", json={"code": unknown}, status=404)["code"] == "code_unknown"
    assert call(shop, "POST", "/codes/check", json={"code": code}, program="other", status=404)
    assert call(shop, "GET", "/codes/batches/spring", program="other", status=404)["code"] == "batch_not_found"
    assert call(shop, "POST", "/codes/batches/a%00b/revoke", status=404)["code"] == "batch_not_found"
    assert call(shop, "POST", "/codes/batches", json={"name": "spring"}, status=409)["code"] == "batch_exists"
    for wrong in ({"count": 0}, {"count": 1_000_001}, {"name": "a b"}, {"uses": 10**30}, {"members": ["a\x00"]}):
        problem = call(shop, "POST", "/codes/batches", json={"name": "new"} | wrong, status=422)
        assert problem["code"] == "not_as_wanted", wrong
    for wrong in (
        {"signs": 2},
        {"prefix": "ü"},
        {"valid_from": "2026-02-01T00:00:00Z", "valid_until": "2026-01-01T00:00:00Z"},
    ):
        problem = call(shop, "POST", "/codes/batches", json={"name": "new"} | wrong, status=422)
        assert problem["code"] == "codes_not_right", wrong
    for scope in ("checkout", "app", "auditor"):
        assert call(shop, "POST", "/codes/batches", json={"name": "new"}, scope=scope, status=403)
    assert stored(shop) == before


def test_a_personal_code_is_good_for_one_member(shop: Counter) -> None:
    rows = made(shop, members=["ann", "bob"])

    assert [row["member"] for row in rows] == ["ann", "bob"]
    theirs = call(shop, "POST", "/codes/check", json={"code": rows[0]["code"], "member": "bob"})
    assert (theirs["why_not"], theirs["personal"], "ann" in str(theirs)) == ("code_of_another_member", True, False)
    assert call(shop, "POST", "/codes/check", json={"code": rows[0]["code"], "member": "ann"})["good"]


def test_codes_made_elsewhere_are_taken_in_whole_or_not_at_all(shop: Counter) -> None:
    text = {"Content-Type": "text/csv"}
    lines = {"Content-Type": "application/x-ndjson"}

    taken = call(
        shop, "POST", "/codes/batches/spring/import", content="\ufeffcode,member\nAB-1,ann\nCD-2\n", headers=text,
        params={"uses": 3}, status=201,
    )  # fmt: skip
    assert (taken["codes"], taken["left"]) == (2, 6)
    more = call(
        shop, "POST", "/codes/batches/more/import", content='{"code":"EF,3"}\n\n{"code":"GH4","member":"bob"}',
        headers=lines, status=201,
    )  # fmt: skip
    assert more["codes"] == 2
    before = stored(shop)
    for content, headers in (
        ("IJ5\nAB1\n", text),
        ("KL6\nKL 6\n", text),
        ("", text),
        (b"\xff\xfe", text),
        ("a\x00b", text),
        ('{"code":"MN7"}\n{"code":', lines),
        ('{"code":"MN7","more":1}', lines),
        ('{"code":"M\\nN7"}', lines),
    ):
        problem = call(shop, "POST", "/codes/batches/new/import", content=content, headers=headers, status=422)
        assert problem["code"] == "codes_not_right", content
    assert stored(shop) == before
    assert call(shop, "GET", "/codes/batches/new", status=404)
    first = call(shop, "GET", "/codes/batches", params={"limit": 1})
    second = call(shop, "GET", "/codes/batches", params={"limit": 1, "cursor": first["next"]})
    assert [first["items"][0]["name"], second["items"][0]["name"], second.get("next")] == ["more", "spring", None]


def test_stock_and_budgets_are_added_to_once(shop: Counter) -> None:
    read = shop.client.get("/v1/rewards/mug/stock", headers=shop.headers("app"))
    tag = {"If-Match": read.headers["etag"]}
    assert read.json() == {"name": "mug", "allowed": 20, "added": 0, "used": 0, "left": 20}

    added = call(shop, "POST", "/rewards/mug/stock", json={"add": 5, "reason": "found a box"}, headers=tag)
    again = call(shop, "POST", "/rewards/mug/stock", json={"add": 5}, headers=tag, status=412)
    assert (added["left"], again["code"]) == (25, "changed_meanwhile")
    assert call(shop, "POST", "/rewards/mug/stock", json={"add": -26}, status=409)["code"] == "limit_not_changed"
    assert call(shop, "POST", "/rewards/mug/stock", json={"add": 0}, status=409)["code"] == "limit_not_changed"
    assert call(shop, "POST", "/rewards/mug/stock", json={"add": 10**30}, status=422)["code"] == "not_as_wanted"
    assert call(shop, "POST", "/rewards/mug/stock", json={"add": 1}, scope="app", status=403)
    for name in ("endless", "welcome", "nothing", "a%00b"):
        assert call(shop, "GET", f"/rewards/{name}/stock", status=404)["code"] == "limit_not_found", name
    assert call(shop, "GET", "/rewards/mug/stock", program="other", status=404)["code"] == "limit_not_found"
    assert call(shop, "GET", "/rewards/mug/stock")["left"] == 25

    budget = call(shop, "GET", "/budgets/welcome")
    assert (budget["allowed"], budget["used"]) == (420, 100)
    assert call(shop, "POST", "/budgets/welcome", json={"add": -320})["left"] == 0
    assert call(shop, "GET", "/budgets/mug", status=404)["code"] == "limit_not_found"
    acts = call(shop, "GET", "/audit")["items"]
    assert [(act["action"], act["target"], act["after"]["added"]) for act in acts] == [
        ("budget.added", "budget/welcome", -320),
        ("stock.added", "reward/mug", 5),
    ]
