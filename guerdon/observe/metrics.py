"""Metrics for Prometheus: how much, how long, how far behind. Added up over all worker processes.

Several processes answer HTTP, and Prometheus asks one of them, whichever takes the connection. So each process writes
its numbers to files of its own in one folder, and whoever is asked adds up the files: a counter of a worker that ended
still counts, what it last said about itself does not. The folder is named in the environment of the workers:

    os.environ |= fresh_folder(home / "metrics")   # in the process that starts the others, once
    metrics = Metrics()                            # in each of them
    metrics.batch(events=12, seconds=0.004, waited=0.001)
    metrics.render()                               # guerdon_till_batch_events_sum 12.0 …, of all processes

Without the folder a process counts for itself. Every label takes a bounded number of values: what a program or a caller
may choose freely (limits, routes) is told apart up to a number, and the rest counts as ``(others)``.
"""

import os
import resource
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import prometheus_client.values
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""What ``render`` gives."""

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

OTHERS = "(others)"

NOTHING: Mapping[str, int] = {}

MOST_LIMITS = 100
MOST_ROUTES = 200
MOST_CODES = 300

_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class LimitUse(NamedTuple):
    """How much of a limit that members share is used."""

    program: str
    name: str
    allowed: int
    used: int


def fresh_folder(folder: Path) -> dict[str, str]:
    """Empty the folder of metrics, or make it; gives what the environment of every process has to hold.

    To be called once, before any process that counts is started: what was counted before it would be counted again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()
    return {FOLDER_VARIABLE: str(folder.resolve())}


def _forget_the_ended(folder: Path) -> None:
    """Remove what processes said about themselves that are no more, however they ended; what they counted stays."""
    for number in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")}:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            mark_process_dead(number, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue  # it lives, under another account


class _Bounded:
    """Lets the first so many different labels through; the rest become ``(others)``."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[tuple[str, ...]] = set()
        self._lock = Lock()

    def labels(self, *values: str) -> tuple[str, ...]:
        if values in self._known:
            return values
        with self._lock:
            if len(self._known) >= self._most:
                return (OTHERS,) * len(values)
            self._known.add(values)
        return values


class _Process:
    """This process's number. The library asks the kernel for it at every figure, which is dear where it is guarded."""

    number = os.getpid()

    @classmethod
    def ask(cls) -> None:
        """Look again, in a process that was forked."""
        cls.number = os.getpid()


os.register_at_fork(after_in_child=_Process.ask)


def _value_class() -> Any:
    """How a figure is kept: in a file beside those of other processes, or in this process alone."""
    if FOLDER_VARIABLE not in os.environ:
        return prometheus_client.values.MutexValue
    return prometheus_client.values.MultiProcessValue(lambda: _Process.number)  # type: ignore[no-untyped-call]


