"""The worked cases that lie beside program files, run as `guerdon check` runs them."""

from pathlib import Path

import pytest

import guerdon
from guerdon.specs import gather, run
from guerdon.specs.files import specs_beside

PRESETS = Path(guerdon.__file__).parent / "presets"  # those are tried in contract/test_presets.py
PROGRAMS = [file for file in Path(guerdon.__file__).parent.rglob("*.specs.yaml") if PRESETS not in file.parents]
GROCERY = Path(guerdon.__file__).parent / "demo" / "grocery.yaml"


@pytest.mark.parametrize("file", PROGRAMS, ids=lambda file: file.name)
def test_all_cases_are_as_expected(file):
    [sheaf] = gather([file])
    [(_, specs)] = sheaf.specs
    assert len(specs.cases) >= 5
    wrong = {result.case.name: result.wrong[0].differences for result in run(specs, sheaf.timeline) if result.wrong}
    assert wrong == {}


# Each of these promises is broken by one line, and a case has to notice.
CHANGES = {
    "rate: 1 per 1 USD": "rate: 2 per 1 USD",
    "flat: 100 points": "flat: 101 points",
    "rate: 1 per 2 USD": "rate: 1 per 3 USD",
    "from: 1_500 USD": "from: 1_500.01 USD",
    "from: 4_000 USD": "from: 4_000.01 USD",
    "times: 1.25": "times: 1.5",
    "times: 1.5": "times: 1.25",
    "doublings: best": "doublings: add",
    "limit: 100 points a week": "limit: 101 points a week",
    "when: {weekday: weekend}": "when: {weekday: [fri, sat, sun]}",
    "basket_at_least: 20 USD}": "basket_at_least: 20.01 USD}",
    "[2017-04-01, 2017-06-30]": "[2017-04-01, 2017-07-03]",
    "limit: {total: 80_000 points}": "limit: {total: 80_001 points}",
    "limit: 60 points a month": "limit: 61 points a month",
    "every: 500 points": "every: 499 points",
    "valid: 90 days": "valid: 89 days",
    "cost: 150 points": "cost: 149 points",
    "stock: 200": "stock: 201",
    "visits_30_days >= 8": "visits_30_days >= 7",
    "valid: 30 days": "valid: 31 days",
    "without activity": "",
    "6 months without": "5 months without",
    "up to 30 days": "up to 31 days",
    "kept: 12 months": "kept: 11 months",
    "after_return: owed": "after_return: forgiven",
    "points: exact": "points: kept",
    "vouchers: given back": "vouchers: lost",
    "    - fuel": "    - fuels",
    "2017-01: grocery/soup": "2017-01: grocery/coffee",
}


@pytest.mark.parametrize("before", CHANGES)
def test_a_broken_promise_of_the_grocery_is_noticed(before, tmp_path):
    text = GROCERY.read_text("utf-8")
    assert before in text
    (tmp_path / "grocery.yaml").write_text(text.replace(before, CHANGES[before], 1), "utf-8")
    (tmp_path / "grocery.specs.yaml").write_text(specs_beside(GROCERY).read_text("utf-8"), "utf-8")
    [sheaf] = gather([tmp_path / "grocery.yaml"])
    assert any(not result.is_right for result in run(sheaf.specs[0][1], sheaf.timeline))
