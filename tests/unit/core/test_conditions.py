"""Conditions: below, at and above every boundary, and lines by what they are."""

from datetime import date

import pytest

from guerdon.core.calendar import WEEKDAYS
from guerdon.core.conditions import has_line_matchers
from guerdon.core.program import MonthChoice, When
from guerdon.mechanics import Tiers
from guerdon.mechanics.tiers import Level
from tests.builders import Story, flat, granted, money, points_per_dollar, program, rows, skipped, term


def given(when: When, *lines: str, at: str = "2026-03-10 14:30", off: str = "0", **fields: str) -> dict[str, int]:
    """What a point a dollar with these conditions gives for a basket."""
    story = Story(program(points_per_dollar(when=when)))
    return granted(story.buys(at, *(lines or ("10",)), off=off, **fields))


# Lines.

PATHS = """
    # wanted            | line            | counts
      grocery           | grocery         | yes
      grocery           | grocery/soup    | yes
      grocery           | grocery/soup/tin | yes
      grocery           | grocery-x       | no        # a path, not a beginning
      grocery           | grocer          | no
      grocery           | Grocery         | no
      grocery/soup      | grocery         | no        # the general is not the special
      grocery/soup      | grocery/soup    | yes
      grocery/soup      | grocery/soups   | no
      grocery fuel      | fuel            | yes       # any of them
      grocery fuel      | toys            | no
      grocery           |                 | no
"""


@pytest.mark.parametrize(("wanted", "path", "counts"), rows(PATHS))
def test_a_category_is_a_path(wanted, path, counts):
    found = given(When(category=tuple(wanted.split())), f"10 {path}", "5 other")
    assert found == ({"base": 10} if counts == "yes" else {})


MATCHERS = """
    # condition                             | earned from 1, 2, 4 and 8 dollars
      brand=own                             | 5
      brand=own,other                       | 7
      sku=17                                | 3
      category=soup                         | 9
      category=soup brand=own               | 1       # all of them, on the same line
      category=soup brand=own sku=17        | 1
      category=soup brand=other             |
"""


@pytest.mark.parametrize(("conditions", "earned"), rows(MATCHERS))
def test_only_lines_that_match_count(conditions, earned):
    wanted = dict(word.split("=") for word in conditions.split())
    when = When(**{name: tuple(values.split(",")) for name, values in wanted.items()})
    basket = ("1 soup brand=own sku=17", "2 tea brand=other sku=17", "4 tea brand=own sku=18", "8 soup sku=19")
    assert given(when, *basket) == ({"base": int(earned)} if earned else {})


def test_what_never_earns_earns_nothing_under_any_mechanic():
    story = Story(
        program(
            points_per_dollar(),
            points_per_dollar(name="own", when=When(brand=("own",))),
            never_earn=When(category=("gift-card",)),
        )
    )
    assert granted(story.buys("2026-03-10", "10 soup brand=own", "7 gift-card brand=own")) == {"base": 10, "own": 10}
    assert granted(story.buys("2026-03-10", "7 gift-card/own brand=own")) == {}


def test_what_never_earns_may_be_told_by_brand_or_sku():
    story = Story(program(points_per_dollar(), never_earn=When(brand=("x",), sku=("1",))))
    assert granted(story.buys("2026-03-10", "1 brand=x sku=1", "2 brand=x sku=2", "4 sku=1")) == {"base": 6}


def test_the_category_of_the_month_changes_on_the_first():
    months = MonthChoice({2026 * 12 + 2: ("soup",), 2026 * 12 + 3: ("tea", "coffee")})
    story = Story(program(points_per_dollar(when=When(category=months))))
    basket = ("1 soup", "2 tea", "4 coffee/beans")
    assert granted(story.buys("2026-02-28 23:59", *basket)) == {}
    assert granted(story.buys("2026-03-31 23:59", *basket)) == {"base": 1}
    assert granted(story.buys("2026-04-01 00:00", *basket)) == {"base": 6}
    assert granted(story.buys("2026-05-01 00:00", *basket)) == {}


def test_a_list_by_month_cannot_exclude():
    with pytest.raises(TypeError, match="by month"):
        Story(program(points_per_dollar(), never_earn=When(category=MonthChoice({}))))


