"""Personal coupons: how members get them, what they take off, and what time and returns make of them."""

import pytest

from guerdon.core.effects import CouponExpired, CouponIssued, CouponRestored, CouponUsed, CouponWithdrawn, Reduced
from guerdon.core.events import Describe, Traits
from guerdon.core.program import Allowance, When
from guerdon.core.reducing import PriceLimit
from guerdon.mechanics import Benefit, Coupon, Discount, Tiers
from guerdon.mechanics.tiers import Level
from tests.builders import (
    Story,
    instant,
    kinds,
    moment,
    money,
    off,
    points_per_dollar,
    program,
    purchase,
    reduced,
    reward,
    rows,
    skipped,
    term,
)


def welcome(**settings: object) -> Coupon:
    known = {"name": "welcome", "off": off("20.00"), "on": "enrol", "valid": term("60 days")}
    return Coupon(**(known | {"when": When(basket_at_least=10_000)} | settings))


def gift(**settings: object) -> Coupon:
    """A coupon for an action, good for any basket."""
    return Coupon(**({"name": "gift", "off": off("5.00"), "on": "action:gift"} | settings))


def shop(*mechanics: object, **settings: object) -> Story:
    return Story(program(*mechanics, points_per_dollar(), **settings), joined="2026-03-01 10:00")


def references(story: Story) -> list[str]:
    return [held.reference for held in story.state.coupons]


BASKETS = """
    # basket | on                  | taken | why not
      99.99  | 2026-03-02          |       | basket_too_small
      100    | 2026-03-02          | 20.00 |
      100.01 | 2026-03-02          | 20.00 |
      100    | 2026-04-30 23:59:59 | 20.00 |
      100    | 2026-05-01          |       |
"""


@pytest.mark.parametrize(("basket", "when", "taken", "why"), rows(BASKETS))
def test_a_welcome_coupon_comes_off_a_large_basket_within_its_term(basket, when, taken, why):
    story = shop(welcome())
    decision = story.buys(when, basket)
    assert reduced(decision) == ({"welcome": money(taken)} if taken else {})
    assert skipped(decision).get("welcome", "") == why
    assert references(story) == (["e1>welcome"] if why else [])


def test_a_coupon_is_issued_used_and_named():
    story = Story(program(welcome()), joined=None)
    issued = story.enrols("2026-03-01 10:00").outcome.effects
    ends = instant("2026-05-01")
    assert issued == (CouponIssued("welcome", "e1>welcome", ends),)
    effects = story.buys("2026-03-02", "100", "20").outcome.effects
    assert effects[:2] == (
        Reduced("welcome", 2000, reference="e1>welcome"),
        CouponUsed("welcome", "e1>welcome", ends),
    )
    assert reduced(story.buys("2026-03-03", "100")) == {}


def test_ten_percent_off_the_first_order_within_sixty_days():
    story = shop(welcome(off=off("10 %"), when=When(first_purchase=True)))
    assert reduced(story.buys("2026-03-02", "33.30")) == {"welcome": 333}
    later = shop(welcome(off=off("10 %"), when=When(first_purchase=True), applied="on request"))
    later.buys("2026-03-02", "33.30")
    decision = later.buys("2026-03-03", "33.30", codes=("e1>welcome",))
    assert (reduced(decision), skipped(decision)["welcome"]) == ({}, "not_first_purchase")


def test_a_coupon_lapses_by_the_clock():
    story = shop(welcome())
    assert story.due() == "2026-05-01 00:00"
    assert story.waits_until("2026-04-30 23:59:59").outcome.effects == ()
    at = instant("2026-05-01")
    assert story.waits_until("2026-06-01").outcome.effects == (CouponExpired("welcome", "e1>welcome", at),)
    assert (references(story), story.due()) == ([], "never")


