"""Attacks by hand: what no honest client sends is refused clearly, cheaply, and without a fault inside.

The large and the slow ones go to the real process tree, because a test client would never send them that way.
"""

import gzip
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import SIMPLE

from guerdon.store.database import connect

DEEP = 100_000
SECONDS = 5.0
"""Within which anything of this is answered, on a machine that has other things to do."""


@pytest.fixture(scope="module")
def shop(module_database_url: str) -> Iterator[Counter]:
    with counter(module_database_url, SIMPLE) as opened:
        opened.client.post("/v1/members", json=enrol("ann"), headers=opened.headers())
        yield opened


@pytest.fixture(scope="module")
def headers(shop: Counter) -> dict[str, str]:
    return shop.headers_everywhere("manager")


def recorded(shop: Counter) -> int:
    with connect(shop.url) as connection:
        ((count,),) = connection.execute("select count(*) from journal").fetchall()
    return int(count)


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\t ",
    "no json": b"kind=purchase&id=1",
    "half a document": b'{"id": "p1", "member": ',
    "two documents": b"{}{}",
    "a list": b"[]",
    "a text": b'"purchase"',
    "null": b"null",
    "deep lists": b"[" * DEEP,
    "deep closed lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep inside": b'{"id":"x","member":"ann","attributes":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "utf-16": json.dumps(purchase("p", "ann", 100)).encode("utf-16"),
    "utf-8 with a mark": json.dumps(purchase("p", "ann", 100)).encode("utf-8-sig"),
    "utf-32": json.dumps(purchase("p", "ann", 100)).encode("utf-32"),
    "latin-1": b'{"id": "caf\xe9"}',
    "half a character": b'{"id": "\xe2\x82"}',
    "overlong": b'{"id": "\xc0\xaf"}',
    "a lone surrogate": b'{"id": "\\ud800", "member": "ann", "at": "2026-01-03T10:00:00Z", "lines": []}',
    "an encoded surrogate": b'{"id": "\xed\xa0\x80"}',
    "NaN": b'{"id": "p", "member": "ann", "at": "2026-01-03T10:00:00Z", "lines": [{"sku": "s", "amount": NaN}]}',
    "Infinity": b'{"id": "p", "member": "ann", "at": "2026-01-03T10:00:00Z", "discount": Infinity}',
    "minus Infinity": b'{"id": "p", "member": "ann", "at": "2026-01-03T10:00:00Z", "discount": -Infinity}',
    "gzip": gzip.compress(b"{}"),
}
NUMBERS = ["9" * 400, "-" + "9" * 400, str(2**63), str(2**64), str(-(2**63) - 1), "1e400", "1e-400", "1.5", "-1",
           "0x10", "1" * 5_000, "1" * 1_000_000]  # fmt: skip
ADDRESSES = ["/v1/events", "/v1/purchases", "/v1/returns", "/v1/quotes", "/v1/members", "/v1/keys"]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_none(shop: Counter, headers: dict[str, str], body: str) -> None:
    before, began = recorded(shop), time.monotonic()
    for address in ADDRESSES:
        for more in ({}, {"Idempotency-Key": "x"}):
            wanted = headers | more | {"Content-Type": "application/json"}
            refused(shop.client.post(address, content=BODIES[body], headers=wanted))
    assert recorded(shop) == before
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("body", BODIES)
def test_a_program_file_that_is_none(shop: Counter, headers: dict[str, str], body: str) -> None:
    began = time.monotonic()
    for kind in ("text/yaml", "application/json"):
        answer = shop.client.post(
            "/v1/programs/validate", content=BODIES[body], headers=headers | {"Content-Type": kind}
        )
        if answer.status_code == 200:
            assert not answer.json()["is_right"]
        else:
            refused(answer)
    assert time.monotonic() - began < SECONDS


