"""Everything at once on a real ledger: all mechanics, several versions, late events, odd batches, clock and relay.

Whatever happens, the books are proven, nothing stays in transit, and it makes no difference what mechanics are called.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from everything import (
    SEED,
    Lives,
    by_new_names,
    by_old_names,
    everything,
    everything_again,
    everything_otherwise,
    everything_renamed,
    nearly_nothing,
)
from ledger_fixtures import Shop, named

from guerdon.core.calendar import instant_of
from guerdon.core.events import Event
from guerdon.runtime import games
from guerdon.runtime.relay import deliver, tick_and_deliver
from guerdon.store import reading
from guerdon.store.database import connect

SECOND_FROM = "2026-03-10"
RENAMED_AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
"""Midnight in New York."""


@contextmanager
def living(shop: Shop, lives: Lives, turned: Callable[[Event], Event]) -> Iterator[Callable[[int], None]]:
    """Let so many events happen, in batches of any size, while clock and relay come by now and then."""
    chance = random.Random(1)
    with connect(shop.url) as connection:

        def live(count: int) -> None:
            while count > 0:
                batch = [turned(lives.tell()) for _ in range(chance.choice((1, 1, 2, 5, 20, 60)))]
                shop.till.commit(batch)
                count -= len(batch)
                if chance.random() < 0.5:
                    deliver(shop.till, connection)
                if chance.random() < 0.3:
                    tick_and_deliver(shop.till, connection, instant_of(lives.now))
            lives.now += timedelta(days=chance.choice((1, 40, 400)))
            tick_and_deliver(shop.till, connection, instant_of(lives.now))

        shop.till.commit([turned(event) for event in lives.beginning()])
        deliver(shop.till, connection)
        yield live


def lived(
    url: str, versions: Sequence[str], lives: Lives, events: int, turned: Callable[[Event], Event] = lambda event: event
) -> tuple[dict[str, object], list[tuple[str, ...]]]:
    """The states and the journal when all is over and proven."""
    with Shop(url, *versions) as shop, living(shop, lives, turned) as live:
        games.add_seed(shop.look, shop.program, "lucky", SEED)
        live(events)
        assert shop.is_proven()
        in_transit = {key: held for key, held in reading.account_balances(shop.look, shop.program).items() if held}
        assert not [unit for unit, account in in_transit if account == "in_transit"]
        books = shop.books()
        states = {key: json.loads(by_old_names(bytes(state).decode())) for key, state in books.states.items()}
        journal = [(str(row[0]), by_old_names(str(row[2])), by_old_names(str(row[-1]))) for row in books.journal]
        return states, journal


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_under_whatever_versions_is_proven(database_url: str, seed: int) -> None:
    versions = [everything(), nearly_nothing("2026-04-01"), everything_again("2026-06-01")]
    lived(database_url, versions, Lives(seed), 250)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_mechanics_may_have_other_settings_from_a_date_on(database_url: str, seed: int) -> None:
    versions = [everything(), everything_otherwise("2026-03-01"), everything("2026-04-01")]
    lived(database_url, versions, Lives(seed), 250)


@pytest.mark.parametrize("seed", range(3))
def test_what_mechanics_are_called_makes_no_difference(database_url: str, seed: int) -> None:
    """A version that renames all mechanics leads to the same books as one that changes nothing."""
    same = [everything(), everything(SECOND_FROM)]
    other = [everything(), everything_renamed(SECOND_FROM)]
    before = lived(database_url, [named(text, "same") for text in same], Lives(seed, spins=False), 200)
    after = lived(
        database_url, [named(text, "other") for text in other], Lives(seed, spins=False), 200,
        lambda event: by_new_names(event, RENAMED_AT),
    )  # fmt: skip
    assert before == after
