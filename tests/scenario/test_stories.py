"""Stories from a shop, told through till and clock, with the balances at each step, until nothing more is due."""

from collections.abc import Iterator
from typing import Any

import pytest
from builders import moment, shown_instant
from ledger_fixtures import Shop, bring_back, buy, enrol, from_date, redeem

from guerdon.core.effects import decode_outcome, news_of
from guerdon.core.events import Capture, Event, Hold, Release
from guerdon.runtime.programs import publish
from guerdon.store.programs import VersionRewritesHistory

CLUB = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {expires: 6 months without activity}
  vouchers: {in: USD, expires: 60 days}
meters:
  spend_this_year: {sum: spend, window: calendar year}
mechanics:
  - tiers:
      meter: spend_this_year
      levels: {basic: 0, gold: 300 USD}
      kept: until the end of next calendar year
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {earn: points, name: gold-extra, multiply: base, times: 2, when: {tier: gold}}
  - {earn: points, name: welcome, on: enrol, flat: 50}
  - vouchers: {every: 200 points, gives: 10 USD, issued: every quarter}
rewards:
  - {reward: coffee, cost: 50 points}
"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with Shop(database_url, CLUB) as shop:
        yield shop


def stands(shop: Shop, member: str) -> tuple[int, int, str]:
    """Points, cents in vouchers, and the tier."""
    return shop.has(member), shop.has(member, "vouchers"), shop.level(member)


def due(shop: Shop, member: str) -> str:
    return shown_instant(shop.state(member).next_due_at)


def nothing_more_is_due(shop: Shop) -> bool:
    assert {shop.state(key).next_due_at for key in shop.member_keys()} == {None}
    assert shop.waits_until("2099-12-31 23:59") == 0
    return shop.is_proven()


def test_a_members_year(shop: Shop) -> None:
    """Earn, rise, get vouchers, use one, bring the goods back, and stay away.

    ::

        2026 Jan         Feb        Apr                 Jun       Jul              2027 Jan    2028 Jan
         |10    20        14         1     12    20      1         1    5               6           1
         join   120.00    200.00     2 ×   45.00 all     vouchers  —    coffee          lapse       review
                          gold       10 $  10 $  back    expire

        points     50    170    570  170   240   170     170            120             0
        vouchers    0      0      0  20 $  10 $  20 $    0
    """
    shop.meets(enrol("ana", "2026-01-10 12:00"))
    assert stands(shop, "ana") == (50, 0, "basic")
    shop.meets(buy("p1", "ana", "2026-01-20 12:00", "120.00"))
    assert stands(shop, "ana") == (170, 0, "basic")
    assert due(shop, "ana") == "2026-07-21 00:00"  # six months without activity
    shop.meets(buy("p2", "ana", "2026-02-14 12:00", "200.00"))
    assert stands(shop, "ana") == (570, 0, "gold")
    assert due(shop, "ana") == "2026-04-01 00:00"  # the quarter

    assert shop.waits_until("2026-03-31 23:59") == 0
    assert shop.waits_until("2026-04-01 00:00") == 1
    assert stands(shop, "ana") == (170, 2000, "gold")
    assert due(shop, "ana") == "2026-06-01 00:00"  # the vouchers' last day is over

    (answer,) = shop.meets(buy("p3", "ana", "2026-04-12 12:00", "25.00 tea", "20.00 soup"))
    assert [effect.amount for effect in answer.outcome.effects] == [1000, 35, 35]  # type: ignore[union-attr]
    assert stands(shop, "ana") == (240, 1000, "gold")
    shop.meets(bring_back("r3", "ana", "2026-04-20 12:00", "p3"))
    assert stands(shop, "ana") == (170, 2000, "gold")

    assert shop.waits_until("2026-05-31 23:59") == 0
    assert shop.waits_until("2026-06-01 00:00") == 1
    assert stands(shop, "ana") == (170, 0, "gold")
    assert shop.waits_until("2026-07-01 00:00") == 0  # 170 points make no voucher
    shop.meets(redeem("c1", "ana", "2026-07-05 12:00", "coffee"))
    assert stands(shop, "ana") == (120, 0, "gold")

    assert due(shop, "ana") == "2027-01-06 00:00"
    assert shop.waits_until("2027-01-06 00:00") == 1
    assert stands(shop, "ana") == (0, 0, "gold")
    assert due(shop, "ana") == "2028-01-01 00:00"
    assert shop.waits_until("2028-01-01 00:00") == 1
    assert stands(shop, "ana") == (0, 0, "basic")

    points = {name: shop.account(name) for name in ("issued", "redeemed", "reversed", "expired", "available")}
    assert points == {"issued": -640, "redeemed": 450, "reversed": 70, "expired": 120, "available": 0}
    vouchers = {name: shop.account(name, "vouchers") for name in ("issued", "redeemed", "expired", "available")}
    assert vouchers == {"issued": -2000, "redeemed": 0, "expired": 2000, "available": 0}
    told = shop.rows("select outcome from journal join outbox using (member, seq) order by outbox.id")
    assert [item.type for (outcome,) in told for item in news_of(decode_outcome(outcome).effects)] == [
        "member.tier_changed", "member.tier_changed", "voucher.issued", "voucher.issued", "voucher.restored",
        "wallet.expired", "wallet.expired", "wallet.expired", "member.tier_changed",
    ]  # fmt: skip
    assert nothing_more_is_due(shop)


