"""Reviews of tiers: on fixed dates, with grace, by one level, by what is new, and the level one starts on."""

from typing import Any

import pytest

from guerdon.core.program import Meter, Program
from guerdon.mechanics import Tiers
from guerdon.mechanics.tiers import Level, Need, Needs
from tests.builders import Story, flat, program, rows, term, window
from tests.unit.mechanics.test_tiers import LEVELS, changes, until


def shop(counted: str = "12 months", **settings: Any) -> Program:
    """Silver from 500 dollars and gold from 1500; a bonus of 7 points for each rise to silver."""
    known: dict[str, Any] = {"meter": "spend", "levels": LEVELS, "kept": term("12 months")}
    meters = {"spend": Meter(counts="spend", window=window(counted))}
    return program(Tiers(**(known | settings)), flat(7, on="reached:silver"), meters=meters)


# Fixed dates.


def quarterly(**settings: Any) -> Program:
    """The privileges of a quarter are those that the quarter before has earned."""
    return shop("calendar quarter", **({"kept": None, "reviewed": "quarter", "raised": "at review"} | settings))


BY_QUARTER = """
    # spent in the first quarter | second quarter
      0                          | basic
      499.99                     | basic
      500                        | silver
      1500                       | gold
"""


@pytest.mark.parametrize(("spent", "level"), rows(BY_QUARTER))
def test_a_level_may_be_given_for_the_next_period_alone(spent, level):
    story = Story(quarterly())
    assert changes(story.buys("2026-03-31 23:59:59", spent)) == []
    story.waits_until("2026-03-31 23:59:59")
    assert story.level() == "basic"
    given = changes(story.waits_until("2026-04-01"))
    assert given == ([] if level == "basic" else [f"basic {level} review"])
    assert story.has() == (0 if level == "basic" else 7), "a rise by review is announced too, over silver to gold"
    lost = changes(story.waits_until("2026-07-01"))
    assert lost == ([] if level == "basic" else [f"{level} basic review"])
    assert story.due() == "never"


def test_what_is_bought_on_the_day_of_review_counts_for_the_next():
    story = Story(quarterly())
    assert changes(story.buys("2026-04-01 00:00:00", "500")) == []
    assert changes(story.waits_until("2026-07-01")) == ["basic silver review"]


def test_nothing_is_due_for_who_has_nothing_to_be_reviewed():
    story = Story(quarterly())
    assert story.due() == "never"
    story.buys("2026-03-10", "499.99")
    assert story.due() == "never"
    story.buys("2026-03-10", "0.01")
    assert story.due() == "2026-04-01 00:00"


def test_a_level_earned_again_is_confirmed_on_the_date_without_another_bonus():
    story = Story(quarterly())
    story.buys("2026-03-10", "500")
    story.buys("2026-05-10", "500")
    assert changes(story.waits_until("2026-07-01")) == ["silver silver review"]
    assert story.has() == 7


def test_raised_at_once_and_lowered_on_fixed_dates():
    story = Story(quarterly(raised="at once"))
    assert changes(story.buys("2026-02-10", "500")) == ["basic silver reached"]
    assert changes(story.waits_until("2026-04-01")) == ["silver silver review"]
    assert changes(story.waits_until("2026-07-01")) == ["silver basic review"]


def test_with_a_term_fixed_dates_only_raise():
    story = Story(shop("calendar quarter", reviewed="quarter", raised="at review"))
    story.buys("2026-03-10", "500")
    assert changes(story.waits_until("2026-04-01")) == ["basic silver review"]
    assert until(story) == "2027-04-01 00:00"
    assert changes(story.waits_until("2026-07-01")) == []
    story.buys("2026-08-10", "1500")
    assert changes(story.waits_until("2026-10-01")) == ["silver gold review"]
    assert changes(story.waits_until("2027-10-01")) == ["gold basic review"]


def test_for_ever_is_never_reviewed():
    story = Story(shop(kept=None))
    story.buys("2026-03-10", "500")
    assert (story.level(), story.due()) == ("silver", "never")
    story.waits_until("2090-01-01")
    assert story.level() == "silver"


# By one level only.


@pytest.mark.parametrize(
    ("lowered", "reviews"),
    [
        ("to what is shown", ["gold basic review"]),
        ("by one level", ["gold silver review", "silver basic review"]),
    ],
)
def test_how_far_a_review_lowers(lowered, reviews):
    story = Story(shop(lowered=lowered))
    story.buys("2026-03-10", "1500")
    assert changes(story.waits_until("2027-03-11")) == reviews[:1]
    assert changes(story.waits_until("2028-03-11")) == reviews[1:]
    assert story.has() == 7, "who falls to silver has not reached it again"


def test_who_keeps_one_level_below_is_not_lowered_further():
    story = Story(shop(lowered="by one level"))
    story.buys("2026-03-10", "1500")
    story.buys("2027-01-10", "500")
    assert changes(story.waits_until("2027-03-11")) == ["gold silver review"]
    assert changes(story.waits_until("2028-03-11")) == ["silver basic review"]


# Grace.


def test_grace_keeps_the_level_a_while_and_then_it_is_lowered():
    story = Story(shop(grace=term("1 month")))
    story.buys("2026-03-10", "500")
    assert changes(story.waits_until("2027-03-11")) == ["silver silver grace"]
    assert until(story) == "2027-04-11 00:00"
    story.waits_until("2027-04-10 23:59:59")
    assert story.level() == "silver"
    assert changes(story.waits_until("2027-04-11")) == ["silver basic review"]


