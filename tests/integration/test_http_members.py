"""Members over HTTP: joining, where they stand at any moment, wallets lot by lot, statements, explanations."""

from collections.abc import Iterator
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE, named

from guerdon.api.pages import cursor_of
from guerdon.store.database import connect

LADDER = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {expires: 5 months}
  stars: {expires: 2 months without activity}
meters:
  spend_year: {sum: spend, window: calendar year}
mechanics:
  - tiers:
      meter: spend_year
      levels: {basic: 0, silver: 150 USD, gold: 400 USD}
      kept: 12 months
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {earn: points, name: slow, flat: 7, available_after: 30 days}
  - {earn: stars, name: star, flat: 3}
  - {earn: points, name: gold-extra, multiply: base, times: 2, when: {tier: gold}}
rewards:
  - {reward: coffee, cost: 20 points}
"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, LADDER, named(SIMPLE, "other")) as open_counter:
        told(open_counter)
        yield open_counter


def told(shop: Counter) -> None:
    """Ann joins, buys for 120 USD in January and for 60 USD in March, and takes a coffee; Bob only joins."""
    headers = shop.headers()
    for event in (
        enrol("ann"),
        enrol("bob"),
        {"kind": "purchase"} | purchase("p1", "ann", 12_000, at="2026-01-10T12:00:00Z"),
        {"kind": "purchase"} | purchase("p2", "ann", 6_000, at="2026-03-01T12:00:00Z"),
        {"kind": "redeem", "id": "r1", "member": "ann", "at": "2026-03-02T12:00:00Z", "reward": "coffee"},
        {"kind": "redeem", "id": "r2", "member": "bob", "at": "2026-03-02T12:00:00Z", "reward": "coffee"},
    ):
        shop.client.post("/v1/events", json=event, headers=headers)


