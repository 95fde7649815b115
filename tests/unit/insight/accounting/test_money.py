"""Accounting in numbers that a person can check: Example 52 of IFRS 15, a curve, an allocation, lots, entries."""

import csv
from collections import Counter
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from guerdon.core.amounts import Rate
from guerdon.insight.accounting.accounts import Accounts, AccountsNotRead, read_accounts
from guerdon.insight.accounting.allocation import allocated, standalone_price
from guerdon.insight.accounting.closing import Books
from guerdon.insight.accounting.curves import CERTAIN, Curve
from guerdon.insight.accounting.deferral import Cohort, UnitsInACircle, deferred_revenue
from guerdon.insight.accounting.entries import as_csv, entries
from guerdon.insight.accounting.gross import at_worth
from guerdon.insight.accounting.lots import Cell, Movement, WalletOverdrawn, cells_of, first_day, month_of
from guerdon.insight.accounting.roll_forward import Roll, UnitRoll, joined

JANUARY = month_of(date(2026, 1, 1))
FEBRUARY, MARCH, APRIL = JANUARY + 1, JANUARY + 2, JANUARY + 3
CENT = Rate(1, 1)


def moved(flow: str, amount: int, month: int = JANUARY, **other: object) -> Movement:
    return Movement(**{"member": 1, "unit": "points", "month": month, "flow": flow, "other": "", "origin": None,
                       "amount": amount} | other)  # fmt: skip


def cell(granted: int, month: int, flow: str, unit: str = "points", other: str = "") -> Cell:
    return Cell(unit, granted, month, flow, other)


def worth_a_cent(unit: str, month: int) -> Rate | None:
    return None if unit == "stamps" else CENT


# Example 52 of IFRS 15.


def test_the_price_of_example_52_is_shared_as_the_standard_shares_it() -> None:
    price = standalone_price(10_000, CENT, 950_000)
    assert price == 9_500
    assert allocated(100_000, {"points": price}) == {"points": 8_676}  # and 91,324 to the goods


