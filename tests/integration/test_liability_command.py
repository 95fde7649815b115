"""`guerdon liability` and `guerdon signals` on a real ledger: what does not tie is not printed."""

import csv
import json
import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from everything import Lives, everything
from ledger_fixtures import Shop
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.core.calendar import date_of, day_of, instant_of, moment_of
from guerdon.insight.accounting.closing import close, worths_of
from guerdon.insight.accounting.tying import check_ties, check_wallets
from guerdon.insight.engines.duckdb import tables_of
from guerdon.insight.lake.exporting import export
from guerdon.insight.lake.opening import Lake, open_lake
from guerdon.runtime.relay import tick_and_deliver
from guerdon.store import reading
from guerdon.store.database import connect

PROGRAM = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {worth: 1 EUR per 100 beans}
  stamps: {}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}
  - {earn: stamps, name: stamp, flat: 1 stamps}
rewards:
  - {reward: coffee, cost: 150 beans}
"""
EVENTS = [
    {"kind": "enrol", "id": "j", "member": "ana", "at": "2026-01-03T09:00:00+02:00"},
    {"kind": "purchase", "id": "p1", "member": "ana", "at": "2026-01-05T09:00:00+02:00",
     "lines": [{"sku": "cake", "amount": 2000}]},
    {"kind": "redeem", "id": "r1", "member": "ana", "at": "2026-02-04T09:00:00+02:00", "reward": "coffee"},
    {"kind": "return", "id": "b1", "member": "ana", "at": "2026-02-05T09:00:00+02:00", "purchase": "p1"},
]  # fmt: skip
Guerdon = Callable[..., Result]


@pytest.fixture
def guerdon(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Guerdon:
    """Run the command against a fresh database in which a few things have happened, in a fresh folder."""
    monkeypatch.setenv("GUERDON_DATABASE_URL", database_url)
    monkeypatch.setenv("GUERDON_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    Path("cafe.yaml").write_text(PROGRAM, "utf-8")
    Path("events.ndjson").write_text("".join([json.dumps(event) + "\n" for event in EVENTS]), "utf-8")
    runner = CliRunner()
    assert runner.invoke(app, ["publish", "cafe.yaml"]).exit_code == 0
    assert runner.invoke(app, ["ingest", "events.ndjson"]).exit_code == 0
    return lambda *words: runner.invoke(app, list(words))


def told(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output
    return result.output


def refused(result: Result) -> str:
    return " ".join(told(result, 2).split())


# The command.


def test_a_period_adds_up_in_units_and_in_money(guerdon: Guerdon) -> None:
    found = json.loads(told(guerdon("liability", "--from", "2026-01-01", "--to", "2026-02-28", "--json")))
    beans, stamps = found["units"]
    assert [(line["line"], line["units"]) for line in beans["lines"][:3]] == [
        ("sold", 200), ("redeemed", -150), ("reversed", -200),
    ]  # fmt: skip
    for unit in found["units"] + found["months"]:
        assert unit["opening"] + sum([line["units"] for line in unit["lines"]]) == unit["closing"]
        if unit["closing_money"] is not None:
            moved = sum([line["money"] for line in unit["lines"]])
            assert unit["opening_money"] + moved == unit["closing_money"]
    assert beans["closing"] == -150  # The coffee was drunk before the cake came back: that is owed.
    assert stamps["closing_money"] is None
    assert found["liability"] == beans["closing_money"] == 0


def test_what_is_not_worth_money_is_said(guerdon: Guerdon) -> None:
    shown = " ".join(told(guerdon("liability", "--as-of", "2026-01-31")).split())
    assert "The program gives stamps no worth (`worth`), so they have no part in the liability." in shown
    assert "Liability: 1.82 EUR. It ties to the ledger." in shown  # 20.00 x 2.00 / 22.00


def test_entries_balance_in_every_reference(guerdon: Guerdon) -> None:
    told(guerdon("liability", "--from", "2026-01-01", "--to", "2026-02-28", "--csv", "entries.csv"))
    rows = list(csv.DictReader(Path("entries.csv").read_text("utf-8").splitlines()))
    assert {row["reference"] for row in rows} >= {"cafe-2026-01-beans-sold", "cafe-2026-02-beans-redeemed"}
    for reference in {row["reference"] for row in rows}:
        sides = [[row[side].replace(".", "") or "0" for row in rows if row["reference"] == reference]
                 for side in ("debit", "credit")]  # fmt: skip
        assert sum(map(int, sides[0])) == sum(map(int, sides[1])) > 0


def test_a_lake_by_itself_ties_to_its_wallets(guerdon: Guerdon, monkeypatch: pytest.MonkeyPatch) -> None:
    told(guerdon("export", "lake", "copy"))
    monkeypatch.setenv("GUERDON_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    shown = told(guerdon("liability", "--as-of", "2026-01-31", "--lake", "copy"))
    assert "It ties to the ledger" in " ".join(shown.split())


def test_a_ledger_in_which_nothing_happened(guerdon: Guerdon, database_url: str) -> None:
    Path("tea.yaml").write_text(PROGRAM.replace("program: cafe", "program: tea"), "utf-8")
    told(guerdon("publish", "tea.yaml"))
    assert "Liability: 0.00 EUR. It ties to the ledger." in told(guerdon("liability", "--program", "tea"))


@pytest.mark.parametrize(("account", "other"), [("redeemed", "reversed"), ("debt", "issued")])
def test_a_balance_that_is_off_by_one_stops_the_command(
    guerdon: Guerdon, database_url: str, account: str, other: str
) -> None:
    with connect(database_url) as connection:
        for name, amount in ((account, 1), (other, -1)):
            connection.execute(
                "update balances set balance = balance + %s where ctid = (select ctid from balances "
                "where unit = 'beans' and account = %s limit 1)",
                (amount, name),
            )
    said = refused(guerdon("liability", "--as-of", "2026-02-28", "--csv", "entries.csv"))
    assert "The books do not tie to the ledger." in said
    assert f"{account} beans:" in said
    assert "guerdon verify" in said
    assert not Path("entries.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2026-01-15", "--to", "2026-01-31"], "may begin on 2026-01-01"),
        (["--from", "2026-03-01", "--to", "2026-01-31"], "begin on 2026-03-01 and end on 2026-01-31 before it"),
        (["--as-of", "2026-01-31", "--to", "2026-02-28"], "name different days"),
        (["--as-of", "2999-01-31"], "2999-01-31 lies ahead"),
        (["--as-of", "2026-01-31", "--csv", "e.csv", "--accounts", "none.yaml"], "none.yaml"),
        (["--lake", "nowhere"], "There is no lake in nowhere"),
    ],
)
def test_what_cannot_be_closed_is_refused(guerdon: Guerdon, words: list[str], said: str) -> None:
    assert said in refused(guerdon("liability", *words))
    assert not Path("e.csv").exists()


# A ledger in which everything happens: returns, debts, gifts, merges, households, conversions, partners, causes.


@pytest.fixture(scope="module")
def lived(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Lake]]:
    with Shop(module_database_url, everything()) as shop, connect(module_database_url) as connection:
        chance, lives = random.Random(11), Lives(11)
        shop.till.commit(lives.beginning())
        for _ in range(12):
            shop.till.commit([lives.tell() for _ in range(chance.choice((20, 60)))])
            tick_and_deliver(shop.till, connection, instant_of(lives.now))
        folder = tmp_path_factory.mktemp("lived") / "lake"
        export(shop.url, shop.program, folder)
        yield shop, open_lake(folder)


@pytest.mark.parametrize("method", ["ifrs15", "gross"])
def test_a_ledger_in_which_everything_happens_ties_on_any_day(lived: tuple[Shop, Lake], method: Any) -> None:
    shop, lake = lived
    tables = tables_of(lake)
    worths = worths_of(lake.timeline, lake.zone)
    assert lake.until is not None
    newest = lake.zone.day(instant_of(lake.until))
    for day in (newest, newest - 40):
        as_of = date_of(day)
        books = close(tables, worths, as_of, method)
        end = moment_of(lake.zone.start(day_of(as_of) + 1) - 1)
        check_ties(books, reading.account_balances_at(shop.look, shop.program, end))
        check_wallets(books, tables)
        assert books.rolls


# Signals.


def suspicious(guerdon: Guerdon) -> None:
    rows = [
        {"kind": "purchase", "id": f"g{number}", "member": "ana", "at": f"2026-03-05T09:0{number}:00+02:00",
         "lines": [{"sku": "cake", "amount": 900}], "codes": [f"GUESS{number}"]}
        for number in range(6)
    ]  # fmt: skip
    Path("more.ndjson").write_text("".join([json.dumps(row) + "\n" for row in rows]), "utf-8")
    guerdon("ingest", "more.ndjson")


def test_a_signal_is_listed_explained_and_reviewed(guerdon: Guerdon) -> None:
    suspicious(guerdon)
    found = json.loads(told(guerdon("signals", "--json")))
    (ana,) = found["suspects"]
    assert (ana["member"], ana["score"], ana["review"]) == ("ana", 70, None)
    assert set(found["not_looked_for"]) == {"shared_means", "own_card"}
    assert "6 codes on one day that nothing takes." in " ".join(told(guerdon("signals", "explain", "ana")).split())
    told(guerdon("signals", "review", "ana", "--fine", "--reason", "A misprint", "--by", "staff-7"))
    assert json.loads(told(guerdon("signals", "--json")))["suspects"] == []
    (ana,) = json.loads(told(guerdon("signals", "--all", "--json")))["suspects"]
    assert (ana["review"]["verdict"], ana["review"]["reason"]) == ("fine", "A misprint")
    assert "Reviewed on" in told(guerdon("signals", "explain", "ana"))


def test_a_review_that_blocks_is_an_event_in_the_journal(guerdon: Guerdon) -> None:
    suspicious(guerdon)
    told(guerdon("signals", "review", "ana", "--block", "--reason", "Tries out codes", "--by", "staff-7"))
    assert "blocked" in told(guerdon("statement", "ana"))
    assert json.loads(told(guerdon("signals", "--json")))["suspects"] == []
    assert "(blocked)" in told(guerdon("signals", "explain", "ana"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ana", "--reason", "x", "--by", "s"], "Say either --fine or --block."),
        (["ana", "--fine", "--block", "--reason", "x", "--by", "s"], "Say either --fine or --block."),
        (["ana", "--fine", "--reason", " ", "--by", "s"], "Say why with --reason"),
        (["eve", "--fine", "--reason", "x", "--by", "s"], "There is no signal about eve."),
    ],
)
def test_a_review_that_is_refused_leaves_everything_as_it_was(guerdon: Guerdon, words: list[str], said: str) -> None:
    suspicious(guerdon)
    before = told(guerdon("statement", "ana"))
    assert said in refused(guerdon("signals", "review", *words))
    assert told(guerdon("statement", "ana")) == before
    assert not Path("home/signals").exists()


def test_nobody_is_looked_at_from_a_later_day_on(guerdon: Guerdon) -> None:
    suspicious(guerdon)
    assert (
        told(guerdon("signals", "--since", str(date(2026, 3, 6)))).strip().startswith("Nobody needs to be looked at.")
    )
