"""Referrals, causes, sendings and conversions as they stand in the file: every key read, every mistake told."""

from datetime import date
from typing import Any

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Delay, Term
from guerdon.core.program import Allowance, Cap, Program, Quantity, When
from guerdon.language import ProgramErrors, read_program
from guerdon.leaflet import leaflet, markdown
from guerdon.mechanics.cause import Cause
from guerdon.mechanics.conversion import Bonus, Conversion
from guerdon.mechanics.referral import Deed, Referral
from guerdon.mechanics.sending import Sending

HEAD = """\
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  stars: {decimals: 1}
  vouchers: {in: USD}
partners:
  sky: {}
mechanics:
"""


def shop(*mechanics: str, rest: str = "") -> Program:
    return read_program(HEAD + "".join([f"  - {mechanic}\n" for mechanic in mechanics]) + rest)


def only(mechanic: str) -> Any:
    """The settings of one mechanic."""
    return shop(mechanic).mechanics[0]


def test_a_referral_is_read_whole():
    text = (
        "{referral: bring, title: Bring a friend, counts_when: first purchase of at least 20 USD, within: 1 month, "
        "friend: 100 points, referrer: 5 USD, paid_after: 30 days, limit: 10 friends a year, funded_by: sky}"
    )
    assert only(text) == Referral(
        name="bring",
        title={"en": "Bring a friend"},
        deed=Deed(at_least=2000, counts="first"),
        within=Term(1, "month"),
        friend=Quantity(100, "points"),
        referrer=Quantity(500, "vouchers"),
        paid_after=Delay(term=Term(30, "day")),
        limit=Cap(times=(Allowance(10, "year"),)),
        funded_by="sky",
    )


DEEDS = {
    "purchase": Deed(),
    "purchase of at least 0.50 USD": Deed(at_least=50),
    "first purchase": Deed(counts="first"),
    "spends 500 USD": Deed(at_least=50_000, counts="all"),
    "joins": Deed(on="enrol"),
    "action review": Deed(on="action:review"),
}


@pytest.mark.parametrize(("wording", "deed"), DEEDS.items())
def test_what_a_friend_does(wording, deed):
    assert only(f"{{referral: bring, friend: 1 points, counts_when: {wording}}}").deed == deed


def test_a_cause_is_read_whole():
    text = (
        "{cause: forest, title: Trees, takes: stars, at_least: 10, in_steps_of: 0.5 stars, target: 1_000, then: sea, "
        "between: [2026-04-01, 2026-06-30], limit: [50 stars a month, twice a year], when: {age: from 18}}"
    )
    first, _ = shop(text, "{cause: sea, takes: stars}").mechanics
    assert first == Cause(
        name="forest",
        title={"en": "Trees"},
        takes="stars",
        at_least=100,
        in_steps_of=5,
        target=10_000,
        then="sea",
        between=(date(2026, 4, 1), date(2026, 6, 30)),
        limit=Cap(per_member=(Allowance(500, "month"),), times=(Allowance(2, "year"),)),
        when=When(age_from=18),
    )


def test_a_sending_is_read_whole():
    text = (
        "{sending: points, name: gifts, title: Gifts, at_least: 10, in_steps_of: 5 points, limit: 100 a year, "
        "fee: 2.5 %, expires: anew, when: {weekday: mon}}"
    )
    assert only(text) == Sending(
        name="gifts",
        unit="points",
        title={"en": "Gifts"},
        at_least=10,
        in_steps_of=5,
        limit=Cap(per_member=(Allowance(100, "year"),)),
        fee=Rate(25, 1000),
        expires="anew",
        when=When(weekday=(0,)),
    )
    assert only("{sending: points}").name == "sending"


def test_a_conversion_is_read_whole():
    text = (
        "{conversion: to-miles, title: Fly, every: 1_000 points, gives: 250 miles, partner: sky, at_least: 2_000 "
        "points, limit: twice a month, when: {weekday: mon}, bonus: {plus: 20 %, between: [2026-05-01, 2026-05-31]}}"
    )
    assert only(text) == Conversion(
        name="to-miles",
        title={"en": "Fly"},
        every=Quantity(1000, "points"),
        gives=Quantity(250, "miles"),
        partner="sky",
        at_least=2000,
        limit=Cap(times=(Allowance(2, "month"),)),
        when=When(weekday=(0,)),
        bonus=Bonus(plus=Rate(20, 100), between=(date(2026, 5, 1), date(2026, 5, 31))),
    )
    plain = only("{conversion: swap, every: 100 points, gives: 2.5 stars, expires: 12 months}")
    assert (plain.gives, plain.expires) == (Quantity(25, "stars"), Term(12, "month"))


def test_the_limit_of_a_conversion_is_of_what_is_converted():
    stars = only("{conversion: swap, every: 10 stars, gives: 1 point, limit: 50 stars a month}")
    assert stars.limit == Cap(per_member=(Allowance(500, "month"),))
    assert only("{conversion: swap, every: 10 stars, gives: 1 point, limit: 50}").limit == Cap(
        per_member=(Allowance(500),)
    )


def test_a_reward_may_be_a_partners():
    rest = "rewards:\n  - {reward: flight, cost: 20 points, partner: sky}\n"
    assert shop("{earn: points, flat: 1}", rest=rest).rewards[0].partner == "sky"


