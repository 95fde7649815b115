"""Holds: what they reserve, how they end, and what becomes of what goes back; rewards and prices of one checkout."""

from typing import Any

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.effects import (
    Captured,
    Converted,
    CouponExpired,
    CouponUsed,
    CouponWithdrawn,
    Discounted,
    Expired,
    Granted,
    Held,
    PaidWith,
    Released,
    Restored,
    Reversed,
    Rewarded,
    Spent,
    news_of,
    transfers_of,
)
from guerdon.core.events import Describe, Erase, Purchase, TakenReward, Traits, decode_event, encode_event
from guerdon.core.holding import MOST_DAYS, MOST_HOLDS
from guerdon.core.program import Allowance, Becomes, Changes, Partner, Program, Quantity, Refill, Unit, When
from guerdon.core.purchasing import to_pay
from guerdon.core.reducing import PriceLimit
from guerdon.mechanics import Coupon, Discount, Payment, Vouchers
from tests.builders import (
    Story,
    from_day,
    instant,
    line,
    moment,
    off,
    points_per_dollar,
    program,
    purchase,
    reward,
    rows,
    shown_instant,
    term,
)

NOW = "2026-03-10 14:00"
SOON = "2026-03-10 14:30"
PAYMENT = Payment(unit="points", earns=False)
VOUCHERS = Vouchers(every=Quantity(10_000, "points"), gives=Quantity(1, "vouchers"), issued="year", per_basket=5)
TEN_OFF = reward("ten-off", 100, gives=Quantity(1_000, "vouchers"), taken="several times", stock=5)


def shop(*mechanics: object, points: int = 500, **settings: Any) -> Story:
    """A member with points, who pays with them at a cent each, and a little catalogue."""
    known: dict[str, Any] = {
        "units": {"points": Unit(), "vouchers": Unit(money=True), "cash": Unit(money=True, divisible=True)},
        "rewards": (
            TEN_OFF,
            reward("mug", 50, stock=1),
            reward("change", 10, taken="in any amount", gives=Quantity(0, "cash"), value=Rate(1, 2)),
            reward("ticket", 20, code=True, per_member=(Allowance(2, "day"),), taken="several times"),
        ),
    }
    story = Story(program(PAYMENT, VOUCHERS, *mechanics, **(known | settings)))
    if points:
        story.is_adjusted("2026-03-01", points)
    return story


def what(decision: Any, *types: type) -> list[object]:
    return [effect for effect in decision.outcome.effects if isinstance(effect, types)]


# An amount.

PARTS = """
    # captured | spent | back | or is refused
      1        | 1     | 199  |
      199      | 199   | 1    |
      200      | 200   | 0    |
      201      |       |      | capture_exceeds_hold
               | 200   | 0    |
"""


@pytest.mark.parametrize(("captured", "spent", "back", "code"), rows(PARTS))
def test_a_part_of_what_is_held_is_spent_and_the_rest_goes_back(captured, spent, back, code):
    story = shop()
    held = story.holds(NOW, SOON, "h", unit="points", amount=200)
    assert held.outcome.effects == (Held("h", instant(SOON), "points", 200),)
    assert (story.has(), story.has_held()) == (300, 200)
    amount = int(captured) if captured else None
    if code:
        assert story.is_refused(story.a_capture(NOW, "h", amount)).code == code
        return
    done = story.captures("2026-03-10 14:29:59", "h", amount)
    assert (story.has(), story.has_held(), story.state.holds) == (300 + int(back), 0, {})
    moved = [(move.source, move.target, move.amount) for move in transfers_of(done.outcome.effects)]
    assert moved == [("held", "redeemed", int(spent))] + [("held", "available", int(back))] * (int(back) > 0)


@pytest.mark.parametrize(("amount", "is_refused"), [(499, False), (500, False), (501, True)])
def test_no_more_is_held_than_is_available(amount, is_refused):
    story = shop()
    event = story.a_hold(NOW, SOON, unit="points", amount=amount)
    if is_refused:
        assert story.is_refused(event).code == "wanted_exceeds_available"
    else:
        story.meets(event)
        assert story.has() == 500 - amount


