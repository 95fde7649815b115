"""Bundles: which items are free or cheaper, and how many."""

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.events import Line, Purchase
from guerdon.core.program import Allowance, When
from guerdon.core.purchasing import paid_by_line
from guerdon.core.reducing import PriceLimit
from guerdon.mechanics import Bundle
from tests.builders import Story, granted, moment, money, points_per_dollar, program, reduced, rows, skipped

HALF = Rate(1, 2)


def three_for_two(**settings: object) -> Bundle:
    return Bundle(**({"buy": 2, "get": 1, "when": When(category=("soup",))} | settings))


def shop(*bundles: Bundle, **settings: object) -> Story:
    return Story(program(*bundles, points_per_dollar(), **settings))


def bought(bundle: Bundle, lines: str) -> tuple[int, list[int]]:
    """What comes off a basket, and what is paid for each line."""
    story = shop(bundle)
    decision = story.buys("2026-03-10", *[text.replace(",", " ") for text in lines.split()], id="p")
    record = story.receipts["p"]
    left = paid_by_line(record.event, record.effects)
    assert sum(left) + sum(reduced(decision).values()) == sum(line.amount for line in record.event.lines)
    assert granted(decision).get("base", 0) == sum(left) // 100
    return sum(reduced(decision).values()), left


SAME = """
    # lines                                      | taken | paid
      5,soup 4,soup                              | 0     | 5 4
      5,soup 4,soup 3,soup                       | 3.00  | 5 4 0
      3,soup 5,soup 4,soup                       | 3.00  | 0 5 4
      5,soup 4,soup 3,soup 2,soup                | 2.00  | 5 4 3 0
      5,soup 4,soup 3,soup 2,soup 1,soup         | 1.00  | 5 4 3 2 0
      6,soup 5,soup 4,soup 3,soup 2,soup 1,soup  | 3.00  | 6 5 4 3 0 0
      4,soup 4,soup 4,soup                       | 4.00  | 0 4 4        # of equals the earlier line
      5,soup 4,soup 3,tea                        | 0     | 5 4 3
      12,soup,x3                                 | 4.00  | 8
      10,soup,x3                                 | 3.33  | 6.67
      12,soup,x2                                 | 0     | 12
      20,soup,x2 6,soup,x4                       | 3.00  | 20 3         # two of the four at 1.50
      10,soup,x1 0,soup,x5                       | 0     | 10 0         # what costs nothing is no item
"""


@pytest.mark.parametrize(("lines", "taken", "left"), rows(SAME))
def test_of_three_the_cheapest_is_free(lines, taken, left):
    assert bought(three_for_two(), lines) == (money(taken), [money(part) for part in left.split()])


OTHER = """
    # lines                               | taken | paid
      5,soup 5,soup                       | 0     | 5 5
      5,soup 5,soup 4,tea                 | 2.00  | 5 5 2
      5,soup 4,tea                        | 0     | 5 4
      5,soup,x2 5,soup,x2 4,tea 2,tea     | 3.00  | 5 5 2 1
      5,soup,x2 4,tea 2,tea               | 1.00  | 5 4 1
      5,soup,x3 4,tea 2,tea               | 1.00  | 5 4 1
      5,soup,x2 0.99,tea                  | 0.50  | 5 0.49     # half of 0.99 rounds up
"""


@pytest.mark.parametrize(("lines", "taken", "left"), rows(OTHER))
def test_who_buys_two_gets_another_at_half_the_price(lines, taken, left):
    bundle = three_for_two(gets=When(category=("tea",)), off=HALF)
    assert bought(bundle, lines) == (money(taken), [money(part) for part in left.split()])


def test_an_item_that_is_got_is_not_counted_as_bought():
    """The cheapest item matches both: once it is got, only one bought item is left."""
    bundle = three_for_two(gets=When(brand=("own",)))
    assert bought(bundle, "5,soup 1,soup,brand=own")[0] == 0
    assert bought(bundle, "5,soup 4,soup 1,soup,brand=own")[0] == 100


