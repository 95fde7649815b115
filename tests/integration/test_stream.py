"""The stream on a real database: what it tells, in which order, from where on, and what is trimmed."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from ledger_fixtures import FULL, SIMPLE, Shop, buy, enrol, history, named, redeem, write_ndjson

from guerdon.connect.stream import (
    Bell,
    Page,
    PositionTrimmed,
    follow,
    last_position,
    position_before,
    read_page,
    read_stream,
    sequence,
)
from guerdon.connect.telling import CONTENT_TYPE
from guerdon.core.effects import decode_outcome, news_of
from guerdon.runtime.ingest import ingest
from guerdon.runtime.ndjson import NdjsonFile
from guerdon.store import stream as stored
from guerdon.store.database import Connection, connect


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, SIMPLE) as shop:
        yield shop


@pytest.fixture
def reader(shop: Shop) -> Iterator[Connection]:
    with connect(shop.url) as connection:
        yield connection


def test_a_change_is_told_with_its_event_and_its_effects(shop: Shop, reader: Connection) -> None:
    shop.meets(enrol("ana"), buy("p1", "ana", "2026-02-01 10:00", "10.00"))
    assert sequence(reader) == 2
    (change,) = read_stream(reader, shop.program, after=1)
    told = json.loads(change.body)
    recorded = told.pop("recordedtime")
    assert datetime.fromisoformat(recorded).utcoffset() == timedelta(0)
    member = shop.member("ana").id
    assert told == {
        "specversion": "1.0", "id": f"{member}-2", "source": "urn:guerdon:shop", "type": "guerdon.purchase",
        "subject": "ana", "time": "2026-02-01T15:00:00Z", "datacontenttype": "application/json",
        "sequence": "0000000000000000002.00000", "partitionkey": "ana",
        "data": {
            "event": {
                "kind": "purchase", "id": "p1", "member": "ana", "at": "2026-02-01T15:00:00Z",
                "lines": [{"sku": told["data"]["event"]["lines"][0]["sku"], "amount": 1000}],
            },
            "effects": [{"effect": "granted", "mechanic": "base", "unit": "points", "amount": 10,
                         "rate": told["data"]["effects"][0]["rate"]}],
            "seq": 2, "version": 1,
        },
    }  # fmt: skip
    assert (change.position, change.number, change.member, change.seq) == (2, 0, "ana", 2)


def test_every_change_is_a_cloud_event_and_has_an_id_of_its_own(database_url: str) -> None:
    with Shop(database_url, FULL) as shop, connect(database_url) as reader:
        shop.till.commit(history(3, events=60))
        shop.waits_until("2027-06-01")
        sequence(reader)
        changes = read_stream(reader, shop.program, most=10_000)
        events = [JSONFormat().read(CloudEvent, change.body) for change in changes]
        assert [event.get_id() for event in events] == [change.id for change in changes]
        assert len({change.id for change in changes}) == len(changes) > 60
        assert {change.type for change in changes} >= {
            "guerdon.purchase", "guerdon.tick", "guerdon.wallet.expired", "guerdon.member.tier_changed",
        }  # fmt: skip
        assert [event.get_extension("sequence") for event in events] == sorted(
            event.get_extension("sequence") for event in events
        )
        assert JSONFormat().get_content_type() == CONTENT_TYPE


def test_news_follow_their_entry_and_fall_due_when_they_did(database_url: str) -> None:
    with Shop(database_url, FULL) as shop, connect(database_url) as reader:
        shop.meets(enrol("ana"), buy("p1", "ana", "2026-02-01 10:00", "160.00"))
        shop.waits_until("2026-12-01")
        sequence(reader)
        purchase = [change for change in read_stream(reader, shop.program) if change.seq == 2]
        assert [change.type for change in purchase][:2] == ["guerdon.purchase", "guerdon.member.tier_changed"]
        ticked = [change for change in read_stream(reader, shop.program) if change.seq == 3]
        expired = [json.loads(change.body) for change in ticked if change.type == "guerdon.wallet.expired"]
        assert {told["data"]["unit"] for told in expired} >= {"points"}
        assert all(told["time"] < "2026-12-01" for told in expired)
        news = news_of(decode_outcome(shop.value("select outcome from journal where seq = 3")).effects)
        assert [change.type for change in ticked] == ["guerdon.tick"] + [f"guerdon.{item.type}" for item in news]


def test_what_was_refused_or_is_repeated_is_told_to_nobody(shop: Shop, reader: Connection) -> None:
    shop.meets(enrol("ana"))
    shop.refuses(redeem("r1", "ana", "2026-02-01", "coffee"), journaled=True)
    shop.meets(enrol("ana"))
    assert sequence(reader) == 1
    assert sequence(reader) == 0
    assert [change.type for change in read_stream(reader, shop.program)] == ["guerdon.enrol"]


def test_history_that_is_taken_in_is_news_to_nobody_unless_one_says_so(
    shop: Shop, reader: Connection, tmp_path: Path
) -> None:
    with closing(shop.open_till(announces=False)) as till:
        till.commit([enrol("ana"), enrol("bo")])
    file = write_ndjson(tmp_path / "more.ndjson", [enrol("cy"), enrol("di")])
    ingest(shop.url, shop.program, NdjsonFile(file))
    assert sequence(reader) == 0
    more = write_ndjson(tmp_path / "told.ndjson", [enrol("ed")])
    ingest(shop.url, shop.program, NdjsonFile(more), announces=True)
    assert sequence(reader) == 1


def test_a_program_has_positions_of_its_own(shop: Shop, reader: Connection) -> None:
    with Shop(shop.url, named(SIMPLE, "other")) as other:
        for number in range(3):
            shop.meets(enrol(f"ana{number}"))
            other.meets(enrol(f"bo{number}"))
        assert sequence(reader) == 6
        for one in (shop, other):
            assert [change.position for change in read_stream(reader, one.program)] == [1, 2, 3]
        assert {json.loads(change.body)["source"] for change in read_stream(reader, other.program)} == {
            "urn:guerdon:other"
        }


def test_types_are_chosen_by_pattern(database_url: str) -> None:
    with Shop(database_url, FULL) as shop, connect(database_url) as reader:
        shop.meets(enrol("ana"), buy("p1", "ana", "2026-02-01 10:00", "160.00"))
        sequence(reader)

        def types(*wanted: str) -> list[str]:
            return [change.type for change in read_stream(reader, shop.program, types=wanted)]

        assert set(types("guerdon.member.*")) == {"guerdon.member.tier_changed"}
        assert types("guerdon.purchase") == ["guerdon.purchase"]
        assert types("guerdon.purchas") == []
        assert types("*") == [change.type for change in read_stream(reader, shop.program)]
        page = read_page(reader, shop.program, types=["nothing"])
        assert page == Page("shop", [], 2), "the cursor goes on over what was not wanted"


def test_pages_join_without_a_gap(shop: Shop, reader: Connection) -> None:
    shop.meets(*[enrol(f"m{number}") for number in range(7)])
    sequence(reader)
    found, position = [], 0
    while (page := read_page(reader, shop.program, position, 3)).position != position:
        assert len(page.changes) <= 3
        found += [change.position for change in page.changes]
        position = page.position
    assert found == [1, 2, 3, 4, 5, 6, 7]


def test_an_entry_that_is_committed_late_comes_late_and_is_not_missed(shop: Shop, reader: Connection) -> None:
    """A till takes outbox ids, another overtakes it, the reader reads, and only then the first commits."""
    shop.meets(enrol("ana"), enrol("bo"))
    with connect(shop.url) as slow:
        slow.execute("insert into outbox (program, member, seq) select program, id, 1 from members where key = 'ana'")
        shop.meets(buy("p1", "bo", "2026-02-01", "1.00"))
        assert sequence(reader) == 3
        assert [change.member for change in read_stream(reader, shop.program)] == ["ana", "bo", "bo"]
        slow.commit()
    assert sequence(reader) == 1
    assert [(change.position, change.member) for change in read_stream(reader, shop.program, 3)] == [(4, "ana")]


def test_many_tills_and_sequencers_at_once_leave_no_gap_and_keep_every_members_order(shop: Shop) -> None:
    members = [f"m{number}" for number in range(6)]
    shop.meets(*[enrol(member) for member in members])
    done = Flag()

    def sell(till_number: int) -> None:
        till = shop.open_till()
        chance = random.Random(till_number)
        for number in range(40):
            chosen = chance.sample(members, 2)
            till.commit([buy(f"{till_number}/{number}/{one}", one, "2026-02-01", "1.00") for one in chosen])
        till.close()

    def keep_sequencing() -> None:
        with connect(shop.url) as connection:
            while not done.is_set():
                sequence(connection)

    seen: list[tuple[int, int, int]] = []

    def keep_reading() -> None:
        position = 0
        with connect(shop.url) as connection:
            while True:
                finished = done.is_set()
                page = read_page(connection, shop.program, position, 7)
                seen.extend((change.position, change.member_id, change.seq) for change in page.changes)
                if finished and page.position == position:
                    return
                position = page.position

    sequencers = [Thread(target=keep_sequencing) for _ in range(2)]
    reading = Thread(target=keep_reading)
    for thread in [*sequencers, reading]:
        thread.start()
    with ThreadPoolExecutor(3) as tills:
        list(tills.map(sell, range(3)))
    with connect(shop.url) as connection:
        while shop.value("select count(*) from outbox"):
            sequence(connection)
    done.set()
    for thread in [*sequencers, reading]:
        thread.join()
    assert [position for position, _, _ in seen] == list(range(1, 6 + 3 * 40 * 2 + 1))
    for member in {member for _, member, _ in seen}:
        seqs = [seq for _, one, seq in seen if one == member]
        assert seqs == list(range(1, len(seqs) + 1))


def test_one_may_start_from_a_time(shop: Shop, reader: Connection) -> None:
    shop.meets(enrol("ana"))
    sequence(reader)
    between = datetime.now(UTC)
    shop.meets(enrol("bo"))
    sequence(reader)
    assert position_before(reader, shop.program, between) == 1
    assert position_before(reader, shop.program, between - timedelta(days=1)) == 0
    assert (
        position_before(reader, shop.program, between + timedelta(days=1)) == last_position(reader, shop.program) == 2
    )


def test_what_is_trimmed_is_an_error_to_ask_for_and_positions_go_on(shop: Shop, reader: Connection) -> None:
    shop.meets(enrol("ana"), enrol("bo"), enrol("cy"))
    sequence(reader)
    shop.look.execute("update stream set told_at = told_at - interval '40 days' where position <= 2")
    with reader.transaction():
        assert stored.trim(reader, datetime.now(UTC) - timedelta(days=30)) == 2
    with pytest.raises(PositionTrimmed, match="begins at position 3"):
        read_stream(reader, shop.program, after=1)
    assert [change.position for change in read_stream(reader, shop.program, after=2)] == [3]
    assert position_before(reader, shop.program, datetime(2020, 1, 1, tzinfo=UTC)) == 2
    with reader.transaction():
        assert stored.trim(reader, datetime.now(UTC) + timedelta(days=1)) == 1
    shop.meets(enrol("di"))
    sequence(reader)
    assert [change.position for change in read_stream(reader, shop.program, after=3)] == [4]


def test_what_a_reader_has_yet_to_get_is_not_trimmed(shop: Shop, reader: Connection) -> None:
    shop.meets(enrol("ana"), enrol("bo"), enrol("cy"))
    sequence(reader)
    with reader.transaction():
        stored.advance_readers(reader, "nats", {shop.program: 1})
        assert stored.trim(reader, datetime.now(UTC) + timedelta(days=1)) == 1
    assert [change.position for change in read_stream(reader, shop.program, after=1)] == [2, 3]


def test_a_follower_gets_what_comes_as_it_comes(shop: Shop, reader: Connection) -> None:
    @contextmanager
    def borrow() -> Iterator[Connection]:
        with connect(shop.url) as connection:
            yield connection

    shop.meets(enrol("ana"))
    sequence(reader)
    bell = Bell(shop.url)
    pages = follow(bell, borrow, shop.program, 0, patience=0.2)
    assert [change.member for change in next(pages).changes] == ["ana"]
    assert next(pages) == Page("shop", [], 1), "nothing came, and the line is alive"
    shop.meets(enrol("bo"))
    sequence(reader)
    found = next(page for page in pages if page.changes)
    assert [change.member for change in found.changes] == ["bo"]
    bell.close()
    assert list(pages) == []


def test_a_bell_rings_again_after_its_connection_was_cut(shop: Shop, reader: Connection) -> None:
    bell = Bell(shop.url)
    shop.meets(enrol("ana"))
    sequence(reader)
    assert bell.wait(shop.program, 0, 10)
    shop.look.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'"
        " and datname = current_database()"
    )
    shop.meets(enrol("bo"))
    sequence(reader)
    assert bell.wait(shop.program, 1, 10)
    bell.close()
