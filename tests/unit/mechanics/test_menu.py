"""Menus: what is offered, until when one chooses, and what the chosen options earn."""

from collections import Counter

import msgspec
import pytest

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.decide import Decision
from guerdon.core.effects import Chosen, Reversed
from guerdon.core.events import Choose
from guerdon.core.program import Allowance, Cap, Program, Returns, Unit, When
from guerdon.core.refusals import Refusal
from guerdon.mechanics import Earn, Membership, Menu
from guerdon.mechanics.menu import MenuRule, Option
from tests.builders import Story, cap, day, delay, from_day, granted, moment, program, rows, shown_day, skipped, term

MOSCOW = "Europe/Moscow"
CASHBACK = {"cashback": Unit(scale=2, money=True, divisible=True), "points": Unit()}


def percent(number: int, *, of: tuple[int, int] = (1, 100)) -> Rate:
    """Of kopecks, in whole steps: 5 % is 5 kopecks per rouble."""
    return Rate(number * of[0], of[1])


OPTIONS = (
    Option(name="all-purchases", rate=percent(1)),
    Option(name="groceries", rate=percent(5), when=When(category=("grocery",))),
    Option(name="fuel", rate=percent(10), when=When(merchant_category=("5541",))),
    Option(name="soup", rate=percent(7), when=When(category=("grocery/soup",))),
    Option(name="taxi", rate=percent(15), when=When(merchant_category=("4121",))),
    Option(name="soap", rate=percent(5), when=When(sku=("soap",))),
)
NAMES = [option.name for option in OPTIONS]


def menu(**settings: object) -> Menu:
    """Three of six, four with Pro."""
    known = {"name": "categories", "earn": "cashback", "options": OPTIONS, "choose": 3, "choose_more": {"pro": 4}}
    return Menu(**(known | settings))


def bank(*others: object, **settings: object) -> Program:
    own = {name: settings.pop(name) for name in ("caps", "statement_day") if name in settings}
    pro = Membership(name="pro")
    return program(menu(**settings), pro, *others, currency="RUB", timezone=MOSCOW, units=CASHBACK, **own)


def client(*others: object, **settings: object) -> Story:
    return Story(bank(*others, **settings), zone=MOSCOW)


def chooses(story: Story, when: str, *options: str, following: bool = False) -> Decision:
    return story.meets(a_choice(story, when, *options, following=following))


def a_choice(story: Story, when: str, *options: str, following: bool = False) -> Choose:
    number = len(story.receipts) + sum(map(len, story.state.choices.values()))
    return Choose(
        id=f"choice-{when}-{number}", member="m", at=moment(when, MOSCOW), menu="categories", options=options,
        next_period=following,
    )  # fmt: skip


def refused(story: Story, when: str, *options: str, following: bool = False) -> Refusal:
    return story.is_refused(a_choice(story, when, *options, following=following))


def rule_of(declared: Program) -> MenuRule:
    story = Story(declared, zone=MOSCOW)
    rule = story.timeline.versions[0].rules[0]
    assert isinstance(rule, MenuRule)
    return rule


# Choosing.


def test_a_choice_is_for_the_running_month_or_the_next():
    story = client()
    chosen = chooses(story, "2026-03-10", "groceries", "fuel")
    assert chosen.outcome.effects == (Chosen("categories", day("2026-03-01"), ("groceries", "fuel")),)
    chosen = chooses(story, "2026-03-10", "taxi", following=True)
    assert chosen.outcome.effects == (Chosen("categories", day("2026-04-01"), ("taxi",)),)
    assert story.state.last_activity_at == story.state.as_of


NUMBERS = """
    # chosen                               | in pro | answer
      groceries                            | no     | -
      groceries fuel taxi                  | no     | -
      groceries fuel taxi soap             | no     | options_too_many
      groceries fuel taxi soap             | yes    | -
      groceries fuel taxi soap soup        | yes    | options_too_many
      groceries groceries                  | no     | option_twice
      groceries cinema                     | no     | option_unknown
"""


