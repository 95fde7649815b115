"""Every condition on the event and on the member: it holds, it does not, and the trace says which and why."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import msgspec
import pytest

from guerdon.core.calendar import Term
from guerdon.core.events import Describe, Line, Purchase, Traits
from guerdon.core.program import AroundBirthday, Meter, MonthChoice, Partner, Range, When
from guerdon.core.state import Household, Membership
from tests.builders import Story, flat, granted, moment, points_per_dollar, program, rows, skipped, term, window

NOON = "2026-03-10 12:00"
TRAITS = Traits(
    birthday="03-17", age=25, region="sofia", language="bg", segments=("students", "new"), consents=("mail", "calls")
)


class Matched(NamedTuple):
    """A condition with two purchases: one for which it holds and one for which it does not."""

    when: When
    sentence: str
    yes: dict[str, Any]
    no: dict[str, Any]


OF_THE_EVENT = {
    "other_merchant_category": Matched(
        When(merchant_category=("5411", "5812")), "only where the merchant_category is 5411, 5812",
        {"merchant_category": "5812"}, {"merchant_category": "5413"},
    ),
    "other_partner": Matched(
        When(partner=("own", "esso")), "only where the partner is own, esso", {}, {"partner": "shell"}
    ),
    "code_not_shown": Matched(
        When(code=("SPRING", "FRIENDS")), "only with the code SPRING, FRIENDS", {"codes": ("X", "FRIENDS")},
        {"codes": ("X",)},
    ),
    "other_attribute": Matched(
        When(attribute={"smile": ("yes",)}), "only where smile is yes", {"attributes": {"smile": "yes"}},
        {"attributes": {"smile": "no"}},
    ),
    "other_tender": Matched(
        When(tender=("card",)), "only where the tender is card", {"tenders": {"cash": 5, "card": 5}},
        {"tenders": {"cash": 10}},
    ),
}  # fmt: skip


def shop(when: When, **settings: Any) -> Story:
    """A point a dollar under a condition; the codes X and SPRING are taken by another mechanic, too."""
    taken = flat(1, name="taken", on="enrol", when=When(code=("X",)))
    return Story(program(points_per_dollar(when=when), taken, **settings))


@pytest.mark.parametrize("code", OF_THE_EVENT)
def test_a_condition_on_the_event(code):
    matched = OF_THE_EVENT[code]
    assert granted(shop(matched.when).buys(NOON, "10", **matched.yes))
    refused = shop(matched.when).buys(NOON, "10", **matched.no)
    assert granted(refused) == {}
    assert [(note.code, note.sentence) for note in refused.notes] == [(code, matched.sentence)]


@pytest.mark.parametrize("code", OF_THE_EVENT)
def test_an_exception_on_the_event_is_the_opposite(code):
    matched = OF_THE_EVENT[code]
    taken = flat(1, name="taken", on="enrol", when=When(code=("X", "SPRING", "FRIENDS")))
    story = Story(program(points_per_dollar(unless=matched.when), taken))
    assert granted(story.buys(NOON, "10", **matched.no))
    refused = story.buys(NOON, "10", **matched.yes)
    assert skipped(refused) == {"base": f"excluded_by_{code}"}


MEMBERS = """
    # condition                      | member | code
      tier=('gold',)                 | no     | other_tier
      membership=('plus', 'pro')     | yes    |
      membership=('pro',)            | no     | not_in_plan
      badge=('explorer', 'x')        | yes    |
      badge=('x',)                   | no     | badge_missing
      region=('sofia',)              | yes    |
      region=('varna',)              | no     | other_region
      language=('bg', 'ru')          | yes    |
      language=('ru',)               | no     | other_language
      segment=('students',)          | yes    |
      segment=('lapsing',)           | no     | other_segment
      consent=('mail',)              | yes    |
      consent=('mail', 'calls')      | yes    |
      consent=('mail', 'profiling')  | no     | consent_missing     # all of them
      age_from=24                    | yes    |
      age_from=25                    | yes    |
      age_from=26                    | no     | too_young
      role=('owner', 'adult')        | yes    |
      role=('child',)                | no     | other_role
      enrolled_at_least=days(68)     | yes    |                     # joined on 1 January
      enrolled_at_least=days(69)     | no     | enrolled_too_lately
      enrolled_at_most=days(68)      | yes    |
      enrolled_at_most=days(67)      | no     | enrolled_too_long_ago
      readings={'spend': Range(1000)}        | yes    |                  # with this purchase
      readings={'spend': Range(1001)}        | no     | meter_outside
      readings={'spend': Range(0, 1000)}     | yes    |
      readings={'spend': Range(most=999)}    | no     | meter_outside
      items_at_least=1               | yes    |
      items_at_least=2               | no     | too_few_items
      basket_at_most=1000            | yes    |
      basket_at_most=999             | no     | basket_too_large
