"""Returns over HTTP: what is taken back, what is in the wallet again, and where the wallets stand."""

from collections.abc import Iterator
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase

from guerdon.store.database import connect

PAYING = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {payment: points, worth: 1 USD per 10 points, earns: no}
rewards:
  - {reward: coffee, cost: 20 points}
"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, PAYING) as open_counter:
        open_counter.client.post("/v1/members", json=joining("ann"), headers=open_counter.headers())
        yield open_counter


def joining(member: str) -> dict[str, Any]:
    return {name: value for name, value in enrol(member).items() if name != "kind"}


def bought(shop: Counter, event: str, *amounts: int, **more: Any) -> None:
    answer = shop.client.post("/v1/purchases", json=purchase(event, "ann", *amounts, **more), headers=shop.headers())
    assert answer.status_code == 200, answer.text


def back(event: str, purchase: str, *lines: int) -> dict[str, Any]:
    parts = [{"line": line} for line in lines]
    return {"id": event, "member": "ann", "at": "2026-01-05T10:00:00Z", "purchase": purchase, "lines": parts}


def test_what_a_line_had_earned_is_taken_back(shop: Counter) -> None:
    bought(shop, "p1", 6_000, 4_000)

    answer = shop.client.post("/v1/returns", json=back("b1", "p1", 1), headers=shop.headers("checkout"))

    assert answer.status_code == 200
    told = answer.json()
    assert told["taken_back"] == [{"mechanic": "base", "unit": "points", "amount": 40, "available": 40}]
    assert told["wallets"] == [{"unit": "points", "available": 60}]
    assert (told["purchase"], told["seq"]) == ("p1", 3)
    assert "given_back" not in told


def test_what_was_spent_already_is_owed(shop: Counter) -> None:
    bought(shop, "p1", 3_000)
    coffee = {"kind": "redeem", "id": "r1", "member": "ann", "at": "2026-01-04T10:00:00Z", "reward": "coffee"}
    shop.client.post("/v1/events", json=coffee, headers=shop.headers())

    told = shop.client.post("/v1/returns", json=back("b1", "p1"), headers=shop.headers()).json()

    assert told["taken_back"] == [{"mechanic": "base", "unit": "points", "amount": 30, "available": 10, "owed": 20}]
    assert told["wallets"] == [{"unit": "points", "available": -20, "debt": 20}]


def test_what_a_bill_was_paid_with_is_in_the_wallet_again(shop: Counter) -> None:
    bought(shop, "p1", 10_000)
    bought(shop, "p2", 2_000, spend={"points": 50})

    told = shop.client.post("/v1/returns", json=back("b1", "p2"), headers=shop.headers()).json()

    assert told["given_back"] == [{"mechanic": told["given_back"][0]["mechanic"], "unit": "points", "amount": 50}]
    assert told["wallets"] == [{"unit": "points", "available": 100}]


def test_a_return_that_comes_again_gets_the_first_answer(shop: Counter) -> None:
    bought(shop, "p1", 6_000, 4_000)
    first = shop.client.post("/v1/returns", json=back("b1", "p1", 1), headers=shop.headers()).json()
    bought(shop, "p2", 5_000)

    again = shop.client.post("/v1/returns", json=back("b1", "p1", 1), headers=shop.headers()).json()

    assert again == first | {"repeated": True}


REFUSED = [
    (back("b1", "nothing"), 404, "purchase_unknown"),
    (back("b1", "p1", 7), 409, "return_line_unknown"),
    (back("b1", "p1") | {"member": "bob"}, 404, "member_unknown"),
    (back("b1", "p1") | {"lines": [{"line": -1}]}, 422, "not_as_wanted"),
    (back("b1", "p1") | {"kind": "purchase"}, 422, "not_as_wanted"),
]


def test_a_return_that_cannot_be_moves_nothing(shop: Counter) -> None:
    bought(shop, "p1", 6_000, 4_000)

    for number, (event, status, code) in enumerate(REFUSED):
        answer = shop.client.post("/v1/returns", json=event | {"id": f"b{number}"}, headers=shop.headers())
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    with connect(shop.url) as connection:
        ((moved,),) = connection.execute("select sum(amount) from transfers").fetchall()
    assert moved == 100


def test_returns_are_for_the_checkout(shop: Counter) -> None:
    answer = shop.client.post("/v1/returns", json=back("b1", "p1"), headers=shop.headers("app"))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
