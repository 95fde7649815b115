"""What a level may ask for: meters, shares of meters, badges, plans, several of them; and what becomes of it later."""

from typing import Any

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.events import Redeem
from guerdon.core.program import Meter, Program, Quantity, Reward, Unit, When
from guerdon.core.state import Membership
from guerdon.core.workshop import Workshop
from guerdon.mechanics import Tiers
from guerdon.mechanics.tiers import Level, Need, Needs
from tests.builders import Story, flat, instant, moment, program, rows, term, window
from tests.unit.mechanics.test_tiers import changes

SPEND = Need(meter="spend", least=50_000)
VISITS = Need(meter="visits", least=3)
CARD_SHARE = Need(meter="card", share=Rate(85, 100), share_of="spend")
BADGE = Need(badge="explorer")
PLAN = Need(plan="plus")

METERS = {
    "spend": Meter(counts="spend", window=window("calendar month")),
    "card": Meter(counts="spend", window=window("calendar month"), only=When(tender=("card",))),
    "visits": Meter(counts="visits", window=window("calendar month")),
    "reviews": Meter(counts="actions", action="review", window=window("calendar month")),
    "stars": Meter(counts="earned", unit="points", window=window("calendar month")),
}


def ladder(*all_of: Need, any_of: tuple[Need, ...] = (), **settings: Any) -> Tiers:
    """Basic and gold."""
    gold = Level(name="gold", needs=Needs(all_of=all_of, any_of=any_of))
    known: dict[str, Any] = {"levels": (Level(name="basic"), gold), "kept": term("1 year")}
    return Tiers(**(known | settings))


def shop(*all_of: Need, any_of: tuple[Need, ...] = (), **settings: Any) -> Program:
    return program(ladder(*all_of, any_of=any_of, **settings), meters=METERS)


SEVERAL = """
    # bought                          | all of spend, visits | one of them
      499.99                          | basic | basic
      500                             | basic | gold
      499.99, 0.00                    | basic | basic
      0.01, 0.01                      | basic | basic
      0.01, 0.01, 0.01                | basic | gold
      500, 0.01                       | basic | gold
      499.97, 0.01, 0.01              | basic | gold
      499.98, 0.01, 0.01              | gold  | gold
      499.99, 0.01, 0.01              | gold  | gold
"""


@pytest.mark.parametrize(("bought", "together", "either"), rows(SEVERAL))
def test_a_level_may_ask_for_several_things_or_for_one_of_them(bought, together, either):
    for wanted, asked in ((together, shop(SPEND, VISITS)), (either, shop(any_of=(SPEND, VISITS)))):
        story = Story(asked)
        for amount in bought.split(", "):
            story.buys("2026-03-10", amount)
        assert story.level() == wanted


def test_all_of_some_and_one_of_others():
    story = Story(shop(VISITS, any_of=(SPEND, BADGE)))
    for _ in range(3):
        story.buys("2026-03-10", "100")
    assert story.level() == "basic"
    story.buys("2026-03-10", "200")
    assert story.level() == "gold"


SHARES = """
    # card   | cash   | level
      84.99  | 15.01  | basic
      85.00  | 15.00  | gold
      85.01  | 14.99  | gold
      100    | 0      | gold
      0      | 100    | basic
      0      | 0      | basic      # of nothing there is no part
"""


@pytest.mark.parametrize(("card", "cash", "level"), rows(SHARES))
def test_a_level_may_ask_for_a_share_of_another_meter(card, cash, level):
    """Levels of a bank: at least 85 % of what is paid is paid by card."""
    story = Story(shop(CARD_SHARE))
    story.buys("2026-03-10", cash, tender="cash")
    story.buys("2026-03-10", card, tender="card")
    assert story.level() == level


def test_a_return_may_take_the_share_away():
    story = Story(shop(CARD_SHARE))
    story.buys("2026-03-10", "15", tender="cash")
    story.buys("2026-03-10", "84", "1", tender="card", id="p")
    assert story.level() == "gold"
    assert changes(story.brings_back("2026-03-11", "p", (1, None))) == ["gold basic return"]


def test_a_ladder_that_counts_actions_looks_at_them_though_nothing_else_does():
    story = Story(shop(Need(meter="reviews", least=2)))
    assert changes(story.does("2026-03-10", "review")) == []
    assert changes(story.does("2026-03-10", "wave")) == []
    assert changes(story.does("2026-03-10", "review")) == ["basic gold reached"]


