"""The live till: many callers, one till, batches of whatever has arrived.

Callers hand in events and are answered by a callback. One thread takes what waits (up to ``MOST_AT_ONCE``), commits it
in one transaction and answers everybody. Nobody waits for a batch to fill: while one is being committed the next one
gathers by itself, so a lone purchase is committed at once and a rush is committed in large batches.

**Bounded.** No more than ``most_waiting`` events wait. Then ``TillIsFull`` is raised at once, before memory grows; the
caller tries again with the same id later. **No poison.** An event that makes the code fail is decided alone, so that it
fails alone. **A graceful stop** commits and answers what waits and takes nothing more.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

import psycopg

from guerdon.core.events import Event, kind_of
from guerdon.runtime.till import Answer, Till
from guerdon.store.database import DatabaseUnreachable

MOST_AT_ONCE = 512
"""Events in a batch: beyond this a batch gains little and its first caller waits longer."""
MOST_WAITING = 5_000
SECONDS_TO_WAIT = 10.0
"""How long a caller waits for an answer. Nobody is held for ever by a database that stands still; the event goes on its
way whatever becomes of whoever sent it, and sending it again, with the same id, finds out."""

Reply = Answer | Exception
Answered = Callable[[Reply], None]
"""Is told what became of an event, on the till's own thread: it must be quick and must not raise."""


class TillIsFull(Exception):
    """So many events wait already that another one would only wait too long. Nothing of it is recorded."""


class TillIsClosed(Exception):
    """The till takes nothing more because the service stops. Nothing of the event is recorded."""


class NotCommitted(Exception):
    """The database failed the event's batch, or has not answered yet.

    Sending the event again, with the same id, finds out and puts it right.
    """


class Batch(NamedTuple):
    """A batch that was worked through, for whoever watches."""

    events: int
    seconds: float
    """What the transaction took."""
    waited: float
    """How long the first of its events had waited, in seconds."""
    still_waiting: int
    kinds: dict[str, int]
    refusals: dict[str, int]
    """How often each code was answered; ``failed`` where the batch was not committed."""


class LiveTill:
    """A till with a queue before it and a thread of its own."""

    def __init__(
        self,
        open_till: Callable[[], Till],
        *,
        most_waiting: int = MOST_WAITING,
        most_at_once: int = MOST_AT_ONCE,
        watch: Callable[[Batch], None] = lambda _: None,
    ) -> None:
        """Start the thread. ``open_till`` is called on it, again after it has failed."""
        self._open_till = open_till
        self._till: Till | None = None
        self._most_waiting, self._most_at_once = most_waiting, most_at_once
        self._watch = watch
        self._waiting: deque[tuple[Event, Answered, float]] = deque()
        self._arrived = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="till", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return len(self._waiting)

    def submit(self, event: Event, answered: Answered) -> None:
        """Hand an event in. Raises TillIsFull or TillIsClosed; otherwise ``answered`` is called once, later."""
        self.submit_all([(event, answered)])

    def submit_all(self, events: Sequence[tuple[Event, Answered]]) -> None:
        """Hand several events in, in order, all or none."""
        now = time.monotonic()
        with self._arrived:
            if self._closing:
                raise TillIsClosed
            if len(self._waiting) + len(events) > self._most_waiting:
                raise TillIsFull
            self._waiting.extend((event, answered, now) for event, answered in events)
            self._arrived.notify()

    def commit(self, events: Sequence[Event], *, seconds: float | None = None) -> list[Answer]:
        """Hand events in and wait for their answers, so long at most; None: as long as it takes.

        Raises what a caller of ``submit_all`` would be told, and NotCommitted where there is no answer in time.
        """
        if not events:
            return []
        done: Future[None] = Future()
        replies: dict[int, Reply] = {}

        def answer(place: int, reply: Reply) -> None:
            replies[place] = reply
            if len(replies) == len(events):
                done.set_result(None)

        self.submit_all([(event, _at_place(answer, place)) for place, event in enumerate(events)])
        try:
            done.result(seconds)
        except TimeoutError as late:
            raise NotCommitted("no answer in time") from late
        return [_answer_or_raise(replies[place]) for place in range(len(events))]

    def commit_one(self, event: Event, *, seconds: float | None = None) -> Answer:
        """Hand one event in and wait for its answer, so long at most."""
        return self.commit([event], seconds=seconds)[0]

    def close(self, seconds: float = 30.0) -> bool:
        """Take nothing more, answer what waits, and stop; gives whether all was answered in time."""
        with self._arrived:
            self._closing = True
            self._arrived.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while taken := self._take():
            self._answer(taken)
        if self._till is not None:
            self._till.close()

    def _take(self) -> list[tuple[Event, Answered, float]]:
        """The next batch; empty where there is none and none will come."""
        with self._arrived:
            while not self._waiting and not self._closing:
                self._arrived.wait()
            size = min(len(self._waiting), self._most_at_once)
            return [self._waiting.popleft() for _ in range(size)]

    def _answer(self, taken: list[tuple[Event, Answered, float]]) -> None:
        began = time.monotonic()
        replies = self._commit([event for event, _, _ in taken])
        took = time.monotonic() - began
        for (_, answered, _), reply in zip(taken, replies, strict=True):
            answered(reply)
        kinds = Counter(kind_of(event) for event, _, _ in taken)
        codes = Counter(code for reply in replies if (code := _code(reply)))
        self._watch(Batch(len(taken), took, began - taken[0][2], len(self._waiting), kinds, codes))

    def _commit(self, events: list[Event]) -> Sequence[Reply]:
        try:
            if self._till is None:
                self._till = self._open_till()
            return self._till.commit(events)
        except (psycopg.OperationalError, DatabaseUnreachable) as error:
            return [_not_committed(error)] * len(events)
        except Exception as error:
            if len(events) == 1:
                return [_not_committed(error) if isinstance(error, psycopg.Error) else error]
            # One of them makes the code fail. Alone it fails alone.
            return [reply for event in events for reply in self._commit([event])]


def _at_place(answer: Callable[[int, Reply], None], place: int) -> Answered:
    return lambda reply: answer(place, reply)


def _answer_or_raise(reply: Reply) -> Answer:
    if isinstance(reply, Exception):
        raise reply
    return reply


def _not_committed(error: Exception) -> NotCommitted:
    """The failure as a caller may read it; what PostgreSQL said, which may hold data, stays behind as its cause."""
    failure = NotCommitted(type(error).__name__)
    failure.__cause__ = error
    return failure


def _code(reply: Reply) -> str:
    if isinstance(reply, Exception):
        return "failed"
    return "" if reply.refusal is None else reply.refusal.code
