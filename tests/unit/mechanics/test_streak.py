"""Streaks: exact whatever order events arrive in, with bonuses paid once and weeks that may be missed."""

import itertools

import pytest

from guerdon.core.counting import Measure
from guerdon.core.gifts import Gift
from guerdon.core.program import Allowance, Quantity, When
from guerdon.mechanics import Streak
from guerdon.mechanics.streak import Milestone
from tests.builders import Story, from_day, granted, later, program, rows

WEEKS = {5: "2026-01-05", 6: "2026-01-12", 7: "2026-01-19", 8: "2026-01-26", 9: "2026-02-02", 10: "2026-02-09"}
"""Mondays, by a number."""


def points(amount: int) -> tuple[Gift, ...]:
    return (Gift(quantity=Quantity(amount, "points")),)


BONUSES = (Milestone(length=2, gives=points(50)), Milestone(length=4, gives=points(150)))


def shop(**settings: object):
    return program(Streak(name="weekly", **({"gives": BONUSES} | settings)), late_events=40)


def length(story: Story) -> int:
    return story.state.progress.get("weekly", {}).get("length", 0)


# The visits of weeks, one after the other.
RUNS = """
    # weeks visited | length | points
      5             | 1      | 0
      5 6           | 2      | 50
      5 6 7         | 3      | 50
      5 6 7 8       | 4      | 200
      5 7           | 1      | 0       # a gap
      5 6 8 9       | 2      | 100     # two streaks, each with its bonus
      5 6 8 9 10    | 3      | 100
"""


@pytest.mark.parametrize(("weeks", "long", "given"), rows(RUNS))
def test_weeks_one_after_the_other_make_a_streak(weeks, long, given):
    story = Story(shop())
    for week in weeks.split():
        story.buys(WEEKS[int(week)], "5")
    assert (length(story), story.has()) == (int(long), int(given))


@pytest.mark.parametrize("order", list(itertools.permutations((5, 6, 7, 8))))
def test_the_order_in_which_visits_arrive_does_not_matter(order):
    story = Story(shop())
    for week in order:
        story.buys(WEEKS[week], "5")
    assert (length(story), story.has()) == (4, 200)


def test_a_second_visit_of_a_week_adds_nothing_even_if_it_comes_late():
    story = Story(shop())
    story.buys("2026-01-05", "5")
    story.buys("2026-01-18 23:59:59", "5")
    assert granted(story.buys("2026-01-12", "5")) == {}
    assert (length(story), story.has()) == (2, 50)


ENOUGH = """
    # spent in the week | length
      19.99             | 0
      20.00             | 1
      20.01             | 1
"""


@pytest.mark.parametrize(("spent", "long"), rows(ENOUGH))
def test_a_week_counts_from_enough_spend_on(spent, long):
    story = Story(shop(measure=Measure(counts="spend"), at_least=2000))
    story.buys("2026-01-05", "10")
    story.buys("2026-01-06", f"{float(spent) - 10:.2f}")
    assert length(story) == int(long)


def test_only_what_matches_counts_and_actions_may():
    story = Story(shop(measure=Measure(when=When(category=("coffee",)))))
    story.buys("2026-01-05", "5 tea")
    assert length(story) == 0
    other = Story(shop(measure=Measure(counts="actions", action="run"), every="day"))
    other.does("2026-01-05", "run")
    other.does("2026-01-06", "run")
    other.does("2026-01-06", "walk")
    assert (length(other), other.has()) == (2, 50)


def test_time_breaks_a_streak_when_the_missed_week_is_over():
    story = Story(shop())
    story.buys(WEEKS[5], "5")
    assert story.due() == "2026-01-19 00:00"
    story.waits_until("2026-01-18 23:59:59")
    assert length(story) == 1
    story.waits_until("2026-01-19")
    assert (length(story), story.due()) == (0, "never")


def test_a_late_visit_mends_a_streak_that_time_has_broken():
    story = Story(shop())
    story.buys(WEEKS[5], "5")
    story.waits_until("2026-01-19")
    story.buys("2026-01-13", "5")
    assert (length(story), story.has(), story.due()) == (2, 50, "2026-01-26 00:00")


def test_weeks_may_be_missed_within_the_allowance():
    story = Story(shop(may_miss=Allowance(1, "year")))
    story.buys(WEEKS[5], "5")
    assert story.due() == "2026-01-26 00:00"
    story.buys(WEEKS[7], "5")
    assert (length(story), story.has(), story.due()) == (2, 50, "2026-02-02 00:00")
    story.buys(WEEKS[9], "5")
    assert (length(story), story.has()) == (1, 50)


def test_the_allowance_is_counted_in_the_year_of_the_missed_week():
    story = Story(shop(may_miss=Allowance(1, "year")), joined="2025-12-01")
    for monday in ("2025-12-08", "2025-12-22", "2026-01-05", "2026-01-19"):
        story.buys(monday, "5")
    assert length(story) == 2, "15 and 29 December lie in 2025, 12 January in 2026"


def test_a_streak_may_begin_anew_at_its_end():
    story = Story(shop(ends_at=2))
    for week in (5, 6, 7, 8, 9):
        story.buys(WEEKS[week], "5")
    assert (length(story), story.has()) == (1, 100)


def test_a_bonus_may_repeat():
    story = Story(shop(gives=(Milestone(length=2, repeats=True, gives=points(10)),)))
    for week in (5, 6, 7, 8, 9):
        story.buys(WEEKS[week], "5")
    assert (length(story), story.has()) == (5, 20)


def test_a_streak_goes_on_over_more_weeks_than_are_open_to_late_events():
    story = Story(shop(gives=(Milestone(length=20, gives=points(7)),)))
    for week in range(20):
        assert story.has() == 0
        story.buys(later("2026-01-05", days=7 * week), "5")
    assert (length(story), story.has()) == (20, 7)
    assert len(story.state.progress["weekly"]) < 25, "closed weeks are not kept one by one"


# Returns.


def test_goods_that_come_back_take_their_week_and_its_bonus_along():
    story = Story(shop())
    story.buys(WEEKS[5], "5")
    story.buys(WEEKS[6], "5", "5", id="p")
    story.brings_back("2026-01-14", "p", (0, None))
    assert (length(story), story.has()) == (2, 50), "a part of a visit is a visit"
    story.brings_back("2026-01-14", "p", (1, None))
    assert (length(story), story.has()) == (1, 0)
    story.buys("2026-01-15", "5")
    assert (length(story), story.has()) == (2, 50), "and whoever comes again is paid again"


def test_a_week_that_other_purchases_make_up_stays():
    story = Story(shop())
    story.buys(WEEKS[5], "5")
    story.buys(WEEKS[6], "5", id="p")
    story.buys("2026-01-15", "5")
    story.brings_back("2026-01-16", "p")
    assert (length(story), story.has()) == (2, 50)


def test_what_later_weeks_had_given_stays():
    story = Story(shop())
    story.buys(WEEKS[5], "5", id="p")
    story.buys(WEEKS[6], "5")
    story.brings_back("2026-01-14", "p")
    assert (length(story), story.has()) == (1, 50)


def test_a_version_that_asks_for_more_than_there_is_ends_the_streak():
    twice = Streak(name="weekly", measure=Measure(counts="visits"), at_least=2, gives=BONUSES)
    story = Story(shop(), from_day(program(twice, late_events=40), "2026-01-14"))
    story.buys(WEEKS[5], "5")
    story.waits_until("2026-01-14")
    assert length(story) == 0
    assert story.state.next_due_at is None
