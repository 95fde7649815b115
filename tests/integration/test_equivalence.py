"""However the same events arrive, one by one, in batches, through two processes, twice, the books are the same.

That is what lets a till batch what has arrived, and a bulk load take the same way as one purchase.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_fixtures import FULL, FULL_LIMITED, Books, Shop, history, in_batches, named, write_ndjson

from guerdon.core.effects import decode_outcome
from guerdon.core.events import Event
from guerdon.runtime.ingest import ingest
from guerdon.runtime.ndjson import NdjsonFile

YEAR = history(seed=20260101)


def fed(url: str, name: str, events: list[Event], size: int, source: str = FULL) -> Books:
    """The books after the events were fed in batches of a size."""
    with Shop(url, named(source, name)) as shop:
        for batch in in_batches(events, size):
            shop.till.commit(batch)
        assert shop.is_proven()
        return shop.books()


@contextmanager
def both_at_once(url: str, program: int, path: Path) -> Iterator[None]:
    """Two processes that feed all the same events at the same time, in batches of different sizes."""
    context = get_context("spawn")
    sources = [NdjsonFile(path, batch=13), NdjsonFile(path, batch=20)]
    processes = [context.Process(target=ingest, args=(url, program, source)) for source in sources]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    yield
    assert [process.exitcode for process in processes] == [0, 0]


def test_the_made_up_year_has_everything_in_it(database_url: str) -> None:
    books = fed(database_url, "all", YEAR, len(YEAR))
    kinds = Counter(kind for _, _, _, kind, *_ in books.journal)
    assert kinds.keys() == {"enrol", "purchase", "return", "action", "redeem", "adjust", "tick"}
    outcomes = [decode_outcome(row[-1]) for row in books.journal]
    refusals = Counter(outcome.refusal.code for outcome in outcomes if outcome.refusal)
    assert refusals.keys() >= {
        "currency_rate_missing", "event_too_late", "purchase_unknown", "return_exceeds_purchase", "reward_unknown",
        "redemption_exceeds_available_points", "return_of_nothing",
    }  # fmt: skip
    effects = Counter(type(effect).__name__ for outcome in outcomes for effect in outcome.effects)
    assert effects.keys() >= {
        "Granted", "Capped", "Matured", "Spent", "Rewarded", "Discounted", "Expired", "Reversed", "Adjusted",
        "TierChanged",
    }  # fmt: skip
    late = sum(1 for one, other in pairwise(YEAR) if other.at < one.at)
    again = len(YEAR) - len({event.id for event in YEAR})
    assert late > 30
    assert again > 20


def test_batches_of_any_size_give_the_same_books(database_url: str) -> None:
    one_by_one = fed(database_url, "ones", YEAR, 1)
    for size in (2, 7, 100, len(YEAR)):
        assert fed(database_url, f"by-{size}", YEAR, size) == one_by_one


def test_two_processes_with_members_dealt_out_give_the_same_books(database_url: str, tmp_path: Path) -> None:
    path = write_ndjson(tmp_path / "events.ndjson", YEAR)
    with Shop(database_url, named(FULL, "dealt")) as shop:
        progress = ingest(database_url, shop.program, NdjsonFile(path, batch=7), workers=2)
        assert progress.events == len(YEAR)
        assert shop.is_proven()
        assert shop.books() == fed(database_url, "all", YEAR, len(YEAR))


def test_two_processes_that_feed_all_the_same_events_count_each_once(database_url: str, tmp_path: Path) -> None:
    path = write_ndjson(tmp_path / "events.ndjson", YEAR)
    with Shop(database_url, named(FULL, "twice")) as shop, both_at_once(database_url, shop.program, path):
        pass
    with Shop(database_url, named(FULL, "twice")) as shop:
        assert shop.is_proven()
        assert shop.books() == fed(database_url, "all", YEAR, len(YEAR))


def test_with_shared_limits_two_processes_share_them_out_exactly(database_url: str, tmp_path: Path) -> None:
    path = write_ndjson(tmp_path / "events.ndjson", YEAR)
    with Shop(database_url, named(FULL_LIMITED, "twice")) as shop, both_at_once(database_url, shop.program, path):
        pass
    with Shop(database_url, named(FULL_LIMITED, "twice")) as shop:
        assert shop.is_proven()
        granted = shop.value(
            "select sum(amount) from transfers where program = %s and reason = 'welcome'", shop.program
        )
        coffees = shop.value("""select count(*) from journal where outcome ->> 'effects' like '%%"rewarded"%%'""")
        assert shop.limit("welcome") == (420, 420)
        assert granted == 420
        assert shop.limit("stock:coffee") == (12, coffees)
        one_by_one = fed(database_url, "ones", YEAR, 1, FULL_LIMITED)
        assert [row[:4] for row in shop.books().journal] == [row[:4] for row in one_by_one.journal]


@pytest.mark.parametrize("source", [FULL, FULL_LIMITED], ids=["own", "shared"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_year_in_any_batches_gives_the_same_books(database_url: str, source: str, data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 2**32), label="seed")
    events = history(seed, events=data.draw(st.integers(1, 60), label="events"), members=3)
    size = data.draw(st.integers(2, len(events)), label="batch")
    one_by_one = fed(database_url, f"ones-{seed}-{len(events)}", events, 1, source)
    assert fed(database_url, f"by-{size}-{seed}-{len(events)}", events, size, source) == one_by_one