def test_a_coupon_may_be_used_on_request_only():
    story = shop(gift(applied="on request"))
    story.does("2026-03-02", "gift")
    story.does("2026-03-02", "gift")
    assert reduced(story.buys("2026-03-03", "10")) == {}
    assert story.is_refused(purchase("x", "2026-03-03", "10", codes=("e9>gift",))).code == "code_unknown"
    assert reduced(story.buys("2026-03-03", "10", codes=("e3>gift",))) == {"gift": 500}
    assert references(story) == ["e2>gift"]
    used = purchase("x", "2026-03-04", "10", codes=("e3>gift",))
    assert story.is_refused(used).code == "code_unknown", "it is used up"


def test_what_expires_first_comes_first_and_what_is_shown_before_that():
    story = shop(gift(valid=term("10 days")), gift(name="small", off=off("1.00"), on="action:small"))
    for when in ("2026-03-02", "2026-03-03", "2026-03-04"):
        story.does(when, "gift")
    story.buys("2026-03-05", "10", codes=("e3>gift",))
    assert references(story) == ["e2>gift", "e4>gift"]
    story.buys("2026-03-05", "10")
    assert references(story) == ["e4>gift"]


SEVERAL = """
    # held | per basket | basket | taken | left
      3    | 1          | 20     | 5.00  | 2
      3    | 2          | 20     | 10.00 | 1
      3    | 3          | 20     | 15.00 | 0
      3    | 4          | 20     | 15.00 | 0
      3    | 3          | 10     | 10.00 | 1       # nothing is left to pay: the third stays
      3    | 3          | 7      | 7.00  | 1
"""


@pytest.mark.parametrize(("held", "per_basket", "basket", "taken", "left"), rows(SEVERAL))
def test_several_coupons_may_come_off_one_basket(held, per_basket, basket, taken, left):
    story = shop(gift(per_basket=int(per_basket)))
    for _ in range(int(held)):
        story.does("2026-03-02", "gift")
    assert reduced(story.buys("2026-03-03", basket)) == {"gift": money(taken)}
    assert len(references(story)) == int(left)


def test_a_coupon_of_a_share_comes_off_some_lines():
    story = shop(gift(off=off("50 %"), when=When(category=("soup",))))
    story.does("2026-03-02", "gift")
    assert skipped(story.buys("2026-03-03", "10 tea"))["gift"] == "no_line_matches"
    effects = story.buys("2026-03-03", "10 tea", "3 soup").outcome.effects
    assert effects[0] == Reduced("gift", 150, (1,), (150,), "e2>gift")


def test_a_coupon_that_comes_to_nothing_is_not_used_up():
    story = shop(gift(off=off("10 %")))
    story.does("2026-03-02", "gift")
    decision = story.buys("2026-03-03", "0.01")
    assert (skipped(decision)["gift"], references(story)) == ("takes_nothing_off", ["e2>gift"])


def test_without_a_coupon_there_is_nothing_to_say():
    assert skipped(shop(gift()).buys("2026-03-03", "10")) == {}


def test_coupons_compete_with_discounts_in_a_lane():
    sale = Discount(name="sale", off=off("20 %"), lane="one")
    story = shop(gift(lane="one", per_basket=3), sale, lanes={"one": "best"})
    story.does("2026-03-02", "gift")
    assert reduced(story.buys("2026-03-03", "30")) == {"sale": 600}
    assert references(story) == ["e2>gift"], "it was outdone and stays"
    assert reduced(story.buys("2026-03-03", "20")) == {"gift": 500}


def test_coupons_in_a_lane_are_issued_all_the_same():
    both = [gift(name=name, on="purchase", lane="one") for name in ("a", "b")]
    story = shop(*both, lanes={"one": "best"})
    assert kinds(story.buys("2026-03-02", "1").outcome.effects)[:2] == ["coupon_issued", "coupon_issued"]


# Getting one.


