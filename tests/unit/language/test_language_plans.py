"""Memberships, households and menus as they are written."""

from datetime import date

import pytest

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Delay, Term
from guerdon.core.program import Allowance, Cap, When
from guerdon.core.version import Version
from guerdon.language import read_program
from guerdon.mechanics import Household, Membership, Menu
from guerdon.mechanics.membership import OlderFee
from guerdon.mechanics.menu import Option
from tests.unit.language.test_language_errors import only_error

HEAD = """\
program: prime
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  cashback: {in: USD, spent: in any part}
  vouchers: {in: USD}
partners: {esso: {}}
caps: {bonus: {of: points, per_member: 100 points a month}}
lanes: {best: best}
mechanics:
"""
FIRST_LINE = HEAD.count("\n") + 1

PRIME = """\
  - membership: prime-monthly
    title: Prime
    fee: 14.99 USD a month
    joined_before: {2022-02-18: 12.99 USD, 2018-05-11: 10.99 USD}
    of: prime
    when: {segment: student, age: from 18}
    trial: 30 days
    payment_due: 3 days before
    unpaid: ends after 7 days
    refund: if nothing was used
  - {membership: prime-yearly, fee: 139 USD a year, of: prime, unpaid: ends after 1 month}
  - {membership: half, fee: 1 USD for 6 months, payment_due: 1 day before, unpaid: ends at once}
  - {membership: seasons, fee: 0 USD a quarter, payment_due: 1 day before}
  - membership: synergetic
  - household: family
    title: {en: Amazon Family}
    roles: {owner: 1, adult: 1, child: 4 persons}
    address: the same
    again_after: 12 months
    not_for: [trial, synergetic]
    when: {consent: sharing}
    shares: [prime-monthly, prime-yearly]
    pools: {points: 50 %, cashback: 12.5 %}
  - menu: categories
    title: Categories
    gives: points
    options:
      all-purchases: {rate: 1 per 1 USD, title: Everything, basket_at_least: 100 USD}
      fuel: {rate: 10 points per 1 USD, merchant_category: [5541, 5542], partner: esso}
      tea: {rate: 5 per 1 USD, category: grocery/tea, brand: x, sku: 1, store: 2, channel: web, tender: card}
    choose: 2
    choose_more: {prime-yearly: 3 options}
    offered: 3 options
    always: all-purchases
    every: statement period
    choose_now: until day 5
    choose_next: no
    changes: at any time
    without_a_choice: [all-purchases]
    lines_in_several: all
    at_least: 100 USD
    when: {tender: card}
    except: {category: gift-card}
    rounding: up
    limit: {per_member: 3_000 points a statement period, more_for: {prime-yearly: 5_000 a statement period}}
    cap: bonus
    lane: best
    available_after: on the statement date
    expires: 12 months
    funded_by: esso
  - {menu: plain, gives: points, options: {tea: {rate: 1 per 1 USD}}, choose: 0, without_a_choice: the last choice}
"""


def mechanics(text: str) -> dict[str, object]:
    return {mechanic.name: mechanic for mechanic in read_program(HEAD + text).mechanics}


def test_memberships_say_what_they_mean():
    read = mechanics(PRIME)
    assert read["prime-monthly"] == Membership(
        name="prime-monthly",
        title={"en": "Prime"},
        fee=1499,
        term=Term(1, "month"),
        older_fees=(OlderFee(date(2018, 5, 11), 1099), OlderFee(date(2022, 2, 18), 1299)),
        of="prime",
        when=When(segment=("student",), age_from=18),
        trial=Term(30, "day"),
        due_days_before=3,
        grace=Term(7, "day"),
        refund="if nothing was used",
    )
    yearly = Membership(name="prime-yearly", fee=13_900, term=Term(1, "year"), of="prime", grace=Term(1, "month"))
    assert read["prime-yearly"] == yearly
    assert read["half"] == Membership(name="half", fee=100, term=Term(6, "month"), due_days_before=1)
    assert read["seasons"] == Membership(name="seasons", fee=0, term=Term(3, "month"), due_days_before=1)
    assert read["synergetic"] == Membership(name="synergetic")


def test_households_say_what_they_mean():
    assert mechanics(PRIME)["family"] == Household(
        name="family",
        title={"en": "Amazon Family"},
        roles={"owner": 1, "adult": 1, "child": 4},
        same_address=True,
        again_after=Term(12, "month"),
        not_for=("synergetic",),
        trials_may_enter=False,
        when=When(consent=("sharing",)),
        shares=("prime-monthly", "prime-yearly"),
        pools={"points": Rate(50, 100), "cashback": Rate(125, 1000)},
    )
    short = mechanics("  - {household: home, roles: {head: 1}, pools: points}\n")["home"]
    assert short == Household(name="home", roles={"head": 1}, pools={"points": Rate(1, 1)})


