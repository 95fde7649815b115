"""The till on a real PostgreSQL: each event counts once, a refusal moves nothing, shared limits hold in any crowd."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
import psycopg
import pytest
from builders import instant
from ledger_fixtures import (
    FULL,
    LIMITED,
    SIMPLE,
    Shop,
    act,
    adjust,
    bring_back,
    buy,
    enrol,
    from_date,
    redeem,
)
from psycopg import errors

from guerdon.core.effects import Granted
from guerdon.core.events import Event, Tick, encode_event
from guerdon.runtime import clock
from guerdon.runtime.programs import publish
from guerdon.runtime.summary import summarise
from guerdon.runtime.till import FUTURE_ALLOWED, Answer, Till
from guerdon.store import ledger
from guerdon.store.database import Connection, connect
from guerdon.store.programs import VersionRewritesHistory
from guerdon.store.reading import StoredLimit

TEN = buy("p1", "ana", "2026-02-01 10:00", "10.00 tea")


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop with one point a dollar, and one member."""
    with Shop(database_url, SIMPLE) as shop:
        shop.meets(enrol("ana"))
        yield shop


def changed(event: Event, **fields: object) -> Event:
    return msgspec.structs.replace(event, **fields)


def is_same(answer: Answer, first: Answer) -> bool:
    """Whether an answer is the first one again."""
    return answer == first._replace(repeated=True, state=None)


# Exactly once.


def test_the_same_event_again_is_answered_as_the_first_time_and_moves_nothing(shop: Shop) -> None:
    (first,) = shop.meets(TEN)
    assert isinstance(first.outcome.effects[0], Granted)
    stored, rows = shop.stored(), shop.row_counts()
    assert is_same(shop.till.commit_one(TEN), first)
    assert (shop.stored(), shop.row_counts()) == (stored, rows)
    assert shop.has("ana") == 10


def test_the_same_event_twice_in_one_batch_counts_once(shop: Shop) -> None:
    first, again, other, again_too = shop.meets(TEN, TEN, buy("p2", "ana", "2026-02-01 11:00", "5.00"), TEN)
    assert is_same(again, first)
    assert is_same(again_too, first)
    assert not other.repeated
    assert shop.has("ana") == 15


def test_the_first_answer_comes_again_after_all_that_followed(shop: Shop) -> None:
    (first,) = shop.meets(TEN)
    shop.meets(bring_back("r1", "ana", "2026-02-02 10:00", "p1"), act("a1", "ana", "2026-02-03 10:00", "visit"))
    publish(shop.look, from_date(SIMPLE, "2026-03-01").replace("rate: 1 per", "rate: 3 per"))
    shop.meets(buy("p2", "ana", "2026-03-02 10:00", "10.00"))
    assert is_same(shop.till.commit_one(TEN), first)
    assert shop.has("ana") == 30


def test_another_till_gives_the_first_answer_too(shop: Shop) -> None:
    (first,) = shop.meets(TEN)
    other = shop.open_till()
    assert is_same(other.commit_one(TEN), first)
    other.close()


def test_a_refused_event_is_refused_with_the_same_words_although_it_would_be_accepted_now(shop: Shop) -> None:
    coffee = redeem("c1", "ana", "2026-02-01 09:00", "coffee")
    first = shop.till.commit_one(coffee)
    assert first.refusal is not None
    assert first.refusal.code == "redemption_exceeds_available_points"
    shop.meets(buy("p1", "ana", "2026-02-01 10:00", "100.00"))
    assert is_same(shop.till.commit_one(coffee), first)
    assert shop.has("ana") == 100


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (changed(TEN, at=TEN.at.replace(hour=4)), "at"),
        (buy("p1", "ana", "2026-02-01 10:00", "10.01 tea"), "lines"),
        (buy("p1", "ana", "2026-02-01 10:00", "10.00 tea", discount=1, store="7"), "discount, store"),
        (changed(TEN, member="bob"), "member"),
        (Tick(id="p1", member="ana", at=TEN.at), "kind, lines"),
    ],
)
def test_an_id_with_other_content_is_refused_and_what_differs_is_named(shop: Shop, other: Event, differs: str) -> None:
    shop.meets(enrol("bob"), TEN)
    assert shop.refuses(other, journaled=False) == "event_id_used_with_other_content"
    answer = shop.till.commit_one(other)
    assert answer.refusal is not None
    assert answer.refusal.details == {"id": "p1", "differs": differs}
    assert answer.refusal.sentence.endswith(f"it differs in {differs}.")


