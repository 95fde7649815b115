"""The books of small ledgers: which way each transfer went, the roll-forward, and that a broken one does not tie."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from ledgers import Entry, tables, worths

from guerdon.core.amounts import Rate
from guerdon.insight.accounting.accounts import Accounts
from guerdon.insight.accounting.closing import close
from guerdon.insight.accounting.deferral import worth_money
from guerdon.insight.accounting.entries import entries
from guerdon.insight.accounting.flows import account_moves, movements, sales
from guerdon.insight.accounting.lots import month_of
from guerdon.insight.accounting.roll_forward import Roll
from guerdon.insight.accounting.tying import DoesNotTie, balances_of, check_ties, check_wallets

JANUARY = month_of(date(2026, 1, 1))
FEBRUARY, MARCH = JANUARY + 1, JANUARY + 2
END = date(2026, 3, 31)


def day(month: int, number: int = 10) -> date:
    return date(2026, month, number)


def granted(amount: int, unit: str = "points", reason: str = "base") -> tuple[str, str, str, int, str]:
    return (unit, "issued", "available", amount, reason)


def used(amount: int, unit: str = "points", reason: str = "coffee") -> tuple[str, str, str, int, str]:
    return (unit, "available", "redeemed", amount, reason)


QUARTER = [
    Entry(1, day(1), "enrol", (granted(10, reason="welcome"),)),
    Entry(1, day(1, 20), "purchase", (granted(100),), 1000, "basket"),
    Entry(2, day(1, 21), "purchase", (granted(50),), 500, partner="sky"),
    Entry(2, day(1, 22), "purchase", (("points", "partner:sky", "available", 30, "sky"),), 300),
    Entry(1, day(2), "redeem", (used(20),)),
    Entry(1, day(2), "tick", (used(50, reason="issue"), granted(50, "vouchers", "issue"))),
    Entry(2, day(2), "donate", (("points", "available", "cause:trees", 15, "trees"),)),
    Entry(1, day(3), "return", (("points", "available", "reversed", 10, "base"),), -100, purchase="basket"),
    Entry(1, day(3), "purchase", (used(50, "vouchers", "issue"), granted(5)), 100),
    Entry(2, day(3), "tick", (("points", "available", "expired", 65, "expiry"),)),
]


def flows_of(*told: Entry) -> list[tuple[str, str, int]]:
    return sorted([(move.unit, move.flow, move.amount) for move in movements(tables(told), END)])


def test_each_transfer_goes_its_way() -> None:
    assert flows_of(*QUARTER) == [
        ("points", "causes", 15),
        ("points", "converted", 50),
        ("points", "expired", 65),
        ("points", "funded", 30),
        ("points", "given", 10),
        ("points", "given", 50),
        ("points", "redeemed", 20),
        ("points", "reversed", 10),
        ("points", "sold", 5),
        ("points", "sold", 100),
        ("vouchers", "gained", 50),
        ("vouchers", "redeemed", 50),
    ]


def test_a_voucher_that_is_issued_and_used_with_one_purchase_was_gained_and_used() -> None:
    issue = (used(50, reason="issue"), granted(50, "vouchers", "issue"), used(50, "vouchers", "issue"))
    told = Entry(1, day(1), "enrol", (granted(60),)), Entry(1, day(2), "purchase", issue, 10)
    assert flows_of(*told) == [
        ("points", "converted", 50),
        ("points", "given", 60),
        ("vouchers", "gained", 50),
        ("vouchers", "redeemed", 50),
    ]


def test_what_matures_or_is_held_stays_where_it_is() -> None:
    told = Entry(1, day(1), "tick", (("points", "pending", "available", 5, "maturity"),
                                     ("points", "available", "held", 5, "hold")))  # fmt: skip
    assert flows_of(told) == []


def test_debts_are_no_lots_until_they_are_paid_back() -> None:
    owed = Entry(1, day(1), "return", (("points", "debt", "reversed", 8, "base"),))
    paid = Entry(1, day(2), "purchase", (granted(10), ("points", "available", "debt", 8, "debt")), 100)
    assert flows_of(owed, paid) == [("points", "repaid", 8), ("points", "sold", 10)]
    books = close(tables([owed, paid]), worths, END)
    assert [roll.units for roll in books.rolls] == [
        Roll(0, {"reversed": -8}, -8),
        Roll(-8, {"sold": 10}, 2),
        Roll(2, {}, 2),
    ]
    check_ties(books, balances_of(books.moves))


def test_a_return_knows_the_month_of_its_purchase() -> None:
    (taken,) = [move for move in movements(tables(QUARTER), END) if move.flow == "reversed"]
    assert (taken.month, taken.origin) == (MARCH, JANUARY)


def test_sales_are_those_of_the_merchant_before_returns() -> None:
    assert sales(tables(QUARTER), END) == {JANUARY: 1300, MARCH: 100}
    assert sales(tables([]), END) == {}


def test_the_books_of_a_quarter() -> None:
    books = close(tables(QUARTER), worths, END)
    points, vouchers = books.over(JANUARY, MARCH)
    moves = {"sold": 105, "given": 60, "funded": 30, "redeemed": -20, "expired": -65, "reversed": -10}
    assert points.units == Roll(0, moves | {"converted": -50, "causes": -15}, 35)
    assert vouchers.units == Roll(0, {"gained": 50, "redeemed": -50}, 0)
    assert points.money is not None
    # January: 1,300 paid with 100 points at 1 cent: 1,300 x 100 / 1,400 = 92.86; 60 given; 30 paid for by a partner.
    january = books.over(JANUARY, JANUARY)[0]
    assert january.money == Roll(0, {"sold": 93, "given": 60, "funded": 30}, 183)
    check_ties(books, balances_of(books.moves))
    check_wallets(books, tables(QUARTER))


def test_both_methods_tell_the_same_units() -> None:
    one, other = close(tables(QUARTER), worths, END), close(tables(QUARTER), worths, END, "gross")
    assert [roll.units for roll in one.rolls] == [roll.units for roll in other.rolls]
    points, _ = other.over(JANUARY, MARCH)
    assert points.money is not None
    assert points.money.closing == points.units.closing == 35


def test_a_unit_without_a_worth_has_no_money() -> None:
    books = close(tables([Entry(1, day(1), "purchase", (granted(3, "stamps"),), 500)]), worths, END)
    (stamps,) = books.over(JANUARY, MARCH)
    assert stamps.units.closing == 3
    assert stamps.money is None
    assert list(entries(books, worths, Accounts(), "cafe", JANUARY, MARCH)) == []
    assert worth_money(["stamps"], [JANUARY], worths) == []


def test_a_worth_that_comes_later_counts_from_then_on() -> None:
    def later(unit: str, month: int) -> Rate | None:
        return Rate(1, 1) if month >= FEBRUARY else None

    told = [Entry(1, day(1), "purchase", (granted(100),), 900), Entry(1, day(2), "redeem", (used(40),))]
    gross = close(tables(told), later, END, "gross").over(JANUARY, MARCH)[0]
    assert gross.money == Roll(0, {"redeemed": -40, "revalued": 100}, 60)
    deferred = close(tables(told), later, END).over(JANUARY, MARCH)[0]
    assert deferred.money == Roll(0, {}, 0)


def test_nothing_happened() -> None:
    books = close(tables([]), worths, END)
    assert books.over(JANUARY, MARCH) == []
    check_ties(books, {})
    check_wallets(books, tables([]))


def test_a_month_without_events_carries_on() -> None:
    books = close(tables([Entry(1, day(1), "purchase", (granted(100),), 900)]), worths, END)
    assert [roll.units.closing for roll in books.rolls] == [100, 100, 100]
    (points,) = books.over(MARCH, MARCH)
    assert points.units == Roll(100, {}, 100)


def test_a_period_before_anything_happened_is_empty() -> None:
    books = close(tables(QUARTER), worths, END)
    points, _ = books.over(JANUARY - 2, JANUARY - 1)
    assert (points.units, points.money) == (Roll(0, {}, 0), Roll(0, {}, 0))


# What does not tie is told loudly.


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ("available", "available points: 35 in the books, 36 in the ledger"),
        ("expired", "expired points: 65 in the books, 66 in the ledger"),
        ("cause:trees", "cause:trees points: 15 in the books, 16 in the ledger"),
        ("partner:sky", "partner:sky points: -30 in the books, -29 in the ledger"),
    ],
)
def test_one_point_in_any_account_breaks_the_tie(account: str, told: str) -> None:
    books = close(tables(QUARTER), worths, END)
    ledger = dict(balances_of(books.moves))
    ledger["points", account] += 1
    with pytest.raises(DoesNotTie) as broken:
        check_ties(books, ledger)
    assert told in str(broken.value)
    assert "guerdon verify" in str(broken.value)


def test_a_transfer_that_is_missing_from_the_lake_breaks_the_tie() -> None:
    ledger = balances_of(account_moves(tables(QUARTER), END))
    lacking = close(tables(QUARTER[:4] + QUARTER[5:]), worths, END)
    with pytest.raises(DoesNotTie, match="redeemed points: 50 in the books, 70 in the ledger"):
        check_ties(lacking, ledger)


def test_an_account_that_only_the_ledger_has_breaks_the_tie() -> None:
    with pytest.raises(DoesNotTie, match="available stars: 0 in the books, 1 in the ledger"):
        check_ties(close(tables(QUARTER), worths, END), balances_of(account_moves(tables(QUARTER), END)) | {
            ("stars", "available"): 1})  # fmt: skip


def test_a_wallet_that_is_otherwise_breaks_the_tie() -> None:
    with pytest.raises(DoesNotTie, match="available points: 35 in the books, 55 in the ledger"):
        check_wallets(close(tables(QUARTER), worths, END), tables(QUARTER[:4] + QUARTER[5:]))


def test_a_line_that_is_wrong_breaks_the_tie() -> None:
    books = close(tables(QUARTER), worths, END)
    first = books.rolls[0]
    assert first.money is not None
    wrong = first._replace(money=first.money._replace(closing=first.money.closing + 1))
    with pytest.raises(DoesNotTie, match="lines of money for points: 183 in the books, 184 in the ledger"):
        check_ties(books._replace(rolls=[wrong, *books.rolls[1:]]), balances_of(books.moves))


# Any small ledger.


@some.composite
def ledgers(draw: some.DrawFn) -> list[Entry]:
    """Entries of two members over four months, in which nobody uses more than there is."""
    held = {member: {"points": 0, "vouchers": 0} for member in (1, 2)}
    told = []
    for month in range(1, 5):
        for number in range(draw(some.integers(0, 4))):
            member = draw(some.sampled_from([1, 2]))
            told.append(draw(_entries(member, date(2026, month, 5 + number), held[member])))
    return told


@some.composite
def _entries(draw: some.DrawFn, member: int, when: date, held: dict[str, int]) -> Entry:
    amount = draw(some.integers(1, 500))
    if not held["points"] or draw(some.booleans()):
        source = draw(some.sampled_from(["issued", "partner:sky"]))
        held["points"] += amount
        kind = draw(some.sampled_from(["purchase", "enrol"]))
        paid = draw(some.integers(0, 5_000)) if kind == "purchase" else None
        return Entry(member, when, kind, (("points", source, "available", amount, "base"),), paid)
    part = min(amount, held["points"])
    held["points"] -= part
    way = draw(some.sampled_from(["redeemed", "expired", "reversed", "cause:trees", "partner:sky", "vouchers"]))
    if way == "vouchers":
        return Entry(member, when, "tick", (used(part, reason="issue"), granted(part, "vouchers", "issue")))
    return Entry(member, when, "tick", (("points", "available", way, part, "rule"),))


@given(ledgers(), some.sampled_from(["ifrs15", "gross"]))
@settings(max_examples=10, deadline=None)
def test_the_books_of_any_ledger_tie_in_every_month_and_their_entries_balance(told: list[Entry], method: str) -> None:
    lake = tables(told)
    for as_of in (date(2026, 2, 14), date(2026, 4, 30)):
        books = close(lake, worths, as_of, method)
        check_ties(books, balances_of(account_moves(lake, as_of)))
        check_wallets(books, lake)
        for roll in books.rolls:
            assert roll.money is not None
            assert roll.money.closing >= 0
            if not roll.units.closing:
                assert roll.money.closing == 0
        postings = list(entries(books, worths, Accounts(), "cafe", JANUARY, month_of(as_of)))
        for reference in {posting.reference for posting in postings}:
            own = [posting for posting in postings if posting.reference == reference]
            assert sum([posting.debit for posting in own]) == sum([posting.credit for posting in own])
            assert all((posting.debit == 0) != (posting.credit == 0) for posting in own)
