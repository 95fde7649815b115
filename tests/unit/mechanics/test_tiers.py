"""Tiers: reached at once, kept for a term, reviewed on its last day, and lost where a return takes the ground away."""

import pytest

from guerdon.core.effects import TierChanged
from guerdon.core.program import Meter, Unit, When
from guerdon.core.state import Standing
from guerdon.mechanics import Tiers
from guerdon.mechanics.tiers import Level
from tests.builders import (
    Story,
    flat,
    from_day,
    instant,
    points_per_dollar,
    program,
    reward,
    rows,
    shown_instant,
    term,
    window,
)

LEVELS = (
    Level(name="basic", threshold=0),
    Level(name="silver", threshold=50_000),
    Level(name="gold", threshold=150_000),
)


def shop(kept: str = "12 months", counted: str = "12 months", **settings: object):
    """Silver from 500 dollars and gold from 1500."""
    meters = {"spend": Meter(counts="spend", window=window(counted))}
    return program(Tiers(meter="spend", levels=LEVELS, kept=term(kept)), meters=meters, **settings)


def changes(decision) -> list[str]:
    return [
        f"{effect.before or '-'} {effect.after} {effect.why}"
        for effect in decision.outcome.effects
        if isinstance(effect, TierChanged)
    ]


def until(story: Story) -> str:
    return shown_instant(story.state.standings["tiers"].until)


def test_a_member_joins_on_the_lowest_level_which_is_never_reviewed():
    story = Story(shop(), joined=None)
    joined = story.enrols("2026-01-01 12:00").outcome.effects
    assert joined == (TierChanged("tiers", "", "basic", instant("2026-01-01 12:00"), "joined"),)
    assert (story.level(), until(story), story.due()) == ("basic", "never", "never")


REACHING = """
    # spent    | level
      499.99   | basic
      500.00   | silver
      500.01   | silver
      1499.99  | silver
      1500.00  | gold        # two levels at once
      9999     | gold
"""


@pytest.mark.parametrize(("spent", "level"), rows(REACHING))
def test_a_level_is_reached_at_once(spent, level):
    story = Story(shop())
    change = changes(story.buys("2026-03-10 14:30", spent))
    assert story.level() == level
    assert change == ([] if level == "basic" else [f"basic {level} reached"])


def test_a_level_is_reached_by_several_purchases_together():
    story = Story(shop())
    assert changes(story.buys("2026-03-10", "499.99")) == []
    assert changes(story.buys("2026-03-11", "0.01")) == ["basic silver reached"]
    assert changes(story.buys("2026-03-12", "999.99")) == []
    assert changes(story.buys("2026-03-13", "0.01")) == ["silver gold reached"]
    assert changes(story.buys("2026-03-14", "9999")) == []


def test_spend_that_left_the_window_does_not_count():
    story = Story(shop(counted="7 days"))
    story.buys("2026-03-10", "300")
    assert changes(story.buys("2026-03-17", "300")) == []
    assert story.level() == "basic"
    story.buys("2026-03-16", "200")
    assert story.level() == "silver"


def test_a_level_is_kept_for_its_term():
    story = Story(shop())
    story.buys("2026-03-10 14:30", "500")
    assert until(story) == story.due() == "2027-03-11 00:00"


# The review, worked: silver from 10 March 2026, kept 12 months, looked at on 11 March 2027.
REVIEWS = """
    # spent since 11 March 2026 | level  | until
      0                         | basic  | never
      499.99                    | basic  | never
      500.00                    | silver | 2028-03-11 00:00
"""


@pytest.mark.parametrize(("spent", "level", "kept"), rows(REVIEWS))
@pytest.mark.parametrize("on", ["2026-03-11", "2027-03-10 23:59:59"])
def test_a_review_looks_at_the_window_of_the_terms_last_day(spent, level, kept, on):
    story = Story(shop())
    story.buys("2026-03-10 14:30", "500")
    story.buys(on, spent)
    story.waits_until("2027-03-10 23:59:59")
    assert story.level() == "silver"
    reviewed = story.waits_until("2027-03-11")
    assert changes(reviewed) == [f"silver {level} review"]
    assert (story.level(), until(story)) == (level, kept)