def test_an_id_with_other_content_in_the_same_batch_is_refused_as_well(shop: Shop) -> None:
    first, other = shop.till.commit([TEN, buy("p1", "ana", "2026-02-01 10:00", "99.00")])
    assert first.refusal is None
    assert other.refusal is not None
    assert other.refusal.details["differs"] == "lines"
    assert shop.has("ana") == 10


def test_ids_of_two_programs_have_nothing_to_do_with_each_other(shop: Shop) -> None:
    shop.meets(TEN)
    with Shop(shop.url, SIMPLE.replace("program: shop", "program: other")) as other:
        other.meets(enrol("ana"), buy("p1", "ana", "2026-02-01 10:00", "3.00"))
        assert (shop.has("ana"), other.has("ana")) == (10, 3)


# What is refused.


def test_an_unknown_member_is_refused_and_known_after_joining(shop: Shop) -> None:
    purchase = buy("p1", "bob", "2026-02-01 10:00", "10.00")
    assert shop.refuses(purchase, journaled=False) == "member_unknown"
    shop.meets(enrol("bob"), purchase)
    assert shop.has("bob") == 10


def test_what_comes_before_the_enrolment_in_a_batch_is_refused(shop: Shop) -> None:
    early, joining, after = shop.till.commit([
        buy("p1", "bob", "2026-02-01 10:00", "10.00"), enrol("bob"), buy("p2", "bob", "2026-02-01 10:00", "4.00"),
    ])  # fmt: skip
    assert early.refusal is not None
    assert early.refusal.code == "member_unknown"
    assert (early.seq, joining.seq, after.seq) == (None, 1, 2)
    assert shop.has("bob") == 4
    assert shop.is_proven()


@pytest.mark.parametrize(
    ("joining", "code"),
    [
        (enrol("bob", "2025-12-31 23:59"), "no_program_in_force"),
        (enrol("bob", id="join/ana"), "event_id_used_with_other_content"),
    ],
)
def test_a_refused_enrolment_leaves_no_member_behind(shop: Shop, joining: Event, code: str) -> None:
    assert shop.refuses(joining, journaled=False) == code
    answers = shop.till.commit([joining, buy("p1", "bob", "2026-02-01 10:00", "10.00")])
    assert [answer.seq for answer in answers] == [None, None]
    assert shop.member_keys() == {"ana"}
    shop.meets(enrol("bob", id="join again"))
    assert shop.is_proven()


def test_who_is_enrolled_is_not_enrolled_again(shop: Shop) -> None:
    assert shop.refuses(enrol("ana", "2026-02-01 10:00", id="again"), journaled=True) == "member_already_enrolled"


def test_an_event_that_cannot_be_read_does_not_hold_up_the_others(shop: Shop) -> None:
    deep = b'{"x":' + b"[" * 100_000
    answers = shop.till.commit_json([
        encode_event(TEN), b'{"kind": "purchase"', "not json", b"\xff\xfe", '{"kind":"gift","id":"g","member":"ana"}',
        b'{"kind":"tick","id":"t","member":"ana","at":"2026-02-01T10:00:00"}', deep, '{"id":"\ud800"}', "",
        encode_event(buy("p2", "ana", "2026-02-01 11:00", "5.00")).decode(),
    ])  # fmt: skip
    codes = [answer.refusal.code if answer.refusal else "" for answer in answers]
    assert codes == ["", *["event_malformed"] * 8, ""]
    assert "timezone" in answers[5].outcome.refusal.sentence  # type: ignore[union-attr]
    assert shop.has("ana") == 15
    assert shop.value("select count(*) from journal") == 3


def test_a_purchase_in_another_currency_is_journaled_as_refused(shop: Shop) -> None:
    event = buy("p1", "ana", "2026-02-01 10:00", "10.00", currency="EUR")
    assert shop.refuses(event, journaled=True) == "currency_rate_missing"
    assert shop.is_proven()


