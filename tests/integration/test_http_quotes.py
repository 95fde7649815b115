"""Quotes over HTTP: what they say, that they change nothing, and that the purchase says the same."""

from collections.abc import Iterator

import pytest
from http_fixtures import Counter, counter, enrol, purchase

from guerdon.store.database import connect

PROGRAM = """
program: shop
currency: USD
timezone: UTC
effective_from: 2026-01-01
units:
  points: {}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {discount: 10 % off, name: ten-off, when: {code: TEN}}
rewards:
  - {reward: mug, cost: 20 points, stock: 1}
  - {reward: bag, cost: 40 points}
"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, PROGRAM) as open_counter:
        yield open_counter


def _everything(shop: Counter) -> list[tuple[object, ...]]:
    with connect(shop.url) as connection:
        return [
            row
            for table in ("members", "journal", "event_ids", "transfers", "limits", "outbox", "emitted")
            for row in connection.execute(f"select {table}::text from {table} order by 1").fetchall()
        ]


def test_a_quote_says_what_the_purchase_says_and_changes_nothing(shop: Counter) -> None:
    headers = shop.headers("checkout")
    shop.client.post("/v1/events", json=enrol("ann"), headers=headers)
    before = _everything(shop)
    cart = {"member": "ann", "lines": [{"sku": "a", "amount": 3000}], "codes": ["TEN"]}

    quoted = shop.client.post("/v1/quotes", json=cart | {"as_of": "2026-01-03T10:00:00Z"}, headers=headers)

    assert quoted.status_code == 200
    assert _everything(shop) == before
    bought = shop.client.post(
        "/v1/purchases", json=purchase("p1", "ann", at="2026-01-03T10:00:00Z") | cart, headers=headers
    ).json()
    assert quoted.json()["receipt"] == bought["receipt"]
    assert quoted.json()["effects"] == bought["effects"]
    assert bought["receipt"]["to_pay"] == 2700


def test_a_quote_tells_which_rewards_are_within_reach(shop: Counter) -> None:
    headers = shop.headers("checkout")
    shop.client.post("/v1/events", json=enrol("ann"), headers=headers)
    shop.client.post("/v1/purchases", json=purchase("p1", "ann", 2100), headers=headers)

    rewards = shop.client.post(
        "/v1/quotes", json={"member": "ann", "lines": [{"sku": "a", "amount": 1000}]}, headers=headers
    ).json()["rewards"]

    assert rewards[0] == {
        "reward": "mug", "unit": "points", "cost": 20, "available": True, "after_purchase": True,
        "to_pay_with_it": 1000,
    }  # fmt: skip
    assert (rewards[1]["available"], rewards[1]["missing"], rewards[1]["after_purchase"]) == (False, 19, False)
    assert rewards[1]["why_not"] == "redemption_exceeds_available_points"


def test_a_quote_of_what_would_be_refused_is_refused_alike(shop: Counter) -> None:
    headers = shop.headers("checkout")
    shop.client.post("/v1/events", json=enrol("ann"), headers=headers)
    cart = {"member": "ann", "lines": [{"sku": "a", "amount": 1}], "codes": ["NONE"]}

    quoted = shop.client.post("/v1/quotes", json=cart, headers=headers)
    unknown = shop.client.post("/v1/quotes", json=cart | {"member": "bob"}, headers=headers)

    assert (quoted.status_code, quoted.json()["code"]) == (404, "code_unknown")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member_unknown")