@pytest.mark.parametrize(("until", "is_refused"), [(0, True), (1, False), (MOST_DAYS, False), (MOST_DAYS + 1, True)])
def test_a_hold_ends_after_it_begins_and_in_a_month(until, is_refused):
    story = shop()
    begins = story.a_hold(NOW, NOW, unit="points", amount=1)
    seconds = until if until < 2 else until * 86_400
    event = msgspec.structs.replace(begins, until=moment(NOW).fromtimestamp(instant(NOW) + seconds, moment(NOW).tzinfo))
    assert (story.tries(event).outcome.refusal is not None) == is_refused


def test_what_is_held_cannot_be_spent_otherwise():
    story = shop(points=100)
    story.holds(NOW, SOON, "h", unit="points", amount=51)
    assert story.is_refused(story.a_redemption(NOW, "mug")).code == "redemption_exceeds_available_points"
    story.releases(NOW, "h")
    story.redeems(NOW, "mug")
    assert story.has() == 50


def test_a_member_holds_twenty_things_at_once():
    story = shop()
    for number in range(MOST_HOLDS):
        story.holds(NOW, SOON, f"h{number}", unit="points", amount=1)
    assert story.is_refused(story.a_hold(NOW, SOON, unit="points", amount=1)).code == "holds_too_many"
    story.releases(NOW, "h3")
    story.holds(NOW, SOON, unit="points", amount=1)


# Time.

LAPSES = """
    # looked at           | available | held
      2026-03-10 14:29:59 | 300       | 200
      2026-03-10 14:30:00 | 500       | 0
      2026-03-10 14:30:01 | 500       | 0
"""


@pytest.mark.parametrize(("when", "available", "held"), rows(LAPSES))
def test_what_nobody_captures_comes_back_by_itself(when, available, held):
    story = shop()
    story.holds(NOW, SOON, "h", unit="points", amount=200)
    assert story.due() == SOON
    decision = story.waits_until(when)
    assert (story.has(), story.has_held()) == (int(available), int(held))
    lapsed = Released("h", "lapsed", "points", 200, at=instant(SOON))
    assert decision.outcome.effects == ((lapsed,) if held == "0" else ())


def test_a_lapse_is_told_the_world_and_a_release_is_not():
    one = Released("h", "lapsed", "points", 200, at=instant(SOON))
    assert [item.type for item in news_of([one, Released("h", "released", "points", 200)])] == ["hold.lapsed"]


EXPIRING = {"units": {"points": Unit(expires=term("10 days")), "vouchers": Unit(money=True)}, "rewards": ()}
"""Points of 1 March are there through 11 March: gone at midnight."""


@pytest.mark.parametrize("way", ["released", "lapsed", "captured in part"])
def test_what_expired_meanwhile_expires_as_it_comes_back(way):
    story = shop(**EXPIRING)
    story.is_adjusted("2026-03-05", 40)
    story.holds("2026-03-11 23:00", "2026-03-12 01:00", "h", unit="points", amount=510)
    story.waits_until("2026-03-12 00:30")
    assert (story.has(), story.has_held()) == (30, 510)
    if way == "released":
        decision = story.releases("2026-03-12 00:30", "h")
    elif way == "lapsed":
        decision = story.waits_until("2026-03-13")
    else:
        decision = story.captures("2026-03-12 00:30", "h", 100)
    when = "2026-03-12 01:00" if way == "lapsed" else "2026-03-12 00:30"
    gone = 400 if way == "captured in part" else 500
    assert what(decision, Expired) == [Expired("points", gone, instant(when), "expiry")]
    assert story.has() == 40


def test_a_purchase_uses_what_it_held_though_it_would_have_expired():
    story = shop(**EXPIRING)
    story.holds("2026-03-11 23:50", "2026-03-12 00:20", "h", unit="points", amount=200)
    decision = story.buys("2026-03-12 00:10", "10", holds=("h",), spend={"points": 150})
    assert what(decision, Released, PaidWith) == [
        Released("h", "purchase", "points", 200), PaidWith("payment", "points", 150, 150),
    ]  # fmt: skip
    rest = [effect for effect in what(decision, Expired) if effect.at == instant("2026-03-12 00:10")]
    assert [(effect.amount, story.has()) for effect in rest] == [(50, 0)]


