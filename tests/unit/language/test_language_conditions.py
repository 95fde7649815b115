"""Conditions, exceptions, limits, delays, meters and partners as they are written."""

from typing import Any

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Delay, Term, Window
from guerdon.core.program import Allowance, AroundBirthday, Cap, Meter, Partner, Program, Range, Unit, When
from guerdon.language import ProgramErrors, read_program
from guerdon.language.delays import DELAY
from guerdon.language.errors import Wrong
from guerdon.language.limits import TIMES
from guerdon.language.members import AGE, BIRTHDAY
from guerdon.mechanics.earn import Earn
from guerdon.mechanics.earn_ladder import Band, LadderStep, RateLadder

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


# Earning.


def read_earn(mechanic: str, rest: str = "") -> Earn:
    found = read_program(f"{HEAD}  - {{name: x, {mechanic}}}\n{TIERS}{rest}").mechanics[0]
    assert isinstance(found, Earn)
    return found


TIERS = "  - {tiers: {meter: spend_this_year, levels: {green: 0, gold: 500 USD}, kept: 1 year}}\n"

EARNINGS: list[tuple[str, dict[str, Any]]] = [
    ("rate: 1 per 1 USD", {"rate": Rate(1, 100)}),
    ("rate: 3 points per full 10 USD", {"rate": Rate(3, 1000), "whole_steps": True}),
    ("rate: 1 per 1 kg", {"rate": Rate(1, 1000), "counts": "g"}),
    ("rate: 1 per 500 g", {"rate": Rate(1, 500), "counts": "g"}),
    ("rate: 2 per full 1.5 l", {"rate": Rate(2, 1500), "counts": "ml", "whole_steps": True}),
    ("rate: 5 per 1 item", {"rate": Rate(5, 1), "counts": "items"}),
    ("rate: 5 per 3 items", {"rate": Rate(5, 3), "counts": "items"}),
    (
        "rate: {green: 1 per 1 USD, gold: 3 per 2 USD}",
        {"rates": {"green": Rate(1, 100), "gold": Rate(3, 200)}},
    ),
    ("rate: {gold: 3 per full 1 kg}", {"rates": {"gold": Rate(3, 1000)}, "counts": "g", "whole_steps": True}),
    (
        "bands: {up to 30 USD: 2, up to 60.50 USD: 6 points, above: 1_080}",
        {"bands": (Band(3000, 2), Band(6050, 6), Band(None, 1080))},
    ),
    ("bands: {up to 3 items: 2}", {"bands": (Band(3, 2),), "counts": "items"}),
    ("bands: {up to 3 visits: 2}, of: visits, on: every month",
     {"bands": (Band(3, 2),), "of": "visits", "on": "every:month"}),
    (
        "ladder: {meter: visits, 1: 1 per 1 USD, 5 visits: 2 per 1 USD}",
        {"ladder": RateLadder("visits", (LadderStep(1, Rate(1, 100)), LadderStep(5, Rate(2, 100))))},
    ),
    ("flat: 5, at_least: 20 USD", {"flat": 5, "at_least": 2000}),
    ("flat: 5, at_least: 2 kg", {"flat": 5, "at_least": 2000, "counts": "g"}),
    ("rate: 1 per 1 USD, rounding: keep the fraction", {"rate": Rate(1, 100), "keeps_fraction": True}),
    (
        "flat: 5, limit: 50 points a month, above_limit: carries over",
        {"flat": 5, "limit": Cap(per_member=(Allowance(50, "month"),)), "above_limit": "carries over"},
    ),
    ("rate: 3 per 1 USD, of: spend_this_year, on: 2026-03-29, at_least: 600 USD",
     {"rate": Rate(3, 100), "of": "spend_this_year", "on": "date:2026-03-29", "at_least": 60_000}),
    ("rate: 2 per 1 item, on: action bottles", {"rate": Rate(2, 1), "counts": "items", "on": "action:bottles"}),
]  # fmt: skip


