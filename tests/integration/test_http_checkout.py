"""A whole checkout over HTTP: quote, hold, and one purchase that uses everything at once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase

from guerdon.runtime.codes import Made, make_batch
from guerdon.store.codes import Terms
from guerdon.store.database import connect

PROGRAM = """
program: shop
currency: USD
timezone: UTC
effective_from: 2026-01-01
units:
  points: {expires: 90 days}
  vouchers: {in: USD, expires: 90 days}
meters:
  spend: {sum: spend, window: ever}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {discount: 10 % off, name: ten-off, when: {code: TEN}, limit: {each_code: 2 times}}
  - {discount: 5 USD off, name: mailed, when: {code: mailing}}
  - coupon: welcome
    off: 4 USD off
    issued: {on: enrol}
    valid: 3000 days
    when: {basket_at_least: 20 USD}
    applied: on request
  - payment: points
    worth: 1 USD per 50 points
    earns: no
    up_to: 50 % of the bill
    multiples_of: 50 points
    at_least: 100 points
  - {vouchers: {every: 100_000 points, gives: 1 USD, issued: every year}}
  - {tiers: {meter: spend, levels: {basic: 0, silver: 500 USD, gold: 10_000 USD}, kept: 12 months}, name: status}
rewards:
  - {reward: mug, cost: 20 points, stock: 2}
  - {reward: eight-off, cost: 80 points, gives: 8 USD in vouchers}
  - {reward: car, cost: 1_000_000 points}
  - {reward: ticket, cost: 20 points, gives: a code}
