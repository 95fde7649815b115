"""What a program offers over HTTP: campaigns, limits, rewards, tiers, partners, meters and mechanics."""

from collections.abc import Iterator
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE

GLOW = """
program: glow
currency: USD
timezone: America/New_York
effective_from: 2020-01-01
units:
  points: {worth: 1 USD per 100 points}
meters:
  spend: {sum: spend, window: rolling 12 months}
partners:
  sky: {title: {en: Sky Air}}
mechanics:
  - tiers:
      meter: spend
      levels: {basic: 0, silver: 20 USD, gold: 400 USD}
      kept: 12 months
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {earn: points, name: opening, title: {en: Opening days}, flat: 7, limit: {total: 20 points}}
  - {earn: points, name: first-spring, flat: 1, when: {between: [2020-03-01, 2020-05-31]}}
  - {earn: points, name: next-spring, flat: 1, when: {between: [2098-03-01, 2098-05-31]}}
  - {earn: points, name: sky-bonus, flat: 50, when: {partner: sky}, funded_by: sky}
rewards:
  - {reward: mug, title: {en: Mug, bg: Чаша}, cost: 5 points, stock: 2, limit: 1 a day}
  - {reward: last-year, cost: 1 points, until: 2020-12-31}
  - {reward: some-day, cost: 1 points, from: 2098-01-01}
  - {reward: flight, cost: 20 points, partner: sky}
"""


@pytest.fixture
def glow(database_url: str) -> Iterator[Counter]:
    """Ann has bought for 25 USD and at the partner's, and has a mug; Bo has joined."""
    with counter(database_url, GLOW, SIMPLE) as shop:
        headers = shop.headers()
        for member in ("ann", "bo"):
            assert shop.client.post("/v1/events", json=enrol(member), headers=headers).status_code == 200
        for event in (purchase("p1", "ann", 2500), purchase("p2", "ann", 100, partner="sky")):
            assert shop.client.post("/v1/purchases", json=event, headers=headers).status_code == 200
        mug = {"kind": "redeem", "id": "r1", "member": "ann", "at": "2026-01-04T10:00:00Z", "reward": "mug"}
        assert shop.client.post("/v1/events", json=mug, headers=headers).status_code == 200
        yield shop


