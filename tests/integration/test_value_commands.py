"""`guerdon value` and `guerdon recommend` as a manager meets them: on a real ledger, and where they refuse."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.store.database import connect

PROGRAM = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}
  - {earn: beans, name: tea-time, multiply: base, times: 2, when: {category: tea}}
rewards:
  - {reward: cup, cost: 100 beans}
"""
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def guerdon(database_url, monkeypatch, tmp_path):
    """Run the command against a fresh database with the program, in a fresh folder."""
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("GUERDON_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("PYTENSOR_FLAGS", "cxx=,mode=FAST_COMPILE")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    Path("cafe.yaml").write_text(PROGRAM, "utf-8")
    assert runner.invoke(app, ["publish", "cafe.yaml"]).exit_code == 0
    return lambda *words: runner.invoke(app, list(words))


def told(count, weeks):
    for number in range(count):
        member = f"m{number:02}"
        yield {"kind": "enrol", "id": f"e-{member}", "member": member, "at": BEGAN.isoformat()}
        for week in range(0, weeks, 1 + number % 4):
            at = BEGAN + timedelta(days=7 * week + number % 5, hours=1)
            drink = "coffee" if number % 2 else "tea"
            lines = [{"sku": drink, "category": drink, "amount": 300 + 10 * (number % 7) + week}]
            if week % 2:
                lines.append({"sku": "cake", "category": "cake", "amount": 400})
            yield {
                "kind": "purchase",
                "id": f"b-{member}-{week}",
                "member": member,
                "at": at.isoformat(),
                "lines": lines,
            }


def taken_in(guerdon, events):
    Path("events.ndjson").write_text("\n".join(json.dumps(event) for event in events), "utf-8")
    done = guerdon("ingest", "events.ndjson")
    assert done.exit_code == 0, done.output


def entries(url):
    with connect(url) as connection:
        return connection.execute("select count(*), max(seq) from journal").fetchone()


def test_nothing_was_bought_yet(guerdon, database_url):
    taken_in(guerdon, [event for event in told(2, 1) if event["kind"] == "enrol"])
    before = entries(database_url)
    for words in (("value", "--draws", "0"), ("recommend",), ("recommend", "m00"), ("recommend", "--evaluate")):
        refused = guerdon(*words)
        assert refused.exit_code == 2
        assert "Nobody" in refused.output
        assert "Take in purchases first." in " ".join(refused.output.split()) or "--evaluate" in words
    assert entries(database_url) == before


def test_too_few_came_back(guerdon, database_url):
    taken_in(guerdon, told(3, 4))
    before = entries(database_url)
    refused = guerdon("value", "--draws", "0")
    assert refused.exit_code == 2
    assert "3 of 3 members who bought have come back" in " ".join(refused.output.split())
    assert entries(database_url) == before


def test_too_few_bought_the_same(guerdon):
    taken_in(guerdon, told(3, 4))
    refused = guerdon("recommend", "m00")
    assert refused.exit_code == 2
    assert "There is no category yet that 5 members bought" in " ".join(refused.output.split())


def test_there_is_no_such_lake(guerdon, tmp_path):
    for command in ("value", "recommend"):
        refused = guerdon(command, "--lake", str(tmp_path / "none"))
        assert refused.exit_code == 2
        assert "There is no lake in" in refused.output
    assert not (tmp_path / "none").exists()


def test_what_is_recommended(guerdon, database_url):
    taken_in(guerdon, told(12, 12))
    before = entries(database_url)
    found = guerdon("recommend", "m04", "--json")
    assert found.exit_code == 0, found.output
    advice = json.loads(found.output)
    assert [one["thing"] for one in advice["again"]] == ["tea", "cake"]
    assert advice["offers"][0]["mechanic"] == "tea-time"
    assert advice["rewards"][0] | {"because": ""} == advice["rewards"][0] | {
        "reward": "cup",
        "can_have_it": True,
        "because": "",
    }
    shown = guerdon("recommend", "m04").output
    assert "Will buy again" in " ".join(shown.split())
    assert "because you bought tea" in " ".join(shown.split())
    everybody = json.loads(guerdon("recommend", "--json").output)
    assert [member["member"] for member in everybody["members"]] == [f"m{number:02}" for number in range(12)]
    refused = guerdon("recommend", "nobody")
    assert refused.exit_code == 2
    assert "There is no member nobody" in refused.output
    assert entries(database_url) == before


def test_what_members_are_worth(guerdon, database_url):
    pytest.importorskip("pymc_marketing")
    taken_in(guerdon, told(36, 20))
    before = entries(database_url)
    lately = guerdon("value", "--draws", "0", "--json", "--html", "value.html", "--language", "ru")
    assert lately.exit_code == 0, lately.output
    assert "Чего стоят участники" in Path("value.html").read_text("utf-8")
    value = json.loads(lately.output)
    assert (value["members"], value["never_bought"], value["holdout_missing"]) == (36, 0, None)
    assert value["value"] > 0
    assert "NaN" not in lately.output
    refused = guerdon("value", "--member", "m01", "--html", "card.html")
    assert (refused.exit_code, Path("card.html").exists()) == (2, False)
    refused = guerdon("value", "--member", "nobody")
    assert refused.exit_code == 2
    assert "There is no member nobody" in refused.output
    assert entries(database_url) == before
