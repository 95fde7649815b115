"""Ingest: many events through several tills at once.

The members are dealt out to worker processes, each with a till of its own, so that no two of them wait for the same
member and the order of each member's events is kept. Shared limits stay exact: they are locked in the database.
Stopping it at any moment, by force too, loses nothing that was committed; running it again answers what is known and
goes on.

What the events of one member send to another is delivered when everything is taken in, so that the outcome does not
depend on how the members were dealt out.
"""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from typing import NamedTuple, Protocol

from guerdon.core.calendar import LAST_INSTANT, Instant
from guerdon.core.events import Event, kind_of
from guerdon.runtime.clock import tick
from guerdon.runtime.processes import workers_context
from guerdon.runtime.relay import deliver
from guerdon.runtime.till import Answer, Till
from guerdon.store.database import connect

_REFUSED_KEPT = 1_000
_FLUSHED_EVERY = 0.1
"""Seconds between two reports of a worker."""


class Batch(NamedTuple):
    """Events to be committed together, and the time it is afterwards."""

    events: list[Event]
    clock: Instant | None = None
    """After the events everything that is due by then is settled, for the members of the shard so far. None: the clock
    does not move."""
    refused: Sequence[str] = ()
    """Why pieces of the source could not be taken at all, by code: they were no events, or not for anybody to send."""


class Source(Protocol):
    """Where events come from. It travels to the workers, so it holds names of files and not files."""

    def batches(self, shard: int, shards: int) -> Iterator[Batch]:
        """The events of the members of one shard, each member's in order."""


@dataclass
class Progress:
    """What has become of the events so far."""

    events: int = 0
    lines: int = 0
    """Lines of purchases that were recorded."""
    ticks: int = 0
    """Members for whom the clock settled something."""
    delivered: int = 0
    """Events that were delivered from member to member."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """How many events were recorded by kind, ``repeated``, or refused by code."""
    refused: "list[RefusedEvent]" = field(default_factory=list)
    """The first of the events that were refused, up to a thousand."""

    def add(self, other: "Progress") -> None:
        """Add what another worker has done."""
        self.events += other.events
        self.lines += other.lines
        self.ticks += other.ticks
        self.delivered += other.delivered
        self.outcomes.update(other.outcomes)
        self.refused += other.refused[: _REFUSED_KEPT - len(self.refused)]


class RefusedEvent(NamedTuple):
    """An event that was refused."""

    event_id: str
    member: str
    code: str
    sentence: str


class IngestFailed(Exception):
    """A worker could not go on. What was committed stays; running it again goes on from there."""


def ingest(
    url: str,
    program: int,
    source: Source,
    *,
    workers: int = 1,
    up_to: Instant | None = None,
    announces: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Take in everything a source gives; ``progress`` is told every so often how far it is. Raises IngestFailed.

    Events dated more than five minutes after ``up_to`` are refused; None accepts any date (history that is told,
    programs that are tried). ``announces``: whether the world outside hears of it.
    """
    whole = Progress()

    def report(part: Progress) -> None:
        whole.add(part)
        progress(whole)

    if workers == 1:
        _take_in(url, program, source, Shard(0, 1, up_to, announces), report)
    else:
        shards = [Shard(number, workers, up_to, announces) for number in range(workers)]
        _take_in_parallel(url, program, source, shards, report)
    report(Progress(delivered=_deliver(url, program, announces=announces)))
    return whole


def _deliver(url: str, program: int, *, announces: bool) -> int:
    """Deliver what was sent from member to member; gives how much that was."""
    till = Till(partial(connect, url), program, announces=announces)
    with closing(till), closing(connect(url)) as connection:
        return deliver(till, connection).events


class Shard(NamedTuple):
    """One worker's part of the work."""

    number: int
    of: int
    up_to: Instant | None
    announces: bool

    def now(self) -> Instant:
        """The clock of the worker's till."""
        return LAST_INSTANT if self.up_to is None else self.up_to


def _take_in(url: str, program: int, source: Source, shard: Shard, report: Callable[[Progress], None]) -> None:
    """Take in one shard."""
    part, reported_at = Progress(), time.monotonic()
    # The clock ticks for the members of this shard and no others: another worker may not be as far yet with its own.
    own: set[str] = set()
    till = Till(partial(connect, url), program, now=shard.now, announces=shard.announces)
    with closing(till), closing(connect(url)) as connection:
        for batch in source.batches(shard.number, shard.of):
            for event, answer in zip(batch.events, till.commit(batch.events), strict=True):
                _count(part, event, answer)
            part.outcomes.update(batch.refused)
            own.update([event.member for event in batch.events])
            if batch.clock is not None:
                part.ticks += tick(till, connection, batch.clock, among=own)
            if time.monotonic() - reported_at > _FLUSHED_EVERY:
                report(part)
                part, reported_at = Progress(), time.monotonic()
    report(part)


def _count(part: Progress, event: Event, answer: Answer) -> None:
    part.events += 1
    if answer.repeated:
        part.outcomes["repeated"] += 1
    elif answer.refusal is not None:
        part.outcomes[answer.refusal.code] += 1
        if len(part.refused) < _REFUSED_KEPT:
            part.refused.append(RefusedEvent(event.id, event.member, answer.refusal.code, answer.refusal.sentence))
    else:
        part.outcomes[kind_of(event)] += 1
        part.lines += len(getattr(event, "lines", ()))


def _take_in_parallel(
    url: str, program: int, source: Source, shards: list[Shard], report: Callable[[Progress], None]
) -> None:
    context = workers_context()
    pipes: dict[Pipe, int] = {}
    processes = []
    for shard in shards:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(sender, url, program, source, shard), daemon=True)
        process.start()
        sender.close()
        processes.append(process)
        pipes[receiver] = shard.number
    try:
        while pipes:
            for ready in wait(list(pipes)):
                _receive(ready, pipes, report)  # type: ignore[arg-type]
    finally:
        for process in processes:
            if pipes:
                process.terminate()
            process.join()


def _receive(pipe: Pipe, pipes: dict[Pipe, int], report: Callable[[Progress], None]) -> None:
    try:
        message = pipe.recv()
    except EOFError:
        raise IngestFailed(f"worker {pipes[pipe]} was ended from outside") from None
    if isinstance(message, Progress):
        report(message)
    elif message is None:
        del pipes[pipe]
    else:
        raise IngestFailed(str(message))


def _work(pipe: Pipe, url: str, program: int, source: Source, shard: Shard) -> None:
    """What a worker process does. It ends when nobody listens any more."""
    # Modules and the like live as long as the process: the collector need not look at them again. Events and effects
    # hold no circles, so it need not look for new ones often either.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        _take_in(url, program, source, shard, pipe.send)
        pipe.send(None)
    except (BrokenPipeError, KeyboardInterrupt):
        return
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")
