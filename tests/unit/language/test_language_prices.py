"""What changes the price at the checkout, as it is written: what each wording means, and what a mistake is told."""

import pytest

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Term
from guerdon.core.program import Allowance, When
from guerdon.core.reducing import Off, PriceLimit
from guerdon.core.version import Version
from guerdon.language.errors import ProgramErrors
from guerdon.language.reader import read_program
from guerdon.mechanics.discount import Step

HEAD = """\
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  vouchers: {in: USD}
  cash: {in: USD, spent: in any part}
meters:
  spend_ever: {sum: spend, window: ever}
lanes: {event: best per line}
rewards:
  - {reward: coffee, cost: 100 points}
mechanics:
  - tiers: {meter: spend_ever, levels: {insider: 0, rouge: 1000 USD}, kept: 12 months}
  - {benefit: perk, allows: once a month}
"""


def mechanic(text: str):
    """The last mechanic of a program, which can be compiled."""
    program = read_program(f"{HEAD}  - {text}\n")
    Version(program)
    return program.mechanics[-1]


WRITTEN = [
    ("{discount: 10 % off}", {"name": "discount", "off": Off(share=Rate(10, 100))}),
    ("{discount: 12.5% off}", {"off": Off(share=Rate(125, 1000))}),
    ("{discount: 5 USD off, name: five}", {"name": "five", "off": Off(amount=500)}),
    ("{discount: 0.10 USD off each item}", {"off": Off(amount=10, each=True)}),
    ("{discount: {rouge: 20 % off}}", {"off": None, "by_tier": {"rouge": Off(share=Rate(20, 100))}}),
    ("{discount: member prices, prices: {4011: 1.49 USD}}", {"prices": {"4011": 149}}),
    (
        "{discount: cumulative, meter: spend_ever, steps: {from 0: 0 %, from 5_000 USD: 3 %}}",
        {"meter": "spend_ever", "steps": (Step(0, Rate(0, 100)), Step(500_000, Rate(3, 100)))},
    ),
    ("{discount: 10 % off, rounding: floor per line}", {"rounding": Rounding.FLOOR, "round_per": "line"}),
    ("{discount: 10 % off}", {"rounding": Rounding.NEAREST, "round_per": "order"}),
    ("{discount: 10 % off, lane: event}", {"lane": "event"}),
    ("{discount: 10 % off, except: {brand: own}}", {"unless": When(brand=("own",))}),
    ("{discount: 10 % off, limit: once a month}", {"limit": PriceLimit(times=(Allowance(1, "month"),))}),
    (
        "{discount: 10 % off, when: {code: A}, limit: {uses: 500 times, each_code: once}}",
        {"limit": PriceLimit(uses=500, uses_per_code=1)},
    ),
    (
        "{discount: 10 % off, limit: {share: 30 % of the price, per_basket: 20 USD, per_member: 50 USD a month, "
        "total: 1_000 USD, times: [once a day, 3 times a month]}}",
        {
            "limit": PriceLimit(
                share=Rate(30, 100),
                per_basket=2000,
                per_member=(Allowance(5000, "month"),),
                total=100_000,
                times=(Allowance(1, "day"), Allowance(3, "month")),
            )
        },
    ),
    ("{bundle: 3 for 2}", {"name": "bundle", "buy": 2, "get": 1, "off": Rate(1, 1)}),
    ("{bundle: 5 for 3}", {"buy": 3, "get": 2}),
    ("{bundle: buy 2 get 1 free}", {"buy": 2, "get": 1, "off": Rate(1, 1)}),
    (
        "{bundle: buy 1 get 1 at 50 % off, gets: {category: tea}}",
        {"off": Rate(50, 100), "gets": When(category=("tea",))},
    ),
    (
        "{bundle: a set for 10 USD, of: [{sku: a}, {sku: b}]}",
        {"price": 1000, "parts": (When(sku=("a",)), When(sku=("b",)))},
    ),
    ("{bundle: a set at 20 % off, of: [{sku: a}]}", {"price": None, "off": Rate(20, 100)}),
    ("{bundle: 3 for 2, per_basket: 2 times}", {"most": 2}),
    (
        "{coupon: hello, off: 20 USD off, issued: on enrol, valid: 60 days, when: {basket_at_least: 100 USD}}",
        {"name": "hello", "off": Off(amount=2000), "on": "enrol", "valid": Term(60, "day")},
    ),
    ("{coupon: x, off: 5 USD off, issued: on purchase}", {"on": "purchase", "applied": "automatically"}),
    (
        "{coupon: x, off: 5 USD off, issued: on action review, applied: on request}",
        {"on": "action:review", "applied": "on request"},
    ),
    ("{coupon: x, off: 5 USD off, issued: on birthday}", {"on": "birthday", "days_before": 0}),
    ("{coupon: x, off: 5 USD off, issued: 7 days before the birthday}", {"on": "birthday", "days_before": 7}),
    ("{coupon: x, off: 5 USD off, issued: on reached rouge}", {"on": "reached:rouge"}),
    ("{coupon: x, off: 5 USD off, issued: on reward coffee}", {"on": "redeemed:coffee"}),
    ("{coupon: x, off: 5 USD off, issued: on use of perk}", {"on": "used:perk"}),
    (
        "{coupon: x, off: 5 USD off, issued: {on: purchase, when: {basket_at_least: 50 USD}, "
        "limit: once a week, most: 3}}",
        {"issued_when": When(basket_at_least=5000), "issues": (Allowance(1, "week"),), "most_held": 3},
    ),
    (
        "{coupon: x, off: 10 % off, issued: on enrol, per_basket: 2 coupons, rounding: up}",
        {"per_basket": 2, "rounding": Rounding.UP},
    ),
    ("{benefit: test, allows: 2 a year}", {"name": "test", "allows": (Allowance(2, "year"),), "per_term": None}),
    (
        "{benefit: test, allows: [once a day, 5 times a month]}",
        {"allows": (Allowance(1, "day"), Allowance(5, "month"))},
    ),
    ("{benefit: test, allows: twice}", {"allows": (Allowance(2, "ever"),)}),
    ("{benefit: test}", {"allows": (), "after_purchase": None}),
    ("{benefit: test, within: 90 days of a purchase}", {"after_purchase": Term(90, "day")}),
    (
        "{payment: points, worth: 1 USD per 10 points, earns: no}",
        {"name": "payment", "worth": Rate(100, 10), "earns": False},
    ),
    (
        "{payment: points, worth: 1 USD per 10 points, earns: yes, up_to: 30 % of the bill, leaves: 1 USD, "
        "at_least: 500 points, multiples_of: 100 points}",
        {"earns": True, "share": Rate(30, 100), "leaves": 100, "least": 500, "multiple": 100},
    ),
    ("{payment: cash, name: by-cash, earns: no, up_to: 99 %}", {"worth": Rate(1, 1), "share": Rate(99, 100)}),
]


