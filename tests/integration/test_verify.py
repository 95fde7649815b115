"""Verification finds whatever was changed behind the guards' back, and names it."""

from collections.abc import Iterator

import pytest
from ledger_fixtures import FULL, FULL_LIMITED, LIMITED, SIMPLE, Shop, buy, enrol, from_date, history, named, redeem

from guerdon.runtime.programs import publish
from guerdon.runtime.verify import Report

# m0 is member 1. Its second entry is a purchase, and the first transfer of that gives points.
ENTRY = "where (member, seq) = (1, 2)"
TRANSFER = "where (member, seq, number) = (1, 2, 1)"
LAST = "(select seq from members where id = 1)"


def in_json(table: str, column: str, found: str, put: str, where: str) -> str:
    return f"update {table} set {column} = regexp_replace({column}::text, '{found}', '{put}')::json {where}"


def one_more_transfer(member: str = "member", seq: str = "seq", program: str = "program") -> str:
    columns = f"{member}, {seq}, 99, {program}, unit, source, target, 5, reason"
    return f"insert into transfers select {columns} from transfers {TRANSFER}"


def one_more_entry(member: str = "member", seq: str = "seq") -> str:
    columns = f"{member}, {seq}, 'x', kind, at, now(), version, content, content_hash, facts, outcome"
    return f"insert into journal select {columns} from journal {ENTRY}"