def test_with_a_clock_what_lies_ahead_of_it_is_refused_until_its_time_comes(shop: Shop) -> None:
    now = instant("2026-02-01 10:00")
    till = shop.open_till(now=lambda: now)
    ahead = Tick(id="t", member="ana", at=TEN.at.fromtimestamp(now + FUTURE_ALLOWED + 1, TEN.at.tzinfo))
    assert shop.refuses(ahead, till=till, journaled=False) == "event_in_the_future"
    assert till.commit_one(changed(ahead, id="u", at=ahead.at.fromtimestamp(now + FUTURE_ALLOWED, TEN.at.tzinfo))).seq
    now += 1
    assert till.commit_one(ahead).refusal is None
    till.close()


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"]
)
def test_a_time_that_no_event_can_have_is_not_journaled(shop: Shop, at: str) -> None:
    """The database could keep some of these times, and nobody could read them back."""
    answers = shop.till.commit_json([f'{{"kind":"tick","id":"t","member":"ana","at":"{at}"}}'])
    assert answers[0].refusal is not None
    assert answers[0].refusal.code == "event_time_out_of_range"
    assert answers[0].seq is None
    assert shop.is_proven()


def test_an_adjustment_beyond_what_is_there_is_refused(shop: Shop) -> None:
    shop.meets(TEN)
    assert shop.refuses(adjust("x", "ana", "2026-02-02 10:00", -11), journaled=True) == "adjustment_exceeds_available"


# Spending once.


def test_what_is_spent_is_gone_for_the_next_in_the_batch(shop: Shop) -> None:
    shop.meets(buy("p1", "ana", "2026-02-01 10:00", "150.00"))
    first, second = shop.till.commit([redeem(f"c{n}", "ana", "2026-02-02 10:00", "coffee") for n in (1, 2)])
    assert first.refusal is None
    assert second.refusal is not None
    assert second.refusal.details == {"cost": 100, "unit": "points", "available": 50}
    assert shop.has("ana") == 50


def test_tills_that_spend_one_balance_at_once_spend_it_once(shop: Shop) -> None:
    shop.meets(buy("p1", "ana", "2026-02-01 10:00", "350.00"))
    answers = at_once(shop, 8, lambda till, n: [till.commit_one(redeem(f"c{n}", "ana", "2026-02-02 10:00", "coffee"))])
    assert sum(answer.refusal is None for answer in answers) == 3
    assert shop.has("ana") == 50
    assert shop.account("redeemed") == 300
    assert shop.is_proven()


def test_tills_that_send_one_event_at_once_count_it_once(shop: Shop) -> None:
    answers = at_once(shop, 8, lambda till, _: [till.commit_one(TEN)])
    assert sorted(answer.repeated for answer in answers) == [False, *[True] * 7]
    assert len({answer._replace(repeated=False).seq for answer in answers}) == 1
    assert shop.has("ana") == 10


def test_of_two_members_with_one_id_at_once_one_is_recorded(shop: Shop) -> None:
    members = [f"m{number}" for number in range(8)]
    shop.meets(*map(enrol, members))
    answers = at_once(shop, 8, lambda till, n: [till.commit_one(Tick(id="x", member=members[n], at=TEN.at))])
    refused = [answer.refusal for answer in answers if answer.refusal]
    assert [refusal.details["differs"] for refusal in refused] == ["member"] * 7
    assert shop.is_proven()


# Returns.


def test_a_return_finds_its_purchase_in_the_same_batch(shop: Shop) -> None:
    shop.meets(TEN, bring_back("r1", "ana", "2026-02-02 10:00", "p1"))
    assert (shop.has("ana"), shop.account("reversed")) == (0, 10)
    assert shop.is_proven()


def test_a_return_finds_its_purchase_in_the_database(shop: Shop) -> None:
    shop.meets(buy("p1", "ana", "2026-02-01 10:00", "10.00 tea x2", "7.00 soup"))
    other = shop.open_till()
    answer = other.commit_one(bring_back("r1", "ana", "2026-02-02 10:00", "p1", (0, 1)))
    other.close()
    assert answer.refusal is None
    assert shop.has("ana") == 12
    assert shop.is_proven()


