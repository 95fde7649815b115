"""The wallet: lots, what consumes them and in what order, holds, debt and the passing of time."""

import msgspec
import pytest

from guerdon.core import wallet
from guerdon.core.wallet import EMPTY, Lot, Wallet
from tests.builders import amounts, rows

MAY, JUNE, JULY = 500, 600, 700


def lots(*given: Lot) -> Wallet:
    """A wallet to which lots were granted one by one."""
    found = EMPTY
    for lot in given:
        found = wallet.grant(found, lot)
    return found


def balances(found: Wallet) -> tuple[int, int, int]:
    return wallet.available(found), wallet.pending(found), wallet.held(found)


# Granting.


def test_an_empty_wallet_holds_nothing():
    assert balances(EMPTY) == (0, 0, 0)
    assert wallet.total(EMPTY) == 0


ORDER = """
    # what differs | first                    | then
      expiry       | expires_at=500           | expires_at=600
      expiry       | expires_at=500           |                            # what never expires goes last
      priority     | expires_at=500           | expires_at=500 priority=1
      expiry       | expires_at=500 priority=9 | expires_at=600            # expiry before priority
      earning      | earned_at=1 reference=b  | earned_at=2 reference=a    # earlier earned before the name
      priority     | earned_at=2              | earned_at=1 priority=1     # priority before earlier earned
      name         | reference=a              | reference=b
"""


def lot(text: str, amount: int = 10) -> Lot:
    fields: dict[str, object] = {"amount": amount, "earned_at": 0}
    for word in text.split():
        name, _, value = word.partition("=")
        fields[name] = value if name == "reference" else int(value)
    return msgspec.convert(fields, Lot)


@pytest.mark.parametrize(("what", "first", "then"), rows(ORDER))
def test_lots_are_consumed_by_expiry_priority_and_earning(what, first, then):
    one, other = lot(first, 10), lot(then, 20)
    for found in (lots(one, other), lots(other, one)):
        assert amounts(found.lots) == [10, 20], what
        left, taken = wallet.spend(found, 10)
        assert (amounts(left.lots), taken) == ([20], 10)


def test_like_lots_are_merged_and_keep_the_earlier_earning():
    found = lots(Lot(30, 5, MAY), Lot(20, 3, MAY), Lot(10, 9, MAY))
    assert found.lots == (Lot(60, 3, MAY),)


def test_a_lot_whose_earning_moves_back_takes_its_place_among_its_equals():
    found = lots(Lot(1, 5, MAY, reference="a"), Lot(2, 7, MAY, reference="b"), Lot(2, 3, MAY, reference="b"))
    assert found.lots == (Lot(4, 3, MAY, reference="b"), Lot(1, 5, MAY, reference="a"))


@pytest.mark.parametrize("differs", ["expires_at=600", "priority=1", "reference=b", ""])
def test_lots_that_differ_stay_apart(differs):
    found = lots(lot("expires_at=500"), lot(differs))
    assert len(found.lots) == 2


def test_a_lot_that_has_yet_to_mature_is_pending():
    found = lots(Lot(30, 0, JULY, matures_at=MAY), Lot(10, 0, JULY, matures_at=MAY), Lot(5, 0, JULY))
    assert balances(found) == (5, 40, 0)
    assert found.pending == (Lot(40, 0, JULY, matures_at=MAY),)
    assert wallet.total(found) == 45


def test_pending_lots_stand_in_the_order_in_which_they_mature():
    found = lots(Lot(1, 0, None, matures_at=JUNE), Lot(2, 0, JULY, matures_at=MAY), Lot(3, 0, JUNE, matures_at=MAY))
    assert amounts(found.pending) == [3, 2, 1]


def test_a_grant_leaves_the_wallet_that_it_was_added_to():
    before = lots(Lot(30, 0, MAY))
    wallet.grant(before, Lot(5, 0, MAY))
    assert amounts(before.lots) == [30]


# Spending.

SPENDING = """
    # spend | taken | left of May and June
      0     | 0     | 30 50
      29    | 29    | 1 50
      30    | 30    | 50
      31    | 31    | 49
      40    | 40    | 40
      79    | 79    | 1
      80    | 80    |
      81    | 80    |                # no more than there is
"""


