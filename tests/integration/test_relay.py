"""The relay on a real database: what is sent is stored with its cause, arrives once and in order, or comes back."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from ledger_fixtures import RELATED, Shop, adjust, bring_back, buy, enrol, send, write_ndjson
from psycopg import errors

from guerdon.core.calendar import instant_of
from guerdon.core.events import ENGINE_KINDS, Enrol, decode_event, encode_event, event_from
from guerdon.runtime.ingest import ingest
from guerdon.runtime.ndjson import NdjsonFile
from guerdon.runtime.relay import NOTHING, Delivered, deliver, tick_and_deliver
from guerdon.store.database import connect
from tests.builders import moment


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Ana and bo have 500 points each."""
    with Shop(database_url, RELATED) as shop:
        shop.meets(enrol("ana"), enrol("bo"))
        shop.meets(adjust("a1", "ana", "2026-02-01", 500), adjust("a2", "bo", "2026-02-01", 500))
        yield shop


def waiting(shop: Shop) -> int:
    return int(shop.value("select count(*) from emitted where delivered_at is null"))


def test_what_is_sent_is_stored_with_its_cause_and_waits(shop: Shop) -> None:
    shop.meets(send("s1", "ana", "2026-02-02", "bo", 100))
    ((member, seq, event, returns, refusal),) = shop.rows("select member, seq, event, returns, refusal from emitted")
    assert (member, seq, returns, refusal) == (shop.member("ana").id, 3, None, None)
    sent = decode_event(event)
    assert (sent.id, sent.member, encode_event(sent)) == ("s1>sending/1", "bo", event)
    assert (shop.has("ana"), shop.has("bo"), shop.account("in_transit")) == (395, 500, 100)
    assert shop.is_proven()


def test_it_arrives_once_however_often_it_is_delivered(shop: Shop) -> None:
    shop.meets(send("s1", "ana", "2026-02-02", "bo", 100))
    assert shop.delivers() == Delivered(1, 0)
    assert shop.delivers() == NOTHING
    assert (shop.has("bo"), shop.account("in_transit"), waiting(shop)) == (600, 0, 0)
    assert shop.is_proven()
    shop.look.execute("update emitted set delivered_at = null")
    assert shop.delivers() == Delivered(1, 0)
    assert (shop.has("bo"), shop.account("in_transit")) == (600, 0)
    assert shop.is_proven()


def test_a_refused_sending_is_journaled_and_sends_nothing(shop: Shop) -> None:
    assert shop.refuses(send("s1", "ana", "2026-02-02", "ana", 100), journaled=True) == "sending_to_oneself"
    assert shop.refuses(send("s2", "ana", "2026-02-02", "bo", 501), journaled=True) == "wanted_exceeds_available"


def test_what_nobody_can_take_comes_back(shop: Shop) -> None:
    shop.meets(send("s1", "ana", "2026-02-02", "nobody", 100))
    assert shop.delivers() == Delivered(2, 1)
    rows = shop.rows("select event, returns, refusal from emitted order by id")
    assert [(decode_event(event).id, returns, refusal) for event, returns, refusal in rows] == [
        ("s1>sending/1", None, "member_unknown"),
        ("s1>sending/1>returned", 1, None),
    ]
    assert (shop.has("ana"), shop.account("in_transit")) == (495, 0), "the fee is gone"
    assert shop.is_proven()


def test_a_receiver_who_joins_between_refusal_and_return_does_not_get_it_too(shop: Shop) -> None:
    """The refusal and the way back are noted in one transaction, so an amount cannot go both ways."""
    shop.meets(send("s1", "ana", "2026-02-02", "cleo", 100))
    with connect(shop.url) as connection:
        shop.till.commit([decode_event(shop.value("select event from emitted"))])
        shop.meets(enrol("cleo", "2026-02-03"))
        assert deliver(shop.till, connection) == Delivered(1, 0)
    assert (shop.has("cleo"), shop.has("ana"), shop.account("in_transit")) == (100, 395, 0)
    shop.meets(send("s2", "ana", "2026-02-04", "dan", 100))
    shop.delivers()
    shop.meets(enrol("dan", "2026-02-05"))
    assert shop.delivers() == NOTHING
    assert (shop.has("dan"), shop.has("ana")) == (0, 390)
    assert shop.is_proven()