def test_what_comes_back_after_its_wallet_has_lapsed_lapses_too():
    units = {"points": Unit(inactive_after=term("5 days")), "vouchers": Unit(money=True)}
    story = shop(units=units, rewards=())
    story.holds("2026-03-02", "2026-03-20", "h", unit="points", amount=200)
    story.waits_until("2026-03-10")
    assert (story.has(), story.has_held()) == (0, 200)
    decision = story.releases("2026-03-11", "h")
    assert what(decision, Expired) == [Expired("points", 200, instant("2026-03-11"), "inactivity")]
    assert (story.has(), story.state.next_due_at) == (0, None)


def test_capturing_is_activity_and_holding_and_releasing_are_not():
    story = shop()
    joined = story.state.last_activity_at
    story.holds(NOW, SOON, "h", unit="points", amount=2)
    story.holds(NOW, SOON, "i", unit="points", amount=2)
    story.releases(NOW, "h")
    assert story.state.last_activity_at == joined
    story.captures(NOW, "i", 1)
    assert story.state.last_activity_at == instant(NOW)


# A reward.


def test_a_reward_is_held_with_its_stock_and_given_when_it_is_captured():
    story = shop()
    held = story.holds(NOW, SOON, "h", reward="mug")
    assert held.outcome.effects == (Held("h", instant(SOON), "points", 50, "mug", 1),)
    assert (held.limit_uses, story.has(), story.limits["stock:mug"]) == ({"stock:mug": 1}, 450, 0)
    assert story.is_refused(story.a_redemption(NOW, "mug")).code == "reward_out_of_stock"
    done = story.captures("2026-03-10 14:10", "h")
    assert done.outcome.effects == (Captured("h", "points", 50, "mug"), Rewarded("mug"))
    assert (done.limit_uses, story.has(), story.has_held()) == ({}, 450, 0)


@pytest.mark.parametrize("way", ["released", "lapsed", "purchase"])
def test_what_a_held_reward_took_from_the_stock_comes_back(way):
    story = shop()
    story.holds(NOW, SOON, "h", reward="mug")
    if way == "released":
        decision = story.releases(NOW, "h")
    elif way == "lapsed":
        decision = story.waits_until("2026-03-11")
    else:
        decision = story.buys(NOW, "1", holds=("h",))
    assert (decision.limit_uses, decision.limits_seen) == ({"stock:mug": -1}, {"stock:mug": 1})
    assert what(decision, Released)[0].why == way
    story.redeems("2026-03-11", "mug")
    assert story.is_refused(story.a_redemption("2026-03-11", "mug")).code == "reward_out_of_stock"


def test_a_purchase_takes_the_very_piece_that_it_held():
    story = shop()
    story.holds(NOW, SOON, "h", reward="mug")
    decision = story.buys(NOW, "1", holds=("h",), rewards=(TakenReward("mug"),))
    assert (decision.limit_uses["stock:mug"], story.limits["stock:mug"]) == (0, 0)
    assert [type(effect) for effect in decision.outcome.effects] == [Released, Spent, Rewarded]


PIECES = """
    # captured | vouchers | stock left | points | or is refused
      99       |          |            |        | reward_amount_wrong
      100      | 1        | 4          | 400    |
      101      |          |            |        | reward_amount_wrong
      200      | 2        | 3          | 300    |
               | 3        | 2          | 200    |
      301      |          |            |        | capture_exceeds_hold
"""


@pytest.mark.parametrize(("captured", "vouchers", "stock", "points", "code"), rows(PIECES))
def test_some_pieces_of_a_held_reward_are_given_and_the_others_go_back(captured, vouchers, stock, points, code):
    story = shop()
    story.holds(NOW, SOON, "h", reward="ten-off", amount=300)
    amount = int(captured) if captured else None
    if code:
        assert story.is_refused(story.a_capture(NOW, "h", amount)).code == code
        return
    story.captures(NOW, "h", amount)
    assert [lot.reference for lot in story.wallet("vouchers").lots] == ["h", "h/2", "h/3"][: int(vouchers)]
    assert (story.limits["stock:ten-off"], story.has()) == (int(stock), int(points))


