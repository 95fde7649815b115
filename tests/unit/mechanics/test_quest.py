"""Quests and badges: steps in any order or one after the other, within their time, and what comes back with goods."""

from datetime import date

import pytest

from guerdon.core.counting import Measure
from guerdon.core.effects import Awarded, BadgeLost, Progressed, Rewarded
from guerdon.core.events import Join
from guerdon.core.gifts import Gift
from guerdon.core.program import Meter, Quantity, Unit, When
from guerdon.mechanics import Badge, Earn, Quest, Streak, Tiers
from guerdon.mechanics.quest import Step
from guerdon.mechanics.tiers import Level
from tests.builders import Story, flat, kinds, moment, points_per_dollar, program, skipped, term, window


def points(amount: int) -> Gift:
    return Gift(quantity=Quantity(amount, "points"))


SPEND = Step(name="skincare", measure=Measure(counts="spend", when=When(category=("skincare",))), needs=3000)
VISITS = Step(name="visits", measure=Measure(), needs=2)
REVIEW = Step(name="review", measure=Measure(counts="actions", action="review"))


def shop(*steps: Step, more: tuple = (), **settings: object):
    known = {"steps": steps or (SPEND, VISITS, REVIEW), "gives": (points(100), Gift(badge="explorer"))}
    return program(Quest(name="start", **(known | settings)), Badge(name="explorer"), *more)


def at(story: Story, counter: str) -> int:
    return story.state.progress.get("start", {}).get(counter, 0)


def badge(story: Story) -> int:
    return story.state.badges.get("explorer", 0)


def joins(story: Story, when: str, id: str = "j"):
    return story.meets(Join(id=id, member="m", at=moment(when), plan="start"))


def test_the_worked_example():
    story = Story(shop())
    story.buys("2026-03-10", "20 skincare", "9 tea")
    assert (at(story, "skincare"), at(story, "visits")) == (2000, 1)
    story.buys("2026-03-11", "15 skincare")
    assert (at(story, "skincare"), at(story, "visits"), story.has()) == (3500, 2, 0)
    decision = story.does("2026-03-12", "review")
    assert (story.has(), badge(story), at(story, "done")) == (100, 1, 1)
    assert [e for e in decision.outcome.effects if isinstance(e, Awarded)] == [Awarded("explorer", 1, "start")]
    again = story.does("2026-03-13", "review")
    assert (story.has(), skipped(again)["start"]) == (100, "quest_not_open")


def test_a_step_is_done_from_its_amount_on():
    for spent, done in (("29.99", 0), ("30.00", 100), ("30.01", 100)):
        story = Story(shop(SPEND))
        story.buys("2026-03-10", f"{spent} skincare")
        assert story.has() == done


def test_steps_in_order_count_nothing_before_their_turn():
    story = Story(shop(REVIEW, VISITS, in_order=True))
    story.buys("2026-03-10", "5")
    story.does("2026-03-11", "review")
    assert at(story, "visits") == 0
    story.buys("2026-03-12", "5")
    assert story.has() == 0
    story.buys("2026-03-13", "5")
    assert story.has() == 100


def test_a_step_gives_its_own_once():
    story = Story(shop(Step(name="visits", measure=Measure(), needs=2, gives=(points(10),)), REVIEW))
    for day, has in (("10", 0), ("11", 10), ("12", 10)):
        story.buys(f"2026-03-{day}", "5")
        assert story.has() == has


def test_one_article_of_each():
    kinds_wanted = (When(brand=("a",)), When(brand=("b",)), When(category=("tea",)))
    story = Story(shop(Step(name="taste", each_of=kinds_wanted)))
    story.buys("2026-03-10", "5 brand=a", "5 brand=a")
    story.buys("2026-03-11", "5 tea", id="p")
    assert story.has() == 0
    story.buys("2026-03-12", "5 brand=b")
    assert story.has() == 100


def test_a_tier_a_badge_and_a_streak_may_be_steps():
    ladder = Tiers(
        meter="spend",
        levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=5000)),
        kept=term("1 year"),
    )
    steps = (
        Step(name="tier", tier="gold"),
        Step(name="badge", badge="writer"),
        Step(name="streak", streak="daily", needs=2),
    )
    more = (ladder, Streak(name="daily", every="day"), Badge(name="writer", on="action:review"))
    story = Story(shop(*steps, more=more))
    story.buys("2026-03-10", "5")
    assert at(story, "streak") == 1
    story.buys("2026-03-11", "5")
    assert (at(story, "streak"), at(story, "tier")) == (2, 0)
    story.does("2026-03-12", "review")
    assert (at(story, "badge"), story.has()) == (1, 0)
    story.buys("2026-03-13", "50")
    assert (at(story, "tier"), story.has()) == (1, 100)


