"""Programs side by side: what may be compared, what is said of what may not, and odd years."""

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.shopping.baskets import first_asked
from guerdon.insight.shopping.comparing import Offered, compare
from guerdon.insight.shopping.file import read_habits
from guerdon.language import read_program
from guerdon.presets import preset

PROGRAM = """
program: corner
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  points: {worth: 1 EUR per 100 points, expires: 3 months}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 EUR}
"""


def program(text: str = PROGRAM, name: str = "corner") -> Offered:
    return Offered(name, Timeline([Version(read_program(text.replace("corner", name)))]))


def shopper(habits: str = "[{buy: tea, amount: 10 EUR, times: 12 a year}]", more: str = ""):
    return read_habits(f"shopper: me\ncurrency: EUR\n{more}\nhabits: {habits}\n")


def own(offered: Offered, habits: str, more: str = ""):
    [found] = compare(shopper(habits, more), [offered]).programs
    assert found.outcome is not None, found.told
    return found.outcome


def test_the_year_begins_when_all_programs_are_in_force():
    found = compare(shopper(), [program(), program(PROGRAM.replace("2026-01-01", "2026-05-10"), "other")])
    assert (found.first_day, found.last_day) == (date(2026, 5, 10), date(2027, 5, 9))


def test_a_program_that_is_not_in_force_yet_is_told_and_not_left_out():
    later = program(PROGRAM.replace("2026-01-01", "2026-05-10"), "later")
    found = compare(shopper(more="begins: 2026-02-01"), [later, program()])
    assert [(one.program, one.reason) for one in found.programs] == [("corner", ""), ("later", "not_in_force")]
    assert "2026-05-10" in found.programs[1].told
    assert found.programs[1].outcome is None


def test_a_currency_that_nobody_knows_is_told_and_not_left_out():
    dollars = program(PROGRAM.replace("EUR", "USD"), "dollars")
    [known, unknown] = compare(shopper(), [dollars, program()]).programs
    assert (known.program, unknown.program, unknown.reason) == ("corner", "dollars", "currency_unknown")
    assert "rates: {USD: 1.08 EUR}" in unknown.told


def test_a_rate_turns_the_habits_into_the_programs_money_and_the_figures_back():
    dollars = program(PROGRAM.replace("EUR", "USD").replace(", expires: 3 months", ""), "dollars")
    outcome = own(dollars, "[{buy: tea, amount: 9.20 EUR, times: 1 a year}]", "rates: {USD: 0.92 EUR}")
    assert (outcome.own.spend, outcome.own.left) == (10_00, 10)
    assert (outcome.figures.spend, outcome.figures.left) == (9_20, 9)


def test_one_purchase_a_year_and_points_that_expire_are_lost():
    outcome = own(program(), "[{buy: tea, amount: 300 EUR, times: once a year}]")
    assert (outcome.own.gave, outcome.own.left, outcome.own.lost) == (0, 0, 3_00)
    assert [(one.unit, one.amount) for one in outcome.expired] == [("points", 300)]
    assert outcome.share == 0


def test_a_year_of_nothing_has_no_share_of_the_spend():
    outcome = own(program(), "[{do: review, times: 5 a year}]")
    assert (outcome.own.spend, outcome.own.net, outcome.share) == (0, 0, None)
    outcome = own(program(), "[{buy: leaflet, amount: 0 EUR, times: 5 a year}]")
    assert (outcome.own.spend, outcome.own.net, outcome.share) == (0, 0, None)
    assert b"NaN" not in msgspec.json.encode(outcome)


def test_a_program_that_gives_nothing_gives_nothing():
    nothing = (
        "program: corner\ncurrency: EUR\ntimezone: Europe/Sofia\neffective_from: 2026-01-01\nunits:\n  points: {}\n"
    )
    outcome = own(program(nothing), "[{buy: tea, amount: 10 EUR, times: 2 a week}]")
    assert (outcome.own.spend, outcome.own.net, outcome.left, outcome.share) == (1_040_00, 0, (), 0)


def test_what_a_habit_leaves_unsaid_is_as_the_program_asks_for_it_first():
    asking = PROGRAM.replace("rate: 1 per 1 EUR", "rate: 1 per 1 EUR, when: {channel: [web, store], tender: own-card}")
    habits = "[{buy: tea, amount: 10 EUR, times: 1 a year}]"
    assert first_asked(read_program(asking), "channel") == "web"
    assert own(program(asking), habits, "card: yes").own.left + own(program(asking), habits, "card: yes").own.lost == 10
    assert own(program(asking), habits).own.lost == 0, "no card, no points"
    elsewhere = habits.replace("amount", "channel: market, amount")
    assert own(program(asking), elsewhere, "card: yes").own.lost == 0


