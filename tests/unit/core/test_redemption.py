"""Rewards: what they cost and give, how many there are and for whom, and why one is refused."""

from datetime import date
from typing import Any

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.effects import Rewarded
from guerdon.core.events import Redeem
from guerdon.core.program import Allowance, Program, Quantity, Refill, Unit, When
from guerdon.mechanics import Tiers
from guerdon.mechanics.tiers import Level
from tests.builders import NEW_YORK, Story, flat, instant, moment, program, reward, rows, shown_instant, term

LADDER = Tiers(
    meter="spend",
    levels=(Level(name="basic"), Level(name="silver", threshold=10_000), Level(name="gold", threshold=50_000)),
    kept=term("1 year"),
)
UNITS = {"points": Unit(), "vouchers": Unit(money=True), "cash": Unit(money=True, divisible=True), "stamps": Unit()}


def shop(**settings: Any) -> Program:
    """One reward, a mug at 500 points unless told otherwise."""
    return program(LADDER, units=UNITS, rewards=(reward("mug", **({"cost": 500} | settings)),))


def member(declared: Program, points: int = 10_000) -> Story:
    story = Story(declared)
    story.is_adjusted("2026-03-01", points)
    return story


def refusal(story: Story, when: str = "2026-03-10 14:30", amount: int = 0, channel: str = "") -> str:
    at = moment(when, NEW_YORK)
    return story.is_refused(Redeem(id="r", member="m", at=at, reward="mug", amount=amount, channel=channel)).code


def lots(story: Story, unit: str = "vouchers") -> list[int]:
    return [lot.amount for lot in story.wallet(unit).lots]


# Amounts.

AMOUNTS = """
    # taken         | amount | costs | or is refused
      once          | 0      | 500   |
      once          | 500    | 500   |
      once          | 499    |       | reward_amount_wrong
      once          | 1000   |       | reward_amount_wrong
      several times | 0      | 500   |
      several times | 1500   | 1500  |
      several times | 1499   |       | reward_amount_wrong
      several times | 1501   |       | reward_amount_wrong
      several times | 10000  | 10000 |
      several times | 10500  |       | redemption_exceeds_available_points
      in any amount | 499    |       | reward_amount_wrong
      in any amount | 500    | 500   |
      in any amount | 777    | 777   |
      in any amount | 10001  |       | redemption_exceeds_available_points
"""


@pytest.mark.parametrize(("taken", "amount", "costs", "refused"), rows(AMOUNTS))
def test_how_much_may_be_taken(taken, amount, costs, refused):
    story = member(shop(taken=taken))
    if refused:
        assert refusal(story, amount=int(amount)) == refused
        return
    story.redeems("2026-03-10", "mug", int(amount))
    assert story.has() == 10_000 - int(costs)


def test_several_pieces_are_as_many_vouchers():
    story = member(shop(taken="several times", gives=Quantity(1000, "vouchers"), valid=term("30 days")))
    story.redeems("2026-03-10", "mug", 1500)
    assert lots(story) == [1000, 1000, 1000]
    assert story.due() == "2026-04-10 00:00"


def test_several_pieces_of_another_unit_are_one_amount():
    story = member(shop(taken="several times", gives=Quantity(3, "stamps")))
    story.redeems("2026-03-10", "mug", 1000)
    assert lots(story, "stamps") == [6]


@pytest.mark.parametrize(("pieces", "fits"), [(100, True), (101, False)])
def test_one_redemption_gives_no_more_vouchers_than_a_wallet_bears(pieces, fits):
    story = member(shop(cost=1, taken="several times", gives=Quantity(1, "vouchers")))
    if fits:
        story.redeems("2026-03-10", "mug", pieces)
        assert len(lots(story)) == pieces
    else:
        assert refusal(story, amount=pieces) == "reward_amount_wrong"