def test_an_order_that_is_delivered_in_part(shop: Shop) -> None:
    """Hold points and coffees for an order, capture a part, change one's mind about the rest, and let something lapse.

    ::

        2026 Jan 10  20        Feb 1            Feb 2         Feb 3      Feb 10     Feb 20
             join    300.00    hold 200, 150    capture 120   release    hold 100   lapses
                               and a coffee     and a coffee  150

        available    350 650   250              330           480        380        480
        held         0   0     400              150           0          100        0
    """

    def held(id: str, when: str, until: str, **what: Any) -> Hold:
        return Hold(id=id, member="ana", at=moment(when), until=moment(until), **what)

    def captured(id: str, when: str, of: str, amount: int | None = None) -> Capture:
        return Capture(id=id, member="ana", at=moment(when), hold=of, amount=amount)

    shop.meets(enrol("ana", "2026-01-10 12:00"), buy("p1", "ana", "2026-01-20 12:00", "300.00"))
    assert (shop.has("ana"), shop.level("ana")) == (650, "gold")
    points = {"unit": "points", "amount": 200}
    shop.meets(
        held("a", "2026-02-01", "2026-02-15", **points),
        held("b", "2026-02-01", "2026-02-15", **points | {"amount": 150}),
    )
    shop.meets(held("c", "2026-02-01", "2026-02-15", reward="coffee"))
    assert (shop.has("ana"), shop.account("held")) == (250, 400)
    shop.meets(captured("d", "2026-02-02", "a", 120), captured("e", "2026-02-02", "c"))
    assert (shop.has("ana"), shop.account("held"), shop.account("redeemed")) == (330, 150, 170)
    assert shop.refuses(captured("f", "2026-02-02", "a"), journaled=True) == "hold_unknown"
    shop.meets(Release(id="g", member="ana", at=moment("2026-02-03"), hold="b"))
    shop.meets(held("h", "2026-02-10", "2026-02-20", **points | {"amount": 100}))
    assert (shop.has("ana"), due(shop, "ana")) == (380, "2026-02-20 00:00")
    assert (shop.waits_until("2026-02-19 23:59"), shop.waits_until("2026-02-20 00:00")) == (0, 1)
    assert (shop.has("ana"), shop.account("held"), shop.state("ana").holds) == (480, 0, {})
    assert due(shop, "ana") == "2026-04-01 00:00"  # the quarter
    assert shop.is_proven()


def test_a_clock_that_comes_late_changes_nothing(shop: Shop) -> None:
    """The same year twice: with a clock that comes at every turn, and with one that comes after two years.

    ::

        ana   join  buy  buy ┊ buy  back ┊  ┊ coffee     ┊          ┊
        bob   join  buy  buy   buy  back      coffee                ┊
                             Apr 1       Jun 1       2027 Jan 6   2028 Jan 1
    """

    def year(member: str) -> list[Event]:
        return [
            enrol(member, "2026-01-10 12:00"),
            buy(f"1/{member}", member, "2026-01-20 12:00", "120.00"),
            buy(f"2/{member}", member, "2026-02-14 12:00", "200.00"),
            buy(f"3/{member}", member, "2026-04-12 12:00", "45.00"),
            bring_back(f"4/{member}", member, "2026-04-20 12:00", f"3/{member}"),
            redeem(f"5/{member}", member, "2026-07-05 12:00", "coffee"),
        ]

    turns = ["2026-01-15", "2026-02-01", "2026-04-01", "2026-04-15", "2026-06-01", "2026-12-31"]
    for event, turn in zip(year("ana"), turns, strict=True):
        shop.meets(event)
        shop.waits_until(turn)
    shop.waits_until("2027-01-06")
    shop.meets(*year("bob"))
    assert shop.waits_until("2028-01-01") == 2
    ana, bob = shop.member("ana"), shop.member("bob")
    assert ana.seq > bob.seq
    assert ana.state == bob.state.replace(b"/bob", b"/ana")
    assert nothing_more_is_due(shop)