def test_an_id_that_somebody_took_sends_the_amount_back(shop: Shop) -> None:
    shop.meets(adjust("s1>sending/1", "bo", "2026-02-02", 1))
    shop.meets(send("s1", "ana", "2026-02-02", "bo", 100))
    assert shop.delivers() == Delivered(2, 1)
    assert (shop.has("ana"), shop.has("bo"), shop.account("in_transit")) == (495, 501, 0)
    assert shop.is_proven()


def test_a_referral_goes_there_and_a_return_withdraws_it(shop: Shop) -> None:
    shop.meets(Enrol(id="j", member="cleo", at=moment("2026-02-02"), referrer="ana"))
    shop.meets(buy("p", "cleo", "2026-02-03", "25.00"))
    assert shop.delivers() == Delivered(1, 0)
    assert (shop.has_pending("ana"), shop.has_pending("cleo"), shop.has("cleo")) == (30, 10, 25)
    shop.meets(bring_back("r", "cleo", "2026-02-04", "p"))
    assert shop.delivers() == Delivered(1, 0)
    assert (shop.has_pending("ana"), shop.has_pending("cleo"), shop.has("cleo")) == (0, 0, 0)
    assert shop.is_proven()


def test_an_unknown_referrer_is_noted_and_nothing_comes_back(shop: Shop) -> None:
    shop.meets(Enrol(id="j", member="cleo", at=moment("2026-02-02"), referrer="nobody"))
    shop.meets(buy("p", "cleo", "2026-02-03", "25.00"))
    assert shop.delivers() == Delivered(1, 1)
    assert shop.rows("select refusal, returns from emitted") == [("member_unknown", None)]
    assert shop.is_proven()


def test_events_of_one_sender_arrive_in_their_order(shop: Shop) -> None:
    gifts = [send(f"s{number}", "ana", "2026-02-02", "bo", number) for number in range(1, 20)]
    shop.meets(*gifts)
    shop.delivers()
    arrived = shop.rows("select event_id from journal where kind = 'receive' order by seq")
    assert [event_id for (event_id,) in arrived] == [f"{gift.id}>sending/1" for gift in gifts]


