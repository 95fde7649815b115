"""Every metric is told of on the page for operators, and nothing else is."""

import re
from pathlib import Path

import pytest

from guerdon.observe.metrics import FOLDER_VARIABLE, Metrics

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "watch.md").read_text("utf-8")


def test_every_metric_stands_on_the_page_for_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    named = set(re.findall(r"# TYPE (guerdon_\w+) ", Metrics().render().decode()))
    told = set(re.findall(r"`(guerdon_\w+)`", PAGE))
    assert {name for name in named if not name.endswith("_created")} == told
