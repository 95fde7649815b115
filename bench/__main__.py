"""Run every benchmark: ``python -m bench``, or only some by name: ``python -m bench decide ingest``."""

import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import codes, deciding, ingesting, insight, processes, scaling, server, serving, simulating
from guerdon.store.server import EmbeddedServer

LATEST = Path(".bench/latest.json")
Figures = dict[str, float]

TARGETS = {
    "ingest_bulk_vs_pgbench": ("bulk ingest of the real year, to pgbench tps", "1.5", "3.0"),
    "decide_per_second_per_core": ("baskets decided in memory on one core, a second", "20,000", "50,000"),
    "ingest_1m_vs_10k_members": ("ingest with 1,000,000 members stored, to 10,000", "0.8", "0.95"),
    "demo_memory_2y_vs_1y": ("peak memory of the demo, two years to one", "flat", "1.0"),
    "verify_memory_2y_vs_1y": ("peak memory of verify, two years to one", "flat", "1.0"),
    "compile_1000_mechanics_seconds": ("a program of 1,000 mechanics, from text to ready, seconds", "1", "0.5"),
    "decide_1000_vs_10_mechanics": ("baskets decided under 1,000 mechanics, to 10", "", ""),
    "codes_million_seconds": ("a million secret codes, made and stored, seconds", "", ""),
    "lake_export_events_per_second": ("the ledger of the demo's year to a fresh lake, events a second", "200,000", ""),
    "kpi_seconds": ("every measure by month, of the demo's year, seconds", "2", "1"),
    "kpi_ten_years_vs_one": ("the same of ten times the history, to one", "11", "10"),
    "http_purchase_vs_pgbench": ("purchases over HTTP, one a request, 64 connections, to pgbench tps", "0.5", "1.0"),
    "http_purchase_p99_ms": ("p99 of a purchase over HTTP at half of that load, ms", "30", "10"),
    "http_bulk_vs_till": ("bulk over HTTP, to the till's own bulk", "0.8", ""),
    "up_first_answer_seconds": ("`guerdon up` in an empty folder to the first answer, seconds", "5", "3"),
    "simulate_vs_decide": ("baskets of a simulation on one core, reading and adding up, to decided alone", "", "1.0"),
    "simulate_two_cores_vs_one": ("a simulation on one core, to the same on two", "1.8", "2.0"),
    "simulate_10y_vs_1y_seconds": ("ten years simulated, to one: time", "11", "10"),
    "simulate_10y_vs_1y_memory": ("ten years simulated, to one: peak memory", "flat", "1.0"),
    "first_commit_seconds": ("empty folder to first commit, seconds", "5", "3"),
}
"""The figures with a target: what they are, what is asked at least, what is aimed at."""


def decide(home: Path) -> Figures:
    """In memory, on one core."""
    return {"decide_per_second_per_core": statistics.median([deciding.baskets_per_second() for _ in range(3)])}


def scale(home: Path) -> Figures:
    """Programs of 10, 100 and 1,000 mechanics, in memory on one core."""
    few, more, most = scaling.measure()
    return {
        "compile_1000_mechanics_seconds": most.compile_seconds,
        "decide_10_mechanics_per_second": few.baskets_per_second,
        "decide_100_mechanics_per_second": more.baskets_per_second,
        "decide_1000_mechanics_per_second": most.baskets_per_second,
        "grants_per_basket_10_mechanics": few.grants_per_basket,
        "grants_per_basket_1000_mechanics": most.grants_per_basket,
        "decide_100_vs_10_mechanics": more.baskets_per_second / few.baskets_per_second,
        "decide_1000_vs_10_mechanics": most.baskets_per_second / few.baskets_per_second,
    }


def start(home: Path) -> Figures:
    """From an empty folder."""
    runs = [processes.first_commit_seconds(home / f"start-{number}") for number in range(5)]
    up = [serving.first_answer_seconds(home / f"up-{number}") for number in range(3)]
    return {"first_commit_seconds": statistics.median(runs), "up_first_answer_seconds": statistics.median(up)}


def http(home: Path) -> Figures:
    """The service, loaded from another process, and pgbench in turn."""
    return serving.measure(home)