@pytest.mark.parametrize(("spend", "taken", "left"), rows(SPENDING))
def test_spending_takes_what_expires_first(spend, taken, left):
    found = lots(Lot(50, 0, JUNE), Lot(30, 0, MAY), Lot(7, 0, None, matures_at=MAY))
    after, got = wallet.spend(found, int(spend))
    assert got == int(taken)
    assert amounts(after.lots) == [int(cell) for cell in left.split()]
    assert balances(after) == (80 - got, 7, 0)


def test_what_is_left_of_a_lot_is_the_same_lot_but_smaller():
    after, _ = wallet.spend(lots(Lot(50, 3, JUNE, 2, None, "v")), 20)
    assert after.lots == (Lot(30, 3, JUNE, 2, None, "v"),)


def test_a_named_lot_is_spent_whole_and_alone():
    one, other, plain = Lot(5, 0, MAY, reference="a"), Lot(5, 0, JUNE, reference="a"), Lot(5, 0)
    after = wallet.spend_lot(lots(one, other, plain), one)
    assert after.lots == (other, plain)


# Taking back.


def test_what_is_taken_back_comes_from_its_own_lot_first():
    found = lots(Lot(10, 0, MAY), Lot(10, 0, JUNE), Lot(10, 0, JULY))
    after, pending, available = wallet.take_back(found, 4, expires_at=JUNE, matures_at=None)
    assert (amounts(after.lots), pending, available) == ([10, 6, 10], 0, 4)


def test_beyond_its_own_lot_the_others_follow_in_order():
    found = lots(Lot(10, 0, MAY), Lot(10, 0, JUNE), Lot(10, 0, JULY))
    after, pending, available = wallet.take_back(found, 14, expires_at=JUNE, matures_at=None)
    assert (amounts(after.lots), pending, available) == ([6, 10], 0, 14)


def test_no_more_is_taken_back_than_there_is():
    after, pending, available = wallet.take_back(lots(Lot(10, 0, MAY)), 14, expires_at=JUNE, matures_at=None)
    assert (after.lots, pending, available) == ((), 0, 10)


def test_a_voucher_is_taken_back_by_its_name_among_vouchers_that_expire_together():
    found = lots(Lot(300, 0, MAY, reference="p1/cash"), Lot(500, 0, MAY, reference="p2/cash"))
    after, _, available = wallet.take_back(found, 500, expires_at=MAY, matures_at=None, reference="p2/cash")
    assert (after.lots, available) == ((Lot(300, 0, MAY, reference="p1/cash"),), 500)


def test_what_is_still_pending_is_taken_back_from_its_own_pending_lot():
    own, other = Lot(10, 0, JULY, matures_at=MAY), Lot(10, 0, JULY, matures_at=JUNE)
    after, pending, available = wallet.take_back(lots(own, other, Lot(9, 0, JULY)), 4, expires_at=JULY, matures_at=MAY)
    assert (amounts(after.pending), pending, available) == ([6, 10], 4, 0)
    assert amounts(after.lots) == [9]


def test_pending_lots_of_other_grants_are_left_alone():
    other = Lot(10, 0, JULY, matures_at=JUNE)
    after, pending, available = wallet.take_back(lots(other, Lot(3, 0, JULY)), 4, expires_at=JULY, matures_at=MAY)
    assert (after.pending, pending, available) == ((other,), 0, 3)
    after, pending, available = wallet.take_back(lots(other), 4, expires_at=JULY, matures_at=None)
    assert (after.pending, pending, available) == ((other,), 0, 0)
    after, pending, available = wallet.take_back(lots(other), 4, expires_at=None, matures_at=JUNE)
    assert (after.pending, pending, available) == ((other,), 0, 0)


def test_taking_back_more_than_the_pending_lot_goes_on_with_the_available_ones():
    found = lots(Lot(3, 0, JULY, matures_at=MAY), Lot(10, 0, JULY), Lot(1, 0, JUNE))
    after, pending, available = wallet.take_back(found, 5, expires_at=JULY, matures_at=MAY)
    assert (after.pending, amounts(after.lots), pending, available) == ((), [1, 8], 3, 2)


# Holds.


def test_a_hold_sets_lots_aside_in_consumption_order():
    after, taken = wallet.hold(lots(Lot(30, 0, MAY), Lot(50, 0, JUNE)), 40, "h")
    assert (balances(after), taken) == ((40, 0, 40), 40)
    assert after.held == {"h": (Lot(30, 0, MAY), Lot(10, 0, JUNE))}
    assert wallet.total(after) == 80