def test_a_return_takes_back_what_was_earned_then_whatever_the_rule_is_now(shop: Shop) -> None:
    shop.meets(buy("p1", "ana", "2026-02-01 10:00", "60.00 tea", "40.00 soup"))
    publish(shop.look, from_date(SIMPLE, "2026-03-01").replace("rate: 1 per", "rate: 9 per"))
    shop.meets(bring_back("r1", "ana", "2026-03-02 10:00", "p1", (1, None)))
    assert shop.has("ana") == 60
    assert shop.is_proven()


@pytest.mark.parametrize(
    ("purchase", "parts", "code"),
    [
        ("p9", [], "purchase_unknown"),
        ("bobs", [], "purchase_unknown"),  # another member's
        ("wrong", [], "purchase_unknown"),  # it was refused
        ("join/ana", [], "purchase_unknown"),  # it is no purchase
        ("p1", [(0, 3)], "return_exceeds_purchase"),  # two were bought
        ("p1", [(0, 1), (0, 2)], "return_exceeds_purchase"),  # three in two parts
        ("p1", [(1, None)], "return_exceeds_purchase"),  # it came back before
        ("p1", [(2, None)], "return_line_unknown"),
    ],
)
@pytest.mark.parametrize("same_batch", [False, True])
def test_a_return_of_what_was_not_bought_is_refused(
    shop: Shop, purchase: str, parts: list[tuple[int, int | None]], code: str, same_batch: bool
) -> None:
    before: list[Event] = [
        enrol("bob"), buy("bobs", "bob", "2026-02-01 10:00", "10.00"),
        buy("p1", "ana", "2026-02-01 10:00", "10.00 tea x2", "7.00 soup"),
        buy("wrong", "ana", "2026-02-01 10:00", "5.00", currency="EUR"),
        bring_back("r1", "ana", "2026-02-02 10:00", "p1", (1, None)),
    ]  # fmt: skip
    wrong = bring_back("r2", "ana", "2026-02-03 10:00", purchase, *parts)
    if same_batch:
        refusal = shop.till.commit([*before, wrong])[-1].refusal
        assert refusal is not None
        assert refusal.code == code
    else:
        shop.till.commit(before)
        assert shop.refuses(wrong, journaled=True) == code
    assert shop.has("ana") == 10
    assert shop.is_proven()


def test_what_has_come_back_does_not_come_back_twice(shop: Shop) -> None:
    shop.meets(TEN, bring_back("r1", "ana", "2026-02-02 10:00", "p1"))
    assert shop.refuses(bring_back("r2", "ana", "2026-02-02 11:00", "p1"), journaled=True) == "return_of_nothing"
    assert (
        shop.refuses(bring_back("r3", "ana", "2026-02-02 11:00", "p1", (0, 1)), journaled=True)
        == "return_exceeds_purchase"
    )
    assert shop.account("reversed") == 10


def test_a_return_of_what_was_spent_is_owed_and_paid_back_by_the_next_purchase(shop: Shop) -> None:
    shop.meets(
        buy("p1", "ana", "2026-02-01 10:00", "120.00"), redeem("c1", "ana", "2026-02-02 10:00", "coffee"),
        bring_back("r1", "ana", "2026-02-03 10:00", "p1"),
    )  # fmt: skip
    assert shop.has("ana") == -100
    assert shop.refuses(redeem("c2", "ana", "2026-02-03 11:00", "coffee"), journaled=True)
    shop.meets(buy("p2", "ana", "2026-02-04 10:00", "130.00"))
    assert shop.has("ana") == 30
    assert shop.is_proven()


# Shared limits.

T = TypeVar("T")


def at_once(shop: Shop, tills: int, work: Callable[[Till, int], list[T]]) -> list[T]:
    """Let several tills work at the same moment; gives all their results."""
    start = threading.Barrier(tills)

    def run(number: int) -> list[T]:
        till = shop.open_till()
        try:
            start.wait()
            return work(till, number)
        finally:
            till.close()

    with ThreadPoolExecutor(tills) as pool:
        return [result for results in pool.map(run, range(tills)) for result in results]


