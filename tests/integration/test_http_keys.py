"""Keys and the audit log over HTTP: made, shown once, rotated with an overlap, revoked, and all of it on record."""

from collections.abc import Iterator
from typing import Any

import pytest
from http_fixtures import Counter, counter
from ledger_fixtures import SIMPLE

from guerdon.people.audit import Author, record
from guerdon.store.database import connect

OTHER = SIMPLE.replace("program: shop", "program: cafe")
TILL = {"title": "till 1", "scopes": ["checkout"]}


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, SIMPLE, OTHER) as open_counter:
        yield open_counter


def made(shop: Counter, headers: dict[str, str], **wish: Any) -> dict[str, str]:
    answer = shop.client.post("/v1/keys", headers=headers, json=TILL | wish)
    assert answer.status_code == 201
    found: dict[str, str] = answer.json()
    return found


def opens(shop: Counter, key: str) -> int:
    return shop.client.get("/v1/rewards", headers={"Authorization": f"Bearer {key}"}).status_code


def acts(shop: Counter, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.client.get("/v1/audit", headers=headers).json()["items"]
    return found


def test_a_key_is_shown_once_and_does_what_its_scopes_allow(shop: Counter) -> None:
    headers = shop.headers()
    key = made(shop, headers, requests_per_second=5)

    read = shop.client.get(f"/v1/keys/{key['id']}", headers=headers).json()
    listed = shop.client.get("/v1/keys", headers=headers).json()["items"]

    assert opens(shop, key["key"]) == 200
    assert shop.client.get("/v1/keys", headers={"Authorization": f"Bearer {key['key']}"}).status_code == 403
    assert read in listed
    assert (read["program"], read["title"], read["scopes"], read["requests_per_second"]) == (
        "shop",
        "till 1",
        ["checkout"],
        5,
    )
    secret = key["key"].rpartition("_")[2]
    assert secret not in str(listed)
    assert secret not in str(acts(shop, headers))


def test_what_is_no_key_is_not_made(shop: Counter) -> None:
    headers = shop.headers()
    before = len(shop.client.get("/v1/keys", headers=headers).json()["items"])
    wrong: list[dict[str, Any]] = [
        {"title": ""},
        {"title": "a\x00b"},
        {"title": "x" * 201},
        {"scopes": []},
        {"scopes": ["root"]},
        {"requests_per_second": 0},
        {"requests_per_second": 10**30},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2098-01-01T00:00:00"},
        {"secret": "mine"},
    ]
    for part in wrong:
        answer = shop.client.post("/v1/keys", headers=headers, json=TILL | part)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_as_wanted"), part
    for scope in ("checkout", "app", "auditor"):
        answer = shop.client.post("/v1/keys", headers=shop.headers(scope), json=TILL)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    after = shop.client.get("/v1/keys", headers=headers).json()["items"]
    assert len(after) == before + 3  # those of the scopes that were tried
    assert acts(shop, headers) == []


def test_a_key_of_one_program_makes_and_sees_that_programs_alone(shop: Counter) -> None:
    own, other, every = shop.headers(), shop.headers(program="cafe"), shop.headers_everywhere()
    stranger = made(shop, other)
    all_of_it = made(shop, every, title="everything")
    of_cafe = made(shop, every, program="cafe")

    answer = shop.client.post("/v1/keys", headers=own, json=TILL | {"program": "cafe"})
    assert (answer.status_code, answer.json()["code"]) == (404, "program_not_found")
    for key in (stranger, all_of_it, of_cafe):
        for answer in (
            shop.client.get(f"/v1/keys/{key['id']}", headers=own),
            shop.client.post(f"/v1/keys/{key['id']}/rotate", headers=own, json={}),
            shop.client.post(f"/v1/keys/{key['id']}/revoke", headers=own),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "key_not_found")
    listed = shop.client.get("/v1/keys", headers=own).json()["items"]
    assert {item["program"] for item in listed} == {"shop"}
    everything = shop.client.get("/v1/keys", headers=every).json()["items"]
    assert {item["program"] for item in everything} == {"shop", "cafe", None}
    assert opens(shop, of_cafe["key"]) == 200
    assert acts(shop, own) == []
    assert [act["target"] for act in acts(shop, other)] == [of_cafe["id"], stranger["id"]]
    assert [act["program"] for act in acts(shop, every)] == ["cafe", None, "cafe"]


def test_a_rotated_key_opens_for_the_overlap_and_is_replaced_once(shop: Counter) -> None:
    headers = shop.headers()
    old = made(shop, headers)

    new = shop.client.post(f"/v1/keys/{old['id']}/rotate", headers=headers, json={"overlap_seconds": 60})
    again = shop.client.post(f"/v1/keys/{old['id']}/rotate", headers=headers, json={})

    assert new.status_code == 201
    assert (opens(shop, old["key"]), opens(shop, new.json()["key"])) == (200, 200)
    assert (again.status_code, again.json()["code"]) == (409, "key_is_over")
    assert new.json()["id"] in again.json()["detail"]
    read = shop.client.get(f"/v1/keys/{new.json()['id']}", headers=headers).json()
    assert (read["replaces"], read["scopes"], "expires_at" in read) == (old["id"], ["checkout"], False)
    found = acts(shop, headers)
    assert [act["action"] for act in found] == ["key.made", "key.rotated", "key.made"]
    assert found[1]["before"]["expires_at"] is None
    assert found[1]["after"]["expires_at"] is not None


def test_a_key_rotated_without_overlap_opens_nothing(shop: Counter) -> None:
    headers = shop.headers()
    old = made(shop, headers)

    new = shop.client.post(f"/v1/keys/{old['id']}/rotate", headers=headers, json={"overlap_seconds": 0}).json()
    over = shop.client.post(f"/v1/keys/{old['id']}/rotate", headers=headers, json={})

    assert (opens(shop, old["key"]), opens(shop, new["key"])) == (401, 200)
    assert (over.status_code, over.json()["code"]) == (409, "key_is_over")
    for seconds in (-1, 10**12, "soon"):
        answer = shop.client.post(f"/v1/keys/{new['id']}/rotate", headers=headers, json={"overlap_seconds": seconds})
        assert (answer.status_code, answer.json()["code"]) == (422, "not_as_wanted")


def test_a_revoked_key_opens_nothing_and_stays_on_record(shop: Counter) -> None:
    headers = shop.headers()
    key = made(shop, headers)

    answer = shop.client.post(f"/v1/keys/{key['id']}/revoke", headers=headers)
    twice = shop.client.post(f"/v1/keys/{key['id']}/revoke", headers=headers)

    assert answer.status_code == 200
    assert answer.json()["revoked_at"] == twice.json()["revoked_at"]
    assert opens(shop, key["key"]) == 401
    assert [act["action"] for act in acts(shop, headers)] == ["key.revoked", "key.made"]
    for odd in ("000000000000", "%00", "%ff", "x" * 2000, "'--"):
        missing = shop.client.get(f"/v1/keys/{odd}", headers=headers)
        assert (missing.status_code, missing.json()["code"]) == (404, "key_not_found")


def test_the_audit_log_is_read_in_pages_the_newest_first(shop: Counter) -> None:
    headers = shop.headers("auditor")
    with connect(shop.url) as connection:
        for number in range(5):
            record(connection, Author("cli"), shop.programs["shop"], "stock.changed", f"mug/{number}", after={"n": 1})
        record(connection, Author("cli"), shop.programs["cafe"], "stock.changed", "cup")

    pages, cursor = [], None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = shop.client.get("/v1/audit", headers=headers, params=asked).json()
        pages.append([act["target"] for act in answer["items"]])
        cursor = answer.get("next")
        if cursor is None:
            break

    assert pages == [["mug/4", "mug/3"], ["mug/2", "mug/1"], ["mug/0"]]
    for limit in ("0", "1001", "-1", "9" * 30, "x"):
        assert shop.client.get("/v1/audit", headers=headers, params={"limit": limit}).status_code == 422
    for bad in ("x", "%00", "WyJhbm4iXQ", "Wy0xXQ", "W10", "WzFlMzBd"):
        answer = shop.client.get("/v1/audit", headers=headers, params={"cursor": bad})
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_not_readable")
    assert shop.client.get("/v1/audit", headers=shop.headers("checkout")).status_code == 403
