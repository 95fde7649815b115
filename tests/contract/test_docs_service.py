"""What the environment may say about the service stands in the page for production."""

from pathlib import Path

import pytest

from guerdon.api.serving import VARIABLES
from guerdon.people.keys import SCOPES

PAGE = (Path(__file__).parents[2] / "docs/how-to/run-in-production.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_every_variable_is_explained(name: str) -> None:
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_is_explained(scope: str) -> None:
    assert f"| `{scope}` |" in PAGE
