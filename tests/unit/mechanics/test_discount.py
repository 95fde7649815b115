"""Discounts: what comes off a price, for whom, how much at most, and what a return makes of it."""

from datetime import date

import pytest

from guerdon.core.amounts import Rate, Rounding
from guerdon.core.effects import Reduced
from guerdon.core.program import Allowance, Meter, When
from guerdon.core.purchasing import paid_by_line
from guerdon.core.reducing import PriceLimit
from guerdon.mechanics import Discount, Tiers
from guerdon.mechanics.discount import Step
from guerdon.mechanics.tiers import Level
from tests.builders import (
    Story,
    granted,
    money,
    off,
    points_per_dollar,
    program,
    purchase,
    reduced,
    rows,
    skipped,
    term,
    window,
)

LADDER = Tiers(
    meter="spend",
    levels=(
        Level(name="insider", threshold=0),
        Level(name="vib", threshold=35_000),
        Level(name="rouge", threshold=100_000),
    ),
    kept=term("1 year after year"),
)


def discount(what: str = "10 %", **settings: object) -> Discount:
    return Discount(**({"off": off(what)} | settings))


def shop(*discounts: Discount, **settings: object) -> Story:
    return Story(program(LADDER, *discounts, points_per_dollar(), **settings))


def paid(story: Story, receipt: str) -> list[int]:
    """What was paid for each line, by the receipt."""
    record = story.receipts[receipt]
    return paid_by_line(record.event, record.effects)


OFF = """
    # off       | lines                | off the basket | taken | paid by line
      10 %      | 10.00                | 0              | 1.00  | 9.00
      10 %      | 19.99 5.00           | 0              | 2.50  | 17.99 4.50     # 2.499 rounds to 2.50
      10 %      | 0.05                 | 0              | 0.01  | 0.04           # a half goes up
      10 %      | 0.04                 | 0              | 0     | 0.04
      10 %      | 10.00 10.00          | 10.00          | 1.00  | 4.50 4.50      # the till's own discount comes first
      100 %     | 3.33                 | 0              | 3.33  | 0
      5.00      | 4.99                 | 0              | 4.99  | 0              # never below nothing
      5.00      | 5.00                 | 0              | 5.00  | 0
      5.00      | 5.01                 | 0              | 5.00  | 0.01
      5.00      | 6.00 4.00            | 0              | 5.00  | 3.00 2.00
      5.00      | 6.00 4.00            | 10.00          | 0     | 0 0
      0.10 each | 2.00,x3 0.05 1.00,x0 | 0              | 0.35  | 1.70 0 1.00
"""


@pytest.mark.parametrize(("what", "lines", "basket", "taken", "left"), rows(OFF))
def test_a_discount_comes_off_what_is_left_to_pay(what, lines, basket, taken, left):
    story = shop(discount(what))
    decision = story.buys("2026-03-10", *[text.replace(",", " ") for text in lines.split()], off=basket, id="p")
    assert sum(reduced(decision).values()) == money(taken)
    assert paid(story, "p") == [money(part) for part in left.split()]
    assert granted(decision).get("base", 0) == sum(map(money, left.split())) // 100, "what is paid earns"
    assert story.meter("spend", "2026-03-10") == sum(map(money, left.split()))


ROUNDINGS = """
    # rounding | per   | lines               | taken
      floor    | order | 0.99 0.99 0.99      | 0.29      # 29.7
      nearest  | order | 0.99 0.99 0.99      | 0.30
      up       | order | 0.91 0.91 0.91      | 0.28      # 27.3
      floor    | line  | 0.99 0.99 0.99      | 0.27      # 9.9 each
      nearest  | line  | 0.99 0.99 0.99      | 0.30
      up       | line  | 0.91 0.91 0.91      | 0.30
"""


@pytest.mark.parametrize(("rounding", "per", "lines", "taken"), rows(ROUNDINGS))
def test_rounding_is_the_programs_to_say(rounding, per, lines, taken):
    story = shop(discount(rounding=Rounding(rounding), round_per=per))
    assert reduced(story.buys("2026-03-10", *lines.split())) == {"discount": money(taken)}


def test_only_the_lines_that_match_cost_less():
    story = shop(discount("20 %", when=When(category=("soup",)), unless=When(brand=("dear",))))
    decision = story.buys("2026-03-10", "10 soup", "10 tea", "10 soup/tin brand=dear", id="p")
    assert paid(story, "p") == [800, 1000, 1000]
    assert decision.outcome.effects[0] == Reduced("discount", 200, (0,), (200,))
    assert skipped(story.buys("2026-03-11", "10 tea"))["discount"] == "no_line_matches"


