"""Steps of an export: done at once, given in their order, and none is lost where a later one fails."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("duckdb")

from guerdon.insight.lake.exporting import _in_turn


def test_a_slow_one_keeps_the_order() -> None:
    def slower_at_first(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number

    with ThreadPoolExecutor(3) as pool:
        assert list(_in_turn(pool, slower_at_first, range(9), most=3)) == list(range(9))


def test_only_so_many_are_begun_at_once() -> None:
    begun, most, lock = 0, 0, threading.Lock()

    def work(number: int) -> int:
        nonlocal begun, most
        with lock:
            begun += 1
            most = max(most, begun)
        time.sleep(0.005)
        with lock:
            begun -= 1
        return number

    with ThreadPoolExecutor(8) as pool:
        assert len(list(_in_turn(pool, work, range(20), most=2))) == 20
    assert most == 2


def gather(found: Iterator[float], given: list[float]) -> None:
    for one in found:
        given.append(one)


def test_what_was_begun_before_an_error_of_the_items_is_given() -> None:
    def items() -> Iterator[int]:
        yield from range(5)
        raise ConnectionError("the database has gone")

    given: list[float] = []
    with ThreadPoolExecutor(4) as pool, pytest.raises(ConnectionError):
        gather(_in_turn(pool, float, items(), most=4), given)
    assert given == [0, 1, 2, 3, 4]


def test_one_that_fails_ends_it_after_those_before_it() -> None:
    given: list[float] = []
    with ThreadPoolExecutor(2) as pool, pytest.raises(ZeroDivisionError):
        gather(_in_turn(pool, lambda number: 1 / number, [4, 2, 0, 1], most=2), given)
    assert given == [0.25, 0.5]
