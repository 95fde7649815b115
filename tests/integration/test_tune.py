"""The command that searches for settings."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from guerdon.cli.main import app

CAFE = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {worth: 1 EUR per 100 beans}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}  # ten for a euro
rewards:
  - {reward: coffee, cost: 300 beans}
"""
SPACE = """\
search:
  mechanics.base.rate: {from: 5, to: 20, step: 5}
  rewards.coffee.cost: [100, 200]
goals:
  cost: under 15 % of sales
  reached: at least 60 % of members a quarter
"""
WORDS = ("tune", "cafe.yaml", "--space", "space.yaml", "--history", "events.ndjson")

Guerdon = Callable[..., Result]


@pytest.fixture
def guerdon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Guerdon:
    """Run the command in a folder with a program, a search file and events of three members."""
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.chdir(tmp_path)
    Path("cafe.yaml").write_text(CAFE, "utf-8")
    Path("space.yaml").write_text(SPACE, "utf-8")
    lines = [json.dumps(event) for member, cents in (("ana", 3000), ("bo", 1000), ("cy", 200))
             for event in visits(member, cents)]  # fmt: skip
    Path("events.ndjson").write_text("\n".join(lines), "utf-8")
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))


def visits(member: str, cents: int) -> list[dict[str, object]]:
    join = {"kind": "enrol", "id": f"join-{member}", "member": member, "at": "2026-02-02T09:00:00+02:00"}
    bought = {"kind": "purchase", "id": f"buy-{member}", "member": member, "at": "2026-02-03T09:00:00+02:00"}
    return [join, bought | {"lines": [{"sku": "c", "amount": cents}]}]


def test_the_best_is_told_and_saved(guerdon: Guerdon) -> None:
    found = guerdon(*WORDS, "--save", "draft.yaml")
    assert found.exit_code == 0, found.output
    assert "8 of 8 settings tried on 3 members." in found.output
    assert "these cost least: `mechanics.base.rate: 10 per 1 EUR`, `rewards.coffee.cost: 100 beans`." in found.output
    assert Path("draft.yaml").read_text("utf-8") == CAFE.replace("300 beans", "100 beans")
    assert Path("cafe.yaml").read_text("utf-8") == CAFE


def test_for_machines_there_is_one_object(guerdon: Guerdon) -> None:
    found = guerdon(*WORDS, "--json")
    told = json.loads(found.output)
    assert told["best"]["values"] == {"mechanics.base.rate": "10 per 1 EUR", "rewards.coffee.cost": "100 beans"}
    assert (told["tried"], told["best"]["meets"], told["nearest"]) == (8, True, None)


def test_where_nothing_meets_the_goals_nothing_is_saved(guerdon: Guerdon) -> None:
    Path("space.yaml").write_text(SPACE.replace("under 15 %", "under 4 %"), "utf-8")
    before = sorted(path.name for path in Path().iterdir())
    found = guerdon(*WORDS, "--save", "draft.yaml")
    assert found.exit_code == 1
    assert "No setting that was tried meets all goals." in found.output
    assert sorted(path.name for path in Path().iterdir()) == before


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("space.yaml", SPACE.replace("base", "bass"), "space.yaml:2:3: `bass` of `mechanics.bass.rate` is not in the"),
        ("space.yaml", SPACE.replace("under 15 %", "cheap"), "space.yaml:5:9: `cheap of sales` is not a goal for the"),
        ("cafe.yaml", CAFE.replace("10 per 1 EUR", "ten"), "cafe.yaml:8:"),
        ("events.ndjson", "", "tells of no event"),
        ("events.ndjson", json.dumps(visits("ana", 1)[0]), "Nothing was sold"),
    ],
)
def test_what_cannot_be_searched_is_refused(guerdon: Guerdon, file: str, text: str, told: str) -> None:
    Path(file).write_text(text, "utf-8")
    before = sorted(path.name for path in Path().iterdir())
    found = guerdon(*WORDS, "--save", "draft.yaml")
    assert found.exit_code == 2
    assert told in " ".join(found.output.split())
    assert sorted(path.name for path in Path().iterdir()) == before