IN_GRACE = """
    # before grace | in grace | then
      499.99       | 0        | silver, then basic
      499.99       | 0.01     | kept
      499.98       | 0.01     | silver, then basic
      500          | 0        | confirmed
"""


@pytest.mark.parametrize(("before", "within", "then"), rows(IN_GRACE))
@pytest.mark.parametrize("counted", ["12 months", "calendar year"])
def test_in_grace_the_level_may_still_be_earned(before, within, then, counted):
    """In a calendar year too: what came in the grace counts together with the year that is over."""
    kept = "12 months" if counted == "12 months" else "1 year after year"
    story = Story(shop(counted, kept=term(kept), grace=term("2 months")))
    story.buys("2026-03-10", "500")
    bought_on = "2026-12-01" if counted == "12 months" else "2027-12-01"
    reviewed = "2027-03-11" if counted == "12 months" else "2028-01-01"
    story.buys(bought_on, before)
    review = changes(story.waits_until(reviewed))
    if then == "confirmed":
        assert review == ["silver silver review"]
        return
    assert review == ["silver silver grace"]
    day = reviewed[:-2] + "20"
    story.waits_until(day[:8] + "19")
    bought = changes(story.buys(day, within))
    assert bought == (["silver silver kept"] if then == "kept" else [])
    story.waits_until(f"{reviewed[:4]}-06-01")
    assert story.level() == ("silver" if then == "kept" else "basic")
    assert story.has() == 7, "to keep a level is not to reach it"


def test_a_return_in_grace_takes_away_what_had_kept_the_level():
    story = Story(shop(grace=term("1 month")))
    story.buys("2026-03-10", "500")
    story.buys("2027-03-01", "400")
    story.waits_until("2027-03-11")
    story.buys("2027-03-20", "100", id="p")
    assert until(story) == "2028-03-21 00:00"
    assert changes(story.brings_back("2027-03-21", "p")) == []
    assert until(story) == "2027-04-11 00:00", "in grace again"
    story.waits_until("2027-04-11")
    assert story.level() == "basic"


def test_a_higher_level_may_be_reached_in_grace():
    story = Story(shop(grace=term("1 month")))
    story.buys("2026-03-10", "500")
    story.waits_until("2027-03-11")
    assert changes(story.buys("2027-03-20", "1500")) == ["silver gold reached"]


# Something else to keep.


def gold_by_stars(counted: str = "12 months", **settings: Any) -> Program:
    """Gold by 300 visits-worth of spend in cents, kept by another 300."""
    another = Needs(all_of=(Need(meter="spend", least=300, anew=True),))
    levels = (Level(name="green"), Level(name="gold", threshold=300, keep=another))
    return shop(counted, **({"levels": levels} | settings))


KEEPING = """
    # new in the term | at review
      2.99            | green
      3.00            | gold
      3.01            | gold
"""


@pytest.mark.parametrize(("new", "level"), rows(KEEPING))
@pytest.mark.parametrize("counted", ["12 months", "36 months", "calendar ever", "calendar year"])
def test_a_level_may_be_kept_by_what_is_new_alone(new, level, counted):
    """300 stars make gold for 12 months; another 300 in that time keep it, whatever is left of the old ones."""
    story = Story(gold_by_stars(counted))
    story.buys("2026-03-10", "9.00")
    story.buys("2027-02-01", new)
    assert changes(story.waits_until("2027-03-11")) == [f"gold {level} review"]


@pytest.mark.parametrize("counted", ["36 months", "calendar ever"])
def test_who_did_not_keep_a_level_reaches_it_again_by_what_is_new(counted):
    story = Story(gold_by_stars(counted))
    story.buys("2026-03-10", "9.00")
    story.waits_until("2027-03-11")
    assert story.level() == "green"
    assert changes(story.buys("2027-03-12", "2.99")) == []
    assert changes(story.buys("2027-03-13", "0.01", id="p")) == ["green gold reached"]
    assert changes(story.brings_back("2027-03-14", "p")) == ["gold green return"]
    assert changes(story.buys("2027-03-15", "0.01")) == ["green gold reached"]
    assert changes(story.waits_until("2028-03-16")) == ["gold green review"]


def test_it_may_take_less_to_keep_a_level():
    less = Needs(all_of=(Need(meter="spend", least=20_000),))
    levels = (LEVELS[0], Level(name="silver", threshold=50_000, keep=less), LEVELS[2])
    for spent, level in (("199.99", "basic"), ("200", "silver"), ("1500", "gold")):
        story = Story(shop(levels=levels))
        story.buys("2026-03-10", "500")
        story.buys("2027-03-01", spent)
        if level != "gold":
            story.waits_until("2027-03-11")
        assert story.level() == level


# The level one starts on.


def test_new_members_may_start_above_the_lowest_level():
    story = Story(shop(starts_on="silver"), joined=None)
    assert changes(story.enrols("2026-01-01 12:00")) == ["- silver joined"]
    assert until(story) == "2027-01-02 00:00"
    assert changes(story.waits_until("2027-01-02")) == ["silver basic review"]


def test_who_starts_high_rises_from_there():
    story = Story(shop(starts_on="silver"))
    assert changes(story.buys("2026-03-10", "1499.99")) == []
    assert changes(story.buys("2026-03-10", "0.01", id="p")) == ["silver gold reached"]
    assert changes(story.brings_back("2026-03-11", "p")) == ["gold silver return"]
    assert until(story) == "2027-01-02 00:00"