"""
NOW = datetime.now(UTC).replace(microsecond=0)
TABLES = ("members", "journal", "event_ids", "transfers", "limits", "outbox", "emitted")


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, PROGRAM) as open_counter:
        yield open_counter


def _at(minutes: int) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat()


def _everything(shop: Counter) -> list[tuple[object, ...]]:
    with connect(shop.url) as connection:
        return [
            row
            for table in TABLES
            for row in connection.execute(f"select {table}::text from {table} order by 1").fetchall()
        ]


def _named_alike(told: object) -> str:
    """An answer with what is named after the purchase named as in a quote."""
    return json.dumps(told).replace('"p1>', '"quote>')


class Checkout:
    """A member who has bought for 480.00 and has 480 points and a coupon."""

    def __init__(self, shop: Counter) -> None:
        self.client, self.headers = shop.client, shop.headers("checkout")
        self.post("/events", **enrol("ann", at=_at(-60)))
        self.post("/purchases", **purchase("p0", "ann", 48_000, at=_at(-30)))
        self.coupon = self.client.get("/v1/members/ann", headers=self.headers).json()["coupons"][0]["reference"]

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"/v1{path}", json=body, headers=self.headers)

    def quote(self, **cart: Any) -> Any:
        return self.post("/quotes", **({"member": "ann", "lines": [{"sku": "boots", "amount": 5_000}]} | cart))


def test_the_whole_checkout(shop: Counter) -> None:
    till = Checkout(shop)
    plain = till.quote().json()

    assert plain["receipt"]["to_pay"] == 5_000
    assert plain["coupons"][0] | {"expires_at": ""} == {
        "coupon": "welcome", "reference": till.coupon, "saves": 400, "expires_at": "",
    }  # fmt: skip
    assert {reward["reward"]: reward.get("to_pay_with_it") for reward in plain["rewards"]} == {
        "mug": 5_000, "eight-off": 4_200, "car": None, "ticket": 5_000,
    }  # fmt: skip
    # 480 points in multiples of 50: 450 points pay 9.00.
    assert plain["payable"] == [{"unit": "points", "most": 450, "money": 900, "to_pay": 4_100}]
    assert plain["next_levels"]["status"] == {
        "level": "gold", "all_of": [{"meter": "spend", "has": 53_000, "wanted": 1_000_000, "missing": 947_000}],
    }  # fmt: skip

    held = till.post("/holds", id="h1", member="ann", at=_at(0), until=_at(20), unit="points", amount=400)
    assert held.status_code == 200
    cart = {
        "member": "ann", "lines": [{"sku": "boots", "amount": 5_000}], "codes": ["TEN", till.coupon], "holds": ["h1"],
        "rewards": [{"reward": "eight-off"}, {"reward": "mug"}], "spend": {"points": 300},
    }  # fmt: skip
    before = _everything(shop)
    quoted = till.post("/quotes", **cart, as_of=_at(1)).json()
    assert _everything(shop) == before

    bought = till.post("/purchases", id="p1", at=_at(1), quote=quoted["id"], tender="card", **cart)

    # 50.00 less 10 % less 4.00 less the voucher of 8.00 less 300 points (6.00).
    receipt = bought.json()["receipt"]
    assert _named_alike(receipt) == _named_alike(quoted["receipt"])
    assert _named_alike(bought.json()["effects"]) == _named_alike(quoted["effects"])
    assert receipt["to_pay"] == 5_000 - 500 - 400 - 800 - 600
    assert receipt["rewards_taken"] == [
        {"reward": "eight-off", "unit": "points", "cost": 80}, {"reward": "mug", "unit": "points", "cost": 20},
    ]  # fmt: skip
    assert (receipt["codes_used"], receipt["holds_ended"]) == (["TEN", till.coupon], ["h1"])
    assert receipt["tiers"] == {"status": "silver"}
    assert receipt["wallets"][0] == {"unit": "points", "available": 480 - 100 - 300 + 27}
    assert receipt["expires_next"]["points"]["reason"] == "expiry"
    after = _everything(shop)

    again = till.post("/purchases", id="p1", at=_at(1), quote=quoted["id"], tender="card", **cart)
    assert again.json() == bought.json() | {"repeated": True}
    assert _everything(shop) == after


def test_a_quote_binds_the_basket_and_the_price(shop: Counter) -> None:
    till = Checkout(shop)
    till.post("/events", **enrol("bob", at=_at(-60)))
    cart = {"member": "ann", "lines": [{"sku": "boots", "amount": 5_000}], "codes": ["TEN"]}
    quoted = till.post("/quotes", **cart).json()
    before = _everything(shop)

    def bought(event: str, quote: str = quoted["id"], **changes: Any) -> tuple[int, str]:
        answer = till.post("/purchases", **({"id": event, "at": _at(1), "quote": quote} | cart | changes))
        return answer.status_code, answer.json().get("code", "")

    assert bought("x1", lines=[{"sku": "boots", "amount": 5_001}]) == (409, "quote_of_another_cart")
    assert bought("x2", member="bob") == (409, "quote_of_another_cart")
    assert bought("x3", codes=[]) == (409, "quote_of_another_cart")
    assert bought("x4", rewards=[{"reward": "mug"}]) == (409, "quote_of_another_cart")
    assert bought("x5", spend={"points": 100}) == (409, "quote_of_another_cart")
    assert bought("x6", expects=1) == (422, "not_as_wanted")
    for unreadable in ("q1_", "x", "q1_ü", "q1_kv8", "q1_gqFh"):
        assert bought("x7", unreadable) == (400, "quote_not_readable")
    assert bought("x8", "q" * 101) == (422, "not_as_wanted")
    assert _everything(shop) == before

    # The code is good twice; two others use it up, and 45.00 is not the price any more.
    for event in ("o1", "o2"):
        other = till.post("/purchases", **purchase(event, "bob", 1_000, at=_at(0), codes=["TEN"]))
        assert other.json()["receipt"]["to_pay"] == 900
    assert bought("x9") == (409, "price_not_as_expected")
    assert till.client.get("/v1/members/ann", headers=till.headers).json()["purchases"] == 1


def test_what_may_be_paid_with_keeps_to_share_least_and_multiple(shop: Counter) -> None:
    till = Checkout(shop)

    def payable(amount: int, **cart: Any) -> list[Any]:
        found = till.quote(lines=[{"sku": "s", "amount": amount}], **cart).json().get("payable", [])
        return [(unit["most"], unit["money"], unit["to_pay"]) for unit in found]

    assert payable(100) == []  # at most 50 cents: 25 points, and it takes 100
    assert payable(399) == []
    assert payable(400) == [(100, 200, 200)]
    assert payable(599) == [(100, 200, 399)]
    assert payable(100_000) == [(450, 900, 99_100)]
    assert payable(100_000, rewards=[{"reward": "eight-off"}]) == [(400, 800, 98_400)]
    assert payable(100_000, spend={"points": 100}) == [(450, 900, 99_100)]
    # What is expected does not hinder what is tried out.
    assert payable(100_000, expects=100_000) == [(450, 900, 99_100)]


def test_a_quote_tells_no_code_before_it_is_paid_for(shop: Counter) -> None:
    till = Checkout(shop)
    cart = {"id": "p1", "member": "ann", "lines": [{"sku": "s", "amount": 100}], "rewards": [{"reward": "ticket"}]}

    quoted = till.post("/quotes", **cart).json()["receipt"]["rewards"][0]
    bought = till.post("/purchases", **cart, at=_at(0)).json()["receipt"]["rewards"][0]

    assert quoted["reward"] == bought["reward"] == "ticket"
    assert quoted["code"] != bought["code"]


def test_a_secret_code_is_quoted_and_used_once(shop: Counter) -> None:
    till, kept = Checkout(shop), list[Made]()
    with connect(shop.url) as connection:
        make_batch(connection, shop.programs["shop"], "mailing", 1, Terms(), keep=kept.extend)
    cart = {"member": "ann", "lines": [{"sku": "boots", "amount": 5_000}], "codes": [kept[0].code]}

    first, second = till.post("/quotes", **cart).json(), till.post("/quotes", **cart).json()
    assert first["receipt"]["to_pay"] == second["receipt"]["to_pay"] == 4_500
    bought = till.post("/purchases", id="p1", at=_at(0), quote=first["id"], **cart).json()
    assert bought["receipt"]["codes_used"] == [kept[0].code]

    before = _everything(shop)
    late = till.post("/quotes", **cart)
    assert (late.status_code, late.json()["code"]) == (409, "code_used_up")
    assert _everything(shop) == before


def test_a_key_that_opens_everything_is_answered_alike(shop: Counter) -> None:
    till = Checkout(shop)
    cart = {"member": "ann", "lines": [{"sku": "boots", "amount": 5_000}]}

    bought = till.post("/purchases", id="p1", at=_at(0), **cart).json()
    till.headers = shop.headers_everywhere("checkout")
    again = till.post("/purchases", id="p1", at=_at(0), **cart).json()
    other = till.post("/purchases", id="p2", at=_at(0), **cart).json()

    assert again == bought | {"repeated": True}
    found = [answer["receipt"]["expires_next"]["points"]["amount"] for answer in (bought, other)]
    assert found == [530, 580]
    assert other["receipt"]["to_pay"] == 5_000