SETS = """
    # lines                                    | for 18.00 | at 10 % off
      6,sku=a 6,sku=b                          | 0         | 0
      6,sku=a 6,sku=b 9,sku=c                  | 3.00      | 2.10
      4,sku=a 6,sku=b 7,sku=c                  | 0         | 1.70         # it costs less as it is
      12,sku=a,x2 6,sku=b 9,sku=c              | 3.00      | 2.10
      12,sku=a,x2 12,sku=b,x2 18,sku=c,x2      | 6.00      | 4.20
      6,sku=a 8,sku=a 6,sku=b 9,sku=c          | 3.00      | 2.10         # the cheaper of the two
"""
PARTS = (When(sku=("a",)), When(sku=("b",)), When(sku=("c",)))


@pytest.mark.parametrize(("lines", "by_price", "by_share"), rows(SETS))
def test_a_set_costs_less(lines, by_price, by_share):
    assert bought(Bundle(parts=PARTS, price=1800), lines)[0] == money(by_price)
    assert bought(Bundle(parts=PARTS, off=Rate(1, 10)), lines)[0] == money(by_share)


def test_a_set_is_spread_over_its_items():
    assert bought(Bundle(parts=PARTS, price=1800), "6,sku=a 6,sku=b 9,sku=c 5,sku=d")[1] == [514, 514, 772, 500]


def test_two_parts_may_want_the_same_article():
    bundle = Bundle(parts=(When(sku=("a",)), When(sku=("a",))), price=500)
    assert [bought(bundle, lines)[0] for lines in ("4,sku=a", "4,sku=a 4,sku=a", "12,sku=a,x3")] == [0, 300, 300]


@pytest.mark.parametrize(("most", "taken"), [(1, 100), (2, 200), (3, 200)])
def test_a_basket_holds_at_most_so_many_bundles(most, taken):
    assert bought(three_for_two(most=most), "6,soup,x6")[0] == taken
    assert bought(Bundle(parts=PARTS, price=100, most=most), "4,sku=a,x2 4,sku=b,x2 4,sku=c,x2")[0] == {
        1: 500, 2: 1000, 3: 1000
    }[most]  # fmt: skip


def test_a_line_of_a_million_items_is_answered_at_once():
    story = shop(three_for_two())
    lines = (Line("a", 10**9, 10**9, category="soup"), Line("b", 10**9, 10**8, category="soup"))
    decision = story.meets(Purchase(id="p", member="m", at=moment("2026-03-10"), lines=lines))
    assert reduced(decision) == {"bundle": (10**9 + 10**8) // 3}


def test_what_is_weighed_is_one_item():
    story = shop(three_for_two())
    lines = tuple(Line("a", 400, 350, category="soup", measure="g") for _ in range(3))
    decision = story.meets(Purchase(id="p", member="m", at=moment("2026-03-10"), lines=lines))
    assert reduced(decision) == {"bundle": 400}


def test_a_bundle_that_is_not_complete_is_told():
    assert skipped(shop(three_for_two()).buys("2026-03-10", "5 soup"))["bundle"] == "bundle_incomplete"


def test_the_conditions_hold_for_the_whole_bundle():
    story = shop(three_for_two(when=When(category=("soup",), code=("SOUP",))))
    assert skipped(story.buys("2026-03-10", "9 soup x3"))["bundle"] == "code_not_shown"
    assert reduced(story.buys("2026-03-10", "9 soup x3", codes=("SOUP",))) == {"bundle": 300}


def test_limits_hold_for_bundles_too():
    story = shop(three_for_two(limit=PriceLimit(times=(Allowance(1, "day"),), uses=2)))
    taken = [reduced(story.buys(when, "9 soup x3")) for when in ("2026-03-10", "2026-03-10 23:59", "2026-03-11")]
    assert taken == [{"bundle": 300}, {}, {"bundle": 300}]
    assert reduced(story.buys("2026-03-12", "9 soup x3")) == {}


def test_a_free_item_brings_nothing_back():
    story = shop(three_for_two())
    story.buys("2026-03-10", "5 soup", "4 soup", "3 soup", id="p")
    story.brings_back("2026-03-11", "p", (2, None))
    assert story.has() == 9
    story.brings_back("2026-03-12", "p")
    assert story.has() == 0
