"""Conditions, exceptions, limits, delays, meters and partners as they are written."""

from typing import Any

import pytest

from guerdon.core.calendar import Delay, Term, Window
from guerdon.core.program import Allowance, AroundBirthday, Cap, Meter, Partner, Program, Range, Unit, When
from guerdon.language import ProgramErrors, read_program
from guerdon.language.delays import DELAY
from guerdon.language.errors import Wrong
from guerdon.language.limits import TIMES
from guerdon.language.members import AGE, BIRTHDAY
from guerdon.mechanics.earn import Earn

HEAD = """\
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
statement_day: 10th
units: {points: {}, cashback: {in: USD, spent: in any part}}
meters:
  spend_this_year: {sum: spend, window: calendar year}
  visits: {count: visits, window: rolling 30 days}
  coffee: {sum: weight, window: ever, of: {category: coffee, partner: own, attribute: {roast: dark}}}
  milk: {sum: volume, window: ever}
  reviews: {count: action review, window: calendar month, of: {attribute: {stars: [4, 5]}}}
partners: {esso: {title: Esso}, acme: {}}
caps:
  bonus: {of: points, total: 5_000, per_member: [500 points a week, 1_000 a statement period], times: once a day}
  cash: {of: cashback, per_member: 20 USD a month}
mechanics:
"""


def read(mechanic: str) -> Program:
    return read_program(HEAD + f"  - {{earn: points, flat: 1, {mechanic}}}\n")


def earn(mechanic: str) -> Earn:
    found = read(mechanic).mechanics[0]
    assert isinstance(found, Earn)
    return found


def sentence(mechanic: str) -> str:
    with pytest.raises(ProgramErrors) as wrong:
        read(mechanic)
    assert len(wrong.value.errors) == 1, wrong.value.errors
    return wrong.value.errors[0].sentence


CONDITIONS: list[tuple[str, dict[str, Any]]] = [
    ("partner: [own, esso]", {"partner": ("own", "esso")}),
    ("merchant_category: [5411, 5812]", {"merchant_category": ("5411", "5812")}),
    ("code: SPRING", {"code": ("SPRING",)}),
    ("attribute: {smile: yes, cup: [own, lent]}", {"attribute": {"smile": ("yes",), "cup": ("own", "lent")}}),
    ("segment: students", {"segment": ("students",)}),
    ("region: [sofia]", {"region": ("sofia",)}),
    ("language: [bg, pt-BR]", {"language": ("bg", "pt-BR")}),
    ("consent: marketing", {"consent": ("marketing",)}),
    ("age: from 18", {"age_from": 18}),
    ("role: owner", {"role": ("owner",)}),
    ("birthday: this month", {"birthday": AroundBirthday(month=True)}),
    ("member_for: at least 7 days", {"enrolled_at_least": Term(7, "day")}),
    ("member_for: at most 2 months", {"enrolled_at_most": Term(2, "month")}),
    (
        "member_for: [at most 60 days, at least 7 days]",
        {"enrolled_at_least": Term(7, "day"), "enrolled_at_most": Term(60, "day")},
    ),
    ("meters: {spend_this_year: at least 600 USD}", {"readings": {"spend_this_year": Range(60_000)}}),
    (
        "meters: {visits: at most 3 visits, coffee: 500 g to 1.5 kg, milk: at least 2 l}",
        {"readings": {"visits": Range(most=3), "coffee": Range(500, 1500), "milk": Range(2000)}},
    ),
    ("meters: {reviews: 1 time to 3 times}", {"readings": {"reviews": Range(1, 3)}}),
    ("meters: {visits: at least 0}", {"readings": {"visits": Range(0)}}),
    ("basket_at_most: 500 USD", {"basket_at_most": 50_000}),
    ("items_at_least: 3 items", {"items_at_least": 3}),
]


@pytest.mark.parametrize(("written", "fields"), CONDITIONS)
def test_a_condition(written, fields):
    assert earn(f"when: {{{written}}}").when == When(**fields)
    assert earn(f"except: {{{written}}}").unless == When(**fields)


