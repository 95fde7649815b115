"""Workers: a pass over all shards, in this process or in several.

Each worker keeps its own shards from pass to pass, so that what it has read may stay read. It is sent what its members
are told in a pass, and sends back how far it is and what it came to. Nothing is written anywhere: a worker that is
ended, or a simulation that is interrupted, leaves nothing behind.
"""

import gc
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess

from guerdon.insight.simulation.fold import Shared
from guerdon.insight.simulation.history import Shard
from guerdon.insight.simulation.passes import Folder, Part, Plan
from guerdon.runtime.processes import workers_context

_SELDOM = (50_000, 20, 20)

Run = Callable[[Sequence[Shared]], Part]
Told = Callable[[int], None]


class SimulationFailed(Exception):
    """A worker could not go on. Nothing was written."""


@contextmanager
def crew(plan: Plan, shards: Sequence[Shard], workers: int, told: Told) -> Iterator[Run]:
    """Whoever folds the whole history once a call. ``told`` hears how many more members are done."""
    if workers == 1 or len(shards) <= 1:
        folder = Folder(plan)
        with _calm_collector():
            yield lambda shared: folder.fold(shards, shared, told)
        return
    hired = [_hire(plan, shards[place::workers]) for place in range(min(workers, len(shards)))]
    try:
        yield lambda shared: _pass(plan, [pipe for _, pipe in hired], shared, told)
    finally:
        for process, _ in hired:
            process.terminate()
            process.join()


@contextmanager
def _calm_collector() -> Iterator[None]:
    """Let the collector look seldom for circles: events, states and effects hold none."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _hire(plan: Plan, shards: Sequence[Shard]) -> tuple[ForkServerProcess, Pipe]:
    context = workers_context()
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, plan, shards), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _pass(plan: Plan, pipes: Sequence[Pipe], shared: Sequence[Shared], told: Told) -> Part:
    """Let every worker fold its shards, and merge what they come to in the order of the workers."""
    for pipe in pipes:
        pipe.send(shared)
    parts: dict[Pipe, Part] = {}
    while len(parts) < len(pipes):
        for ready in wait([pipe for pipe in pipes if pipe not in parts]):
            message = _received(ready)  # type: ignore[arg-type]
            if isinstance(message, Part):
                parts[ready] = message  # type: ignore[index]
            else:
                told(message)
    whole = Part(len(plan.trials))
    for pipe in pipes:
        whole.merge(parts[pipe])
    return whole


def _received(pipe: Pipe) -> Part | int:
    try:
        message = pipe.recv()
    except (EOFError, ConnectionError):
        raise SimulationFailed("A worker was ended from outside. Nothing was written; run it again.") from None
    if isinstance(message, str):
        raise SimulationFailed(f"A worker could not go on: {message}. Nothing was written.")
    return message  # type: ignore[no-any-return]


def _work(pipe: Pipe, plan: Plan, shards: Sequence[Shard]) -> None:
    """What a worker process does, until nobody speaks to it any more."""
    # Whoever interrupts means the command; it ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        folder = Folder(plan)
        with _calm_collector():
            while True:
                pipe.send(folder.fold(shards, pipe.recv(), pipe.send))
    except (EOFError, ConnectionError):
        return
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")
