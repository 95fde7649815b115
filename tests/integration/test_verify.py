"""Verification finds whatever was changed behind the guards' back, and names it."""

from collections.abc import Iterator

import pytest
from ledger_fixtures import FULL, FULL_LIMITED, LIMITED, SIMPLE, Shop, buy, enrol, from_date, history, named, redeem

from guerdon.runtime.programs import publish
from guerdon.runtime.verify import Report

# One member's life that has a bit of everything, under a program with a shared budget and a stock. m0 is member 1.
# fmt: off
TAMPERINGS = {
    # transfers
    "the amount of a transfer": ("update transfers set amount = amount + 1 where (member, seq, number) = (1, 2, 1)", "m0 2 transfers"),
    "the reason of a transfer": ("update transfers set reason = 'gift' where (member, seq, number) = (1, 2, 1)", "m0 2 transfers"),
    "the unit of a transfer": ("update transfers set unit = 'stars' where (member, seq, number) = (1, 2, 1)", "m0 2 transfers"),
    "the target of a transfer": ("update transfers set target = 'pending' where (member, seq, number) = (1, 2, 1)", "m0 2 transfers"),
    "a transfer removed": ("delete from transfers where (member, seq, number) = (1, 2, 1)", "m0 2 transfers"),
    "a transfer added": (
        "insert into transfers select member, seq, 99, program, unit, source, target, 5, reason from transfers"
        " where (member, seq, number) = (1, 2, 1)", "m0 2 transfers"),
    "a transfer added for an entry that is not there": (
        "insert into transfers select member, 999, 1, program, unit, source, target, 5, reason from transfers"
        " where (member, seq, number) = (1, 2, 1)", "m0 999 transfer"),
    "a transfer added for nobody": (
        "insert into transfers select 999, seq, 1, program, unit, source, target, 5, reason from transfers"
        " where (member, seq, number) = (1, 2, 1)", " 0 transfers"),
    "a transfer given to another program": (
        "update transfers set program = 77 where (member, seq, number) = (1, 2, 1)", "m0 2 transfers"),
    "a transfer added under another program": (
        "insert into transfers select member, seq, 99, 77, unit, source, target, 5, reason from transfers"
        " where (member, seq, number) = (1, 2, 1)", " 0 transfers"),
    # members
    "a wallet": (
        """update members set state = replace(state::text, '"amount":', '"amount":1')::json where id = 1""",
        "m0 0 state: wallets"),
    "a wallet, against the transfers": (
        """update members set state = replace(state::text, '"amount":', '"amount":1')::json where id = 1""",
        "m0 0 wallet of points"),
    "a meter": (
        "update members set state = replace(state::text, '\"spend_3_months\":{\"', '\"spend_3_months\":{\"1')::json where id = 1",
        "m0 0 state: meters"),
    "a tier": (
        "update members set state = regexp_replace(state::text, '\"level\":\"[a-z]+\"', '\"level\":\"ruby\"')::json where id = 1",
        "m0 0 state: standings"),
    "the state's order": (
        "update members set state = regexp_replace(state::text, '^{(\"enrolled_at\":[0-9]+),(\"as_of\":[0-9]+)', '{\\2,\\1')::json"
        " where id = 1", "m0 0 state"),
    "a state that cannot be read": ("update members set state = '[]' where id = 1", "m0 0 state"),
    "the number of entries": ("update members set seq = seq + 1 where id = 1", "m0 0 journal"),
    "when the clock looks, too late": (
        "update members set next_due_at = next_due_at + interval '1 second' where id = 1", "m0 0 next_due_at"),
    "when the clock looks, never": ("update members set next_due_at = null where id = 1", "m0 0 next_due_at"),
    "the key of a member": ("update members set key = 'mallory' where id = 1", "mallory 1 member"),
    "a member removed": ("delete from members where id = 1", " 0 journal entries"),
    "the last member removed": ("delete from members where id = (select max(id) from members)", " 0 journal entries"),
    # the journal
    "the content of an event": (
        "update journal set content = replace(content::text, '\"amount\":', '\"amount\":1')::json where (member, seq) = (1, 2)",
        "m0 2 event"),
    "the content of an event in other words": (
        "update journal set content = replace(content::text, ':', ': ')::json where (member, seq) = (1, 2)", "m0 2 event"),
    "the content of an event, unreadable": (
        "update journal set content = '{}' where (member, seq) = (1, 2)", "m0 2 journal entry"),
    "the hash of an event": ("update journal set content_hash = '\\x00' where (member, seq) = (1, 2)", "m0 2 event"),
    "an outcome": (
        "update journal set outcome = replace(outcome::text, '\"amount\":', '\"amount\":1')::json where (member, seq) = (1, 2)",
        "m0 2 decision"),
    "a refusal": (
        "update journal set outcome = '{}' where outcome ->> 'refusal' is not null and member = 1", "decision"),
    "the version of a decision": ("update journal set version = 2 where (member, seq) = (1, 2)", "m0 2 version"),
    "the kind of an event": ("update journal set kind = 'gift' where (member, seq) = (1, 2)", "m0 2 journal entry"),
    "the time of an event": (
        "update journal set at = at + interval '1 second' where (member, seq) = (1, 2)", "m0 2 journal entry"),
    "the id of an event": ("update journal set event_id = 'x' where (member, seq) = (1, 2)", "m0 2 journal entry"),
    "facts changed": (
        "update journal set facts = '{\"limits\":{\"welcome\":419}}' where (member, seq) = (1, 1)",
        " 0 facts about limit welcome"),
    "facts changed so that they mattered": (
        "update journal set facts = '{\"limits\":{\"welcome\":49}}' where (member, seq) = (1, 1)", "m0 1 decision"),
    "facts removed": ("update journal set facts = null where (member, seq) = (1, 1)", "m0 1 journal entry"),
    "facts added": ("update journal set facts = '{\"limits\":{\"welcome\":9}}' where (member, seq) = (1, 2)", "m0 2 facts"),
    "a journal entry removed": ("delete from journal where (member, seq) = (1, 2)", "m0 3 journal entry"),
    "the last journal entry removed": (
        "delete from journal where member = 1 and seq = (select seq from members where id = 1)", "m0 0 journal"),
    "a journal entry added": (
        "insert into journal select member, (select seq + 1 from members where id = 1), 'x', kind, at, now(), version, content,"
        " content_hash, facts, outcome from journal where (member, seq) = (1, 2)", "journal entry"),
    "a journal entry added for nobody": (
        "insert into journal select 999, seq, 'x', kind, at, now(), version, content, content_hash, facts, outcome from journal"
        " where (member, seq) = (1, 2)", " 0 journal entries"),
    # event ids
    "an event id pointed elsewhere": ("update event_ids set seq = 3 where (member, seq) = (1, 2)", "m0 2 event id"),
    "an event id given to nobody": ("update event_ids set member = 999 where (member, seq) = (1, 2)", "m0 2 event id"),
    "an event id given to another program": ("update event_ids set program = 77 where (member, seq) = (1, 2)", "m0 2 event id"),
    "an event id renamed": ("update event_ids set event_id = 'x' where (member, seq) = (1, 2)", "m0 2 event id"),
    "an event id removed": ("delete from event_ids where (member, seq) = (1, 2)", "m0 2 event id"),
    "an event id added": ("insert into event_ids select 1, 'x', 1, 999", "m0 999 event id"),
    # what concerns all
    "a balance": (
        "update balances set balance = balance + 1 where unit = 'points' and account = 'available'",
        " 0 balance of available in points"),
    "a balance removed": (
        "delete from balances where unit = 'points' and account = 'issued'", " 0 balance of issued in points"),
    "a balance added": (
        "insert into balances values (1, 'pesos', 'issued', 0, 5)", " 0 balance of issued in pesos"),
    "what is used of a limit": ("update limits set used = used - 1 where name = 'welcome'", " 0 limit welcome"),
    "what a limit allows": ("update limits set allowed = allowed + 1 where name = 'welcome'", " 0 limit welcome"),
    "a limit removed": ("delete from limits where name = 'welcome'", " 0 limit welcome"),
    "the program": (
        "update program_versions set source = replace(source, 'rate: 1 per 1', 'rate: 2 per 1')", "m0 2 decision"),
}
# fmt: on


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, FULL_LIMITED) as shop:
        shop.meets(enrol("m0"), buy("first", "m0", "2026-01-01 13:00", "35.00 toys"))
        shop.till.commit(history(seed=11, events=70, members=4)[1:])
        yield shop


