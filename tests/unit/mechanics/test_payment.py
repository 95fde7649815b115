"""Paying with points: how much, what earns, what is refused, and what comes back with the goods."""

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.effects import PaidWith, Refunded, transfers_of
from guerdon.core.program import Partner, Unit, When
from guerdon.core.purchasing import paid_by_line
from guerdon.mechanics import Discount, Payment
from tests.builders import (
    Story,
    flat,
    from_day,
    granted,
    instant,
    money,
    off,
    points_per_dollar,
    program,
    purchase,
    reduced,
    rows,
    shown_instant,
    term,
)

TEN_POINTS_A_DOLLAR = Rate(100, 10)
UNITS = {"points": Unit(), "vouchers": Unit(money=True), "cash": Unit(money=True, divisible=True)}


def payment(**settings: object) -> Payment:
    return Payment(**({"unit": "points", "worth": TEN_POINTS_A_DOLLAR, "earns": False} | settings))


def shop(*mechanics: object, points: int = 1000, **settings: object) -> Story:
    story = Story(program(*mechanics, points_per_dollar(), **({"units": UNITS} | settings)))
    story.is_adjusted("2026-03-01", points)
    return story


def bill(when: str, *lines: str, points: int, **fields: object):
    return purchase("bill", when, *lines, spend={"points": points}, **fields)


SHARES = """
    # bill   | points | paid in money | code
      150.00 | 449    | 105.10        |
      150.00 | 450    | 105.00        |
      150.00 | 451    |               | payment_exceeds_share
      0.33   | 1      |               | payment_exceeds_share     # 30 % is 9 cents, and a point is 10
      0.34   | 1      | 0.24          |
      150.00 | 0      | 150.00        |
"""


@pytest.mark.parametrize(("total", "points", "left", "code"), rows(SHARES))
def test_up_to_a_share_of_the_bill(total, points, left, code):
    story = shop(payment(share=Rate(30, 100)))
    decision = story.tries(bill("2026-03-10", total, points=int(points)))
    refusal = decision.outcome.refusal
    assert (refusal.code if refusal else "") == code
    if not code:
        assert sum(paid_by_line(bill("2026-03-10", total, points=int(points)), decision.outcome.effects)) == money(left)


def test_what_is_refused_says_what_would_be_taken():
    refusal = shop(payment(share=Rate(30, 100))).is_refused(bill("2026-03-10", "150", points=451))
    assert refusal.sentence == "At most 450 points may go into this bill, not 451."


def test_a_payment_moves_the_points_and_names_its_money():
    story = shop(payment())
    effects = story.meets(bill("2026-03-10", "150", points=450)).outcome.effects
    assert effects[0] == PaidWith("payment", "points", 450, 4500)
    assert [tuple(move) for move in transfers_of(effects[:1])] == [
        ("points", "available", "redeemed", 450, "payment")
    ]  # fmt: skip
    assert story.has() == 1000 - 450 + 105


EARNS = [(False, 105, 10_500), (True, 150, 15_000)]


@pytest.mark.parametrize(("earns", "points", "spend"), EARNS)
def test_the_program_says_whether_the_part_paid_so_earns(earns, points, spend):
    story = shop(payment(earns=earns))
    decision = story.meets(bill("2026-03-10", "150", points=450))
    assert granted(decision) == {"base": points}
    assert story.meter("spend", "2026-03-10") == spend


MULTIPLES = """
    # worth   | multiple | least | points | code
      100/10  | 1        | 0     | 1      |
      100/10  | 100      | 0     | 99     | payment_not_a_multiple
      100/10  | 100      | 0     | 100    |
      100/10  | 100      | 0     | 150    | payment_not_a_multiple
      100/10  | 1        | 50    | 49     | payment_too_small
      100/10  | 1        | 50    | 50     |
      1/3     | 1        | 0     | 1      | payment_not_a_multiple     # a third of a cent would vanish
      1/3     | 1        | 0     | 3      |
      2/6     | 2        | 0     | 3      | payment_not_a_multiple
      2/6     | 2        | 0     | 6      |
"""


@pytest.mark.parametrize(("worth", "multiple", "least", "points", "code"), rows(MULTIPLES))
def test_blocks_and_a_least_amount(worth, multiple, least, points, code):
    amount, per = map(int, worth.split("/"))
    story = shop(payment(worth=Rate(amount, per), multiple=int(multiple), least=int(least)))
    refusal = story.tries(bill("2026-03-10", "150", points=int(points))).outcome.refusal
    assert (refusal.code if refusal else "") == code