@pytest.mark.parametrize(("chosen", "in_pro", "answer"), rows(NUMBERS))
def test_three_may_be_chosen_and_four_with_pro(chosen, in_pro, answer):
    story = client()
    if in_pro == "yes":
        story.joins("2026-03-09", "pro")
    if answer == "-":
        chooses(story, "2026-03-10", *chosen.split())
    else:
        assert refused(story, "2026-03-10", *chosen.split()).code == answer


DAYS = """
    # when                | for  | answer
      2026-03-05 23:59:59 | this | -
      2026-03-06 00:00:00 | this | choice_too_late
      2026-03-25 23:59:59 | next | -
      2026-03-26 00:00:00 | next | choice_too_late
      2026-03-31 23:59:59 | next | choice_too_late
      2026-04-01 00:00:00 | this | -
"""


@pytest.mark.parametrize(("when", "period", "answer"), rows(DAYS))
def test_one_chooses_through_a_day_of_the_period(when, period, answer):
    story = client(choose_now_until=5, choose_next_until=25)
    if answer == "-":
        chooses(story, when, "fuel", following=period == "next")
    else:
        assert refused(story, when, "fuel", following=period == "next").code == answer


def test_a_menu_may_be_for_the_next_period_only():
    story = client(choose_now_until=0)
    refusal = refused(story, "2026-03-01", "fuel")
    assert refusal.sentence == "It is day 1 of the period; from the menu categories one chooses through day 0."
    chooses(story, "2026-03-01", "fuel", following=True)


CHANGES = """
    # changes                  | first | then     | answer
      at any time              | this  | this     | -
      at any time              | next  | in April | -
      before the period begins | this  | this     | choice_made_already
      before the period begins | next  | next     | -
      before the period begins | next  | in April | choice_made_already
      never                    | next  | next     | choice_made_already
      never                    | this  | this     | choice_made_already
"""


@pytest.mark.parametrize(("changes", "first", "then", "answer"), rows(CHANGES))
def test_whether_a_choice_may_be_changed(changes, first, then, answer):
    story = client(changes=changes)
    chooses(story, "2026-03-10", "fuel", following=first == "next")
    when = "2026-04-01" if then == "in April" else "2026-03-31 23:59:59"
    for options in (("taxi",), ()):
        wish = a_choice(story, when, *options, following=then == "next")
        assert story.tries(wish).outcome.refusal is None or story.is_refused(wish).code == answer
        assert (story.tries(wish).outcome.refusal is None) == (answer == "-")
    chooses(story, when, "fuel", following=then == "next")


def test_a_choice_that_is_taken_back_is_none():
    story = client()
    chooses(story, "2026-03-10", "fuel", following=True)
    chooses(story, "2026-03-11", following=True)
    assert story.state.choices == {}


def test_old_choices_are_forgotten_but_not_those_that_late_events_may_need():
    story = client()
    for month in range(1, 7):
        chooses(story, f"2026-0{month}-15", "fuel")
    assert [shown_day(start) for start in story.state.choices["categories"]] == ["2026-05-01", "2026-06-01"]


# What is offered.


def test_each_member_is_offered_some_and_always_the_same_in_a_period():
    rule = rule_of(bank(offered=4, always=("all-purchases",)))
    march, april = day("2026-03-01"), day("2026-04-01")
    offered = rule.offered("ana", march)
    assert offered == rule_of(bank(offered=4, always=("all-purchases",))).offered("ana", march)
    assert len(offered) == 4
    assert offered[0] == "all-purchases"
    assert list(offered) == [name for name in NAMES if name in offered], "in the order of the file"
    assert len({rule.offered(f"m{number}", march) for number in range(50)}) > 5
    assert any(rule.offered(f"m{number}", march) != rule.offered(f"m{number}", april) for number in range(5))


