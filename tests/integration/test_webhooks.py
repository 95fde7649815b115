"""Webhooks on a real database and over real HTTP: signed, at least once, in order, whatever the receiver does."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from background import in_background
from ledger_fixtures import SIMPLE, Shop, buy, enrol, named
from psycopg.errors import InsufficientPrivilege
from receiver import Receiver, Reply
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from guerdon.connect.addresses import AddressRefused, guarded_pool
from guerdon.connect.courier import Courier
from guerdon.connect.running import deliver_webhooks, keep_sequencing, trim
from guerdon.connect.schedule import Schedule
from guerdon.connect.signing import Vault
from guerdon.connect.stream import PositionTrimmed, read_stream, sequence
from guerdon.connect.webhooks import (
    AddedWebhook,
    WebhookNotFound,
    WebhookUnfit,
    add_webhook,
    change_webhook,
    dead_letters,
    deliveries,
    disable_webhook,
    enable_webhook,
    find_webhook,
    list_webhooks,
    remove_webhook,
    replay,
    replay_dead_letters,
    rotate_secret,
    waiting_letters,
)
from guerdon.store.database import Connection, connect

KEY = bytes(range(32))
VAULT = Vault(KEY)
AT_ONCE = Schedule(pauses=(0, 0, 0), first_rest=0, seconds_per_try=1)
"""Everything is tried again as soon as there is a round, and given up after four tries."""


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, SIMPLE) as shop:
        yield shop


@pytest.fixture
def look(shop: Shop) -> Iterator[Connection]:
    with connect(shop.url) as connection:
        yield connection


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def added(shop: Shop, look: Connection, receiver: Receiver, **settings: Any) -> AddedWebhook:
    return add_webhook(look, VAULT, shop.program, receiver.url, private_allowed=True, **settings)


def rounds(shop: Shop, count: int = 1, schedule: Schedule = AT_ONCE, *, private_allowed: bool = True) -> int:
    """Sequence, and let a courier make so many rounds for each webhook; how much moved."""

    async def deliver(connection: Connection) -> int:
        moved = 0
        async with guarded_pool(private_allowed=private_allowed) as pool:
            courier = Courier(connection, VAULT, pool, schedule)
            assert courier.takes_over()
            for _ in range(count):
                for webhook in await courier.awake():
                    moved += await courier.round(webhook)
        return moved

    with connect(shop.url) as connection:
        sequence(connection)
        return asyncio.run(deliver(connection))


def meets(shop: Shop, count: int, *members: str) -> None:
    """Purchases of members in turns."""
    taken = shop.value("select count(*) from journal")
    shop.meets(
        *[buy(f"p{taken + number}", members[number % len(members)], "2026-02-01", "1.00") for number in range(count)]
    )


# What is sent.


def test_a_delivery_is_signed_and_its_receiver_can_tell(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, secret = added(shop, look, receiver)
    shop.meets(enrol("ana"), buy("p1", "ana", "2026-02-01", "10.00"))
    rounds(shop)
    assert [one.told["type"] for one in receiver.taken] == ["guerdon.enrol", "guerdon.purchase"]
    one = receiver.taken[1]
    assert one.headers["content-type"] == "application/cloudevents+json"
    assert one.headers["webhook-id"] == one.told["id"]
    assert Verifier(secret).verify(one.body, one.headers)["data"]["event"]["id"] == "p1"
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(one.body.replace(b"p1", b"p2"), one.headers)
    assert find_webhook(look, shop.program, webhook.id).position == 2


def test_a_webhook_is_told_what_comes_after_it_was_added_and_what_it_wants(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    shop.meets(enrol("ana"))
    sequence(look)
    added(shop, look, receiver, types=["guerdon.purchase"])
    shop.meets(enrol("bo"), buy("p1", "ana", "2026-02-01", "10.00"))
    rounds(shop)
    assert [one.told["type"] for one in receiver.taken] == ["guerdon.purchase"]
    with Shop(shop.url, named(SIMPLE, "other")) as other:
        other.meets(enrol("zoe"), buy("p1", "zoe", "2026-02-01", "1.00"))
        rounds(other)
    assert len(receiver.received) == 1, "another program's changes are not its business"


def test_for_the_time_of_the_overlap_either_secret_tells(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, old = added(shop, look, receiver)
    _, new = rotate_secret(look, VAULT, shop.program, webhook.id)
    assert old != new
    shop.meets(enrol("ana"))
    rounds(shop)
    (one,) = receiver.taken
    assert len(one.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        Verifier(secret).verify(one.body, one.headers)
    shop.look.execute("update webhooks set former_until = now() - interval '1 second'")
    shop.meets(enrol("bo"))
    rounds(shop)
    Verifier(new).verify(receiver.taken[1].body, receiver.taken[1].headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(receiver.taken[1].body, receiver.taken[1].headers)


def test_the_database_holds_no_secret_that_can_be_read(shop: Shop, look: Connection, receiver: Receiver) -> None:
    _, secret = added(shop, look, receiver)
    stored = shop.value("select secret from webhooks")
    assert secret.encode() not in bytes(stored)
    assert secret.removeprefix("whsec_").encode() not in bytes(stored)


def test_with_another_key_nothing_is_sent_and_nothing_is_lost(shop: Shop, look: Connection, receiver: Receiver) -> None:
    add_webhook(look, Vault(bytes(32)), shop.program, receiver.url, private_allowed=True)
    shop.meets(enrol("ana"))
    rounds(shop)
    (webhook,) = list_webhooks(look, shop.program)
    assert (receiver.received, webhook.enabled, webhook.position) == ([], True, 0)
    assert webhook.paused_until is not None


# Failures.


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(500, body=b"oh no"), "answered 500"),
        (Reply(404), "answered 404"),
        (Reply(302, {"location": "http://127.0.0.1:1/"}), "answered 302, a redirect, which is not followed"),
        (Reply(hangs_up=True), "RemoteProtocolError"),
        (Reply(after=3), "no answer within 1 seconds"),
    ],
    ids=["500", "404", "302", "hangs up", "hangs"],
)
def test_what_fails_waits_and_is_delivered_later(
    shop: Shop, look: Connection, receiver: Receiver, reply: Reply, error: str
) -> None:
    webhook, _ = added(shop, look, receiver)
    receiver.answers = lambda _: reply
    shop.meets(enrol("ana"))
    rounds(shop)
    (letter,) = waiting_letters(look, shop.program, webhook.id)
    assert (letter.member, letter.tries, letter.died_at) == ("ana", 1, None)
    assert letter.last_error.startswith(error)
    ((_, tried),) = deliveries(look, shop.program, webhook.id)
    assert tried.error.startswith(error)
    assert tried.answer == reply.body.decode()
    receiver.answers = lambda _: Reply()
    rounds(shop)
    assert [one.member for one in receiver.taken] == ["ana"]
    assert receiver.received[0].body == receiver.taken[0].body, "it is the same to the byte"
    assert waiting_letters(look, shop.program, webhook.id) == []
    assert [tried.error == "" for _, tried in deliveries(look, shop.program, webhook.id)] == [True, False]


def test_a_receiver_that_is_not_there_is_waited_for(shop: Shop, look: Connection) -> None:
    with Receiver() as gone:
        url = gone.url
    webhook, _ = add_webhook(look, VAULT, shop.program, url, private_allowed=True)
    shop.meets(enrol("ana"))
    rounds(shop)
    assert waiting_letters(look, shop.program, webhook.id)[0].last_error.startswith("ConnectError")


def test_a_failure_holds_back_the_same_member_and_nobody_else(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"), enrol("bo"))
    meets(shop, 6, "ana", "bo")
    receiver.answers = lambda one: Reply(500 if one.place == 3 else 204)
    later = AT_ONCE._replace(pauses=(3600, 3600))
    rounds(shop, schedule=later)
    assert receiver.places_by_member() == {"ana": [1], "bo": [2, 4, 6, 8]}
    waits = waiting_letters(look, shop.program, webhook.id)
    assert [(letter.position, letter.tries, letter.due_at is None) for letter in waits] == [
        (3, 1, False), (5, 0, True), (7, 0, True),
    ]  # fmt: skip
    meets(shop, 2, "ana", "bo")
    rounds(shop, 2, schedule=later)
    assert receiver.places_by_member() == {"ana": [1], "bo": [2, 4, 6, 8, 10]}, "what comes of ana waits behind"
    receiver.answers = lambda _: Reply()
    shop.look.execute("update webhook_waiting set due_at = now() where due_at is not null")
    rounds(shop, 2, schedule=later)
    assert receiver.places_by_member()["ana"] == [1, 3, 5, 7, 9]
    assert shop.value("select count(*) from webhook_waiting") == 0


def test_what_fails_for_ever_becomes_a_dead_letter_and_the_others_go_on(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"))
    meets(shop, 2, "ana")
    receiver.answers = lambda one: Reply(500 if one.place == 2 else 204)
    rounds(shop, 8)
    assert [one.place for one in receiver.received] == [1, 2, 2, 2, 2, 3], "four tries and no more"
    (letter,) = dead_letters(look, shop.program, webhook.id)
    assert (letter.position, letter.tries, letter.last_error) == (2, 4, "answered 500")
    assert waiting_letters(look, shop.program, webhook.id) == []
    receiver.answers = lambda _: Reply()
    assert replay_dead_letters(look, shop.program, webhook.id) == 1
    rounds(shop)
    assert receiver.taken[-1].place == 2
    assert dead_letters(look, shop.program, webhook.id) == []


def test_dead_letters_are_sent_again_in_their_order_and_before_what_comes(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"))
    meets(shop, 3, "ana")
    receiver.answers = lambda _: Reply(500)
    rounds(shop, 30)
    assert [letter.position for letter in dead_letters(look, shop.program, webhook.id)] == [1, 2, 3, 4]
    receiver.answers = lambda _: Reply()
    meets(shop, 1, "ana")
    assert replay_dead_letters(look, shop.program, webhook.id) == 4
    rounds(shop, 6)
    assert [one.place for one in receiver.taken] == [1, 2, 3, 4, 5]


def test_410_ends_it_until_somebody_enables_it_again(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"), enrol("bo"))
    receiver.answers = lambda one: Reply(410 if one.member == "ana" else 204)
    rounds(shop)
    found = find_webhook(look, shop.program, webhook.id)
    assert (found.enabled, found.disabled_because) == (False, "the receiver answered 410 Gone")
    meets(shop, 1, "bo")
    rounds(shop, 3)
    assert len(receiver.received) == 2
    receiver.answers = lambda _: Reply()
    assert enable_webhook(look, shop.program, webhook.id).enabled
    rounds(shop, 2)
    assert receiver.places_by_member() == {"ana": [1], "bo": [2, 3]}


@pytest.mark.parametrize("status", [429, 503])
def test_whoever_asks_for_time_gets_it(shop: Shop, look: Connection, receiver: Receiver, status: int) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"), enrol("bo"))
    receiver.answers = lambda one: Reply(status, {"retry-after": "120"}) if one.member == "ana" else Reply()
    rounds(shop)
    found = find_webhook(look, shop.program, webhook.id)
    assert found.paused_until is not None
    left = found.paused_until - datetime.now(UTC)
    assert timedelta(seconds=110) < left <= timedelta(seconds=120)
    meets(shop, 1, "bo")
    seen = len(receiver.received)
    rounds(shop, 3)
    assert len(receiver.received) == seen


def test_where_everything_fails_one_change_tries_the_way_first(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(*[enrol(f"m{number}") for number in range(20)])
    receiver.answers = lambda _: Reply(500)
    rounds(shop)
    assert find_webhook(look, shop.program, webhook.id).failures == 1
    shop.meets(*[enrol(f"n{number}") for number in range(20)])
    seen = len(receiver.received)
    rounds(shop)
    assert len(receiver.received) - seen <= 2
    assert find_webhook(look, shop.program, webhook.id).failures == 2
    receiver.answers = lambda _: Reply()
    rounds(shop, 3)
    assert find_webhook(look, shop.program, webhook.id).failures == 0
    assert len(receiver.taken) == 40


def test_a_long_answer_is_cut_and_a_strange_one_kept_as_far_as_it_goes(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    webhook, _ = added(shop, look, receiver)
    receiver.answers = lambda _: Reply(200, body=b"\x00\xff" * 5_000_000)
    shop.meets(enrol("ana"))
    rounds(shop)
    ((_, tried),) = deliveries(look, shop.program, webhook.id)
    assert (tried.error, len(tried.answer)) == ("", 500)
    assert "\x00" not in tried.answer


def test_nothing_goes_to_addresses_of_ones_own_network(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"))
    rounds(shop, private_allowed=False)
    assert receiver.received == []
    ((_, tried),) = deliveries(look, shop.program, webhook.id)
    assert tried.error == "Nothing is sent to 127.0.0.1, which is not in the public internet."


# What a manager does.


def test_what_cannot_be_a_webhook_is_refused_and_none_is_added(shop: Shop, look: Connection) -> None:
    for url in ("http://example.com/", "https://10.0.0.7/", "https://localhost/"):
        with pytest.raises(AddressRefused):
            add_webhook(look, VAULT, shop.program, url)
    for types in ([], ["purchase"], ["guerdon.*.changed"], ["guerdon.purchase;"], ["*"] * 51, ["guerdon.Purchase"]):
        with pytest.raises(WebhookUnfit):
            add_webhook(look, VAULT, shop.program, "https://example.com/", types)
    with pytest.raises(WebhookUnfit):
        add_webhook(look, VAULT, shop.program, "https://example.com/", description="x" * 501)
    assert list_webhooks(look, shop.program) == []


def test_a_webhook_of_another_program_is_not_found(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, _ = added(shop, look, receiver)
    with Shop(shop.url, named(SIMPLE, "other")) as other:
        for act in (find_webhook, remove_webhook, enable_webhook, disable_webhook, dead_letters, deliveries):
            with pytest.raises(WebhookNotFound):
                act(look, other.program, webhook.id)
    assert find_webhook(look, shop.program, webhook.id) == webhook


def test_a_key_of_one_program_sees_its_stream_and_webhooks_and_adds_none_to_another(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    added(shop, look, receiver)
    with Shop(shop.url, named(SIMPLE, "other")) as other:
        added(other, look, receiver)
        shop.meets(enrol("ana"))
        other.meets(enrol("bo"), enrol("cy"))
        sequence(look)
        with connect(shop.url) as bound, bound.transaction():
            bound.execute("set local role guerdon_program")
            bound.execute("select set_config('guerdon.program', %s, true)", [str(other.program)])
            assert [change.member for change in read_stream(bound, other.program)] == ["bo", "cy"]
            own = add_webhook(bound, VAULT, other.program, "https://example.com/").webhook
            assert [one.program for one in list_webhooks(bound, other.program)] == [other.program] * 2
            assert replay(bound, other.program, own.id, 0).position == 0
            assert list_webhooks(bound, shop.program) == []
            with pytest.raises(InsufficientPrivilege), bound.transaction():
                add_webhook(bound, VAULT, shop.program, "https://example.com/")
        assert len(list_webhooks(look, shop.program)) == 1


def test_a_webhook_is_changed_and_removed(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, _ = added(shop, look, receiver)
    changed = change_webhook(look, shop.program, webhook.id, types=["guerdon.purchase"], description="till receipts")
    assert (changed.types, changed.description, changed.url) == (["guerdon.purchase"], "till receipts", webhook.url)
    with pytest.raises(AddressRefused):
        change_webhook(look, shop.program, webhook.id, url="https://127.0.0.1/")
    assert find_webhook(look, shop.program, webhook.id) == changed
    remove_webhook(look, shop.program, webhook.id)
    assert list_webhooks(look, shop.program) == []
    with pytest.raises(WebhookNotFound):
        find_webhook(look, shop.program, webhook.id)


def test_replay_sends_again_from_a_point_in_order_and_with_the_same_ids(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"))
    meets(shop, 4, "ana")
    rounds(shop)
    replay(look, shop.program, webhook.id, 2)
    rounds(shop)
    assert [one.place for one in receiver.taken] == [1, 2, 3, 4, 5, 3, 4, 5]
    assert receiver.taken[2].body == receiver.taken[5].body
    assert receiver.taken[2].headers["webhook-id"] == receiver.taken[5].headers["webhook-id"]


def test_replay_does_not_send_twice_what_waits(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"))
    meets(shop, 2, "ana")
    receiver.answers = lambda _: Reply(500)
    rounds(shop)
    receiver.answers = lambda _: Reply()
    replay(look, shop.program, webhook.id, 0)
    rounds(shop, 3)
    assert [one.place for one in receiver.taken] == [1, 2, 3]


def test_what_is_trimmed_cannot_be_replayed_and_what_a_webhook_needs_is_not_trimmed(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"), enrol("bo"))
    sequence(look)
    assert trim(look, timedelta(0)) == 0, "nothing of it was delivered yet"
    rounds(shop)
    assert trim(look, timedelta(0)) == 2
    assert deliveries(look, shop.program, webhook.id) == []
    with pytest.raises(PositionTrimmed):
        replay(look, shop.program, webhook.id, 1)
    disable_webhook(look, shop.program, webhook.id)
    shop.meets(enrol("cy"))
    sequence(look)
    assert trim(look, timedelta(0)) == 1, "nobody waits for a webhook that is disabled"
    enable_webhook(look, shop.program, webhook.id)
    shop.meets(enrol("di"))
    rounds(shop)
    # Of different members either may come first.
    assert sorted([one.member for one in receiver.taken]) == ["ana", "bo", "di"]


def test_what_is_replayed_during_a_round_is_not_forgotten(shop: Shop, look: Connection, receiver: Receiver) -> None:
    webhook, _ = added(shop, look, receiver)
    shop.meets(enrol("ana"))
    rounds(shop)
    meets(shop, 1, "ana")

    def replay_meanwhile(_: object) -> Reply:
        receiver.answers = lambda _: Reply()
        replay(look, shop.program, webhook.id, 0)
        return Reply()

    receiver.answers = replay_meanwhile
    rounds(shop)
    assert find_webhook(look, shop.program, webhook.id).position == 0
    rounds(shop)
    assert [one.place for one in receiver.taken] == [1, 2, 1, 2]


# Running.


def running(shop: Shop) -> AbstractContextManager[threading.Event]:
    schedule = AT_ONCE._replace(pauses=(0,) * 50)
    return in_background(
        lambda stop: keep_sequencing(shop.url, stop, idle=0.01),
        lambda stop: deliver_webhooks(shop.url, VAULT, stop, private_allowed=True, schedule=schedule, idle=0.01),
    )


def test_two_couriers_at_once_keep_every_members_order(shop: Shop, look: Connection, receiver: Receiver) -> None:
    """A tenth of all deliveries fails; two couriers and two sequencers are at work; one of each is stopped midway."""
    added(shop, look, receiver)
    members = [f"m{number}" for number in range(5)]
    calls = iter(range(1_000_000))
    receiver.answers = lambda _: Reply(500 if next(calls) % 10 == 9 else 204)
    with running(shop) as first, running(shop):
        shop.meets(*[enrol(member) for member in members])
        meets(shop, 50, *members)
        receiver.waits_for(30)
        first.set()
        meets(shop, 50, *members)
        receiver.waits_for(105)
    for places in receiver.places_by_member().values():
        assert places == sorted(places)
        assert len(places) == 21


def test_a_courier_goes_on_after_its_connection_was_cut(shop: Shop, look: Connection, receiver: Receiver) -> None:
    added(shop, look, receiver)
    with running(shop):
        shop.meets(enrol("ana"))
        receiver.waits_for(1)
        cut = shop.rows(
            "select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)"
            " where locktype = 'advisory' and objid = 470382906 and datname = current_database()"
        )
        assert cut == [(True,)]
        meets(shop, 3, "ana")
        receiver.waits_for(4)
    assert receiver.places_by_member() == {"ana": [1, 2, 3, 4]}


def test_a_slow_webhook_keeps_no_other_waiting_and_stops_gracefully(
    shop: Shop, look: Connection, receiver: Receiver
) -> None:
    with Receiver(lambda _: Reply(after=2)) as slow:
        added(shop, look, slow)
        added(shop, look, receiver)
        with running(shop):
            shop.meets(enrol("ana"))
            meets(shop, 5, "ana")
            receiver.waits_for(6, seconds=2)
            began = time.monotonic()
        assert time.monotonic() - began < 5
