"""Versions and timelines: which is in force, which limits an event needs, which rules a day has."""

from datetime import date

import pytest

from guerdon.core.events import Event, Redeem
from guerdon.core.program import Cap, MonthChoice, Unit, When
from guerdon.core.timeline import Timeline, single
from guerdon.core.version import Version
from tests.builders import (
    Story,
    day,
    flat,
    from_day,
    granted,
    instant,
    moment,
    points_per_dollar,
    program,
    purchase,
    reward,
    rows,
    shown_day,
    shown_instant,
    term,
    timeline,
)

IN_FORCE = """
    # at                  | version | next
      2019-12-31 23:59:59 | -       | 2020-01-01 00:00
      2020-01-01 00:00:00 | 1       | 2026-04-01 00:00
      2026-03-31 23:59:59 | 1       | 2026-04-01 00:00
      2026-04-01 00:00:00 | 2       | 2026-06-01 00:00
      2026-05-31 23:59:59 | 2       | 2026-06-01 00:00
      2026-06-01 00:00:00 | 4       | never
      2030-01-01 00:00:00 | 4       | never
"""
PUBLISHED = timeline(
    program(), from_day(program(), "2026-04-01"), from_day(program(), "2026-06-01"), from_day(program(), "2026-06-01")
)


@pytest.mark.parametrize(("when", "number", "following"), rows(IN_FORCE))
def test_a_version_is_in_force_from_its_local_midnight(when, number, following):
    found = PUBLISHED.at(instant(when))
    assert (str(found.number) if found else "-") == number
    assert shown_instant(PUBLISHED.next_start(instant(when))) == following


def test_versions_may_be_given_in_any_order():
    one, two = Version(program(), 1), Version(from_day(program(), "2026-04-01"), 2)
    for given in ([one, two], [two, one]):
        assert Timeline(given).versions == [one, two]


def test_one_version_makes_a_timeline():
    assert [version.number for version in single(program()).versions] == [1]


def test_the_stock_of_a_reward_is_a_limit_of_its_own():
    rewards = (reward("mug", stock=3), reward("coffee"))
    known = timeline(program(points_per_dollar(limit=Cap(total=7)), rewards=rewards))
    assert known.versions[0].limits == {"base": 7, "stock:mug": 3}


def limits_for(known: Timeline, *asked: str) -> dict[str, int]:
    """The limits for a batch of purchases, each told by its time, or by a reward and a time for a redemption."""
    events: list[Event] = []
    for text in asked:
        name, _, when = text.rpartition("@")
        event_id = f"e{len(events)}"
        redeems = Redeem(id=event_id, member="m", at=moment(when), reward=name)
        events.append(redeems if name else purchase(event_id, when, "1"))
    return known.limits_for(events)


def test_a_batch_asks_for_the_limits_between_its_first_and_its_last_moment():
    in_march = When(between=(date(2026, 3, 10), date(2026, 3, 12)))
    known = timeline(program(points_per_dollar(limit=Cap(total=15), when=in_march), flat(1, limit=Cap(total=5))))
    assert limits_for(known, "2026-03-09 23:59:59") == {"flat": 5}
    assert limits_for(known, "2026-03-10") == {"base": 15, "flat": 5}
    assert limits_for(known, "2026-03-12 23:59:59") == {"base": 15, "flat": 5}
    assert limits_for(known, "2026-03-13") == {"flat": 5}
    assert limits_for(known, "2026-03-13", "2026-03-09") == {"base": 15, "flat": 5}


def test_a_batch_asks_for_the_stock_of_the_rewards_in_it():
    known = timeline(program(rewards=(reward("mug", stock=3), reward("cup", stock=1), reward("coffee"))))
    assert limits_for(known, "mug@2026-03-10", "coffee@2026-03-10", "nothing@2026-03-10") == {"stock:mug": 3}
    assert limits_for(known, "2026-03-10") == {}