def items(shop: Counter, path: str, headers: dict[str, str], **asked: str) -> list[dict[str, Any]]:
    answer = shop.client.get(f"/v1/{path}", headers=headers, params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_campaigns_are_told_with_their_dates_and_what_is_left(glow: Counter) -> None:
    found = {campaign["name"]: campaign for campaign in items(glow, "campaigns", glow.headers("auditor"))}

    assert found == {
        "opening": {
            "name": "opening",
            "kind": "earn",
            "title": {"en": "Opening days"},
            "status": "running",
            "limits": [{"name": "opening", "allowed": 20, "used": 14, "left": 6}],
            "granted": [{"unit": "points", "amount": 14, "times": 2}],
        },
        "first-spring": {
            "name": "first-spring",
            "kind": "earn",
            "first_day": "2020-03-01",
            "last_day": "2020-05-31",
            "status": "over",
        },
        "next-spring": {
            "name": "next-spring",
            "kind": "earn",
            "first_day": "2098-03-01",
            "last_day": "2098-05-31",
            "status": "scheduled",
        },
    }


def test_shared_limits_are_told_with_what_is_left(glow: Counter) -> None:
    assert items(glow, "limits", glow.headers("manager")) == [
        {"name": "opening", "allowed": 20, "used": 14, "left": 6},
        {"name": "stock:mug", "allowed": 2, "used": 1, "left": 1},
    ]


def test_rewards_are_told_with_what_is_left_and_whether_they_are_to_be_had(glow: Counter) -> None:
    headers = glow.headers("app")
    mug, past, later, flight = items(glow, "rewards", headers, language="bg")

    assert mug == {
        "name": "mug",
        "title": {"en": "Mug", "bg": "Чаша"},
        "cost": {"unit": "points", "amount": 5},
        "taken": "once",
        "left": 1,
        "available_now": True,
        "conditions": mug["conditions"],
    }
    assert len(mug["conditions"]) == 2
    assert mug["conditions"] != items(glow, "rewards", headers)[0]["conditions"]
    assert (past["available_now"], past["last_day"]) == (False, "2020-12-31")
    assert (later["available_now"], later["first_day"]) == (False, "2098-01-01")
    assert (flight["available_now"], flight["partner"], "left" in flight) == (True, "sky", False)

    last = {"kind": "redeem", "id": "r2", "member": "ann", "at": "2026-01-05T10:00:00Z", "reward": "mug"}
    assert glow.client.post("/v1/events", json=last, headers=glow.headers()).status_code == 200
    assert (items(glow, "rewards", headers)[0]["left"], items(glow, "rewards", headers)[0]["available_now"]) == (
        0,
        False,
    )


def test_tiers_are_told_and_how_many_stand_there_to_managers_and_auditors_alone(glow: Counter) -> None:
    (ladder,) = items(glow, "tiers", glow.headers("auditor"))
    (shown,) = items(glow, "tiers", glow.headers("app"))

    assert (ladder["name"], ladder["meter"]) == ("tiers", "spend")
    assert ladder["levels"] == [
        {"name": "basic", "reach": {}, "members": 1},
        {"name": "silver", "reach": {"all_of": [{"meter": "spend", "least": 2000}]}, "members": 1},
        {"name": "gold", "reach": {"all_of": [{"meter": "spend", "least": 40_000}]}, "members": 0},
    ]
    assert [level for level in shown["levels"] if "members" in level] == []


def test_a_partners_statement_is_told_for_a_period(glow: Counter) -> None:
    headers = glow.headers("auditor")
    path = "/v1/partners/sky/statement"

    whole = glow.client.get(path, headers=headers).json()
    later = glow.client.get(path, headers=headers, params={"from": "2026-02-01", "to": "9999-12-31"}).json()
    earlier = glow.client.get(path, headers=headers, params={"from": "0001-01-01", "to": "2026-01-02"}).json()

    assert items(glow, "partners", headers) == [{"name": "sky", "title": {"en": "Sky Air"}}]
    assert whole == {
        "partner": "sky",
        "units": [
            {
                "unit": "points",
                "opening": 0,
                "lines": [{"kind": "granted", "reason": "sky-bonus", "amount": -50, "times": 1, "worth": -50}],
                "closing": -50,
                "worth": -50,
            }
        ],
        "worth": -50,
    }
    assert (later["first_day"], later["units"][0]["opening"], later["units"][0]["lines"]) == ("2026-02-01", -50, [])
    assert (earlier["last_day"], earlier["units"], earlier["worth"]) == ("2026-01-02", [], 0)
    for partner in ("nobody", "%00", "x" * 1000):
        answer = glow.client.get(f"/v1/partners/{partner}/statement", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "partner_not_found")
    odd = glow.client.get(path, headers=headers, params={"from": "yesterday"})
    assert (odd.status_code, odd.json()["code"]) == (422, "not_as_wanted")


def test_mechanics_and_meters_are_told_as_the_file_declares_them(glow: Counter) -> None:
    headers = glow.headers("app")
    mechanics = items(glow, "mechanics", headers)

    assert [(mechanic["name"], mechanic["kind"]) for mechanic in mechanics][:3] == [
        ("tiers", "tiers"),
        ("base", "earn"),
        ("opening", "earn"),
    ]
    assert mechanics[1]["declared"] == {"earn": "points", "name": "base", "rate": "1 per 1 USD"}
    assert mechanics[0]["declared"]["tiers"]["levels"] == {"basic": "0", "silver": "20 USD", "gold": "400 USD"}
    assert items(glow, "meters", headers) == [
        {"name": "spend", "counts": "spend", "declared": {"sum": "spend", "window": "rolling 12 months"}}
    ]


def test_budgets_and_statements_are_not_for_tills_and_apps(glow: Counter) -> None:
    for scope in ("checkout", "app"):
        for path in ("campaigns", "limits", "partners/sky/statement", "audit"):
            answer = glow.client.get(f"/v1/{path}", headers=glow.headers(scope))
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_another_brand_sees_nothing_of_it(glow: Counter) -> None:
    headers = glow.headers(program="shop")

    assert [reward["name"] for reward in items(glow, "rewards", headers)] == ["coffee", "five-off"]
    for path in ("campaigns", "limits", "tiers", "partners", "meters"):
        assert items(glow, path, headers) == []
        crossed = glow.client.get(f"/v1/{path}", headers=headers | {"Guerdon-Program": "glow"})
        assert (crossed.status_code, crossed.json()["code"]) == (404, "program_not_found")
    statement = glow.client.get("/v1/partners/sky/statement", headers=headers)
    assert (statement.status_code, statement.json()["code"]) == (404, "partner_not_found")
    every = glow.headers_everywhere()
    unclear = glow.client.get("/v1/rewards", headers=every)
    assert (unclear.status_code, unclear.json()["code"]) == (400, "program_not_chosen")
    assert len(items(glow, "rewards", every | {"Guerdon-Program": "glow"})) == 4