def test_a_tier_that_is_reached_counts_by_itself():
    ladder = Tiers(
        meter="spend",
        levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=5000)),
        kept=term("1 year"),
    )
    story = Story(shop(Step(name="tier", tier="gold"), more=(ladder,)))
    story.buys("2026-03-13", "49.99")
    assert story.has() == 0
    story.buys("2026-03-13", "0.01")
    assert story.has() == 100


# Levels are a ladder on a unit of experience.


def test_levels_are_tiers_on_experience():
    xp = (Earn(name="xp", earn="xp", on="action:lesson", flat=40), flat(25, name="quest-xp", earn="xp", on="purchase"))
    ladder = Tiers(
        name="levels",
        meter="xp",
        levels=tuple([Level(name=f"level-{n}", threshold=100 * (n - 1)) for n in range(1, 5)]),
        kept=term("90 years"),
    )
    lesson = Step(name="lesson", measure=Measure(counts="actions", action="lesson"), needs=3)
    quest = Quest(name="start", steps=(lesson,), gives=(Gift(quantity=Quantity(90, "xp")),))
    story = Story(
        program(
            *xp, quest, ladder, units={"xp": Unit(), "points": Unit()},
            meters={"xp": Meter(counts="earned", unit="xp", window=window("calendar ever"))},
        )
    )  # fmt: skip
    story.does("2026-03-10", "lesson")
    story.does("2026-03-10", "lesson")
    assert story.level("levels") == "level-1"
    story.does("2026-03-10", "lesson")
    assert (story.has("xp"), story.level("levels")) == (210, "level-3")


# Time.


def test_a_quest_counts_on_its_days_only():
    story = Story(shop(REVIEW, between=(date(2026, 3, 10), date(2026, 3, 12))))
    for day, has in (("09 23:59:59", 0), ("13", 0)):
        story.does(f"2026-03-{day}", "review")
        assert story.has() == has
    story.does("2026-03-12 23:59:59", "review")
    assert story.has() == 100, "late, and within its own days"


def test_a_run_is_forgotten_when_its_time_is_over():
    story = Story(shop(VISITS, REVIEW, within=term("7 days"), times=2))
    story.buys("2026-03-10", "5")
    assert story.due() == "2026-03-18 00:00"
    story.buys("2026-03-17 23:59:59", "5")
    assert at(story, "visits") == 2
    decision = story.waits_until("2026-03-18")
    assert [(e.counter, e.before, e.after) for e in decision.outcome.effects if isinstance(e, Progressed)] == [
        ("visits", 2, 0)
    ]
    assert (story.due(), story.state.progress) == ("never", {})


def test_a_quest_of_each_month_is_finished_once_a_month():
    story = Story(shop(REVIEW, each="month", times=None))
    for day, has in (("03-10", 100), ("03-31", 100), ("04-01", 200), ("04-02", 200)):
        story.does(f"2026-{day}", "review")
        assert story.has() == has
    assert at(story, "done") == 2


def test_a_late_event_of_another_period_does_not_count_for_the_one_that_is_going():
    story = Story(shop(VISITS, each="month", times=None))
    story.buys("2026-04-01", "5")
    late = story.buys("2026-03-31", "5")
    assert (at(story, "visits"), skipped(late)["start"]) == (1, "quest_not_open")


def test_a_quest_may_be_finished_so_many_times():
    story = Story(shop(REVIEW, times=2))
    for has in (100, 200, 200):
        story.does("2026-03-10", "review")
        assert story.has() == has


# Opting in.


def test_a_quest_to_join_counts_from_then_on():
    story = Story(shop(REVIEW, opt_in=True))
    ignored = story.does("2026-03-10 10:00", "review")
    assert (story.has(), skipped(ignored)["start"]) == (0, "quest_not_open")
    joins(story, "2026-03-10 11:00")
    story.does("2026-03-10 10:59", "review")
    assert story.has() == 0
    story.does("2026-03-10 11:00", "review")
    assert story.has() == 100


