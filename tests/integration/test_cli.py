"""The command as a user meets it: what goes right, and how what goes wrong is told."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.demo.running import grocery_program
from guerdon.store.database import connect

PROGRAM = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {expires: 60 days, worth: 1 EUR per 100 beans}
meters:
  spend: {sum: spend, window: rolling 12 months}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}
"""

Guerdon = Callable[..., Result]


@pytest.fixture
def guerdon(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Guerdon:
    """Run the command against a fresh database, in a fresh folder."""
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))


def events(*found: dict[str, object]) -> str:
    Path("events.ndjson").write_text("\n".join(json.dumps(event) for event in found), "utf-8")
    return "events.ndjson"


def enrol(member: str, at: str = "2026-03-02T08:00:00+02:00") -> dict[str, object]:
    return {"kind": "enrol", "id": f"enrol-{member}", "member": member, "at": at}


def published(guerdon: Guerdon, text: str = PROGRAM) -> Result:
    Path("cafe.yaml").write_text(text, "utf-8")
    return guerdon("publish", "cafe.yaml")


@pytest.mark.parametrize("words", [("summary",), ("statement", "ana"), ("verify",), ("tick",), ("explain", "ana", "x")])
def test_before_anything_is_published_the_first_step_is_told(guerdon: Guerdon, words: tuple[str, ...]) -> None:
    told = guerdon(*words)
    assert told.exit_code == 2
    assert "guerdon publish FILE" in told.output


def test_a_database_without_tables_is_told_in_the_same_words(
    guerdon: Guerdon, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUERDON_DATABASE_URL", empty_database_url)
    told = guerdon("summary")
    assert (told.exit_code, "guerdon publish FILE" in told.output) == (2, True)


def test_words_from_outside_that_look_like_markup_are_shown_as_they_are(guerdon: Guerdon) -> None:
    published(guerdon)
    adjusted = {
        "kind": "adjust", "id": "[/b]", "member": "[red]", "at": "2026-03-02T09:00:00+02:00",
        "unit": "beans", "amount": 5, "reason": "sorry [/red]", "by": "[bold]boss",
    }  # fmt: skip
    assert guerdon("ingest", events(enrol("[red]"), adjusted)).exit_code == 0
    told = guerdon("statement", "[red]", "--ids")
    assert "[bold]boss:" in told.output
    assert "sorry [/red]" in told.output
    assert "[/b]" in told.output
    assert guerdon("explain", "[red]", "[/b]").exit_code == 0
    missing = guerdon("explain", "[red]", "[/nothing]")
    assert (missing.exit_code, "has no event [/nothing]" in missing.output) == (2, True)


def test_events_and_ticks_ahead_of_the_clock_are_refused_unless_asked_for(guerdon: Guerdon) -> None:
    published(guerdon)
    ahead = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    told = guerdon("ingest", events(enrol("ana"), enrol("boris", ahead)))
    assert "event_in_the_future" in told.output
    assert guerdon("statement", "boris").exit_code == 2
    assert guerdon("tick", "--at", ahead).exit_code == 2
    assert guerdon("tick", "--at", ahead, "--ahead").exit_code == 0
    assert guerdon("ingest", "events.ndjson", "--ahead").exit_code == 0
    assert guerdon("statement", "boris").exit_code == 0


def test_the_offset_of_a_tick_counts(guerdon: Guerdon) -> None:
    published(guerdon)
    assert "by 2026-09-29 22:00 UTC" in guerdon("tick", "--at", "2026-09-30T00:00:00+02:00").output
    assert guerdon("tick", "--at", "tomorrow").exit_code == 2


def test_refused_events_are_named_and_a_line_that_is_none_ends_with_code_one(guerdon: Guerdon) -> None:
    published(guerdon)
    purchase = {"kind": "purchase", "id": "p1", "member": "nobody", "at": "2026-03-02T09:00:00Z", "lines": []}
    told = guerdon("ingest", events(purchase, enrol("ana")))
    assert told.exit_code == 1
    assert "events.ndjson:1:" in told.output
    purchase["lines"] = [{"sku": "a", "amount": 100}]
    told = guerdon("ingest", events(purchase))
    assert told.exit_code == 0
    assert "There is no member nobody" in told.output


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("currency: EUR", "currency: USD"), "the currency is EUR"),
        (("Europe/Sofia", "Europe/Berlin"), "the timezone is Europe/Sofia"),
        (("expires: 60 days", "decimals: 2"), "the unit beans keeps its decimals"),
    ],
)
def test_a_version_that_turns_holdings_into_something_else_is_refused(
    guerdon: Guerdon, database_url: str, change: tuple[str, str], told: str
) -> None:
    published(guerdon)
    text = PROGRAM.replace("2026-01-01", "2027-01-01").replace(*change)
    if "USD" in change[1]:
        text = text.replace("worth: 1 EUR", "worth: 1 USD").replace("per 1 EUR", "per 1 USD")
    refused = published(guerdon, text)
    assert (refused.exit_code, told in " ".join(refused.output.split())) == (2, True)
    with connect(database_url) as connection:
        assert connection.execute("select max(number) from program_versions").fetchone() == (1,)