@pytest.mark.parametrize(("text", "fields"), WRITTEN, ids=[text for text, _ in WRITTEN])
def test_what_is_written_is_meant(text, fields):
    found = mechanic(text)
    assert {name: getattr(found, name) for name in fields} == fields


def test_early_access_stands_beside_the_days():
    found = mechanic(
        "{discount: {rouge: 20 % off, insider: 10 % off}, when: {between: [2026-04-08, 2026-04-14]}, "
        "early_access: {rouge: 2026-04-04}}"
    )
    assert [str(day) for day in found.live_between] == ["2026-04-04", "2026-04-14"]


WRONG = [
    ("{discount: 10 %}", "phrase_wrong", "write for example `10 % off` or `5 USD off`"),
    ("{discount: 101 % off}", "number_out_of_range", "at most `100 %`"),
    ("{discount: 0 % off}", "number_out_of_range", "nothing"),
    ("{discount: 0 USD off}", "number_out_of_range", "nothing"),
    ("{discount: 5 EUR off}", "currency_other", "5 USD"),
    ("{discount: 0.00001 % off}", "scale_exceeded", "at most 4"),
    ("{discount: {ruge: 20 % off}}", "name_unknown", "did you mean `rouge`"),
    ("{discount: member prices}", "key_missing", "needs `prices`"),
    ("{discount: 10 % off, prices: {a: 1 USD}}", "settings_conflict", "discount: member prices"),
    ("{discount: cumulative, steps: {from 0: 3 %}}", "key_missing", "needs `meter`"),
    ("{discount: cumulative, meter: spend_ever}", "key_missing", "needs `steps`"),
    (
        "{discount: cumulative, meter: spend_ever, steps: {from 5 USD: 3 %, from 0: 0 %}}",
        "order_wrong",
        "from the lowest up",
    ),
    ("{discount: cumulative, meter: spend_ever, steps: {from 5: 3 %}}", "unit_other", "is not money"),
    ("{discount: 10 % off, early_access: {rouge: 2026-04-04}}", "settings_conflict", "between"),
    ("{discount: 10 % off, limit: {each_code: once}}", "settings_conflict", "give it `code`"),
    ("{discount: 10 % off, limit: 3 a month}", "phrase_wrong", "3 times a day"),
    ("{bundle: 2 for 3}", "order_wrong", "3 for 2"),
    ("{bundle: 2 for 2}", "order_wrong", "3 for 2"),
    ("{bundle: buy 2 get 1 at 0 % off}", "number_out_of_range", "nothing"),
    ("{bundle: buy 0 get 1 free}", "number_out_of_range", "at least 1"),
    ("{bundle: a set for 10 USD}", "key_missing", "needs `of`"),
    ("{bundle: 3 for 2, of: [{sku: a}]}", "settings_conflict", "parts of a set"),
    ("{bundle: a set for 10 USD, of: [{sku: a}], gets: {sku: b}}", "settings_conflict", "leave it out"),
    ("{coupon: x, issued: on enrol}", "key_missing", "off: 20 USD off"),
    ("{coupon: x, off: 5 USD off, issued: on reached ruge}", "name_unknown", "`rouge`"),
    ("{coupon: x, off: 5 USD off, issued: on reward coffe}", "name_unknown", "`coffee`"),
    ("{coupon: x, off: 5 USD off, issued: on use of park}", "name_unknown", "`perk`"),
    ("{coupon: x, off: 5 USD off, issued: {on: enrol, when: {store: a}}}", "matcher_misplaced", "`store` looks at"),
    ("{coupon: x, off: 5 USD off, issued: on enrol, limit: {each_code: once}}", "settings_conflict", "leave it out"),
    ("{coupon: perk, off: 5 USD off, issued: on enrol}", "name_twice", "two mechanics"),
    ("{benefit: test, allows: 0 a year}", "number_out_of_range", "at least 1"),
    ("{benefit: test, allows: 2 a term}", "settings_conflict", "name the plan"),
    ("{benefit: test, when: {basket_at_least: 5 USD}}", "key_unknown", "basket_at_least"),
    ("{payment: points, worth: 1 USD per 10 points}", "key_missing", "earns: no"),
    ("{payment: points, earns: no}", "key_missing", "`worth` is missing"),
    ("{payment: vouchers, earns: no}", "unit_other", "come off whole"),
    ("{payment: cash, earns: no, worth: 1 USD per 1 cash}", "settings_conflict", "leave `worth` out"),
    ("{payment: points, worth: 1 USD per 10 points, earns: no, up_to: 0 %}", "number_out_of_range", "nothing"),
    ("{payment: points, worth: 1 USD per 10 points, earns: no, at_least: 5 stars}", "unit_other", "5 points"),
]


@pytest.mark.parametrize(("text", "code", "words"), WRONG, ids=[text for text, _, _ in WRONG])
def test_a_mistake_is_told_with_its_remedy(text, code, words):
    with pytest.raises(ProgramErrors) as caught:
        mechanic(text)
    (error,) = caught.value.errors
    assert (error.code, error.line) == (code, HEAD.count("\n") + 1)
    assert words in error.sentence