def test_the_purchase_of_the_review_day_comes_too_late_for_the_review():
    story = Story(shop())
    story.buys("2026-03-10", "500")
    assert changes(story.buys("2027-03-11", "500")) == ["silver basic review", "basic silver reached"]


def test_a_version_that_asks_less_for_a_level_lifts_whoever_shows_enough():
    cheaper = (LEVELS[0], LEVELS[1], Level(name="gold", threshold=60_000))
    meters = {"spend": Meter(counts="spend", window=window("12 months"))}
    two = program(Tiers(meter="spend", levels=cheaper, kept=term("12 months")), meters=meters)
    story = Story(shop(), from_day(two, "2026-06-01"))
    story.buys("2026-03-10", "500")
    story.buys("2026-04-10", "700")
    assert changes(story.waits_until("2026-05-31 23:59:59")) == []
    assert changes(story.waits_until("2026-06-01")) == ["silver gold reached"]


def test_a_level_confirmed_year_after_year_is_reviewed_on_the_same_day():
    story = Story(shop())
    story.buys("2026-03-10", "500")
    for year in (2027, 2028, 2029):
        assert until(story) == f"{year}-03-11 00:00"
        story.buys(f"{year}-01-15", "500")
        story.waits_until(f"{year}-03-11")
    assert story.level() == "silver"


def test_a_level_until_the_end_of_next_calendar_year_gives_one_year_for_each_year_of_spend():
    story = Story(shop(kept="1 year after year", counted="calendar year"))
    story.buys("2026-11-10", "500")
    assert until(story) == "2028-01-01 00:00"
    story.buys("2027-05-01", "500")
    assert changes(story.waits_until("2028-01-01")) == ["silver silver review"]
    assert until(story) == "2029-01-01 00:00", "the spend of 2027 bears 2028 and no more"
    assert changes(story.waits_until("2029-01-01")) == ["silver basic review"]


def test_a_level_until_the_end_of_the_month_is_reviewed_every_month():
    story = Story(shop(kept="0 months after month", counted="calendar month"))
    story.buys("2026-03-10", "500")
    assert until(story) == "2026-04-01 00:00"
    story.waits_until("2026-04-01")
    assert (story.level(), until(story)) == ("silver", "2026-05-01 00:00"), "for what was spent in March"
    story.waits_until("2026-05-01")
    assert story.level() == "basic"


def test_a_tier_may_hang_on_what_was_earned_by_any_means():
    meters = {"earned": Meter(counts="earned", unit="points", window=window("calendar year"))}
    story = Story(
        program(
            points_per_dollar(),
            flat(30, on="action:review"),
            flat(20, name="welcome", on="enrol"),
            Tiers(
                meter="earned",
                levels=(Level(name="basic", threshold=0), Level(name="silver", threshold=50)),
                kept=term("1 year"),
            ),
            meters=meters,
        )
    )
    assert changes(story.does("2026-03-10", "wave")) == []
    assert changes(story.does("2026-03-10", "review")) == ["basic silver reached"]


def test_joining_may_be_enough():
    meters = {"earned": Meter(counts="earned", unit="points", window=window("calendar year"))}
    ladder = Tiers(
        meter="earned", levels=(Level(name="basic", threshold=0), Level(name="vip", threshold=5)), kept=term("1 year")
    )
    story = Story(program(flat(5, on="enrol"), ladder, meters=meters), joined=None)
    assert changes(story.enrols("2026-03-10")) == ["- basic joined", "basic vip reached"]


def test_a_member_may_stand_on_several_ladders():
    visits = Tiers(
        name="visits",
        meter="visits",
        levels=(Level(name="new", threshold=0), Level(name="regular", threshold=2)),
        kept=term("30 days"),
    )
    meters = {
        "spend": Meter(counts="spend", window=window("12 months")),
        "visits": Meter(counts="visits", window=window("30 days")),
    }
    story = Story(program(Tiers(meter="spend", levels=LEVELS, kept=term("1 year")), visits, meters=meters))
    story.buys("2026-03-10", "500")
    story.buys("2026-03-11", "1")
    assert (story.level(), story.level("visits")) == ("silver", "regular")
    story.waits_until("2026-04-20")
    assert (story.level(), story.level("visits")) == ("silver", "new")


