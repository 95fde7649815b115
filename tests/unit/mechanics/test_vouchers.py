"""Vouchers: points become vouchers on a date, and a voucher comes off a later basket by itself."""

import pytest

from guerdon.core.effects import Discounted, Granted, Spent, transfers_of
from guerdon.core.program import Allowance, Quantity, Unit
from guerdon.mechanics import Tiers, Vouchers
from guerdon.mechanics.tiers import Level
from guerdon.mechanics.vouchers import IssueDate
from tests.builders import (
    Story,
    cap,
    delay,
    flat,
    granted,
    instant,
    kinds,
    points_per_dollar,
    program,
    rows,
    shown_instant,
    skipped,
    term,
)


def vouchers(**settings: object) -> Vouchers:
    """Every 500 points become 5 dollars, each quarter."""
    known = {"every": Quantity(500, "points"), "gives": Quantity(500, "vouchers"), "issued": "quarter"}
    return Vouchers(**(known | settings))


def shop(**settings: object):
    return program(vouchers(**settings), points_per_dollar())


ISSUES = """
    # points on 1 April | vouchers | points left
      0                 | 0        | 0
      499               | 0        | 499
      500               | 1        | 0
      501               | 1        | 1
      999               | 1        | 499
      1000              | 2        | 0
      1240              | 2        | 240
"""


@pytest.mark.parametrize(("points", "count", "left"), rows(ISSUES))
def test_full_amounts_become_vouchers_on_the_day(points, count, left):
    story = Story(shop())
    story.is_adjusted("2026-03-10", int(points))
    assert story.due() == ("never" if int(points) < 500 else "2026-04-01 00:00")
    story.waits_until("2026-03-31 23:59:59")
    assert story.has("vouchers") == 0
    story.waits_until("2026-04-01")
    assert story.has() == int(left)
    assert [lot.amount for lot in story.wallet("vouchers").lots] == [500] * int(count)


def test_an_issue_spends_the_points_and_grants_the_voucher():
    story = Story(shop(valid=term("30 days")))
    story.is_adjusted("2026-03-10", 500)
    at, ends = instant("2026-04-01"), instant("2026-05-02")
    effects = story.waits_until("2026-06-30").outcome.effects
    assert effects[:2] == (
        Spent("points", 500, "vouchers", at),
        Granted("vouchers", "vouchers", 500, expires_at=ends, reference="vouchers/2026-04-01/1", at=at),
    )
    assert [tuple(move) for move in transfers_of(effects[:2])] == [
        ("points", "available", "redeemed", 500, "vouchers"),
        ("vouchers", "issued", "available", 500, "vouchers"),
    ]
    assert kinds(effects) == ["spent", "granted", "expired"]


DATES = """
    # issued  | from       | first      | second
      day     | 2026-03-10 | 2026-03-11 | 2026-03-12
      week    | 2026-03-10 | 2026-03-16 | 2026-03-23
      month   | 2026-03-10 | 2026-04-01 | 2026-05-01
      quarter | 2026-03-10 | 2026-04-01 | 2026-07-01
      year    | 2026-03-10 | 2027-01-01 | 2028-01-01
"""


@pytest.mark.parametrize(("issued", "earned", "first", "second"), rows(DATES))
def test_vouchers_are_issued_at_the_start_of_each_period(issued, earned, first, second):
    story = Story(shop(issued=issued, most=1))
    story.is_adjusted(earned, 1000)
    assert story.due() == f"{first} 00:00"
    story.waits_until(first)
    assert story.due() == f"{second} 00:00"
    story.waits_until(second)
    assert [lot.reference for lot in story.wallet("vouchers").lots] == [f"vouchers/{first}/1", f"vouchers/{second}/1"]


@pytest.mark.parametrize(("most", "count"), [(1, 1), (2, 2), (3, 2)])
def test_one_issue_gives_a_member_at_most_so_many(most, count):
    story = Story(shop(most=most))
    story.is_adjusted("2026-03-10", 1240)
    story.waits_until("2026-04-01")
    assert len(story.wallet("vouchers").lots) == count
    assert story.has() == 1240 - 500 * count


def test_points_that_come_at_the_very_instant_wait_for_the_next_issue():
    story = Story(shop())
    story.is_adjusted("2026-04-01 00:00:00", 500)
    assert story.due() == "2026-07-01 00:00"