ANY = """
    # value per points | amount | cents
      1 1              | 250    | 250       # a point is a cent
      100 100          | 250    | 250
      100 300          | 250    | 83        # rounded down
      1 300            | 300    | 1
      1 300            | 299    | refused   # worth nothing
"""


@pytest.mark.parametrize(("value", "amount", "cents"), rows(ANY))
@pytest.mark.parametrize("unit", ["cash", "vouchers"])
def test_any_amount_is_worth_so_much(value, amount, cents, unit):
    gives, per = map(int, value.split())
    story = member(shop(cost=1, taken="in any amount", gives=Quantity(0, unit), value=Rate(gives, per)))
    if cents == "refused":
        assert refusal(story, amount=int(amount)) == "reward_amount_wrong"
        return
    story.redeems("2026-03-10", "mug", int(amount))
    assert lots(story, unit) == [int(cents)]


def test_what_a_reward_is_told_to_have_given():
    story = member(shop(taken="several times"))
    assert story.redeems("2026-03-10", "mug", 1000).outcome.effects[-1] == Rewarded("mug", 2)


# By tier.

BY_TIER = {"gold": Quantity(400, "points"), "silver": Quantity(500, "points")}


@pytest.mark.parametrize(("spent", "costs"), [("99.99", ""), ("100", "500"), ("499.99", "500"), ("500", "400")])
def test_the_price_may_depend_on_the_tier(spent, costs):
    story = member(shop(cost_by_tier=BY_TIER))
    story.buys("2026-03-05", spent)
    if not costs:
        assert refusal(story) == "reward_not_for_this_member"
        return
    story.redeems("2026-03-10", "mug")
    assert story.has() == 10_000 - int(costs)


# How often.


def test_a_member_may_take_so_many_in_a_period():
    story = member(shop(per_member=(Allowance(2, "day"), Allowance(3, "month"))))
    story.redeems("2026-03-10 10:00", "mug")
    story.redeems("2026-03-10 11:00", "mug")
    assert refusal(story, "2026-03-10 12:00") == "reward_limit_reached"
    story.redeems("2026-03-11", "mug")
    assert refusal(story, "2026-03-12") == "reward_limit_reached"
    story.redeems("2026-04-01", "mug")


@pytest.mark.parametrize(("pieces", "refused"), [(1, False), (2, False), (3, True)])
def test_so_many_at_once(pieces, refused):
    story = member(shop(taken="several times", at_once=2))
    if refused:
        assert refusal(story, amount=500 * pieces) == "reward_limit_reached"
    else:
        story.redeems("2026-03-10", "mug", 500 * pieces)
        story.redeems("2026-03-10", "mug", 500 * pieces)


# Stock.

TUESDAYS_AND_THURSDAYS = Refill(weekdays=(1, 3), minute=9 * 60)

DROPS = """
    # two taken on     | a third on          |
      2026-03-10 09:00 | 2026-03-10 23:59:59 | refused
      2026-03-10 09:00 | 2026-03-12 08:59:59 | refused    # Thursday, before nine
      2026-03-10 09:00 | 2026-03-12 09:00:00 | taken
      2026-03-10 08:59 | 2026-03-10 09:00:00 | taken      # of Tuesday's drop; the others were of Thursday's
      2026-03-12 09:00 | 2026-03-16 12:00:00 | refused    # Monday
      2026-03-12 09:00 | 2026-03-17 09:00:00 | taken
      2026-03-05 09:00 | 2026-03-10 09:00:00 | taken      # the clocks changed in between
"""


@pytest.mark.parametrize(("first", "third", "outcome"), rows(DROPS))
def test_stock_that_comes_in_drops(first, third, outcome):
    story = member(shop(stock=2, refilled=TUESDAYS_AND_THURSDAYS))
    story.redeems(first, "mug")
    story.redeems(first, "mug")
    if outcome == "refused":
        assert refusal(story, third) == "reward_out_of_stock"
    else:
        story.redeems(third, "mug")


