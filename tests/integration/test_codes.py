"""Codes in batches and stock between versions, on a real PostgreSQL: stored whole or not at all, each use once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from builders import instant
from ledger_fixtures import LIMITED, Shop, bring_back, buy, enrol, from_date, redeem
from psycopg import errors

from guerdon.core.codes import ShownCode
from guerdon.core.effects import Reduced
from guerdon.core.events import Purchase
from guerdon.runtime import codes
from guerdon.runtime.codes import CodesTrouble, Made
from guerdon.runtime.limits import LimitNow, LimitTrouble, add_to_limit, limit_now
from guerdon.runtime.programs import PublishedProgram, publish
from guerdon.runtime.quoting import quote
from guerdon.runtime.summary import summarise
from guerdon.runtime.till import Answer
from guerdon.store import codes as stored
from guerdon.store.codes import BatchExists, Terms
from guerdon.store.database import connect

CODED = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
mechanics:
  - {discount: 5 USD off, name: mailing, when: {code: [spring-mailing, FRIENDS]}}
  - {earn: points, name: base, rate: 1 per 1 USD}
"""
NOON = "2026-02-01 12:00"
AT = instant("2026-02-01 12:00")


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop that takes 5.00 off for a code of its mailing, and two members."""
    with Shop(database_url, CODED) as shop:
        shop.meets(enrol("ana"), enrol("bo"))
        yield shop


def made(shop: Shop, count: int = 1, *, name: str = "spring-mailing", **fields) -> list[str]:
    """A batch of codes, in a transaction of its own."""
    kept: list[Made] = []
    with connect(shop.url) as connection:
        codes.make_batch(connection, shop.program, name, count, Terms(), keep=kept.extend, **fields)
    return [one.code for one in kept]


def imported(shop: Shop, text: str, name: str = "spring-mailing") -> int:
    with connect(shop.url) as connection:
        return codes.import_batch(connection, shop.program, name, text.splitlines(keepends=True), Terms())


def basket(id: str, member: str, code: str, when: str = NOON) -> Purchase:
    return buy(id, member, when, "20.00", codes=(code,))


def off(answer: Answer) -> int:
    return sum(effect.amount for effect in answer.outcome.effects if isinstance(effect, Reduced))


def count_of(shop: Shop, table: str) -> int:
    return shop.value(f"select count(*) from {table}")


# At the till.


def test_a_code_counts_once_and_the_books_are_right(shop: Shop) -> None:
    (code,) = made(shop)
    (answer,) = shop.meets(basket("p1", "ana", code.lower()))
    assert off(answer) == 500
    assert shop.refuses(basket("p2", "bo", code), journaled=True) == "code_used_up"
    shop.meets(bring_back("r1", "ana", "2026-02-02 12:00", "p1"))
    assert shop.refuses(basket("p3", "ana", code), journaled=True) == "code_used_up"
    assert shop.limit(f"code:{codes.key_of(code)}") == (1, 1)
    assert shop.verify().is_clean


def test_the_answers_of_a_till_to_codes_that_are_no_good(shop: Shop) -> None:
    good, bad = made(shop, 2)
    imported(shop, "K1,bo\nK2,ana\n", "unheard-of")
    assert shop.refuses(basket("p1", "ana", f"{good[:-1]}{'2' if good[-1] != '2' else '3'}"), journaled=True) == (
        "code_mistyped"
    )
    assert shop.refuses(basket("p2", "ana", "FALL"), journaled=True) == "code_unknown"
    assert shop.refuses(basket("p3", "ana", "spring-mailing"), journaled=True) == "code_unknown"
    with connect(shop.url) as connection:
        stored.revoke_code(connection, shop.program, codes.digest_of(codes.key_of(bad)))
    assert shop.refuses(basket("p4", "ana", bad), journaled=True) == "code_revoked"
    shop.till.commit_one(basket("p5", "ana", "K2"))
    assert shop.refuses(basket("p6", "ana", "K2"), journaled=True) == "code_unknown"
    (answer,) = shop.meets(basket("p7", "ana", "FRIENDS"))
    assert off(answer) == 500
    assert shop.verify().is_clean


def test_a_batch_that_is_revoked_is_good_no_more_and_what_was_bought_stays(shop: Shop) -> None:
    one, two = made(shop, 2)
    shop.meets(basket("p1", "ana", one))
    with connect(shop.url) as connection:
        assert stored.revoke_batch(connection, shop.program, "spring-mailing")
        assert not stored.revoke_batch(connection, shop.program, "autumn")
    assert shop.refuses(basket("p2", "ana", two), journaled=True) == "code_revoked"
    assert shop.verify().is_clean


def test_codes_of_members_and_dates_are_looked_up_with_them(shop: Shop) -> None:
    ends = datetime(2026, 3, 1, tzinfo=UTC)
    with connect(shop.url) as connection:
        terms = Terms(3, 2, None, ends)
        codes.import_batch(connection, shop.program, "spring-mailing", ["code,member\n", "k-1,bo\n"], terms)
        found = codes.shown_codes(connection, shop.program, ["K1", "k 1", "K2", "spring-mailing"])
    code = ShownCode("issued", "spring-mailing", "K1", 3, 2, None, int(ends.timestamp()), "bo")
    assert found == {"K1": code, "k 1": code, "spring-mailing": ShownCode("name")}
    assert shop.refuses(basket("p1", "ana", "K1"), journaled=True) == "code_of_another_member"
    assert shop.refuses(basket("p2", "bo", "K1", "2026-03-05 12:00"), journaled=True) == "code_not_valid_now"
    assert shop.refuses(basket("p3", "ana", "k 1"), journaled=True) == "code_of_another_member"
    shop.meets(basket("p4", "bo", "K1"))


def test_of_two_tills_with_a_code_that_is_good_once_exactly_one_wins(shop: Shop) -> None:
    rounds = 25
    batch = made(shop, rounds)
    tills = [shop.open_till(), shop.open_till()]
    together = Barrier(2)

    def work(number: int) -> list[str]:
        told = []
        for place, code in enumerate(batch):
            together.wait()
            answer = tills[number].commit_one(basket(f"p/{number}/{place}", ("ana", "bo")[number], code))
            told.append("" if answer.refusal is None else answer.refusal.code)
        return told

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(work, (0, 1))
    for till in tills:
        till.close()
    assert [sorted(pair) for pair in zip(one, two, strict=True)] == [["", "code_used_up"]] * rounds
    assert [batch.used for batch in stored.batches(shop.look, shop.program)] == [rounds]
    assert shop.verify().is_clean


def test_a_batch_of_events_with_one_code_lets_the_first_win(shop: Shop) -> None:
    (code,) = made(shop)
    first, second = shop.till.commit([basket("p1", "ana", code), basket("p2", "bo", code)])
    assert (off(first), second.refusal and second.refusal.code) == (500, "code_used_up")
    assert shop.verify().is_clean


def test_a_quote_knows_codes_and_uses_none(shop: Shop) -> None:
    (code,) = made(shop)
    published = PublishedProgram(shop.look, shop.program)
    for number in range(2):
        found = quote(shop.look, published, basket(f"q{number}", "ana", code)).decision
        assert sum(effect.amount for effect in found.outcome.effects if isinstance(effect, Reduced)) == 500
    shop.meets(basket("p1", "ana", code))
    refusal = quote(shop.look, published, basket("q2", "bo", code)).decision.outcome.refusal
    assert refusal is not None
    assert refusal.code == "code_used_up"


# Making and taking in.


def test_only_digests_are_stored(shop: Shop) -> None:
    (code,) = made(shop, prefix="mail")
    assert code.startswith("MAIL-")
    rows = shop.rows("select encode(digest, 'hex'), member from codes")
    assert rows == [(codes.digest_of(codes.key_of(code)).hex(), None)]
    (batch,) = stored.batches(shop.look, shop.program)
    assert (batch.name, batch.codes, batch.used, batch.prefix, batch.length) == ("spring-mailing", 1, 0, "MAIL", 16)


def test_every_member_may_get_a_code_of_its_own(shop: Shop) -> None:
    for_ana, for_bo = made(shop, members=["ana", "bo"])
    assert shop.refuses(basket("p1", "ana", for_bo), journaled=True) == "code_of_another_member"
    shop.meets(basket("p2", "ana", for_ana), basket("p3", "bo", for_bo))


def test_codes_that_are_there_already_are_made_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance that repeats itself: the second batch gets the codes of the first, and then others."""
    monkeypatch.setattr(codes, "_CODES_AT_A_TIME", 3)
    given = iter(["A", "B", "C", "A", "B", "D", "D", "E", "C", "F", "G"])
    monkeypatch.setattr(codes, "new_keys", lambda count, prefix, signs: [next(given) for _ in range(count)])
    assert made(shop, 2) == ["A", "B"]
    assert made(shop, 4, name="second") == ["C", "D", "E", "F"]
    assert count_of(shop, "codes") == 6
    with pytest.raises(StopIteration):
        made(shop, 9, name="third")
    assert count_of(shop, "codes") == 6