BOMBS = {
    "aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join([f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)]),
    "itself": "program: &p [*p]\n",
    "a tag": "program: !!python/object/apply:os.system ['true']\n",
    "many documents": "---\n" * 10_000,
    "long key": "? " + "k" * 1_000_000 + "\n: v\n",
    "deep indents": "".join([" " * n + "a:\n" for n in range(2_000)]),
    "a huge number": "program: shop\neffective_from: " + "9" * 100_000,
    "NUL": "program: a\0b\n",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_program_file_that_is_a_bomb(shop: Counter, headers: dict[str, str], bomb: str) -> None:
    began = time.monotonic()
    answer = shop.client.post(
        "/v1/programs/validate", content=BOMBS[bomb].encode(), headers=headers | {"Content-Type": "text/yaml"}
    )
    assert answer.status_code == 200, answer.text[:300]
    assert not answer.json()["is_right"]
    assert len(answer.content) < 5_000_000
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:12])
def test_a_number_that_is_too_large(shop: Counter, headers: dict[str, str], number: str) -> None:
    before, began = recorded(shop), time.monotonic()
    wanted = headers | {"Content-Type": "application/json"}
    for body in (
        '{"id":"n","member":"ann","at":"2026-01-03T10:00:00Z","lines":[{"sku":"s","amount":%s}]}',
        '{"id":"n","member":"ann","at":"2026-01-03T10:00:00Z","lines":[{"sku":"s","amount":1,"quantity":%s}]}',
        '{"id":"n","member":"ann","at":%s,"lines":[{"sku":"s","amount":1}]}',
        '{"id":%s,"member":"ann","at":"2026-01-03T10:00:00Z","lines":[{"sku":"s","amount":1}]}',
    ):
        refused(shop.client.post("/v1/purchases", content=body % number, headers=wanted))
    for path, query in (("/v1/audit", "limit"), ("/v1/members", "cursor"), ("/v1/members/ann", "as_of")):
        if len(number) < 10_000:
            refused(shop.client.get(path, params={query: number}, headers=headers), query)
    assert recorded(shop) == before
    assert time.monotonic() - began < SECONDS


NASTY = ["\0", "a\0b", "\n", "\x7f", "'; drop table members; --", '" or 1=1 --', "%00", "%", "\\", "$1", "{{7*7}}",
         "${x}", "../../etc/passwd", "‮", "\ufeff", "\ue000", "😀" * 60, "é" * 200, "a" * 5_000, "__proto__", "null",
         "<script>alert(1)</script>"]  # fmt: skip


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_nasty_text_in_every_string(shop: Counter, headers: dict[str, str], text: str) -> None:
    for event in every_string(text):
        answer = shop.client.post("/v1/events", json=event, headers=headers)
        assert answer.status_code in (200, 400, 404, 409, 422), answer.text
    asked = {"title": text, "scopes": ["checkout"], "program": text}
    for body in (asked, asked | {"program": None}, {"title": "x", "scopes": [text]}):
        assert shop.client.post("/v1/keys", json=body, headers=headers).status_code in (201, 400, 404, 422)
    refused(shop.client.post("/v1/programs", json={"source": text}, headers=headers))
    with connect(shop.url) as connection:
        assert connection.execute("select count(*) > 0 from members").fetchall() == [(True,)]


