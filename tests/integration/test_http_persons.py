"""Persons over HTTP: profile, identities, consents, export, erasure; members who are blocked, leave, are merged."""

from collections.abc import Iterator
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE, named

from guerdon.runtime.secret_key import new_secret, read_secret_key
from guerdon.store.database import connect

ANA = {"given_name": "Ana", "birth_date": "1990-03-20", "region": "Sofia", "attributes": {"shoe": "38"}}
EMAIL = {"kind": "email", "value": "Ana@Example.com"}
CARD = {"kind": "card", "value": "2610 0042-77"}


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    settings = {"secret": read_secret_key(new_secret())}
    with counter(database_url, SIMPLE, named(SIMPLE, "other"), settings=settings) as open_counter:
        headers = open_counter.headers()
        for event in (enrol("ana"), enrol("bo")):
            assert open_counter.client.post("/v1/events", json=event, headers=headers).status_code == 200
        yield open_counter


KEYS: dict[tuple[str, str, str | None], dict[str, str]] = {}
"""One key for each scope, as a till has one: who did something is part of what was sent."""


def call(shop: Counter, method: str, path: str, *, scope: str = "manager", status: int = 200, **more: Any) -> Any:
    program = more.pop("program", None)
    known = (shop.url, scope, program)
    if known not in KEYS:
        KEYS[known] = shop.headers(scope, program=program)
    answer = shop.client.request(method, f"/v1{path}", headers=KEYS[known] | more.pop("headers", {}), **more)
    assert answer.status_code == status, answer.text
    return answer.json()


def traits(shop: Counter, member: str) -> dict[str, Any]:
    state = call(shop, "GET", f"/members/{member}/export")["traits"]
    return dict(state)


def entries(shop: Counter, member: str) -> int:
    with connect(shop.url) as connection:
        row = connection.execute("select seq from members where key = %s", [member]).fetchone()
    return 0 if row is None else int(row[0])


def test_a_profile_is_kept_changed_and_told_to_the_rules(shop: Counter) -> None:
    kept = shop.client.put("/v1/members/ana/person", json=ANA, headers=shop.headers("app"))
    read = shop.client.get("/v1/members/ana/person", headers=shop.headers("app"))
    tag = read.headers["etag"]

    assert kept.status_code == 200
    assert read.json() == ANA
    assert tag == kept.headers["etag"]
    assert traits(shop, "ana")["birthday"] == "03-20"
    changed = call(
        shop, "PATCH", "/members/ana/person", json={"region": None, "attributes": {"hat": "L"}},
        headers={"If-Match": tag},
    )  # fmt: skip
    assert changed == {key: value for key, value in ANA.items() if key != "region"} | {
        "attributes": {"shoe": "38", "hat": "L"}
    }
    assert "region" not in traits(shop, "ana")
    stale = call(shop, "PUT", "/members/ana/person", json={}, headers={"If-Match": tag}, status=412)
    assert stale["code"] == "changed_meanwhile"
    wrong = call(shop, "PATCH", "/members/ana/person", json={"birth_date": "Ana's day"}, status=422)
    assert wrong["code"] == "not_as_wanted"
    assert "Ana's" not in str(wrong)
    assert call(shop, "GET", "/members/ana/person") == changed
    for method, path in (("GET", "/person"), ("GET", "/identities"), ("GET", "/consents"), ("GET", "/export")):
        assert call(shop, method, f"/members/ana{path}", scope="checkout", status=403)["code"] == "not_allowed"
        assert call(shop, method, f"/members/ana{path}", program="other", status=404)["code"] == "member_unknown"
        assert call(shop, method, f"/members/a%00b{path}", status=404)["code"] == "member_unknown"