def test_a_purchase_that_arrives_late(database_url: str) -> None:
    """A till was offline in March. What it sold counts in March; the tier is as it stands when it is told.

    ::

        Jan 10    Feb 10    Mar 1   Mar 15      Apr 1          Apr 3
        join      280.00    ·       ·           1 voucher      ← Mar 15, 30.00: gold
                                                               ← Mar 1: more than 30 days late
        points 50    330                        130            190
    """
    with Shop(
        database_url, CLUB.replace("issued: every quarter", "issued: every quarter, applied: on request")
    ) as shop:
        shop.meets(enrol("ana", "2026-01-10 12:00"), buy("p1", "ana", "2026-02-10 12:00", "280.00"))
        assert stands(shop, "ana") == (330, 0, "basic")
        assert shop.waits_until("2026-04-01 00:00") == 1
        assert stands(shop, "ana") == (130, 1000, "basic")

        late = buy("p2", "ana", "2026-03-15 12:00", "30.00")
        shop.meets(late)
        assert stands(shop, "ana") == (190, 1000, "gold")
        assert shown_instant(shop.state("ana").standings["tiers"].since) == "2026-04-01 00:00"

        too_late = buy("p3", "ana", "2026-03-01 23:59", "30.00")
        assert shop.refuses(too_late, journaled=True) == "event_too_late"
        shop.meets(buy("p4", "ana", "2026-03-02 00:00", "1.00"))
        assert stands(shop, "ana") == (192, 1000, "gold")
        assert shop.till.commit_one(late).repeated

        shop.waits_until("2028-01-01 00:00")
        assert stands(shop, "ana") == (0, 0, "basic")
        assert nothing_more_is_due(shop)


def test_a_version_takes_over_in_the_middle(shop: Shop) -> None:
    """From July on two points a dollar, and no vouchers any more.

    ::

        Jan 10   Jun 1     Jun 20     Jun 30 23:59  │ Jul 1 00:00    Jul 2          Jul 3
        join     100.00    published  10.00         │ 10.00          ← Jun 30, 7.00 back: June's 100.00
        points   150                  160           │ 180            187            87
                               version 1            │        version 2
    """
    shop.meets(enrol("ana", "2026-01-10 12:00"), enrol("bob", "2026-01-10 12:00"))
    shop.meets(buy("p1", "ana", "2026-06-01 12:00", "100.00"))
    newer = from_date(CLUB, "2026-07-01").replace("rate: 1 per 1 USD", "rate: 2 per 1 USD")
    newer = newer.replace("  - vouchers: {every: 200 points, gives: 10 USD, issued: every quarter}\n", "")
    assert publish(shop.look, newer) == (shop.program, 2)
    assert publish(shop.look, newer) == (shop.program, 2)  # the same text adds nothing
    assert shop.is_proven()

    before, at_once, again = shop.meets(
        buy("p2", "ana", "2026-06-30 23:59", "10.00"), buy("p3", "ana", "2026-07-01 00:00", "10.00"),
        buy("p4", "ana", "2026-07-02 12:00", "0.99"),
    )  # fmt: skip
    assert [answer.version for answer in (before, at_once, again)] == [1, 2, 2]
    assert stands(shop, "ana") == (181, 0, "basic")
    (late,) = shop.meets(buy("p5", "ana", "2026-06-30 12:00", "7.00"))
    assert late.version == 1
    assert stands(shop, "ana") == (188, 0, "basic")
    shop.meets(bring_back("r1", "ana", "2026-07-03 12:00", "p1"))
    assert stands(shop, "ana") == (88, 0, "basic")
    assert shop.is_proven()

    # Bob did nothing, so the clock is what tells him of the change.
    assert shop.state("bob").version == 1
    assert shop.waits_until("2026-07-01 00:00") == 1
    assert shop.state("bob").version == 2
    assert shop.has("bob") == 50
    assert shop.waits_until("2027-01-03 00:00") == 2  # both have been away for half a year
    assert shop.account("expired") == 50 + 88
    assert nothing_more_is_due(shop)


def test_a_version_that_would_rewrite_history_is_refused_and_nothing_changes(shop: Shop) -> None:
    """A version may start after the last event, and not before.

    ::

        Jan 10    Jun 1 12:00 ┐
        join      100.00      │ from Jun 1: refused      from Jun 2: published
    """
    shop.meets(enrol("ana", "2026-01-10 12:00"), buy("p1", "ana", "2026-06-01 12:00", "100.00"))
    newer = CLUB.replace("flat: 50", "flat: 70, limit: {total: 9_000 points}")
    everything = "select (select array_agg(t::text) from {0} t)"
    tables = ("programs", "program_versions", "members", "journal", "event_ids", "transfers", "balances", "limits")
    before = [shop.value(everything.format(table)) for table in tables]
    for date in ("2026-01-01", "2026-06-01"):
        with pytest.raises(VersionRewritesHistory, match=f"Events from {date} 0[45]:00 UTC on are recorded already"):
            publish(shop.look, from_date(newer, date))
    assert [shop.value(everything.format(table)) for table in tables] == before
    shop.meets(enrol("bob", "2026-06-01 13:00"))
    assert shop.has("bob") == 50

    assert publish(shop.look, from_date(newer, "2026-06-02")) == (shop.program, 2)
    shop.meets(enrol("eve", "2026-06-02 00:00"))
    assert shop.has("eve") == 70
    assert shop.limit("welcome") == (9000, 70)
    assert shop.is_proven()