def test_every_option_is_offered_to_about_as_many_members():
    rule = rule_of(bank(offered=4, always=("all-purchases",)))
    counts = Counter(name for number in range(1_000) for name in rule.offered(f"m{number}", day("2026-03-01")))
    assert counts.pop("all-purchases") == 1_000
    assert all(550 < count < 650 for count in counts.values()), counts


def test_what_is_offered_never_changes_with_a_new_release():
    rule = rule_of(bank(offered=3))
    assert rule.offered("m", day("2026-03-01")) == PINNED


PINNED = ("all-purchases", "soup", "taxi")


def test_what_is_not_on_ones_menu_cannot_be_chosen():
    story = client(offered=3)
    wrong = [name for name in NAMES if name not in PINNED]
    for name in wrong:
        refusal = refused(story, "2026-03-10", name)
        assert refusal.code == "option_not_offered"
        assert refusal.details["offered"] == "all-purchases, soup, taxi"
    chooses(story, "2026-03-10", *PINNED)


# Earning.

EARNED = """
    # lines                                 | shop | chosen                    | earned
      1000 grocery                          | 5411 | all-purchases groceries   | groceries 5000
      1000 grocery                          | 5411 | all-purchases             | all-purchases 1000
      1000 grocery                          | 5411 | fuel                      | -
      1000 petrol; 200 grocery              | 5541 | fuel groceries            | fuel 12000
      600 grocery/soup; 400 grocery; 5 pan  | 5411 | all-purchases soup        | all-purchases 405 soup 4200
      100 x sku=soap; 100 y                 | 5411 | soap all-purchases        | all-purchases 100 soap 500
"""


@pytest.mark.parametrize(("lines", "shop", "chosen", "earned"), rows(EARNED))
def test_a_line_earns_by_the_best_option_that_was_chosen(lines, shop, chosen, earned):
    story = client()
    chooses(story, "2026-03-10", *chosen.split())
    bought = story.buys("2026-03-11", *lines.split("; "), merchant_category=shop)
    given = " ".join(f"{name.removeprefix('categories/')} {amount}" for name, amount in granted(bought).items())
    assert (given or "-") == earned


def test_options_may_add_up():
    story = client(several="add")
    chooses(story, "2026-03-10", "all-purchases", "groceries", "soup")
    bought = story.buys("2026-03-11", "600 grocery/soup", "400 grocery", "50 pan")
    assert granted(bought) == {
        "categories/all-purchases": 1050, "categories/groceries": 5000, "categories/soup": 4200,
    }  # fmt: skip


def test_of_equal_options_the_earlier_in_the_file_earns():
    story = client()
    chooses(story, "2026-03-10", "soap", "groceries")
    assert granted(story.buys("2026-03-11", "10 grocery sku=soap")) == {"categories/groceries": 50}


MINIMUM = """
    # paid   | earned
      99.99  | -
      100.00 | 1
      199.99 | 1
      200.00 | 2
"""


@pytest.mark.parametrize(("paid", "earned"), rows(MINIMUM))
def test_one_point_for_each_full_hundred_roubles_from_a_hundred_on(paid, earned):
    """Т-Банк: "1 % on any purchase of 100 RUB and more", in whole points."""
    options = (Option(name="all-purchases", rate=Rate(1, 10_000)),)
    story = client(options=options, earn="points", at_least=10_000)
    chooses(story, "2026-03-10", "all-purchases")
    bought = story.buys("2026-03-11", paid)
    assert granted(bought).get("categories/all-purchases", "-") == (int(earned) if earned != "-" else "-")
    assert earned != "-" or skipped(bought)["categories"] == "basket_too_small"


def test_the_rounding_is_that_of_each_option_on_the_order():
    for rounding, earned in ((Rounding.FLOOR, 1), (Rounding.NEAREST, 2), (Rounding.UP, 2)):
        story = client(rounding=rounding)
        chooses(story, "2026-03-10", "all-purchases")
        assert granted(story.buys("2026-03-11", "0.75", "0.75")) == {"categories/all-purchases": earned}