def test_a_budget_and_a_stock_are_shared_out_exactly_among_eight_tills(database_url: str) -> None:
    with Shop(database_url, LIMITED) as shop:
        members = [f"m{number}" for number in range(24)]
        shop.meets(*map(enrol, members))

        def work(till: Till, number: int) -> list[Answer]:
            chance = random.Random(number)
            answers = []
            for round_ in range(12):
                own = chance.sample(members, 3)
                events = [buy(f"p/{number}/{round_}/{m}", m, "2026-02-01 10:00", "1.00") for m in own]
                mugs = [redeem(f"c/{number}/{round_}/{m}", m, "2026-02-01 10:00", "mug") for m in own[:2]]
                answers += till.commit([*events, *mugs])
            return answers

        answers = at_once(shop, 8, work)
        granted = [
            effect.amount
            for answer in answers
            for effect in answer.outcome.effects
            if isinstance(effect, Granted) and effect.mechanic == "opening"
        ]
        mugs = [answer for answer in answers if answer.event_id.startswith("c/") and answer.refusal is None]
        assert sum(granted) == 500
        assert sorted(granted) == [3, *[7] * 71]
        assert shop.limit("opening") == (500, 500)
        assert len(mugs) == 20
        assert shop.limit("stock:mug") == (20, 20)
        assert len(answers) == 8 * 12 * 5
        assert shop.is_proven()