def test_menus_say_what_they_mean():
    read = mechanics(PRIME)
    tea = When(
        category=("grocery/tea",), brand=("x",), sku=("1",), store=("2",), channel=("web",), tender=("card",)
    )  # fmt: skip
    assert read["categories"] == Menu(
        name="categories",
        earn="points",
        title={"en": "Categories"},
        options=(
            Option(
                name="all-purchases",
                title={"en": "Everything"},
                rate=Rate(1, 100),
                when=When(basket_at_least=10_000),
            ),
            Option(name="fuel", rate=Rate(10, 100), when=When(merchant_category=("5541", "5542"), partner=("esso",))),
            Option(name="tea", rate=Rate(5, 100), when=tea),
        ),
        choose=2,
        choose_more={"prime-yearly": 3},
        offered=3,
        always=("all-purchases",),
        every="statement",
        choose_now_until=5,
        choose_next_until=0,
        changes="at any time",
        without=("all-purchases",),
        several="add",
        at_least=10_000,
        when=When(tender=("card",)),
        unless=When(category=("gift-card",)),
        rounding=Rounding.UP,
        limit=Cap(
            per_member=(Allowance(3_000, "statement"),), more_for={"prime-yearly": (Allowance(5_000, "statement"),)}
        ),
        cap="bonus",
        lane="best",
        available_after=Delay("statement"),
        expires=Term(12, "month"),
        funded_by="esso",
    )
    plain = Menu(
        name="plain",
        earn="points",
        options=(Option(name="tea", rate=Rate(1, 100)),),
        choose=0,
        without="the last choice",
    )
    assert read["plain"] == plain


def test_what_is_read_can_decide():
    version = Version(read_program(HEAD + PRIME))
    assert {("join", "synergetic"), ("choose", "categories"), ("enter", "")} <= version.answering.keys()


def test_conditions_may_name_a_plan_further_down():
    read_program(HEAD + "  - {earn: points, flat: 1, when: {membership: club}}\n  - membership: club\n")


_MENU = "  - {menu: m, gives: points, options: {a: {rate: 1 per 1 USD}, b: {rate: 1 per 1 USD}}, choose: 1"
_CASHBACK = "  - {menu: m, gives: cashback, options: {a: {rate: 1 %}}, choose: 1"
_PLAN = "  - {membership: m, fee: 9 USD a month"
_FAMILY = "  - {household: f, roles: {owner: 1}"

MISTAKES = [
    ("phrase_wrong", "is not a fee; write for example `14.99 USD a month`", "  - {membership: m, fee: 14.99 USD}\n"),
    ("currency_other", "write `9 USD`", "  - {membership: m, fee: 9 EUR a month, payment_due: 3 days before}\n"),
    ("number_out_of_range", "too small", "  - {membership: m, fee: 9 USD for 0 days, unpaid: ends after 7 days}\n"),
    ("settings_conflict", "nobody could pay in time", "  - {membership: m, fee: 9 USD a month}\n"),
    ("settings_conflict", "nobody could pay in time", _PLAN + ", unpaid: ends at once}\n"),
    ("settings_conflict", "`trial` means nothing without `fee`", "  - {membership: m, trial: 30 days}\n"),
    ("phrase_wrong", "is not when it ends", "  - {membership: m, fee: 9 USD a month, unpaid: 7 days}\n"),
    ("number_out_of_range", "the grace is as long as a term", _PLAN + ", unpaid: ends after 31 days}\n"),
    ("key_unknown", "the conditions on the member", "  - {membership: m, when: {store: 5}}\n"),
    ("name_twice", "two mechanics", "  - membership: m\n  - membership: m\n"),
    ("settings_conflict", "one kind of households", _FAMILY + "}\n  - {household: g, roles: {owner: 1}}\n"),
    ("order_wrong", "`owner` is the first role", "  - {household: f, roles: {owner: 2, child: 1}}\n"),
    ("name_unknown", "not a membership plan of", _FAMILY + ", shares: gold}\n"),
    ("name_unknown", "not a membership plan, or `trial`", _FAMILY + ", not_for: [trial, gold]}\n"),
    ("unit_other", "`vouchers` are vouchers", _FAMILY + ", pools: vouchers}\n"),
    ("number_out_of_range", "is not a share", _FAMILY + ", pools: {points: 101 %}}\n"),
    ("number_out_of_range", "is not a share", _FAMILY + ", pools: {points: 0 %}}\n"),
    ("name_unknown", "`c` is not an option of this menu", _MENU + ", always: c}\n"),
    ("name_unknown", "`c` is not an option of this menu", _MENU + ", without_a_choice: [a, c]}\n"),
    ("number_out_of_range", "there are only 2 options", _MENU + ", offered: 3}\n"),
    ("number_out_of_range", "only 1 are offered", _MENU + ", offered: 1, always: [a, b]}\n"),
    ("number_out_of_range", "only 2 are offered", _MENU.replace("choose: 1", "choose: 3") + "}\n"),
    ("number_out_of_range", "only 2 are offered", _MENU + ", choose_more: {p: 3}}\n  - membership: p\n"),
    ("name_unknown", "not a tier or a plan", _MENU + ", choose_more: {gold: 2}}\n"),
    ("name_unknown", "not a tier or a plan", _MENU + ", limit: {per_member: 5, more_for: {gold: 9}}}\n"),
    ("settings_conflict", "a period that `per_member` says nothing of",
     _MENU + ", limit: {per_member: 5 a month, more_for: {p: 9 a week}}}\n  - membership: p\n"),
    ("settings_conflict", "a period that `per_member` says nothing of",
     _MENU + ", limit: {more_for: {p: 9 a week}}}\n  - membership: p\n"),
    ("phrase_wrong", "is not until which day", _MENU + ", choose_now: 5}\n"),
    ("phrase_wrong", "is not a period", _MENU + ", every: day}\n"),
    ("unit_other", "is a limit of `points`", _CASHBACK + ", cap: bonus}\n"),
    ("settings_conflict", "two mechanics", "  - {menu: m, earn: points, flat: 1}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "told", "text"), MISTAKES, ids=[f"{m[0]}: {m[1]}" for m in MISTAKES])
def test_a_mistake_is_told_once_with_what_would_be_right(code, told, text):
    error = only_error(HEAD + text)
    assert error.code == code
    assert told in error.sentence
    assert FIRST_LINE <= error.line < FIRST_LINE + text.count("\n")
