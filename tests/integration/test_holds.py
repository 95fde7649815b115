"""Holds on a real ledger: shared limits that come back, tills that meet over them, and books that are proven."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from builders import moment
from ledger_fixtures import Shop, adjust, buy, enrol, from_date, redeem

from guerdon.core.effects import Captured, Held, Released, Rewarded, decode_outcome, news_of
from guerdon.core.events import Capture, Hold, Release, TakenReward
from guerdon.runtime.programs import publish
from guerdon.runtime.till import Answer

SHOP = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  vouchers: {in: USD}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {payment: points, worth: 1 USD per 100 points, earns: no}
  - {discount: 10 % off, name: coded, when: {code: SPRING}, limit: {each_code: 1 time}}
rewards:
  - {reward: mug, cost: 10 points, stock: 1}
  - {reward: pin, cost: 1 points, stock: 6}
"""
"""One mug for everybody, six pins, and a code that is good once."""

NOW, SOON, LATER = "2026-02-01 10:00", "2026-02-01 10:30", "2026-02-01 11:00"


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, SHOP) as shop:
        shop.meets(enrol("ana"), enrol("bob"))
        shop.meets(adjust("a", "ana", "2026-01-02", 100), adjust("b", "bob", "2026-01-02", 100))
        yield shop


def hold(id: str, member: str, when: str = NOW, until: str = SOON, **what: Any) -> Hold:
    return Hold(id=id, member=member, at=moment(when), until=moment(until), **what)


def capture(id: str, member: str, when: str, of: str, amount: int | None = None) -> Capture:
    return Capture(id=id, member=member, at=moment(when), hold=of, amount=amount)


def release(id: str, member: str, when: str, of: str) -> Release:
    return Release(id=id, member=member, at=moment(when), hold=of)


def test_the_last_piece_is_held_by_one_refused_to_another_released_and_taken(shop: Shop) -> None:
    shop.meets(hold("h", "ana", reward="mug"))
    assert shop.limit("stock:mug") == (1, 1)
    assert shop.refuses(redeem("r1", "bob", NOW, "mug"), journaled=True) == "reward_out_of_stock"
    shop.meets(release("x", "ana", NOW, "h"))
    assert (shop.limit("stock:mug"), shop.has("ana")) == ((1, 0), 100)
    shop.meets(redeem("r2", "bob", NOW, "mug"))
    assert shop.limit("stock:mug") == (1, 1)
    assert shop.refuses(redeem("r3", "ana", NOW, "mug"), journaled=True) == "reward_out_of_stock"
    assert shop.is_proven()


def test_all_of_it_may_happen_in_one_batch(shop: Shop) -> None:
    answers = shop.till.commit(
        [
            hold("h", "ana", reward="mug"),
            redeem("r1", "bob", NOW, "mug"),
            release("x", "ana", NOW, "h"),
            redeem("r2", "bob", NOW, "mug"),
            hold("i", "ana", reward="mug"),
        ]
    )
    codes = [answer.refusal and answer.refusal.code for answer in answers]
    assert codes == [None, "reward_out_of_stock", None, None, "reward_out_of_stock"]
    assert shop.limit("stock:mug") == (1, 1)
    assert shop.is_proven()


def test_what_lapses_in_a_batch_is_there_for_whoever_comes_behind_it(shop: Shop) -> None:
    """The stock has run out and nobody would lock it, but for the hold that is due."""
    shop.meets(hold("h", "ana", reward="mug"))
    shop.meets(buy("p", "ana", SOON, "1"), redeem("r", "bob", SOON, "mug"))
    assert shop.limit("stock:mug") == (1, 1)
    assert shop.is_proven()


def test_the_clock_lets_a_hold_lapse(shop: Shop) -> None:
    shop.meets(
        hold("h", "ana", reward="mug"), hold("c", "ana", code="SPRING"), hold("u", "bob", unit="points", amount=7)
    )
    assert (shop.has("ana"), shop.has("bob"), shop.account("held")) == (90, 93, 17)
    assert shop.waits_until("2026-02-01 10:29:59") == 0
    assert shop.waits_until(SOON) == 2
    assert (shop.limit("stock:mug"), shop.limit("coded/code/SPRING")) == ((1, 0), (1, 0))
    assert (shop.has("ana"), shop.has("bob"), shop.account("held")) == (100, 100, 0)
    outcomes = shop.rows("select outcome from journal where kind = 'tick'")
    told = [news.type for (outcome,) in outcomes for news in news_of(decode_outcome(outcome).effects)]
    assert told == ["hold.lapsed"] * 3
    assert shop.waits_until("2099-01-01") == 0
    assert shop.is_proven()