def test_points_that_mature_at_the_very_instant_are_in_the_issue():
    story = Story(program(vouchers(), flat(499, available_after=delay("0 days after month"))))
    story.is_adjusted("2026-03-10", 1)
    story.buys("2026-03-10", "1")
    story.waits_until("2026-04-01")
    assert (story.has("vouchers"), story.has()) == (500, 0)


def test_an_issue_is_not_lost_when_other_things_fall_due_at_the_same_instant():
    """A review, points that mature, and another issue: all on 1 April at midnight."""
    ladder = Tiers(
        meter="spend",
        levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=100)),
        kept=term("0 months after month"),
    )
    story = Story(
        program(
            ladder,
            flat(1, available_after=delay("0 days after month")),
            vouchers(),
            vouchers(name="small", every=Quantity(100, "points"), gives=Quantity(50, "vouchers")),
        )
    )
    story.is_adjusted("2026-03-10", 799)
    story.buys("2026-03-10", "1")
    effects = story.waits_until("2026-04-01").outcome.effects
    assert kinds(effects) == ["matured", "tier_changed", "spent", "granted"] + ["spent", "granted"] * 3
    assert (story.has(), story.has("vouchers")) == (0, 650)


def test_a_debt_is_no_ground_for_vouchers():
    story = Story(shop())
    story.buys("2026-03-10", "500", id="p")
    story.waits_until("2026-04-01")
    assert story.has("vouchers") == 500
    story.brings_back("2026-04-02", "p")
    assert (story.has(), story.due()) == (-500, "never")
    story.is_adjusted("2026-04-03", 999)
    assert (story.has(), story.due()) == (499, "never")


# Off the basket.


def holder(*amounts: int, **settings: object) -> Story:
    """A member who holds vouchers of these amounts, the first of which expires first."""
    gifts = [
        flat(amount, name=f"g{place}", earn="vouchers", on="action:gift", expires=term(f"{10 + place} days"))
        for place, amount in enumerate(amounts)
    ]
    story = Story(program(*gifts, vouchers(**settings), points_per_dollar()))
    story.does("2026-03-10", "gift")
    return story


def taken_off(decision) -> list[int]:
    return [effect.amount for effect in decision.outcome.effects if isinstance(effect, Discounted)]


BASKETS = """
    # voucher | lines     | off the basket | taken off | earned on
      500     | 4.99      | 0              |           | 4
      500     | 5.00      | 0              | 500       | 0        # nothing is left to pay, so nothing is earned
      500     | 5.01      | 0              | 500       | 0
      500     | 12        | 0              | 500       | 7
      500     | 3 3       | 0              | 500       | 1
      500     | 6         | 1.01           |           | 4        # what is paid counts
      500     | 6         | 1.00           | 500       | 0
"""


@pytest.mark.parametrize(("amount", "lines", "off", "taken", "earned"), rows(BASKETS))
def test_a_voucher_comes_off_a_basket_that_covers_it(amount, lines, off, taken, earned):
    story = holder(int(amount))
    decision = story.buys("2026-03-11", *lines.split(), off=off)
    assert taken_off(decision) == [int(cell) for cell in taken.split()]
    assert granted(decision).get("base", 0) == int(earned)
    assert skipped(decision).get("vouchers", "") == ("" if taken else "voucher_above_basket")
    assert story.has("vouchers") == (0 if taken else 500)


def test_a_discount_by_voucher_names_it_and_redeems_it():
    story = holder(500)
    effects = story.buys("2026-03-11", "12").outcome.effects
    assert effects[0] == Discounted("vouchers", "vouchers", 500, "e2/g0", instant("2026-03-21"))
    assert [tuple(move) for move in transfers_of(effects[:1])] == [
        ("vouchers", "available", "redeemed", 500, "vouchers")
    ]


SEVERAL = """
    # vouchers     | per basket | basket | taken off
      500 300 200  | 1          | 20     | 500
      500 300 200  | 2          | 20     | 500 300
      500 300 200  | 3          | 20     | 500 300 200
      500 300 200  | 4          | 20     | 500 300 200
      500 300 200  | 3          | 8      | 500 300
      500 300 200  | 3          | 7      | 500 200        # the one in between is more than what is left
      500 300 200  | 2          | 4      | 300
      500 300 200  | 0          | 20     |
"""


@pytest.mark.parametrize(("held", "most", "basket", "taken"), rows(SEVERAL))
def test_several_vouchers_come_off_one_basket_as_far_as_it_goes(held, most, basket, taken):
    story = holder(*map(int, held.split()), per_basket=int(most))
    assert taken_off(story.buys("2026-03-11", basket)) == [int(cell) for cell in taken.split()]