def test_a_batch_is_all_there_or_not_at_all(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "_CODES_AT_A_TIME", 10)
    done: list[tuple[int, int]] = []

    def stop(so_far: int, of: int) -> None:
        done.append((so_far, of))
        if so_far == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(shop, 25, progress=stop)
    assert done == [(10, 25), (20, 25)]
    assert (count_of(shop, "codes"), count_of(shop, "code_batches")) == (0, 0)
    assert len(set(made(shop, 25))) == 25
    assert count_of(shop, "codes") == 25


def test_a_batch_never_changes(shop: Shop) -> None:
    made(shop)
    with pytest.raises(BatchExists, match="spring-mailing already"):
        made(shop)
    with pytest.raises(BatchExists):
        imported(shop, "K1\n")
    assert count_of(shop, "codes") == 1


def test_codes_from_elsewhere_are_taken_in(shop: Shop) -> None:
    assert imported(shop, "code\n\nsummer-1\n  SUMMER-2 \n") == 2
    shop.meets(basket("p1", "ana", "Summer1"), basket("p2", "ana", "summer 2"))
    assert shop.verify().is_clean


WRONG = [
    ("A\nB\na \n", "line 3: a stands in line 1 already"),
    ("A\nB,ana,7\n", "line 2: a code belongs here, and at most a member behind it"),
    ("A\n--\n", "line 2: a code has 1 to 64 signs besides spaces and hyphens"),
    (f"A\n{'x' * 65}\n", "line 2: a code has 1 to 64 signs besides spaces and hyphens"),
    ("A\nB\x00\n", "line 2: there are signs in it that cannot be printed, or too many"),
    ("A\nT-1\n", "line 2: T-1 is a code already"),
    ("", "There is no code in it."),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_file_with_a_wrong_line_is_not_taken_in(shop: Shop, text: str, told: str) -> None:
    imported(shop, "T1\n", "first")
    with pytest.raises(CodesTrouble) as trouble:
        imported(shop, text)
    assert told in str(trouble.value)
    assert (count_of(shop, "codes"), count_of(shop, "code_batches")) == (1, 1)


def test_of_many_wrong_lines_the_first_are_told_and_the_rest_counted(shop: Shop) -> None:
    with pytest.raises(CodesTrouble, match="and 5 more"):
        imported(shop, "A\n" * 26)


# Stock between two versions.


@pytest.fixture
def mugs(database_url: str) -> Iterator[Shop]:
    """A shop with 20 mugs at a point each, and a member with points for many."""
    with Shop(database_url, LIMITED) as shop:
        shop.meets(enrol("ana"), buy("p", "ana", "2026-02-01 10:00", "1000"))
        yield shop


def takes(shop: Shop, count: int, first: int = 0) -> list[str]:
    """What became of so many redemptions."""
    events = [redeem(f"c{first + number}", "ana", NOON, "mug") for number in range(count)]
    return ["" if answer.refusal is None else answer.refusal.code for answer in shop.till.commit(events)]


def added(shop: Shop, amount: int, name: str = "mug") -> LimitNow:
    with connect(shop.url) as connection:
        return add_to_limit(connection, shop.program, name, amount, AT)


def test_stock_that_comes_in_is_there_at_once_and_the_books_know_it(mugs: Shop) -> None:
    assert takes(mugs, 21) == [""] * 20 + ["reward_out_of_stock"]
    assert added(mugs, 2) == LimitNow("mug", 20, 2, 20)
    assert takes(mugs, 3, 100) == ["", "", "reward_out_of_stock"]
    assert limit_now(mugs.look, mugs.program, "mug", AT).left == 0
    assert mugs.verify().is_clean
    assert summarise(mugs.look, mugs.program).limits[-1].added == 2


@pytest.mark.parametrize(("amount", "left"), [(-1, 1), (-2, 0), (-3, None), (0, None)])
def test_nothing_is_promised_twice(mugs: Shop, amount: int, left: int | None) -> None:
    takes(mugs, 18)
    before = mugs.stored()
    if left is None:
        with pytest.raises(LimitTrouble):
            added(mugs, amount)
        assert mugs.stored() == before
        assert count_of(mugs, "limit_additions") == 0
    else:
        assert added(mugs, amount).left == left
        assert takes(mugs, 3, 100).count("") == left
    assert mugs.verify().is_clean


def test_what_was_added_stays_on_top_of_a_new_version(mugs: Shop) -> None:
    takes(mugs, 18)
    added(mugs, 10)
    publish(mugs.look, from_date(LIMITED, "2026-03-01").replace("stock: 20", "stock: 30"))
    events = [redeem(f"d{number}", "ana", "2026-03-02 12:00", "mug") for number in range(23)]
    told = [answer.refusal is None for answer in mugs.till.commit(events)]
    assert told == [True] * 22 + [False]
    assert mugs.verify().is_clean


def test_a_budget_is_added_to_by_its_mechanic(mugs: Shop) -> None:
    assert added(mugs, 1, "opening") == LimitNow("opening", 500, 1, 7)
    with pytest.raises(LimitTrouble, match="no limit tea; there is opening, mug"):
        added(mugs, 1, "tea")


def test_stock_that_is_taken_away_and_tills_that_take_it_meet(mugs: Shop) -> None:
    till = mugs.open_till()

    def take() -> int:
        events = [redeem(f"t{number}", "ana", NOON, "mug") for number in range(20)]
        return sum(till.commit_one(event).refusal is None for event in events)

    def take_away() -> int:
        gone = 0
        for _ in range(20):
            try:
                added(mugs, -1)
            except LimitTrouble:
                break
            gone += 1
        return gone

    with ThreadPoolExecutor(2) as pool:
        taken, gone = pool.submit(take), pool.submit(take_away)
        assert taken.result() + gone.result() == 20
    till.close()
    assert limit_now(mugs.look, mugs.program, "mug", AT).left == 0
    assert mugs.verify().is_clean


def test_additions_are_never_changed_and_a_wrong_sum_is_found(mugs: Shop) -> None:
    added(mugs, 5)
    with pytest.raises(errors.IntegrityConstraintViolation, match="never changed"):
        mugs.look.execute("update limit_additions set amount = 6")
    mugs.look.execute("update limits set added = 6 where name = 'stock:mug'")
    takes(mugs, 1)
    told = {(one.what, one.stored) for one in mugs.verify().examples}
    assert told == {("limit stock:mug", "6 added"), ("facts about limit stock:mug", "6 added")}