def test_a_file_that_is_no_text_is_named(guerdon: Guerdon) -> None:
    Path("cafe.yaml").write_bytes(b"program: caf\xe9")
    told = guerdon("check", "cafe.yaml")
    assert (told.exit_code, "cafe.yaml is not a text in UTF-8" in told.output) == (2, True)


def test_a_mark_of_byte_order_is_no_mistake(guerdon: Guerdon) -> None:
    published(guerdon)
    Path("events.ndjson").write_bytes(b"\xef\xbb\xbf" + json.dumps(enrol("ana")).encode())
    assert guerdon("ingest", "events.ndjson").exit_code == 0


def test_every_mistake_of_a_program_file_is_told_with_its_line(guerdon: Guerdon) -> None:
    Path("cafe.yaml").write_text(PROGRAM.replace("EUR\n", "euro\n").replace("rate:", "rat:"), "utf-8")
    told = guerdon("check", "cafe.yaml")
    assert told.exit_code == 2
    assert "cafe.yaml:2:" in told.output
    assert "cafe.yaml:10:" in told.output


def test_vouchers_that_expire_together_are_told_as_one_sum(guerdon: Guerdon) -> None:
    published(guerdon)
    bought = {"kind": "purchase", "at": "2026-03-02T09:00:00Z", "lines": [{"sku": "a", "amount": 100}], "member": "ana"}
    assert guerdon("ingest", events(enrol("ana"), bought | {"id": "p1"}, bought | {"id": "p2"})).exit_code == 0
    assert "beans: 20 available, until 2026-05-02 00:00" in guerdon("statement", "ana").output


def test_nothing_but_the_demo_needs_its_packages(monkeypatch: pytest.MonkeyPatch, guerdon: Guerdon) -> None:
    for name in [name for name in sys.modules if name.startswith("guerdon.demo") or name == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert published(guerdon).exit_code == 0
    told = guerdon("demo")
    assert told.exit_code == 2
    assert "pip install 'guerdon[demo]'" in " ".join(told.output.split())


def test_nothing_from_outside_steers_the_terminal(guerdon: Guerdon) -> None:
    published(guerdon)
    told = guerdon("ingest", events(enrol("ana\u202eana")))
    assert told.exit_code == 0
    assert "\u202e" not in guerdon("statement", "ana\u202eana").output
    adjusted = {
        "kind": "adjust", "id": "a", "member": "ana\u202eana", "at": "2026-03-02T09:00:00+02:00",
        "unit": "beans", "amount": 5, "reason": "\u001b[2J", "by": "boss",
    }  # fmt: skip
    assert guerdon("ingest", events(adjusted)).exit_code == 1


def test_a_database_url_that_is_none_is_told(guerdon: Guerdon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUERDON_DATABASE_URL", "nonsense")
    told = guerdon("summary")
    assert (told.exit_code, told.output.startswith("error:")) == (2, True)


@pytest.mark.parametrize("text", [PROGRAM.replace("program: cafe", "program: grocery"), grocery_program()])
def test_the_demo_leaves_a_shop_of_its_name_alone(guerdon: Guerdon, database_url: str, text: str) -> None:
    published(guerdon, text)
    assert guerdon("ingest", events(enrol("ana"))).exit_code == 0
    told = guerdon("demo", "--headless")
    assert (told.exit_code, "not this demo's" in " ".join(told.output.split())) == (2, True)
    with connect(database_url) as connection:
        assert connection.execute("select count(*) from journal").fetchone() == (1,)