MISTAKES = [
    ("{referral: bring}", "neither is here"),
    ("{referral: bring, friend: 1 points, limit: 3 friends}", "the referrer gets nothing here"),
    ("{referral: bring, referrer: 1 points, paid_after: after delivery}", "the referrer has none"),
    ("{referral: bring, friend: 1 points, counts_when: buys}", "`buys` is not what a friend does"),
    ("{referral: bring, referrer: 1 points, limit: 3 points}", "`3 points` is not a number of friends"),
    ("{referral: bring, friend: 1 points, funded_by: moon}", "`moon` is not a partner of this program"),
    ("{cause: forest, takes: points, then: forest}", "there is no `target` here"),
    ("{cause: forest, takes: points, target: 5, then: sea}", "`sea` is not a cause of this program"),
    ("{cause: forest, takes: vouchers}", "`vouchers` are vouchers, each of which stays whole"),
    ("{cause: forest, takes: points, at_least: 5 stars}", "`stars` is not what is given here"),
    ("{sending: vouchers}", "`vouchers` are vouchers, each of which stays whole"),
    ("{sending: points, fee: 2_000 %}", "no percentage up to `1000 %`"),
    ("{sending: points, fee: 0 %}", "is nothing"),
    ("{sending: points, expires: never}", "write `as before` or `anew`"),
    ("{conversion: c, every: 5 USD, gives: 5 points}", "`vouchers` are vouchers, each of which stays whole"),
    ("{conversion: c, every: 5 points, gives: 5 miles}", "For a partner's own unit name the `partner`"),
    ("{conversion: c, every: 5 points, gives: 5 stars, partner: sky}", "a partner pays out in a unit of its own"),
    ("{conversion: c, every: 5 points, gives: 0.5 miles, partner: sky}", "a partner's unit is paid out whole"),
    ("{conversion: c, every: 5 points, gives: 6 points}", "give another unit"),
    ("{conversion: c, every: 5 points, gives: 5 stars, limit: 5 stars a month}", "`stars` is not what is given here"),
    ("{conversion: c, every: 5 points, gives: 6 stars, at_least: 6 stars}", "and not `stars`"),
    ("{conversion: c, every: 5 points, gives: 6 miles, partner: sky, expires: 5 days}", "lasts as the partner says"),
]


@pytest.mark.parametrize(("mechanic", "told"), MISTAKES)
def test_a_mistake_is_told_once_with_its_line(mechanic, told):
    with pytest.raises(ProgramErrors) as wrong:
        only(mechanic)
    assert [(error.line, told in error.sentence) for error in wrong.value.errors] == [(12, True)], wrong.value


def test_causes_that_follow_each_other_take_the_same_unit():
    with pytest.raises(ProgramErrors, match="both must take the same unit"):
        shop("{cause: forest, takes: points, target: 5, then: sea}", "{cause: sea, takes: stars}")


def test_two_sendings_of_one_unit_are_one_too_many():
    with pytest.raises(ProgramErrors, match="the name of two sendings"):
        shop("{sending: points}", "{sending: points, name: other}")


TO_STARS = "{conversion: to-stars, every: 100 points, gives: 5 stars}"
CIRCLES = [
    # back again; what comes of 100 points is 5 stars
    ("{conversion: back, every: 5 stars, gives: 99 points}", ""),
    ("{conversion: back, every: 5 stars, gives: 100 points}", ""),
    ("{conversion: back, every: 5 stars, gives: 101 points}", "points → stars → points (`to-stars`, `back`)"),
    (
        "{conversion: back, every: 5 stars, gives: 99 points, bonus: {plus: 2 %, between: [2026-05-01, 2026-05-02]}}",
        "points → stars → points (`to-stars`, `back`)",
    ),
]


@pytest.mark.parametrize(("back", "told"), CIRCLES)
def test_a_circle_in_which_a_member_gains_is_refused(back, told):
    if not told:
        shop(TO_STARS, back)
        return
    with pytest.raises(ProgramErrors) as wrong:
        shop(TO_STARS, back)
    ((error),) = wrong.value.errors
    assert (error.code, error.line) == ("conversion_circle", 13)
    assert told in error.sentence


def test_rewards_count_as_a_way_round_too():
    rest = "rewards:\n  - {reward: jackpot, cost: 1 stars, gives: 21 points}\n"
    with pytest.raises(ProgramErrors, match="points → stars → points") as wrong:
        shop(TO_STARS, rest=rest)
    assert [error.code for error in wrong.value.errors] == ["conversion_circle"]
    shop(TO_STARS, rest=rest.replace("21", "20"))


def test_a_reward_counts_at_the_lowest_price_of_any_tier():
    ladder = "tiers: {meter: spend, levels: {basic: 0, gold: 100 USD}, kept: 12 months}"
    meters = "meters:\n  spend: {sum: spend, window: calendar year}\n"
    rest = meters + "rewards:\n  - {reward: jackpot, cost: {basic: 2 stars, gold: 1 stars}, gives: 21 points}\n"
    with pytest.raises(ProgramErrors, match="points → stars → points"):
        shop(TO_STARS, ladder, rest=rest)
    shop(TO_STARS, ladder, rest=rest.replace("21", "20"))


def test_a_circle_through_a_partner_is_none():
    shop(TO_STARS, "{conversion: c, every: 1 stars, gives: 500 miles, partner: sky}")


@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_the_leaflet_says_them(language):
    program = shop(
        "{referral: bring, friend: 100 points, referrer: 300 points, within: 30 days, limit: 10 friends a year}",
        "{cause: forest, takes: points, target: 7_777, then: sea}",
        "{cause: sea, takes: points}",
        "{sending: points, fee: 5 %}",
        "{conversion: to-miles, every: 1_000 points, gives: 251 miles, partner: sky}",
    )
    told = markdown(leaflet(program, language)).replace("\N{NO-BREAK SPACE}", " ").replace("7,777", "7 777")
    for figure in ("100 ", "300 ", "30 ", "10 ", "7 777", "5", "251 miles"):
        assert figure in told, figure
