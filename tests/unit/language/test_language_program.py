"""A file becomes the program that its words say."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

import guerdon.demo
from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Delay, Term, Window
from guerdon.core.program import Allowance, Cap, Meter, MonthChoice, Program, Quantity, Returns, Reward, Unit, When
from guerdon.core.version import Version
from guerdon.language import read_program
from guerdon.mechanics.earn import Earn
from guerdon.mechanics.tiers import Level, Tiers
from guerdon.mechanics.vouchers import Vouchers

GROCERY = Path(guerdon.demo.__file__).with_name("grocery.yaml")

GLOW = """\
program: glow
title: Glow Insider
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
late_events: never
never_earn: {category: gift-card, brand: [x, y]}
units:
  points: {expires: 18 months without activity}
  stars: {decimals: 2, expires: [2 years, 6 months without activity], after_return: forgiven}
  cashback: {in: USD}
meters:
  visits: {count: visits, window: rolling 30 days}
  coffee: {sum: items, window: ever, of: {category: {2026-01: coffee}, sku: 4011}}
  stars_earned: {sum: stars earned, window: calendar month}
lanes: {campaigns: best}
mechanics:
  - earn: points
    rate: 1 per 1 USD
  - earn: points
    name: double-skincare-week
    multiply: points
    by: 1.5
    lane: campaigns
    rounding: nearest per line
    available_after: 14 days
    expires: until the end of next calendar year
    limit: {total: 2_000_000 points, per_member: 500 points a week, per_event: 100}
    when:
      category: {2026-04: [skincare, soap], 2026-05: sun}
      store: [1, 0367]
      channel: web
      tender: card
      tier: [vib, insider]
      weekday: [sun, mon-tue]
      hours: 17:00-19:00
      between: [2026-04-04, 2026-04-14]
      basket_at_least: 10 USD
      first_purchase: no
      if: basket.items >= 2 and meters.visits > 1
  - {earn: cashback, rate: 1.5 %, limit: 20 USD a month}
  - {earn: stars, on: action review, flat: 0.5, rounding: up}
  - tiers:
      meter: visits
      levels: {insider: 0, vib: {from: 5 visits, title: VIB}}
      kept: until the end of the year
  - name: issue
    vouchers:
      every: 500 points
      gives: 5 USD
      issued: every quarter
      valid: 90 days
      most: 4
      applied: on request
      per_basket: 2
      basket_at_least: 10 USD
rewards:
  - {reward: cash, title: {en: Cash}, cost: 500 points, gives: 10 USD off, valid: 1 month, stock: 5, when: {tier: vib}}
  - {reward: tea, cost: 1 star, gives: nothing}