@pytest.mark.parametrize(("written", "fields"), EARNINGS)
def test_how_much_is_earned(written, fields):
    assert read_earn(f"earn: points, {written}") == Earn(name="x", earn="points", **fields)


TRIGGERS = [
    ("purchase", "purchase"), ("enrol", "enrol"), ("action review", "action:review"), ("reached gold", "reached:gold"),
    ("birthday", "birthday"), ("7 days before birthday", "birthday:7"), ("1 day before birthday", "birthday:1"),
    ("anniversary", "anniversary"), ("every month", "every:month"), ("every statement period", "every:statement"),
    ("2026-03-29", "date:2026-03-29"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "trigger"), TRIGGERS)
def test_what_it_reacts_to(written, trigger):
    assert read_earn(f"earn: points, flat: 1, on: {written}").on == trigger


CARRIES = "limit: 50 points a month, above_limit: carries over"
EARNING_MISTAKES = [
    ("flat: 1, on: reached silver", "`silver` is not a level of a tier ladder"),
    ("flat: 1, on: badge explorer", "`explorer` is not a badge"),
    ("flat: 1, on: joined plus", "`plus` is not a membership plan"),
    ("flat: 1, on: every fortnight", "is not something to react to"),
    ("flat: 1, on: 2026-02-30", "is not a day of the calendar"),
    ("flat: 1, on: 400 days before birthday", "too large"),
    ("rate: 1 per 1 USD, on: birthday", "`birthday` has nothing; give `flat`, or a meter to look at with `of`"),
    ("rate: 1 per 1 USD, on: action bottles", "`rate` counts money, and `action bottles` has items or weight"),
    ("rate: 1 per 1 visit", "`rate` counts visits, and `purchase` has money or items"),
    ("rate: 1 per 1 USD, of: visits", "`rate` counts money, and `visits` counts visits"),
    ("rate: 1 per 1 USD, at_least: 3 items", "`at_least` counts items, and `rate` money; both must be of one kind"),
    ("rate: {green: 1 per 1 USD, gold: 2 per 1 kg}", "all tiers are given by the same"),
    ("rate: {green: 1 per 1 USD, silver: 2 per 1 USD}", "`silver` is not a level"),
    ("rate: 1 per 1 fish", "`1 per 1 fish` is not a rate; write for example"),
    ("flat: 1, at_least: 3 fish", "`fish` is nothing that is counted"),
    ("rate: 1 per 0 kg", "above 0"),
    ("rate: 1 per 1.5 items", "too many decimals"),
    ("bands: {up to 60 USD: 6, up to 30 USD: 2}", "bands are listed from the lowest up"),
    ("bands: {above: 6, up to 30 USD: 2}", "`above` is the last band"),
    ("bands: {above: 6}", "is no table of bands"),
    ("bands: {up to 30 USD: 6, up to 3 kg: 7}", "count different things"),
    ("ladder: {1: 1 per 1 USD}", "as in `{meter: visits"),
    ("ladder: {meter: visits}", "as in `{meter: visits"),
    ("ladder: {meter: visit, 1: 1 per 1 USD}", "did you mean `visits`"),
    ("ladder: {meter: visits, 5: 1 per 1 USD, 2: 2 per 1 USD}", "steps are listed from the lowest up"),
    ("ladder: {meter: visits, 1: 1 per 1 USD, 2: 2 per 1 kg}", "count different things"),
    ("ladder: {meter: visits, 1: 1 per full 1 USD}", "`full` is not for the rates of a ladder"),
    ("ladder: {meter: visits, 1 USD: 1 per 1 USD}", "`visits` counts visits"),
    ("flat: 1, of: visits", "`of` means nothing without"),
    ("flat: 1, rounding: keep the fraction", "without one there is none to keep"),
    ("rate: 1 per full 1 USD, rounding: keep the fraction", "without one there is none to keep"),
    ("flat: 1, above_limit: carries over", "waits for the next period"),
    ("flat: 1, limit: 50 points, above_limit: carries over", "waits for the next period"),
    (f"flat: 1, {CARRIES}, available_after: after delivery", "what carries over is not delivered"),
    (f"flat: 1, {CARRIES}, funded_by: the partner", "what carries over may come from several partners"),
    ("flat: 1, on: birthday, available_after: after delivery", "`birthday` is none; give a time"),
    ("flat: 1, on: birthday, funded_by: the partner", "name one of `partners`"),
    ("flat: 1, on: birthday, when: {store: 1}", "`store` looks at a purchase"),
    ("flat: 1, on: birthday, when: {if: basket.total > 5}", "`basket` is not there"),
    ("flat: 1, on: reached gold, except: {if: event.store == 'a'}", "`event` is not there"),
]