def test_the_revenue_of_example_52_is_that_of_the_standard() -> None:
    cohort = Cohort(deferred=8_676, carried=8_676, outstanding=10_000, likelihood=950_000)
    assert cohort.use(4_500) == 4_110
    assert cohort.estimate(5_000 * CERTAIN // 5_500) == 0
    assert cohort.carried == 4_566
    assert cohort.use(4_000) + cohort.estimate(1_200 * CERTAIN // 1_500) == 3_493
    assert cohort.carried == 1_073


@pytest.mark.parametrize(
    ("paid", "prices", "shares"),
    [
        (0, {"points": 50}, {"points": 0}),
        (-100, {"points": 50}, {"points": 0}),
        (100, {"points": 0}, {"points": 0}),
        (100, {"points": 100}, {"points": 50}),
        (100, {"points": 50, "stars": 50}, {"points": 25, "stars": 25}),
        (100, {}, {}),
    ],
)
def test_allocation_gives_no_more_than_was_paid(paid: int, prices: dict[str, int], shares: dict[str, int]) -> None:
    assert allocated(paid, prices) == shares


# The redemption curve.


def test_a_curve_is_worked_out_from_the_oldest_age_down() -> None:
    curve = Curve()
    curve.add(0, there=100, used=40, lapsed=10)
    curve.add(1, there=50, used=20, lapsed=20)
    assert [curve.likelihood(age) for age in (2, 1, 0)] == [1_000_000, 600_000, 700_000]


def test_of_what_nothing_is_known_all_is_expected_to_be_used() -> None:
    assert Curve().likelihood(0) == CERTAIN
    empty = Curve()
    empty.add(0, there=0, used=0, lapsed=0)
    assert empty.likelihood(0) == CERTAIN
    assert empty.ages == 0


def test_an_age_that_nobody_had_changes_nothing() -> None:
    curve = Curve()
    curve.add(0, there=10, used=0, lapsed=0)
    curve.add(2, there=10, used=5, lapsed=5)
    assert [curve.likelihood(age) for age in (0, 1, 2)] == [500_000] * 3


# Lots.


def test_what_was_granted_first_goes_first() -> None:
    cells = cells_of([moved("sold", 100), moved("sold", 60, FEBRUARY), moved("redeemed", 120, MARCH)])
    assert cells == {
        cell(JANUARY, JANUARY, "sold"): 100,
        cell(FEBRUARY, FEBRUARY, "sold"): 60,
        cell(JANUARY, MARCH, "redeemed"): 100,
        cell(FEBRUARY, MARCH, "redeemed"): 20,
    }


def test_a_return_takes_back_what_its_own_purchase_gave() -> None:
    sold = [moved("sold", 10, month) for month in (JANUARY, FEBRUARY, MARCH)]
    cells = cells_of([*sold, moved("reversed", 15, MARCH, origin=FEBRUARY)])
    assert cells[cell(FEBRUARY, MARCH, "reversed")] == 10
    assert cells[cell(MARCH, MARCH, "reversed")] == 5
    assert cells[cell(JANUARY, MARCH, "reversed")] == 0


def test_wallets_do_not_mix() -> None:
    cells = cells_of([moved("sold", 10), moved("sold", 10, FEBRUARY, member=2), moved("redeemed", 5, MARCH, member=2)])
    assert cells[cell(FEBRUARY, MARCH, "redeemed")] == 5


@pytest.mark.parametrize(("amount", "is_too_much"), [(9, False), (10, False), (11, True)])
def test_more_than_came_cannot_leave(amount: int, is_too_much: bool) -> None:
    movements = [moved("sold", 10), moved("redeemed", amount, FEBRUARY)]
    if is_too_much:
        with pytest.raises(WalletOverdrawn, match=r"In 2026-02 more points left the wallet of member number 1"):
            cells_of(movements)
    else:
        assert cells_of(movements)[cell(JANUARY, FEBRUARY, "redeemed")] == amount


# Deferred revenue.


def test_deferred_revenue_of_three_months() -> None:
    cells = {
        cell(JANUARY, JANUARY, "sold"): 100,
        cell(JANUARY, JANUARY, "redeemed"): 40,
        cell(JANUARY, FEBRUARY, "expired"): 60,
        cell(MARCH, MARCH, "sold"): 100,
    }
    months = deferred_revenue(cells, {JANUARY: 900, MARCH: 900}, worth_a_cent, last=MARCH, last_is_whole=True)
    january, february, march = months
    # 900 paid, 100 points at 1 cent, all of them expected to be used: 900 x 100 / 1,000 = 90.
    assert january.moves["sold"] == 90
    assert (january.moves["redeemed"], january.closing) == (-36, 54)
    # The rest lapses, which nobody expected: all of it is breakage.
    assert (february.moves["breakage"], february.closing) == (-54, 0)
    # 40 % of points are used, says the history: 40 is their price, 900 x 40 / 940 = 38.3.
    assert (march.likelihood, march.moves["sold"], march.expected) == (400_000, 38, 0)


def test_a_month_that_is_not_over_teaches_nothing() -> None:
    cells = {cell(JANUARY, JANUARY, "sold"): 100, cell(JANUARY, JANUARY, "expired"): 50}
    half = deferred_revenue(cells, {JANUARY: 900}, worth_a_cent, last=JANUARY, last_is_whole=False)[-1]
    assert (half.expected, half.closing) == (50, 90)
    whole = deferred_revenue(cells, {JANUARY: 900}, worth_a_cent, last=JANUARY, last_is_whole=True)[-1]
    assert (whole.expected, whole.closing) == (50, 90)


def test_points_that_become_a_voucher_carry_their_revenue_along() -> None:
    cells = {
        cell(JANUARY, JANUARY, "sold"): 100,
        cell(JANUARY, FEBRUARY, "converted", other="vouchers"): 100,
        cell(FEBRUARY, FEBRUARY, "gained", "vouchers", "points"): 100,
        cell(FEBRUARY, MARCH, "redeemed", "vouchers"): 100,
    }
    months = deferred_revenue(cells, {JANUARY: 900}, worth_a_cent, last=MARCH, last_is_whole=True)
    told = {(month.unit, month.month): month for month in months}
    assert told["points", FEBRUARY].moves["converted"] == -90
    assert told["vouchers", FEBRUARY].moves["gained"] == 90
    assert told["vouchers", MARCH].moves["redeemed"] == -90


def test_units_that_are_worth_nothing_have_no_money_and_pass_none_on() -> None:
    cells = {
        cell(JANUARY, JANUARY, "sold", "stamps"): 10,
        cell(JANUARY, JANUARY, "converted", "stamps", "vouchers"): 10,
        cell(JANUARY, JANUARY, "gained", "vouchers", "stamps"): 500,
    }
    (vouchers,) = deferred_revenue(cells, {JANUARY: 900}, worth_a_cent, last=JANUARY, last_is_whole=True)
    assert (vouchers.unit, vouchers.moves["given"], vouchers.moves["gained"]) == ("vouchers", 500, 0)


def test_points_that_are_sent_keep_what_they_carry() -> None:
    cells = {
        cell(JANUARY, JANUARY, "sold"): 100,
        cell(JANUARY, FEBRUARY, "sent"): 40,
        cell(FEBRUARY, FEBRUARY, "received"): 30,
        cell(FEBRUARY, MARCH, "redeemed"): 30,
    }
    _, february, march = deferred_revenue(cells, {JANUARY: 900}, worth_a_cent, last=MARCH, last_is_whole=True)
    assert (february.closing, february.expected) == (90, 100)
    assert march.moves["redeemed"] == -27
    assert march.closing == 63


def test_units_that_become_one_another_are_refused() -> None:
    cells = {cell(JANUARY, JANUARY, "gained", "a", "b"): 1, cell(JANUARY, JANUARY, "gained", "b", "a"): 1}
    with pytest.raises(UnitsInACircle, match=r"become one another: a, b\. .*--method gross"):
        deferred_revenue(cells, {}, worth_a_cent, last=JANUARY, last_is_whole=True)


def test_nothing_at_all_is_nothing() -> None:
    assert deferred_revenue({}, {}, worth_a_cent, last=JANUARY, last_is_whole=True) == []
    assert cells_of([]) == Counter()
    assert joined([]) == Roll(0, {}, 0)


# The gross method.


def test_lines_at_their_worth_add_up_to_the_difference() -> None:
    third = Rate(1, 3)
    assert at_worth(Roll(0, {"sold": 100, "redeemed": -50}, 50), third, third) == Roll(
        0, {"sold": 34, "redeemed": -17}, 17
    )


def test_another_worth_is_told_apart() -> None:
    assert at_worth(Roll(100, {"redeemed": -40}, 60), Rate(2, 1), CENT) == Roll(
        100, {"redeemed": -80, "revalued": 100}, 120
    )


# Entries.


def books(moves: dict[str, int], money: dict[str, int]) -> Books:
    units, minor = Roll(0, moves, sum(moves.values())), Roll(0, money, sum(money.values()))
    roll = UnitRoll("points", first_day(JANUARY), date(2026, 1, 31), units, minor, CERTAIN, 0)
    return Books("ifrs15", date(2026, 1, 31), [roll], [], {})


def test_entries_have_their_sides_and_no_signs() -> None:
    told = entries(
        books({"sold": 100}, {"sold": 90, "breakage": -12}), worth_a_cent, Accounts(), "cafe", JANUARY, MARCH
    )
    assert as_csv(told, "EUR").splitlines() == [
        "date,account,debit,credit,text,reference",
        "2026-01-31,Deferred revenue: points,,0.90,points that came with sales,cafe-2026-01-points-sold",
        "2026-01-31,Sales,0.90,,points that came with sales,cafe-2026-01-points-sold",
        '2026-01-31,Deferred revenue: points,0.12,,"points: what is expected never to be used, estimated anew",'
        "cafe-2026-01-points-breakage",
        '2026-01-31,Breakage: points,,0.12,"points: what is expected never to be used, estimated anew",'
        "cafe-2026-01-points-breakage",
    ]


def test_what_a_cause_gets_above_what_was_deferred_is_a_cost() -> None:
    told = entries(books({"causes": -100}, {"causes": -90}), worth_a_cent, Accounts(), "cafe", JANUARY, JANUARY)
    assert [(posting.account, posting.debit, posting.credit) for posting in told] == [
        ("Deferred revenue: points", 90, 0),
        ("Cost of rewards", 10, 0),
        ("Causes", 0, 100),
    ]


def test_a_month_without_money_has_no_entries() -> None:
    told = entries(books({}, {}), worth_a_cent, Accounts(), "cafe", JANUARY, JANUARY)
    assert list(csv.DictReader(StringIO(as_csv(told, "JPY")))) == []


def test_yen_have_no_decimals() -> None:
    told = as_csv(entries(books({"sold": 9}, {"sold": 9}), worth_a_cent, Accounts(), "c", JANUARY, JANUARY), "JPY")
    assert ",9," in told


# The file of accounts.


def test_accounts_that_are_left_out_keep_their_names(tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text('revenue: "4000"\n', "utf-8")
    assert read_accounts(file) == Accounts(revenue="4000")
    file.write_text("", "utf-8")
    assert read_accounts(file) == Accounts()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sales: '4000'", "unknown field `sales`"),
        ("revenue: 4000", "Expected `str`, got `int`"),
        ("revenue: ''", "`revenue` is empty"),
        ("- revenue", "Expected `object`, got `array`"),
        ("revenue: [", "while parsing"),
    ],
)
def test_a_file_of_accounts_that_is_wrong_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(AccountsNotRead) as refused:
        read_accounts(file)
    assert told in str(refused.value)
    assert "Write names of accounts behind these keys: revenue, deferred_revenue" in str(refused.value)


def test_a_file_of_accounts_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccountsNotRead, match="No such file"):
        read_accounts(tmp_path / "none.yaml")