HOLDING = """
    # hold | taken | available | held
      0    | 0     | 80        | 0
      30   | 30    | 50        | 30
      80   | 80    | 0         | 80
      81   | 80    | 0         | 80
"""


@pytest.mark.parametrize(("wanted", "taken", "available", "held"), rows(HOLDING))
def test_a_hold_takes_up_to_what_is_available(wanted, taken, available, held):
    after, got = wallet.hold(lots(Lot(30, 0, MAY), Lot(50, 0, JUNE)), int(wanted), "h")
    assert (got, wallet.available(after), wallet.held(after)) == (int(taken), int(available), int(held))


def test_a_hold_of_nothing_leaves_no_trace():
    assert wallet.hold(EMPTY, 5, "h") == (EMPTY, 0)
    assert wallet.hold(lots(Lot(30, 0, MAY)), 0, "h") == (lots(Lot(30, 0, MAY)), 0)


def test_holding_again_under_one_id_adds_to_the_hold():
    once, _ = wallet.hold(lots(Lot(30, 0, MAY)), 10, "h")
    twice, _ = wallet.hold(once, 5, "h")
    assert balances(twice) == (15, 0, 15)
    assert wallet.release(twice, "h") == (lots(Lot(30, 0, MAY)), 15)


def test_holds_stand_beside_each_other():
    one, _ = wallet.hold(lots(Lot(30, 0, MAY)), 10, "a")
    both, _ = wallet.hold(one, 5, "b")
    assert {key: amounts(kept) for key, kept in both.held.items()} == {"a": [10], "b": [5]}
    assert wallet.release(both, "a")[0].held == {"b": (Lot(5, 0, MAY),)}


CAPTURES = """
    # capture | taken | available after
      0       | 0     | 80
      29      | 29    | 51
      40      | 40    | 40
      41      | 40    | 40
"""


@pytest.mark.parametrize(("wanted", "taken", "available"), rows(CAPTURES))
def test_capturing_spends_from_the_hold_and_gives_the_rest_back(wanted, taken, available):
    held, _ = wallet.hold(lots(Lot(30, 0, MAY), Lot(50, 0, JUNE)), 40, "h")
    after, got = wallet.capture(held, int(wanted), "h")
    assert (got, wallet.available(after), wallet.held(after)) == (int(taken), int(available), 0)
    assert after.held == {}
    assert len(after.lots) == (2 if got < 30 else 1), "what comes back joins its like"


def test_capturing_takes_what_expires_first():
    held, _ = wallet.hold(lots(Lot(30, 0, MAY), Lot(50, 0, JUNE)), 40, "h")
    assert wallet.capture(held, 30, "h")[0].lots == (Lot(50, 0, JUNE),)


def test_releasing_restores_every_lot():
    before = lots(Lot(30, 1, MAY), Lot(50, 2, JUNE), Lot(5, 3, None, 1, None, "v"))
    held, _ = wallet.hold(before, 83, "h")
    assert wallet.release(held, "h") == (before, 83)


def test_a_hold_that_does_not_exist_changes_nothing():
    before, _ = wallet.hold(lots(Lot(30, 0, MAY)), 10, "h")
    assert wallet.capture(before, 5, "other") == (before, 0)
    assert wallet.release(before, "other") == (before, 0)


# Debt.


def test_a_debt_makes_less_than_nothing_available():
    found = wallet.owe(wallet.owe(EMPTY, 30), 10)
    assert (found.debt, wallet.available(found), wallet.total(found)) == (40, -40, -40)


REPAYING = """
    # there is | repaid | debt left | available
      0        | 0      | 40        | -40
      39       | 39     | 1         | -1
      40       | 40     | 0         | 0
      41       | 40     | 0         | 1
"""


@pytest.mark.parametrize(("there", "repaid", "debt", "available"), rows(REPAYING))
def test_a_debt_is_repaid_as_far_as_the_lots_go(there, repaid, debt, available):
    found = wallet.owe(lots(Lot(int(there), 0, MAY)) if int(there) else EMPTY, 40)
    after, taken = wallet.repay(found)
    assert (taken, after.debt, wallet.available(after)) == (int(repaid), int(debt), int(available))


def test_without_a_debt_nothing_is_repaid():
    found = lots(Lot(30, 0, MAY))
    assert wallet.repay(found) == (found, 0)


# Time.

EXPIRING = """
    # at  | gone    | left available | left pending
      499 |         | 30 50 9        | 4
      500 | 30 4    | 50 9           |
      599 | 30 4    | 50 9           |
      600 | 30 50 4 | 9              |
"""


