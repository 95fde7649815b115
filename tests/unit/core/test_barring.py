"""Who may act: blocked for a time, or gone for good."""

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.calendar import instant_of
from guerdon.core.effects import (
    Blocked,
    Closed,
    CouponExpired,
    Expired,
    HouseholdChanged,
    MembershipChanged,
    Refunded,
    Reversed,
    Unblocked,
    news_of,
)
from guerdon.core.events import (
    Action,
    Adjust,
    Block,
    Close,
    Deliver,
    Describe,
    Enrol,
    Enter,
    Erase,
    Join,
    Purchase,
    Redeem,
    Return,
    Send,
    Tick,
    Traits,
    Unblock,
)
from guerdon.mechanics import Coupon, Household, Membership, Payment
from guerdon.mechanics.sending import Sending
from tests.builders import delay, flat, instant, moment, off, points_per_dollar, program, reward, term
from tests.cards import Cards


def cards(*mechanics: object, **settings: object) -> Cards:
    own = (points_per_dollar(), Sending(name="sending", unit="points"), Membership(name="club"), *mechanics)
    return Cards(program(*own, rewards=(reward(cost=1),), **settings), of="m bo")


# Blocked.

WHAT_THE_MEMBER_DOES = [
    ("buys", Purchase, {"lines": ()}),
    ("acts", Action, {"action": "review"}),
    ("redeems", Redeem, {"reward": "coffee"}),
    ("sends", Send, {"unit": "points", "amount": 1, "to": "bo"}),
    ("joins", Join, {"plan": "club"}),
]


@pytest.mark.parametrize(
    ("kind", "fields"), [case[1:] for case in WHAT_THE_MEMBER_DOES], ids=lambda case: str(case)[:9]
)
def test_while_blocked_the_member_does_nothing(kind, fields):
    shop = cards()
    shop.gives("m", 100)
    shop.blocks("m")
    event = kind(**shop.fields("m", "2026-03-02"), **fields)
    if isinstance(event, Purchase):
        event = Purchase(**shop.basket("m", "2026-03-02", "10"))
    assert shop.refuses(event) == "member_blocked"
    shop.unblocks("m", "2026-03-03")
    again = msgspec.structs.replace(event, id="again", at=moment("2026-03-04"))
    shop.meets(again)


@pytest.mark.parametrize(
    ("when", "taken"), [("2026-03-01 11:59:59", True), ("2026-03-01 12:00", False), ("2026-03-01 12:00:01", False)]
)
def test_a_block_counts_from_its_own_instant(when, taken):
    shop = cards()
    shop.blocks("m", "2026-03-01 12:00")
    event = Purchase(**shop.basket("m", when, "10"))
    if taken:
        shop.meets(event)
        assert shop.has("m") == [10]
    else:
        assert shop.refuses(event) == "member_blocked"


def test_what_others_do_returns_staff_and_time_go_on():
    shop = cards(flat(9, name="later", available_after=delay("30 days")))
    bought = Purchase(**shop.basket("m", "2026-02-01", "10"))
    shop.meets(bought)
    shop.gives("bo", 5)
    effects = shop.blocks("m", "2026-02-10")
    assert effects == [Blocked("looked odd", "staff")]
    assert [news.type for news in news_of(effects)] == ["member.blocked"]
    shop.sends("bo", "m", 5, "2026-02-11")
    shop.gives("m", 7, "2026-02-12")
    shop.meets(Describe(**shop.fields("m", "2026-02-13"), traits=Traits(region="sofia")))
    shop.waits("m", "2026-03-10")
    assert shop.has("m") == [31]
    shop.meets(Return(**shop.fields("m", "2026-03-11"), purchase=bought.id))
    shop.meets(Erase(**shop.fields("m", "2026-03-12")))
    assert shop.has("m") == [12]
    assert shop.unblocks("m", "2026-03-13") == [Unblocked("was right", "staff")]
    assert shop.state("m").bar is None


def test_nobody_is_blocked_twice_or_unblocked_for_nothing():
    shop = cards()
    assert shop.refuses(Unblock(**shop.fields("m", "2026-03-01"), reason="r", by="s")) == "member_not_blocked"
    shop.blocks("m")
    assert shop.refuses(Block(**shop.fields("m", "2026-03-02"), reason="r", by="s")) == "member_blocked"


# Closed.