def test_what_never_earns_may_cost_less():
    story = shop(discount(), never_earn=When(category=("fuel",)))
    decision = story.buys("2026-03-10", "10 fuel", "10 tea")
    assert (reduced(decision), granted(decision)) == ({"discount": 200}, {"base": 9})


def test_two_discounts_come_off_one_after_the_other():
    story = shop(discount(name="first"), discount(name="second"))
    assert reduced(story.buys("2026-03-10", "100")) == {"first": 1000, "second": 900}


@pytest.mark.parametrize(("total", "taken"), [("49.99", {}), ("50", {"discount": 500}), ("50.01", {"discount": 500})])
def test_a_basket_may_have_to_come_to_something(total, taken):
    story = shop(discount("5.00", when=When(basket_at_least=5000)))
    decision = story.buys("2026-03-10", total)
    assert reduced(decision) == taken
    assert skipped(decision).get("discount") == (None if taken else "basket_too_small")


def test_a_discount_for_others_is_skipped_and_no_error():
    """A guest who shows the code of others buys all the same."""
    story = shop(discount(when=When(tier=("rouge",), code=("SAVEMORE",))))
    decision = story.buys("2026-03-10", "10", codes=("SAVEMORE",))
    assert (reduced(decision), skipped(decision)["discount"]) == ({}, "other_tier")


def test_a_code_is_named_by_what_it_took_off():
    story = shop(discount(when=When(code=("SAVEMORE", "FRIEND"))))
    assert skipped(story.buys("2026-03-10", "10"))["discount"] == "code_not_shown"
    decision = story.buys("2026-03-10", "10", codes=("FRIEND",))
    assert decision.outcome.effects[0] == Reduced("discount", 100, reference="FRIEND")


# Sephora: Rouge 20 %, VIB 15 %, Insider 10 %; Rouge from 4 April, the others from 8 April; own label 30 %.

EVENT = Discount(
    name="event",
    by_tier={"rouge": off("20 %"), "vib": off("15 %"), "insider": off("10 %")},
    when=When(code=("SAVEMORE",), between=(date(2026, 4, 8), date(2026, 4, 14))),
    early_access={"rouge": date(2026, 4, 4)},
    lane="event",
)
OWN_LABEL = discount("30 %", name="own-label", when=When(brand=("own",)), lane="event")

EARLY = """
    # spent before | on                  | taken off 100.00
      0            | 2026-04-07 23:59:59 |
      0            | 2026-04-08          | 10.00
      0            | 2026-04-14 23:59:59 | 10.00
      0            | 2026-04-15          |
      349.99       | 2026-04-08          | 10.00
      350          | 2026-04-08          | 15.00
      350          | 2026-04-04          |
      1000         | 2026-04-03 23:59:59 |
      1000         | 2026-04-04          | 20.00
      1000         | 2026-04-14 23:59:59 | 20.00
      1000         | 2026-04-15          |
"""


@pytest.mark.parametrize(("spent", "when", "taken"), rows(EARLY))
def test_a_level_may_have_early_access(spent, when, taken):
    story = shop(EVENT)
    story.buys("2026-03-01", spent)
    decision = story.buys(when, "100", codes=("SAVEMORE",))
    assert reduced(decision) == ({"event": money(taken)} if taken else {})
    assert skipped(decision).get("event") == (None if taken else "outside_dates")


def rouge(chooser: str) -> Story:
    story = shop(EVENT, OWN_LABEL, lanes={"event": chooser})
    story.buys("2026-03-01", "1000")
    return story


LANES = """
    # lane  | event | own label | paid by line, for 50.00 of the own label and 80.00 of others
      add   | 26.00 | 12.00     | 28.00 64.00
      best  | 26.00 |           | 40.00 64.00
      first | 26.00 |           | 40.00 64.00
      line  | 16.00 | 15.00     | 35.00 64.00     # 30 % on the own label, 20 % on the rest
"""


@pytest.mark.parametrize(("chooser", "event", "own", "left"), rows(LANES))
def test_discounts_compete_in_lanes(chooser, event, own, left):
    story = rouge(chooser)
    decision = story.buys("2026-04-04", "50 brand=own", "80", codes=("SAVEMORE",), id="p")
    assert reduced(decision) == {"event": money(event)} | ({"own-label": money(own)} if own else {})
    assert paid(story, "p") == [money(part) for part in left.split()]