def test_the_database_itself_refuses_to_overdraw_a_limit(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a till believes is left: here one that was told wrong."""
    with Shop(database_url, LIMITED) as shop:
        shop.meets(enrol("ana"), *[buy(f"p{n}", "ana", "2026-02-01 10:00", "1.00") for n in range(71)])
        assert shop.limit("opening") == (500, 497)
        monkeypatch.setattr(
            "guerdon.store.ledger.read_limits", lambda _c, _p, names, _back: (dict.fromkeys(names, 0), {})
        )
        before, rows = shop.stored(), shop.row_counts()
        with pytest.raises(errors.CheckViolation, match="limit_is_kept"):
            shop.till.commit_one(buy("over", "ana", "2026-02-01 10:00", "1.00"))
        assert (shop.stored(), shop.row_counts()) == (before, rows)
        monkeypatch.undo()
        shop.meets(buy("over", "ana", "2026-02-01 10:00", "1.00"))
        assert shop.limit("opening") == (500, 500)


def test_a_refused_redemption_uses_up_no_stock(database_url: str) -> None:
    with Shop(database_url, LIMITED) as shop:
        shop.meets(enrol("ana"))
        assert shop.refuses(redeem("c", "ana", "2026-02-01 10:00", "mug"), journaled=True)
        assert shop.limit("stock:mug") == (20, 0)


def test_stock_that_comes_in_drops_is_counted_by_the_drop_and_proven(database_url: str) -> None:
    source = LIMITED.replace("stock: 20}", "stock: 2 on tue and thu at 09:00}")
    with Shop(database_url, source) as shop:
        shop.meets(enrol("ana"), buy("a", "ana", "2026-02-02 10:00", "100"))
        tuesday, thursday = instant("2026-02-03 09:00"), instant("2026-02-05 09:00")
        shop.meets(*[redeem(f"t{n}", "ana", "2026-02-03 10:00", "mug") for n in range(2)])
        assert shop.refuses(redeem("t2", "ana", "2026-02-05 08:59", "mug"), journaled=True) == "reward_out_of_stock"
        shop.meets(redeem("t3", "ana", "2026-02-05 09:00", "mug"))
        assert shop.limit(f"stock:mug@{tuesday}") == (2, 2)
        assert shop.limit(f"stock:mug@{thursday}") == (2, 1)
        assert summarise(shop.look, shop.program).limits[-1] == StoredLimit("stock:mug", 2, 1)
        shop.is_proven()


# Tills that meet.


@pytest.mark.parametrize("source", [SIMPLE, LIMITED], ids=["members", "members-and-limits"])
def test_tills_that_take_the_same_members_in_opposite_orders_do_not_lock_each_other_out(
    database_url: str, source: str
) -> None:
    rounds, tills = 60, 3
    with Shop(database_url, source) as shop:
        members = [f"m{number}" for number in range(10)]
        shop.meets(*map(enrol, members))

        def work(till: Till, number: int) -> list[Answer]:
            answers = []
            for round_ in range(rounds):
                order = members if (number + round_) % 2 else members[::-1]
                joining = [enrol(f"new/{round_}/{n}") for n in (range(3) if number % 2 else range(2, -1, -1))]
                events = [buy(f"p/{number}/{round_}/{m}", m, "2026-02-01 10:00", "1.00") for m in order]
                answers += till.commit([*events, *joining])
            return answers

        answers = at_once(shop, tills, work)
        assert all(answer.refusal is None for answer in answers)
        assert [shop.state(member).purchases for member in members] == [rounds * tills] * len(members)
        assert shop.value("select deadlocks from pg_stat_database where datname = current_database()") == 0
        assert shop.is_proven()


def test_a_version_published_while_a_till_decides_changes_nothing_of_what_it_decided(shop: Shop) -> None:
    """A till has looked the versions up and waits for a member; meanwhile one for an earlier date is published."""
    bob = buy("p1", "bob", "2026-03-02 10:00", "10.00")
    shop.meets(enrol("bob"))
    publisher = connect(shop.url)
    newer = from_date(SIMPLE, "2026-03-01").replace("rate: 1 per", "rate: 5 per")
    with connect(shop.url) as blocker, ThreadPoolExecutor(2) as pool:
        blocker.execute("select from members where key = 'bob' for update")
        decided = pool.submit(shop.till.commit, [bob])
        wait_for_a_lock(shop, 1)
        published = pool.submit(publish, publisher, newer)
        wait_for_a_lock(shop, 2)
        blocker.rollback()
        assert decided.result()[0].refusal is None
        with pytest.raises(VersionRewritesHistory):
            published.result()
    publisher.close()
    assert shop.has("bob") == 10
    assert shop.is_proven()


def test_who_joins_while_a_version_is_published_is_known_to_the_clock(shop: Shop) -> None:
    publisher = connect(shop.url)
    with connect(shop.url) as blocker, ThreadPoolExecutor(2) as pool:
        blocker.execute("select from members where key = 'ana' for update")
        decided = pool.submit(shop.till.commit, [TEN, enrol("eve")])
        wait_for_a_lock(shop, 1)
        published = pool.submit(publish, publisher, from_date(FULL, "2026-03-01"))
        wait_for_a_lock(shop, 2)
        blocker.rollback()
        decided.result()
        published.result()
    publisher.close()
    assert shop.is_proven()
    assert shop.waits_until("2026-03-02 10:00") == 2


def test_a_till_that_comes_while_a_version_is_published_decides_by_it(shop: Shop) -> None:
    newer = from_date(SIMPLE, "2026-03-01").replace("rate: 1 per", "rate: 5 per")
    with connect(shop.url) as publisher, ThreadPoolExecutor(1) as pool:
        publisher.execute("select 1")  # so that publishing is a part of this transaction
        publish(publisher, newer)
        decided = pool.submit(shop.till.commit, [enrol("eve"), buy("p1", "eve", "2026-03-02 10:00", "10.00")])
        wait_for_a_lock(shop, 1)
        publisher.commit()
        assert [answer.version for answer in decided.result()] == [1, 2]
    assert shop.has("eve") == 50
    assert shop.is_proven()


def test_publishing_does_not_lock_a_till_out_that_is_about_to_let_a_member_join(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = connect(shop.url)
    writing, published = ledger.write, []

    def writing_while_publishing(*given: object) -> None:
        published.append(pool.submit(publish, publisher, from_date(SIMPLE, "2026-03-01")))
        wait_for_a_lock(shop, 1)
        writing(*given)  # type: ignore[arg-type]

    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(ledger, "write", writing_while_publishing)
        shop.meets(enrol("eve"))
        published[0].result()
    publisher.close()
    assert len(published) == 1
    assert shop.is_proven()


def wait_for_a_lock(shop: Shop, waiting: int) -> None:
    """Until so many connections wait for a lock, or it is clear that they will not."""
    query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    for _ in range(60):
        if shop.value(query) >= waiting:
            return
        shop.rows("select pg_sleep(0.01)")


# When the connection breaks.


class Breaking:
    """Ends the till's connection from outside once, when it comes to a certain step."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool = False) -> None:
        module, _, name = step.rpartition(".")
        original = getattr(__import__(module, fromlist=[name]), name)
        self.broken = 0

        def breaking(connection: Connection, *given: object) -> object:
            result = original(connection, *given) if after else None
            if not self.broken:
                self.broken += 1
                shop.rows("select pg_terminate_backend(%s, 5000)", connection.info.backend_pid)
            return result if after else original(connection, *given)

        monkeypatch.setattr(step, breaking)


@pytest.mark.parametrize("step", ["open_batch", "write"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_connection_that_breaks_is_opened_again_and_the_batch_counts_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    breaking = Breaking(shop, monkeypatch, f"guerdon.store.ledger.{step}", after=after)
    answers = shop.meets(TEN, enrol("bob"), buy("p2", "bob", "2026-02-01 10:00", "20.00"))
    assert breaking.broken == 1
    assert [answer.repeated for answer in answers] == [False] * 3
    assert (shop.has("ana"), shop.has("bob")) == (10, 20)
    assert shop.value("select count(*) from journal") == 4
    assert shop.is_proven()


def test_a_connection_that_breaks_between_two_batches_is_opened_again(shop: Shop) -> None:
    shop.meets(TEN)
    shop.rows(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    shop.meets(buy("p2", "ana", "2026-02-01 11:00", "5.00"))
    assert shop.has("ana") == 15


def test_an_answer_that_was_lost_after_the_commit_is_found_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    committed = Till._commit_once
    lost: list[list[Answer]] = []

    def losing(till: Till, events: list[Event]) -> list[Answer]:
        answers = committed(till, events)
        if not lost:
            lost.append(answers)
            raise psycopg.OperationalError("the connection broke on the commit")
        return answers

    monkeypatch.setattr(Till, "_commit_once", losing)
    (answer,) = shop.meets(TEN)
    assert is_same(answer, lost[0][0])
    assert shop.has("ana") == 10


def test_a_till_gives_up_after_a_few_tries_and_works_again_when_the_database_is_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def unreachable(*_: object) -> None:
        tries.append(1)
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr("guerdon.runtime.till._FIRST_PAUSE", 0.001)
        patched.setattr("guerdon.store.ledger.open_batch", unreachable)
        with pytest.raises(psycopg.OperationalError):
            shop.till.commit_one(TEN)
    assert len(tries) == 5
    shop.meets(TEN)
    assert shop.has("ana") == 10


# The clock.


def test_a_member_with_the_longest_key_is_ticked_and_proven(database_url: str) -> None:
    key = "k" * 200
    with Shop(database_url, FULL) as shop:
        other = "k" * 199 + "l"
        shop.meets(enrol(key, id="j1"), enrol(other, id="j2"))
        shop.meets(*[buy(f"p/{member[-1]}", member, "2026-01-02 10:00", "200.00") for member in (key, other)])
        assert shop.waits_until("2026-02-02 00:00") == 2
        assert (shop.has(key, "vouchers"), shop.has(other, "vouchers")) == (1000, 1000)
        assert shop.is_proven()


def test_two_clocks_at_once_do_no_harm(database_url: str) -> None:
    with Shop(database_url, FULL) as shop:
        members = [f"m{number}" for number in range(30)]
        shop.meets(*map(enrol, members))
        shop.meets(*[buy(f"p/{m}", m, "2026-01-02 10:00", "200.00") for m in members])
        at = instant("2026-02-02 00:00")

        def work(till: Till, _: int) -> list[int]:
            with connect(shop.url) as connection:
                return [clock.tick(till, connection, at)]

        assert max(at_once(shop, 4, work)) <= 30
        assert shop.value("select count(*) from journal where kind = 'tick'") == 30
        assert [shop.has(member, "vouchers") for member in members] == [1000] * 30
        assert shop.waits_until("2026-02-02 00:00") == 0
        assert shop.is_proven()


def test_a_clock_that_cannot_settle_says_so_instead_of_trying_for_ever(database_url: str) -> None:
    with Shop(database_url, FULL) as shop:
        shop.meets(enrol("ana"), buy("p1", "ana", "2026-01-02 10:00", "200.00"))
        slow = shop.open_till(now=lambda: instant("2026-01-03 10:00"))
        with pytest.raises(clock.NotSettled, match="left 1 members due, the first of them ana"):
            clock.tick(slow, shop.look, instant("2026-02-02 00:00"))
        slow.close()