def test_a_purchase_brings_a_coupon_for_the_next_one():
    story = shop(gift(on="purchase", issued_when=When(basket_at_least=5000)))
    decision = story.buys("2026-03-02", "49.99")
    assert (references(story), skipped(decision)["gift"]) == ([], "basket_too_small")
    assert reduced(story.buys("2026-03-03", "50", id="p")) == {}
    assert references(story) == ["p>gift"]
    assert reduced(story.buys("2026-03-04", "54.99", id="q")) == {"gift": 500}
    assert references(story) == [], "49.99 was paid"


def test_what_must_be_bought_for_a_coupon():
    story = shop(gift(on="purchase", issued_when=When(category=("soup",))))
    assert skipped(story.buys("2026-03-02", "10 tea"))["gift"] == "no_line_matches"
    story.buys("2026-03-02", "10 tea", "1 soup")
    assert len(references(story)) == 1


def test_a_level_that_is_reached_brings_a_coupon():
    levels = (Level(name="basic", threshold=0), Level(name="gold", threshold=10_000))
    story = shop(Tiers(meter="spend", levels=levels, kept=term("1 year")), gift(on="reached:gold"))
    story.buys("2026-03-02", "99.99", id="p")
    assert references(story) == []
    story.buys("2026-03-02", "0.01", id="q")
    assert references(story) == ["q>gift"]


def test_a_benefit_that_is_used_may_bring_a_coupon():
    story = shop(Benefit(name="perk"), gift(on="used:perk"))
    story.uses("2026-03-02", "perk")
    assert references(story) == ["e2>gift"]


def test_a_reward_may_bring_a_coupon():
    story = shop(gift(on="redeemed:coffee"), rewards=(reward("coffee", 10), reward("tea", 10)))
    story.buys("2026-03-02", "100")
    story.redeems("2026-03-03", "tea")
    assert references(story) == []
    story.redeems("2026-03-03", "coffee")
    assert references(story) == ["e4>gift"]


ISSUES = """
    # a member gets | on 10, 10 and 31 March, and on 1 April
      1 day         | 3
      1 month       | 2
      2 month       | 3
      1 ever        | 1
"""


@pytest.mark.parametrize(("allowed", "count"), rows(ISSUES))
def test_a_member_gets_so_many(allowed, count):
    amount, period = allowed.split()
    story = shop(gift(issues=(Allowance(int(amount), period),)))
    for when in ("2026-03-10 10:00", "2026-03-10 11:00", "2026-03-31", "2026-04-01"):
        story.does(when, "gift")
    assert len(references(story)) == int(count)


def test_a_member_holds_at_most_so_many():
    story = shop(gift(most_held=2))
    decisions = [story.does("2026-03-02", "gift") for _ in range(3)]
    assert [skipped(decision).get("gift") for decision in decisions] == [None, None, "coupons_held"]
    story.buys("2026-03-03", "10")
    story.does("2026-03-04", "gift")
    assert len(references(story)) == 2


def born(birthday: str, **settings: object) -> Story:
    story = shop(gift(on="birthday", **settings))
    story.meets(Describe(id="d", member="m", at=moment("2026-03-02"), traits=Traits(birthday=birthday)))
    return story


BIRTHDAYS = """
    # birthday | days before | the next two coupons
      04-10    | 0           | 2026-04-10 2027-04-10
      04-10    | 7           | 2026-04-03 2027-04-03
      03-02    | 0           | 2027-03-02 2028-03-02     # told on the day itself: too late for this year
      03-03    | 0           | 2026-03-03 2027-03-03
      03-03    | 1           | 2027-03-02 2028-03-02
      01-03    | 7           | 2026-12-27 2027-12-27
      02-29    | 0           | 2027-02-28 2028-02-29
"""


@pytest.mark.parametrize(("birthday", "before", "days"), rows(BIRTHDAYS))
def test_a_birthday_brings_a_coupon(birthday, before, days):
    story = born(birthday, days_before=int(before))
    for day in days.split():
        assert story.due() == f"{day} 00:00"
        story.waits_until(f"{day} 00:00")
    assert references(story) == [f"gift/{day}" for day in days.split()]