"""


def days(count: int) -> Term:
    return term(f"{count} days")


def a_member(*mechanics: Any) -> Story:
    """A member of 1 January who is known well."""
    story = Story(program(*mechanics))
    story.meets(Describe(id="traits", member="m", at=moment("2026-01-02"), traits=TRAITS))
    joined = Membership("active", story.state.as_of)
    family = Household("family", "home", "adult", story.state.as_of)
    story.state = msgspec.structs.replace(
        story.state, memberships={"plus": joined}, badges={"explorer": 1}, household=family
    )
    return story


@pytest.mark.parametrize(("condition", "holds", "code"), rows(MEMBERS))
def test_a_condition_on_the_member(condition, holds, code):
    when = eval(f"When({condition})", {"When": When, "days": days, "Range": Range})
    decision = a_member(points_per_dollar(when=when)).buys(NOON, "10")
    assert granted(decision) == ({"base": 10} if holds == "yes" else {})
    assert skipped(decision) == ({} if holds == "yes" else {"base": code})
    against = a_member(points_per_dollar(unless=when)).buys(NOON, "10")
    assert granted(against) == ({} if holds == "yes" else {"base": 10})


@pytest.mark.parametrize("condition", [
    When(region=("sofia",)), When(language=("bg",)), When(segment=("new",)), When(consent=("mail",)), When(age_from=1),
    When(role=("adult",)), When(birthday=AroundBirthday(183, 183)), When(birthday=AroundBirthday(month=True)),
])  # fmt: skip
def test_what_is_not_known_of_a_member_does_not_hold(condition):
    assert granted(shop(condition).buys(NOON, "10")) == {}


BIRTHDAYS = """
    # birthday | around | day        | holds
      03-10    | 0 0    | 2026-03-09 | no
      03-10    | 0 0    | 2026-03-10 | yes
      03-10    | 0 0    | 2026-03-11 | no
      03-10    | 3 7    | 2026-03-06 | no
      03-10    | 3 7    | 2026-03-07 | yes
      03-10    | 3 7    | 2026-03-17 | yes
      03-10    | 3 7    | 2026-03-18 | no
      01-02    | 3 0    | 2025-12-30 | yes      # over the turn of the year
      12-31    | 0 3    | 2026-01-03 | yes
      02-29    | 0 0    | 2026-02-28 | yes
      02-29    | 0 0    | 2028-02-28 | no
      02-29    | 0 0    | 2028-02-29 | yes
      03-10    | month  | 2026-02-28 | no
      03-10    | month  | 2026-03-01 | yes
      03-10    | month  | 2026-03-31 | yes
      03-10    | month  | 2026-04-01 | no
"""


@pytest.mark.parametrize(("birthday", "around", "on", "holds"), rows(BIRTHDAYS))
def test_around_the_birthday(birthday, around, on, holds):
    when = AroundBirthday(month=True) if around == "month" else AroundBirthday(*map(int, around.split()))
    story = Story(program(points_per_dollar(when=When(birthday=when))), joined="2025-01-01")
    story.meets(Describe(id="d", member="m", at=moment("2025-01-02"), traits=Traits(birthday=birthday)))
    assert granted(story.buys(on, "10")) == ({"base": 10} if holds == "yes" else {})


def test_items_are_counted_on_the_lines_that_match():
    story = Story(program(points_per_dollar(when=When(category=("soup",), items_at_least=3))))
    assert granted(story.buys(NOON, "1 soup x2", "5 tea x9")) == {}
    assert granted(story.buys(NOON, "1 soup x2", "2 soup", "5 tea")) == {"base": 3}
    weighed = (Line("fish", 900, 1500, category="soup", measure="g"), Line("a", 100, 1, category="soup"))
    assert granted(story.meets(Purchase(id="w", member="m", at=moment(NOON), lines=weighed))) == {}, "weighed is one"


def test_too_many_items_may_stand_against():
    story = Story(program(points_per_dollar(unless=When(items_at_least=3))))
    assert granted(story.buys(NOON, "2 x2")) == {"base": 2}
    assert skipped(story.buys(NOON, "3 x3")) == {"base": "excluded_by_too_few_items"}


def test_exceptions_by_lines_take_those_lines_out():
    story = Story(program(points_per_dollar(unless=When(category=("gift",), brand=("own",)))))
    assert granted(story.buys(NOON, "1 gift brand=own", "2 gift brand=x", "4 soup brand=own")) == {"base": 6}


def test_of_a_bill_paid_in_several_ways_the_part_that_matches_counts():
    story = Story(program(points_per_dollar(when=When(tender=("card",)))))
    assert granted(story.buys(NOON, "10", tenders={"card": 750, "cash": 250})) == {"base": 7}
    assert granted(story.buys(NOON, "10", tender="card")) == {"base": 10}


def test_a_condition_on_days_takes_a_mechanic_out_for_the_whole_day_and_its_exception_too():
    monday = When(weekday=(0,))
    story = Story(program(flat(1, name="on", when=monday), flat(2, name="off", unless=monday)))
    assert granted(story.buys("2026-03-09", "1")) == {"on": 1}
    assert granted(story.buys("2026-03-10", "1")) == {"off": 2}


METERED = """
    # meter looks at                      | event                 | counts
      partner=('own',)                    |                       | yes
      partner=('own',)                    | partner=esso          | no
      merchant_category=('5411',)         | merchant_category=5411| yes
      store=('1',)                        | store=2               | no
      channel=('app',)                    | channel=app           | yes
      hours=(0, 720)                      |                       | no        # noon is outside
      weekday=(1,)                        |                       | yes
      between=(date(2026, 3, 11), date(2026, 3, 12)) |            | no
