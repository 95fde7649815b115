"""The examples of the service are true: all of them are played against it, in order."""

import difflib

import pytest
from litestar.testing import TestClient

from docs.played import Played, play
from guerdon.api import examples
from guerdon.api.app import create_app
from guerdon.api.service import Service, Settings


def test_every_example_is_answered_as_shown(database_url: str) -> None:
    played = list(play(database_url, examples.examples()))

    assert [one.example.name for one in played if not one.is_true] == [], told(played)


def test_an_example_that_is_not_true_is_noticed(database_url: str) -> None:
    first, second, *_ = examples.examples()
    wrong = second._replace(answer_text=second.answer_text.replace('"number": 1', '"number": 2'))
    assert wrong != second

    assert [one.is_true for one in play(database_url, (first, wrong))] == [True, False]


def told(played: list[Played]) -> str:
    """What to change; `python -m docs.played` does it."""
    return "\n".join(
        line
        for one in played
        for line in difflib.unified_diff(
            examples.written(one.example).split("\n"), examples.written(one.now).split("\n"), lineterm="", n=1
        )
    )


@pytest.mark.parametrize("path", ["/docs", "/problems", "/problems/member_unknown"])
def test_pages_load_nothing(database_url: str, path: str) -> None:
    with TestClient(create_app(lambda metrics: Service(Settings(database_url), metrics))) as client:
        answer = client.get(path, headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for word in ("<script", "<img", "<link", "src=", "@import", "url(", "style="):
        assert word not in answer.text.partition("<pre>")[0], word


def test_the_front_door(database_url: str) -> None:
    with TestClient(create_app(lambda metrics: Service(Settings(database_url), metrics))) as client:
        browser = client.get("/", headers={"Accept": "text/html"}, follow_redirects=False)
        software = client.get("/").json()
        described = client.get("/openapi.json")
        nothing = client.get("/problems/nothing")

    assert (browser.status_code, browser.headers["location"]) == (303, "/docs")
    assert software["description"] == "/openapi.json"
    assert described.json()["openapi"] == "3.1.0"
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not_found")