def test_no_point_is_ever_worth_nothing():
    """A point that would pay for nothing is refused and not taken."""
    refusal = shop(payment(worth=Rate(1, 100))).is_refused(bill("2026-03-10", "150", points=99))
    assert refusal.details == {"unit": "points", "multiple": 100, "wanted": 99}


LEAVES = """
    # share | leaves | bill  | points | code
      99    | 1.00   | 50.00 | 490    |
      99    | 1.00   | 50.00 | 491    | payment_exceeds_share
      99    | 1.00   | 200.00| 1980   |
      99    | 1.00   | 200.00| 1981   | payment_exceeds_share
      100   | 0      | 50.00 | 500    |
      100   | 0      | 50.00 | 501    | payment_exceeds_share
      100   | 1.00   | 0.90  | 1      | payment_exceeds_share
"""


@pytest.mark.parametrize(("share", "leaves", "total", "points", "code"), rows(LEAVES))
def test_so_much_must_be_paid_in_money(share, leaves, total, points, code):
    story = shop(payment(share=Rate(int(share), 100), leaves=money(leaves)), points=5000)
    refusal = story.tries(bill("2026-03-10", total, points=int(points))).outcome.refusal
    assert (refusal.code if refusal else "") == code


@pytest.mark.parametrize(("points", "code"), [(1000, ""), (1001, "payment_exceeds_available")])
def test_no_more_than_is_available(points, code):
    refusal = shop(payment()).tries(bill("2026-03-10", "150", points=points)).outcome.refusal
    assert (refusal.code if refusal else "") == code


def test_what_is_pending_or_expired_pays_for_nothing():
    story = shop(payment(), flat(50, on="action:gift", expires=term("10 days")), points=1)
    story.does("2026-03-01", "gift")
    assert story.tries(bill("2026-03-11 23:59:59", "150", points=51)).outcome.refusal is None
    assert story.is_refused(bill("2026-03-12", "150", points=51)).details["available"] == 1


def test_conditions_are_those_of_the_member_and_the_place():
    story = shop(payment(when=When(channel=("web",))))
    assert story.is_refused(bill("2026-03-10", "150", points=10)).code == "payment_not_for_this_member"
    story.meets(bill("2026-03-10", "150", points=10, channel="web"))


def test_a_unit_that_pays_for_nothing():
    story = shop()
    assert story.is_refused(bill("2026-03-10", "150", points=10)).code == "unit_does_not_pay"


def test_only_some_lines_may_be_paid_so():
    story = shop(payment(unless=When(category=("gift-card",)), share=Rate(1, 2)))
    assert story.is_refused(bill("2026-03-10", "20 tea", "50 gift-card", points=101)).details["most"] == 100
    effects = story.meets(bill("2026-03-10", "20 tea", "50 gift-card", points=100)).outcome.effects
    assert effects[0] == PaidWith("payment", "points", 100, 1000, lines=(0,), shares=(1000,))
    record = story.receipts["bill"]
    assert paid_by_line(record.event, record.effects) == [1000, 5000]
    assert story.brings_back("2026-03-11", "bill", (1, None)).outcome.effects[-1] != Refunded("payment", "points", 100)
    assert story.brings_back("2026-03-12", "bill").outcome.effects[-1] == Refunded("payment", "points", 100)


def test_a_payment_comes_after_discounts():
    story = shop(Discount(off=off("10 %")), payment(share=Rate(1, 2)))
    assert story.is_refused(bill("2026-03-10", "100", points=451)).details["most"] == 450
    decision = story.meets(bill("2026-03-10", "100", points=450))
    assert (reduced(decision), granted(decision)) == ({"discount": 1000}, {"base": 45})


def test_cashback_is_worth_itself_and_pays_in_part():
    story = shop(payment(unit="cash", worth=Rate(1, 1)))
    story.is_adjusted("2026-03-01", 1234, "cash")
    story.meets(purchase("bill", "2026-03-10", "10", spend={"cash": 234}))
    assert story.has("cash") == 1000


@pytest.mark.parametrize("earns", [True, False])
def test_two_units_never_pay_more_than_the_bill(earns):
    both = [payment(earns=earns), payment(name="by-cash", unit="cash", worth=Rate(1, 1), earns=earns)]
    story = shop(*both)
    story.is_adjusted("2026-03-01", 1000, "cash")
    much = purchase("x", "2026-03-10", "15", spend={"points": 100, "cash": 501})
    assert story.is_refused(much).code == "payment_exceeds_share"
    story.meets(purchase("x", "2026-03-10", "15", spend={"points": 100, "cash": 500}))
    assert (story.has("cash"), story.has()) == (500, 900 + (15 if earns else 0))


