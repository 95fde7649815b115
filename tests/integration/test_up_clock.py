"""`guerdon up` lets the clock of the demo's data stand still, and any other clock run."""

import os
from importlib import resources

import pytest

from guerdon.api.serving import CLOCK
from guerdon.cli import up
from guerdon.runtime.programs import publish
from guerdon.store.database import connect

CAFE = "program: cafe\ncurrency: EUR\ntimezone: Europe/Sofia\neffective_from: 2026-01-01\nunits:\n  beans: {}\n"
DEMO = resources.files("guerdon.demo").joinpath("grocery.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "wanted", "stands_still"),
    [(CAFE, None, False), (CAFE, False, True), (CAFE, True, False), (DEMO, None, True), (DEMO, True, False)],
)
def test_whose_clock_stands_still(
    database_url: str, monkeypatch: pytest.MonkeyPatch, source: str, wanted: bool | None, stands_still: bool
) -> None:
    monkeypatch.delenv(CLOCK, raising=False)
    with connect(database_url) as connection:
        publish(connection, source)
    monkeypatch.setenv(CLOCK, "")  # so that it is put back afterwards
    up._set_the_clock(database_url, wanted)
    assert (os.environ[CLOCK] == "off") is stands_still