def test_two_relays_at_once_deliver_each_event_once_and_in_order(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guerdon.runtime.relay._EVENTS_AT_A_TIME", 7)
    gifts = [
        send(f"s{number}", who, "2026-02-02", "bo" if who == "ana" else "ana", 1)
        for number in range(60)
        for who in (("ana", "bo")[number % 2],)
    ]
    shop.meets(*gifts)
    done: list[Delivered] = []

    def work() -> None:
        till = shop.open_till()
        with connect(shop.url) as connection:
            done.append(deliver(till, connection))
        till.close()

    relays = [Thread(target=work) for _ in range(3)]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    assert sum(part.events for part in done) == 60
    for sender, receiver in (("ana", "bo"), ("bo", "ana")):
        arrived = shop.rows(
            "select event_id from journal where kind = 'receive' and member = %s order by seq", shop.member(receiver).id
        )
        assert [event_id for (event_id,) in arrived] == [
            f"{gift.id}>sending/1" for gift in gifts if gift.member == sender
        ]
    assert shop.is_proven()


def test_what_a_tick_sends_is_delivered_and_what_that_brings_is_settled(shop: Shop) -> None:
    shop.meets(Enrol(id="j", member="cleo", at=moment("2026-02-02"), referrer="ana"))
    shop.meets(buy("p", "cleo", "2026-02-03", "25.00"))
    with connect(shop.url) as connection:
        settled, done = tick_and_deliver(shop.till, connection, instant_of(moment("2026-03-01")))
    assert (settled, done) == (2, Delivered(1, 0)), "cleo's 10 matured, then what ana got had matured too"
    assert (shop.has("ana"), shop.has_pending("ana"), shop.has("cleo")) == (530, 0, 35)
    assert shop.is_proven()


ENGINE_EVENTS = [
    {"kind": "receive", "unit": "points", "amount": 5, "sender": "x"},
    {"kind": "refer", "referral": "bring", "friend": "x"},
    {"kind": "admit", "household": "home", "person": "x"},
    {"kind": "settle", "household": "home", "pool": "x"},
    {"kind": "win", "game": "raffle", "prize": "car"},
    {"kind": "absorb", "sender": "x", "merge": "m"},
    {"kind": "separate", "sender": "x", "merge": "m"},
]


def test_all_engine_events_are_tried() -> None:
    assert {event["kind"] for event in ENGINE_EVENTS} == ENGINE_KINDS


@pytest.mark.parametrize("fields", ENGINE_EVENTS, ids=lambda fields: str(fields["kind"]))
def test_nobody_else_may_send_what_the_engine_sends(shop: Shop, fields: dict[str, object]) -> None:
    own = {"id": "forged", "member": "ana", "at": "2026-02-02T10:00:00+00:00"} | fields
    assert event_from(own).id == "forged"
    before, rows = shop.stored(), shop.row_counts()
    (answer,) = shop.till.commit_json([json.dumps(own)])
    assert answer.refusal is not None
    assert answer.refusal.code == "event_for_the_engine_only"
    assert (shop.stored(), shop.row_counts()) == (before, rows)


# Guards.


@pytest.mark.parametrize(
    "change",
    [
        "update emitted set event = '{}'",
        "update emitted set member = member",
        "update emitted set returns = 1",
        "delete from emitted",
        "truncate emitted",
    ],
)
def test_what_was_sent_never_changes(shop: Shop, change: str) -> None:
    shop.meets(send("s1", "ana", "2026-02-02", "bo", 100))
    before = shop.stored()
    with pytest.raises(errors.IntegrityConstraintViolation, match="are added, never changed"):
        shop.look.execute(change)  # type: ignore[call-overload]
    assert shop.stored() == before


# Verification.

UNGUARDED = "alter table emitted disable trigger user"
BROKEN = {
    "the event is gone": ("delete from emitted where id = 1", "ana 3 events for other members"),
    "the amount is another": (
        "update emitted set event = replace(event::text, ':100', ':101')::json where id = 1",
        "ana 3 events for other members",
    ),
    "one is there that nobody sent": (
        "insert into emitted (program, member, seq, event) select program, member, 99, event from emitted where id = 1",
        "ana 99 event for another member",
    ),
    "a waiting one is said to have arrived": (
        "update emitted set delivered_at = now() where id = 1",
        "bo 0 delivery from entry 3 of its sender",
    ),
    "a waiting one is said to be refused": (
        "update emitted set delivered_at = now(), refusal = 'member_unknown' where id = 1",
        "ana 3 amount that goes back",
    ),
    "one goes back that arrived": (
        "insert into emitted (program, member, seq, event, returns) select program, member, seq, event, 2 from emitted "
        "where id = 2",
        " 3 amount that goes back",
    ),
    "it belongs to nobody": (
        "insert into emitted (program, member, seq, event) select program, 999, 1, event from emitted where id = 1",
        " 0 events for other members",
    ),
}


@pytest.mark.parametrize(("damage", "expected"), BROKEN.values(), ids=BROKEN)
def test_verification_finds_what_was_sent_otherwise(shop: Shop, damage: str, expected: str) -> None:
    shop.meets(send("s1", "ana", "2026-02-02", "bo", 100))
    shop.meets(send("s2", "bo", "2026-02-02", "ana", 50))
    shop.look.execute(UNGUARDED)
    with connect(shop.url) as connection:
        ids = connection.execute("select id from emitted where event ->> 'id' = 's2>sending/1'").fetchone()
        assert ids == (2,)
    shop.till.commit([decode_event(shop.value("select event from emitted where id = 2"))])
    shop.look.execute("update emitted set delivered_at = now() where id = 2")
    assert shop.is_proven()
    shop.look.execute(damage)  # type: ignore[call-overload]
    found = {f"{difference.member} {difference.seq} {difference.what}" for difference in shop.verify().examples}
    assert expected in found, found


def test_verification_finds_what_is_in_transit_and_nowhere_else(shop: Shop) -> None:
    shop.look.execute("insert into balances values (1, 'points', 'in_transit', 99, 5), (1, 'points', 'issued', 99, -5)")
    assert "points in transit" in {difference.what for difference in shop.verify().examples}


# Ingestion.


@pytest.mark.parametrize("workers", [1, 2])
def test_ingestion_delivers_what_it_caused_and_refuses_what_is_not_for_anybody_to_send(
    shop: Shop, tmp_path: Path, workers: int
) -> None:
    path = write_ndjson(tmp_path / "events.ndjson", [send("s1", "ana", "2026-02-02", "bo", 100)])
    forged = {"id": "forged", "member": "bo", "at": "2026-02-02T10:00:00+00:00"} | ENGINE_EVENTS[0]
    with path.open("a") as file:
        file.write(json.dumps(forged) + "\nno event\n")
    done = ingest(shop.url, shop.program, NdjsonFile(path), workers=workers)
    assert dict(done.outcomes) == {"send": 1, "event_for_the_engine_only": 1, "event_malformed": 1}
    assert (done.delivered, shop.has("bo"), waiting(shop)) == (1, 600, 0)
    assert shop.is_proven()