@pytest.mark.parametrize(("written", "words"), EARNING_MISTAKES)
def test_a_mistake_in_earning_is_one_error(written, words):
    with pytest.raises(ProgramErrors) as wrong:
        read_earn(f"earn: points, {written}")
    assert len(wrong.value.errors) == 1, wrong.value.errors
    assert words in wrong.value.errors[0].sentence


def test_a_day_does_not_multiply_and_has_no_lane():
    for rest, words in (
        ("  - {earn: points, name: y, on: birthday, multiply: x}\n", "a grant is multiplied for the same event"),
        ("  - {earn: points, name: y, on: birthday, flat: 1, lane: best}\nlanes: {best: best}\n", "a day is none"),
    ):
        with pytest.raises(ProgramErrors) as wrong:
            read_earn("earn: points, flat: 1", rest)
        assert [words in error.sentence for error in wrong.value.errors] == [True]


# Mechanics that would feed themselves.

FED = HEAD.replace(
    "partners:",
    "  points_earned: {sum: points earned, window: ever}\n  cash_earned: {sum: cashback earned, window: ever}\n"
    "partners:",
)

CIRCLES = [
    (["earn: points, name: a, flat: 1, when: {meters: {points_earned: at least 5}}"], "a", 0),
    (["earn: points, name: a, flat: 1, except: {meters: {points_earned: at least 5}}"], "a", 0),
    (["earn: points, name: a, flat: 1, when: {if: meters.points_earned > 5}"], "a", 0),
    (["earn: points, name: a, rate: 1 per 10 points, of: points_earned"], "a", 0),
    (["earn: points, name: a, ladder: {meter: points_earned, 5: 1 per 1 USD}"], "a", 0),
    (
        [
            "earn: points, name: base, rate: 1 per 1 USD",
            "earn: points, name: a, flat: 1, when: {meters: {cash_earned: at least 5 USD}}",
            "earn: cashback, name: b, rate: 1 USD per 10 points, of: points_earned",
        ],
        "`a` gives `points` by `cash_earned` (cashback earned), `b` gives `cashback` by `points_earned`",
        1,
    ),
]


@pytest.mark.parametrize(("mechanics", "named", "place"), CIRCLES)
def test_what_would_feed_itself_is_refused_with_the_circle(mechanics, named, place):
    with pytest.raises(ProgramErrors) as wrong:
        read_program(FED + "".join(f"  - {{{mechanic}}}\n" for mechanic in mechanics))
    [error] = wrong.value.errors
    assert "this would feed itself" in error.sentence
    assert named in error.sentence
    assert error.path == f"mechanics[{place}]"


def test_what_feeds_something_else_is_no_circle():
    text = FED + "  - {earn: cashback, name: b, rate: 1 USD per 10 points, of: points_earned}\n"
    text += "  - {earn: points, name: a, flat: 1, when: {meters: {spend_this_year: at least 5 USD}}}\n"
    assert len(read_program(text).mechanics) == 2