# Returns.


def test_a_return_that_takes_the_ground_away_takes_the_level_away():
    story = Story(shop())
    story.buys("2026-03-10", "499.99", "0.01", id="p")
    assert story.level() == "silver"
    assert changes(story.brings_back("2026-03-12", "p", (1, None))) == ["silver basic return"]
    assert (until(story), story.due()) == ("never", "never")


def test_a_return_that_leaves_the_ground_leaves_the_level():
    story = Story(shop())
    story.buys("2026-03-10", "500", "0.01", id="p")
    assert changes(story.brings_back("2026-03-12", "p", (1, None))) == []
    assert (story.level(), until(story)) == ("silver", "2027-03-11 00:00")


def test_the_level_before_comes_back_with_the_term_it_had():
    story = Story(shop())
    story.buys("2026-03-10", "500", id="p")
    story.buys("2026-05-10", "1000", id="q")
    assert (story.level(), until(story)) == ("gold", "2027-05-11 00:00")
    assert changes(story.brings_back("2026-05-12", "q")) == ["gold silver return"]
    assert until(story) == "2027-03-11 00:00"


@pytest.mark.parametrize("order", ["pq", "qp"])
def test_bringing_everything_back_leads_down_to_where_one_started(order):
    story = Story(shop())
    story.buys("2026-03-10", "500", id="p")
    story.buys("2026-05-10", "1000", id="q")
    for receipt in order:
        story.brings_back("2026-05-12", receipt)
    assert (story.level(), until(story)) == ("basic", "never")


def test_a_jump_over_a_level_falls_back_step_by_step():
    story = Story(shop())
    story.buys("2026-03-10", "1000", "500", id="p")
    assert story.level() == "gold"
    assert changes(story.brings_back("2026-03-12", "p", (0, None))) == ["gold silver return"]
    assert until(story) == "2027-03-11 00:00"
    assert changes(story.brings_back("2026-03-12", "p", (1, None))) == ["silver basic return"]


def test_another_purchase_may_bear_the_level_instead():
    story = Story(shop())
    story.buys("2026-03-10", "500", id="p")
    story.buys("2026-03-11", "500")
    assert changes(story.brings_back("2026-03-12", "p")) == []


def test_returning_what_was_bought_after_the_level_was_reached_leaves_it():
    story = Story(shop())
    story.buys("2026-03-10", "500")
    story.buys("2026-03-11", "100", id="p")
    assert changes(story.brings_back("2026-03-12", "p")) == []
    assert story.level() == "silver"


def test_a_small_return_next_year_does_not_take_a_level_that_was_well_earned():
    """The calendar year is over and the meter shows nothing; what it showed when the level was reached counts."""
    story = Story(shop(kept="1 year after year", counted="calendar year"))
    story.buys("2026-11-10", "900", "5", id="p")
    assert changes(story.brings_back("2027-01-05", "p", (1, None))) == []
    assert story.level() == "silver"
    assert changes(story.brings_back("2027-01-06", "p")) == ["silver basic return"]


def test_small_returns_add_up():
    story = Story(shop(kept="1 year after year", counted="calendar year"))
    story.buys("2026-11-10", "600 x6", id="p")
    assert changes(story.brings_back("2027-01-05", "p", (0, 1))) == []
    assert changes(story.brings_back("2027-01-06", "p", (0, 1))) == ["silver basic return"]


def test_a_return_of_what_lay_outside_the_window_then_changes_nothing():
    story = Story(shop(counted="calendar year"))
    story.buys("2026-12-20", "400", id="p")
    story.buys("2027-01-10", "500")
    assert story.level() == "silver"
    assert changes(story.brings_back("2027-01-15", "p")) == []