def test_where_no_line_is_left_to_a_discount_it_is_outdone():
    story = rouge("line")
    decision = story.buys("2026-04-04", "50 brand=own", codes=("SAVEMORE",))
    assert (reduced(decision), skipped(decision)) == ({"own-label": 1500}, {"event": "lane_line"})


def test_of_equal_discounts_on_a_line_the_earlier_has_it():
    story = shop(
        discount(name="one", lane="event"), discount(name="two", lane="event"), lanes={"event": "line"}
    )  # fmt: skip
    assert reduced(story.buys("2026-03-10", "10", "20")) == {"one": 300}


# Member prices.

PRICES = """
    # line               | paid
      6.00 sku=4011 x3   | 4.47
      6.00 sku=4011      | 1.49
      1.49 sku=4011      | 1.49
      1.48 sku=4011      | 1.48      # never dearer
      2.00 sku=4012      | 2.00
      2.00 sku=4011 x0   | 2.00      # a line that carries nothing
"""


@pytest.mark.parametrize(("line", "left"), rows(PRICES))
def test_members_pay_their_own_prices(line, left):
    story = shop(Discount(prices={"4011": 149}))
    story.buys("2026-03-10", line, id="p")
    assert paid(story, "p") == [money(left)]


def test_a_member_price_is_that_of_a_kilogram_for_what_is_weighed():
    story = shop(Discount(prices={"4011": 149}))
    weighed = purchase("p", "2026-03-10", "1.00 sku=4011")
    line = type(weighed.lines[0])("4011", 100, 350, measure="g")
    assert reduced(story.meets(type(weighed)(id="p", member="m", at=weighed.at, lines=(line,)))) == {"discount": 48}


# Cumulative.

GROWN = """
    # bought before | taken off 10.00
      0             | 0
      4999.99       | 0
      5000          | 0.30
      5000.01       | 0.30
      9999.99       | 0.30
      10000         | 0.50
"""
GROWING = Discount(
    meter="ever", steps=(Step(0, Rate(0, 1)), Step(500_000, Rate(3, 100)), Step(1_000_000, Rate(5, 100)))
)


def growing(**settings: object) -> Story:
    meter = Meter(counts="spend", window=window("calendar ever"), **settings)
    return Story(program(GROWING, meters={"ever": meter}))


@pytest.mark.parametrize(("before", "taken"), rows(GROWN))
def test_a_cumulative_discount_grows_with_what_was_bought(before, taken):
    story = growing()
    story.buys("2026-03-01", before, id="p")
    assert reduced(story.buys("2026-03-10", "10")).get("discount", 0) == money(taken)


def test_a_cumulative_discount_does_not_see_its_own_basket():
    assert reduced(growing().buys("2026-03-01", "5000")) == {}


def test_what_comes_back_counts_no_more_for_a_cumulative_discount():
    story = growing()
    story.buys("2026-03-01", "5000", id="p")
    story.brings_back("2026-03-02", "p")
    assert reduced(story.buys("2026-03-10", "10")) == {}


def test_a_cumulative_discount_may_count_one_category():
    story = growing(only=When(category=("soup",)))
    story.buys("2026-03-01", "5000 tea")
    assert reduced(story.buys("2026-03-02", "10")) == {}
    story.buys("2026-03-03", "5000 soup")
    assert reduced(story.buys("2026-03-04", "10")) == {"discount": 30}


# Limits.

LIMITS = """
    # limit                         | first | second | next month
      share 4                       | 4.00  | 4.00   | 4.00
      per_basket 3.00               | 3.00  | 3.00   | 3.00
      per_basket 10.00              | 10.00 | 10.00  | 10.00
      month 15.00                   | 10.00 | 5.00   | 10.00
      month 10.00                   | 10.00 |        | 10.00
      times 1 month                 | 10.00 |        | 10.00
      times 1 ever                  | 10.00 |        |
      times 2 ever                  | 10.00 | 10.00  |
      uses 1                        | 10.00 |        |
      uses 2                        | 10.00 | 10.00  |
      uses_per_code 1               | 10.00 |        |
      total 12.00                   | 10.00 | 2.00   |
"""


