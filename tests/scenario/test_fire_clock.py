"""The clock jumps ahead by ten years and back again: nothing is lost, nothing counts twice, and the books stay right.

::

    2026 ── buy ── 2036: the clock ticks ── 2026 again: buy, and the same once more ── proven
"""

from collections.abc import Iterator

import pytest
from builders import moment
from fire import PROGRAM
from ledger_fixtures import Shop, act, buy, enrol, send

from guerdon.core.calendar import instant_of
from guerdon.runtime.clock import tick
from guerdon.runtime.till import Till
from guerdon.store.database import connect

TODAY = instant_of(moment("2026-03-01 12:00"))
TEN_YEARS = 3_652 * 86_400


class Clock:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.now = TODAY

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, PROGRAM) as shop:
        shop.meets(enrol("ann"), enrol("bo"))
        yield shop


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def till(shop: Shop, clock: Clock) -> Iterator[Till]:
    till = shop.open_till(now=clock)
    yield till
    till.close()


def test_what_lies_ahead_is_refused_and_moves_nothing(shop: Shop, till: Till) -> None:
    till.commit_one(buy("p1", "ann", "2026-03-01 12:00", "10.00"))
    assert till.commit_one(buy("near", "ann", "2026-03-01 12:05", "10.00")).refusal is None
    for when in ("2026-03-01 12:06", "2026-03-02", "2036-03-01", "2099-12-31"):
        assert shop.refuses(buy(f"p/{when}", "ann", when, "10.00"), till=till, journaled=False) == "event_in_the_future"
    assert shop.is_proven()


def test_a_clock_that_jumps_ahead_and_back_loses_nothing(shop: Shop, till: Till, clock: Clock) -> None:
    first = [buy("p1", "ann", "2026-03-01", "50.00"), act("v1", "ann", "2026-03-01", "visit")]
    answers = till.commit(first)
    clock.now += TEN_YEARS
    with connect(shop.url) as connection:
        tick(till, connection, clock.now)
    ahead = till.commit_one(buy("p2", "ann", "2036-02-01", "7.00"))
    clock.now -= TEN_YEARS

    later = till.commit([buy("p3", "ann", "2026-03-01", "3.00"), send("g", "ann", "2026-03-01", "bo", 5)])
    again = till.commit([*first, buy("p2", "ann", "2036-02-01", "7.00")])
    shop.delivers()

    assert ahead.refusal is None
    assert [answer.outcome for answer in again] == [*[answer.outcome for answer in answers], ahead.outcome]
    assert all(answer.repeated for answer in again)
    assert all(answer.seq is not None for answer in later), "decided, whatever came of it"
    assert shop.value("select count(*) from journal where event_id in ('p1', 'p2', 'p3', 'v1', 'g')") == 5
    assert shop.is_proven()
    shop.waits_until("2036-03-02 12:00")
    assert shop.is_proven()