def ingest(home: Path) -> Figures:
    """Against pgbench on the same server, the two in turn."""
    with EmbeddedServer(home / "ingest") as postgres:
        server.prepare_pgbench(postgres)
        transactions, baskets = [server.pgbench_tps(postgres)], []
        for _ in range(2):
            url = server.fresh_database(postgres, "year")
            server.settle_down(postgres)
            baskets.append(ingesting.year_per_second(url))
            transactions.append(server.pgbench_tps(postgres))
    # Each ingest is held against the mean of the pgbench runs before and after it.
    ratios = [rate / statistics.mean(transactions[turn : turn + 2]) for turn, rate in enumerate(baskets)]
    return {
        "ingest_bulk_vs_pgbench": statistics.mean(ratios),
        "ingest_baskets_per_second": statistics.mean(baskets),
        "pgbench_tps": statistics.mean(transactions),
    }


def members(home: Path) -> Figures:
    """The same baskets among few and among many members, in turn."""
    sizes = {10_000: [], 1_000_000: []}  # type: dict[int, list[float]]
    with EmbeddedServer(home / "members") as postgres:
        urls = {size: server.fresh_database(postgres, f"members_{size}") for size in sizes}
        programs = {size: ingesting.populate(url, size) for size, url in urls.items()}
        for turn in range(3):
            for size, rates in sizes.items():
                rates.append(ingesting.scattered_per_second(urls[size], programs[size], size, turn))
    few, many = (statistics.median(rates) for rates in sizes.values())
    return {
        "ingest_1m_vs_10k_members": many / few,
        "ingest_10k_members_per_second": few,
        "ingest_1m_members_per_second": many,
    }


def coupon_codes(home: Path) -> Figures:
    """A million codes in one batch."""
    with EmbeddedServer(home / "codes") as postgres:
        return {"codes_million_seconds": codes.seconds_for(server.fresh_database(postgres, "codes"), 1_000_000)}


def memory(home: Path) -> Figures:
    """One year and two, as whole commands."""
    demo = {
        years: processes.guerdon(home / f"y{years}", "demo", "--headless", "--years", str(years)) for years in (1, 2)
    }
    verify = {years: processes.guerdon(home / f"y{years}", "verify", "--json") for years in (1, 2)}
    return {
        "demo_peak_megabytes": demo[1].peak_megabytes,
        "demo_memory_2y_vs_1y": demo[2].peak_megabytes / demo[1].peak_megabytes,
        "verify_peak_megabytes": verify[1].peak_megabytes,
        "verify_memory_2y_vs_1y": verify[2].peak_megabytes / verify[1].peak_megabytes,
        "demo_seconds": demo[1].seconds,
        "verify_seconds": verify[1].seconds,
    }


def simulate(home: Path) -> Figures:
    """The demo's year, replayed."""
    return simulating.measure()


def kpi(home: Path) -> Figures:
    """The lake, and every measure by month, of the demo's year and of ten times as much."""
    return insight.measure_kpis(home)


BENCHMARKS: dict[str, Callable[[Path], Figures]] = {
    "start": start,
    "decide": decide,
    "scale": scale,
    "ingest": ingest,
    "members": members,
    "codes": coupon_codes,
    "http": http,
    "memory": memory,
    "simulate": simulate,
    "kpi": kpi,
}


def main(names: list[str]) -> None:
    """Run benchmarks, write their figures beside those of earlier runs, and print them."""
    console = Console()
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise SystemExit(f"No benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
    figures: Figures = {}
    for name in names or BENCHMARKS:
        with console.status(f"{name} …"), tempfile.TemporaryDirectory(prefix="guerdon-bench-") as folder:
            Path(folder).chmod(0o711)  # under root the server's account has to walk through
            figures |= {key: round(value, 3) for key, value in BENCHMARKS[name](Path(folder)).items()}
    LATEST.parent.mkdir(exist_ok=True)
    earlier = json.loads(LATEST.read_text()) if names and LATEST.exists() else {}
    LATEST.write_text(json.dumps(earlier | figures, indent=2) + "\n")
    console.print(_table(figures))


def _table(figures: Figures) -> Table:
    table = Table("figure", "measured", "at least", "aim", box=None, pad_edge=False)
    for key, value in figures.items():
        told, least, aim = TARGETS.get(key, (key.replace("_", " "), "", ""))
        table.add_row(told, f"{value:,.2f}" if value < 100 else f"{value:,.0f}", least, aim)
    return table


if __name__ == "__main__":
    main(sys.argv[1:])