@pytest.mark.parametrize(
    ("captured", "code"), [(9, "reward_amount_wrong"), (10, ""), (100, ""), (101, "capture_exceeds_hold")]
)
def test_a_part_of_a_reward_in_any_amount_is_given_for_its_part(captured, code):
    story = shop()
    story.holds(NOW, SOON, "h", reward="change", amount=100)
    if code:
        assert story.is_refused(story.a_capture(NOW, "h", captured)).code == code
        return
    story.captures(NOW, "h", captured)
    assert (story.has("cash"), story.has()) == (captured // 2, 500 - captured)


def test_what_a_member_may_take_is_counted_while_it_is_held():
    story = shop()
    story.holds(NOW, SOON, "h", reward="ticket", amount=40)
    assert story.is_refused(story.a_redemption(NOW, "ticket")).code == "reward_limit_reached"
    story.captures(NOW, "h", 20)
    story.redeems(NOW, "ticket")
    assert story.is_refused(story.a_redemption(NOW, "ticket")).code == "reward_limit_reached"


def test_a_period_that_is_forgotten_by_then_is_not_counted_back():
    story = shop(late_events=0)
    story.holds("2026-03-02", "2026-03-30", "h", reward="ticket")
    story.redeems("2026-03-20", "ticket")
    story.redeems("2026-03-25", "ticket")
    used = story.state.used
    story.releases("2026-03-26", "h")
    assert story.state.used == used
    assert story.has() == 460


def test_a_piece_of_an_earlier_drop_goes_back_to_that_drop():
    drops = reward("mug", 50, stock=1, refilled=Refill(weekdays=(1, 3), minute=540))
    story = shop(rewards=(drops,))
    story.holds("2026-03-10 10:00", "2026-03-20", "h", reward="mug")
    story.redeems("2026-03-12 10:00", "mug")
    decision = story.releases("2026-03-12 10:01", "h")
    assert decision.limit_uses == {f"stock:mug@{instant('2026-03-10 09:00')}": -1}
    assert story.is_refused(story.a_redemption("2026-03-12 10:02", "mug")).code == "reward_out_of_stock"


def test_a_reward_of_a_partner_is_spent_with_the_partner():
    story = shop(rewards=(reward("flight", 20, partner="sky"),), partners={"sky": Partner()})
    story.holds(NOW, SOON, "h", reward="flight")
    moved = transfers_of(story.captures(NOW, "h").outcome.effects)
    assert [(move.source, move.target, move.reason) for move in moved] == [("held", "partner:sky", "flight")]


def test_a_reward_that_costs_nothing_is_held_for_its_stock_alone():
    story = shop(rewards=(reward("sample", 0, stock=1),))
    story.holds(NOW, SOON, "h", reward="sample")
    assert transfers_of(story.captures(NOW, "h").outcome.effects) == []
    assert story.is_refused(story.a_redemption(NOW, "sample")).code == "reward_out_of_stock"


# A coupon.


def coupons(**settings: Any) -> Story:
    """A member with a coupon of 5.00 for having joined, good through 30 January."""
    known = {"name": "hello", "off": off("5.00"), "on": "enrol", "applied": "on request", "valid": term("29 days")}
    return shop(Coupon(**(known | settings)), points=0)


def test_a_held_coupon_is_used_by_the_purchase_that_ends_the_hold_and_by_no_other():
    story = coupons()
    (coupon,) = story.state.coupons
    held = story.holds("2026-01-10", "2026-01-20", "h", code=coupon.reference)
    assert (held.outcome.effects, story.state.coupons) == (
        (Held("h", instant("2026-01-20"), code=coupon.reference),), (),
    )  # fmt: skip
    other = purchase("p", "2026-01-11", "20", codes=(coupon.reference,))
    assert story.is_refused(other).code == "code_unknown"
    decision = story.buys("2026-01-11", "20", holds=("h",), codes=(coupon.reference,))
    assert what(decision, CouponUsed) == [CouponUsed("hello", coupon.reference, coupon.expires_at)]
    assert story.state.holds == {}


def test_a_captured_coupon_is_used_up():
    story = coupons()
    (coupon,) = story.state.coupons
    story.holds("2026-01-10", "2026-01-20", "h", code=coupon.reference)
    decision = story.captures("2026-01-11", "h")
    assert decision.outcome.effects == (
        Captured("h", code=coupon.reference), CouponUsed("hello", coupon.reference, coupon.expires_at),
    )  # fmt: skip
    assert story.state.coupons == ()


@pytest.mark.parametrize(
    ("released", "is_there"), [("2026-01-30 23:59:59", True), ("2026-01-31", False), ("2026-02-03", False)]
)
def test_a_coupon_that_comes_back_lasts_as_long_as_it_did(released, is_there):
    story = coupons()
    (coupon,) = story.state.coupons
    assert shown_instant(coupon.expires_at) == "2026-01-31 00:00"
    story.holds("2026-01-10", "2026-02-05", "h", code=coupon.reference)
    decision = story.releases(released, "h")
    assert story.state.coupons == ((coupon,) if is_there else ())
    gone = [] if is_there else [CouponExpired("hello", coupon.reference, instant(released))]
    assert what(decision, CouponExpired) == gone


def test_a_coupon_on_hold_is_withdrawn_with_the_goods_that_brought_it():
    story = shop(Coupon(name="next", off=off("5.00"), on="purchase", valid=term("90 days")))
    story.buys("2026-03-05", "20", id="p")
    story.holds(NOW, SOON, "h", code="p>next")
    decision = story.brings_back(NOW, "p")
    assert what(decision, Released, CouponWithdrawn) == [
        Released("h", "withdrawn", code="p>next"), CouponWithdrawn("next", "p>next"),
    ]  # fmt: skip
    assert (story.state.coupons, story.state.holds) == ((), {})


def test_the_last_use_of_a_code_is_held_and_comes_back():
    spring = Discount(name="spring", off=off("10 %"), when=When(code=("SPRING",)), limit=PriceLimit(uses_per_code=1))
    story = shop(spring)
    story.holds(NOW, SOON, "h", code="SPRING")
    assert story.limits["spring/code/SPRING"] == 0
    assert what(story.buys(NOW, "10", codes=("SPRING",), spend={}), Held) == []
    assert story.is_refused(story.a_hold(NOW, SOON, code="SPRING")).code == "code_used_up"
    decision = story.buys(NOW, "10", codes=("SPRING",), holds=("h",))
    assert to_pay(story.receipts[sorted(story.receipts)[-1]].event, decision.outcome.effects) == 900
    assert (decision.limit_uses, story.limits["spring/code/SPRING"]) == ({"spring/code/SPRING": 0}, 0)


# Goods that come back, traits that go, versions.


@pytest.mark.parametrize("debt", ["owed", "forgiven"])
def test_what_is_on_hold_when_goods_come_back_is_owed_until_it_does(debt):
    story = Story(program(points_per_dollar(), units={"points": Unit(debt=debt), "vouchers": Unit(money=True)}))
    story.buys("2026-03-01", "100", id="p")
    story.holds(NOW, SOON, "h", unit="points", amount=70)
    (taken,) = what(story.brings_back(NOW, "p"), Reversed)
    assert (taken.available, taken.owed, taken.forgiven, story.has()) == (30, 70, 0, -70)
    story.releases(NOW, "h")
    assert (story.has(), story.wallet().debt) == (0, 0)


def test_of_what_is_forgiven_only_what_is_on_hold_is_owed():
    units = {"points": Unit(debt="forgiven"), "vouchers": Unit(money=True)}
    story = Story(program(points_per_dollar(), units=units, rewards=(reward("mug", 60),)))
    story.buys("2026-03-01", "100", id="p")
    story.redeems("2026-03-02", "mug")
    story.holds(NOW, SOON, "h", unit="points", amount=30)
    (taken,) = what(story.brings_back(NOW, "p"), Reversed)
    assert (taken.available, taken.owed, taken.forgiven) == (10, 30, 60)


def test_holds_stay_when_a_person_is_forgotten():
    story = shop()
    story.holds(NOW, SOON, "h", unit="points", amount=70)
    story.meets(Describe(id="d", member="m", at=moment(NOW), traits=Traits(age=30)))
    story.meets(Erase(id="x", member="m", at=moment(NOW)))
    story.captures(NOW, "h")
    assert story.has() == 430


def dropped(**settings: Any) -> Program:
    """From 15 March on two stars take the place of a point, and the catalogue is empty."""
    changes = Changes(units={"points": Becomes("stars", Rate(2, 1))})
    units = {"stars": Unit(), "vouchers": Unit(money=True), "cash": Unit(money=True, divisible=True)}
    return from_day(program(units=units, changes=changes, meters={}, **settings), "2026-03-15")


@pytest.mark.parametrize("captured", [None, 120, 200])
def test_what_is_held_of_a_dropped_unit_comes_back_as_what_the_unit_has_become(captured):
    first = program(units={"points": Unit(), "vouchers": Unit(money=True)}, meters={})
    story = Story(first, dropped())
    story.is_adjusted("2026-03-01", 500)
    story.holds("2026-03-10", "2026-03-20", "h", unit="points", amount=200)
    story.waits_until("2026-03-15")
    assert (story.has("stars"), story.has_held("points")) == (600, 200)
    decision = story.captures("2026-03-16", "h", captured) if captured else story.releases("2026-03-16", "h")
    back = 200 - (captured or 0)
    assert (story.has("stars"), story.has("points"), story.has_held("points")) == (600 + 2 * back, 0, 0)
    assert [(effect.amount, effect.got) for effect in what(decision, Converted)] == [(back, 2 * back)] * (back > 0)


def test_a_reward_is_given_as_it_was_promised_though_the_program_has_it_no_more():
    units = {"points": Unit(), "coins": Unit(), "vouchers": Unit(money=True)}
    first = program(units=units, meters={}, rewards=(reward("bag", 50, gives=Quantity(30, "coins")),))
    changes = Changes(units={"coins": Becomes("points", Rate(3, 1))})
    second = from_day(
        program(units={"points": Unit(), "vouchers": Unit(money=True)}, meters={}, changes=changes), "2026-03-15"
    )
    story = Story(first, second)
    story.is_adjusted("2026-03-01", 50)
    story.holds("2026-03-10", "2026-03-20", "h", reward="bag")
    story.captures("2026-03-16", "h")
    assert (story.has("points"), story.has("coins")) == (90, 0)


def test_a_held_coupon_goes_by_the_new_name_of_its_mechanic():
    def version(name: str, **settings: Any) -> Program:
        return program(Coupon(name=name, off=off("5.00"), on="enrol", applied="on request"), meters={}, **settings)

    second = from_day(version("welcome", changes=Changes(mechanics={"hello": "welcome"})), "2026-02-01")
    story = Story(version("hello"), second)
    (coupon,) = story.state.coupons
    story.holds("2026-01-20", "2026-02-10", "h", code=coupon.reference)
    decision = story.buys("2026-02-02", "20", holds=("h",), codes=(coupon.reference,))
    assert what(decision, CouponUsed) == [CouponUsed("welcome", coupon.reference)]


def test_a_late_hold_that_is_over_by_now_has_lapsed_already():
    story = Story(program(late_events=5, meters={}))
    story.is_adjusted("2026-03-01", 100)
    story.waits_until("2026-03-10")
    decision = story.holds("2026-03-08", "2026-03-09", "h", unit="points", amount=40)
    assert [type(effect) for effect in decision.outcome.effects] == [Held, Released]
    assert (story.has(), story.state.holds) == (100, {})


# The checkout in one event.


def test_a_voucher_that_a_reward_gives_comes_off_this_very_basket():
    story = shop(points_per_dollar())
    decision = story.buys(NOW, "30", id="p", rewards=(TakenReward("ten-off", 200), TakenReward("ten-off")), expects=0)
    references = ["p>reward-1", "p>reward-1/2", "p>reward-2"]
    assert [effect.reference for effect in what(decision, Granted) if effect.unit == "vouchers"] == references
    assert [effect.reference for effect in what(decision, Discounted)] == references
    assert (story.has(), story.has("vouchers")) == (200, 0)


def test_codes_of_several_rewards_of_one_purchase_differ():
    story = shop()
    decision = story.buys(NOW, "30", rewards=(TakenReward("ticket"), TakenReward("ticket")))
    assert len({effect.code for effect in what(decision, Rewarded)}) == 2
    again = purchase("again", NOW, "30", rewards=(TakenReward("ticket"),))
    assert story.is_refused(again).code == "reward_limit_reached"


def test_what_a_reward_cost_stays_spent_when_the_goods_come_back_and_its_voucher_comes_back():
    story = shop(points_per_dollar())
    story.buys(NOW, "30", id="p", rewards=(TakenReward("ten-off"),), expects=2_000)
    assert story.has() == 420
    decision = story.brings_back("2026-03-11", "p")
    assert [effect.amount for effect in what(decision, Reversed)] == [20], "the voucher was paid for"
    assert [effect.amount for effect in what(decision, Restored)] == [1_000]
    assert (story.has(), story.has("vouchers")) == (400, 1_000)


def test_a_reward_that_cannot_be_taken_refuses_the_purchase():
    story = shop()
    both = purchase("p", NOW, "30", rewards=(TakenReward("mug"), TakenReward("mug")))
    assert story.is_refused(both).code == "reward_out_of_stock"
    poor = purchase("p", NOW, "60", rewards=(TakenReward("ten-off", 500),), spend={"points": 1})
    assert story.is_refused(poor).code == "payment_exceeds_available"


def test_a_condition_of_a_reward_looks_at_the_basket_as_it_stands_before_discounts():
    large = reward("bag", 10, when=When(basket_at_least=2_000))
    story = shop(rewards=(large, TEN_OFF))
    small = purchase("p", NOW, "19.99", rewards=(TakenReward("bag"),))
    assert story.is_refused(small).code == "reward_not_for_this_member"
    story.buys(NOW, "20", rewards=(TakenReward("ten-off"), TakenReward("bag")), expects=1_000)


PRICES = """
    # what comes off             | expects
      nothing                    | 3000
      discount                   | 2700
      discount, voucher          | 1700
      discount, voucher, points  | 1500
      cash                       | 2960
"""


@pytest.mark.parametrize(("parts", "expects"), rows(PRICES))
def test_what_is_to_be_paid_is_what_is_left_after_everything(parts, expects):
    sale = Discount(name="sale", off=off("10 %"), when=When(code=("SALE",)))
    story = shop(sale, Payment(name="cash", unit="cash", earns=True))
    story.is_adjusted(NOW, 100, "cash")
    fields: dict[str, Any] = {"codes": ("SALE",)} if "discount" in parts else {}
    if "voucher" in parts:
        fields["rewards"] = (TakenReward("ten-off"),)
    if "points" in parts:
        fields["spend"] = {"points": 200}
    if "cash" in parts:
        fields["spend"] = {"cash": 40}
    for wrong in (int(expects) - 1, int(expects) + 1):
        refusal = story.is_refused(purchase("p", NOW, "30", expects=wrong, **fields))
        assert (refusal.code, refusal.details) == (
            "price_not_as_expected", {"expected": wrong, "found": int(expects)},
        )  # fmt: skip
    decision = story.buys(NOW, "30", id="p", expects=int(expects), **fields)
    assert to_pay(story.receipts["p"].event, decision.outcome.effects) == int(expects)


def test_hold_at_the_start_of_the_checkout_and_pay_at_its_end():
    story = shop(points=200)
    story.holds(NOW, SOON, "h", unit="points", amount=200)
    alone = purchase("p", NOW, "5", spend={"points": 200})
    assert story.is_refused(alone).code == "payment_exceeds_available"
    story.buys(NOW, "5", id="p", holds=("h",), spend={"points": 200}, expects=300)
    assert (story.has(), story.has_held()) == (0, 0)


def test_a_refused_purchase_leaves_its_holds_open():
    story = shop()
    story.holds(NOW, SOON, "h", unit="points", amount=200)
    story.is_refused(purchase("p", NOW, "5", holds=("h",), spend={"points": 200}, expects=1))
    story.captures(NOW, "h")


def test_nothing_of_it_changes_the_json_of_a_purchase_without_it():
    event = Purchase(id="p", member="m", at=moment(NOW), lines=(line("5"),))
    assert b"holds" not in encode_event(event)
    full = msgspec.structs.replace(event, holds=("h",), rewards=(TakenReward("mug", 5),), expects=0)
    assert decode_event(encode_event(full)) == full