def test_cashback_of_a_statement_period_is_capped_for_all_options_together():
    """Т-Банк: 3,000 RUB of cashback for categories in a personal period from the 10th to the 9th."""
    limit = cap(per_member=300_000, period="statement")
    story = client(every="statement", limit=limit, statement_day=10)
    chooses(story, "2026-03-10", "fuel", "taxi", "all-purchases")
    assert granted(story.buys("2026-03-10", "20000", merchant_category="5541")) == {"categories/fuel": 200_000}
    assert granted(story.buys("2026-04-09 23:59:59", "20000", merchant_category="4121")) == {"categories/taxi": 100_000}
    assert granted(story.buys("2026-04-09 23:59:59", "20000")) == {}
    chooses(story, "2026-04-10", "fuel")
    assert granted(story.buys("2026-04-10", "20000", merchant_category="5541")) == {"categories/fuel": 200_000}


def test_a_limit_may_be_larger_with_a_plan():
    """3,000 RUB a period for everybody, 5,000 with Pro: whoever joins in between gets what is left of 5,000."""
    more = {"pro": (Allowance(500_000, "month"),)}
    story = client(limit=cap(per_member=300_000, period="month", more_for=more))
    chooses(story, "2026-03-10", "all-purchases")
    assert granted(story.buys("2026-03-11", "400000")) == {"categories/all-purchases": 300_000}
    story.joins("2026-03-12", "pro")
    assert granted(story.buys("2026-03-12", "199999")) == {"categories/all-purchases": 199_999}
    assert granted(story.buys("2026-03-12", "2")) == {"categories/all-purchases": 1}
    assert granted(story.buys("2026-03-12", "2")) == {}


def test_a_smaller_limit_of_a_plan_takes_nothing_away():
    more = {"pro": (Allowance(100_000, "month"),)}
    story = client(limit=cap(per_member=300_000, period="month", more_for=more))
    story.joins("2026-03-10", "pro")
    chooses(story, "2026-03-10", "all-purchases")
    assert granted(story.buys("2026-03-11", "400000")) == {"categories/all-purchases": 300_000}


@pytest.mark.parametrize(
    ("paid", "earned"),
    [("99.99", {}), ("100", {"categories/everything": 100}), ("100.01", {"categories/everything": 100})],
)
def test_an_option_may_ask_for_a_basket(paid, earned):
    everything = Option(name="everything", rate=percent(1), when=When(basket_at_least=10_000))
    story = client(options=(everything, OPTIONS[2]))
    chooses(story, "2026-03-10", "everything", "fuel")
    assert granted(story.buys("2026-03-11", paid)) == earned
    assert granted(story.buys("2026-03-11", "99", merchant_category="5541")) == {"categories/fuel": 990}


def test_the_cap_is_left_to_the_options_in_the_order_of_the_file():
    story = client(limit=cap(per_member=3_000, period="month"))
    chooses(story, "2026-03-10", "all-purchases", "groceries")
    bought = story.buys("2026-03-11", "400 grocery", "2000 pan")
    assert granted(bought) == {"categories/all-purchases": 2_000, "categories/groceries": 1_000}


def test_a_cap_may_be_shared_with_other_mechanics():
    shared = {"bonus": Cap(per_member=cap(per_member=1_500, period="month").per_member)}
    base = Earn(name="base", earn="cashback", rate=percent(1), cap="bonus")
    story = client(base, cap="bonus", caps=shared)
    chooses(story, "2026-03-10", "fuel")
    assert granted(story.buys("2026-03-11", "100", merchant_category="5541")) == {"categories/fuel": 1_000, "base": 100}
    assert granted(story.buys("2026-03-11", "100", merchant_category="5541")) == {"categories/fuel": 400}