"""


@pytest.mark.parametrize(("looks_at", "event", "counts"), rows(METERED))
def test_a_meter_counts_and_uncounts_what_it_looks_at(looks_at, event, counts):
    only = eval(f"When({looks_at})", {"When": When, "date": date})
    meter = Meter(counts="spend", window=window("calendar year"), only=only)
    story = Story(program(meters={"spend": meter}, partners={"esso": Partner()}))
    fields = dict([event.split("=")]) if event else {}
    story.buys(NOON, "10", "5", id="p", **fields)
    assert story.meter("spend", NOON) == (1500 if counts == "yes" else 0)
    story.brings_back("2026-03-11", "p", (1, None))
    assert story.meter("spend", "2026-03-11") == (1000 if counts == "yes" else 0)


def test_meters_of_weight_and_of_actions():
    meters = {
        "coffee": Meter(counts="g", window=window("calendar year"), only=When(category=("coffee",))),
        "milk": Meter(counts="ml", window=window("calendar year")),
        "reviews": Meter(counts="actions", action="review", window=window("calendar year")),
    }
    story = Story(program(meters=meters))
    lines = (
        Line("c", 900, 500, category="coffee", measure="g"), Line("t", 300, 100, category="tea", measure="g"),
        Line("m", 100, 1000, measure="ml"),
    )  # fmt: skip
    story.meets(Purchase(id="p", member="m", at=moment(NOON), lines=lines))
    story.does(NOON, "review")
    story.does(NOON, "visit")
    assert [story.meter(name, NOON) for name in meters] == [500, 1000, 1]
    story.brings_back(NOON, "p", (0, 200))
    assert [story.meter(name, NOON) for name in meters] == [300, 1000, 1]


def test_a_month_choice_may_not_be_an_exception():
    with pytest.raises(TypeError, match="by month"):
        Story(program(points_per_dollar(unless=When(category=MonthChoice({})))))


def test_a_code_that_only_an_exception_names_is_taken_all_the_same():
    story = Story(program(points_per_dollar(unless=When(code=("STAFF",)))))
    assert skipped(story.buys(NOON, "10", codes=("STAFF",))) == {"base": "excluded_by_code_not_shown"}


SENTENCES: list[tuple[Callable[[], When], str]] = [
    (lambda: When(birthday=AroundBirthday(3, 7)), "only from 3 days before the birthday to 7 days after"),
    (lambda: When(birthday=AroundBirthday(month=True)), "only in the month of the birthday"),
    (lambda: When(readings={"spend": Range(5000)}), "only where spend is from 5000 on"),
    (lambda: When(readings={"spend": Range(5000, 9000)}), "only where spend is from 5000 up to 9000"),
    (lambda: When(readings={"spend": Range(most=5)}), "only where spend is up to 5"),
    (lambda: When(items_at_least=3), "only from 3 items on"),
]


@pytest.mark.parametrize(("when", "sentence"), SENTENCES)
def test_the_trace_says_what_is_asked_for(when, sentence):
    assert [note.sentence for note in shop(when()).buys(NOON, "10").notes] == [sentence]