def test_each_drop_is_a_shared_limit_with_a_name_of_its_own():
    story = member(shop(stock=2, refilled=TUESDAYS_AND_THURSDAYS))
    tuesday = f"stock:mug@{instant('2026-03-10 09:00')}"
    assert story.redeems("2026-03-11", "mug").limit_uses == {tuesday: 1}
    event = Redeem(id="r", member="m", at=moment("2026-03-12 09:00"), reward="mug")
    assert story.timeline.limits_for([event]) == {f"stock:mug@{instant('2026-03-12 09:00')}": 2}


def test_stock_that_is_there_anew_each_month():
    story = member(shop(stock=1, refilled=Refill(period="month")))
    story.redeems("2026-03-31", "mug")
    assert refusal(story, "2026-03-31 23:59:59") == "reward_out_of_stock"
    story.redeems("2026-04-01", "mug")


def test_several_pieces_come_out_of_the_stock():
    story = member(shop(stock=3, taken="several times"))
    story.redeems("2026-03-10", "mug", 1000)
    assert refusal(story, amount=1000) == "reward_out_of_stock"
    story.redeems("2026-03-10", "mug", 500)


# When and where.

DATES = """
      2026-03-09 23:59:59 | reward_not_now
      2026-03-10 00:00:00 |
      2026-03-20 23:59:59 |
      2026-03-21 00:00:00 | reward_not_now
"""


@pytest.mark.parametrize(("when", "refused"), rows(DATES))
def test_a_reward_may_come_and_go(when, refused):
    story = member(shop(first_day=date(2026, 3, 10), last_day=date(2026, 3, 20)))
    if refused:
        assert refusal(story, when) == refused
    else:
        story.redeems(when, "mug")


@pytest.mark.parametrize(("channel", "refused"), [("app", ""), ("web", "reward_not_here"), ("", "reward_not_here")])
def test_a_reward_may_be_for_a_channel(channel, refused):
    story = member(shop(when=When(channel=("app",))))
    if refused:
        assert refusal(story, channel=channel) == refused
    else:
        story.redeems("2026-03-10", "mug", channel=channel)


# Codes.


def test_a_reward_may_unlock_a_code_with_a_lifetime():
    story = member(shop(code=True, valid=term("30 days")))
    first, second = [story.redeems("2026-03-10", "mug").outcome.effects[-1] for _ in range(2)]
    assert isinstance(first, Rewarded)
    assert isinstance(second, Rewarded)
    assert (len(first.code), shown_instant(first.expires_at)) == (16, "2026-04-10 00:00")
    assert first.code != second.code


def test_a_code_without_a_term_is_good_for_ever():
    told = member(shop(code=True)).redeems("2026-03-10", "mug").outcome.effects[-1]
    assert isinstance(told, Rewarded)
    assert told.expires_at is None


def test_taking_a_reward_is_announced_to_other_mechanics():
    mug = reward("mug", 500)
    story = member(program(flat(5, name="thanks", on="redeemed:mug"), rewards=(mug,)))
    story.redeems("2026-03-10", "mug")
    assert story.has() == 9_505


# Of several reasons.

ORDER = [
    "reward_not_now", "reward_not_here", "reward_not_for_this_member", "reward_amount_wrong", "reward_limit_reached",
    "redemption_exceeds_available_points", "reward_out_of_stock",
]  # fmt: skip


@pytest.mark.parametrize("mended", range(len(ORDER)))
def test_the_first_reason_is_told(mended):
    """Everything is wrong at first; each reason that is mended brings up the next."""
    when = When(
        channel=("app",) if mended < 2 else None,
        tier=("gold",) if mended < 3 else None,
    )
    story = member(
        shop(
            first_day=date(2026, 4, 1) if mended < 1 else None, when=when, at_once=0 if mended < 5 else None,
            taken="several times", stock=0,
        ),
        points=400 if mended < 6 else 10_000,
    )  # fmt: skip
    assert refusal(story, amount=501 if mended < 4 else 500) == ORDER[mended]
