"""Stamp cards: what fills them, what a full one gives, and what a return takes off again."""

import pytest

from guerdon.core.effects import CouponIssued, CouponWithdrawn, Progressed, Reduced, Reversed
from guerdon.core.gifts import Gift
from guerdon.core.program import Allowance, Quantity, Returns, Reward, When
from guerdon.core.purchasing import paid_by_line
from guerdon.mechanics import Stamps
from guerdon.mechanics.stamps import Stamping
from tests.builders import Story, from_day, program, purchase, rows, skipped, term

COFFEE = When(category=("coffee",))
POINTS = (Gift(quantity=Quantity(50, "points")),)


def shop(full: int = 10, per: str = "item", **settings: object):
    known = {"gives": POINTS, "when": COFFEE} | settings
    return program(Stamps(name="card", full=full, stamp=Stamping(1, per), **known))


def card(story: Story) -> int:
    return story.state.progress.get("card", {}).get("stamps", 0)


def cards(story: Story) -> int:
    return story.state.progress.get("card", {}).get("cards", 0)


def reduced(decision) -> list[tuple[int, tuple[int, ...]]]:
    return [(effect.amount, effect.lines) for effect in decision.outcome.effects if isinstance(effect, Reduced)]


FILLING = """
    # bought | stamps | cards | points
      1      | 1      | 0     | 0
      9      | 9      | 0     | 0
      10     | 0      | 1     | 50
      11     | 1      | 1     | 50
      29     | 9      | 2     | 100
      30     | 0      | 3     | 150
"""


@pytest.mark.parametrize(("bought", "stamps", "filled", "points"), rows(FILLING))
def test_every_tenth_article_fills_a_card(bought, stamps, filled, points):
    story = Story(shop())
    story.buys("2026-03-10", f"30 coffee x{bought}", "5 tea x9")
    assert (card(story), cards(story), story.has()) == (int(stamps), int(filled), int(points))


def test_more_full_cards_than_anybody_buys_are_refused():
    story = Story(shop(1))
    story.buys("2026-03-10", "1 coffee x10000")
    assert story.is_refused(purchase("p", "2026-03-10", "1 coffee x10001")).code == "amount_out_of_range"


def test_a_card_goes_on_from_basket_to_basket():
    story = Story(shop(3))
    story.buys("2026-03-10", "5 coffee x2")
    decision = story.buys("2026-03-11", "5 coffee x2")
    assert [effect for effect in decision.outcome.effects if isinstance(effect, Progressed)] == [
        Progressed("card", "stamps", 2, 4, (0,), (2,)),
        Progressed("card", "cards", 0, 1),
        Progressed("card", "stamps", 4, 1),
    ]


def test_a_visit_is_one_stamp_and_what_does_not_match_is_none():
    story = Story(shop(3, "visit"))
    story.buys("2026-03-10", "5 coffee x7", "5 coffee")
    decision = story.buys("2026-03-11", "5 tea")
    assert (card(story), skipped(decision)) == (1, {"card": "nothing_to_stamp"})


MONEY = """
    # paid  | stamps
      4.99  | 0
      5.00  | 1
      9.99  | 1
      10.00 | 2
"""


@pytest.mark.parametrize(("paid", "stamps"), rows(MONEY))
def test_stamps_per_money_are_rounded_down(paid, stamps):
    story = Story(program(Stamps(name="card", full=10, stamp=Stamping(1, "money", 500), gives=POINTS)))
    story.buys("2026-03-10", paid)
    assert card(story) == int(stamps)


def test_an_action_stamps_the_card():
    story = Story(program(Stamps(name="card", full=2, on="action:checkin", gives=POINTS)))
    story.does("2026-03-10", "checkin")
    story.does("2026-03-10", "wave")
    assert story.has() == 0
    story.does("2026-03-10", "checkin")
    assert (card(story), story.has()) == (0, 50)


def test_a_limit_cuts_the_stamps_of_a_day():
    story = Story(shop(limit=(Allowance(3, "day"),)))
    story.buys("2026-03-10", "5 coffee x2")
    story.buys("2026-03-10", "5 coffee x2")
    assert card(story) == 3
    assert skipped(story.buys("2026-03-10", "5 coffee")) == {"card": "limit_reached"}
    story.buys("2026-03-11", "5 coffee")
    assert card(story) == 4


# The free article, worked: every 10th, 8 stamps, three coffees.