def test_the_trace_says_that_no_line_matches():
    story = Story(program(points_per_dollar(when=When(category=("soup",), brand=("own", "other")))))
    notes = story.buys("2026-03-10", "10 tea").notes
    assert [(note.code, note.sentence) for note in notes] == [
        ("no_line_matches", "no line is category soup and brand own, other")
    ]


def test_which_conditions_look_at_lines():
    assert not has_line_matchers(When(store=("s",), tier=("gold",), basket_at_least=1))
    assert has_line_matchers(When(category=("a",)))
    assert has_line_matchers(When(brand=("a",)))
    assert has_line_matchers(When(sku=("a",)))


# The event.

DATES = """
    # at               | counts
      2026-03-09 23:59 | no
      2026-03-10 00:00 | yes
      2026-03-12 23:59 | yes
      2026-03-13 00:00 | no
"""


@pytest.mark.parametrize(("at", "counts"), rows(DATES))
def test_dates_are_local_and_include_both_ends(at, counts):
    when = When(between=(date(2026, 3, 10), date(2026, 3, 12)))
    assert given(when, at=at) == ({"base": 10} if counts == "yes" else {})


@pytest.mark.parametrize("number", range(7))
def test_a_weekday_is_local(number):
    when = When(weekday=(number,))
    monday = 23
    assert given(when, at=f"2026-11-{monday + number} 00:00") == {"base": 10}
    assert given(when, at=f"2026-11-{monday + number} 23:59") == {"base": 10}
    assert given(when, at=f"2026-11-{monday + (number + 1) % 7} 12:00") == {}


HOURS = """
    # at    | counts
      07:59 | no
      08:00 | yes
      10:29 | yes
      10:30 | no      # up to and not at
"""


@pytest.mark.parametrize(("at", "counts"), rows(HOURS))
def test_hours_are_local_and_end_before_the_last_minute(at, counts):
    assert given(When(hours=(480, 630)), at=f"2026-07-10 {at}") == ({"base": 10} if counts == "yes" else {})


@pytest.mark.parametrize("name", ["store", "channel", "tender"])
def test_where_and_how_it_was_bought(name):
    when = When(**{name: ("one", "two")})
    assert given(when, **{name: "one"}) == given(when, **{name: "two"}) == {"base": 10}
    assert given(when, **{name: "three"}) == given(when) == {}


BASKETS = """
    # lines     | off the basket | counts
      9.99      | 0              | no
      10        | 0              | yes
      10.01     | 0              | yes
      10.01     | 0.02           | no      # what is paid counts
      4 6       | 0              | yes
      12 off=3  | 0              | no
"""


@pytest.mark.parametrize(("lines", "off", "counts"), rows(BASKETS))
def test_a_basket_must_come_to_at_least(lines, off, counts):
    basket = [lines] if "off" in lines else lines.split()
    assert bool(given(When(basket_at_least=money("10")), *basket, off=off)) == (counts == "yes")


def test_the_first_purchase_is_the_first_that_was_recorded():
    story = Story(
        program(
            flat(10, name="first", when=When(first_purchase=True)),
            flat(1, name="other", when=When(first_purchase=False)),
        )
    )
    one = story.buys("2026-03-10", "1", id="p")
    assert (granted(one), skipped(one)) == ({"first": 10}, {"other": "first_purchase"})
    story.brings_back("2026-03-11", "p")
    two = story.buys("2026-03-12", "1")
    assert (granted(two), skipped(two)) == ({"other": 1}, {"first": "not_first_purchase"})
    assert [note.sentence for note in (*one.notes, *two.notes)] == [
        "not on the first purchase",
        "only on the first purchase",
    ]


def test_a_tier_is_asked_on_any_ladder():
    story = Story(
        program(
            Tiers(name="stars", meter="spend", levels=(Level(name="white", threshold=0),), kept=term("1 year")),
            Tiers(
                meter="spend",
                levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=money("50"))),
                kept=term("1 year"),
            ),
            flat(1, name="gold", when=When(tier=("gold",))),
            flat(2, name="both", when=When(tier=("basic", "gold"))),
            flat(4, name="white", when=When(tier=("white",))),
        )
    )
    below = story.buys("2026-03-10", "49.99")
    assert granted(below) == {"both": 2, "white": 4}
    assert skipped(below) == {"gold": "other_tier"}
    assert granted(story.buys("2026-03-10", "0.01")) == {"gold": 1, "both": 2, "white": 4}


