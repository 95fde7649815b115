"""Money, quantities, rates, caps and thresholds as they are written."""

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.program import Quantity
from guerdon.language.amounts import MONEY, QUANTITY
from guerdon.language.errors import Wrong
from guerdon.language.place import Names, Scope, UnitFacts
from guerdon.language.rates import MEMBER_CAP, OWN_AMOUNT, RATE, THRESHOLD, WORTH

UNITS = {
    "points": UnitFacts(0, money=False),
    "stars": UnitFacts(2, money=False),
    "bonuses": UnitFacts(0, money=False),
    "vouchers": UnitFacts(2, money=True),
}
METERS = {"spent": "spend", "visited": "visits", "bought": "items", "earned": "stars", "paid_back": "vouchers"}
NAMES = Names(currency="USD", units=UNITS, meters=METERS)
TWO_MONEYS = Names(currency="USD", units={**UNITS, "cashback": UnitFacts(2, money=True)})
YEN = Names(currency="JPY", units={"cashback": UnitFacts(0, money=True)})


def scope(subject=""):
    return Scope(NAMES, subject)


def refused(phrase, written, where):
    with pytest.raises(Wrong) as wrong:
        phrase.parse(written, where)
    return wrong.value


@pytest.mark.parametrize(
    ("written", "amount"), [("5 USD", 500), ("0.50 USD", 50), ("0.01 USD", 1), ("1_000 USD", 100_000), ("5.5 USD", 550)]
)
def test_money(written, amount):
    assert MONEY.parse(written, scope()) == amount


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("5 EUR", "currency_other"),
        ("0 USD", "number_out_of_range"),
        ("0.00 USD", "number_out_of_range"),
        ("0.005 USD", "scale_exceeded"),
        ("5", "phrase_wrong"),
        ("$5", "phrase_wrong"),
        ("USD 5", "phrase_wrong"),
        ("5USD", "phrase_wrong"),
        ("5 usd", "phrase_wrong"),
        ("-5 USD", "phrase_wrong"),
        ("1,000 USD", "phrase_wrong"),
        ("1e3 USD", "phrase_wrong"),
        ("05 USD", "phrase_wrong"),
    ],
)
def test_not_money(written, code):
    assert refused(MONEY, written, scope()).code == code


def test_money_in_a_currency_without_decimals():
    assert MONEY.parse("500 JPY", Scope(YEN)) == 500
    assert refused(MONEY, "0.5 JPY", Scope(YEN)).code == "scale_exceeded"


@pytest.mark.parametrize(
    ("written", "quantity"),
    [
        ("500 points", Quantity(500, "points")),
        ("1 point", Quantity(1, "points")),
        ("1 bonus", Quantity(1, "bonuses")),
        ("2_000_000 points", Quantity(2_000_000, "points")),
        ("1.25 stars", Quantity(125, "stars")),
        ("5 USD", Quantity(500, "vouchers")),
        ("5 USD off", Quantity(500, "vouchers")),
        ("5 USD in vouchers", Quantity(500, "vouchers")),
        ("5 USD in vouchers off", Quantity(500, "vouchers")),
    ],
)
def test_a_quantity(written, quantity):
    assert QUANTITY.parse(written, scope()) == quantity


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("500", "phrase_wrong"),
        ("points", "phrase_wrong"),
        ("500 pints", "name_unknown"),
        ("0 points", "number_out_of_range"),
        ("1.5 points", "scale_exceeded"),
        ("1.255 stars", "scale_exceeded"),
        ("5 vouchers", "unit_other"),
        ("5 EUR off", "currency_other"),
        ("5 USD in points", "unit_other"),
        ("5 USD in cash", "name_unknown"),
    ],
)
def test_not_a_quantity(written, code):
    assert refused(QUANTITY, written, scope()).code == code


def test_money_of_several_units_has_to_be_named():
    assert QUANTITY.parse("5 USD in cashback", Scope(TWO_MONEYS)) == Quantity(500, "cashback")
    wrong = refused(QUANTITY, "5 USD off", Scope(TWO_MONEYS))
    assert wrong.sentence == "`5 USD off` may be of several units; write `5 USD in cashback` or `5 USD in vouchers`"
    wrong = refused(QUANTITY, "5 USD", Scope(TWO_MONEYS))
    assert wrong.sentence == "`5 USD` may be of several units; write `5 USD in cashback` or `5 USD in vouchers`"


def test_money_needs_a_unit_to_be_given_in():
    where = Scope(Names(currency="USD", units={"points": UnitFacts(0, money=False)}))
    assert "vouchers: {in: USD}" in refused(QUANTITY, "5 USD", where).sentence


@pytest.mark.parametrize(
    ("written", "unit", "rate"),
    [
        ("1 per 1 USD", "points", Rate(1, 100)),
        ("1 point per 1 USD", "points", Rate(1, 100)),
        ("3 points per 10 USD", "points", Rate(3, 1000)),
        ("1 per 0.50 USD", "points", Rate(1, 50)),
        ("1.25 per 5 USD", "stars", Rate(125, 500)),
        ("5 %", "vouchers", Rate(5, 100)),
        ("5%", "vouchers", Rate(5, 100)),
        ("1.5 %", "vouchers", Rate(15, 1000)),
        ("100 %", "vouchers", Rate(100, 100)),
        ("0.05 USD per 1 USD", "vouchers", Rate(5, 100)),
    ],
)
def test_a_rate(written, unit, rate):
    assert RATE.parse(written, scope(unit)) == rate


