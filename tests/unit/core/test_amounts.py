"""Amounts: every division says how it rounds, and what is split is split exactly."""

import pytest

from guerdon.core.amounts import MAX_AMOUNT, MAX_BALANCE, Rate, Rounding, allocate, currency_scale, divide, portion
from tests.builders import rows

DIVISIONS = """
    # of  | by | floor | nearest | up
      0   | 2  |  0    |  0      |  0
      1   | 2  |  0    |  1      |  1     # a half goes away from zero
      2   | 2  |  1    |  1      |  1
      3   | 2  |  1    |  2      |  2
      7   | 3  |  2    |  2      |  3
      8   | 3  |  2    |  3      |  3
      9   | 3  |  3    |  3      |  3
      49  | 100 | 0    |  0      |  1     # below, at and above the half
      50  | 100 | 0    |  1      |  1
      51  | 100 | 0    |  1      |  1
      99  | 100 | 0    |  1      |  1     # below, at and above the whole
      100 | 100 | 1    |  1      |  1
      101 | 100 | 1    |  1      |  2
     -1   | 2  | -1    | -1      |  0
     -3   | 2  | -2    | -2      | -1
     -7   | 3  | -3    | -2      | -2
     -8   | 3  | -3    | -3      | -2
     -9   | 3  | -3    | -3      | -3
"""


@pytest.mark.parametrize("row", rows(DIVISIONS), ids="/".join)
def test_a_division_rounds_as_it_is_told(row):
    numerator, denominator, floor, nearest, up = map(int, row)
    assert divide(numerator, denominator, Rounding.FLOOR) == floor
    assert divide(numerator, denominator, Rounding.NEAREST) == nearest
    assert divide(numerator, denominator, Rounding.UP) == up


def test_a_division_of_huge_amounts_loses_nothing():
    assert divide(MAX_AMOUNT * MAX_AMOUNT + 1, MAX_AMOUNT, Rounding.FLOOR) == MAX_AMOUNT
    assert divide(MAX_AMOUNT * MAX_AMOUNT + 1, MAX_AMOUNT, Rounding.UP) == MAX_AMOUNT + 1


RATES = """
    # amount | per | quantity | floor | nearest | up
      1      | 100 |  0       |  0    |  0      |  0
      1      | 100 |  99      |  0    |  1      |  1
      1      | 100 |  100     |  1    |  1      |  1
      1      | 100 |  101     |  1    |  1      |  2
      1      | 100 |  2949    |  29   |  29     |  30
      1      | 100 |  2950    |  29   |  30     |  30
      125    | 100 |  1001    |  1251 |  1251   |  1252   # 1.25 stars for a dollar, in hundredths of a star
      3      | 2   |  1       |  1    |  2      |  2
"""


@pytest.mark.parametrize("row", rows(RATES), ids="/".join)
def test_a_rate_values_a_quantity(row):
    amount, per, quantity, floor, nearest, up = map(int, row)
    rate = Rate(amount, per)
    assert [rate.of(quantity, rounding) for rounding in Rounding] == [floor, nearest, up]


def test_the_roundings_stand_in_a_program_by_their_names():
    assert [str(rounding) for rounding in Rounding] == ["floor", "nearest", "up"]


SPLITS = """
    # amount | weights       | parts
      100    | 1 1 1         | 34 33 33      # the earlier part first where remainders are equal
      101    | 1 1 1         | 34 34 33
      10     | 999 501 0     | 7 3 0
      10     | 600 400       | 6 4
      1      | 1 2           | 0 1           # the larger remainder before the earlier part
      1      | 2 1           | 1 0
      500    | 999 501       | 333 167
      7      | 0 0           | 4 3           # weights that are all zero share alike
      0      | 5 5           | 0 0
      3      | 0 9 0         | 0 3 0
      5      | 1             | 5
      2      | 5 5 5 5       | 1 1 0 0
      2      | 5 3           | 1 1           # the larger remainder, though of the smaller weight
      -10    | 1 1 1         | -3 -3 -4
"""


@pytest.mark.parametrize("row", rows(SPLITS), ids="/".join)
def test_an_amount_is_split_exactly_by_weight(row):
    amount, weights, parts = int(row[0]), [int(cell) for cell in row[1].split()], [int(cell) for cell in row[2].split()]
    assert allocate(amount, weights) == parts
    assert sum(parts) == amount


def test_splitting_leaves_the_weights_as_they_were():
    weights = [3, 0, 4]
    allocate(100, weights)
    assert weights == [3, 0, 4]


PORTIONS = """
    # amount | whole | after each take of one
      100    | 3     | 33 66 100
      1      | 3     | 0 0 1
      2      | 3     | 0 1 2
      3      | 3     | 1 2 3
      0      | 2     | 0 0
      7      | 1     | 7
"""


@pytest.mark.parametrize("row", rows(PORTIONS), ids="/".join)
def test_portions_add_up_to_the_whole_amount(row):
    amount, whole, parts = int(row[0]), int(row[1]), [int(cell) for cell in row[2].split()]
    assert [portion(amount, taken, whole) for taken in range(1, whole + 1)] == parts
    assert portion(amount, 0, whole) == 0
    assert parts[-1] == amount


def test_the_largest_balance_is_what_a_bigint_holds():
    assert MAX_BALANCE == 9_223_372_036_854_775_807
    assert MAX_AMOUNT == 1_000_000_000_000_000
    assert MAX_AMOUNT * 9_000 < MAX_BALANCE


SCALES = """
    # digits | currencies
      0      | BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
      2      | USD EUR BGN RUB GBP CHF
      3      | BHD IQD JOD KWD LYD OMR TND
"""


@pytest.mark.parametrize(("digits", "currencies"), rows(SCALES))
def test_a_currency_has_its_digits(digits, currencies):
    assert {currency_scale(currency) for currency in currencies.split()} == {int(digits)}
