"""`guerdon segments`, as a manager meets it: tables, JSON without anything that is no number, and refusals."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from ledger_fixtures import SIMPLE, Shop, buy, enrol
from typer.testing import CliRunner

from guerdon.cli.main import app

FRESH = (
    SIMPLE
    + """
segments:
  quiet: {if: days_since_last_purchase > 60}
"""
)
Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("GUERDON_LAKE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *words: CliRunner().invoke(app, ["segments", *words])


def told(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.output

    def no_number(word: str) -> object:
        raise AssertionError(f"{word} is no number")

    found = json.loads(result.stdout, parse_constant=no_number)
    assert isinstance(found, dict)
    return found


def open_shop(database_url: str, source: str = FRESH) -> Shop:
    shop = Shop(database_url, source)
    shop.meets(enrol("ana"), enrol("ben"), enrol("cem"))
    shop.meets(buy("a1", "ana", "2026-02-01 12:00", "5.00 tea"), buy("b1", "ben", "2026-05-01 12:00", "9.00 cake"))
    return shop


def test_a_manager_looks_at_members(database_url: str, run: Run) -> None:
    with open_shop(database_url):
        table = run("--by", "stage").output
        assert "Members by stage · a year up to 2026-05-01" in table
        assert "nobody: growing, regular" in table
        found = told(run("--json"))
        assert (found["members"], found["sales"], found["currency"], found["day"]) == (3, 1400, "USD", "2026-05-01")
        listed = told(run("members", "new", "--by", "stage", "--json"))
        assert [one["member"] for one in listed["members"]] == ["ben", "ana"]  # type: ignore[attr-defined]
        leanings = told(run("leanings", "new", "--by", "stage", "--json"))["leanings"]
        assert [(one["name"], one["lift"]) for one in leanings] == [("cake", 1.0), ("tea", 1.0)]  # type: ignore[attr-defined]
        portrait = told(run("member", "cem", "--json"))
        assert (portrait["rfm"], portrait["recency"], portrait["days_since_last_purchase"]) == (
            "never-bought",
            None,
            None,
        )
        assert "never-bought" in run("member", "cem").output


def test_the_till_is_told_and_told_nothing_twice(database_url: str, run: Run) -> None:
    with open_shop(database_url) as shop:
        before = shop.row_counts()
        assert told(run("refresh", "--dry-run", "--json")) == {
            "members": 1, "entered": 1, "left": 0, "refused": {}, "by": "rules", "dry_run": True
        }  # fmt: skip
        assert shop.row_counts() == before
        assert "1 member changed: segments entered 1 time, left 0 times." in run("refresh").output
        assert "Nobody has entered or left a segment." in run("refresh").output
        assert "segments at the till: quiet" in run("member", "ana").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["members", "heroes"], "There is no segment heroes by rfm"),
        (["member", "nobody"], "There is no member nobody who is counted"),
        (["--by", "rules", "--as-of", "2026-03-01"], "Rules look at where members stand now"),
        (["refresh", "--by", "clusters"], "The names of clusters are new every day"),
        (["--program", "other"], "other"),
        (["--lake", "no-such-folder"], "There is no lake in"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    database_url: str, run: Run, words: list[str], sentence: str
) -> None:
    with open_shop(database_url) as shop:
        before = shop.row_counts()
        result = run(*words)
        assert result.exit_code == 2
        assert sentence in " ".join(result.stderr.split())
        assert shop.row_counts() == before


@pytest.mark.parametrize("by", ["rfm", "stage", "clusters", "kinds", "rules"])
def test_a_program_without_members(database_url: str, run: Run, by: str) -> None:
    with Shop(database_url, SIMPLE):
        assert told(run("--by", by, "--json"))["members"] == 0
        assert "There is no member to tell of." in run("--by", by).output
