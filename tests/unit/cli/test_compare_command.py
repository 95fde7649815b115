"""``guerdon compare`` as a shopper meets it."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from guerdon.cli.main import app

CORNER = """
program: corner
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  points: {worth: 1 EUR per 100 points}
mechanics:
  - {membership: plus, fee: 12 EUR a year, payment_due: 14 days before}
  - {earn: points, name: base, rate: 1 per 1 EUR}
  - {earn: points, name: more, rate: 1 per 1 EUR, when: {membership: plus}}
"""
HABITS = "shopper: me\ncurrency: EUR\nhabits: [{buy: tea, amount: 10 EUR, times: 12 a year}]\n"
NO_HABITS = "shopper: me\ncurrency: EUR\nhabits: []\n"


@pytest.fixture
def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Compare programs for some habits."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("programs").mkdir()
    Path("programs/corner.yaml").write_text(CORNER, "utf-8")
    Path("programs/corner.specs.yaml").write_text("specs: corner\ncases: nonsense\n", "utf-8")
    dollars = CORNER.replace("corner", "dollars").replace("EUR", "USD")
    Path("programs/dollars.yaml").write_text(dollars, "utf-8")

    def run(habits: str, *options: str) -> Result:
        Path("habits.yaml").write_text(habits, "utf-8")
        return CliRunner().invoke(app, ["compare", "--habits", "habits.yaml", *options])

    return run


def test_a_table_of_the_programs_and_of_their_plans(compare):
    told = compare(HABITS, "--programs", "programs")
    assert told.exit_code == 0, told.output
    lines = [" ".join(line.split()) for line in told.output.splitlines()]
    assert "A year from 2026-01-01 to 2026-12-31, in EUR" in lines
    assert "corner – 1.20 – – 1.20 1.0%" in lines
    assert "with plus – 2.40 – 12.00 -9.60 -8.0%" in lines
    assert "dollars — — — — — — currency unknown" in lines
    assert "corner: plus 12.00 EUR for 1 year -10.80 from 1,200.00 EUR a year" in lines
    why = "dollars is not compared: what a USD is worth in EUR is not known; add `rates: {USD: 1.08 EUR}`."
    assert why in " ".join(lines)


def test_rates_of_a_file_go_either_way_round_and_the_newest_day_counts(compare):
    Path("rates.csv").write_text("day,currency,into,rate\n2026-02-01,EUR,USD,1.25\n2026-01-01,EUR,USD,9\n", "utf-8")
    told = json.loads(compare(HABITS, "--programs", "programs", "--rates", "rates.csv", "--json").output)
    figures = {one["program"]: one["outcome"]["own"]["spend"] for one in told["programs"]}
    assert figures == {"corner": 120_00, "dollars": 150_00}


def test_without_plans(compare):
    told = json.loads(compare(HABITS, "--programs", "programs/corner.yaml", "--no-plans", "--json").output)
    [corner] = told["programs"]
    assert corner["plans"] == []
    assert corner["outcome"]["share"] == 0.01


@pytest.mark.parametrize(("habits", "options", "told"), [
    (NO_HABITS, [], "habits.yaml:3:9: `habits` is empty; a list of habits belongs here"),
    (HABITS.replace("12 a year", "often"), [], "habits.yaml:3:44: `often` is not how often something happens"),
    (HABITS, ["--programs", "nothing"], "There is no program file in there"),
])  # fmt: skip
def test_what_cannot_be_used_is_told_with_what_to_do(compare, habits, options, told):
    Path("nothing").mkdir()
    result = compare(habits, *options)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_a_wrong_program_file_is_told_with_its_line(compare):
    Path("wrong.yaml").write_text(CORNER.replace("rate: 1 per 1 EUR}", "rat: 1 per 1 EUR}"), "utf-8")
    result = compare(HABITS, "--programs", "wrong.yaml")
    assert result.exit_code == 2
    assert "wrong.yaml:10:" in result.output


def test_the_schema_of_habits(compare):
    told = CliRunner().invoke(app, ["schema", "--habits"])
    assert json.loads(told.output)["title"] == "The habits"
    assert CliRunner().invoke(app, ["schema", "--habits", "--specs"]).exit_code == 2


def test_a_stranger_sees_every_preset_at_once():
    told = CliRunner().invoke(app, ["compare", "--no-plans", "--json"])
    programs = json.loads(told.output)["programs"]
    assert len(programs) >= 19
    assert all(one["outcome"] is not None and not one["outcome"]["refused"] for one in programs)