@pytest.mark.parametrize(("at", "gone", "available", "pending"), rows(EXPIRING))
def test_a_lot_is_gone_from_its_expiry_on(at, gone, available, pending):
    found = lots(Lot(30, 0, MAY), Lot(50, 0, JUNE), Lot(9, 0), Lot(4, 0, MAY, matures_at=JULY))
    after, out = wallet.expire(found, int(at))
    assert " ".join(map(str, amounts(out))) == gone
    assert " ".join(map(str, amounts(after.lots))) == available
    assert " ".join(map(str, amounts(after.pending))) == pending


def test_a_wallet_in_which_nothing_expires_is_the_same_wallet():
    found = lots(Lot(9, 0))
    assert wallet.expire(found, JULY)[0] is found


MATURING = """
    # at  | matured | pending
      499 | 0       | 5 2 3
      500 | 7       | 3
      599 | 7       | 3
      600 | 10      |
"""


@pytest.mark.parametrize(("at", "matured", "pending"), rows(MATURING))
def test_a_pending_lot_is_available_from_its_maturity_on(at, matured, pending):
    found = lots(
        Lot(5, 0, JULY, matures_at=MAY), Lot(2, 0, matures_at=MAY), Lot(3, 0, JULY, matures_at=JUNE), Lot(1, 0, JULY)
    )
    after, amount = wallet.mature(found, int(at))
    assert amount == int(matured)
    assert " ".join(map(str, amounts(after.pending))) == pending
    assert wallet.available(after) == 1 + amount
    assert all(lot.matures_at is None for lot in after.lots)


def test_what_matures_joins_its_like():
    after, _ = wallet.mature(lots(Lot(5, 3, JULY, matures_at=MAY), Lot(1, 9, JULY)), MAY)
    assert after.lots == (Lot(6, 3, JULY),)


def test_the_instant_zero_is_an_instant_like_any_other():
    found = lots(Lot(3, 0, JUNE, matures_at=1), Lot(5, 0, JULY, matures_at=0))
    assert amounts(found.pending) == [5, 3]
    after, amount = wallet.mature(found, 0)
    assert (amounts(after.lots), amounts(after.pending), amount) == ([5], [3], 5)


def test_emptying_takes_all_but_what_is_held_and_owed():
    held, _ = wallet.hold(lots(Lot(30, 0, MAY), Lot(4, 0, JULY, matures_at=MAY)), 10, "h")
    after, out = wallet.empty(wallet.owe(held, 5), JUNE)
    assert amounts(out) == [20, 4]
    assert after == Wallet((), (), {"h": (Lot(10, 0, MAY),)}, 5, JUNE)


FULL = Wallet((Lot(9, 0, JULY),), (Lot(4, 0, JULY, matures_at=JUNE),), {"h": (Lot(2, 0, JUNE),)}, 3, 77)

STEPS = {
    "grant": lambda found: wallet.grant(found, Lot(1, 0)),
    "grant pending": lambda found: wallet.grant(found, Lot(1, 0, matures_at=JUNE)),
    "repay": lambda found: wallet.repay(found)[0],
    "owe": lambda found: wallet.owe(found, 1),
    "spend": lambda found: wallet.spend(found, 1)[0],
    "spend a lot": lambda found: wallet.spend_lot(found, found.lots[0]),
    "take back": lambda found: wallet.take_back(found, 1, expires_at=JULY, matures_at=None)[0],
    "hold": lambda found: wallet.hold(found, 1, "i")[0],
    "capture": lambda found: wallet.capture(found, 1, "none")[0],
    "expire": lambda found: wallet.expire(found, JULY)[0],
    "mature": lambda found: wallet.mature(found, JUNE)[0],
}
TOUCHES = {
    "grant": "lots",
    "grant pending": "pending",
    "repay": "lots debt",
    "owe": "debt",
    "spend": "lots",
    "spend a lot": "lots",
    "take back": "lots",
    "hold": "lots held",
    "capture": "",
    "expire": "lots pending",
    "mature": "lots pending",
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_leaves_everything_alone_that_it_has_no_business_with(step):
    after = STEPS[step](FULL)
    changed = [name for name in Wallet.__struct_fields__ if getattr(after, name) != getattr(FULL, name)]
    assert changed == TOUCHES[step].split()
    assert FULL.lots == (Lot(9, 0, JULY),)