class Metrics:
    """All metrics of a process. Methods may be called from any thread; each takes microseconds."""

    def __init__(self) -> None:
        # The library chooses when it is imported, and a forked worker may have imported it before the folder was named.
        prometheus_client.values.ValueClass = _value_class()
        self._registry = CollectorRegistry()
        self._kinds, self._codes = _Bounded(MOST_CODES), _Bounded(MOST_CODES)
        self._routes = _Bounded(MOST_ROUTES)
        self._limits = _Bounded(MOST_LIMITS)
        self._make_till()
        self._make_outside()
        self._make_process()

    def _make_till(self) -> None:
        self._batch_events = self._histogram("till_batch_events", "Events in a batch of the till.", _SIZES)
        self._commit_seconds = self._histogram(
            "till_commit_seconds", "From taking a batch to its commit, retries included.", _SECONDS
        )
        self._waited_seconds = self._histogram(
            "till_waited_seconds", "How long the first event of a batch waited for the till.", _SECONDS
        )
        self._events = self._counter("events", "Events that a till has answered, by kind.", "kind")
        self._refusals = self._counter("refusals", "Events that were refused, by code.", "code")
        self._queue_length = self._gauge("queue_length", "Events that wait for a till.", "livesum")
        self._queue_age = self._gauge("queue_age_seconds", "How long the longest of them has waited.", "livemax")
        self._turned_away = self._counter("turned_away", "Requests refused for want of room, by why.", "reason")
        self._limit_share = self._gauge(
            "limit_used_ratio", "Which part of a shared limit is used.", "mostrecent", "program", "limit"
        )

    def _make_outside(self) -> None:
        self._requests = self._counter("http_requests", "Requests, by route and status.", "method", "route", "status")
        self._request_seconds = self._histogram(
            "http_request_seconds", "How long requests took.", _SECONDS, "method", "route"
        )
        self._deliveries = self._counter("webhook_deliveries", "Tries to deliver to a webhook.", "outcome")
        self._delivery_seconds = self._histogram("webhook_delivery_seconds", "How long a try took.", _SECONDS)
        self._behind = self._gauge("behind", "News that wait to be passed on, by who waits.", "mostrecent", "reader")
        self._behind_seconds = self._gauge(
            "behind_seconds", "How long the oldest of them has waited.", "mostrecent", "reader"
        )

    def _make_process(self) -> None:
        self._memory = self._gauge("process_memory_peak_bytes", "The most memory the process has held.", "liveall")
        self._processor = self._gauge("process_processor_seconds", "Time on a processor.", "liveall")
        self._started = self._gauge("process_started_timestamp_seconds", "When the process began.", "liveall")
        self._started.set(time.time())
        self.look_at_process()

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"guerdon_{name}", words, labels, registry=self._registry)

    def _gauge(self, name: str, words: str, over_processes: str, *labels: str) -> Gauge:
        return Gauge(
            f"guerdon_{name}",
            words,
            labels,
            registry=self._registry,
            multiprocess_mode=over_processes,  # type: ignore[arg-type]
        )

    def _histogram(self, name: str, words: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"guerdon_{name}", words, labels, registry=self._registry, buckets=buckets)

    # The till.

    def batch(
        self,
        *,
        events: int,
        seconds: float,
        waited: float = 0,
        still_waiting: int = 0,
        kinds: Mapping[str, int] = NOTHING,
        refusals: Mapping[str, int] = NOTHING,
    ) -> None:
        """A batch was worked through: how many events, how long it took, how long its first event had waited, how many
        wait now, how many events there were of each kind, and how many were refused by each code.
        """
        self._batch_events.observe(events)
        self._commit_seconds.observe(seconds)
        self._waited_seconds.observe(waited)
        self.queue(length=still_waiting, oldest=waited if still_waiting else 0)
        for kind, number in kinds.items():
            self._events.labels(*self._kinds.labels(kind)).inc(number)
        for code, number in refusals.items():
            self._refusals.labels(*self._codes.labels(code)).inc(number)

    def queue(self, *, length: int, oldest: float) -> None:
        """How many events wait for this process's till, and how many seconds the oldest has waited."""
        self._queue_length.set(length)
        self._queue_age.set(oldest)

    def turned_away(self, reason: str) -> None:
        """A request was refused for want of room: ``queue_full``, ``rate_limited``, ``stopping``."""
        self._turned_away.labels(reason).inc()

    def limits(self, uses: Iterable[LimitUse]) -> None:
        """How much of the shared limits is used. Those beyond a number show as one: the one that is used most."""
        shares: dict[tuple[str, ...], float] = {}
        for use in uses:
            share = use.used / use.allowed if use.allowed else 1.0
            labels = self._limits.labels(use.program, use.name)
            shares[labels] = max(share, shares.get(labels, 0.0))
        for labels, share in shares.items():
            self._limit_share.labels(*labels).set(share)

    # The world outside.

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. ``route`` is the template (``/v1/members/{member}``), never the path."""
        where = self._routes.labels(method, route)
        self._requests.labels(*where, str(status)).inc()
        self._request_seconds.labels(*where).observe(seconds)

    def delivery(self, *, outcome: str, seconds: float) -> None:
        """A try to deliver to a webhook ended: ``delivered``, ``failed``, ``given_up`` or ``blocked``."""
        self._deliveries.labels(outcome).inc()
        self._delivery_seconds.observe(seconds)

    def behind(self, reader: str, *, entries: int, oldest: float) -> None:
        """How far a reader of the outbox is behind: ``relay``, ``stream``, ``webhooks``; the oldest in seconds."""
        self._behind.labels(reader).set(entries)
        self._behind_seconds.labels(reader).set(oldest)

    # The process.

    def look_at_process(self) -> None:
        """Note what this process uses by now. To be called every few seconds; ``render`` calls it for its own."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        # Linux counts kilobytes, macOS counts bytes.
        self._memory.set(used.ru_maxrss * (1 if sys.platform == "darwin" else 1_024))
        self._processor.set(used.ru_utime + used.ru_stime)

    def render(self) -> bytes:
        """All metrics as Prometheus reads them, of every process that shares the folder."""
        self.look_at_process()
        if FOLDER_VARIABLE not in os.environ:
            return generate_latest(self._registry)
        _forget_the_ended(Path(os.environ[FOLDER_VARIABLE]))
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)
