"""A year under presets, by numbers that can be checked with their published rules and a pencil."""

from datetime import date

import pytest

from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.shopping.comparing import Compared, Offered, compare
from guerdon.insight.shopping.file import read_habits
from guerdon.presets import preset

STARS = "2026-04-01"
LEVELS_GONE = "2026-03-01"
CHOSEN = "chooses: {tbank-black: {categories: [fuel, all-purchases]}}"


def offered(name: str) -> Offered:
    versions = preset(name).versions.values()
    return Offered(name, Timeline([Version(program, number) for number, program in enumerate(versions, 1)]))


def year(name: str, habits: str, *, currency: str, begins: str = "2026-01-01", more: str = "", plans: bool = False):
    """One preset, for habits that are told in its own currency."""
    text = f"shopper: me\ncurrency: {currency}\nbegins: {begins}\n{more}\nhabits:\n{habits}"
    [found] = compare(read_habits(text), [offered(name)], plans=plans).programs
    return found


def figures(found: Compared) -> dict[str, int]:
    """Those that are not nothing, without the sums."""
    assert found.outcome is not None
    own = found.outcome.own
    named = ("spend", "discounts", "vouchers", "paid", "cash", "rewards", "benefits", "left", "lost", "fees")
    return {name: getattr(own, name) for name in named if getattr(own, name)}


def levels(found: Compared) -> list[tuple[str, date]]:
    assert found.outcome is not None
    return [(reached.level, reached.on) for reached in found.outcome.levels]


def test_starbucks_two_dollars_for_sixty_stars():
    # 20 times 10.00: 60 Stars after the 6th. The 7th, 14th and 20th take 2.00 off and earn 8 Stars.
    # 6 x 10 = 60; 7th: 0 + 8; 13th: 68; 14th: 8 + 8; 19th: 66; 20th: 6 + 8 = 14 Stars left.
    found = year(
        "starbucks", "  - {buy: coffee, amount: 10 USD, times: 20 a year}", currency="USD", begins="2026-04-01"
    )
    assert figures(found) == {"spend": 200_00, "discounts": 6_00}
    [left] = found.outcome.left
    assert (left.unit, left.amount, left.scale, left.worth) == ("stars", 14_00, 2, None)
    assert found.outcome.share == pytest.approx(0.03)


def test_sephora_ten_dollars_for_five_hundred_points_and_two_tiers():
    # 12 times 100.00: 500 points after the 5th. The 6th and the 12th cost 90.00, and earn 90.
    # 5 x 100; 6th: 0 + 90; 11th: 590; 12th: 90 + 90 = 180 points left, at 0.02 each.
    # Paid: 400.00 with the 4th (VIB from 350), 1,090.00 with the 11th (Rouge from 1,000).
    found = year("sephora", "  - {buy: cosmetics, amount: 100 USD, times: once a month}", currency="USD")
    assert figures(found) == {"spend": 1_200_00, "discounts": 20_00, "left": 3_60}
    assert levels(found) == [
        ("insider", date(2026, 1, 1)), ("vib", date(2026, 4, 17)), ("rouge", date(2026, 11, 16)),
    ]  # fmt: skip


def test_the_north_face_vouchers_from_three_windows():
    # 12 times 50.00 from 16 April on. By 31 May 100 points: 10.00 on 15 June, off the 16 June's.
    # By 30 September 40 + 3 x 50 = 190: 10.00 on 15 October, off that day's; 90 stay.
    # By 31 January 90 + 40 + 3 x 50 = 280: 20.00 on 15 February, off 16 March's. 280 + 50 - 200 + 30 = 160 are left.
    # The 20.00 to begin with want a basket of 100.00, and lapse.
    found = year("north-face-us", "  - {buy: clothes, amount: 50 USD, times: once a month}", currency="USD",
                 begins="2026-04-01")  # fmt: skip
    assert figures(found) == {"spend": 600_00, "vouchers": 40_00, "left": 16_00}
    assert found.outcome.coupons_expired == 1