def limit(text: str) -> PriceLimit:
    kind, amount, *period = text.split()
    if kind == "share":
        return PriceLimit(share=Rate(int(amount), 100))
    if kind == "times":
        return PriceLimit(times=(Allowance(int(amount), period[0]),))
    if kind == "month":
        return PriceLimit(per_member=(Allowance(money(amount), "month"),))
    return PriceLimit(**{kind: int(amount) if "uses" in kind else money(amount)})


@pytest.mark.parametrize(("text", "first", "second", "later"), rows(LIMITS))
def test_a_limit_cuts_what_is_taken_off(text, first, second, later):
    story = shop(discount(limit=limit(text), when=When(code=("SAVE",))))
    for when, taken in (("2026-03-10", first), ("2026-03-31", second), ("2026-04-01", later)):
        decision = story.buys(when, "60", "40", codes=("SAVE",))
        assert reduced(decision) == ({"discount": money(taken)} if taken else {})
        assert skipped(decision).get("discount") == (None if taken else "limit_used_up")


def test_what_a_limit_cut_is_told():
    story = shop(discount(limit=limit("per_basket 3.00")))
    effect = story.buys("2026-03-10", "60", "40").outcome.effects[0]
    assert effect == Reduced("discount", 300, wanted=1000, capped_by="per_basket")


@pytest.mark.parametrize("text", ["times 1 ever", "uses 1", "uses_per_code 1"])
def test_a_discount_that_comes_to_nothing_uses_no_limit_up(text):
    story = shop(discount(limit=limit(text), when=When(code=("SAVE",))))
    nothing = story.buys("2026-03-10", "0.01", codes=("SAVE",))
    assert (nothing.limit_uses, skipped(nothing)["discount"]) == ({}, "takes_nothing_off")
    assert reduced(story.buys("2026-03-11", "10", codes=("SAVE",))) == {"discount": 100}


@pytest.mark.parametrize("text", ["times 1 ever", "uses 1"])
def test_limits_hold_for_discounts_that_need_no_code(text):
    story = shop(discount(limit=limit(text)))
    assert [bool(reduced(story.buys(f"2026-03-1{day}", "10"))) for day in range(3)] == [True, False, False]


def test_each_code_has_its_own_uses():
    story = shop(discount(limit=limit("uses_per_code 1"), when=When(code=("A", "B"))))
    shown = (("A",), ("A",), ("A", "B"), ("A", "B"))
    effects = [effect for codes in shown for effect in story.buys("2026-03-10", "10", codes=codes).outcome.effects]
    assert [effect.reference for effect in effects if isinstance(effect, Reduced)] == ["A", "B"]
    assert story.limits == {"discount/code/A": 0, "discount/code/B": 0}


def test_a_discount_that_is_outdone_uses_no_limit_up():
    small = discount(name="small", limit=limit("uses 1"), lane="one")
    story = shop(small, discount("20 %", name="large", lane="one"), lanes={"one": "best"})
    assert story.buys("2026-03-10", "10").limit_uses == {}


def test_the_limits_of_a_discount_are_asked_for_on_its_days_only():
    settings = {"when": EVENT.when, "early_access": EVENT.early_access, "limit": limit("uses 5")}
    story = shop(discount(**settings))
    asked = [story.timeline.limits_for([purchase("p", when, "1")]) for when in ("2026-04-03", "2026-04-04")]
    assert asked == [{}, {"discount/uses": 5}]


# Returns.


def test_goods_that_come_back_take_back_what_was_paid_for_them():
    story = shop(discount("50 %", when=When(category=("soup",))))
    decision = story.buys("2026-03-10", "30 soup x3", "10 tea", id="p")
    assert granted(decision) == {"base": 25}
    story.brings_back("2026-03-11", "p", (0, 1))
    assert (story.has(), story.meter("spend", "2026-03-11")) == (20, 2000)
    story.brings_back("2026-03-12", "p")
    assert (story.has(), story.meter("spend", "2026-03-12")) == (0, 0)


def test_buying_and_returning_makes_no_room_under_a_limit():
    story = shop(discount(limit=limit("times 1 ever")))
    story.buys("2026-03-10", "10", id="p")
    story.brings_back("2026-03-11", "p")
    assert reduced(story.buys("2026-03-12", "10")) == {}


def test_a_late_basket_counts_in_the_period_of_its_own_date():
    story = shop(discount(limit=limit("times 1 month")))
    story.buys("2026-04-02", "10")
    assert reduced(story.buys("2026-03-31", "10")) == {"discount": 100}
    assert reduced(story.buys("2026-03-30", "10")) == {}