def get(shop: Counter, path: str, **query: Any) -> dict[str, Any]:
    answer = shop.client.get(f"/v1{path}", params=query, headers=shop.headers("auditor"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def code(shop: Counter, path: str, *, program: str | None = None, **query: Any) -> tuple[int, str]:
    answer = shop.client.get(f"/v1{path}", params=query, headers=shop.headers(program=program))
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def test_a_member_joins_once(shop: Counter) -> None:
    headers = shop.headers("app")
    joining = {"id": "join-eva", "member": "eva", "at": "2026-01-05T10:00:00Z", "referrer": "ann"}

    first = shop.client.post("/v1/members", json=joining, headers=headers)
    again = shop.client.post("/v1/members", json=joining, headers=headers).json()
    other = shop.client.post("/v1/members", json=joining | {"id": "second"}, headers=headers)

    assert (first.status_code, first.json()["seq"]) == (200, 1)
    assert again == first.json() | {"repeated": True}
    assert (other.status_code, other.json()["code"]) == (409, "member_already_enrolled")
    assert get(shop, "/members/eva")["referrer"] == "ann"
    refused = shop.client.post("/v1/members", json=joining, headers=shop.headers("auditor"))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


def test_where_a_member_stood_at_a_moment_of_the_past(shop: Counter) -> None:
    january = get(shop, "/members/ann", as_of="2026-01-31T00:00:00Z")

    assert january["enrolled_at"] == "2026-01-02T10:00:00Z"
    assert january["wallets"] == [
        {"unit": "points", "available": 120, "pending": 7},
        {"unit": "stars", "available": 3},
    ]
    assert january["meters"] == {"spend_year": 12_000}
    (tier,) = january["tiers"]
    assert (tier["ladder"], tier["level"]) == ("tiers", "basic")
    assert tier["next"] == {
        "level": "silver",
        "all_of": [{"meter": "spend_year", "has": 12_000, "wanted": 15_000, "missing": 3_000}],
    }
    before = get(shop, "/members/ann", as_of="2026-01-01T00:00:00Z")
    assert before == {"member": "ann", "as_of": "2026-01-01T00:00:00Z", "meters": {"spend_year": 0}}


def test_what_has_fallen_due_is_settled_in_the_answer_and_nothing_is_stored(shop: Counter) -> None:
    march = get(shop, "/members/ann", as_of="2026-03-02T12:00:00Z")
    now = get(shop, "/members/ann")
    later = get(shop, "/members/ann", as_of="2030-01-01T00:00:00Z")

    assert march["wallets"][0] == {"unit": "points", "available": 167, "pending": 7}
    assert march["tiers"][0]["level"] == "silver"
    assert march["tiers"][0]["next"]["all_of"][0]["missing"] == 22_000
    assert now["wallets"][0] == {"unit": "points", "available": 0}, "5 months have passed"
    assert later["tiers"][0]["level"] == "basic"
    with connect(shop.url) as connection:
        ((seq,),) = connection.execute("select seq from members where key = 'ann'").fetchall()
    assert seq == 4


def test_wallets_tell_their_lots_and_what_expires_next(shop: Counter) -> None:
    moment = "2026-03-02T12:00:00Z"
    points = get(shop, "/members/ann/wallets/points", as_of=moment)
    wallets = get(shop, "/members/ann/wallets", as_of=moment)

    assert [(lot["amount"], lot.get("available_from"), lot["expires_at"]) for lot in points["lots"]] == [
        (107, None, "2026-06-11T04:00:00Z"),
        (60, None, "2026-08-02T04:00:00Z"),
        (7, "2026-04-01T04:00:00Z", "2026-08-02T04:00:00Z"),
    ]
    assert points["expires_next"] == {"amount": 107, "at": "2026-06-11T04:00:00Z", "reason": "expiry"}
    assert [wallet["unit"] for wallet in wallets["items"]] == ["points", "stars"]
    assert wallets["items"][0] == points
    assert wallets["items"][1]["expires_next"]["reason"] == "inactivity"
    assert get(shop, "/members/bob/wallets/stars") == {"unit": "stars", "available": 0}
    assert code(shop, "/members/ann/wallets/miles") == (404, "unit_not_found")


def test_a_statement_is_the_same_whatever_the_size_and_the_order_of_its_pages(shop: Counter) -> None:
    lines = leafed_through(shop, "oldest")

    assert leafed_through(shop, "newest") == lines[::-1]
    assert [(line["kind"], line["event"]) for line in lines] == [
        ("enrol", "enrol-ann"),
        ("purchase", "p1"),
        ("purchase", "p2"),
        ("redeem", "r1"),
    ]
    assert [line.get("change", {}) for line in lines] == [
        {},
        {"points": 127, "stars": 3},
        {"points": 67, "stars": 3},
        {"points": -20},
    ]
    assert [line.get("balance", {}) for line in lines] == [
        {},
        {"points": 127, "stars": 3},
        {"points": 194, "stars": 6},
        {"points": 174, "stars": 6},
    ]


def leafed_through(shop: Counter, order: str) -> list[dict[str, Any]]:
    """A statement one line at a time, compared with the whole of it."""
    whole = get(shop, "/members/ann/statement", order=order)

    paged: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    for _ in range(4):
        page = get(shop, "/members/ann/statement", order=order, limit=1, **cursor)
        paged += page["items"]
        cursor = {"cursor": page["next"]}
    assert page["next"] is None
    assert paged == whole["items"]
    assert whole["next"] is None
    return paged


def test_a_statement_tells_what_was_refused(shop: Counter) -> None:
    line = get(shop, "/members/bob/statement")["items"][0]

    assert line["refusal"]["code"] == "redemption_exceeds_available_points"
    assert "change" not in line


def test_what_happens_meanwhile_shifts_no_page(shop: Counter) -> None:
    first = get(shop, "/members/ann/statement", limit=2)
    shop.client.post(
        "/v1/purchases", json=purchase("p3", "ann", 1_000, at="2026-03-03T12:00:00Z"), headers=shop.headers()
    )
    second = get(shop, "/members/ann/statement", limit=2, cursor=first["next"])

    assert [line["seq"] for line in first["items"] + second["items"]] == [4, 3, 2, 1]
    assert second["items"][0]["balance"] == {"points": 127, "stars": 3}


def test_an_event_of_a_member_is_read_and_explained(shop: Counter) -> None:
    recorded = get(shop, "/members/ann/events/p1")
    explained = get(shop, "/members/ann/events/p1/explain")

    assert recorded == get(shop, "/events/p1")
    assert explained["effects"] == recorded["effects"]
    assert (explained["seq"], explained["version"]) == (2, 1)
    assert [note["mechanic"] for note in explained["notes"]] == ["gold-extra"]
    assert explained["wallets_after"][0] == {"unit": "points", "available": 120, "pending": 7}
    assert "wallets_before" not in explained
    refused = get(shop, "/members/bob/events/r2/explain")
    assert refused["refusal"]["code"] == "redemption_exceeds_available_points"


def test_members_are_listed_in_the_order_of_their_ids(shop: Counter) -> None:
    first = get(shop, "/members", limit=1)
    second = get(shop, "/members", limit=1, cursor=first["next"])

    assert [member["member"] for member in first["items"] + second["items"]] == ["ann", "bob"]
    assert first["items"][0]["entries"] == 4
    assert second["next"] is None
    assert get(shop, "/members") == {"items": first["items"] + second["items"], "next": None}


def test_ids_may_hold_a_slash(shop: Counter) -> None:
    headers = shop.headers()
    for event in (
        enrol("club/eva"),
        {"kind": "purchase"} | purchase("till 1/p1", "club/eva", 1_000, at="2026-03-01T12:00:00Z"),
    ):
        shop.client.post("/v1/events", json=event, headers=headers)

    assert get(shop, "/members/club%2Feva")["member"] == "club/eva"
    assert get(shop, "/members/club%2feva/wallets/stars")["unit"] == "stars"
    assert get(shop, "/members/club%2Feva/events/till%201%2Fp1/explain")["id"] == "till 1/p1"
    assert get(shop, "/events/till%201%2Fp1")["member"] == "club/eva"
    assert code(shop, "/members/club%2Fadam") == (404, "member_unknown")
    assert code(shop, "/members/club/eva") == (404, "not_found")


UNKNOWN = ["/members/eva", "/members/eva/wallets", "/members/eva/wallets/points", "/members/eva/statement",
           "/members/eva/events/p1", "/members/eva/events/p1/explain", "/members/%00", "/members/%ff%fe",
           "/members/%0a", "/members/" + "a" * 300]  # fmt: skip


def test_a_member_who_is_not_there(shop: Counter) -> None:
    for path in UNKNOWN:
        assert code(shop, path) == (404, "member_unknown"), path


def test_another_brand_sees_nothing_of_a_member(shop: Counter) -> None:
    for path in ("", "/wallets", "/wallets/points", "/statement", "/events/p1", "/events/p1/explain"):
        assert code(shop, f"/members/ann{path}", program="other") == (404, "member_unknown")
    assert code(shop, "/events/p1", program="other") == (404, "event_not_found")
    listed = shop.client.get("/v1/members", headers=shop.headers(program="other")).json()
    assert listed == {"items": [], "next": None}


def test_an_event_that_is_not_the_members(shop: Counter) -> None:
    for event in ("nothing", "r2", "%00"):
        assert code(shop, f"/members/ann/events/{event}") == (404, "event_not_found")
        assert code(shop, f"/members/ann/events/{event}/explain") == (404, "event_not_found")


NONSENSE = [
    ("/members/ann", {"as_of": "2026-03-02"}, 422, "not_as_wanted"),
    ("/members/ann", {"as_of": "2026-03-02T12:00:00"}, 422, "not_as_wanted"),
    ("/members/ann", {"as_of": "1999-12-31T23:59:59Z"}, 422, "not_as_wanted"),
    ("/members/ann", {"as_of": "2100-01-01T00:00:00Z"}, 422, "not_as_wanted"),
    ("/members/ann", {"as_of": "\0"}, 422, "not_as_wanted"),
    ("/members/ann/statement", {"order": "any"}, 422, "not_as_wanted"),
    ("/members/ann/statement", {"limit": 0}, 422, "not_as_wanted"),
    ("/members/ann/statement", {"limit": 1_001}, 422, "not_as_wanted"),
    ("/members/ann/statement", {"limit": 10**30}, 422, "not_as_wanted"),
    ("/members/ann/statement", {"limit": "many"}, 422, "not_as_wanted"),
    ("/members/ann/statement", {"cursor": "nonsense"}, 400, "cursor_not_readable"),
    ("/members/ann/statement", {"cursor": "§"}, 400, "cursor_not_readable"),
    ("/members/ann/statement", {"cursor": cursor_of(-1)}, 400, "cursor_not_readable"),
    ("/members/ann/statement", {"cursor": cursor_of(10**40)}, 400, "cursor_not_readable"),
    ("/members/ann/statement", {"cursor": cursor_of("ann")}, 400, "cursor_not_readable"),
    ("/members", {"cursor": cursor_of(1)}, 400, "cursor_not_readable"),
    ("/members", {"cursor": cursor_of("a\0b")}, 400, "cursor_not_readable"),
]


def test_what_cannot_be_asked_is_refused(shop: Counter) -> None:
    for path, query, status, wrong in NONSENSE:
        assert code(shop, path, **query) == (status, wrong), query


def test_what_stands_against_a_member_is_told(shop: Counter) -> None:
    blocking = {"kind": "block", "id": "b", "member": "ann", "at": "2026-03-05T12:00:00Z", "reason": "theft", "by": "7"}
    shop.client.post("/v1/events", json=blocking, headers=shop.headers())

    blocked = get(shop, "/members/ann", as_of="2026-03-06T00:00:00Z")

    assert (blocked["barred"], blocked["barred_since"]) == ("blocked", "2026-03-05T12:00:00Z")
    assert "barred" not in get(shop, "/members/ann", as_of="2026-03-04T00:00:00Z")


GIFT = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
mechanics:
  - {earn: points, name: spring, on: 2026-03-20, flat: 100, limit: {total: 100 points}}
"""


def test_what_others_have_used_up_is_not_shown_as_given(database_url: str) -> None:
    spring = "2026-03-21T12:00:00Z"
    with counter(database_url, GIFT) as shop:
        headers = shop.headers()
        for event in (enrol("ann"), enrol("bob")):
            shop.client.post("/v1/events", json=event, headers=headers)
        before = get(shop, "/members/bob/wallets/points")
        shop.client.post("/v1/events", json={"kind": "tick", "id": "t", "member": "ann", "at": spring}, headers=headers)

        after = get(shop, "/members/bob/wallets/points")

    assert (before["available"], after["available"]) == (100, 0)
