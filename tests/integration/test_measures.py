"""Measures on real ledgers and on both engines: they tie to the books, and Spark counts what DuckDB counts."""

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ledger_fixtures import FULL, Shop, history
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.insight.engines import Tables, duckdb
from guerdon.insight.engines.tables import newest_by_member
from guerdon.insight.lake.exporting import export
from guerdon.insight.lake.opening import open_lake
from guerdon.insight.lake.tables import TABLES
from guerdon.insight.measures.asking import DaysBackwards, history_of
from guerdon.insight.measures.reckoning import figures
from guerdon.insight.measures.registry import MEASURES
from guerdon.messages.kpis import KpiAnswer
from guerdon.runtime.summary import summarise
from tests.unit.insight.worked_year import ROWS, worked


@pytest.fixture(scope="module")
def lake(module_database_url: str, tmp_path_factory):
    """The lake of a shop, and what the ledger's own summary says."""
    folder = tmp_path_factory.mktemp("measures") / "lake"
    with Shop(module_database_url, FULL) as shop:
        shop.till.commit(history(5, events=300))
        export(shop.url, shop.program, folder)
        yield open_lake(folder), summarise(shop.look, shop.program)


def test_points_and_the_liability_tie_to_the_ledger(lake) -> None:
    opened, summary = lake
    names = ["points_issued", "points_redeemed", "points_expired", "points_reversed", "points_outstanding"]
    told = figures(history_of(opened, duckdb.tables_of(opened)), [MEASURES[name] for name in [*names, "liability"]])
    for unit, ledger in summary.units.items():
        found = [figure.value for name in names for figure in told[name] if figure.unit == unit]
        assert found == [ledger.issued, ledger.redeemed, ledger.expired, ledger.reversed, ledger.outstanding]
    assert told["points_issued"][0].value > 0
    assert told["liability"][0].value == summary.liability


def test_the_command_tells_a_lake_without_a_database(lake, tmp_path: Path) -> None:
    opened, _ = lake
    run = CliRunner().invoke(app, ["kpi", "sales", "baskets", "--by", "month", "--lake", str(opened.folder), "--json"])
    assert run.exit_code == 0, run.output
    expected = figures(history_of(opened, duckdb.tables_of(opened)), [MEASURES["sales"]], ["month"])["sales"]
    told = msgspec.json.decode(run.stdout, type=KpiAnswer)
    assert [figure.value for figure in told.measures[0].figures] == [figure.value for figure in expected]
    file = tmp_path / "figures.csv"
    run = CliRunner().invoke(app, ["kpi", "sales", "--by", "month", "--lake", str(opened.folder), "--csv", str(file)])
    assert run.exit_code == 0, run.output
    lines = file.read_text().splitlines()
    assert lines[0] == "measure,month,unit,value"
    assert lines[1:] == [f"sales,{figure.keys[0]},,{figure.value}" for figure in expected]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["kpi", "nett_sales"], "No measure is called nett_sales. Is it net_sales?"),
        (["kpi", "net_sales", "--by", "category"], "net_sales is not told by category"),
        (["kpi", "incremental_sales"], "incremental_sales compares two segments"),
        (["kpi", "--since", "2999-01-01"], "is after the last one"),
        (["kpi", "--lake", "/nowhere"], "There is no lake in /nowhere"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_way_out(lake, words: list[str], told: str) -> None:
    opened, _ = lake
    before = {file: file.stat().st_mtime_ns for file in opened.folder.rglob("*")}
    where = [] if "--lake" in words else ["--lake", str(opened.folder)]
    run = CliRunner().invoke(app, [*words, *where])
    assert run.exit_code == 2
    assert told in " ".join(run.stderr.split())
    assert {file: file.stat().st_mtime_ns for file in opened.folder.rglob("*")} == before


def test_days_that_run_backwards_are_refused(lake) -> None:
    opened, _ = lake
    tables = duckdb.tables_of(opened)
    last = history_of(opened, tables).until
    assert history_of(opened, tables, since=last).since == last
    with pytest.raises(DaysBackwards):
        history_of(opened, tables, since=last, until=last.replace(day=1).replace(year=last.year - 1))


@pytest.mark.timeout(400)
def test_spark_counts_what_duckdb_counts(tmp_path: Path) -> None:
    import ibis

    from guerdon.insight.engines import spark

    session = spark.session()
    engine, found = ibis.pyspark.connect(session), {}
    for name, table in TABLES.items():
        columns = {c.name: pa.array([row.get(c.name) for row in ROWS.get(name, ())], c.type) for c in table.columns}
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
        session.read.parquet(str(tmp_path / f"{name}.parquet")).createOrReplaceTempView(name)
        found[name] = engine.table(name)
    tables = Tables(**found | {"members": newest_by_member(found["members"])})
    try:
        for measures, by in (
            (list(MEASURES.values()), ["month"]),
            ([MEASURES["cohort_retention"]], ["cohort", "age"]),
            ([MEASURES["net_sales"]], ["tier"]),
        ):
            expected = figures(worked(), measures, by)
            counted = figures(worked(tables), measures, by)
            for name, told in expected.items():
                assert [figure[:2] for figure in counted[name]] == [figure[:2] for figure in told]
                assert [figure.value for figure in counted[name]] == [
                    pytest.approx(figure.value) if isinstance(figure.value, float) else figure.value for figure in told
                ]
    finally:
        session.stop()
