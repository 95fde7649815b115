"""The live till: batches of what has arrived, bounded, without poison, stopped with grace."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest

from guerdon.core.effects import Outcome
from guerdon.core.events import Enrol, Event
from guerdon.runtime.live import Batch, LiveTill, NotCommitted, TillIsClosed, TillIsFull
from guerdon.runtime.till import Answer
from guerdon.store.database import DatabaseUnreachable
from tests.builders import moment


class Slow:
    """A till that commits when it is let, and remembers its batches."""

    def __init__(self, fails: Callable[[Sequence[Event]], Exception | None] = lambda _: None) -> None:
        self.batches: list[list[str]] = []
        self.goes_on = threading.Event()
        self.began = threading.Event()
        self.is_closed = False
        self._fails = fails

    def commit(self, events: Sequence[Event]) -> list[Answer]:
        self.began.set()
        assert self.goes_on.wait(10)
        self.batches.append([event.id for event in events])
        error = self._fails(events)
        if error is not None:
            raise error
        return [Answer(event.id, event.member, 1, 1, Outcome()) for event in events]

    def close(self) -> None:
        self.is_closed = True


def event(number: int) -> Enrol:
    return Enrol(id=f"e{number}", member="ann", at=moment("2026-03-02"))


def live(till: Slow, **settings: Any) -> LiveTill:
    return LiveTill(lambda: till, **settings)  # type: ignore[arg-type, return-value]


def test_what_arrives_during_a_batch_is_the_next_batch() -> None:
    till, replies = Slow(), []
    counter = live(till)
    counter.submit(event(0), replies.append)
    assert till.began.wait(10)
    for number in range(1, 5):
        counter.submit(event(number), replies.append)

    till.goes_on.set()
    assert counter.close()

    assert till.batches == [["e0"], ["e1", "e2", "e3", "e4"]]
    assert [reply.event_id for reply in replies] == ["e0", "e1", "e2", "e3", "e4"]
    assert till.is_closed


def test_no_batch_is_larger_than_allowed() -> None:
    till = Slow()
    till.goes_on.set()
    counter = live(till, most_at_once=2)
    assert len(counter.commit([event(number) for number in range(5)])) == 5
    assert max(map(len, till.batches)) == 2


@pytest.mark.parametrize(("waiting", "is_taken"), [(1, True), (2, True), (3, False)])
def test_only_so_many_wait(waiting: int, is_taken: bool) -> None:
    till = Slow()
    counter = live(till, most_waiting=2)
    counter.submit(event(0), lambda _: None)
    assert till.began.wait(10)
    more = [(event(number), lambda _: None) for number in range(1, waiting + 1)]

    if is_taken:
        counter.submit_all(more)
    else:
        with pytest.raises(TillIsFull):
            counter.submit_all(more)

    assert counter.waiting == (waiting if is_taken else 0)
    till.goes_on.set()
    assert counter.close()
    assert sum(map(len, till.batches)) == 1 + (waiting if is_taken else 0)


def test_an_event_that_makes_the_code_fail_fails_alone() -> None:
    def fails(events: Sequence[Event]) -> Exception | None:
        return KeyError("poison") if any(one.id == "e1" for one in events) else None

    till, replies = Slow(fails), []
    counter = live(till)
    counter.submit(event(9), lambda _: None)
    assert till.began.wait(10)
    counter.submit_all([(event(number), replies.append) for number in range(3)])
    till.goes_on.set()
    assert counter.close()

    assert [type(reply) for reply in replies] == [Answer, KeyError, Answer]


@pytest.mark.parametrize("error", [psycopg.OperationalError("row: ann@example.com"), DatabaseUnreachable("gone")])
def test_what_the_database_fails_is_told_without_its_words(error: Exception) -> None:
    till = Slow(lambda _: error)
    till.goes_on.set()
    counter = live(till)

    with pytest.raises(NotCommitted) as failed:
        counter.commit_one(event(1))

    assert str(failed.value) == type(error).__name__
    assert counter.close()


def test_after_the_stop_nothing_is_taken_and_everything_before_is_answered() -> None:
    till, replies = Slow(), []
    counter = live(till)
    counter.submit_all([(event(number), replies.append) for number in range(3)])
    assert till.began.wait(10)
    assert not counter.close(seconds=0.01)

    with pytest.raises(TillIsClosed):
        counter.submit(event(4), replies.append)

    till.goes_on.set()
    assert counter.close()
    assert [reply.event_id for reply in replies] == ["e0", "e1", "e2"]


def test_whoever_watches_is_told_of_each_batch() -> None:
    till, seen = Slow(), list[Batch]()
    till.goes_on.set()
    counter = live(till, watch=seen.append)
    counter.commit_one(event(1))
    assert counter.close()
    assert [(batch.events, batch.kinds, batch.refusals, batch.still_waiting) for batch in seen] == [
        (1, {"enrol": 1}, {}, 0)
    ]