MISTAKES = [
    ("when: {partner: shell}", "`shell` is not a partner of this program"),
    ("when: {membership: plus}", "`plus` is not a membership plan of this program; there is none"),
    ("when: {badge: explorer}", "`explorer` is not a badge of this program; there is none"),
    ("when: {age: 18}", "`18` is not an age; write for example `from 18`"),
    ("when: {age: from 151}", "too large"),
    ("when: {birthday: within 184 days}", "too large"),
    ("when: {birthday: next week}", "is not days around the birthday"),
    ("when: {member_for: 7 days}", "write for example `at least 7 days`"),
    ("when: {member_for: [at least 7 days, at least 8 days]}", "one `at least` and one `at most`"),
    ("when: {meters: {spend: at least 5 USD}}", "`spend` is not a meter of this program"),
    ("when: {meters: {visits: at least 5 USD}}", "`visits` counts visits"),
    ("when: {meters: {coffee: at least 5 USD}}", "`coffee` counts kg"),
    ("when: {meters: {spend_this_year: at least 5}}", "write for example `350 USD`"),
    ("when: {meters: {coffee: at least 5}}", "write `5 g` or `5 kg`"),
    ("when: {meters: {coffee: at least 0.0005 kg}}", "too many decimals"),
    ("when: {meters: {visits: 5 visits to 3 visits}}", "ends below where it begins"),
    ("when: {attribute: smile}", "belongs here"),
    ("except: {category: {2026-01: soup}}", "`category` is a mapping"),
    ("on: enrol, when: {attribute: {smile: yes}}", "`attribute` looks at a purchase"),
    ("on: action review, except: {sku: 17}", "`sku` looks at a purchase"),
    ("cap: bonsu", "did you mean `bonus`"),
    ("cap: cash", "`cash` is a limit of `cashback`, and this mechanic gives `points`"),
    ("funded_by: shell", "is not a partner of this program"),
    ("limit: [500 points a week, 600 points a week]", "for the same period"),
    ("limit: {times: [once a day, 3 times a day]}", "for the same period"),
    ("limit: 500 points a fortnight", "is not a limit for each member"),
    ("limit: 0 times a day", "too small"),
    ("available_after: soon", "is not a time to wait"),
    ("available_after: 0 hours", "too small"),
]


@pytest.mark.parametrize(("written", "words"), MISTAKES)
def test_a_mistake_is_told_with_what_would_be_right(written, words):
    assert words in sentence(written)


def test_matchers_of_partner_and_attribute_look_at_actions_too():
    assert earn("on: action review, when: {partner: esso, attribute: {stars: 5}}").when == When(
        partner=("esso",), attribute={"stars": ("5",)}
    )


def test_the_declarations():
    program = read("cap: bonus")
    assert program.statement_day == 10
    assert program.units["cashback"] == Unit(scale=2, money=True, divisible=True)
    assert program.partners == {"esso": Partner(title={"en": "Esso"}), "acme": Partner()}
    ever, month = Window("calendar", 1, "ever"), Window("calendar", 1, "month")
    assert program.meters["coffee"] == Meter(
        counts="g",
        window=ever,
        only=When(category=("coffee",), partner=("own",), attribute={"roast": ("dark",)}),
    )
    assert program.meters["milk"] == Meter(counts="ml", window=ever)
    assert program.meters["reviews"] == Meter(
        counts="actions", action="review", window=month, only=When(attribute={"stars": ("4", "5")})
    )
    assert program.caps == {
        "bonus": Cap(
            total=5000,
            per_member=(Allowance(500, "week"), Allowance(1000, "statement")),
            times=(Allowance(1, "day"),),
        ),
        "cash": Cap(per_member=(Allowance(2000, "month"),)),
    }
    assert isinstance(program.mechanics[0], Earn)
    assert program.mechanics[0].cap == "bonus"


LIMITS = [
    ("500 points a week", Cap(per_member=(Allowance(500, "week"),))),
    ("500", Cap(per_member=(Allowance(500),))),
    ("3 times a day", Cap(times=(Allowance(3, "day"),))),
    ("once", Cap(times=(Allowance(1),))),
    ("[3 times a day, 500 points a month]", Cap(per_member=(Allowance(500, "month"),), times=(Allowance(3, "day"),))),
    ("{times: [once a day, 3 times a week], per_event: 5}",
     Cap(times=(Allowance(1, "day"), Allowance(3, "week")), per_event=5)),
]  # fmt: skip


