"""Warnings before something expires: when, once for what, and for whom not."""

import pytest

from guerdon.core.effects import ExpiresSoon, news_of
from guerdon.core.program import Unit
from tests.builders import (
    NEW_YORK,
    Story,
    delay,
    flat,
    from_day,
    instant,
    points_per_dollar,
    program,
    shown_instant,
    term,
)
from tests.cards import Cards

LASTING = Unit(expires=term("60 days"), warn=(30, 7, 1))


def story(unit: Unit = LASTING, *mechanics: object) -> Story:
    return Story(program(points_per_dollar(), *mechanics, units={"points": unit, "vouchers": Unit(money=True)}))


def warnings(decision) -> list[tuple[str, int, str]]:
    """When each warning came, of how much, and the end that it tells."""
    return [
        (shown_instant(effect.at), effect.amount, shown_instant(effect.expires_at))
        for effect in decision.outcome.effects
        if isinstance(effect, ExpiresSoon)
    ]


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("2026-03-31 23:59:59", []),
        ("2026-04-01 00:00", [("2026-04-01 00:00", 10, "2026-05-01 00:00")]),
        ("2026-04-01 00:00:01", [("2026-04-01 00:00", 10, "2026-05-01 00:00")]),
    ],
)
def test_a_warning_falls_due_by_itself(until, told):
    member = story()
    member.buys("2026-03-01 12:00", "10")
    assert member.due() == "2026-04-01 00:00"
    decision = member.waits_until(until)
    assert warnings(decision) == told
    assert [news.type for news in news_of(decision.outcome.effects)] == ["wallet.expires_soon"] * len(told)


def test_each_warning_comes_once_and_the_end_after_them():
    member = story()
    member.buys("2026-03-01 12:00", "10")
    told = warnings(member.waits_until("2026-05-01"))
    assert [when for when, _, _ in told] == ["2026-04-01 00:00", "2026-04-24 00:00", "2026-04-30 00:00"]
    assert member.has() == 0
    assert member.state.next_due_at is None


def test_what_ends_on_one_day_is_one_warning_and_another_day_is_another():
    member = story()
    member.buys("2026-03-01 09:00", "10")
    member.buys("2026-03-01 20:00", "5")
    member.buys("2026-03-02 20:00", "3")
    assert warnings(member.waits_until("2026-04-03")) == [
        ("2026-04-01 00:00", 15, "2026-05-01 00:00"),
        ("2026-04-02 00:00", 3, "2026-05-02 00:00"),
    ]


def test_what_is_spent_by_then_is_not_told():
    member = story()
    member.buys("2026-03-01", "10")
    member.is_adjusted("2026-03-20", -4)
    assert warnings(member.waits_until("2026-04-01")) == [("2026-04-01 00:00", 6, "2026-05-01 00:00")]
    member.is_adjusted("2026-04-02", -6)
    assert warnings(member.waits_until("2026-05-01")) == []


def test_what_is_granted_later_gets_the_next_warning_only():
    """A mechanic's own term of 20 days is shorter than the first warning."""
    member = story(LASTING, flat(9, name="short", expires=term("20 days")))
    member.buys("2026-03-01 12:00", "10")
    told = warnings(member.waits_until("2026-03-22"))
    assert told == [("2026-03-15 00:00", 9, "2026-03-22 00:00"), ("2026-03-21 00:00", 9, "2026-03-22 00:00")]


def test_what_is_granted_at_the_very_moment_gets_the_next_one_only():
    member = story(Unit(expires=term("29 days"), warn=(30, 7)))
    member.buys("2026-03-01 00:00", "10")
    assert [when for when, _, _ in warnings(member.waits_until("2026-04-01"))] == ["2026-03-24 00:00"]


def test_pending_amounts_are_told_too():
    member = story(LASTING, flat(9, name="later", available_after=delay("50 days")))
    member.buys("2026-03-01 12:00", "10")
    assert [amount for _, amount, _ in warnings(member.waits_until("2026-04-01"))] == [19]


def test_what_would_lapse_for_want_of_activity_is_told_and_activity_moves_it():
    member = story(Unit(inactive_after=term("60 days"), warn=(10,)))
    member.buys("2026-03-01", "10")
    assert warnings(member.waits_until("2026-04-21")) == [("2026-04-21 00:00", 10, "2026-05-01 00:00")]
    member.buys("2026-04-25", "5")
    assert warnings(member.waits_until("2026-06-20")) == [("2026-06-15 00:00", 15, "2026-06-25 00:00")]


def test_each_voucher_is_told_by_itself():
    unit = Unit(money=True, expires=term("60 days"), warn=(7,))
    member = Story(program(points_per_dollar(), units={"points": Unit(), "vouchers": unit}))
    first = member.an_adjustment("2026-03-01", 500, "vouchers")
    member.meets(first)
    member.is_adjusted("2026-03-01 13:00", 700, "vouchers")
    told = [effect for effect in member.waits_until("2026-04-24").outcome.effects if isinstance(effect, ExpiresSoon)]
    assert sorted((effect.amount, effect.reference != "") for effect in told) == [(500, True), (700, True)]
    assert first.id in [effect.reference for effect in told]


def test_a_clock_that_runs_late_changes_nothing():
    one, other = story(), story()
    for member in (one, other):
        member.buys("2026-03-01", "10")
    in_steps = [warnings(one.waits_until(when)) for when in ("2026-04-01", "2026-04-10", "2026-04-24", "2026-04-30")]
    assert [told for step in in_steps for told in step] == warnings(other.waits_until("2026-04-30"))


def test_a_version_that_brings_warnings_tells_what_is_due_from_then_on():
    silent = program(points_per_dollar(), units={"points": Unit(expires=term("60 days"))})
    telling = from_day(program(points_per_dollar(), units={"points": LASTING}), "2026-04-10")
    member = Story(silent, telling)
    member.buys("2026-03-01", "10")
    told = warnings(member.waits_until("2026-05-01"))
    assert [when for when, _, _ in told] == ["2026-04-24 00:00", "2026-04-30 00:00"]


def test_who_has_left_is_not_told_and_who_took_over_is():
    shop = Cards(program(points_per_dollar(), units={"points": LASTING}), of="a b c")
    for member in "abc":
        shop.gives(member, 10, "2026-03-01")
    shop.closes("c", "2026-03-02")
    shop.merges("b", "a", "2026-03-02")
    told = {member: shop.waits(member, "2026-04-01") for member in "abc"}
    assert told == {
        "a": [ExpiresSoon("points", 20, instant("2026-05-01 00:00", NEW_YORK), instant("2026-04-01"))],
        "b": [],
        "c": [],
    }