def test_the_cheapest_article_is_the_free_one():
    story = Story(shop(gives=(), free=True))
    story.buys("2026-03-10", "40 coffee x8")
    decision = story.buys("2026-03-11", "3 coffee", "4 coffee", "5 coffee")
    assert reduced(decision) == [(300, (0,))]
    assert (card(story), cards(story)) == (1, 1)
    assert story.meter("spend", "2026-03-11") == 4000 + 900


def test_a_free_article_is_one_of_its_line_and_a_limit_takes_the_dearest():
    story = Story(shop(3, gives=(), free=True, limit=(Allowance(3, "day"),)))
    decision = story.buys("2026-03-10", "9 coffee x2", "30 coffee x3")
    assert reduced(decision) == [(1000, (1,))]
    assert card(story) == 0


def test_a_free_article_costs_no_less_than_nothing_where_the_basket_is_reduced_too():
    story = Story(shop(1, free=True, gives=()))
    decision = story.buys("2026-03-10", "4 coffee", "4 tea", id="p", off="6")
    assert reduced(decision) == [(100, (0,))]
    assert paid_by_line(story.receipts["p"].event, decision.outcome.effects) == [0, 100]


def test_an_article_that_costs_nothing_is_free_without_a_word():
    story = Story(shop(1, free=True, gives=()))
    assert reduced(story.buys("2026-03-10", "0.01 coffee x3", "4 tea")) == [(1, (0,))]
    story = Story(shop(3, free=True, gives=()))
    assert reduced(story.buys("2026-03-10", "0.01 coffee x3", "4 tea")) == []


def test_a_free_article_that_comes_back_whole_leaves_the_card_as_it_was():
    story = Story(shop(3, gives=(), free=True))
    story.buys("2026-03-10", "10 coffee x2")
    story.buys("2026-03-11", "10 coffee x2", id="p")
    assert (card(story), cards(story)) == (1, 1)
    story.brings_back("2026-03-12", "p", (0, 1))
    assert (card(story), cards(story)) == (0, 1)
    story.brings_back("2026-03-12", "p", (0, 1))
    assert (card(story), cards(story)) == (2, 0)


def test_a_free_article_takes_off_what_would_be_paid_for_it_and_no_more():
    story = Story(shop(1, gives=(), free=True))
    decision = story.buys("2026-03-10", "10 coffee", "10 tea", off="15")
    assert reduced(decision) == [(250, (0,))], "7.50 of the discount are the coffee's already"
    assert story.meter("spend", "2026-03-10") == 250


# Returns: as if what came back had not been bought.
RETURNS = """
    # before | bought | comes back | stamps | cards | points
      0      | 4      | 1          | 3      | 0     | 0
      8      | 4      | 2          | 0      | 1     | 50      # still full without them
      8      | 4      | 3          | 9      | 0     | 0       # not full any more
      8      | 4      | 4          | 8      | 0     | 0
      0      | 24     | 5          | 9      | 1     | 50      # of two gifts the second goes
      0      | 24     | 24         | 0      | 0     | 0
"""


@pytest.mark.parametrize(("before", "bought", "back", "stamps", "filled", "points"), rows(RETURNS))
@pytest.mark.parametrize("one_by_one", [False, True])
def test_a_return_takes_stamps_and_gifts_back(before, bought, back, stamps, filled, points, one_by_one):
    story = Story(shop())
    if int(before):
        story.buys("2026-03-10", f"30 coffee x{before}")
    story.buys("2026-03-11", f"30 coffee x{bought}", "1 tea", id="p")
    for quantity in [1] * int(back) if one_by_one else [int(back)]:
        story.brings_back("2026-03-12", "p", (0, quantity))
    assert (card(story), cards(story), story.has()) == (int(stamps), int(filled), int(points))


def test_a_card_that_a_later_purchase_filled_stays_full_and_the_open_one_goes_below_zero():
    story = Story(shop(3))
    story.buys("2026-03-10", "5 coffee x2", id="p")
    story.buys("2026-03-11", "5 coffee")
    story.brings_back("2026-03-12", "p")
    assert (card(story), cards(story), story.has()) == (-2, 1, 50)
    story.buys("2026-03-13", "5 coffee x4")
    assert (card(story), story.has()) == (2, 50)
    story.buys("2026-03-13", "5 coffee")
    assert (card(story), story.has()) == (0, 100)


def test_a_visit_comes_back_with_the_whole_purchase():
    story = Story(shop(1, "visit"))
    story.buys("2026-03-10", "5 coffee", "5 coffee", id="p")
    story.brings_back("2026-03-11", "p", (0, None))
    assert (cards(story), story.has()) == (1, 50)
    story.brings_back("2026-03-11", "p", (1, None))
    assert (cards(story), story.has(), card(story)) == (0, 0, 0)


