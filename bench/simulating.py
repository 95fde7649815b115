"""Simulations: the demo's year under the demo's program, on one core and on two, and ten times the year.

What is measured are whole simulations: reading the year, every pass over it, adding up, and the result. A pass decides
all baskets; the demo's budget runs out, so its year takes two passes. Processes are started before the clock is.
"""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NamedTuple

import psutil

from bench import deciding
from guerdon.demo.history import DemoHistory
from guerdon.demo.journey import Journey
from guerdon.demo.running import grocery_program
from guerdon.insight.simulation.simulating import Candidate, simulate
from guerdon.language import read_program
from guerdon.runtime.processes import warm_up, workers_context

_LOOKED_EVERY = 0.5
"""Seconds between looks at the memory: to list all processes takes a part of a core that is being measured."""


class Ran(NamedTuple):
    """One simulation."""

    seconds: float
    baskets: int
    decided: int
    """Baskets, once for each pass."""
    peak_megabytes: float
    """Of the largest of its processes."""


def measure() -> dict[str, float]:
    """Everything, as ratios where there is something to hold it against."""
    # In turn, so that a busy minute of the machine spoils all of them alike.
    first, decided, two, second = _fresh(1, 1), deciding.baskets_per_second(), _fresh(1, 2), _fresh(1, 1)
    alone = min(first, second)
    ten = _fresh(10, 2)
    return {
        "simulate_baskets_per_second_per_core": alone.decided / alone.seconds,
        "simulate_vs_decide": alone.decided / alone.seconds / decided,
        "simulate_two_cores_vs_one": alone.seconds / two.seconds,
        "simulate_seconds_per_million_baskets": alone.seconds / alone.baskets * 1e6,
        "simulate_10y_vs_1y_seconds": ten.seconds / two.seconds,
        "simulate_10y_vs_1y_memory": ten.peak_megabytes / two.peak_megabytes,
        "simulate_peak_megabytes": two.peak_megabytes,
    }


def _fresh(years: int, workers: int) -> Ran:
    """A simulation in a process of its own, so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, years, workers))
    process.start()
    theirs.close()
    peak = _watch(psutil.Process(process.pid), lambda: not ours.poll())
    ran: Ran = ours.recv()
    process.join()
    return ran._replace(peak_megabytes=peak / 2**20)


def _run(pipe: Connection, years: int, workers: int) -> None:
    warm_up(["guerdon.demo.history", "guerdon.insight.simulation.workers", "pandas"])
    first = workers_context().Process(target=int)
    first.start()
    first.join()
    program = read_program(grocery_program())
    began = time.perf_counter()
    told = simulate(Candidate("demo", (program,)), DemoHistory(Journey.installed(), years), workers=workers)
    seconds, baskets = time.perf_counter() - began, told.history.baskets
    pipe.send(Ran(seconds, baskets, baskets * told.draft.passes, 0.0))


def _watch(process: psutil.Process, goes_on: Callable[[], bool]) -> int:
    """The bytes of the largest process of a family while it works."""
    largest = 0
    while goes_on():
        for one in _family(process):
            try:
                largest = max(largest, one.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        time.sleep(_LOOKED_EVERY)
    return largest


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