def test_a_payment_at_a_partner_is_owed_to_the_partner():
    story = shop(payment(), partners={"bistro": Partner()})
    effects = story.meets(bill("2026-03-10", "10", points=10, partner="bistro")).outcome.effects
    assert effects[0].partner == "bistro"
    back = story.brings_back("2026-03-11", "bill").outcome.effects
    assert [tuple(move)[:4] for move in transfers_of([e for e in back if isinstance(e, Refunded)])] == [
        ("points", "partner:bistro", "available", 10)
    ]
    stranger = shop(payment()).meets(bill("2026-03-10", "10", points=10, partner="nobody"))
    assert stranger.outcome.effects[0].partner == ""


# Goods that come back.


def refunds(story: Story, *parts: tuple[int, int | None], when: str = "2026-03-20") -> list[int]:
    effects = story.brings_back(when, "bill", *parts).outcome.effects
    return [effect.amount for effect in effects if isinstance(effect, Refunded)]


@pytest.mark.parametrize("earns", [True, False])
def test_the_part_of_the_goods_comes_back(earns):
    story = shop(payment(earns=earns), points=3000)
    story.meets(bill("2026-03-10", "10", "90", points=300))
    assert refunds(story, (1, None)) == [270]
    assert refunds(story) == [30]
    assert story.has() == 3000


def test_what_was_paid_wholly_with_points_comes_back_by_what_each_line_cost():
    story = shop(payment())
    story.meets(bill("2026-03-10", "10", "90", points=1000))
    assert refunds(story, (1, None)) == [900]


def test_several_returns_add_up_to_what_was_paid_with():
    story = shop(payment())
    story.meets(bill("2026-03-10", "99.99 x3", points=100))
    assert [refunds(story, (0, 1)) for _ in range(3)] == [[33], [33], [34]]


def test_what_comes_back_lasts_as_long_as_the_unit_says_from_then_on():
    units = UNITS | {"points": Unit(expires=term("30 days"))}
    story = shop(payment(), points=100, units=units)
    story.meets(bill("2026-03-10", "10", points=100))
    effects = story.brings_back("2026-06-01", "bill").outcome.effects
    assert effects[-1] == Refunded("payment", "points", 100, instant("2026-07-02"))
    assert [shown_instant(lot.expires_at) for lot in story.wallet().lots] == ["2026-07-02 00:00"]


def test_what_comes_back_pays_a_debt_first():
    story = shop(payment(earns=True), points=100)
    story.meets(bill("2026-03-10", "10", points=100))
    story.meets(purchase("more", "2026-03-11", "1", spend={"points": 10}))
    assert story.has() == 1
    story.brings_back("2026-03-12", "bill")
    assert (story.has(), story.wallet().debt) == (91, 0)


def test_a_refund_does_not_ask_whether_the_program_still_takes_points():
    old = program(payment(), points_per_dollar(), units=UNITS)
    story = Story(old, from_day(program(points_per_dollar(), units=UNITS), "2026-03-15"))
    story.is_adjusted("2026-03-01", 100)
    story.meets(bill("2026-03-10", "10", points=100))
    assert refunds(story) == [100]


@pytest.mark.parametrize(
    ("worth", "multiple", "least", "amount", "paid"),
    rows("""
    # cents per points | multiple | least | up to | is paid in
      10 per 1         | 100      | 200   | 399   | 300
      10 per 1         | 100      | 200   | 200   | 200
      10 per 1         | 100      | 200   | 199   | 0
      2 per 3          | 1        | 0     | 8     | 6      # 3 points are 2 cents
      2 per 3          | 2        | 0     | 8     | 6
      1 per 1          | 1        | 0     | 0     | 0
      1 per 1          | 1        | 0     | -5    | 0
    """),
)
def test_the_largest_amount_that_is_paid_at_all(worth, multiple, least, amount, paid):
    cents, points = worth.split(" per ")
    settings = payment(worth=Rate(int(cents), int(points)), multiple=int(multiple), least=int(least))
    rule = shop(settings).timeline.versions[0].answering["spend", "points"]
    assert rule.up_to(int(amount)) == int(paid)