TRANSFERS = {
    "amount": (f"update transfers set amount = amount + 1 {TRANSFER}", "m0 2 transfers"),
    "reason": (f"update transfers set reason = 'gift' {TRANSFER}", "m0 2 transfers"),
    "unit": (f"update transfers set unit = 'stars' {TRANSFER}", "m0 2 transfers"),
    "target": (f"update transfers set target = 'pending' {TRANSFER}", "m0 2 transfers"),
    "program": (f"update transfers set program = 77 {TRANSFER}", "m0 2 transfers"),
    "removed": (f"delete from transfers {TRANSFER}", "m0 2 transfers"),
    "added": (one_more_transfer(), "m0 2 transfers"),
    "added for no entry": (one_more_transfer(seq="999"), "m0 999 transfer"),
    "added for no member": (one_more_transfer(member="999"), " 0 transfers"),
    "added under another program": (one_more_transfer(program="77"), " 0 transfers"),
}
MEMBERS = {
    "wallet": (in_json("members", "state", '"amount":', '"amount":1', "where id = 1"), "m0 0 state: wallets"),
    "wallet by transfers": (
        in_json("members", "state", '"amount":', '"amount":1', "where id = 1"), "m0 0 wallet of points",
    ),
    "meter": (in_json("members", "state", '_3_months":{"', '_3_months":{"1', "where id = 1"), "m0 0 state: meters"),
    "tier": (
        in_json("members", "state", '"level":"[a-z]+"', '"level":"ruby"', "where id = 1"), "m0 0 state: standings",
    ),
    "order in the state": (
        in_json("members", "state", '("enrolled_at":[0-9]+),("as_of":[0-9]+)', r"\2,\1", "where id = 1"), "m0 0 state",
    ),
    "no state": ("update members set state = '[]' where id = 1", "m0 0 state"),
    "number of entries": ("update members set seq = seq + 1 where id = 1", "m0 0 journal"),
    "due a second late": (
        "update members set next_due_at = next_due_at + interval '1 second' where id = 1", "m0 0 next_due_at",
    ),
    "due never": ("update members set next_due_at = null where id = 1", "m0 0 next_due_at"),
    "key": ("update members set key = 'mallory' where id = 1", "mallory 1 member"),
    "removed": ("delete from members where id = 1", " 0 journal entries"),
    "the last removed": ("delete from members where id = (select max(id) from members)", " 0 journal entries"),
}  # fmt: skip
JOURNAL = {
    "content": (in_json("journal", "content", '"amount":', '"amount":1', ENTRY), "m0 2 event"),
    "content in other words": (in_json("journal", "content", ":", ": ", ENTRY), "m0 2 event"),
    "no content": (f"update journal set content = '{{}}' {ENTRY}", "m0 2 journal entry"),
    "hash": (f"update journal set content_hash = '\\x00' {ENTRY}", "m0 2 event"),
    "outcome": (in_json("journal", "outcome", '"amount":', '"amount":1', ENTRY), "m0 2 decision"),
    "no refusal": (
        "update journal set outcome = '{}' where member = 1 and outcome ->> 'refusal' is not null", " decision",
    ),
    "version": (f"update journal set version = 2 {ENTRY}", "m0 2 version"),
    "kind": (f"update journal set kind = 'gift' {ENTRY}", "m0 2 journal entry"),
    "time": (f"update journal set at = at + interval '1 second' {ENTRY}", "m0 2 journal entry"),
    "id": (f"update journal set event_id = 'x' {ENTRY}", "m0 2 journal entry"),
    "facts": (
        in_json("journal", "facts", ":0}", ":1}", "where (member, seq) = (1, 1)"), " 0 facts about limit welcome",
    ),
    "facts that matter": (in_json("journal", "facts", ":0}", ":371}", "where (member, seq) = (1, 1)"), "m0 1 decision"),
    "no facts": ("update journal set facts = null where (member, seq) = (1, 1)", "m0 1 facts"),
    "facts added": (f"update journal set facts = '{{\"limits\":{{\"welcome\":9}}}}' {ENTRY}", "m0 2 facts"),
    "removed": (f"delete from journal {ENTRY}", "m0 3 journal entry"),
    "the last removed": (f"delete from journal where member = 1 and seq = {LAST}", "m0 0 journal"),
    "added": (one_more_entry(seq=f"{LAST} + 1"), " journal entry"),
    "added for no member": (one_more_entry(member="999"), " 0 journal entries"),
}  # fmt: skip
EVENT_IDS = {
    "entry": (f"update event_ids set seq = 3 {ENTRY}", "m0 2 event id"),
    "member": (f"update event_ids set member = 999 {ENTRY}", "m0 2 event id"),
    "program": (f"update event_ids set program = 77 {ENTRY}", "m0 2 event id"),
    "id": (f"update event_ids set event_id = 'x' {ENTRY}", "m0 2 event id"),
    "removed": (f"delete from event_ids {ENTRY}", "m0 2 event id"),
    "added": ("insert into event_ids values (1, 'x', 1, 999)", "m0 999 event id"),
}
OF_ALL = {
    "balance": (
        "update balances set balance = balance + 1 where unit = 'points' and account = 'available'",
        " 0 balance of available in points",
    ),
    "balance removed": (
        "delete from balances where unit = 'points' and account = 'issued'", " 0 balance of issued in points",
    ),
    "balance added": ("insert into balances values (1, 'pesos', 'issued', 0, 5)", " 0 balance of issued in pesos"),
    "limit used": ("update limits set used = used - 1 where name = 'welcome'", " 0 limit welcome"),
    "limit allowed": ("update limits set allowed = allowed + 1 where name = 'welcome'", " 0 limit welcome"),
    "limit removed": ("delete from limits where name = 'welcome'", " 0 limit welcome"),
    "program": ("update program_versions set source = replace(source, 'rate: 1 per', 'rate: 2 per')", "m0 2 decision"),
}  # fmt: skip
TAMPERINGS = {
    f"{table}: {what}": change
    for table, changes in [
        ("transfers", TRANSFERS), ("members", MEMBERS), ("journal", JOURNAL), ("event ids", EVENT_IDS), ("all", OF_ALL),
    ]
    for what, change in changes.items()
}  # fmt: skip


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, FULL_LIMITED) as shop:
        # One member's life with a bit of everything, and others around it.
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
            " 0 balance of available in points", " 0 balance of issued in points", "m0 2 transfers",
            "m0 0 wallet of points",
        }  # fmt: skip


def test_a_ledger_of_several_versions_is_clean_where_they_disagree_on_a_limit(database_url: str) -> None:
    with Shop(database_url, LIMITED) as shop:
        shop.meets(enrol("ana"), *[buy(f"p{n}", "ana", "2026-02-01 10:00", "1.00") for n in range(80)])
        assert shop.limit("opening") == (500, 500)
        publish(shop.look, from_date(LIMITED, "2026-03-01").replace("total: 500", "total: 600"))
        shop.meets(*[buy(f"q{n}", "ana", "2026-03-01 10:00", "1.00") for n in range(5)])
        assert shop.limit("opening") == (600, 535)
        publish(shop.look, from_date(LIMITED, "2026-04-01").replace("total: 500", "total: 9"))
        assert shop.limit("opening") == (600, 535)
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
