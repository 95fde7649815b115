"""Habits: one row a member out of the tables of a lake, by a table on paper."""

from datetime import date, timedelta
from typing import Any

import pytest

from guerdon.insight.engines import Tables
from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.segments.habits import Habits, habits_of

LAST_DAY = date(2026, 12, 31)


def member(number: int, key: str, **told: Any) -> dict[str, Any]:
    return {"member": number, "key": key, "seq": 1, "is_household": False, "segments": [], "plans": []} | told


def bought(number: int, seq: int, day: str, paid: int = 1000, **told: Any) -> dict[str, Any]:
    usual = {"amount": paid, "discount": 0, "reduced": 0, "paid_with": 0, "paid": paid, "items": 1, "store": "s1"}
    return {"member": number, "seq": seq, "kind": "purchase", "day": date.fromisoformat(day)} | usual | told


def did(number: int, seq: int, day: str, kind: str, **told: Any) -> dict[str, Any]:
    return {"member": number, "seq": seq, "kind": kind, "day": date.fromisoformat(day)} | told


def tables(**rows: list[dict[str, Any]]) -> Tables:
    return tables_from(rows)


ANA = [
    bought(1, 1, "2026-12-01"),
    bought(1, 2, "2026-12-08", 800, amount=1000, discount=150, reduced=50, store="s2"),
    bought(1, 3, "2026-12-15", 900, amount=1000, paid_with=100),
    bought(1, 4, "2026-12-29", 700),
    bought(1, 5, "2026-12-29", 300),
    did(1, 6, "2026-12-30", "return", paid=-400, items=-1),
]


def of(events: list[dict[str, Any]], as_of: date = LAST_DAY, **more: list[dict[str, Any]]) -> Habits:
    rows = {"members": [member(1, "ana", enrolled_day=date(2026, 11, 30))]} | more
    return habits_of(tables(events=events, **rows), as_of)[0]


def test_what_ana_bought() -> None:
    ana = of(ANA)
    assert (ana.purchases, ana.visits, ana.returns, ana.stores) == (5, 4, 1, 2)
    assert ana.spent == 1000 + 800 + 900 + 700 + 300 - 400
    assert (ana.amount, ana.off, ana.share_off, ana.basket) == (4000, 200, 0.05, 660.0)
    assert (ana.enrolled_days, ana.first_days, ana.last_days) == (31, 30, 2)
    assert (ana.rhythm, ana.longest_gap, ana.after_longest) == (7.0, 14, 2)
    assert ana.unevenness == pytest.approx((98 / 9) ** 0.5 / (28 / 3))


def test_nothing_after_the_day_that_is_asked_for_counts() -> None:
    ana = of(ANA, date(2026, 12, 8))
    assert (ana.purchases, ana.spent, ana.last_days, ana.rhythm) == (2, 1800, 0, 7.0)


def test_who_joined_later_was_no_member_yet() -> None:
    assert habits_of(tables(members=[member(1, "ana", enrolled_day=date(2027, 1, 1))]), LAST_DAY) == []


@pytest.mark.parametrize(("back", "counts"), [(364, 1), (365, 0), (366, 0)])
def test_a_year_is_365_days(back: int, counts: int) -> None:
    ana = of([bought(1, 1, str(LAST_DAY - timedelta(days=back)))])
    assert (ana.purchases, ana.spent, ana.first_days) == (counts, 1000 * counts, back)


@pytest.mark.parametrize(("back", "now", "before"), [(89, 1000, 0), (90, 0, 1000), (179, 0, 1000), (180, 0, 0)])
def test_a_quarter_is_90_days(back: int, now: int, before: int) -> None:
    ana = of([bought(1, 1, str(LAST_DAY - timedelta(days=back)))])
    assert (ana.spent_quarter, ana.spent_quarter_before) == (now, before)


def test_what_was_refused_did_not_happen_and_time_is_nobodys_deed() -> None:
    refused = {"member": 1, "seq": 1, "kind": "purchase", "day": LAST_DAY, "refusal": "member_unknown"}
    ana = of([refused, did(1, 2, "2026-12-31", "tick"), did(1, 3, "2026-12-31", "segment")])
    assert (ana.purchases, ana.involved, ana.last_days) == (0, 0, None)
    assert not ana.has_bought


def test_one_visit_has_no_rhythm_and_two_have_no_unevenness() -> None:
    assert of([bought(1, 1, "2026-12-01"), bought(1, 2, "2026-12-01")]).rhythm is None
    two = of([bought(1, 1, "2026-12-01"), bought(1, 2, "2026-12-04")])
    assert (two.rhythm, two.unevenness) == (3.0, None)


def test_what_is_done_besides_buying() -> None:
    kinds = ["action", "action", "play", "send", "donate"]
    ana = of([did(1, seq, "2026-12-01", kind) for seq, kind in enumerate(kinds, 1)])
    assert (ana.involved, ana.ways, ana.together, ana.purchases) == (3, 2, 2, 0)


def test_a_purchase_that_uses_two_things_counts_once() -> None:
    effects = [
        {"member": 1, "seq": 1, "number": number, "day": date(2026, 12, 1), "effect": effect}
        for number, effect in enumerate(["paid_with", "coupon_used", "granted"])
    ]
    assert of([bought(1, 1, "2026-12-01"), bought(1, 2, "2026-12-02")], effects=effects).rewards == 1


@pytest.mark.parametrize("effect", ["rewarded", "paid_with", "discounted", "coupon_used"])
def test_a_voucher_is_used_as_a_reward_a_coupon_and_points_are(effect: str) -> None:
    used = {"member": 1, "seq": 1, "number": 0, "day": date(2026, 12, 1), "effect": effect}
    assert of([bought(1, 1, "2026-12-01"), bought(1, 2, "2026-12-02")], effects=[used]).rewards == 1


def test_categories_count_by_the_first_part_of_their_path() -> None:
    names = ["food/fish", "food/meat", "toys", None]
    lines = [
        {"member": 1, "seq": 1, "line": place, "day": date(2026, 12, 1), "category": name, "net": 100}
        for place, name in enumerate(names)
    ]
    assert of([bought(1, 1, "2026-12-01")], lines=lines).categories == 2


def test_friends_count_for_who_brought_them() -> None:
    people = [member(1, "ana"), member(2, "ben", referrer="ana"), member(3, "cem", referrer="nobody")]
    assert [one.brought for one in habits_of(tables(members=people), LAST_DAY)] == [1, 0, 0]


def test_households_and_who_has_left_are_left_out() -> None:
    people = [
        member(1, "pool", is_household=True),
        member(2, "closed", barred="closed"),
        member(3, "merged", barred="merged"),
        member(4, "blocked", barred="blocked"),
    ]
    assert [one.key for one in habits_of(tables(members=people), LAST_DAY)] == ["blocked"]


def test_no_members_at_all() -> None:
    assert habits_of(tables(), LAST_DAY) == []
