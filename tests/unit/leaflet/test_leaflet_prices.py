"""What costs less and what members may use, as the leaflet says it in each language."""

import pytest

from guerdon.language import read_program
from guerdon.leaflet import LANGUAGES, leaflet, markdown

HEAD = """\
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {title: {en: [point, points], ru: [балл, балла, баллов, баллы], bg: [точка, точки]}}
  cash: {in: USD, spent: in any part}
meters: {ever: {sum: spend, window: ever}}
lanes: {event: best per line}
rewards: [{reward: coffee, cost: 100 points}]
mechanics:
  - tiers: {meter: ever, levels: {basic: 0, gold: 1000 USD}, kept: 12 months}
"""

SAID = [
    ("{discount: 10 % off, when: {category: soup}}", "10% off on soup."),
    ("{discount: 5 USD off, when: {code: SPRING}}", "$5 off, with the code SPRING."),
    ("{discount: 0.10 USD off each item, limit: 3 times a day}", "$0.10 off each article. At most 3 times a day."),
    ("{discount: {gold: 20 % off, basic: 5 % off}}", "A discount by your level.\n- gold: 20% off\n- basic: 5% off"),
    ("{discount: member prices, prices: {tea: 1.49 USD}}", "Prices for members.\n- tea: $1.49"),
    (
        "{discount: cumulative, meter: ever, steps: {from 0: 0 %, from 5_000 USD: 3 %}}",
        "A discount that grows with what you have bought so far.\n- from $5,000: 3%",
    ),
    (
        "{discount: 5 % off, when: {between: [2026-04-08, 2026-04-14]}, early_access: {gold: 2026-04-04}}",
        "gold: from April 4, 2026 already.",
    ),
    (
        "{discount: 5 % off, limit: {share: 50 %, per_basket: 10 USD, per_member: 20 USD a month, uses: once}}",
        "At most 50% of the price. At most $10 for each purchase. At most $20 a month. For all members together at "
        "most 1 time",
    ),
    ("{discount: 5 % off, when: {code: A}, limit: {each_code: once}}", "Each code is good 1 time."),
    ("{bundle: 3 for 2, per_basket: 2 times}", "3 for the price of 2. It is always the cheapest articles"),
    ("{bundle: 3 for 2, per_basket: 2 times}", "At most 2 times for each purchase."),
    ("{bundle: buy 2 get 1 free, gets: {category: tea}}", "Buy 2 and get 1 free. What costs less: tea."),
    ("{bundle: buy 2 get 1 at 50 % off}", "Buy 2 and get 1 at 50% off."),
    ("{bundle: a set for 10 USD, of: [{sku: a}, {}]}", "A set for $10.\n- a\n- anything"),
    ("{bundle: a set at 20 % off, of: [{sku: a}]}", "A set at 20% off."),
    (
        "{coupon: x, off: 20 USD off, issued: on enrol, valid: 60 days}",
        "$20 off. You get the coupon when you join. The coupon lasts for 60 days. The coupon comes off by itself.",
    ),
    ("{coupon: x, off: 5 USD off, issued: on enrol, applied: on request}", "Show the coupon when you want to use it."),
    ("{coupon: x, off: 5 USD off, issued: on birthday}", "You get the coupon on your birthday."),
    (
        "{coupon: x, off: 5 USD off, issued: 7 days before the birthday}",
        "You get the coupon 7 days before your birthday.",
    ),
    ("{coupon: x, off: 5 USD off, issued: on reached gold}", "You get the coupon when you reach the level “gold”."),
    ("{coupon: x, off: 5 USD off, issued: on reward coffee}", "You get the coupon as a reward: “coffee”."),
    ("{coupon: x, off: 5 USD off, issued: on action review}", "You get the coupon for “review”."),
    (
        "{coupon: x, off: 5 USD off, issued: {on: purchase, when: {category: tea, basket_at_least: 50 USD}}}",
        "You get the coupon with a purchase, for the next one, when you spend at least $50, with tea in the basket.",
    ),
    (
        "{benefit: field-test, allows: 2 a year, when: {tier: gold}}",
        "For gold members: “field test”. At most 2 times a year.",
    ),
    ("{benefit: lounge}", "“lounge”. As often as you like."),
    ("{benefit: claim, within: 90 days of a purchase}", "Within 90 days of a purchase."),
    (
        "{payment: points, worth: 1 USD per 10 points, earns: no, up_to: 30 %, leaves: 1 USD, at_least: 50, "
        "multiples_of: 10}",
        "10 points pay $1 of your bill. Up to 30% of the bill. You pay at least $1 in money. From 50 points on. "
        "Always a multiple of this: 10 points. You earn nothing on the part of the bill that you pay like this.",
    ),
    (
        "{payment: cash, earns: yes, when: {category: tea}}",
        "You may pay with this: cash. Only for tea. You earn on the whole",
    ),
]


def said(text: str, language: str) -> str:
    return (
        markdown(leaflet(read_program(f"{HEAD}  - {text}\n"), language)).replace("\n\n", "\n").replace("\n  - ", "\n- ")
    )


@pytest.mark.parametrize(("text", "words"), SAID, ids=[text for text, _ in SAID])
def test_what_a_member_reads(text, words):
    assert words in said(text, "en")
    assert len({said(text, language) for language in LANGUAGES}) == len(LANGUAGES)


LANES = "{discount: 10 % off, name: a, lane: event}\n  - {discount: 5 USD off, name: b, lane: event}"


def test_discounts_that_compete_are_said_with_the_discounts():
    assert "“a” and “b” do not add up: for each article the better one counts." in said(LANES, "en")
    assert "## How you earn" not in said(LANES, "en")


def test_a_few_sentences_in_other_languages():
    bundle = "{bundle: 3 for 2, per_basket: 5 times}"
    assert "3 по цене 2." in said(bundle, "ru")
    assert "Максимум 5 раз на каждую покупку." in said(bundle, "ru")
    assert "3 на цената на 2." in said(bundle, "bg")
    assert "Най-много 5 пъти за всяка покупка." in said(bundle, "bg")