def test_one_voucher_comes_off_unless_the_program_says_more():
    assert taken_off(holder(500, 300).buys("2026-03-11", "20")) == [500]


@pytest.mark.parametrize(("basket", "taken"), [("14.99", []), ("15", [500]), ("15.01", [500])])
def test_a_basket_may_have_to_come_to_something_first(basket, taken):
    story = holder(500, basket_at_least=1500)
    decision = story.buys("2026-03-11", basket)
    assert taken_off(decision) == taken
    assert skipped(decision).get("vouchers") == (None if taken else "basket_too_small")


def test_a_voucher_may_be_used_only_on_request():
    story = holder(500, applied="on request")
    decision = story.buys("2026-03-11", "12")
    assert (taken_off(decision), skipped(decision)) == ([], {})


def test_without_vouchers_there_is_nothing_to_say():
    story = Story(shop(basket_at_least=1500))
    assert skipped(story.buys("2026-03-11", "1")) == {}


def test_vouchers_of_two_kinds_never_take_more_off_than_there_is_to_pay():
    gift = flat(500, earn="vouchers", on="action:gift", expires=term("10 days"))
    other = flat(400, name="other", earn="cash", on="action:gift")
    units = {"points": Unit(), "vouchers": Unit(money=True), "cash": Unit(money=True)}
    story = Story(
        program(
            gift,
            other,
            vouchers(),
            vouchers(name="cash", gives=Quantity(400, "cash")),
            points_per_dollar(),
            units=units,
        )
    )
    story.does("2026-03-10", "gift")
    decision = story.buys("2026-03-11", "6")
    assert (taken_off(decision), granted(decision)) == ([500], {"base": 1})
    assert (taken_off(story.buys("2026-03-11", "6")), story.has("cash")) == ([400], 0)


def test_an_expired_voucher_comes_off_nothing():
    story = holder(500)
    assert story.due() == "2026-03-21 00:00"
    assert taken_off(story.buys("2026-03-20 23:59:59", "12")) == [500]
    story = holder(500)
    assert taken_off(story.buys("2026-03-21", "12")) == []


LATE = """
    # basket of           | taken off, with a voucher given on 10 March at midnight
      2026-03-09 23:59:59 |
      2026-03-10 00:00:00 | 500
      2026-03-10 00:00:01 | 500
"""


@pytest.mark.parametrize(("when", "taken"), rows(LATE))
def test_a_voucher_does_not_come_off_a_late_basket_from_before_it_was_given(when, taken):
    story = holder(500)
    story.waits_until("2026-03-12")
    assert taken_off(story.buys(when, "12")) == [int(cell) for cell in taken.split()]


def test_two_vouchers_with_one_name_are_still_two():
    """Names come from ids that a source chose; even where two meet, only the one that is used goes."""
    story = Story(program(vouchers(), flat(300, name="x", earn="vouchers", expires=term("5 days"))))
    story.buys("2026-03-10", "0", id="a")
    story.is_adjusted("2026-03-10", 500, "vouchers")
    lots = story.wallet("vouchers").lots
    assert [lot.amount for lot in lots] == [300, 500]
    story.state.wallets["vouchers"] = type(story.wallet())(
        tuple(type(lot)(lot.amount, lot.earned_at, lot.expires_at, reference="same") for lot in lots)
    )
    assert taken_off(story.buys("2026-03-11", "3", id="b")) == [300]
    assert story.has("vouchers") == 500 + 300, "the other, and the one that this basket earned"


def test_a_voucher_lasts_as_long_as_its_unit_says_unless_it_has_a_term_of_its_own():
    units = {"points": Unit(), "vouchers": Unit(money=True, expires=term("90 days"))}
    for settings, ends in (({}, "2026-07-01 00:00"), ({"valid": term("30 days")}, "2026-05-02 00:00")):
        story = Story(program(vouchers(**settings), units=units))
        story.is_adjusted("2026-03-10", 500)
        story.waits_until("2026-04-01")
        assert [shown_instant(lot.expires_at) for lot in story.wallet("vouchers").lots] == [ends]


# Dates of its own, windows, and limits: the rules of an outdoor brand's program in the United States.

