"""Any request at all: what the description allows, and what it does not, for every operation.

Whatever comes, nothing fails inside, every "no" is a problem document with a code that the operation names, and every
answer is as described.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import not_described_yet
import pytest
import schemathesis
from http_fixtures import Counter, counter
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from docs.played import Player
from guerdon.api import examples, openapi
from guerdon.api.app import create_app
from guerdon.api.problems import codes
from guerdon.runtime.secret_key import new_secret, read_secret_key

APPLICATION = create_app(lambda _: None)  # type: ignore[arg-type,return-value]
SCHEMA = schemathesis.openapi.from_dict(openapi.description(APPLICATION))
OPERATIONS = openapi.operations(APPLICATION)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@schemathesis.serializer("application/x-ndjson")
def lines(_: Any, value: Any) -> bytes:
    """Lines are sent as they are."""
    return value.encode(errors="replace") if isinstance(value, str) else str(value).encode()


@pytest.fixture(scope="module")
def shop(module_database_url: str) -> Iterator[Counter]:
    """A shop in which the whole story of the examples has happened."""
    with counter(module_database_url, settings={"secret": read_secret_key(new_secret())}) as opened:
        player = Player(opened.client, opened.url)
        for example in examples.examples():
            player.play(example)
        yield opened


@pytest.fixture(scope="module")
def headers(shop: Counter) -> dict[str, str]:
    return shop.headers_everywhere("manager", "checkout", "app", "auditor")


@pytest.mark.parametrize(
    ("one", "mode"),
    [
        pytest.param(one, mode, id=f"{one.name}-{mode.value}")
        for one in OPERATIONS
        if one.name not in not_described_yet.OPERATIONS
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if mode == GenerationMode.POSITIVE or one.scopes  # any text may be the code of a problem
    ],
)
def test_any_request(one: openapi.Operation, mode: GenerationMode, shop: Counter, headers: dict[str, str]) -> None:
    cases = SCHEMA[one.path][one.method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def check(case: schemathesis.Case) -> None:
        answer = sent(shop, case, headers)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            problem = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
            assert codes()[problem["code"]][0] == problem["status"] == answer.status_code

    check()


def sent(shop: Counter, case: schemathesis.Case, headers: dict[str, str]) -> httpx.Response:
    """Send a case as it is."""
    words: dict[str, Any] = case.as_transport_kwargs(base_url="http://testserver.local")
    known = {"method", "url", "params", "headers", "json", "data", "cookies"}
    assert words.keys() <= known, words.keys()
    content = words.pop("data", None)
    if content is not None:
        words["content"] = content if isinstance(content, bytes | str) else str(content)
    words.pop("cookies", None)
    own = {name: value for name, value in dict(words.pop("headers") or {}).items() if sendable(value)}
    return shop.client.request(**words, headers=own | headers)


def sendable(value: object) -> bool:
    """Whether a client can put it into a header at all."""
    return isinstance(value, str) and value.isprintable() and value.isascii()