@pytest.mark.parametrize(
    ("written", "unit", "code"),
    [
        ("1", "points", "phrase_wrong"),
        ("1 per USD", "points", "phrase_wrong"),
        ("1 per 1 kg", "points", "phrase_wrong"),
        ("1 per 1 EUR", "points", "currency_other"),
        ("0 per 1 USD", "points", "number_out_of_range"),
        ("1 per 0 USD", "points", "number_out_of_range"),
        ("1.25 per 5 USD", "points", "scale_exceeded"),
        ("1 star per 1 USD", "points", "unit_other"),
        ("5 %", "points", "unit_other"),
        ("0.05 USD per 1 USD", "points", "unit_other"),
        ("1 per 1 USD", "vouchers", "unit_other"),
        ("0 %", "vouchers", "number_out_of_range"),
        ("100.1 %", "vouchers", "number_out_of_range"),
        ("0.00001 %", "vouchers", "scale_exceeded"),
    ],
)
def test_not_a_rate(written, unit, code):
    assert refused(RATE, written, scope(unit)).code == code


@pytest.mark.parametrize(
    ("written", "better"),
    [("1.25 per 5 USD", "5 per 20 USD"), ("1.5 per 1 USD", "3 per 2 USD"), ("0.1 per 0.25 USD", "1 per 2.5 USD")],
)
def test_a_rate_that_is_too_fine_is_shown_in_larger_parts(written, better):
    wrong = refused(RATE, written, scope("points"))
    assert wrong.expected == better
    fine, coarse = written.split(), RATE.parse(better, scope("points"))
    assert float(fine[0]) / (float(fine[2]) * 100) == pytest.approx(coarse.amount / coarse.per)


def test_what_a_unit_is_worth():
    assert WORTH.parse("1 USD per 100 points", scope("points")) == Rate(100, 100)
    assert WORTH.parse("0.01 USD per 1 point", scope("points")) == Rate(1, 1)
    assert WORTH.parse("1 USD per 0.5 stars", scope("stars")) == Rate(100, 50)
    assert refused(WORTH, "1 USD per 100 stars", scope("points")).code == "unit_other"
    assert refused(WORTH, "100 points per 1 USD", scope("points")).code == "phrase_wrong"


@pytest.mark.parametrize(
    ("written", "unit", "amount"),
    [("100", "points", 100), ("100 points", "points", 100), ("1.5", "stars", 150), ("5 USD", "vouchers", 500)],
)
def test_an_amount_of_the_unit_spoken_of(written, unit, amount):
    assert OWN_AMOUNT.parse(written, scope(unit)) == amount


@pytest.mark.parametrize(
    ("written", "unit", "code"),
    [
        ("0", "points", "number_out_of_range"),
        ("100 stars", "points", "unit_other"),
        ("5 USD", "points", "unit_other"),
        ("5", "vouchers", "unit_other"),
        ("5 vouchers", "vouchers", "unit_other"),
        ("1.5", "points", "scale_exceeded"),
        ("100 points a week", "points", "phrase_wrong"),
    ],
)
def test_not_an_amount_of_the_unit(written, unit, code):
    assert refused(OWN_AMOUNT, written, scope(unit)).code == code


@pytest.mark.parametrize(
    ("written", "unit", "cap"),
    [
        ("500 points a week", "points", (500, "week")),
        ("500 a week", "points", (500, "week")),
        ("500 points per month", "points", (500, "month")),
        ("500 points", "points", (500, "ever")),
        ("20 USD a year", "vouchers", (2000, "year")),
        ("20 USD", "vouchers", (2000, "ever")),
    ],
)
def test_a_cap_per_member(written, unit, cap):
    assert MEMBER_CAP.parse(written, scope(unit)) == cap


@pytest.mark.parametrize(
    "written", ["500 points weekly", "500 points a fortnight", "a week", "500 stars a week", "0 a week"]
)
def test_not_a_cap_per_member(written):
    refused(MEMBER_CAP, written, scope("points"))


@pytest.mark.parametrize(
    ("written", "meter", "threshold"),
    [
        ("0", "spent", 0),
        ("0 USD", "spent", 0),
        ("1000 USD", "spent", 100_000),
        ("12", "visited", 12),
        ("12 visits", "visited", 12),
        ("1 visit", "visited", 1),
        ("40 items", "bought", 40),
        ("300 stars", "earned", 30_000),
        ("300", "earned", 30_000),
        ("50 USD", "paid_back", 5_000),
    ],
)
def test_a_threshold_in_the_meters_own_measure(written, meter, threshold):
    assert THRESHOLD.parse(written, scope(meter)) == threshold


@pytest.mark.parametrize(
    ("written", "meter"),
    [
        ("1000", "spent"),
        ("1000 points", "spent"),
        ("12 USD", "visited"),
        ("12 items", "visited"),
        ("1.5", "visited"),
        ("300 points", "earned"),
        ("300 USD", "earned"),
        ("50", "paid_back"),
        ("-1", "visited"),
    ],
)
def test_a_threshold_in_another_measure(written, meter):
    refused(THRESHOLD, written, scope(meter))


def test_where_the_unit_is_unknown_nothing_more_is_said_about_its_amounts():
    assert OWN_AMOUNT.parse("1.5 pints", Scope(Names(currency="USD"))) == 15
    assert RATE.parse("5 %", Scope(NAMES, "")) == Rate(5, 100)
