"""What insight takes: the lake of the demo's year, its measures, and those of ten times as much.

Ten times the history is ten years of as many other members each, so that neither the days nor the members of the first
year are counted again. It is made of the year's lake by shifting days and numbers.
"""

import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from bench import processes
from guerdon.insight.engines.duckdb import tables_of
from guerdon.insight.lake.commits import Commit, LakeFile, add_commit, write_program
from guerdon.insight.lake.exporting import export
from guerdon.insight.lake.opening import Lake, open_lake
from guerdon.insight.lake.tables import TABLES
from guerdon.insight.measures.asking import history_of
from guerdon.insight.measures.reckoning import figures
from guerdon.insight.measures.registry import asked_for
from guerdon.store.server import EmbeddedServer

TIMES = 10
_MEMBERS_APART = 1_000_000


def measure_kpis(home: Path) -> dict[str, float]:
    """Seconds and megabytes for every measure by month, in a process of its own each time."""
    processes.guerdon(home / "kpi", "demo", "--headless")
    rate = _export(home / "kpi", home)
    longer(open_lake(home / "one"), home / "ten")
    one, ten = ([_in_a_process(home / name) for _ in range(3)] for name in ("one", "ten"))
    seconds, more = (statistics.median([run[0] for run in runs]) for runs in (one, ten))
    return {
        "lake_export_events_per_second": rate,
        "kpi_seconds": seconds,
        "kpi_ten_years_seconds": more,
        "kpi_ten_years_vs_one": more / seconds,
        "kpi_peak_megabytes": max(run[1] for run in one),
        "kpi_ten_years_peak_megabytes": max(run[1] for run in ten),
    }


def _export(data: Path, home: Path) -> float:
    """Export the ledger three times to a fresh lake; gives the events a second of the median."""
    rates = []
    with EmbeddedServer(data) as server:
        for name in ("first", "second", "one"):
            began = time.perf_counter()
            exported = export(server.url("guerdon"), 1, home / name)
            rates.append(exported.rows["events"] / (time.perf_counter() - began))
    return statistics.median(rates)


def seconds_for(lake: Lake) -> float:
    """Open the tables and tell every measure by month."""
    began = time.perf_counter()
    figures(history_of(lake, tables_of(lake)), asked_for(["all"], ["month"]), ["month"])
    return time.perf_counter() - began


def longer(lake: Lake, folder: Path) -> None:
    """Make a lake of ten years, a file a table, of the same program. Only days and members' numbers are others."""
    engine = duckdb.connect()
    files = tuple([_lengthened(engine, lake, table, folder) for table in TABLES])
    write_program(folder, lake.stored)
    add_commit(folder, Commit(1, files, lake.made_at, complete=True))


def _lengthened(engine: duckdb.DuckDBPyConnection, lake: Lake, table: str, folder: Path) -> LakeFile:
    file = folder / table / "000001.parquet"
    file.parent.mkdir(parents=True)
    columns = ", ".join([_shifted(column.name) for column in TABLES[table].columns])
    # Year after year, as exports add to a lake.
    rows = f"select {columns} from range({TIMES}) as years(year), read_parquet({lake.files(table)!r}) order by year"
    engine.execute(f"copy ({rows}) to '{file}' (format parquet, compression zstd)")
    return LakeFile(table, f"{table}/{file.name}", lake.rows(table) * TIMES, file.stat().st_size)


def _shifted(column: str) -> str:
    if column == "member":
        return f"(member + year * {_MEMBERS_APART})::bigint as member"
    if column in ("day", "enrolled_day"):
        return f"({column} + to_years(year::integer))::date as {column}"
    return f'"{column}"'


def _in_a_process(folder: Path) -> tuple[float, float]:
    """Seconds and megabytes at the peak."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.insight", str(folder)]
    seconds, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(megabytes)


def _peak_megabytes() -> float:
    """Of this process alone: what ``getrusage`` tells begins with the peak of whoever started it."""
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1024


if __name__ == "__main__":
    print(seconds_for(open_lake(Path(sys.argv[1]))), _peak_megabytes())