EXPRESSIONS = """
    # expression                                      | holds
      basket.total >= 1000                            | yes
      basket.total >= 1001                            | no
      basket.lines == 2 and basket.items == 5         | yes
      event.store == 'sofia' and event.channel == ''  | yes
      event.tender == 'card'                          | no
      event.action == ''                              | yes
      'gold' in member.tiers                          | no
      member.days == 68                               | yes      # since 1 January
      member.enrolled                                 | yes
      meters.spend == 1000                            | yes      # with this very purchase
      weekday == 'tue'                                | yes
      date == '2026-03-10'                            | yes
      attributes.stars == '5'                         | no
      basket.total                                    | no       # only true is true
      basket.total > 'much'                           | no       # one that fails does not hold
      basket.nothing > 5                              | no
"""


@pytest.mark.parametrize(("expression", "holds"), rows(EXPRESSIONS))
def test_an_expression_sees_basket_event_member_and_meters(expression, holds):
    found = given(When(expression=expression), "4 x2", "6 x3", store="sofia")
    assert found == ({"base": 10} if holds == "yes" else {})


def test_an_expression_sees_the_attributes_of_an_action():
    story = Story(program(flat(5, on="action:review", when=When(expression="attributes.stars == '5'"))))
    assert granted(story.does("2026-03-10", "review", stars="5")) == {"flat": 5}
    assert granted(story.does("2026-03-10", "review", stars="4")) == {}
    assert granted(story.does("2026-03-10", "review")) == {}


def test_an_expression_sees_a_member_who_is_just_joining():
    story = Story(
        program(flat(5, on="enrol", when=When(expression="not member.enrolled and member.days == 0"))), joined=None
    )
    assert granted(story.enrols("2026-03-10")) == {"flat": 5}


def test_an_expression_that_cannot_be_read_is_an_error_of_the_program():
    with pytest.raises(RuntimeError):
        Story(program(points_per_dollar(when=When(expression="basket. >"))))


SENTENCES = {
    "outside_dates": (When(between=(date(2026, 1, 1), date(2026, 1, 2))), "only from 2026-01-01 to 2026-01-02"),
    "other_weekday": (When(weekday=(5, 6)), "only on sat, sun"),
    "outside_hours": (When(hours=(480, 605)), "only from 08:00 to 10:05"),
    "other_store": (When(store=("a", "b")), "only where the store is a, b"),
    "other_channel": (When(channel=("app",)), "only where the channel is app"),
    "other_tender": (When(tender=("card",)), "only where the tender is card"),
    "basket_too_small": (When(basket_at_least=5000), "only from a basket of 5000 on"),
    "first_purchase": (When(first_purchase=False), "not on the first purchase"),
    "expression_false": (When(expression="false"), "only if false"),
}


@pytest.mark.parametrize("code", SENTENCES)
def test_the_trace_says_which_condition_did_not_hold(code):
    when, sentence = SENTENCES[code]
    story = Story(program(points_per_dollar(when=when)))
    notes = story.buys("2026-03-10 14:30", "10").notes
    assert [(note.mechanic, note.outcome, note.code, note.sentence) for note in notes] == [
        ("base", "skipped", code, sentence)
    ]


def test_the_trace_names_the_first_condition_that_does_not_hold():
    every = When(
        between=(date(2026, 1, 1), date(2026, 1, 2)),
        weekday=(6,),
        hours=(0, 1),
        store=("a",),
        channel=("a",),
        tender=("a",),
        basket_at_least=10**9,
        first_purchase=False,
        expression="false",
    )
    condition = Story(program(points_per_dollar(when=every))).timeline.versions[0].rules[0]._condition
    assert [check.code for check in condition.checks] == list(SENTENCES)


def test_weekdays_have_their_names():
    assert WEEKDAYS == ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def test_a_program_with_more_kinds_of_lines_than_are_remembered_still_knows_them(monkeypatch):
    monkeypatch.setattr("guerdon.core.conditions._REMEMBERED_LINES", 2)
    story = Story(program(points_per_dollar(when=When(sku=("1", "4")))))
    basket = tuple(f"1 sku={number}" for number in range(6))
    assert granted(story.buys("2026-03-10", *basket)) == granted(story.buys("2026-03-10", *basket)) == {"base": 2}