def test_cashback_waits_for_the_statement_date_where_the_menu_says_so():
    story = client(available_after=delay("5 days"), expires=term("1 month"))
    chooses(story, "2026-03-10", "fuel")
    story.buys("2026-03-11", "100", merchant_category="5541")
    assert (story.has("cashback"), story.has_pending("cashback")) == (0, 1_000)
    story.waits_until("2026-03-17")
    assert story.has("cashback") == 1_000


def test_a_menu_competes_in_a_lane_as_a_whole():
    base = Earn(name="base", earn="cashback", rate=percent(6), lane="one")
    declared = program(
        menu(lane="one"), base, currency="RUB", timezone=MOSCOW, units=CASHBACK, lanes={"one": "best"}
    )  # fmt: skip
    story = Story(declared, zone=MOSCOW)
    chooses(story, "2026-03-10", "groceries", "soup")
    assert granted(story.buys("2026-03-11", "100 grocery")) == {"base": 600}
    assert granted(story.buys("2026-03-11", "100 grocery/soup")) == {"categories/soup": 700}


def test_payments_by_some_tenders_may_be_left_out():
    """СберСпасибо from 2026-03-01: nothing for credit-card purchases paid by smile, SberPay NFC or «Вжух»."""
    story = client(unless=When(tender=("smile", "sberpay-nfc", "vzhuh")))
    chooses(story, "2026-03-10", "groceries")
    assert granted(story.buys("2026-03-11", "100 grocery", tender="card")) == {"categories/groceries": 500}
    assert skipped(story.buys("2026-03-11", "100 grocery", tender="smile"))["categories"] == "excluded_by_other_tender"
    half = client(when=When(tender=("card",)))
    chooses(half, "2026-03-10", "groceries")
    split = half.buys("2026-03-11", "100 grocery", tenders={"card": 4_000, "gift-card": 6_000})
    assert granted(split) == {"categories/groceries": 200}


def test_a_return_takes_back_what_each_option_gave_for_its_lines():
    story = client()
    chooses(story, "2026-03-10", "all-purchases", "groceries", "soup")
    story.buys("2026-03-11", "600 grocery/soup x3", "400 grocery", "50 pan", id="p")
    back = story.brings_back("2026-03-12", "p", (0, 1), (2, None)).outcome.effects
    assert [(e.mechanic, e.amount) for e in back if isinstance(e, Reversed)] == [
        ("categories/all-purchases", 50), ("categories/soup", 1_400),
    ]  # fmt: skip
    story.brings_back("2026-03-13", "p")
    assert story.has("cashback") == 0


AT_TODAYS_RATE = """
    # option today | chosen today | taken back of 10 % of 100
      fuel 5       | fuel         | 500
      fuel 5       | taxi         | 500     # the rate in force, whatever one has chosen since
      fuel 12      | fuel         | 1200
      gone         | taxi         | 1000    # no such option any more: exactly
"""


@pytest.mark.parametrize(("today", "chosen", "taken"), rows(AT_TODAYS_RATE))
def test_at_todays_rate_it_is_the_options_own(today, chosen, taken):
    name, _, rate = today.partition(" ")
    april = (Option(name=name, rate=percent(int(rate or 1)), when=When(merchant_category=("5541",))), OPTIONS[4])
    returns = Returns(points="at today's rate")
    versions = [msgspec.structs.replace(bank(options=options), returns=returns) for options in (OPTIONS, april)]
    story = Story(versions[0], from_day(versions[1], "2026-04-01"), zone=MOSCOW)
    chooses(story, "2026-03-10", "fuel")
    story.buys("2026-03-10", "100", merchant_category="5541", id="p")
    chooses(story, "2026-04-02", chosen)
    back = story.brings_back("2026-04-02", "p").outcome.effects
    assert [(e.mechanic, e.amount) for e in back if isinstance(e, Reversed)] == [("categories/fuel", int(taken))]