def test_points_that_a_reward_gives_count_for_the_ladder_at_once():
    gift = Reward(name="gift", cost=Quantity(1, "coins"), gives=Quantity(5, "points"))
    asked = program(
        ladder(Need(meter="stars", least=5)), flat(1, earn="coins"), meters=METERS, rewards=(gift,),
        units={"points": Unit(), "coins": Unit()},
    )  # fmt: skip
    story = Story(asked)
    story.buys("2026-03-10", "1")
    redeemed = story.meets(Redeem(id="r", member="m", at=moment("2026-03-11"), reward="gift"))
    assert changes(redeemed) == ["basic gold reached"]


# What a rise makes happen.


def test_a_level_that_is_jumped_over_is_reached_too():
    bonuses = [flat(number, name=level, on=f"reached:{level}") for number, level in ((1, "silver"), (10, "gold"))]
    levels = (Level(name="basic"), Level(name="silver", threshold=10_000), Level(name="gold", threshold=20_000))
    rising = Tiers(meter="spend", levels=levels, kept=term("1 year"))
    story = Story(program(rising, *bonuses, meters=METERS))
    story.buys("2026-03-10", "200")
    assert story.has() == 11
    story = Story(program(rising, *bonuses, meters=METERS))
    story.buys("2026-03-10", "100")
    story.buys("2026-03-10", "100")
    assert story.has() == 11


def test_what_a_bonus_for_a_level_brings_counts_for_another_ladder():
    stars = Tiers(
        name="stars", meter="stars", levels=(Level(name="few"), Level(name="many", threshold=10)), kept=term("1 year")
    )
    story = Story(program(ladder(SPEND), stars, flat(10, on="reached:gold"), meters=METERS))
    story.buys("2026-03-10", "500")
    assert (story.level(), story.level("stars")) == ("gold", "many")


# Badges and plans, which other mechanics give.


def hold(story: Story, **fields: Any) -> None:
    """Put badges and plans into the state, as the mechanics that give them do."""
    story.state = msgspec.structs.replace(story.state, **fields)


def test_a_badge_lifts_and_stays():
    story = Story(shop(BADGE))
    story.buys("2026-03-10", "1")
    assert story.level() == "basic"
    hold(story, badges={"explorer": 1})
    assert changes(story.buys("2026-03-11", "1")) == ["basic gold reached"]


def in_plan(story: Story) -> None:
    hold(story, memberships={"plus": Membership("active", instant("2026-03-01"))})


def test_a_plan_gives_its_level_for_as_long_as_it_lasts():
    story = Story(shop(PLAN))
    in_plan(story)
    assert changes(story.buys("2026-03-10", "1")) == ["basic gold reached"]
    hold(story, memberships={})
    assert changes(story.buys("2026-03-11", "1")) == ["gold basic left"]
    assert changes(story.buys("2026-03-12", "1")) == []


def test_a_plan_that_ends_leaves_a_level_that_was_earned_as_well():
    story = Story(shop(any_of=(PLAN, SPEND)))
    in_plan(story)
    story.buys("2026-03-10", "500")
    hold(story, memberships={})
    assert changes(story.buys("2026-03-11", "1")) == []
    assert story.level() == "gold"


def test_a_plan_that_ends_leaves_the_level_that_was_held_before():
    levels = (
        Level(name="basic"),
        Level(name="silver", threshold=50_000),
        Level(name="gold", needs=Needs(all_of=(PLAN,))),
    )
    story = Story(program(Tiers(meter="spend", levels=levels, kept=term("1 year")), meters=METERS))
    story.buys("2026-03-10", "500")
    in_plan(story)
    assert changes(story.buys("2026-04-10", "1")) == ["silver gold reached"]
    hold(story, memberships={})
    assert changes(story.buys("2026-04-11", "1")) == ["gold silver left"]
    assert story.due() == "2027-03-11 00:00"


def test_a_level_that_a_review_gave_for_a_plan_ends_with_the_plan():
    story = Story(shop(PLAN))
    in_plan(story)
    story.buys("2026-03-10", "1")
    assert changes(story.waits_until("2027-03-11")) == ["gold gold review"]
    hold(story, memberships={})
    assert changes(story.buys("2027-03-12", "1")) == ["gold basic left"]


def test_a_ladder_compiles_without_a_meter_of_its_own():
    workshop = Workshop(shop(PLAN))
    rule = ladder(PLAN).compile(workshop)
    assert rule.name == "tiers"
    assert workshop.ladders == {"tiers": ("basic", "gold")}