def test_a_member_is_found_by_what_the_person_shows(shop: Counter) -> None:
    added = call(shop, "POST", "/members/ana/identities", json=EMAIL, scope="checkout")
    again = call(shop, "POST", "/members/ana/identities", json=EMAIL | {"value": " ana@example.COM "})
    taken = call(shop, "POST", "/members/bo/identities", json=EMAIL, status=409)

    assert (added["changed"], again["changed"]) == (True, False)
    assert taken["code"] == "identity_taken"
    assert "ana" not in str(taken)
    assert call(shop, "POST", "/members/find", json=EMAIL, scope="checkout") == {"member": "ana"}
    (shown,) = call(shop, "GET", "/members/ana/identities")["items"]
    assert (shown["kind"], shown["masked"]) == ("email", "a•••@example.com")
    nobody = call(shop, "POST", "/members/find", json=CARD, status=404)
    assert (nobody["code"], "2610" in str(nobody)) == ("identity_unknown", False)
    assert call(shop, "POST", "/members/find", json=EMAIL, program="other", status=404)["code"] == "identity_unknown"
    assert call(shop, "POST", "/members/find", json={"kind": "phone", "value": "12\x00"}, status=422)["code"] == (
        "identity_malformed"
    )
    assert call(shop, "POST", "/members/ana/identities/remove", json=EMAIL)["changed"]
    assert not call(shop, "POST", "/members/ana/identities/remove", json=EMAIL)["changed"]
    assert call(shop, "POST", "/members/find", json=EMAIL, status=404)["code"] == "identity_unknown"


def test_an_identity_stands_for_the_member_at_the_checkout(shop: Counter) -> None:
    call(shop, "POST", "/members/ana/identities", json=CARD)
    basket = {key: value for key, value in purchase("p1", "", 1_000).items() if key != "member"} | {"identity": CARD}

    bought = call(shop, "POST", "/purchases", json=basket, scope="checkout")
    again = call(shop, "POST", "/purchases", json=basket, scope="checkout")
    quoted = call(shop, "POST", "/quotes", json={"lines": basket["lines"], "identity": CARD})
    back = {"id": "r1", "at": "2026-01-04T10:00:00Z", "purchase": "p1", "identity": CARD}

    assert (bought["member"], again["repeated"]) == ("ana", True)
    assert quoted["receipt"]
    assert call(shop, "POST", "/returns", json=back)["member"] == "ana"
    hold = {"id": "h1", "at": "2026-01-04T11:00:00Z", "until": "2026-01-05T11:00:00Z", "reward": "coffee"}
    nothing = call(shop, "POST", "/holds", json=hold | {"identity": CARD}, status=409)
    assert nothing["code"] == "redemption_exceeds_available_points"
    event = call(shop, "GET", "/events/p1")["event"]
    assert "identity" not in event
    assert "2610" not in str(event)
    before = entries(shop, "ana")
    twice = call(shop, "POST", "/events", json=basket | {"kind": "purchase", "id": "p2", "member": "bo"}, status=400)
    unknown = basket | {"kind": "purchase", "id": "p2", "identity": CARD | {"value": "0000"}}
    assert twice["code"] == "member_differs"
    assert call(shop, "POST", "/events", json=unknown, status=404)["code"] == "identity_unknown"
    assert call(shop, "POST", "/events", json=unknown | {"identity": 7}, status=422)["code"] == "not_as_wanted"
    assert entries(shop, "ana") == before


def test_consents_are_given_and_taken_back_and_the_history_stays(shop: Counter) -> None:
    said = {"purpose": "marketing", "granted": True, "at": "2026-03-01T10:00:00+02:00", "source": "till"}

    given = call(shop, "POST", "/members/ana/consents", json=said, scope="checkout")
    again = call(shop, "POST", "/members/ana/consents", json=said)
    assert (given["now"], len(again["history"])) == (["marketing"], 1)
    assert given["history"][0]["source"] == "till"
    assert traits(shop, "ana")["consents"] == ["marketing"]
    taken = call(shop, "POST", "/members/ana/consents", json={"purpose": "marketing", "granted": False}, scope="app")
    assert (taken["now"], [one["granted"] for one in taken["history"]]) == ([], [True, False])
    for wrong in (
        {"purpose": ""},
        {"at": "2098-01-01T00:00:00Z"},
        {"at": "1999-01-01T00:00:00Z"},
        {"purpose": "a\x00"},
    ):
        assert call(shop, "POST", "/members/ana/consents", json=said | wrong, status=422)["status"] == 422
    assert call(shop, "GET", "/members/ana/consents", scope="app") == taken