def test_at_todays_rate_a_part_that_was_paid_otherwise_is_left_out():
    declared = msgspec.structs.replace(bank(when=When(tender=("card",))), returns=Returns(points="at today's rate"))
    story = Story(declared, zone=MOSCOW)
    chooses(story, "2026-03-10", "groceries")
    story.buys("2026-03-11", "100 grocery", tenders={"card": 4_000, "gift-card": 6_000}, id="p")
    story.brings_back("2026-03-12", "p")
    assert story.has("cashback") == 0


# Without a choice.


def test_nothing_is_chosen_for_anybody():
    story = client()
    bought = story.buys("2026-03-11", "100")
    assert (granted(bought), skipped(bought)["categories"]) == ({}, "nothing_chosen")
    chooses(story, "2026-03-31", "all-purchases")
    assert granted(story.buys("2026-03-31", "100")) == {"categories/all-purchases": 100}
    assert granted(story.buys("2026-04-01", "100")) == {}, "a choice is for its month"


WITHOUT = """
    # without         | in May by
      nothing         | -
      the last choice | fuel
      taxi            | taxi
"""


@pytest.mark.parametrize(("without", "earns"), rows(WITHOUT))
def test_what_holds_without_a_choice(without, earns):
    default = (without,) if without == "taxi" else without
    story = client(without=default)
    chooses(story, "2026-03-11", "fuel")
    by_fuel = story.buys("2026-05-01", "1", merchant_category="5541")
    by_taxi = story.buys("2026-05-01", "1", merchant_category="4121")
    assert [name.partition("/")[2] for bought in (by_fuel, by_taxi) for name in granted(bought)] == (
        [] if earns == "-" else [earns]
    )


def test_what_is_not_on_the_menu_drops_out_of_the_last_choice():
    story = client(offered=3, without="the last choice")
    rule = rule_of(bank(offered=3))
    chooses(story, "2026-03-10", *PINNED)
    april = rule.offered("m", day("2026-04-01"))
    kept = [name for name in PINNED if name in april]
    assert 0 < len(kept) < 3
    bought = [
        story.buys("2026-04-01", "1"),
        story.buys("2026-04-01", "1 grocery/soup"),
        story.buys("2026-04-01", "1", merchant_category="4121"),
    ]
    assert {name.partition("/")[2] for one in bought for name in granted(one)} == set(kept)


def test_a_late_purchase_earns_by_the_choice_for_its_own_month():
    story = client()
    chooses(story, "2026-03-11", "fuel")
    chooses(story, "2026-04-01", "taxi")
    assert granted(story.buys("2026-03-31", "1", merchant_category="5541")) == {"categories/fuel": 10}
    assert granted(story.buys("2026-04-01", "1", merchant_category="5541")) == {}


SAYINGS = """
    # lines       | shop | code
      1 pan       | 5411 | no_line_matches
      0.01 petrol | 5541 | rounds_to_zero
"""


@pytest.mark.parametrize(("lines", "shop", "code"), rows(SAYINGS))
def test_the_trace_says_why_nothing_is_given(lines, shop, code):
    story = client()
    chooses(story, "2026-03-10", "fuel", "groceries")
    assert skipped(story.buys("2026-03-11", lines, merchant_category=shop))["categories"] == code


def test_levels_of_spasibo_allow_two_and_four():
    """СберСпасибо from October 2018: two chosen categories on «Огромное Спасибо», four on «Больше, чем Спасибо»."""
    story = client(choose=0, choose_more={"huge": 2, "pro": 4})
    assert refused(story, "2026-03-10", "fuel").details == {"menu": "categories", "wanted": 1, "allowed": 0}
    story.joins("2026-03-10", "pro")
    chooses(story, "2026-03-10", "fuel", "taxi", "groceries", "soup")
    assert refused(story, "2026-04-10", *NAMES[:5]).details["allowed"] == 4