JUNE = IssueDate(month=6, day=15, earned_month=5, earned_day=31)
OCTOBER = IssueDate(month=10, day=15, earned_month=9, earned_day=30)
FEBRUARY = IssueDate(month=2, day=15, earned_month=1, earned_day=31)


def outdoor(**settings: object):
    """A point a dollar; every 100 become 10 dollars three times a year, at most 5 an issue and 15 a year."""
    known: dict[str, object] = {
        "every": Quantity(100, "points"), "gives": Quantity(1000, "vouchers"), "issued": (JUNE, OCTOBER, FEBRUARY),
        "most": 5, "most_in": (Allowance(15, "year"),), "valid": term("11 months"),
        "applied": "on request",
    }  # fmt: skip
    bonus = flat(60, name="bonus", on="action:checkin", limit=cap(per_member=100, period="year"))
    return program(vouchers(**(known | settings)), points_per_dollar(), bonus)


def test_three_earning_windows_a_year_with_what_is_above_the_limits_rolling_on():
    story = Story(outdoor())
    story.buys("2026-03-10", "740")
    assert story.due() == "2026-06-01 00:00"
    story.waits_until("2026-06-15")
    assert (story.has("vouchers"), story.has()) == (5000, 240), "at most 5 an issue"
    story.buys("2026-09-30 23:59:59", "60.00")
    story.buys("2026-10-01", "500")
    story.waits_until("2026-10-15")
    assert (story.has("vouchers"), story.has()) == (8000, 500), "300 of the second window; October's wait"
    story.waits_until("2027-02-15")
    assert (story.has("vouchers"), story.has()) == (13_000, 0)
    story.waits_until("2027-05-16")
    assert story.has("vouchers") == 8000, "eleven months after 15 June"


@pytest.mark.parametrize(
    ("earned", "issued"),
    [("2026-05-31 23:59:59", 1), ("2026-06-01 00:00:00", 0), ("2026-06-14", 0)],
)
def test_what_comes_behind_the_window_waits_for_the_next_issue(earned, issued):
    story = Story(outdoor())
    story.buys(earned, "100")
    story.waits_until("2026-06-15")
    assert story.has("vouchers") == 1000 * issued
    story.waits_until("2026-10-15")
    assert story.has("vouchers") == 1000


@pytest.mark.parametrize(("limit", "left"), [(6, 100), (7, 0), (8, 0)])
def test_a_year_gives_no_more_than_its_limit(limit, left):
    story = Story(outdoor(most_in=(Allowance(limit, "year"),)))
    story.buys("2026-03-10", "500")
    story.buys("2026-07-10", "200")
    story.waits_until("2026-10-15")
    assert story.has() == left
    story.waits_until("2027-02-15")
    assert (story.has(), len(story.wallet("vouchers").lots)) == (0, 7), "another year"


def test_bonuses_that_are_no_purchase_are_limited_by_a_cap_of_their_own():
    story = Story(outdoor())
    for _ in range(3):
        story.does("2026-03-10", "checkin")
    story.waits_until("2026-06-15")
    assert (story.has("vouchers"), story.has()) == (1000, 0)


@pytest.mark.parametrize(("receipt", "issued"), [("may", 0), ("june", 1)])
def test_goods_of_the_window_that_come_back_take_their_points_out_of_the_issue(receipt, issued):
    story = Story(outdoor())
    story.buys("2026-05-30", "100", id="may")
    story.buys("2026-06-02", "100", id="june")
    story.brings_back("2026-06-10", receipt)
    story.waits_until("2026-06-15")
    assert (story.has("vouchers"), story.has()) == (1000 * issued, 100 - 100 * issued)


def test_what_was_noted_for_one_issue_counts_for_no_other():
    story = Story(outdoor())
    story.buys("2026-05-30", "200")
    story.waits_until("2026-06-02")
    story.is_adjusted("2026-06-03", -200)
    story.buys("2026-10-10", "150")
    story.waits_until("2026-10-15")
    assert (story.has("vouchers"), story.has()) == (0, 150)


def test_days_without_a_window_take_what_is_there():
    story = Story(outdoor(issued=(IssueDate(month=6, day=15), IssueDate(month=2, day=29))))
    story.buys("2026-06-14 23:59:59", "100")
    assert story.due() == "2026-06-15 00:00"
    story.waits_until("2026-06-15")
    assert story.has("vouchers") == 1000
    story.buys("2026-06-15", "100")
    assert story.due() == "2027-02-28 00:00", "29 February in other years"