def told(report: Report) -> list[str]:
    return [f"{found.member} {found.seq} {found.what}" for found in report.examples]


def tamper(shop: Shop, change: str) -> None:
    """Change something as only a superuser can, without a trigger noticing."""
    with shop.look.transaction():
        shop.look.execute("set local session_replication_role = replica")
        assert shop.look.execute(change).rowcount > 0  # type: ignore[call-overload]


def test_an_honest_ledger_is_clean(shop: Shop) -> None:
    report = shop.verify()
    assert report.is_clean
    assert (report.differences, report.unbalanced_units, report.examples) == (0, 0, [])
    assert (report.members, report.entries) == (4, shop.row_counts()["journal"])


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_is_changed_is_found_and_named(shop: Shop, what: str) -> None:
    change, expected = TAMPERINGS[what]
    tamper(shop, change)
    report = shop.verify()
    assert not report.is_clean
    assert [line for line in told(report) if expected in line], told(report)
    assert report.differences >= len(report.examples) > 0
    assert report.members == len(shop.member_keys())


def test_accounts_that_do_not_sum_to_zero_are_counted_by_unit(shop: Shop) -> None:
    tamper(shop, "update balances set balance = balance + 1 where account = 'issued'")
    report = shop.verify()
    assert report.unbalanced_units == shop.value("select count(distinct unit) from balances")


