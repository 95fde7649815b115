"""Simulations of what a database and the demo hold, in several processes, and as a command."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.demo.history import DemoHistory
from guerdon.demo.journey import Journey
from guerdon.insight.simulation.database import DatabaseHistory
from guerdon.insight.simulation.history import MemberHistory, MemoryHistory, Shard, Span
from guerdon.insight.simulation.simulating import Candidate, simulate
from guerdon.insight.simulation.workers import SimulationFailed
from guerdon.language import read_program
from guerdon.runtime.programs import find_program
from guerdon.store.database import connect

CAFE = """\
program: cafe
title: {en: Café}
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {worth: 1 EUR per 100 beans}
meters:
  spend: {sum: spend, window: rolling 12 months}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}
  - {earn: beans, name: opening, flat: 50, limit: {total: 120 beans}}
rewards:
  - {reward: coffee, cost: 100 beans}
"""
DRAFT = CAFE.replace("rate: 10 per", "rate: 20 per").replace("2026-01-01", "2027-01-01")

Guerdon = Callable[..., Result]


@pytest.fixture
def guerdon(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Guerdon:
    """Run the command against a fresh database, in a folder with a draft and events."""
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.chdir(tmp_path)
    Path("cafe.yaml").write_text(CAFE, "utf-8")
    Path("draft.yaml").write_text(DRAFT, "utf-8")
    Path("events.ndjson").write_text("\n".join(json.dumps(event) for event in year()), "utf-8")
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))


def year() -> Iterator[dict[str, object]]:
    for number in range(6):
        member = f"m{number}"
        yield {"kind": "enrol", "id": f"j{number}", "member": member, "at": f"2026-03-0{number + 1}T09:00:00+02:00"}
        at, line = f"2026-04-0{number + 1}T09:00:00+02:00", {"sku": "c", "amount": 1000}
        yield {"kind": "purchase", "id": f"b{number}", "member": member, "at": at, "lines": [line]}
        yield {
            "kind": "redeem",
            "id": f"r{number}",
            "member": member,
            "at": "2026-05-01T09:00:00+02:00",
            "reward": "coffee",
        }


def told(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.output)
    return found


# The database.


def test_the_journal_of_a_database_gives_what_is_booked(guerdon: Guerdon, database_url: str) -> None:
    assert guerdon("publish", "cafe.yaml").exit_code == 0
    assert guerdon("ingest", "events.ndjson").exit_code == 0
    found = told(guerdon("simulate", "draft.yaml", "--json", "--workers", "1"))
    summary = told(guerdon("summary", "--json"))
    current, draft = found["current"], found["draft"]
    (beans,), booked = current["units"], summary["units"]["beans"]  # type: ignore[index]
    assert (beans["issued"], beans["redeemed"], beans["outstanding"]) == (720, 600, 120)
    assert (booked["issued"], booked["redeemed"], booked["outstanding"]) == (720, 600, 120)
    assert (draft["cost"], current["cost"]) == (1_320, 720)  # type: ignore[index]
    assert found["comparison"]["winners"] == 6  # type: ignore[index]
    assert [limit["used"] for limit in current["limits"]] == [120]  # type: ignore[index]


def test_a_simulation_writes_nothing_into_the_ledger(guerdon: Guerdon, database_url: str) -> None:
    guerdon("publish", "cafe.yaml")
    guerdon("ingest", "events.ndjson")
    before = guerdon("summary", "--json").output
    assert guerdon("simulate", "draft.yaml").exit_code == 0
    assert guerdon("summary", "--json").output == before
    assert guerdon("verify").exit_code == 0


def test_ticks_and_what_members_sent_are_no_history(guerdon: Guerdon, database_url: str) -> None:
    guerdon("publish", "cafe.yaml")
    guerdon("ingest", "events.ndjson")
    guerdon("tick", "--at", "2026-06-01T00:00:00Z")
    with connect(database_url) as connection:
        number = find_program(connection)
    history = DatabaseHistory(database_url, number)
    kinds = {type(event).__name__ for shard in history.shards(1) for one in shard.members() for event in one.events}
    assert kinds == {"Enrol", "Purchase", "Redeem"}
    assert history.size() == 6


def test_a_lake_gives_what_the_database_gives(guerdon: Guerdon, tmp_path: Path) -> None:
    guerdon("publish", "cafe.yaml")
    guerdon("ingest", "events.ndjson")
    guerdon("export", "lake", str(tmp_path / "lake"))
    words = ("simulate", "draft.yaml", "--json", "--workers", "1")
    database = told(guerdon(*words))
    lake = told(guerdon(*words, "--history", "lake", "--lake", str(tmp_path / "lake")))
    source = lake["history"]["source"]  # type: ignore[index]
    assert source == "lake"
    assert lake | {"seconds": 0, "history": 0} == database | {"seconds": 0, "history": 0}


def test_where_there_is_no_lake_it_is_said(guerdon: Guerdon) -> None:
    result = guerdon("simulate", "draft.yaml", "--history", "lake", "--lake", "nowhere")
    assert result.exit_code == 2
    assert "Make one: guerdon export lake" in result.output


def test_without_a_program_the_first_step_is_told(guerdon: Guerdon) -> None:
    result = guerdon("simulate", "draft.yaml")
    assert result.exit_code == 2
    assert "guerdon publish FILE" in result.output


def test_without_events_it_says_so(guerdon: Guerdon) -> None:
    guerdon("publish", "cafe.yaml")
    result = guerdon("simulate", "draft.yaml")
    assert result.exit_code == 2
    assert "tells of no event" in result.output


# A file.


def test_a_file_of_events_and_the_summary_of_a_manager(guerdon: Guerdon) -> None:
    result = guerdon(
        "simulate", "draft.yaml", "--against", "cafe.yaml", "--history", "events.ndjson", "--visits", "100"
    )
    assert result.exit_code == 0, result.output
    for words in (
        "Café (draft.yaml) on events.ndjson: 6 baskets of 6 members",
        "cost, share of sales",
        "Winners and losers",
        "If members bought more (an assumption, no result)",
        "Behaviour does not change in a replay",
        "its file says 2027-01-01",
    ):
        assert words in result.output


def test_processes_come_to_the_same(guerdon: Guerdon) -> None:
    words = ("simulate", "draft.yaml", "--against", "cafe.yaml", "--history", "events.ndjson", "--json")
    one, two = told(guerdon(*words, "--workers", "1")), told(guerdon(*words, "--workers", "2"))
    assert one | {"seconds": 0} == two | {"seconds": 0}


def test_a_draft_that_does_not_load_is_told_as_check_tells_it(guerdon: Guerdon) -> None:
    Path("wrong.yaml").write_text(
        CAFE.replace("rate: 10 per 1 EUR", "rate: much").replace("cost: 100 beans", "cost: 100 stars"), "utf-8"
    )
    checked = guerdon("check", "wrong.yaml")
    result = guerdon("simulate", "wrong.yaml", "--history", "events.ndjson", "--save", "out.json")
    assert (checked.exit_code, result.exit_code) == (2, 2)
    assert result.output.count("wrong.yaml:") == 2
    assert result.output == checked.output
    assert not Path("out.json").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--history", "nowhere.ndjson"), "there is no file nowhere.ndjson"),
        (("--history", "events.ndjson", "--visits", "1,2"), "--visits: one number, or three"),
        (("--history", "events.ndjson", "--margins", "events.ndjson"), "events.ndjson"),
        (("--history", "events.ndjson", "--since", "2030-01-01"), "ends on 2026-05-01, before 2030-01-01"),
        (("--history", "events.ndjson", "--save", "no/such/folder.json"), "No such file"),
    ],
)
def test_what_cannot_be_done_is_told_plainly(guerdon: Guerdon, words: tuple[str, ...], told: str) -> None:
    result = guerdon("simulate", "draft.yaml", *words)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output


def test_the_result_is_written_whole(guerdon: Guerdon) -> None:
    Path("out.json").write_text("earlier", "utf-8")
    result = guerdon("simulate", "draft.yaml", "--history", "events.ndjson", "--json", "--save", "out.json")
    assert json.loads(Path("out.json").read_text("utf-8")) == told(result)
    assert sorted(path.name for path in Path().iterdir()) == ["cafe.yaml", "draft.yaml", "events.ndjson", "out.json"]


# Workers.


@dataclass(frozen=True)
class Fatal:
    """A history whose reading ends the process that reads it, or fails."""

    kills: bool
    source: str = "fatal"

    def span(self) -> Span | None:
        return Span(1_780_000_000, 1_790_000_000)

    def size(self) -> int | None:
        return None

    def shards(self, workers: int) -> list[Shard]:
        return [FatalShard(self.kills) for _ in range(workers)]


@dataclass(frozen=True)
class FatalShard:
    kills: bool

    def members(self) -> Iterator[MemberHistory]:
        yield MemberHistory("m", [])
        if self.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError("the disk is gone")


@pytest.mark.parametrize(("kills", "told"), [(True, "ended from outside"), (False, "RuntimeError: the disk is gone")])
def test_a_worker_that_ends_is_told(kills: bool, told: str) -> None:
    with pytest.raises(SimulationFailed, match=told):
        simulate(Candidate("cafe.yaml", (read_program(CAFE),)), Fatal(kills), workers=2)


# The demo.


def test_the_demo_is_told_member_by_member_as_it_is_told_by_day() -> None:
    journey = Journey.installed()
    members = dict(journey.members(7, 400))
    by_day = MemoryHistory.of(event for _, events in journey.events(7, 400) for event in events)
    assert members == {one.member: one.events for one in by_day.held}
    assert len(members) > 3
    shard = DemoHistory(journey).shards(400)[7]
    assert {one.member: one.events for one in shard.members()} == members


def test_a_year_that_is_told_again_goes_on_where_it_ended() -> None:
    journey = Journey.installed()
    members = dict(journey.members(7, 800, years=2))
    by_day = MemoryHistory.of(event for _, events in journey.events(7, 800, years=2) for event in events)
    assert members == {one.member: one.events for one in by_day.held}
    span = DemoHistory(journey, 2).span()
    assert span is not None
    assert by_day.span().last <= span.last  # type: ignore[union-attr]


def test_a_sample_of_the_demo_under_a_draft() -> None:
    result = CliRunner().invoke(
        app, ["simulate", "guerdon/demo/grocery.yaml", "--history", "demo", "--sample", "0.01", "--json"]
    )
    found = told(result)
    assert found["comparison"]["unchanged"] == found["history"]["members"]  # type: ignore[index]