returns: {points: kept, vouchers: lost}
"""


def test_every_key_says_what_it_means():
    assert read_program(GLOW) == Program(
        program="glow",
        title={"en": "Glow Insider"},
        currency="USD",
        timezone="America/New_York",
        effective_from=date(2026, 1, 1),
        late_events=0,
        never_earn=When(category=("gift-card",), brand=("x", "y")),
        units={
            "points": Unit(inactive_after=Term(18, "month")),
            "stars": Unit(scale=2, expires=Term(2, "year"), inactive_after=Term(6, "month"), debt="forgiven"),
            "cashback": Unit(scale=2, money=True),
        },
        meters={
            "visits": Meter(counts="visits", window=Window("rolling", 30, "day")),
            "coffee": Meter(
                counts="items",
                window=Window("calendar", 1, "ever"),
                only=When(category=MonthChoice({2026 * 12: ("coffee",)}), sku=("4011",)),
            ),
            "stars_earned": Meter(counts="earned", window=Window("calendar", 1, "month"), unit="stars"),
        },
        lanes={"campaigns": "best"},
        mechanics=(
            Earn(name="points", earn="points", rate=Rate(1, 100)),
            DOUBLE,
            Earn(
                name="cashback", earn="cashback", rate=Rate(15, 1000), limit=Cap(per_member=(Allowance(2000, "month"),))
            ),
            Earn(name="stars", earn="stars", on="action:review", flat=50, rounding=Rounding.UP),
            Tiers(
                meter="visits",
                levels=(Level(name="insider", threshold=0), Level(name="vib", threshold=5, title={"en": "VIB"})),
                kept=Term(0, "day", "year"),
            ),
            Vouchers(
                name="issue",
                every=Quantity(500, "points"),
                gives=Quantity(500, "cashback"),
                issued="quarter",
                valid=Term(90, "day"),
                most=4,
                applied="on request",
                per_basket=2,
                basket_at_least=1000,
            ),
        ),
        rewards=(
            Reward(
                name="cash",
                title={"en": "Cash"},
                cost=Quantity(500, "points"),
                gives=Quantity(1000, "cashback"),
                valid=Term(1, "month"),
                stock=5,
                when=When(tier=("vib",)),
            ),
            Reward(name="tea", cost=Quantity(100, "stars")),
        ),
        returns=Returns(points="kept", vouchers="lost"),
    )


DOUBLE = Earn(
    name="double-skincare-week",
    earn="points",
    multiply="points",
    by=Rate(3, 2),
    lane="campaigns",
    rounding=Rounding.NEAREST,
    round_per="line",
    available_after=Delay(term=Term(14, "day")),
    expires=Term(1, "year", "year"),
    limit=Cap(total=2_000_000, per_member=(Allowance(500, "week"),), per_event=100),
    when=When(
        category=MonthChoice({2026 * 12 + 3: ("skincare", "soap"), 2026 * 12 + 4: ("sun",)}),
        store=("1", "0367"),
        channel=("web",),
        tender=("card",),
        tier=("vib", "insider"),
        weekday=(0, 1, 6),
        hours=(1020, 1140),
        between=(date(2026, 4, 4), date(2026, 4, 14)),
        basket_at_least=1000,
        first_purchase=False,
        expression="basket.items >= 2 and meters.visits > 1",
    ),
)


def test_what_is_read_can_be_compiled():
    assert len(Version(read_program(GLOW)).rules) == 6


@pytest.fixture(scope="module")
def grocery() -> Program:
    return read_program(GROCERY.read_text(encoding="utf-8"), GROCERY.name)


def test_the_grocery_can_be_compiled(grocery):
    assert Version(grocery).limits == {"spring-campaign": 80_000, "stock:cool-bag": 200}


def test_the_grocerys_declarations(grocery):
    assert (grocery.program, grocery.currency, grocery.timezone) == ("grocery", "USD", "America/New_York")
    assert (grocery.effective_from, grocery.late_events) == (date(2017, 1, 1), 30)
    assert grocery.title.keys() == {"en", "ru", "bg"}
    assert grocery.never_earn.category is not None
    assert {"fuel", "miscellaneous/coupon-misc-items", "drug-gm/cigarettes"} <= set(grocery.never_earn.category)
    assert all(unit.title.keys() == {"en", "ru", "bg"} for unit in grocery.units.values())
    assert {name: msgspec.structs.replace(unit, title={}) for name, unit in grocery.units.items()} == {
        "points": Unit(inactive_after=Term(6, "month"), worth=Rate(100, 100)),
        "vouchers": Unit(scale=2, money=True, expires=Term(90, "day")),
    }
    assert grocery.meters["spend_12_months"] == Meter(counts="spend", window=Window("rolling", 12, "month"))


def test_the_grocerys_mechanics_in_their_order(grocery):
    assert [mechanic.name for mechanic in grocery.mechanics] == [
        "base", "welcome", "own-brands", "status", "silver-extra", "gold-extra", "category-of-the-month", "weekend",
        "spring-campaign", "coupon-bonus", "quarterly-vouchers",
    ]  # fmt: skip


def test_the_grocerys_mechanics(grocery):
    titled = {mechanic.name: mechanic for mechanic in grocery.mechanics}
    assert all(mechanic.title.keys() == {"en", "ru", "bg"} for mechanic in titled.values())
    base, weekend, spring = titled["base"], titled["weekend"], titled["spring-campaign"]
    assert (base.rate, base.multiply, base.flat) == (Rate(1, 100), None, None)
    assert (titled["welcome"].on, titled["welcome"].flat) == ("enrol", 100)
    assert (titled["own-brands"].rate, titled["own-brands"].when) == (Rate(1, 200), When(brand=("private",)))
    assert (titled["silver-extra"].by, titled["gold-extra"].by) == (Rate(5, 4), Rate(3, 2))
    assert (weekend.when.weekday, weekend.limit) == ((5, 6), Cap(per_member=(Allowance(100, "week"),)))
    assert (weekend.by, weekend.lane, titled["category-of-the-month"].lane) == (Rate(2, 1), "doublings", "doublings")
    assert (spring.flat, spring.limit) == (10, Cap(total=80_000))
    assert spring.when == When(between=(date(2017, 4, 1), date(2017, 6, 30)), basket_at_least=2000)
    assert (titled["coupon-bonus"].on, titled["coupon-bonus"].limit) == (
        "action:coupon-used",
        Cap(per_member=(Allowance(60, "month"),)),
    )


def test_the_grocery_has_a_category_for_every_month(grocery):
    choice = next(m for m in grocery.mechanics if m.name == "category-of-the-month").when.category
    assert sorted(choice.by_month) == list(range(2017 * 12, 2018 * 12))


def test_the_grocerys_tiers_and_vouchers(grocery):
    status = next(mechanic for mechanic in grocery.mechanics if isinstance(mechanic, Tiers))
    assert [(level.name, level.threshold) for level in status.levels] == [
        ("basic", 0),
        ("silver", 150_000),
        ("gold", 400_000),
    ]
    assert (status.meter, status.kept) == ("spend_12_months", Term(12, "month"))
    vouchers = next(mechanic for mechanic in grocery.mechanics if isinstance(mechanic, Vouchers))
    assert (vouchers.every, vouchers.gives) == (Quantity(500, "points"), Quantity(500, "vouchers"))
    assert (vouchers.issued, vouchers.valid, vouchers.applied) == ("quarter", Term(90, "day"), "automatically")


def test_the_grocerys_catalogue(grocery):
    assert {reward.name: reward.cost.amount for reward in grocery.rewards} == {
        "coupon-booster": 50, "coffee": 150, "regulars-treat": 100, "cool-bag": 300, "gold-voucher": 400,
    }  # fmt: skip
    assert [reward.stock for reward in grocery.rewards if reward.stock is not None] == [200]
    assert grocery.returns == Returns()