def test_a_balanced_forgery_of_balances_is_found(shop: Shop) -> None:
    """The guard in the database lets this pass; the transfers do not bear it out."""
    for account, change in (("available", 10), ("redeemed", -10)):
        stripe = shop.value("select min(stripe) from balances where unit = 'points' and account = %s", account)
        tamper(
            shop,
            f"update balances set balance = balance + {change}"
            f" where unit = 'points' and account = '{account}' and stripe = {stripe}",
        )
    report = shop.verify()
    assert report.unbalanced_units == 0
    assert told(report) == [" 0 balance of available in points", " 0 balance of redeemed in points"]


def test_one_wrong_member_among_many_is_told_apart(shop: Shop) -> None:
    tamper(shop, "update journal set content = '{}' where member = 1")
    assert {line.split()[0] for line in told(shop.verify()) if line[0] != " "} == {"m0"}


def test_one_worker_and_two_agree(database_url: str) -> None:
    with Shop(database_url, named(FULL, "shop")) as shop:
        members = [f"m{number}" for number in range(230)]
        shop.meets(*map(enrol, members), *[buy(f"p/{m}", m, "2026-01-02 10:00", "10.00") for m in members])
        one, two = shop.verify(workers=1), shop.verify(workers=2)
        assert one.is_clean
        assert one == two
        assert (one.members, one.entries) == (230, 460)
        wrong = {key for (key,) in shop.rows("select key from members where id in (3, 150, 230)")}
        tamper(shop, "update members set seq = 9 where id in (3, 150, 230)")
        tamper(shop, "delete from members where id = 100")  # the last of its range
        one, two = shop.verify(workers=1), shop.verify(workers=2)
        assert not one.is_clean
        assert one == two
        assert {found.member for found in one.examples} == {"", *wrong}
        seen: list[tuple[int, int]] = []
        shop.verify(progress=lambda done, of: seen.append((done, of)))
        assert seen == [(100, 230), (200, 230), (230, 230)]


def test_a_program_without_members_is_clean(database_url: str) -> None:
    with Shop(database_url, FULL_LIMITED) as shop:
        report = shop.verify()
        assert report.is_clean
        assert (report.members, report.entries) == (0, 0)


def test_programs_in_one_database_are_proven_apart(shop: Shop) -> None:
    with Shop(shop.url, named(LIMITED, "other")) as other:
        other.meets(enrol("m0"), enrol("m1"), buy("e1", "m0", "2026-01-02 10:00", "7.00"))
        shop.till.commit(history(seed=12, events=30, members=4)[4:])
        assert other.is_proven()
        assert shop.is_proven()
        member = other.member("m0").id
        tamper(shop, f"update transfers set amount = amount + 1 where member = {member}")
        assert shop.is_proven()
        assert set(told(other.verify())) == {
            " 0 balance of available in points", " 0 balance of issued in points", "m0 2 transfers", "m0 0 wallet of points",
        }  # fmt: skip


def test_a_ledger_of_several_versions_is_clean_where_they_disagree_on_a_limit(database_url: str) -> None:
    with Shop(database_url, LIMITED) as shop:
        shop.meets(enrol("ana"), *[buy(f"p{n}", "ana", "2026-02-01 10:00", "1.00") for n in range(80)])
        assert shop.limit("opening") == (500, 500)
        publish(shop.look, from_date(LIMITED, "2026-03-01").replace("total: 500", "total: 600"))
        shop.meets(*[buy(f"q{n}", "ana", "2026-03-01 10:00", "1.00") for n in range(5)])
        assert shop.limit("opening") == (600, 535)
        publish(shop.look, from_date(LIMITED, "2026-04-01").replace("total: 500", "total: 9"))
        assert shop.limit("opening") == (535, 535)
        shop.meets(buy("r1", "ana", "2026-04-01 10:00", "1.00"), redeem("r2", "ana", "2026-04-01 10:00", "mug"))
        assert shop.is_proven()


def test_a_version_that_takes_over_leaves_the_past_proven(database_url: str) -> None:
    with Shop(database_url, SIMPLE) as shop:
        shop.meets(enrol("ana"), buy("p1", "ana", "2026-02-01 10:00", "10.00"))
        publish(shop.look, from_date(SIMPLE, "2026-03-01").replace("rate: 1 per", "rate: 2 per"))
        assert shop.is_proven()
        assert shop.waits_until("2026-03-01 00:00") == 1
        assert shop.is_proven()
        shop.meets(buy("p2", "ana", "2026-03-01 10:00", "10.00"))
        assert shop.has("ana") == 30
        assert shop.is_proven()