def test_a_batch_asks_for_the_limits_of_every_version_it_may_meet():
    one = program(points_per_dollar(name="one", limit=Cap(total=1)))
    two = from_day(program(points_per_dollar(name="two", limit=Cap(total=1))), "2026-04-01")
    known = timeline(one, two)
    assert limits_for(known, "2026-03-31 23:59:59") == {"one": 1}
    assert limits_for(known, "2026-03-31 23:59:59", "2026-04-01") == {"one": 1, "two": 1}
    assert limits_for(timeline(program(points_per_dollar())), "2026-03-10") == {}
    assert limits_for(known, "2019-03-10") == {}


def test_of_several_versions_the_most_that_any_allows_counts():
    one = program(points_per_dollar(limit=Cap(total=7)))
    two = from_day(program(points_per_dollar(limit=Cap(total=5))), "2026-04-01")
    assert limits_for(timeline(one, two), "2026-04-01") == {"base": 7}


def test_a_shared_cap_with_a_total_is_always_asked_for():
    in_march = When(between=(date(2026, 3, 10), date(2026, 3, 12)))
    known = timeline(program(points_per_dollar(cap="bonus", when=in_march), caps={"bonus": Cap(total=9)}))
    assert limits_for(known, "2026-05-01") == {"cap:bonus": 9}


def test_a_day_has_only_the_rules_that_can_hold_on_it():
    in_march = When(between=(date(2026, 3, 10), date(2026, 3, 12)))
    on_mondays = When(weekday=(0,))
    soup_in_april = When(category=MonthChoice({2026 * 12 + 3: ("soup",)}))
    version = timeline(
        program(
            flat(1, name="always"),
            flat(1, name="march", when=in_march),
            flat(1, name="monday", when=on_mondays),
            flat(1, name="soup", when=soup_in_april),
        )
    ).versions[0]

    def names(when: str, *, everything: bool = False) -> list[str]:
        lanes = version.lanes("purchase", day(when), everything=everything)
        return [rule.name for lane in lanes for rule in lane.rules]

    assert names("2026-03-08") == ["always"]
    assert names("2026-03-10") == ["always", "march"]
    assert names("2026-03-16") == ["always", "monday"]
    assert names("2026-04-06") == ["always", "monday", "soup"]
    assert names("2026-03-08", everything=True) == ["always", "march", "monday", "soup"]
    assert names("2026-03-08") == ["always"], "and remembers it"


def test_conditions_on_lines_do_not_concern_what_has_no_lines():
    """A category of the month on a mechanic that reacts to joining: the trace must not give what is else not given."""
    this_month = When(category=MonthChoice({2026 * 12 + 2: ("soup",)}))
    story = Story(program(flat(5, on="enrol", when=this_month)), joined=None)
    assert granted(story.enrols("2026-05-10")) == {"flat": 5}


@pytest.mark.parametrize("remembered", ["_REMEMBERED_DAYS"])
def test_days_beyond_those_remembered_are_worked_out_again(monkeypatch, remembered):
    monkeypatch.setattr(f"guerdon.core.version.{remembered}", 1)
    units = {"points": Unit(inactive_after=term("30 days"))}
    story = Story(program(points_per_dollar(when=When(weekday=(1,))), flat(1, name="any"), units=units))
    for when, given in (
        ("2026-03-10", {"base": 10, "any": 1}),
        ("2026-03-11", {"any": 1}),
        ("2026-03-12", {"any": 1}),
    ) * 2:
        assert granted(story.tries(purchase("p", when, "10"))) == given
    story.buys("2026-03-10", "10")
    assert story.due() == "2026-04-10 00:00"


def test_what_may_still_count_reaches_back_by_the_days_an_event_may_be_late():
    version = timeline(program(late_events=10)).versions[0]
    assert shown_day(version.keep_from(day("2026-03-15"))) == "2026-03-05"
    assert shown_day(version.meter_keeps_from("spend", day("2026-03-15"))) == "2026-01-01"
    assert shown_day(version.meter_keeps_from("spend", day("2026-01-05"))) == "2025-01-01"
    assert shown_day(version.meter_keeps_from("spend", day("2026-03-15"))) == "2026-01-01"
