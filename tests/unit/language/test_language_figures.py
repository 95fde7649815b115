"""Numbers as they are written."""

import pytest

from guerdon.core.amounts import MAX_AMOUNT, Rate
from guerdon.language.errors import Wrong
from guerdon.language.figures import FACTOR, counted, figure

SCALES = [
    ("5", 0, 5),
    ("5", 2, 500),
    ("0.50", 2, 50),
    ("0.5", 2, 50),
    ("1.250", 2, 125),
    ("1.25", 3, 1250),
    ("2_000_000", 0, 2_000_000),
    ("1_000.05", 2, 100_005),
    (str(MAX_AMOUNT), 0, MAX_AMOUNT),
]


@pytest.mark.parametrize(("written", "scale", "amount"), SCALES)
def test_a_number_in_the_smallest_part(written, scale, amount):
    assert figure(written).in_scale(scale, "it") == amount


@pytest.mark.parametrize(
    ("written", "scale", "code"),
    [
        ("0.5", 0, "scale_exceeded"),
        ("0.505", 2, "scale_exceeded"),
        (str(MAX_AMOUNT + 1), 0, "number_out_of_range"),
        (str(MAX_AMOUNT), 2, "number_out_of_range"),
        ("9" * 500, 0, "number_out_of_range"),
        ("0." + "1" * 500, 2, "scale_exceeded"),
    ],
)
def test_a_number_that_does_not_fit(written, scale, code):
    with pytest.raises(Wrong) as wrong:
        figure(written).in_scale(scale, "it")
    assert wrong.value.code == code


FACTORS = [
    ("2", Rate(2, 1)),
    ("1.5", Rate(3, 2)),
    ("1.25", Rate(5, 4)),
    ("1000", Rate(1000, 1)),
    ("1.000001", Rate(1000001, 1000000)),
]


@pytest.mark.parametrize(("written", "factor"), FACTORS)
def test_a_factor(written, factor):
    assert FACTOR.parse(written) == factor


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1", "number_out_of_range"),
        ("0.5", "number_out_of_range"),
        ("0", "number_out_of_range"),
        ("1000.1", "number_out_of_range"),
        ("1.0000001", "scale_exceeded"),
        ("1,5", "phrase_wrong"),
        ("-2", "phrase_wrong"),
        ("2x", "phrase_wrong"),
        ("", "phrase_wrong"),
    ],
)
def test_not_a_factor(written, code):
    with pytest.raises(Wrong) as wrong:
        FACTOR.parse(written)
    assert wrong.value.code == code


def test_a_count_is_bare_or_says_what_it_counts():
    vouchers = counted("a number of vouchers", "voucher", "4", most=1_000)
    assert [vouchers.parse(text) for text in ("4", "4 vouchers", "1 voucher", "1_000")] == [4, 4, 1, 1000]


@pytest.mark.parametrize("written", ["0", "1001", "4 points", "4.5", "04", "four", "9" * 1000, "4 vouchers each"])
def test_not_a_count(written):
    with pytest.raises(Wrong):
        counted("a number of vouchers", "voucher", "4", most=1_000).parse(written)


def test_a_comma_is_explained():
    with pytest.raises(Wrong, match="without commas"):
        counted("a number of pieces", "", "4").parse("1,000")