def test_a_person_is_exported_and_forgotten_and_the_books_stay(shop: Counter) -> None:
    call(shop, "PUT", "/members/ana/person", json=ANA)
    call(shop, "POST", "/members/ana/identities", json=EMAIL)
    exported = call(shop, "GET", "/members/ana/export")
    assert (exported["profile"]["given_name"], exported["identities"][0]["value"]) == ("Ana", "ana@example.com")
    assert call(shop, "DELETE", "/members/ana/person", scope="app", status=403)["code"] == "not_allowed"

    erased = call(shop, "DELETE", "/members/ana/person")
    again = call(shop, "DELETE", "/members/ana/person", params={"reason": "staff"})

    assert erased == again
    assert erased["reason"] == "asked"
    assert call(shop, "GET", "/members/ana/person", status=410)["code"] == "person_erased"
    assert call(shop, "PUT", "/members/ana/person", json=ANA, status=410)["code"] == "person_erased"
    assert call(shop, "POST", "/members/find", json=EMAIL, status=404)["code"] == "identity_unknown"
    assert traits(shop, "ana") == {}
    assert call(shop, "GET", "/members/ana")["enrolled_at"]
    acts = call(shop, "GET", "/audit")["items"]
    assert [act["action"] for act in acts if act["target"] == "member/ana"].count("person.erased") == 2
    for secret in ("Ana", "example.com", "1990", "Sofia"):
        assert secret not in str(acts)


def act(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "at": "2026-02-01T10:00:00Z", **more}


def test_members_are_blocked_and_leave(shop: Counter) -> None:
    blocked = call(shop, "POST", "/members/bo/block", json=act("b1", reason="lost card"))
    again = call(shop, "POST", "/members/bo/block", json=act("b1", reason="lost card"))
    refused = call(shop, "POST", "/members/bo/block", json=act("b2", reason="once more"), status=409)

    assert (again["repeated"], refused["code"]) == (True, "member_blocked")
    assert blocked["effects"]
    assert (
        call(shop, "POST", "/members/bo/unblock", json=act("u1", reason="found", by="staff-7"))["seq"] > blocked["seq"]
    )
    assert call(shop, "POST", "/members/bo/close", json=act("c1", reason="asked", member="ana"), status=400)[
        "code"
    ] == ("member_differs")
    assert call(shop, "POST", "/members/bo/close", json=act("c1", reason="asked"), scope="app", status=403)
    assert call(shop, "POST", "/members/bo/close", json=act("c1"), status=422)["code"] == "not_as_wanted"
    call(shop, "POST", "/members/bo/close", json=act("c1", reason="asked"))
    assert call(shop, "GET", "/members/bo")["barred"] == "closed"
    assert call(shop, "PUT", "/members/bo/person", json=ANA) == ANA, "the person is known, and rules need not hear"
    acts = [one["action"] for one in call(shop, "GET", "/audit")["items"] if one["target"] == "member/bo"]
    assert acts == ["person.profile_kept", "member.closed", "member.unblocked", "member.blocked"]


def test_a_merged_card_finds_the_one_who_acts_for_both(shop: Counter) -> None:
    call(shop, "POST", "/members/ana/identities", json=CARD)
    basket = {key: value for key, value in purchase("p1", "", 1_000).items() if key != "member"} | {"identity": CARD}
    call(shop, "POST", "/purchases", json=basket)

    merged = call(shop, "POST", "/members/ana/merge", json=act("m1", into="bo"))
    again = call(shop, "POST", "/members/ana/merge", json=act("m1", into="bo"))

    assert (merged["into"], merged["identities"], again["identities"]) == ("bo", 1, 0)
    assert call(shop, "POST", "/members/find", json=CARD) == {"member": "bo"}
    assert call(shop, "POST", "/purchases", json=basket)["member"] == "ana", "a retry is the purchase of before"
    assert call(shop, "POST", "/purchases", json=basket | {"id": "p2", "at": "2026-02-02T10:00:00Z"})["member"] == "bo"
    unmerged = call(shop, "POST", "/members/ana/unmerge", json=act("m2", at="2026-02-03T10:00:00Z"))
    assert (unmerged["into"], unmerged["identities"]) == ("bo", 1)
    assert call(shop, "POST", "/members/find", json=CARD) == {"member": "ana"}
    call(shop, "POST", "/members/ana/merge", json=act("m1", into="bo"))
    assert call(shop, "POST", "/members/find", json=CARD) == {"member": "ana"}, "the old merge is over"
    assert (
        call(shop, "POST", "/members/ana/merge", json=act("m3", into="nobody"), status=404)["code"] == "member_unknown"
    )
    call(shop, "DELETE", "/members/bo/person")
    assert call(shop, "POST", "/members/ana/merge", json=act("m4", into="bo"), status=410)["code"] == "person_erased"
    assert call(shop, "GET", "/members/ana").get("barred", "") == ""