def test_a_refused_event_lets_nothing_lapse(shop: Shop) -> None:
    shop.meets(hold("h", "ana", reward="mug"))
    assert shop.refuses(redeem("r", "ana", LATER, "nothing"), journaled=True) == "reward_unknown"
    assert shop.limit("stock:mug") == (1, 1)


def test_the_checkout_is_one_event(shop: Shop) -> None:
    shop.meets(hold("h", "ana", reward="mug"), hold("u", "ana", unit="points", amount=50))
    fields: dict[str, Any] = {"holds": ("h", "u"), "rewards": (TakenReward("mug"),), "spend": {"points": 90}}
    wrong = buy("p1", "ana", NOW, "2.00", expects=111, **fields)
    assert shop.refuses(wrong, journaled=True) == "price_not_as_expected"
    shop.meets(buy("p2", "ana", NOW, "2.00", expects=110, **fields))
    assert (shop.has("ana"), shop.account("held"), shop.limit("stock:mug")) == (1, 0, (1, 1))
    assert shop.is_proven()


def test_a_hold_that_comes_again_is_answered_as_before(shop: Shop) -> None:
    first = shop.till.commit_one(hold("h", "ana", reward="mug"))
    again = shop.till.commit_one(hold("h", "ana", reward="mug"))
    assert (again.repeated, again.outcome) == (True, first.outcome)
    assert shop.limit("stock:mug") == (1, 1)


def test_what_is_given_back_of_a_stock_that_was_made_smaller_or_dropped_stays_proven(shop: Shop) -> None:
    shop.meets(*[hold(f"h{n}", "ana", until="2026-02-20", reward="pin") for n in range(6)])
    publish(shop.look, from_date(SHOP, "2026-02-10").replace("stock: 6", "stock: 2"))
    publish(shop.look, from_date(SHOP, "2026-02-15").replace("  - {reward: pin, cost: 1 points, stock: 6}\n", ""))
    shop.meets(release("x0", "ana", "2026-02-11", "h0"))
    assert shop.limit("stock:pin") == (6, 5)
    assert shop.refuses(redeem("r", "bob", "2026-02-11", "pin"), journaled=True) == "reward_out_of_stock"
    shop.meets(*[release(f"x{n}", "ana", "2026-02-12", f"h{n}") for n in range(1, 5)])
    shop.meets(redeem("r2", "bob", "2026-02-12", "pin"))
    assert shop.limit("stock:pin")[1] == 2
    assert [type(effect) for effect in shop.meets(capture("c", "ana", "2026-02-16", "h5"))[0].outcome.effects] == [
        Captured, Rewarded,
    ]  # fmt: skip
    assert shop.is_proven()


def test_tills_that_hold_and_release_at_once_share_a_stock_out_exactly(shop: Shop) -> None:
    members = [f"m{number}" for number in range(12)]
    shop.meets(*map(enrol, members), *[adjust(f"g/{m}", m, "2026-01-02", 1_000) for m in members])
    tills, begins = 6, moment(NOW)

    def work(number: int) -> list[Answer]:
        chance, till, answers = random.Random(number), shop.open_till(), []
        for round_ in range(25):
            at = begins + timedelta(minutes=round_)
            events: list[Any] = []
            for member in chance.sample(members, 3):
                own, until = f"h/{number}/{round_}/{member}", at + timedelta(minutes=chance.choice((1, 3, 60)))
                events.append(Hold(id=own, member=member, at=at, until=until, reward=chance.choice(("pin", "mug"))))
                ended = f"h/{number}/{chance.randrange(round_ + 1)}/{member}"
                kind = Release if chance.random() < 0.8 else Capture
                events.append(kind(id=f"x/{own}", member=member, at=at, hold=ended))
            answers += till.commit(events)
        till.close()
        return answers

    with ThreadPoolExecutor(tills) as pool:
        answers = [answer for found in pool.map(work, range(tills)) for answer in found]
    kinds = {type(effect) for answer in answers for effect in answer.outcome.effects}
    assert kinds >= {Held, Released, Captured}
    shop.waits_until("2026-03-10")
    taken = {name: shop.limit(f"stock:{name}")[1] for name in ("pin", "mug")}
    captured = [e.reward for a in answers for e in a.outcome.effects if isinstance(e, Captured)]
    assert taken == {name: captured.count(name) for name in taken}
    assert shop.account("held") == 0
    assert shop.value("select deadlocks from pg_stat_database where datname = current_database()") == 0
    assert shop.is_proven()


def test_a_limit_that_was_given_back_behind_the_books_is_found(shop: Shop) -> None:
    shop.meets(hold("h", "ana", reward="mug"), release("x", "ana", NOW, "h"))
    assert shop.is_proven()
    shop.rows("update limits set used = 1 where name = 'stock:mug' returning used")
    assert [difference.what for difference in shop.verify().examples] == ["limit stock:mug"]