def test_a_partner_that_the_program_does_not_have_is_its_own_shop():
    assert own(program(), "[{buy: tea, amount: 10 EUR, times: 1 a year, partner: esso}]").refused == {}


def test_a_benefit_counts_with_what_it_is_worth_once_in_its_period():
    perk = PROGRAM + "  - {benefit: gift}\n"
    habits = "[{buy: tea, amount: 10 EUR, times: 3 a month}]"
    assert own(program(perk), habits).own.benefits == 0
    assert own(program(perk), habits).unvalued == ("gift",)
    assert own(program(perk), habits, "worth: {corner: {gift: 2 EUR}}").own.benefits == 36 * 2_00
    assert own(program(perk), habits, "worth: {corner: {gift: 2 EUR a month}}").own.benefits == 12 * 2_00


def test_a_reward_waits_for_a_purchase_that_makes_all_of_it():
    voucher = PROGRAM + (
        "  - {coupon: ten, off: 10 EUR off, issued: on reward ten}\nrewards:\n  - {reward: ten, cost: 20 points}\n"
    )
    habits = "[{buy: tea, amount: 4 EUR, times: 12 a year}, {buy: coat, amount: 80 EUR, times: 2 a year}]"
    outcome = own(program(voucher.replace(", expires: 3 months", "")), habits)
    assert outcome.own.discounts % 10_00 == 0
    assert outcome.own.discounts > 0


def test_a_plan_that_brings_nothing_never_pays():
    late = PROGRAM + "  - {membership: plus, fee: 10 EUR a month, payment_due: 3 days before}\n"
    [found] = compare(shopper(), [program(late)]).programs
    [plus] = found.plans
    assert plus.outcome is not None
    assert plus.outcome.own.fees == 12 * 10_00
    assert plus.gain == -120_00
    assert plus.break_even is not None
    assert plus.break_even.verdict == "never"


def test_names_that_nothing_has_are_told():
    more = (
        "worth: {corner: {gft: 2 EUR}, crner: {gift: 2 EUR}}\ntakes: {corner: [cofee]}\nchooses: {corner: {month: [a]}}"
    )
    found = compare(shopper(more=more), [program(PROGRAM + "  - {benefit: gift}\n")])
    assert (found.programs[0].unknown, found.not_compared) == (("month", "cofee", "gft"), ("crner",))
    right = compare(shopper(more="worth: {corner: {gift: 2 EUR}}"), [program(PROGRAM + "  - {benefit: gift}\n")])
    assert (right.programs[0].unknown, right.not_compared) == ((), ())


def test_an_option_that_a_menu_has_not_is_told():
    tbank = Offered("tbank-black", Timeline([Version(one) for one in preset("tbank-black").versions.values()]))
    more = "rates: {RUB: 0.01 EUR}\nchooses: {tbank-black: {categories: [fuel, cheese]}}"
    assert compare(shopper(more=more), [tbank], plans=False).programs[0].unknown == ("categories: cheese",)


def test_the_one_that_brings_most_stands_first():
    generous = program(PROGRAM.replace("rate: 1 per", "rate: 5 per"), "generous")
    found = compare(shopper(), [program(), generous])
    assert [one.program for one in found.programs] == ["generous", "corner"]


def test_the_same_habits_give_the_same_comparison():
    both = [program(), Offered("ikea-us", Timeline([Version(one) for one in preset("ikea-us").versions.values()]))]
    habits = shopper("[{buy: tea, amount: 33.33 EUR, times: 3 a week, returned: 7 %}]", "rates: {USD: 0.91 EUR}")
    assert msgspec.json.encode(compare(habits, both)) == msgspec.json.encode(compare(habits, both))


IKEA = Offered("ikea-us", Timeline([Version(one) for one in preset("ikea-us").versions.values()]))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 500_00), st.integers(0, 500_00), st.integers(1, 12))
def test_who_spends_more_never_gets_less_where_nothing_is_capped(one, other, times):
    def net(cents: int) -> int:
        price = f"{cents // 100}.{cents % 100:02} EUR"
        return own(IKEA, f"[{{buy: sofa, amount: {price}, times: {times} a year}}]", "rates: {USD: 1 EUR}").own.net

    less, more = sorted((one, other))
    assert net(less) <= net(more)


@pytest.mark.parametrize("name", ["starbucks", "tbank-black", "north-face-hk"])
def test_what_was_given_is_never_more_than_what_was_spent(name):
    offered = Offered(name, Timeline([Version(one) for one in preset(name).versions.values()]))
    rates = "rates: {USD: 1 EUR, RUB: 0.01 EUR, HKD: 0.1 EUR}\nbegins: 2026-04-01"
    outcome = own(offered, "[{buy: tea, amount: 10 EUR, times: 2 a week}]", rates)
    assert 0 <= outcome.own.gave <= outcome.own.spend
