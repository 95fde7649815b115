"""The laws of dividing and of splitting, for any amounts."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.amounts import Rate, Rounding, allocate, divide, portion
from guerdon.core.events import Line, Purchase, line_nets, payments_of
from tests.builders import moment
from tests.property import strategies as some


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_a_division_is_the_exact_quotient_rounded(numerator, denominator):
    exact = Fraction(numerator, denominator)
    floor, nearest, up = (divide(numerator, denominator, rounding) for rounding in Rounding)
    assert floor <= exact < floor + 1
    assert up - 1 < exact <= up
    assert abs(nearest - exact) <= Fraction(1, 2)
    assert nearest in {floor, up}
    if abs(nearest - exact) == Fraction(1, 2):
        assert abs(nearest) > abs(exact), "a half goes away from zero"


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_rounding_to_the_nearest_does_not_care_for_the_sign(numerator, denominator):
    assert divide(-numerator, denominator, Rounding.NEAREST) == -divide(numerator, denominator, Rounding.NEAREST)


@given(some.amounts, some.amounts, some.roundings)
def test_more_is_never_worth_less(one, other, rounding):
    rate = Rate(125, 100)
    assert (rate.of(one, rounding) <= rate.of(other, rounding)) or one > other


@given(some.amounts, some.weights)
def test_parts_add_up_and_none_is_off_by_a_whole_unit(amount, weights):
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(amount * weight, total) if total else Fraction(amount, len(weights))
        assert abs(part - exact) < 1
        assert part >= 0


@given(some.amounts, some.weights)
def test_a_larger_weight_never_gets_less(amount, weights):
    parts = allocate(amount, weights)
    by_weight = sorted(zip(weights, parts, strict=True))
    assert [part for _, part in by_weight] == sorted(parts)


@given(some.amounts, some.weights)
def test_of_equal_weights_the_earlier_never_gets_less(amount, weights):
    parts = allocate(amount, weights)
    for place, weight in enumerate(weights):
        for later in range(place + 1, len(weights)):
            if weights[later] == weight:
                assert parts[place] >= parts[later]


@given(some.amounts, st.integers(1, 50), st.data())
def test_portions_taken_one_by_one_add_up_to_the_whole(amount, whole, data):
    left, before, taken = amount, 0, 0
    while taken < whole:
        taken += data.draw(st.integers(1, whole - taken))
        part = portion(amount, taken, whole) - before
        before += part
        assert 0 <= part <= left
        left -= part
    assert left == 0


@given(some.baskets, st.data())
def test_what_is_paid_for_lines_is_never_below_zero_and_adds_up(basket, data):
    discounted = tuple(
        Line(line.sku, line.amount, line.quantity, data.draw(st.integers(0, line.amount))) for line in basket
    )
    total = sum(line_nets(discounted))
    off = data.draw(st.integers(0, total))
    bought = Purchase(id="p", member="m", at=moment("2026-03-10"), lines=discounted)
    payments = payments_of(line_nets(bought.lines), off)
    assert sum(payments) == total - off
    assert all(0 <= paid <= net for paid, net in zip(payments, line_nets(discounted), strict=True))