@pytest.mark.parametrize(("written", "cap"), LIMITS)
def test_a_limit(written, cap):
    assert earn(f"limit: {written}").limit == cap


@pytest.mark.parametrize(
    ("written", "allowance"),
    [("once a week", Allowance(1, "week")), ("twice per year", Allowance(2, "year")), ("10 times", Allowance(10))],
)
def test_how_often(written, allowance):
    assert TIMES.parse(written) == allowance


DELAYS = [
    ("24 hours", Delay(hours=24)),
    ("1 hour", Delay(hours=1)),
    ("14 days", Delay(term=Term(14, "day"))),
    ("until the end of the month", Delay(term=Term(0, "day", "month"))),
    ("after delivery", Delay("delivery")),
    ("on delivery", Delay("delivery")),
    ("14 days after delivery", Delay("delivery", Term(14, "day"))),
    ("48 hours after delivery", Delay("delivery", hours=48)),
    ("on the statement date", Delay("statement")),
    ("5 days after the statement date", Delay("statement", Term(5, "day"))),
    ("30 days after the end of the month", Delay(term=Term(30, "day", "month"))),
]


@pytest.mark.parametrize(("written", "delay"), DELAYS)
def test_a_delay(written, delay):
    assert DELAY.parse(written) == delay
    assert earn(f"available_after: {written}").available_after == delay


@pytest.mark.parametrize(
    ("written", "around"),
    [
        ("today", AroundBirthday()),
        ("within 7 days", AroundBirthday(7, 7)),
        ("within 1 day", AroundBirthday(1, 1)),
        ("3 days before to 7 days after", AroundBirthday(3, 7)),
        ("0 days before to 1 day after", AroundBirthday(0, 1)),
        ("up to 30 days after", AroundBirthday(0, 30)),
        ("up to 2 days before", AroundBirthday(2, 0)),
    ],
)
def test_around_the_birthday(written, around):
    assert BIRTHDAY.parse(written) == around


def test_an_age():
    assert AGE.parse("from 1") == 1
    with pytest.raises(Wrong):
        AGE.parse("from 0")


def test_who_pays():
    assert (earn("funded_by: esso").funded_by, earn("funded_by: the partner").funded_by) == ("esso", "partner")


DECLARATIONS = [
    ("partners: {esso: {title: Esso}, acme: {}}", "partners: {own: {}}", "give the partner another name"),
    ("partners: {esso: {title: Esso}, acme: {}}", "partners: {partner: {}}", "give the partner another name"),
    ("statement_day: 10th", "statement_day: 32", "too large"),
    ("points: {}", "points: {spent: whole}", "`spent` is for money"),
    ("count: action review", "count: reviews", "something to count"),
    ("{count: visits, window: rolling 30 days}", "{sum: points earned, window: ever, of: {store: 1}}", "leave it out"),
    ("of: {attribute: {stars: [4, 5]}}", "of: {store: 1}", "`store` looks at a purchase"),
    ("of: {category: coffee,", "of: {tier: gold,", "`tier` is not a key of the matchers of a meter"),
    ("{of: cashback, per_member", "{per_member", "`of` is missing from a shared limit"),
    ("per_member: 20 USD a month", "per_member: 20 points a month", "is not what is given here"),
]


@pytest.mark.parametrize(("right", "wrong", "words"), DECLARATIONS)
def test_a_mistake_in_the_declarations(right, wrong, words):
    assert right in HEAD
    with pytest.raises(ProgramErrors) as found:
        read_program((HEAD + "  - {earn: points, flat: 1}\n").replace(right, wrong))
    assert len(found.value.errors) == 1, found.value.errors
    assert words in found.value.errors[0].sentence


def test_a_reward_may_ask_for_a_channel_and_for_the_member():
    text = HEAD + "  - {earn: points, flat: 1}\n"
    reward = "rewards: [{reward: tea, cost: 5 points, when: {channel: app, age: from 18, region: sofia}}]\n"
    assert read_program(text + reward).rewards[0].when == When(channel=("app",), age_from=18, region=("sofia",))