@pytest.mark.parametrize(
    ("settings", "first", "reason"),
    [
        ({"when": When(tier=("gold",))}, "", "only for gold"),
        ({"between": (date(2026, 4, 1), date(2026, 4, 2))}, "", "it is not open on this day"),
        ({}, "join", "it is going already"),
        ({}, "finish", "it was finished already"),
    ],
)
def test_who_may_not_join_is_told_why(settings, first, reason):
    ladder = Tiers(meter="spend", levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=5)),
                   kept=term("1 year"))  # fmt: skip
    story = Story(shop(REVIEW, opt_in=True, more=(ladder,), **settings))
    if first:
        joins(story, "2026-03-10")
    if first == "finish":
        story.does("2026-03-10", "review")
    refusal = story.is_refused(Join(id="again", member="m", at=moment("2026-03-11"), plan="start"))
    assert (refusal.code, refusal.details["reason"]) == ("quest_not_open", reason)


# Returns.


def test_goods_that_come_back_undo_what_they_finished():
    story = Story(shop(SPEND, REVIEW))
    story.does("2026-03-10", "review")
    story.buys("2026-03-11", "20 skincare", "20 skincare", id="p")
    assert (story.has(), badge(story), at(story, "done")) == (100, 1, 1)
    story.brings_back("2026-03-12", "p", (0, None))
    assert (story.has(), badge(story), at(story, "done"), at(story, "skincare")) == (0, 0, 0, 2000)
    story.buys("2026-03-13", "10 skincare")
    assert (story.has(), badge(story)) == (100, 1)
    decision = story.brings_back("2026-03-14", "p")
    assert (story.has(), badge(story)) == (100, 1), "the gift of the later purchase stays"
    assert not any(isinstance(effect, BadgeLost) for effect in decision.outcome.effects)


def test_goods_beyond_what_was_needed_come_back_and_change_nothing():
    story = Story(shop(SPEND))
    story.buys("2026-03-11", "30 skincare", "0.01 skincare", id="p")
    story.brings_back("2026-03-12", "p", (1, None))
    assert (story.has(), badge(story), at(story, "skincare")) == (100, 1, 3000)


def test_a_run_that_is_forgotten_gives_back_with_the_whole_purchase():
    story = Story(shop(SPEND, each="month", times=None))
    story.buys("2026-03-11", "20 skincare", "20 skincare", id="p")
    story.waits_until("2026-04-01")
    story.brings_back("2026-04-02", "p", (0, None))
    assert (story.has(), badge(story)) == (100, 1)
    story.brings_back("2026-04-02", "p", (1, None))
    assert (story.has(), badge(story), at(story, "done")) == (0, 0, 0)


# Badges.


def test_a_badge_is_given_for_a_condition_and_only_once():
    wanted = Badge(name="coffee-lover", on="purchase", when=When(category=("coffee",)), gives=(points(25),))
    story = Story(program(wanted, flat(5, name="more", when=When(badge=("coffee-lover",)))))
    story.buys("2026-03-10", "5 tea")
    assert story.state.badges == {}
    decision = story.buys("2026-03-11", "5 coffee", id="p")
    assert (story.state.badges, story.has()) == ({"coffee-lover": 1}, 30)
    assert kinds(decision.outcome.effects) == ["awarded", "granted", "granted"]
    assert skipped(story.buys("2026-03-12", "5 coffee"))["coffee-lover"] == "badge_held"
    story.brings_back("2026-03-13", "p")
    assert (story.state.badges, story.has()) == ({}, 5)


def test_what_comes_with_a_badge_is_given_once_however_it_was_come_by():
    mechanics = (
        Quest(name="start", steps=(VISITS,), gives=(Gift(badge="explorer"), Gift(thing="a postcard"))),
        Badge(name="explorer", on="purchase", when=When(basket_at_least=1000), gives=(points(25),)),
    )
    story = Story(program(*mechanics))
    story.buys("2026-03-10", "5")
    decision = story.buys("2026-03-11", "20", id="p")
    assert (badge(story), story.has()) == (1, 25)
    assert [e.reward for e in decision.outcome.effects if isinstance(e, Rewarded)] == ["a postcard"]
    story.brings_back("2026-03-12", "p")
    assert (badge(story), story.has()) == (0, 0)


def test_other_rules_may_react_to_a_badge():
    story = Story(shop(REVIEW, more=(flat(7, name="party", on="awarded:explorer"), points_per_dollar())))
    story.does("2026-03-10", "review")
    assert story.has() == 107
