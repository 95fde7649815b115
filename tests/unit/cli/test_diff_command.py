"""``guerdon diff`` as a loyalty manager meets it."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from guerdon.cli.main import app
from tests.unit.language.test_language_differences import CAFE

LATER = CAFE.replace("effective_from: 2026-01-01", "effective_from: 2026-03-10")


@pytest.fixture
def diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Compare two texts."""
    monkeypatch.chdir(tmp_path)

    def run(before: str, after: str, *options: str) -> Result:
        Path("a.yaml").write_text(before, "utf-8")
        Path("b.yaml").write_text(after, "utf-8")
        return CliRunner().invoke(app, ["diff", "a.yaml", "b.yaml", *options])

    return run


def test_the_changes_stand_under_the_date_from_which_they_hold(diff):
    told = diff(CAFE, LATER.replace("rate: 2 per", "rate: 1 per"))
    assert (told.exit_code, told.output.splitlines()) == (0, [
        "From 2026-03-10 (was 2026-01-01):",
        "- Mechanic `base`: `rate` was `2 per 1 USD`, becomes `1 per 1 USD`.",
        "Nothing else changes.",
    ])  # fmt: skip


def test_a_new_date_alone(diff):
    assert diff(CAFE, LATER).output.splitlines() == ["From 2026-03-10 (was 2026-01-01):", "Nothing else changes."]


def test_the_same_file_twice(diff):
    told = diff(CAFE, CAFE)
    assert (told.exit_code, told.output.splitlines()) == (0, ["From 2026-01-01, as before:", "Nothing changes."])


def test_what_cannot_follow_the_first_file_is_said(diff):
    told = diff(CAFE, LATER.replace("{decimals: 2, expires: 6 months}", "{expires: 6 months}"))
    assert told.exit_code == 0
    assert "- Unit `stars`: `decimals` is dropped (was `2`)." in told.output
    assert "It cannot be published as a later version: the unit stars keeps its decimals" in told.output


def test_what_can_follow_is_not_complained_about(diff):
    assert "cannot" not in diff(CAFE, LATER.replace("expires: 6 months", "expires: 7 months")).output


def test_markup_in_a_file_is_shown_as_it_is(diff):
    assert "becomes `[bold]x[/]`" in diff(CAFE, LATER.replace("en: Café", "en: '[bold]x[/]'")).output


def test_json_has_the_dates_the_changes_and_what_does_not_fit(diff):
    told = diff(CAFE, LATER.replace("cost: 50 stars", "cost: 60 stars"), "--json")
    assert json.loads(told.output) == {
        "effective_from": {"before": "2026-01-01", "after": "2026-03-10"},
        "differences": [
            {
                "what": "changed", "things": [{"noun": "reward", "name": "coffee"}], "key": "cost",
                "before": "50 stars", "after": "60 stars", "gains": [], "loses": [], "verb": "costs",
                "sentence": "Reward `coffee` costs `60 stars` (was `50 stars`).",
            }
        ],
        "misfits": [],
    }  # fmt: skip


@pytest.mark.parametrize(("before", "after", "named"), [(CAFE, "program: x", "b.yaml:"), ("x", CAFE, "a.yaml:")])
def test_a_file_that_is_wrong_is_told_as_everywhere(diff, before, after, named):
    told = diff(before, after)
    assert (told.exit_code, named in told.output) == (2, True)