def test_ikea_uk_a_point_for_every_full_five_pounds():
    # 10 times 128.00 are 25 points each; the 6th takes 10.00 off for 125 and earns 23; 4 x 25 more: 123 left.
    found = year("ikea-uk", "  - {buy: furniture, amount: 128 GBP, times: 10 a year}", currency="GBP")
    assert figures(found) == {"spend": 1_280_00, "discounts": 10_00, "left": 9_84}


def test_the_pharmacy_discount_grows():
    # 1 % from nothing, 3 % from 150, 5 % from 500: 1 + 1, then 4 x 3 (at 198, 295, 392, 489), then 4 x 5.
    found = year("pharmacy-cumulative-discount", "  - {buy: cosmetics, amount: 100 EUR, times: 10 a year}",
                 currency="EUR")  # fmt: skip
    assert figures(found) == {"spend": 1_000_00, "discounts": 34_00}


def test_fuel_by_the_litre_and_a_coffee_for_350_points():
    # 10 times 40 litres are 80 points each: a coffee after the 5th (400) and the 9th (370); 20 + 80 left at 0.005.
    found = year("fuel-per-litre", "  - {buy: fuel, litres: 40, amount: 60 EUR, times: 10 a year}", currency="EUR")
    assert figures(found) == {"spend": 600_00, "rewards": 3_50, "left": 50}


def test_prime_three_per_cent_and_five_with_the_plan():
    # Without: 300 points; the 2nd pays 3.00 with them and earns 3 x 97 = 291, as does every later one: 3 + 10 x 2.91.
    # With: 500; then 475 on 95.00, 476 on 95.25 and from there on 476 on 95.24: 5 + 4.75 + 9 x 4.76.
    found = year("prime", "  - {buy: books, amount: 100 USD, times: once a month}", currency="USD", more="card: yes",
                 plans=True)  # fmt: skip
    assert figures(found) == {"spend": 1_200_00, "paid": 32_10, "left": 2_91}
    plans = {plan.plan: plan for plan in found.plans}
    yearly = plans["yearly"]
    assert yearly.outcome is not None
    own = yearly.outcome.own
    assert (own.paid, own.left, own.fees, own.net) == (52_59, 4_76, 139_00, -81_65)
    assert yearly.gain == -81_65 - (32_10 + 2_91)
    assert plans["monthly"].outcome is not None
    assert plans["monthly"].outcome.own.fees == 12 * 14_99
    assert plans["student"].refusal.startswith("The plan student is not for this member")
    assert plans["student"].outcome is None


def test_prime_pays_for_itself_with_what_a_delivery_is_worth():
    # 24 deliveries at 6.00 are 144.00 and pay for the 139.00 whatever is bought. At 5.00 they are 120.00, and 19.00
    # more have to come from the card: nearly 2 % more than without.
    habits = "  - {buy: books, amount: 30 USD, times: 2 a month}"
    dear, cheap = [
        year("prime", habits, currency="USD", more=f"card: yes\nworth: {{prime: {{free-delivery: {each} USD}}}}",
             plans=True)
        for each in (6, 5)
    ]  # fmt: skip
    assert [plan.break_even.verdict for plan in dear.plans if plan.plan == "yearly"] == ["always"]
    [yearly] = [plan for plan in cheap.plans if plan.plan == "yearly"]
    assert yearly.outcome.own.benefits == 24 * 5_00
    assert (yearly.break_even.verdict, yearly.break_even.is_for_good) == ("from", True)
    assert 19_00 / 0.02 < yearly.break_even_spend < 19_00 / 0.018