def every_string(text: str) -> list[dict[str, Any]]:
    """Events with a text in each place where one may stand."""
    whole = {"kind": "purchase"} | purchase("p", "ann", 100)
    places = [
        {"id": text},
        {"member": text},
        {"at": text},
        {"kind": text},
        {"currency": text},
        {"store": text},
        {"channel": text},
        {"tender": text},
        {"tenders": {text: 1}},
        {"partner": text},
        {"codes": [text]},
        {"spend": {text: 1}},
        {"rewards": [{"reward": text}]},
        {"holds": [text]},
        {"attributes": {text: text}},
        {"lines": [{"sku": text, "amount": 1, "category": text, "brand": text}]},
        {text: text},
    ]
    return [whole | {"id": f"nasty-{ascii(text)[:50]}-{place}"} | more for place, more in enumerate(places)]


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_nasty_text_in_paths_and_queries(shop: Counter, headers: dict[str, str], text: str) -> None:
    part = quote(text, safe="")
    for path in (
        "/v1/members/{}", "/v1/members/{}/wallets", "/v1/members/ann/wallets/{}", "/v1/members/ann/events/{}",
        "/v1/members/{}/statement", "/v1/events/{}", "/v1/keys/{}", "/v1/programs/{}", "/v1/programs/{}/versions",
        "/v1/programs/shop/versions/{}", "/v1/partners/{}/statement", "/problems/{}", "/{}", "/v1/{}",
    ):  # fmt: skip
        answer = shop.client.get(path.format(part), headers=headers)
        if "events" in path and answer.status_code == 200:
            continue  # the text is the id of an event that was recorded above
        assert answer.status_code in (400, 404, 405), (path, answer.status_code, answer.text[:200])
        assert answer.headers["content-type"] == "application/problem+json", path
    for path, name in (
        ("/v1/members", "cursor"), ("/v1/members", "limit"), ("/v1/members/ann", "as_of"),
        ("/v1/members/ann/worth", "plan"), ("/v1/members/ann/worth", "break_even"),
        ("/v1/members/ann/statement", "order"), ("/v1/audit", "cursor"), ("/v1/liability", "as_of"),
        ("/v1/rewards", "language"), ("/v1/partners/sky/statement", "from"),
    ):  # fmt: skip
        refused(shop.client.get(f"{path}?{name}={part}", headers=headers), (path, name))
        assert shop.client.get(f"{path}?{part}={part}", headers=headers).status_code < 500
    header = {"Guerdon-Program": text.encode(), "If-Match": text.encode(), "Idempotency-Key": text.encode()}
    for name, value in header.items():
        answer = shop.client.post("/v1/members", json=enrol("bob"), headers=headers | {name: value})  # type: ignore[dict-item]
        assert answer.status_code < 500, (name, answer.text)


@pytest.mark.parametrize("kind", ["text/html", "multipart/form-data", "multipart/form-data; boundary=x",
                                  "application/x-www-form-urlencoded", "application/msgpack", "nonsense", "",
                                  "application/json; charset=utf-16", "a/b/c; d"])  # fmt: skip
def test_a_wrong_content_type(shop: Counter, headers: dict[str, str], kind: str) -> None:
    for address in [*ADDRESSES, "/v1/programs", "/v1/programs/validate", "/v1/programs/shop/versions/1/restore",
                    "/v1/keys/000000000000/rotate"]:  # fmt: skip
        answer = shop.client.post(address, content=b"\x81\xa2id\xa1x", headers=headers | {"Content-Type": kind})
        if address == "/v1/programs/validate" and answer.status_code == 200:
            continue
        refused(answer, address)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "nonsense"])
def test_a_wrong_content_encoding(shop: Counter, headers: dict[str, str], encoding: str) -> None:
    wanted = headers | {"Content-Encoding": encoding, "Content-Type": "application/json"}

    refused(shop.client.post("/v1/members", content=gzip.compress(b"0" * 10_000_000), headers=wanted))


@pytest.mark.parametrize("limit", ["-1", "0", "1001", "1e9", "9" * 400, "", "NaN", "1;drop", "١٢"])
def test_a_limit_out_of_bounds(shop: Counter, headers: dict[str, str], limit: str) -> None:
    for path in ("/v1/members", "/v1/members/ann/statement", "/v1/audit"):
        answer = shop.client.get(path, params={"limit": limit}, headers=headers)
        if limit == "١٢" and answer.status_code == 200:
            continue
        refused(answer, path)


def refused(answer: Any, what: object = "") -> None:
    """A "no" that is a problem document, and no fault inside."""
    assert 400 <= answer.status_code < 500, (what, answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json", what
    assert answer.json()["code"], what
    assert len(answer.content) < 20_000, "an answer does not grow with what was sent"
