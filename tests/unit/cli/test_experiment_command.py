"""The commands for experiments: what they print, what they give to machines, and what they refuse."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from guerdon.cli import experiments
from guerdon.cli.main import app
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.engines import duckdb
from guerdon.language import read_program

FIRST, LAST = date(2026, 4, 1), date(2026, 4, 30)
PROGRAM = """
program: cafe
currency: EUR
timezone: UTC
effective_from: 2026-01-01
experiments:
  spring: {groups: {control: 50%, ten: 50%}, between: [2026-04-01, 2026-04-30]}
  summer: {groups: {control: 50%, ten: 50%}, between: [2026-07-01, 2026-07-31]}
units:
  points: {}
mechanics:
  - {earn: points, rate: 1 per 1 EUR}
"""

Asked = Callable[..., Result]


def rows(count: int) -> dict[str, list[dict]]:
    """Members who buy once a week for twelve weeks, each for about an amount of their own."""
    days = [LAST - timedelta(7 * week) for week in range(12)]
    members = [
        {"member": number, "key": f"m{number}", "seq": 1, "enrolled_day": date(2026, 1, 1), "is_household": False}
        for number in range(1, count + 1)
    ]
    events = [
        {
            "member": number,
            "seq": 1,
            "kind": "purchase",
            "day": day,
            "paid": 100 * number + 370 * (number * (place + 1) % 11),
            "items": 1,
        }
        for number in range(1, count + 1)
        for place, day in enumerate(days)
    ]
    return {"members": members, "events": events}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict], Asked]:
    """A command over rows in memory, in place of those of a lake."""

    def over(there: dict[str, list[dict]]) -> Asked:
        timeline = Timeline([Version(read_program(PROGRAM), number=1)])
        stored = SimpleNamespace(versions=[SimpleNamespace(source=PROGRAM)])
        lake = SimpleNamespace(timeline=timeline, currency="EUR", stored=stored)
        tables = duckdb.tables_from(there)
        monkeypatch.setattr(experiments, "lake_of", lambda *_: nullcontext(lake))
        monkeypatch.setattr(duckdb, "tables_of", lambda _: tables)
        monkeypatch.setattr(experiments.console, "width", 200)
        return lambda *words: CliRunner().invoke(app, ["experiment", *words])

    return over


def machine(told: Result) -> Any:
    assert told.exit_code == 0, told.output
    assert "NaN" not in told.stdout
    assert "Infinity" not in told.stdout
    return json.loads(told.stdout)


def test_an_experiment_is_shown_by_its_name(asked: Callable[[dict], Asked]) -> None:
    told = asked(rows(60))("spring")
    assert told.exit_code == 0, told.output
    assert "spring has ended: spend per member, 2026-04-01 to 2026-04-30, counted up to 2026-04-30." in told.output
    assert "Nothing is shown between `ten` and `control`" in " ".join(told.output.split())


def test_without_a_name_all_are_shown(asked: Callable[[dict], Asked]) -> None:
    told = asked(rows(20))()
    assert "spring has ended" in told.output
    assert "summer has not begun" in told.output
    assert [each["status"] for each in machine(asked(rows(20))("--json"))] == ["ended", "not_begun"]


def test_an_experiment_for_machines(asked: Callable[[dict], Asked]) -> None:
    told = machine(asked(rows(60))("spring", "--json", "--by", "before", "--until", "2026-04-30"))
    assert (told["experiment"], told["currency"], told["status"]) == ("spring", "EUR", "ended")
    assert sum(group["members"] for group in told["groups"]) == 60
    assert isinstance(told["comparisons"][0]["difference"], int)
    assert told["slices"][0]["part"] == "lower third before"


def test_what_cannot_be_known_is_a_dash(asked: Callable[[dict], Asked]) -> None:
    told = asked(rows(1))("spring")
    assert told.exit_code == 0
    assert "—" in told.output
    assert "each takes at least two members" in " ".join(told.output.split())
    assert machine(asked(rows(1))("spring", "--json"))["comparisons"][0]["difference"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["winter"], "no experiment `winter`. It has `spring`, `summer`"),
        (["spring", "--metric", "smiles"], "no metric `smiles`; there are spend, baskets"),
        (["spring", "--control", "eleven"], "no group `eleven`; it has control, ten"),
        (["spring", "--by", "mood"], "cut by before, tier, region, language, not by `mood`"),
        (["plan", "control"], "as in 50%"),
        (["plan", "control=50%", "control=50%"], "each group is told once"),
        (["plan", "control=50%", "ten=0%"], "it lies above 0 %"),
        (["plan", "control=50%", "ten=20%"], "100 % in all"),
        (["regret", "5%"], "two offers or more"),
        (["regret", "5%", "nan%"], "it lies above 0 %"),
        (["offers", "summer"], "begins on 2026-07-01"),
        (["campaigns"], "Tell it: --invited FILE"),
    ],
)
def test_what_does_not_fit_is_refused(asked: Callable[[dict], Asked], words: list[str], said: str) -> None:
    told = asked(rows(5))(*words)
    assert told.exit_code == 2
    assert said in " ".join(told.stderr.split())
    assert told.stdout == ""


def test_an_empty_lake_is_refused(asked: Callable[[dict], Asked]) -> None:
    told = asked({})("spring")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "Nothing is recorded yet" in told.stderr


def test_a_plan(asked: Callable[[dict], Asked]) -> None:
    told = asked(rows(60))("plan", "control=50%", "ten=50%", "--until", "2026-04-15")
    assert "too early" in told.output
    outlooks = machine(asked(rows(60))("plan", "control=50%", "ten=50%", "--json"))["outlooks"]
    assert [each["weeks"] for each in outlooks] == [2, 4, 8, 12]
    assert outlooks[0]["least"] > 0
    assert outlooks[3]["unknown"] == "too_little_history"


def test_offers_are_told_as_the_next_experiment(asked: Callable[[dict], Asked]) -> None:
    told = asked(rows(60))("offers", "spring", "--metric", "buyers")
    assert "spring-next: {groups: {control: " in told.output
    shares = [each["next"] for each in machine(asked(rows(60))("offers", "spring", "--json"))["offers"]]
    assert sum(shares) == 10_000
    text = told.output[told.output.index("experiments:\n") :]
    head, units = PROGRAM.partition("experiments:")[0], PROGRAM[PROGRAM.index("units:") :]
    assert list(read_program(head + text.rstrip() + "\n" + units).experiments) == ["spring-next"]


def test_regret_is_the_same_for_the_same_seed(asked: Callable[[dict], Asked]) -> None:
    words = ("regret", "5%", "8%", "--members", "500", "--runs", "10", "--json", "--seed", "3")
    assert machine(asked({})(*words)) == machine(asked({})(*words))


def test_campaigns_of_a_file(asked: Callable[[dict], Asked], tmp_path: Path) -> None:
    file = tmp_path / "sent.csv"
    lines = [f"easter,mail,2026-04-01,2026-04-30,m{number}\n" for number in range(1, 41, 2)]
    file.write_text("campaign,kind,first,last,member\n" + "".join(lines), "utf-8")
    told = asked(rows(40))("campaigns", "--invited", str(file))
    assert told.exit_code == 0, told.output
    assert "too few members" in told.output
    assert "What may not be concluded" in told.output
    campaign = machine(asked(rows(40))("campaigns", "--invited", str(file), "--json"))["campaigns"][0]
    assert (campaign["campaign"], campaign["invited"]) == ("easter", 20)


@pytest.mark.parametrize(("content", "said"), [(b"\xff", "no text in UTF-8"), (b"a,b\n", "it should begin with")])
def test_a_file_that_is_none_is_refused(
    asked: Callable[[dict], Asked], tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "sent.csv"
    file.write_bytes(content)
    told = asked(rows(5))("campaigns", "--invited", str(file))
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in " ".join(told.stderr.split())