def test_a_birthday_that_moves_brings_one_coupon_a_year():
    story = born("04-10")
    story.waits_until("2026-04-10")
    story.meets(Describe(id="d2", member="m", at=moment("2026-04-11"), traits=Traits(birthday="05-10")))
    story.waits_until("2026-12-31")
    assert references(story) == ["gift/2026-04-10"]
    story.waits_until("2027-05-10")
    assert references(story) == ["gift/2026-04-10", "gift/2027-05-10"]


def test_a_birthday_coupon_lapses_at_the_hour_at_which_the_next_one_comes():
    story = born("04-10", valid=term("364 days"))
    story.waits_until("2027-04-10")
    assert references(story) == ["gift/2027-04-10"]


def test_a_person_who_is_forgotten_gets_no_more():
    story = born("04-10")
    story.meets(Describe(id="d2", member="m", at=moment("2026-03-03"), traits=Traits()))
    assert story.due() == "never"


# Goods that come back.


def test_a_coupon_comes_back_with_all_of_its_basket():
    story = shop(welcome())
    story.buys("2026-03-02", "50", "70", id="p")
    assert kinds(story.brings_back("2026-03-03", "p", (0, None)).outcome.effects) == ["reversed"]
    assert references(story) == []
    effects = story.brings_back("2026-03-04", "p").outcome.effects
    assert effects[-1] == CouponRestored("welcome", "e1>welcome", instant("2026-05-01"))
    assert references(story) == ["e1>welcome"]
    assert story.due() == "2026-05-01 00:00"
    assert reduced(story.buys("2026-04-30", "100")) == {"welcome": 2000}


@pytest.mark.parametrize(("when", "back"), [("2026-04-30 23:59:59", 1), ("2026-05-01", 0)])
def test_a_coupon_that_would_have_expired_does_not_come_back(when, back):
    story = shop(welcome())
    story.buys("2026-03-02", "120", id="p")
    story.brings_back(when, "p")
    assert len(references(story)) == back


def test_a_coupon_that_a_purchase_brought_goes_with_its_goods():
    story = shop(gift(on="purchase"))
    story.buys("2026-03-02", "10", "5", id="p")
    story.brings_back("2026-03-03", "p", (0, None))
    assert references(story) == ["p>gift"]
    assert story.brings_back("2026-03-03", "p").outcome.effects[-1] == CouponWithdrawn("gift", "p>gift")
    assert references(story) == []


def test_a_coupon_that_was_used_already_cannot_go():
    story = shop(gift(on="purchase", issues=(Allowance(1, "ever"),)))
    story.buys("2026-03-02", "10", id="p")
    story.buys("2026-03-03", "10", id="q")
    assert kinds(story.brings_back("2026-03-04", "p").outcome.effects) == ["reversed"]


def test_what_a_birthday_brought_before_a_purchase_stays_when_its_goods_come_back():
    story = born("04-10")
    story.buys("2026-04-10 10:00", "4", id="p")
    story.buys("2026-04-11", "0", id="q")
    story.brings_back("2026-04-12", "p")
    assert references(story) == ["gift/2026-04-10"]


def test_a_late_basket_cannot_use_what_was_not_there_yet():
    story = shop(gift())
    story.does("2026-03-05 12:00", "gift")
    assert reduced(story.buys("2026-03-05 11:59:59", "10")) == {}
    assert reduced(story.buys("2026-03-05 12:00", "10")) == {"gift": 500}


def test_coupons_share_limits():
    story = shop(gift(limit=PriceLimit(uses=1)))
    story.does("2026-03-02", "gift")
    story.does("2026-03-02", "gift")
    story.buys("2026-03-03", "10")
    decision = story.buys("2026-03-03", "10")
    assert (skipped(decision)["gift"], len(references(story))) == ("limit_used_up", 1)
