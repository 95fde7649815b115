"""The lake says what the ledger says: row by row against the engine, whole after any number of steps and any death."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from builders import line, moment
from everything import Lives, everything
from ledger_fixtures import FULL, SIMPLE, Shop, buy, enrol, history

from guerdon.core.amounts import Rate
from guerdon.core.calendar import instant_of
from guerdon.core.effects import MEMBER_ACCOUNTS, decode_outcome
from guerdon.core.events import Purchase, Return, ReturnedLine, decode_event
from guerdon.core.purchasing import to_pay
from guerdon.insight.engines import Tables, duckdb
from guerdon.insight.lake import exporting
from guerdon.insight.lake.commits import (
    LakeBusy,
    LakeDamaged,
    LakeDoesNotFit,
    LakeNotFound,
    forget,
    locked,
    read_commits,
)
from guerdon.insight.lake.exporting import export
from guerdon.insight.lake.opening import open_lake
from guerdon.insight.lake.tables import TABLES
from guerdon.runtime.relay import tick_and_deliver
from guerdon.store import reading
from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.rates import DatedRate, add_rates

Rows = list[dict[str, Any]]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "ENTRIES_A_STEP", 70)


def rows_of(folder: Path) -> dict[str, Rows]:
    """Every table of a lake, by its key."""
    tables = duckdb.tables_of(open_lake(folder))
    found = {}
    for name, table in tables._asdict().items():
        key = TABLES[name].key
        found[name] = sorted(table.to_pyarrow().to_pylist(), key=lambda row: [row[column] for column in key])
    return found


def exported(shop: Shop, folder: Path) -> dict[str, Rows]:
    export(shop.url, shop.program, folder)
    return rows_of(folder)


@pytest.fixture(scope="module")
def lived(module_database_url: str) -> Iterator[Shop]:
    """Members to whom everything happens that can."""
    with Shop(module_database_url, everything()) as shop, connect(module_database_url) as connection:
        chance, lives = random.Random(5), Lives(5)
        shop.till.commit(lives.beginning())
        for _ in range(12):
            shop.till.commit([lives.tell() for _ in range(chance.choice((20, 60)))])
            tick_and_deliver(shop.till, connection, instant_of(lives.now))
        yield shop


def test_every_row_is_what_the_engine_says(lived: Shop, tmp_path: Path) -> None:
    lake = exported(lived, tmp_path / "lake")
    journal = {row[:2]: row[2:] for row in lived.rows("select member, seq, kind, content, outcome from journal")}
    assert {(row["member"], row["seq"]): row["kind"] for row in lake["events"]} == {
        place: kind for place, (kind, _, _) in journal.items()
    }
    kinds = Counter(kind for kind, _, _ in journal.values())
    assert kinds["purchase"] > 50
    assert kinds["return"] > 5
    effects = Counter((row["member"], row["seq"], row["effect"]) for row in lake["effects"])
    for row in lake["events"]:
        _, content, outcome = journal[row["member"], row["seq"]]
        event, decided = decode_event(content), decode_outcome(outcome)
        assert row["content"].encode() == content
        assert row["refusal"] == (decided.refusal.code if decided.refusal else None)
        for effect in decided.effects:
            effects[row["member"], row["seq"], effect.__struct_config__.tag] -= 1
        if isinstance(event, Purchase) and decided.refusal is None:
            assert row["paid"] == to_pay(event, decided.effects)
            assert row["amount"] - row["discount"] - row["reduced"] - row["paid_with"] == row["paid"]
            assert row["items"] == len(event.lines)
        elif row["kind"] not in ("purchase", "return") or decided.refusal:
            assert (row["amount"], row["paid"], row["items"]) == (None, None, None)
    assert not +effects
    assert not -effects


def test_what_is_moved_ties_to_the_ledger(lived: Shop, tmp_path: Path) -> None:
    lake = exported(lived, tmp_path / "lake")
    balances: Counter[tuple[str, str]] = Counter()
    for row in lake["transfers"]:
        balances[row["unit"], row["target"]] += row["amount"]
        balances[row["unit"], row["source"]] -= row["amount"]
    ledger = reading.account_balances(lived.look, lived.program)
    assert {place: held for place, held in balances.items() if held} == {
        place: int(held) for place, held in ledger.items() if held
    }
    held: Counter[tuple[str, str]] = Counter()
    for row in lake["daily_wallets"]:
        for account in MEMBER_ACCOUNTS:
            held[row["unit"], account] += row[account]
    assert {place: amount for place, amount in held.items() if amount} == {
        place: int(amount) for place, amount in ledger.items() if place[1] in MEMBER_ACCOUNTS and amount
    }


@pytest.mark.usefixtures("small_steps")
def test_many_steps_make_the_same_lake_as_one(lived: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = exported(lived, tmp_path / "steps")
    assert len(read_commits(tmp_path / "steps")) > 5
    monkeypatch.setattr(exporting, "ENTRIES_A_STEP", 1_000_000)
    assert exported(lived, tmp_path / "one") == steps
    assert len(read_commits(tmp_path / "one")) == 1


@pytest.mark.usefixtures("small_steps")
def test_what_is_new_is_added_and_nothing_twice(database_url: str, tmp_path: Path) -> None:
    events = history(3, events=400)
    with Shop(database_url, FULL) as shop:
        for part in range(0, len(events), 100):
            shop.till.commit(events[part : part + 100])
            added = export(shop.url, shop.program, tmp_path / "grown").rows["events"]
            assert added == shop.value("select count(*) from journal") - part_before(tmp_path / "grown", added)
        assert export(shop.url, shop.program, tmp_path / "grown").rows["events"] == 0
        grown, anew = rows_of(tmp_path / "grown"), exported(shop, tmp_path / "anew")
    for name in ("events", "lines", "effects", "transfers", "members"):
        assert grown[name] == anew[name], name
    assert by_day(grown["daily_wallets"]) == by_day(anew["daily_wallets"])


def part_before(folder: Path, added: int) -> int:
    return open_lake(folder).rows("events") - added


def by_day(rows: Rows) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        for account in MEMBER_ACCOUNTS:
            found[row["member"], row["unit"], row["day"], account] += row[account]
    return Counter({place: amount for place, amount in found.items() if amount})


def test_a_return_brings_back_what_was_paid(database_url: str, tmp_path: Path) -> None:
    """Two cups for 10.00 and a plate for 6.00, with 4.00 off the basket: 7.50 and 4.50 were paid.

    One cup comes back, then everything else, by a lake that was exported in between.
    """
    lines = (line("10.00 kitchen/cups sku=cup x2"), line("6.00 sku=plate"))
    bought = Purchase(id="p", member="ann", at=moment("2026-02-01 12:00"), lines=lines, discount=400)
    with Shop(database_url, SIMPLE) as shop:
        shop.meets(enrol("ann"), bought)
        one_cup = (ReturnedLine(line=0, quantity=1),)
        shop.meets(Return(id="r1", member="ann", at=moment("2026-02-02 12:00"), purchase="p", lines=one_cup))
        first = exported(shop, tmp_path / "lake")
        shop.meets(Return(id="r2", member="ann", at=moment("2026-02-03 12:00"), purchase="p"))
        lake = exported(shop, tmp_path / "lake")
    assert [(row["kind"], row["items"], row["paid"]) for row in lake["events"]] == [
        ("enrol", None, None), ("purchase", 2, 1200), ("return", -1, -375), ("return", -2, -825),
    ]  # fmt: skip
    assert first["events"] == lake["events"][:3]
    told = [(row["seq"], row["sku"], row["category"], row["quantity"], row["net"]) for row in lake["lines"]]
    assert told == [
        (2, "cup", "kitchen/cups", 2, 1000), (2, "plate", None, 1, 600),
        (3, "cup", "kitchen/cups", -1, -500),
        (4, "cup", "kitchen/cups", -1, -500), (4, "plate", None, -1, -600),
    ]  # fmt: skip


def test_another_currency_is_rounded_as_the_engine_does(database_url: str, tmp_path: Path) -> None:
    """3 lines of 0.99 EUR at 1.1055 USD: 2.97 EUR are 3.283 and so 3.28 USD."""
    with Shop(database_url, SIMPLE) as shop:
        add_rates(shop.look, [DatedRate(date(2026, 1, 31), "EUR", "USD", 11055, 10000)])
        lines = tuple([line("0.99") for _ in range(3)])
        bought = Purchase(id="p", member="ann", at=moment("2026-02-01 12:00"), lines=lines, currency="EUR")
        shop.meets(enrol("ann"), bought)
        lake = exported(shop, tmp_path / "lake")
        outcome = decode_outcome(shop.value("select outcome from journal where kind = 'purchase'"))
    assert outcome.effects[0].rate == Rate(11055, 10000)  # type: ignore[union-attr]
    assert lake["events"][1]["paid"] == 328 == to_pay(bought, outcome.effects)


def test_an_empty_ledger_has_every_table(database_url: str, tmp_path: Path) -> None:
    with Shop(database_url, SIMPLE) as shop:
        lake = exported(shop, tmp_path / "lake")
    assert lake == {name: [] for name in TABLES}
    opened = open_lake(tmp_path / "lake")
    assert (opened.until, opened.currency, opened.is_complete) == (None, "USD", True)


# What may go wrong. Each time the lake is as it was.


@pytest.fixture
def kept(database_url: str, tmp_path: Path) -> Iterator[tuple[Shop, Path]]:
    with Shop(database_url, SIMPLE) as shop:
        shop.meets(*[enrol(f"m{number}") for number in range(5)])
        export(shop.url, shop.program, tmp_path / "lake")
        shop.meets(*[buy(f"p{number}", f"m{number % 5}", "2026-02-01", "9.00") for number in range(20)])
        yield shop, tmp_path / "lake"


def test_a_step_that_fails_leaves_no_half_of_it(kept: tuple[Shop, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    shop, folder = kept
    before = rows_of(folder)
    with monkeypatch.context() as broken:
        broken.setattr(exporting, "add_commit", _dies)
        with pytest.raises(KeyboardInterrupt):
            export(shop.url, shop.program, folder)
    assert rows_of(folder) == before
    assert len(list(folder.glob("events/*"))) == 2
    done = export(shop.url, shop.program, folder)
    assert done.rows["events"] == 20
    assert len(rows_of(folder)["events"]) == 25


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_files_that_no_commit_names_are_swept_up(kept: tuple[Shop, Path]) -> None:
    shop, folder = kept
    shutil.copy(folder / "events/000001.parquet", folder / "events/000002.parquet")
    (folder / "commits/.000002.json.draft").write_text('{"number"')
    assert len(rows_of(folder)["events"]) == 5
    assert export(shop.url, shop.program, folder).swept == 2
    assert not list(folder.glob("**/.*.draft"))


@pytest.mark.parametrize("harm", ["gone", "cut", "unreadable", "gap"])
def test_a_damaged_lake_is_not_read(kept: tuple[Shop, Path], harm: str) -> None:
    shop, folder = kept
    file = folder / "effects/000001.parquet"
    if harm == "gone":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:-10])
    elif harm == "unreadable":
        (folder / "commits/000001.json").write_text("{")
    else:
        (folder / "commits/000001.json").rename(folder / "commits/000002.json")
    with pytest.raises(LakeDamaged, match="--anew"):
        open_lake(folder)
    with pytest.raises(LakeDamaged, match="--anew"):
        export(shop.url, shop.program, folder)
    forget(folder)
    assert len(exported(shop, folder)["events"]) == 25


def test_a_lake_of_another_ledger_is_not_added_to(
    kept: tuple[Shop, Path], empty_database_url: str, tmp_path: Path
) -> None:
    shop, folder = kept
    export(shop.url, shop.program, folder)
    before = rows_of(folder)
    with connect(empty_database_url) as connection:
        migrate(connection)
    for source in (SIMPLE, SIMPLE.replace("program: shop", "program: other")):
        with Shop(empty_database_url, source) as other, pytest.raises(LakeDoesNotFit):
            export(other.url, other.program, folder)
    assert rows_of(folder) == before


def test_two_exports_at_once(kept: tuple[Shop, Path]) -> None:
    shop, folder = kept
    with locked(folder), pytest.raises(LakeBusy):
        export(shop.url, shop.program, folder)
    assert export(shop.url, shop.program, folder).rows["events"] == 20


def test_there_is_no_lake(tmp_path: Path) -> None:
    with pytest.raises(LakeNotFound, match="guerdon export lake"):
        open_lake(tmp_path)


def test_the_files_have_the_columns_that_are_described(kept: tuple[Shop, Path]) -> None:
    _, folder = kept
    for name, table in TABLES.items():
        schema = pq.read_schema(folder / f"{name}/000001.parquet")
        assert [(field.name, field.type) for field in schema] == [(field.name, field.type) for field in table.schema], (
            name
        )


def test_tables_in_memory_have_the_same_columns() -> None:
    tables: Tables = duckdb.tables_from({"events": [{"member": 1, "seq": 1, "kind": "enrol"}]})
    assert tables.events.to_pyarrow().num_rows == 1
    assert [*tables.members.columns] == [column.name for column in TABLES["members"].columns]
