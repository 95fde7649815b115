"""Events and purchases over HTTP: answered, repeated, refused, each with what moved."""

from collections.abc import Iterator

import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE

from guerdon.people.keys import make_key, revoke
from guerdon.store.database import connect


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, SIMPLE) as open_counter:
        yield open_counter


def test_a_purchase_is_answered_with_what_its_receipt_is_printed_from(shop: Counter) -> None:
    headers = shop.headers("checkout")
    shop.client.post("/v1/events", json=enrol("ann"), headers=headers)

    answer = shop.client.post("/v1/purchases", json=purchase("p1", "ann", 1250, 299), headers=headers)

    assert answer.status_code == 200
    receipt = answer.json()["receipt"]
    assert (receipt["total"], receipt["discount"], receipt["to_pay"]) == (1549, 0, 1549)
    assert receipt["earned"] == [{"mechanic": "base", "unit": "points", "amount": 15}]
    assert receipt["wallets"] == [{"unit": "points", "available": 15}]


def test_an_event_that_comes_again_gets_the_first_answer_and_moves_nothing(shop: Counter) -> None:
    headers = shop.headers("checkout")
    shop.client.post("/v1/events", json=enrol("ann"), headers=headers)
    first = shop.client.post("/v1/purchases", json=purchase("p1", "ann", 1000), headers=headers).json()
    shop.client.post("/v1/purchases", json=purchase("p2", "ann", 5000), headers=headers)

    again = shop.client.post("/v1/purchases", json=purchase("p1", "ann", 1000), headers=headers).json()

    assert again == first | {"repeated": True}


def test_the_same_id_with_other_content_is_refused_and_the_answer_names_what_differs(shop: Counter) -> None:
    headers = shop.headers("checkout")
    shop.client.post("/v1/events", json=enrol("ann"), headers=headers)
    shop.client.post("/v1/purchases", json=purchase("p1", "ann", 1000), headers=headers)

    answer = shop.client.post("/v1/purchases", json=purchase("p1", "ann", 2000), headers=headers)

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "event_id_used_with_other_content"
    assert answer.json()["details"] == {"id": "p1", "differs": "lines"}


def test_an_id_may_stand_in_the_header_instead_of_the_body(shop: Counter) -> None:
    headers = shop.headers() | {"Idempotency-Key": "from-header"}
    event = enrol("ann")
    del event["id"]

    assert shop.client.post("/v1/events", json=event, headers=headers).json()["id"] == "from-header"
    differing = shop.client.post("/v1/events", json=event | {"id": "other"}, headers=headers)
    assert (differing.status_code, differing.json()["code"]) == (400, "id_differs")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "key_missing"),
        ({"Authorization": "Basic abc"}, 401, "key_missing"),
        ({"Authorization": "Bearer gk_0123456789ab_wrong"}, 401, "key_not_good"),
        ({"Authorization": "Bearer nonsense"}, 401, "key_not_good"),
    ],
)
def test_who_shows_no_good_key_is_let_nowhere(shop: Counter, headers: dict[str, str], status: int, code: str) -> None:
    answer = shop.client.post("/v1/events", json=enrol("ann"), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_key_does_only_what_its_scopes_allow(shop: Counter) -> None:
    answer = shop.client.post("/v1/events", json=enrol("ann"), headers=shop.headers("auditor"))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    missing = shop.client.post("/v1/purchases", json=purchase("p1", "ann", 1), headers=shop.headers("checkout"))
    assert (missing.status_code, missing.json()["code"]) == (404, "member_unknown")


def test_a_key_that_asks_too_often_is_told_to_wait(shop: Counter) -> None:
    with connect(shop.url) as connection:
        program = next(iter(shop.programs.values()))
        slow = make_key(connection, program=program, title="slow", scopes=["checkout"], requests_per_second=1).shown
    headers = {"Authorization": f"Bearer {slow}"}

    answers = [shop.client.post("/v1/events", json=enrol(f"m{n}"), headers=headers) for n in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert (answers[2].json()["code"], answers[2].headers["retry-after"]) == ("too_many_requests", "1")


def test_a_revoked_key_opens_nothing_a_few_seconds_later(shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guerdon.api.access.REMEMBERED_SECONDS", 0.0)
    headers = shop.headers("checkout")
    assert shop.client.post("/v1/events", json=enrol("ann"), headers=headers).status_code == 200
    key = headers["Authorization"].split("_")[1]
    with connect(shop.url) as connection:
        assert revoke(connection, key)

    answer = shop.client.post("/v1/events", json=enrol("bob"), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "key_not_good")