def test_what_was_spent_of_the_gift_is_owed():
    story = Story(
        program(
            Stamps(name="card", full=1, gives=POINTS),
            rewards=(Reward(name="tea", cost=Quantity(20, "points")),),
        )
    )
    story.buys("2026-03-10", "5", id="p")
    story.redeems("2026-03-11", "tea")
    decision = story.brings_back("2026-03-12", "p")
    assert [(e.amount, e.available, e.owed) for e in decision.outcome.effects if isinstance(e, Reversed)] == [
        (50, 30, 20)
    ]


def test_kept_points_keep_their_stamps():
    story = Story(program(Stamps(name="card", full=1, gives=POINTS), returns=Returns(points="kept")))
    story.buys("2026-03-10", "5", id="p")
    story.brings_back("2026-03-11", "p")
    assert (cards(story), story.has()) == (1, 50)


def test_several_full_cards_give_vouchers_of_their_own():
    story = Story(shop(2, gives=(Gift(quantity=Quantity(500, "vouchers")),)))
    story.buys("2026-03-10", "5 coffee x5", id="p")
    lots = story.wallet("vouchers").lots
    assert [lot.amount for lot in lots] == [500, 500]
    assert len({lot.reference for lot in lots}) == 2
    story.brings_back("2026-03-11", "p", (0, 2))
    assert [lot.reference for lot in story.wallet("vouchers").lots] == ["p/card"]


def test_a_coupon_is_issued_with_its_term_and_withdrawn():
    story = Story(shop(1, gives=(Gift(coupon="free-tea", valid=term("30 days")),)))
    decision = story.buys("2026-03-10", "5 coffee", id="p")
    issued = [effect for effect in decision.outcome.effects if isinstance(effect, CouponIssued)]
    assert [(coupon.coupon, coupon.reference) for coupon in story.state.coupons] == [("free-tea", "p/card")]
    assert issued[0].expires_at == story.state.coupons[0].expires_at
    back = story.brings_back("2026-03-11", "p")
    assert story.state.coupons == ()
    assert any(isinstance(effect, CouponWithdrawn) for effect in back.outcome.effects)


# Expiry.


def test_a_card_lapses_after_a_term_without_a_stamp():
    story = Story(shop(expires=term("30 days")))
    story.buys("2026-03-01", "5 coffee", id="p")
    story.buys("2026-03-10", "5 coffee")
    story.buys("2026-03-20", "5 tea")
    assert story.due() == "2026-04-10 00:00"
    story.waits_until("2026-04-09 23:59:59")
    assert card(story) == 2
    story.waits_until("2026-04-10")
    assert (card(story), story.due()) == (0, "never")
    story.brings_back("2026-04-11", "p")
    assert card(story) == 0, "what has lapsed is not taken a second time"


def test_stamps_that_a_return_puts_on_the_card_again_lapse_at_once_where_they_are_too_old():
    story = Story(shop(3, expires=term("30 days")))
    story.buys("2026-03-01", "5 coffee x2")
    story.buys("2026-03-02", "5 coffee", id="p")
    story.brings_back("2026-04-02", "p")
    assert (card(story), story.has(), story.due()) == (0, 0, "never")
    soon = Story(shop(3, expires=term("30 days")))
    soon.buys("2026-03-01", "5 coffee x2")
    soon.buys("2026-03-02", "5 coffee", id="p")
    soon.brings_back("2026-04-01 23:59:59", "p")
    assert (card(soon), soon.has(), soon.due()) == (2, 0, "2026-04-02 00:00")


def test_a_late_stamp_does_not_shorten_the_life_of_a_card():
    story = Story(shop(expires=term("30 days")))
    story.buys("2026-03-10", "5 coffee")
    story.buys("2026-03-05", "5 coffee")
    assert (card(story), story.due()) == (2, "2026-04-10 00:00")


def test_a_card_keeps_its_stamps_when_the_next_version_makes_it_longer():
    story = Story(shop(2), from_day(shop(5), "2026-04-01"))
    story.buys("2026-03-31", "5 coffee x3", id="p")
    story.buys("2026-04-01", "5 coffee x2")
    assert (card(story), story.has()) == (3, 50)
    story.brings_back("2026-04-02", "p")
    assert (card(story), cards(story), story.has()) == (2, 0, 0)