def test_a_return_of_what_lay_on_the_first_day_of_the_window_counts():
    story = Story(shop(kept="1 year", counted="7 days"))
    story.buys("2026-03-04", "100", id="p")
    story.buys("2026-03-10", "400")
    assert story.level() == "silver"
    assert changes(story.brings_back("2026-03-20", "p")) == ["silver basic return"]


def test_a_ladder_introduced_later_counts_what_was_bought_before_and_takes_it_back_after_a_return():
    story = Story(program(), from_day(shop(), "2026-04-01"))
    story.buys("2026-03-10", "500", id="p")
    assert changes(story.waits_until("2026-04-01")) == ["- silver reached"]
    assert changes(story.brings_back("2026-04-02", "p")) == ["silver basic return"]


def test_a_return_asks_nothing_of_a_ladder_the_member_never_stood_on():
    story = Story(program(), from_day(shop(), "2026-04-01"))
    story.buys("2026-03-10", "499.99", id="p")
    assert changes(story.brings_back("2026-04-02", "p")) == []


def test_a_level_that_a_review_gave_is_not_taken_by_a_return():
    story = Story(shop())
    story.buys("2026-03-10", "500")
    story.buys("2027-03-01", "500", id="p")
    story.waits_until("2027-03-11")
    assert changes(story.brings_back("2027-03-12", "p")) == []


BEFORE = """
    # comes back on       | silver until
      2026-04-09 23:59:59 | 2026-04-10 00:00     # the term it had
      2026-04-10 00:00:00 | 2026-05-11 00:00     # a new term, for what the meter still shows
      2026-04-20 00:00:00 | 2026-05-21 00:00
"""


@pytest.mark.parametrize(("when", "kept"), rows(BEFORE))
def test_a_level_before_whose_term_is_over_gives_way_to_what_the_meter_shows(when, kept):
    story = Story(shop(kept="30 days"))
    story.buys("2026-03-10", "500")
    story.buys("2026-04-08", "1000", id="p")
    assert changes(story.brings_back(when, "p")) == ["gold silver return"]
    assert until(story) == kept


def test_a_return_of_earned_points_counts_for_ladders_of_points():
    meters = {"earned": Meter(counts="earned", unit="points", window=window("calendar year"))}
    ladder = Tiers(
        meter="earned", levels=(Level(name="basic", threshold=0), Level(name="vip", threshold=50)), kept=term("1 year")
    )
    story = Story(program(points_per_dollar(), ladder, meters=meters, rewards=(reward(cost=50),)))
    story.buys("2026-03-10", "50", id="p")
    story.redeems("2026-03-10", "coffee")
    assert story.level() == "vip"
    assert changes(story.brings_back("2026-03-11", "p")) == ["vip basic return"]


# Versions.


def test_a_member_from_before_the_ladder_stands_on_its_lowest_level():
    story = Story(program(), from_day(shop(), "2026-04-01"))
    assert changes(story.buys("2026-04-02", "500")) == ["- silver reached"]
    assert story.state.standings["tiers"].before == Standing("basic", instant("2026-04-02"))


def test_a_level_that_a_new_version_does_not_know_counts_as_the_lowest():
    renamed = Tiers(meter="spend", levels=(LEVELS[0], Level(name="plus", threshold=50_000)), kept=term("12 months"))
    meters = {"spend": Meter(counts="spend", window=window("12 months"))}
    story = Story(shop(), from_day(program(renamed, meters=meters), "2026-04-01"))
    story.buys("2026-03-10", "500")
    assert changes(story.buys("2026-04-02", "1")) == ["silver plus reached"]


def test_a_ladder_is_known_before_any_mechanic_asks_for_its_levels():
    story = Story(
        program(
            flat(5, when=When(tier=("basic",))),
            flat(9, name="high", when=When(tier=("gold", "silver"))),
            Tiers(meter="spend", levels=LEVELS, kept=term("1 year")),
            units={"points": Unit()},
        )
    )
    decision = story.buys("2026-03-10", "1")
    assert story.has() == 5
    assert [note.sentence for note in decision.notes] == ["only for silver, gold"], "in the order of the ladder"
