"""Programs and versions over HTTP: validated, compared, published, scheduled, rolled back, and shown to members."""

from collections.abc import Iterator
from typing import Any

import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE

from guerdon.api.versions import LeafletLanguage
from guerdon.leaflet import LANGUAGES

DOUBLE = SIMPLE.replace("rate: 1 per 1 USD", "rate: 2 per 1 USD").replace("2026-01-01", "2098-06-01")
OTHER = SIMPLE.replace("program: shop", "program: cafe")
YAML = {"Content-Type": "text/yaml"}


@pytest.fixture
def shop(database_url: str) -> Iterator[Counter]:
    with counter(database_url, SIMPLE, OTHER) as open_counter:
        yield open_counter


def versions(shop: Counter, headers: dict[str, str]) -> list[tuple[int, str]]:
    items = shop.client.get("/v1/programs/shop/versions", headers=headers).json()["items"]
    return [(item["number"], item["status"]) for item in items]


def acts(shop: Counter, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.client.get("/v1/audit", headers=headers).json()["items"]
    return found


def test_a_program_tells_its_units_and_versions(shop: Counter) -> None:
    program = shop.client.get("/v1/programs/shop", headers=shop.headers("app")).json()

    assert (program["name"], program["currency"], program["timezone"]) == ("shop", "USD", "America/New_York")
    assert program["units"] == [
        {"name": "points", "scale": 0},
        {"name": "vouchers", "scale": 2, "money": True},
    ]
    assert [(version["number"], version["status"]) for version in program["versions"]] == [(1, "in_force")]
    assert program["versions"][0]["starts_at"] == "2026-01-01T05:00:00Z"


def test_a_key_sees_its_own_program_alone(shop: Counter) -> None:
    own, every = shop.headers(), shop.headers_everywhere("auditor")

    listed = [shop.client.get("/v1/programs", headers=headers).json()["items"] for headers in (own, every)]
    assert [[item["name"] for item in items] for items in listed] == [["shop"], ["cafe", "shop"]]
    for path in ("", "/versions", "/versions/1", "/versions/1/leaflet"):
        answer = shop.client.get(f"/v1/programs/cafe{path}", headers=own)
        assert (answer.status_code, answer.json()["code"]) == (404, "program_not_found")
    for path in ("/versions", "/diff"):
        answer = shop.client.post(f"/v1/programs/cafe{path}", headers=own | YAML, content=OTHER)
        assert (answer.status_code, answer.json()["code"]) == (404, "program_not_found")
    answer = shop.client.post(
        "/v1/programs/cafe/versions/1/restore", headers=own, json={"effective_from": "2098-01-01"}
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "program_not_found")


def test_a_file_is_validated_with_every_error_and_finding_and_nothing_is_stored(shop: Counter) -> None:
    headers = shop.headers()
    wrong = SIMPLE.replace("currency: USD\n", "curency: USD\n").replace("rate: 1 per 1 USD", "rate: plenty")

    told = shop.client.post("/v1/programs/validate", headers=headers | YAML, content=wrong).json()
    right = shop.client.post("/v1/programs/validate", headers=headers, json={"source": DOUBLE}).json()

    assert (told["is_right"], [(error["line"], error["code"]) for error in told["errors"]]) == (
        False,
        [(3, "key_unknown"), (10, "phrase_wrong")],
    )
    assert told["errors"][0]["found"] == "curency"
    assert "did you mean `currency`" in told["errors"][0]["sentence"]
    assert right["is_right"]
    assert (right["program"], right["effective_from"], right["mechanics"], right["rewards"]) == (
        "shop",
        "2098-06-01",
        1,
        2,
    )
    assert versions(shop, headers) == [(1, "in_force")]
    assert acts(shop, headers) == []


def test_what_looks_wrong_is_found_with_its_line(shop: Counter) -> None:
    spring = "  - {earn: points, name: spring, flat: 5, when: {weekday: mon, between: [2026-03-03, 2026-03-03]}}"
    never = SIMPLE.replace("rewards:", f"{spring}\nrewards:")
    told = shop.client.post("/v1/programs/validate", headers=shop.headers() | YAML, content=never).json()
    assert [(finding["line"], finding["code"], finding["where"]) for finding in told["findings"]] == [
        (11, "rule_never_fires", "spring")
    ]


def test_a_file_is_compared_with_the_version_in_force(shop: Counter) -> None:
    headers = shop.headers("auditor")

    told = shop.client.post("/v1/programs/shop/diff", headers=headers | YAML, content=DOUBLE).json()
    moved = DOUBLE.replace("currency: USD", "currency: EUR").replace(" USD", " EUR").replace("in: USD", "in: EUR")
    other = shop.client.post("/v1/programs/shop/diff", headers=headers | YAML, content=moved).json()

    assert (told["number"], told["effective_from"]) == (1, "2098-06-01")
    assert [difference["sentence"] for difference in told["differences"]] == [
        "Mechanic `base`: `rate` was `1 per 1 USD`, becomes `2 per 1 USD`."
    ]
    assert "misfits" not in told
    assert any("the currency is USD" in reason for reason in other["misfits"])
    assert versions(shop, shop.headers()) == [(1, "in_force")]


def test_a_version_is_scheduled_and_on_record(shop: Counter) -> None:
    headers = shop.headers()

    answer = shop.client.post("/v1/programs/shop/versions", headers=headers | YAML, content=DOUBLE)
    again = shop.client.post("/v1/programs/shop/versions", headers=headers, json={"source": DOUBLE})

    assert (answer.status_code, answer.headers["etag"]) == (201, '"2"')
    assert answer.headers["location"] == "/v1/programs/shop/versions/2"
    assert answer.json() == {
        "program": "shop",
        "number": 2,
        "status": "scheduled",
        "starts_at": "2098-06-01T04:00:00Z",
        "is_new": True,
    }
    assert (again.status_code, again.json()["number"], again.json()["is_new"]) == (200, 2, False)
    assert versions(shop, headers) == [(1, "in_force"), (2, "scheduled")]
    (act,) = acts(shop, headers)
    assert (act["action"], act["target"], act["program"], act["address"]) == (
        "version.published",
        "shop/2",
        "shop",
        "testclient",
    )
    assert (act["before"]["number"], act["after"]["number"]) == (1, 2)
    assert (act["before"]["effective_from"], act["after"]["effective_from"]) == ("2026-01-01", "2098-06-01")


def test_a_version_in_force_decides_at_once(shop: Counter) -> None:
    headers = shop.headers()
    now = SIMPLE.replace("rate: 1 per 1 USD", "rate: 3 per 1 USD")

    published = shop.client.post("/v1/programs/shop/versions", headers=headers | YAML, content=now)
    assert (published.status_code, published.json()["status"]) == (201, "in_force")
    shop.client.post("/v1/events", json=enrol("ann"), headers=headers)
    receipt = shop.client.post("/v1/purchases", json=purchase("p1", "ann", 1000), headers=headers).json()["receipt"]

    assert receipt["earned"][0]["amount"] == 30
    assert versions(shop, headers) == [(1, "replaced"), (2, "in_force")]


def test_what_was_changed_meanwhile_is_not_overwritten(shop: Counter) -> None:
    headers = shop.headers()
    tag = shop.client.get("/v1/programs/shop/versions", headers=headers).headers["etag"]
    shop.client.post("/v1/programs/shop/versions", headers=headers | YAML | {"If-Match": tag}, content=DOUBLE)

    for late in (tag, '"7"', '"x"'):
        answer = shop.client.post(
            "/v1/programs/shop/versions",
            headers=headers | YAML | {"If-Match": late},
            content=DOUBLE.replace("2 per 1 USD", "3 per 1 USD"),
        )
        assert (answer.status_code, answer.json()["code"]) == (412, "changed_meanwhile")
    assert versions(shop, headers) == [(1, "in_force"), (2, "scheduled")]
    assert len(acts(shop, headers)) == 1


def test_a_file_that_cannot_be_published_changes_nothing(shop: Counter) -> None:
    headers = shop.headers()
    shop.client.post("/v1/events", json=enrol("ann"), headers=headers)
    euros = DOUBLE.replace("currency: USD", "currency: EUR").replace(" USD", " EUR").replace("in: USD", "in: EUR")
    cases: list[tuple[bytes, dict[str, str], int, str]] = [
        (b"program: [", YAML, 422, "program_not_right"),
        (b"program: a\x00b", YAML, 422, "program_not_right"),
        (b"\xff\xfe", YAML, 400, "body_not_readable"),
        (b"", YAML, 422, "program_not_right"),
        (b'{"source": 5}', {"Content-Type": "application/json"}, 422, "not_as_wanted"),
        (b'{"source"', {"Content-Type": "application/json"}, 400, "body_not_readable"),
        (b'{"source": "\\ud800"}', {"Content-Type": "application/json"}, 400, "body_not_readable"),
        (b"[" * 100_000, {"Content-Type": "application/json"}, 422, "not_as_wanted"),
        (b"[" * 100_000, YAML, 422, "program_not_right"),
        (b"x", {"Content-Type": "image/png"}, 415, "unsupported_media_type"),
        (OTHER.encode(), YAML, 422, "program_name_differs"),
        (euros.encode(), YAML, 409, "version_does_not_fit"),
        (SIMPLE.replace("1 per 1", "2 per 1").encode(), YAML, 409, "version_too_late"),
    ]
    for body, kind, status, code in cases:
        answer = shop.client.post("/v1/programs/shop/versions", headers=headers | kind, content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body[:40]

    faults = shop.client.post("/v1/programs/shop/versions", headers=headers | YAML, content=euros).json()["faults"]
    assert any("the currency is USD" in fault["message"] for fault in faults)
    assert versions(shop, headers) == [(1, "in_force")]
    assert acts(shop, headers) == []


def test_only_managers_publish(shop: Counter) -> None:
    for scope in ("checkout", "app", "auditor"):
        answer = shop.client.post("/v1/programs/shop/versions", headers=shop.headers(scope) | YAML, content=DOUBLE)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert shop.client.get("/v1/programs/shop/versions/1", headers=shop.headers("app")).status_code == 403
    assert versions(shop, shop.headers()) == [(1, "in_force")]


def test_a_new_program_takes_a_key_for_the_whole_deployment(shop: Counter) -> None:
    bakery = SIMPLE.replace("program: shop", "program: bakery")
    every = shop.headers_everywhere()

    refused = shop.client.post("/v1/programs", headers=shop.headers() | YAML, content=bakery)
    made = shop.client.post("/v1/programs", headers=every | YAML, content=bakery)
    twice = shop.client.post("/v1/programs", headers=every | YAML, content=bakery)
    wrong = shop.client.post("/v1/programs", headers=every | YAML, content="program: x")

    assert (refused.status_code, refused.json()["code"]) == (403, "not_for_one_program")
    assert (made.status_code, made.json()["program"], made.json()["number"]) == (201, "bakery", 1)
    assert (twice.status_code, twice.json()["code"]) == (409, "program_exists")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "program_not_right")
    names = [item["name"] for item in shop.client.get("/v1/programs", headers=every).json()["items"]]
    assert names == ["bakery", "cafe", "shop"]
    (act,) = acts(shop, every | {"Guerdon-Program": "bakery"})
    assert (act["target"], act.get("before")) == ("bakery/1", None)
    assert acts(shop, every) == [act]
    assert acts(shop, shop.headers()) == []


def test_an_older_version_is_brought_back_from_another_day_on(shop: Counter) -> None:
    headers = shop.headers()
    kept = SIMPLE.replace("effective_from: 2026-01-01", "effective_from: '2026-02-01'  # the opening")
    shop.client.post("/v1/programs/shop/versions", headers=headers | YAML, content=kept)
    shop.client.post("/v1/programs/shop/versions", headers=headers | YAML, content=DOUBLE)

    answer = shop.client.post(
        "/v1/programs/shop/versions/2/restore", headers=headers, json={"effective_from": "2098-09-01"}
    )

    assert (answer.status_code, answer.json()["number"], answer.json()["status"]) == (201, 4, "scheduled")
    restored = shop.client.get("/v1/programs/shop/versions/4", headers=headers)
    assert restored.headers["etag"] == '"4"'
    assert restored.json()["source"] == kept.replace("'2026-02-01'", "2098-09-01")
    assert [act["target"] for act in acts(shop, headers)] == ["shop/4", "shop/3", "shop/2"]


def test_a_version_that_no_longer_fits_is_not_brought_back(shop: Counter) -> None:
    headers = shop.headers()
    renamed = DOUBLE.replace("name: base", "name: basic") + "changes: {mechanics: {base: basic}}\n"
    assert shop.client.post("/v1/programs/shop/versions", headers=headers | YAML, content=renamed).status_code == 201
    restore = "/v1/programs/shop/versions/2/restore"

    unfit = shop.client.post(restore, headers=headers, json={"effective_from": "2098-09-01"})
    early = shop.client.post(restore, headers=headers, json={"effective_from": "1999-12-31"})
    odd = shop.client.post(restore, headers=headers, json={"effective_from": "soon"})
    missing = shop.client.post(
        "/v1/programs/shop/versions/9/restore", headers=headers, json={"effective_from": "2098-09-01"}
    )

    assert (unfit.status_code, unfit.json()["code"]) == (409, "version_does_not_fit")
    assert any("no mechanic base" in fault["message"] for fault in unfit.json()["faults"])
    assert (early.status_code, early.json()["code"]) == (422, "program_not_right")
    assert (odd.status_code, odd.json()["code"]) == (422, "not_as_wanted")
    assert (missing.status_code, missing.json()["code"]) == (404, "version_not_found")
    assert versions(shop, headers) == [(1, "in_force"), (2, "scheduled")]


def test_a_leaflet_is_shown_in_the_language_and_form_that_is_asked_for(shop: Counter) -> None:
    headers = shop.headers()
    titled = DOUBLE.replace("currency:", "title: {en: <b>Shop</b>, ru: Лавка}\ncurrency:", 1)
    shop.client.post("/v1/programs/shop/versions", headers=headers | YAML, content=titled)
    path = "/v1/programs/shop/versions/2/leaflet"

    page = shop.client.get(path, headers=headers)
    russian = shop.client.get(path, headers=headers, params={"language": "ru", "format": "markdown"})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>&lt;b&gt;Shop&lt;/b&gt;</h1>" in page.text
    assert "<td>coffee</td>" in page.text
    assert russian.headers["content-type"] == "text/markdown; charset=utf-8"
    assert russian.text.startswith("# Лавка\n")
    unknown = shop.client.get(path, headers=headers, params={"language": "xx"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "not_as_wanted")


@pytest.mark.parametrize("number", ["0", "2", "-1", "99999999999999999999", "9" * 5000, "one", "%00", "1%2F..", "1'--"])
def test_a_version_that_is_not_there_is_not_found(shop: Counter, number: str) -> None:
    answer = shop.client.get(f"/v1/programs/shop/versions/{number}", headers=shop.headers())
    assert answer.status_code == 404
    assert answer.json()["code"] in ("not_found", "version_not_found")


def test_the_service_knows_the_languages_of_leaflets() -> None:
    assert LeafletLanguage.__args__ == LANGUAGES