def test_spasibo_pays_from_where_half_a_per_cent_is_the_fee():
    # 0.5 % of 24 x 2,000.00 are 240.00, with the subscription as much again; it costs 12 x 99.00 = 1,188.00,
    # which is 0.5 % of 237,600.00.
    found = year("spasibo", "  - {buy: books, amount: 2_000 RUB, times: 2 a month}", currency="RUB", begins=LEVELS_GONE,
                 more="card: yes\nage: 40", plans=True)  # fmt: skip
    assert figures(found) == {"spend": 48_000_00, "left": 240_00}
    [start] = found.plans
    assert start.gain == 240_00 - 12 * 99_00
    assert start.break_even.verdict == "from"
    assert start.break_even_spend == pytest.approx(237_600_00, rel=0.002)
    assert start.break_even_spend >= 237_600_00


def test_tbank_pro_lifts_a_limit_and_premium_never_pays():
    # 5 % of 100,000.00 a month are 5,000.00, of which 3,000.00 are given, and 5,000.00 with Pro for 299.00 a month.
    # Premium lifts the limit of partners alone, and nothing is bought there.
    found = year("tbank-black", "  - {buy: grocery, amount: 100_000 RUB, times: once a month, merchant_category: 5411}",
                 currency="RUB", plans=True)  # fmt: skip
    assert figures(found) == {"spend": 1_200_000_00, "cash": 36_000_00}
    pro, premium = found.plans
    assert pro.gain == 24_000_00 - 12 * 299_00
    assert premium.gain == -12 * 1_990_00
    assert (premium.break_even.verdict, premium.break_even_spend) == ("never", None)


def test_what_is_chosen_counts_instead_of_what_brings_most():
    habit = "  - {buy: grocery, amount: 10_000 RUB, times: once a month, merchant_category: 5411}"
    best = year("tbank-black", habit, currency="RUB")
    said = year(
        "tbank-black", habit, currency="RUB", more="chooses: {tbank-black: {categories: [fuel, all-purchases]}}"
    )
    assert figures(best)["cash"] == 12 * 500_00
    assert figures(said)["cash"] == 12 * 100_00


def test_marketplace_cashback_comes_after_delivery_and_is_spent_before_it_expires():
    # The 1st brings 2 % of 100.00 and 3.00 for the first order in the app, both 14 days after delivery.
    # The 2nd pays 5.00 with them and earns 2 % of 95.00, the 3rd 1.90 and 2 % of 98.10, the 4th 1.96 and 1.96 again.
    found = year("marketplace-cashback", "  - {buy: toys, amount: 100 EUR, times: 4 a year}", currency="EUR")
    assert figures(found) == {"spend": 400_00, "paid": 5_00 + 1_90 + 1_96, "left": 1_96}


def test_goods_that_come_back_take_their_discount_and_their_points_along():
    # Every second of four purchases comes back: 2 x 100.00 stay, with the 1 % of each.
    found = year("pharmacy-cumulative-discount",
                 "  - {buy: cosmetics, amount: 50 EUR, times: 4 a year, returned: 50 %}", currency="EUR")  # fmt: skip
    assert figures(found) == {"spend": 100_00, "discounts": 1_00}


def test_a_thing_is_worth_what_the_shopper_says_and_is_saved_for_if_he_takes_nothing_else():
    # 20 times 20.00 are 20 Stars each; a drink for 200 is worth 6.00: two drinks.
    found = year(
        "starbucks",
        "  - {buy: coffee, amount: 20 USD, times: 20 a year}",
        currency="USD",
        begins=STARS,
        more="takes: {starbucks: [handcrafted-drink]}\nworth: {starbucks: {handcrafted-drink: 6 USD}}",
    )
    assert figures(found) == {"spend": 400_00, "rewards": 12_00}


def test_a_voucher_that_no_mechanic_takes_off_counts_when_it_is_given():
    # 500 points, there 14 days after their purchases, are 10.00: 11 x 50.00 by then, and the last 50 wait.
    found = year("fashion-tiers", "  - {buy: clothes, amount: 50 EUR, times: 12 a year}", currency="EUR")
    assert figures(found)["vouchers"] == 10_00
    assert figures(found)["spend"] == 600_00
    assert "lost" not in figures(found)
