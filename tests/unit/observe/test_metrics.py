"""What is counted, how labels stay few, and what several processes give together."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guerdon.observe import metrics as module
from guerdon.observe.metrics import FOLDER_VARIABLE, OTHERS, LimitUse, Metrics, fresh_folder


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> Metrics:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    return Metrics()


def lines(metrics: Metrics, of: str) -> list[str]:
    """The samples of one metric, without its buckets."""
    rows = metrics.render().decode().splitlines()
    return [row.removeprefix("guerdon_") for row in rows if row.startswith(f"guerdon_{of}") and "_created" not in row]


COUNTED: dict[str, tuple[Callable[[Metrics], None], str, list[str]]] = {
    "a batch": (lambda it: it.batch(events=12, seconds=0.5), "till_batch_events_sum", ["till_batch_events_sum 12.0"]),
    "how long it took": (
        lambda it: it.batch(events=12, seconds=0.5), "till_commit_seconds_sum", ["till_commit_seconds_sum 0.5"],
    ),
    "how long it waited": (
        lambda it: it.batch(events=1, seconds=0.5, waited=2),
        "till_waited_seconds_sum",
        ["till_waited_seconds_sum 2.0"],
    ),
    "events by kind": (
        lambda it: it.batch(events=3, seconds=1, kinds={"purchase": 2, "enrol": 1}),
        "events",
        ['events_total{kind="purchase"} 2.0', 'events_total{kind="enrol"} 1.0'],
    ),
    "refusals by code": (
        lambda it: it.batch(events=3, seconds=1, refusals={"member_unknown": 2}),
        "refusals",
        ['refusals_total{code="member_unknown"} 2.0'],
    ),
    "who waits after a batch": (
        lambda it: it.batch(events=3, seconds=1, waited=0.5, still_waiting=4),
        "queue",
        ["queue_length 4.0", "queue_age_seconds 0.5"],
    ),
    "the queue": (lambda it: it.queue(length=7, oldest=0.25), "queue", ["queue_length 7.0", "queue_age_seconds 0.25"]),
    "no room": (lambda it: it.turned_away("queue_full"), "turned_away", ['turned_away_total{reason="queue_full"} 1.0']),
    "a limit": (
        lambda it: it.limits([LimitUse("shop", "mug", 20, 5)]),
        "limit",
        ['limit_used_ratio{limit="mug",program="shop"} 0.25'],
    ),
    "a limit of nothing is used up": (
        lambda it: it.limits([LimitUse("shop", "mug", 0, 0)]),
        "limit",
        ['limit_used_ratio{limit="mug",program="shop"} 1.0'],
    ),
    "a request": (
        lambda it: it.request(method="GET", route="/v1/members/{member}", status=404, seconds=0.1),
        "http_requests",
        ['http_requests_total{method="GET",route="/v1/members/{member}",status="404"} 1.0'],
    ),
    "a delivery": (
        lambda it: it.delivery(outcome="failed", seconds=1), "webhook_deliveries",
        ['webhook_deliveries_total{outcome="failed"} 1.0'],
    ),
    "the relay": (
        lambda it: it.behind("relay", entries=4, oldest=9),
        "behind",
        ['behind{reader="relay"} 4.0', 'behind_seconds{reader="relay"} 9.0'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTED)
def test_what_is_told_is_counted(metrics: Metrics, name: str) -> None:
    tell, of, expected = COUNTED[name]
    tell(metrics)
    assert lines(metrics, of) == expected


def test_the_process_tells_what_it_uses(metrics: Metrics) -> None:
    values = dict(line.split() for line in lines(metrics, "process"))
    assert float(values["process_memory_peak_bytes"]) > 1_000_000
    assert float(values["process_processor_seconds"]) > 0


@pytest.mark.parametrize("routes", [2, 3, 4], ids=["below", "as many", "above"])
def test_labels_stay_few(routes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(module, "MOST_ROUTES", 3)
    metrics = Metrics()
    for number in [*range(routes), 0]:
        metrics.request(method="GET", route=f"/{number}", status=200, seconds=0.1)
    told = lines(metrics, "http_requests")
    assert len(told) == routes
    assert 'http_requests_total{method="GET",route="/0",status="200"} 2.0' in told
    assert any(OTHERS in line for line in told) == (routes > 3)


def test_of_limits_beyond_the_number_the_fullest_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(module, "MOST_LIMITS", 1)
    metrics = Metrics()
    metrics.limits([LimitUse("shop", name, 10, used) for name, used in [("a", 1), ("b", 9), ("c", 3)]])
    assert lines(metrics, "limit") == [
        'limit_used_ratio{limit="a",program="shop"} 0.1',
        f'limit_used_ratio{{limit="{OTHERS}",program="{OTHERS}"}} 0.9',
    ]


# Several processes.

WORKER = """
import sys
from guerdon.observe.metrics import Metrics
metrics = Metrics()
metrics.batch(events=int(sys.argv[1]), seconds=0.1, kinds={"purchase": int(sys.argv[1])})
metrics.queue(length=int(sys.argv[1]), oldest=float(sys.argv[1]))
sys.stdout.write(metrics.render().decode())
print("ready", flush=True)
sys.stdin.readline()
"""


def worker(folder: dict[str, str], number: int) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", WORKER, str(number)]
    return subprocess.Popen(words, env=os.environ | folder, stdin=-1, stdout=-1, text=True)


def read(process: "subprocess.Popen[str]") -> dict[str, float]:
    """What a worker has rendered."""
    assert process.stdout is not None
    rows = iter(process.stdout.readline, "ready\n")
    return {row.split()[0]: float(row.split()[1]) for row in rows if not row.startswith("#")}


def test_whoever_is_asked_tells_of_all_processes(tmp_path: Path) -> None:
    folder = fresh_folder(tmp_path / "metrics")
    first = worker(folder, 3)
    alone = read(first)
    with worker(folder, 4) as second, first:
        both = read(second)
        second.communicate("\n")
        first.communicate("\n")
    purchases = 'guerdon_events_total{kind="purchase"}'
    assert (alone[purchases], both[purchases]) == (3, 7)
    assert both["guerdon_till_batch_events_sum"] == 7
    assert both["guerdon_till_batch_events_count"] == 2
    assert both["guerdon_queue_length"] == 7
    assert both["guerdon_queue_age_seconds"] == 4
    assert len([name for name in both if name.startswith("guerdon_process_memory")]) == 2


def test_what_a_killed_process_counted_stays_and_its_queue_goes(tmp_path: Path) -> None:
    folder = fresh_folder(tmp_path / "metrics")
    with worker(folder, 3) as first:
        read(first)
        first.kill()
        first.communicate()
    with worker(folder, 4) as second:
        both = read(second)
        second.communicate("\n")
    assert both['guerdon_events_total{kind="purchase"}'] == 7
    assert both["guerdon_queue_length"] == 4
    assert len([name for name in both if name.startswith("guerdon_process_memory")]) == 1


def test_a_fresh_folder_has_nothing_of_an_earlier_start(tmp_path: Path) -> None:
    folder = fresh_folder(tmp_path / "metrics")
    with worker(folder, 3) as process:
        read(process)
        process.communicate("\n")
    assert list((tmp_path / "metrics").glob("*.db")) != []
    fresh_folder(tmp_path / "metrics")
    assert list((tmp_path / "metrics").glob("*.db")) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
def test_a_forked_process_counts_in_a_file_of_its_own(tmp_path: Path) -> None:
    """The number of the process is asked for once; a child must not write into its parent's file."""
    told = (
        "import os\n"
        "from guerdon.observe.metrics import Metrics\n"
        "metrics = Metrics()\n"
        "metrics.turned_away('queue_full')\n"
        "child = os.fork()\n"
        "metrics.turned_away('queue_full')\n"
        "if child: os.waitpid(child, 0); print(metrics.render().decode())\n"
    )
    environment = os.environ | fresh_folder(tmp_path / "metrics")
    ran = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True)
    assert 'guerdon_turned_away_total{reason="queue_full"} 3.0' in ran.stdout
    counters = list((tmp_path / "metrics").glob("counter_*.db"))
    assert len(counters) == 2