def test_everything_lapses_when_the_member_leaves():
    later = flat(9, name="later", available_after=delay("30 days"))
    next_time = Coupon(name="next", off=off("5.00"), valid=term("90 days"), on="purchase")
    shop = cards(later, next_time)
    shop.meets(Purchase(**shop.basket("m", "2026-02-20", "10")))
    shop.meets(Join(**shop.fields("m", "2026-02-21"), plan="club"))
    effects = shop.closes("m")
    at = instant("2026-03-01")
    assert [effect for effect in effects if isinstance(effect, Expired)] == [
        Expired("points", 19, at, "closed", pending=9)
    ]
    assert [type(effect) for effect in effects if not isinstance(effect, Expired)] == [
        Closed, MembershipChanged, CouponExpired,
    ]  # fmt: skip
    state = shop.state("m")
    assert (shop.has("m"), state.memberships, state.coupons, state.next_due_at) == ([0], {}, (), None)
    assert "member.closed" in [news.type for news in news_of(effects)]


def test_who_has_left_is_gone():
    shop = cards()
    shop.gives("m", 10)
    shop.closes("m")
    for event in (
        Purchase(**shop.basket("m", "2026-02-28", "10")),
        Purchase(**shop.basket("m", "2026-03-02", "10")),
        Adjust(**shop.fields("m", "2026-03-02"), unit="points", amount=5, reason="r", by="s"),
        Describe(**shop.fields("m", "2026-03-02"), traits=Traits()),
        Deliver(**shop.fields("m", "2026-03-02"), purchase="p"),
        Close(**shop.fields("m", "2026-03-02"), reason="r", by="s"),
    ):
        assert shop.refuses(event) == "member_closed"
    assert shop.refuses(Enrol(**shop.fields("m", "2026-03-02"))) == "member_already_enrolled"
    shop.meets(Erase(**shop.fields("m", "2026-03-03")))
    assert shop.meets(Tick(**shop.fields("m", "2026-03-04"))) == []


def test_what_is_sent_to_who_has_left_goes_back():
    shop = cards()
    shop.gives("bo", 10)
    shop.closes("m")
    shop.sends("bo", "m", 10, "2026-03-02")
    assert shop.has("m", "bo") == [0, 10]


@pytest.mark.parametrize(("spent", "why"), [(0, {"expired"}), (5, {"expired"}), (10, {"closed"})])
def test_goods_may_still_come_back_and_nothing_is_owed(spent, why):
    shop = cards()
    bought = Purchase(**shop.basket("m", "2026-02-01", "10"))
    shop.meets(bought)
    for _ in range(spent):
        shop.meets(Redeem(**shop.fields("m", "2026-02-02"), reward="coffee"))
    shop.closes("m")
    effects = shop.meets(Return(**shop.fields("m", "2026-03-05"), purchase=bought.id))
    taken = [effect for effect in effects if isinstance(effect, Reversed)]
    assert ([effect.forgiven for effect in taken], {effect.why_forgiven for effect in taken}) == ([10], why)
    assert shop.has("m") == [0]


def test_what_a_bill_was_paid_with_comes_back_and_lapses_at_once():
    shop = cards(Payment(unit="points", worth=Rate(1, 1), earns=False))
    shop.gives("m", 100)
    bought = Purchase(**shop.basket("m", "2026-02-02", "1", spend={"points": 100}))
    shop.meets(bought)
    shop.closes("m")
    effects = shop.meets(Return(**shop.fields("m", "2026-03-05"), purchase=bought.id))
    assert [effect.amount for effect in effects if isinstance(effect, Refunded)] == [100]
    assert [(effect.amount, effect.reason) for effect in effects if isinstance(effect, Expired)] == [(100, "closed")]
    assert shop.has("m") == [0]


def test_who_leaves_the_program_leaves_the_household_and_a_household_with_people_stays():
    shop = cards(Household(name="family", roles={"owner": 1}))
    shop.meets(Enter(**shop.fields("m", "2026-02-01"), household="bo", role="owner"))
    assert shop.refuses(Close(**shop.fields("bo", "2026-02-02"), reason="r", by="s")) == "household_has_people"
    effects = shop.closes("m")
    assert [effect.why for effect in effects if isinstance(effect, HouseholdChanged)] == ["left", "left"]
    assert shop.state("bo").roster == {}
    shop.closes("bo", "2026-03-02")
    assert instant_of(moment("2026-03-02")) == shop.state("bo").as_of
