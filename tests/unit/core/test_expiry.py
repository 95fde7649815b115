"""When what members hold expires: by lot, by the calendar, for want of activity of some kind, by tier."""

from typing import Any

import pytest

from guerdon.core.program import Lifetime, Program, Unit
from guerdon.mechanics import Tiers
from guerdon.mechanics.tiers import Level
from tests.builders import Story, from_day, points_per_dollar, program, reward, rows, term

SIX_MONTHS = term("6 months")


def shop(unit: Unit, *mechanics: Any, **settings: Any) -> Program:
    """A point a dollar."""
    known: dict[str, Any] = {"units": {"points": unit, "vouchers": Unit(money=True)}, "rewards": (reward(cost=1),)}
    return program(points_per_dollar(), *mechanics, **(known | settings))


BY_CALENDAR = """
    # earned     | expires
      2020-12-01 | 2021-07-01
      2020-12-15 | 2021-07-01     # the example that a coffee house gives in its terms
      2020-12-31 | 2021-07-01
      2021-01-01 | 2021-08-01
      2021-08-31 | 2022-03-01
"""


@pytest.mark.parametrize(("earned", "expires"), rows(BY_CALENDAR))
def test_six_months_after_the_end_of_the_month(earned, expires):
    story = Story(shop(Unit(expires=term("6 months after month"))), joined="2020-11-01")
    story.buys(earned, "10")
    assert story.due() == f"{expires} 00:00"
    story.waits_until(expires)
    assert story.has() == 0


# Kept alive by some kinds of activity alone.

KEPT_ALIVE = """
    # by              | what happens | lapses
      purchase        | bought       | 2026-10-02
      purchase        | reviewed     | 2026-08-02
      purchase        | redeemed     | 2026-08-02
      redeem          | redeemed     | 2026-10-02
      redeem          | bought       | 2026-08-02
      action          | reviewed     | 2026-10-02
      action:review   | reviewed     | 2026-10-02
      action:visit    | reviewed     | 2026-08-02
      purchase redeem | redeemed     | 2026-10-02
      -               | reviewed     | 2026-10-02
"""


@pytest.mark.parametrize(("by", "happens", "lapses"), rows(KEPT_ALIVE))
def test_only_what_the_program_names_keeps_the_balance_alive(by, happens, lapses):
    kinds = () if by == "-" else tuple(by.split())
    story = Story(shop(Unit(inactive_after=SIX_MONTHS, kept_alive_by=kinds)), joined="2026-02-01")
    story.is_adjusted("2026-02-01", 100)
    if happens == "bought":
        story.buys("2026-04-01", "1")
    elif happens == "redeemed":
        story.redeems("2026-04-01", "coffee")
    else:
        story.does("2026-04-01", "review")
    assert story.due() == f"{lapses} 00:00"
    story.waits_until(lapses)
    assert story.has() == 0


def test_a_late_event_does_not_shorten_a_life():
    story = Story(shop(Unit(inactive_after=SIX_MONTHS, kept_alive_by=("purchase",))))
    story.buys("2026-04-10", "5")
    story.buys("2026-04-01", "5")
    assert story.due() == "2026-10-11 00:00"


def test_activity_from_before_the_program_named_its_kinds_counts():
    named = shop(Unit(inactive_after=SIX_MONTHS, kept_alive_by=("purchase",)))
    story = Story(shop(Unit(inactive_after=SIX_MONTHS)), from_day(named, "2026-05-01"))
    story.buys("2026-02-01", "5")
    story.does("2026-04-01", "review")
    assert story.due() == "2026-10-02 00:00"
    story.does("2026-06-01", "review")
    assert story.due() == "2026-10-02 00:00", "no activity any more"


# By tier.

NEVER = Lifetime()
LADDER = Tiers(meter="spend", levels=(Level(name="green"), Level(name="gold", threshold=50_000)), kept=term("1 year"))


def coffee(green: Lifetime, gold: Lifetime = NEVER, **settings: Any) -> Program:
    return shop(Unit(lifetimes={"green": green, "gold": gold}), LADDER, **settings)


def test_a_tier_suspends_inactivity():
    story = Story(coffee(Lifetime(inactive_after=SIX_MONTHS)))
    story.buys("2026-02-01", "499.99")
    assert story.due() == "2026-08-02 00:00"
    story.buys("2026-02-02", "0.01")
    assert story.due() == "2027-02-03 00:00", "the review of gold, and no lapse"
    story.waits_until("2027-02-02 23:59:59")
    assert story.has() == 499


def test_who_loses_the_tier_has_the_whole_time_from_that_day():
    story = Story(coffee(Lifetime(inactive_after=SIX_MONTHS)))
    story.buys("2026-02-02", "500")
    story.waits_until("2027-02-03")
    assert (story.level(), story.has(), story.due()) == ("green", 500, "2027-08-04 00:00")
    story.waits_until("2027-08-03 23:59:59")
    assert story.has() == 500
    story.waits_until("2027-08-04")
    assert story.has() == 0


def test_a_tier_does_not_move_the_dates_of_what_was_granted_before():
    story = Story(coffee(Lifetime(expires=SIX_MONTHS)))
    story.buys("2026-02-01", "499.99")
    story.buys("2026-02-02", "0.01")
    story.buys("2026-02-03", "10")
    lots = [(lot.amount, lot.expires_at is None) for lot in story.wallet().lots]
    assert lots == [(499, False), (10, True)], "granted as green, and as gold"
    story.waits_until("2026-08-02")
    assert story.has() == 10


def test_a_tier_that_is_not_named_leaves_it_to_the_unit():
    unit = Unit(expires=term("1 year"), lifetimes={"gold": NEVER})
    story = Story(shop(unit, LADDER))
    story.buys("2026-02-01", "10")
    story.buys("2026-02-02", "490")
    story.buys("2026-02-03", "1")
    assert [lot.expires_at is None for lot in story.wallet().lots] == [False, False, True]


def test_a_term_of_its_own_goes_before_the_tiers():
    own = points_per_dollar(name="short", expires=term("1 month"))
    story = Story(
        program(own, LADDER, units={"points": Unit(lifetimes={"green": NEVER}), "vouchers": Unit(money=True)})
    )
    story.buys("2026-02-01", "10")
    assert story.due() == "2026-03-02 00:00"


def test_what_a_correction_adds_lasts_as_the_tier_says():
    story = Story(coffee(Lifetime(expires=SIX_MONTHS)))
    story.is_adjusted("2026-02-01", 5)
    assert story.due() == "2026-08-02 00:00"
