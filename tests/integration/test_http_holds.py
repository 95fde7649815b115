"""Holds over HTTP: what is reserved, how it ends, and what is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase

PROGRAM = """
program: shop
currency: USD
timezone: UTC
effective_from: 2026-01-01
units:
  points: {}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {coupon: welcome, off: 5 USD off, issued: {on: enrol}, valid: 3000 days}
rewards:
  - {reward: mug, cost: 20 points, stock: 1}
"""
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, PROGRAM, PROGRAM.replace("program: shop", "program: other")) as open_counter:
        yield open_counter


class Checkout:
    """A member with 100 points, served with a key."""

    def __init__(self, shop: Counter, *scopes: str) -> None:
        self.client, self.headers = shop.client, shop.headers(*(scopes or ("checkout",)), program="shop")

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"/v1{path}", json=body, headers=self.headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/v1{path}", headers=headers or self.headers)

    def member(self, name: str) -> None:
        self.post("/events", **enrol(name))
        self.post("/purchases", **purchase(f"p-{name}", name, 10_000, codes=[]))

    def holds(self, event: str, member: str = "ann", minutes: int = 30, **what: Any) -> Any:
        return self.post(
            "/holds", id=event, member=member, at=_at(0), until=_at(minutes), **what
        )  # fmt: skip

    def points(self, member: str = "ann") -> tuple[int, int]:
        found = self.get(f"/members/{member}/wallets/points").json()
        return found["available"], found.get("held", 0)


def _at(minutes: int) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat()


def test_an_amount_is_held_and_a_part_of_it_captured(shop: Counter) -> None:
    till = Checkout(shop)
    till.member("ann")
    points, _ = till.points()

    held = till.holds("h1", unit="points", amount=60).json()
    assert held["hold"] == {
        "id": "h1", "member": "ann", "status": "open", "since": _at(0).replace("+00:00", "Z"),
        "until": _at(30).replace("+00:00", "Z"), "unit": "points", "amount": 60,
    }  # fmt: skip
    assert held["wallets"] == [{"unit": "points", "available": points - 60, "held": 60}]
    assert till.get("/members/ann/holds").json() == {"member": "ann", "items": [held["hold"]]}
    assert till.get("/holds/h1").json() == held["hold"]

    captured = till.post("/holds/h1/capture", id="c1", at=_at(1), amount=45).json()
    assert captured["hold"] == held["hold"] | {"status": "captured", "captured": 45}
    assert captured["wallets"] == [{"unit": "points", "available": points - 45}]
    assert till.get("/members/ann/holds").json()["items"] == []
    assert till.get("/holds/h1").json() == captured["hold"]

    again = till.post("/holds/h1/capture", id="c1", at=_at(1), amount=45).json()
    first_again = till.holds("h1", unit="points", amount=60).json()
    assert again == captured | {"repeated": True}
    assert first_again == held | {"repeated": True}
    assert till.points() == (points - 45, 0)


def test_a_reward_and_a_coupon_are_held_released_and_lapse(shop: Counter) -> None:
    till = Checkout(shop)
    till.member("bob")
    till.post("/events", **enrol("cy"))
    coupon = till.get("/members/cy").json()["coupons"][0]["reference"]

    mug = till.holds("m1", "bob", reward="mug").json()["hold"]
    assert (mug["reward"], mug["quantity"], mug["unit"], mug["amount"]) == ("mug", 1, "points", 20)
    assert till.holds("c/1", "cy", code=coupon).json()["hold"]["code"] == coupon
    assert "coupons" not in till.get("/members/cy").json()

    released = till.post("/holds/m1/release", id="r1", at=_at(1)).json()
    assert (released["hold"]["status"], till.points("bob")[1]) == ("released", 0)
    assert till.get("/holds/c%2F1").json()["status"] == "open"
    assert till.post("/holds/c%2F1/release", id="r2", at=_at(1)).json()["hold"]["status"] == "released"
    assert len(till.get("/members/cy").json()["coupons"]) == 1

    past = NOW - timedelta(hours=2)
    lapsing = {"at": past.isoformat(), "until": (past + timedelta(hours=1)).isoformat()}
    till.post("/events", **enrol("dee"))
    till.post("/purchases", **purchase("p-dee", "dee", 9_000))
    assert (
        till.post("/holds", id="h2", member="dee", unit="points", amount=5, **lapsing).json()["hold"]["status"]
        == "open"
    )
    assert till.get("/holds/h2").json()["status"] == "lapsed"
    assert till.points("dee")[1] == 0


def test_a_purchase_that_ends_a_hold_is_told(shop: Counter) -> None:
    till = Checkout(shop)
    till.member("ann")
    till.holds("h1", unit="points", amount=20)

    bought = till.post(
        "/purchases", **purchase("p2", "ann", 1_000, at=_at(1), holds=["h1"], rewards=[{"reward": "mug"}])
    )

    assert bought.json()["receipt"]["holds_ended"] == ["h1"]
    assert bought.json()["receipt"]["rewards_taken"] == [{"reward": "mug", "unit": "points", "cost": 20}]
    assert bought.json()["receipt"]["rewards"] == [{"reward": "mug"}]
    assert till.get("/holds/h1").json()["status"] == "purchase"


def test_what_is_refused_moves_nothing(shop: Counter) -> None:
    till = Checkout(shop)
    till.member("ann")
    points, _ = till.points()
    till.holds("h1", unit="points", amount=10)

    refused = [
        till.holds("h2", unit="points", amount=1_000_000),
        till.holds("h3", unit="points", amount=1, code="x"),
        till.post("/holds/h1/capture", id="c1", at=_at(1), amount=11),
        till.post("/holds/h1/capture", id="c2", at=_at(1), amount=0),
        till.post("/holds/h1/release", id="c3", at=_at(1), member="ann"),
        till.post("/holds/h1/release", at=_at(1)),
        till.holds("h4", "nobody", unit="points", amount=1),
        till.post("/holds/p-ann/release", id="c4", at=_at(1)),
        till.post("/holds/h2/release", id="c5", at=_at(1)),
        till.get("/holds/%00"),
        till.get("/members/nobody/holds"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (409, "wanted_exceeds_available"),
        (409, "hold_unclear"),
        (409, "capture_exceeds_hold"),
        (422, "not_as_wanted"),
        (422, "not_as_wanted"),
        (422, "not_as_wanted"),
        (404, "member_unknown"),
        (404, "hold_not_found"),
        (404, "hold_not_found"),
        (404, "hold_not_found"),
        (404, "member_unknown"),
    ]
    assert till.points() == (points - 10, 10)
    till.post("/holds/h1/release", id="c6", at=_at(1))
    ended = till.post("/holds/h1/capture", id="c7", at=_at(2))
    assert (ended.status_code, ended.json()["code"]) == (409, "hold_unknown")


def test_another_program_sees_none_and_an_auditor_only_reads(shop: Counter) -> None:
    till, auditor = Checkout(shop), Checkout(shop, "auditor")
    till.member("ann")
    till.holds("h1", unit="points", amount=10)
    elsewhere = shop.headers("checkout", program="other")

    assert till.get("/holds/h1", **elsewhere).json()["code"] == "hold_not_found"
    assert till.get("/members/ann/holds", **elsewhere).json()["code"] == "member_unknown"
    other = shop.client.post("/v1/holds/h1/release", json={"id": "x", "at": _at(1)}, headers=elsewhere)
    assert (other.status_code, other.json()["code"]) == (404, "hold_not_found")
    assert auditor.get("/holds/h1").status_code == 200
    assert auditor.post("/holds/h1/release", id="x", at=_at(1)).json()["code"] == "not_allowed"
    assert till.get("/holds/h1").json()["status"] == "open"
