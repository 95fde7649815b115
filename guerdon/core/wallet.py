"""A wallet is a member's holding of one unit, kept in lots.

A **lot** is a part of a wallet that expires together. Lots are pending until they mature, then available. Spending
consumes available lots by (expires_at, priority, earned_at): what expires first goes first. What is reserved is held
apart until it is captured or released. A wallet may owe a **debt** after a return, which the next grant pays back
first.

Every function takes a wallet and gives a new one. A function that takes something away gives back how much it took.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from guerdon.core.calendar import Instant

_NEVER = 2**62


class Lot(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A part of a wallet that expires together.

    Grants that share expiry, priority, maturity and reference share a lot.
    """

    amount: int
    """In the unit's smallest part; above zero."""
    earned_at: Instant
    """When its first part was earned."""
    expires_at: Instant | None = None
    """None: it does not expire by itself."""
    priority: int = 0
    """Among lots that expire together the lower is consumed first."""
    matures_at: Instant | None = None
    """While pending: when it becomes available. None: it is available."""
    reference: str = ""
    """Set where a lot must stay whole and be known by name: a voucher."""


class Wallet(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A member's holding of one unit. All amounts are in the unit's smallest part."""

    lots: tuple[Lot, ...] = ()
    """Available, in the order in which they are consumed."""
    pending: tuple[Lot, ...] = ()
    """Granted but not yet available, in the order in which they mature."""
    held: dict[str, tuple[Lot, ...]] = {}
    """Reserved, by the id of the hold."""
    debt: int = 0
    """Owed after a return of what was already spent; zero or more."""
    emptied_at: Instant | None = None
    """When the whole wallet last expired for want of activity."""


EMPTY = Wallet()


def consumption_order(lot: Lot) -> tuple[int, int, int, str]:
    """The order in which lots are consumed."""
    return (_NEVER if lot.expires_at is None else lot.expires_at, lot.priority, lot.earned_at, lot.reference)


def _maturity_order(lot: Lot) -> tuple[int, tuple[int, int, int, str]]:
    return (lot.matures_at or 0, consumption_order(lot))


def _same_lot(one: Lot, other: Lot) -> bool:
    return (
        one.expires_at == other.expires_at
        and one.priority == other.priority
        and one.matures_at == other.matures_at
        and one.reference == other.reference
    )


def _with_lot(lots: tuple[Lot, ...], lot: Lot, order: Callable[[Lot], Any]) -> tuple[Lot, ...]:
    """The lots in order with one more, merged into its like where there is one."""
    for place, other in enumerate(lots):
        if _same_lot(other, lot):
            amount, earned_at = other.amount + lot.amount, min(other.earned_at, lot.earned_at)
            merged = Lot(amount, earned_at, lot.expires_at, lot.priority, lot.matures_at, lot.reference)
            changed = (*lots[:place], merged, *lots[place + 1 :])
            # What was earned later moves nothing.
            return changed if earned_at == other.earned_at else tuple(sorted(changed, key=order))
    return tuple(sorted((*lots, lot), key=order))


def available(wallet: Wallet) -> int:
    """What may be spent now; below zero while a debt is owed."""
    return sum([lot.amount for lot in wallet.lots]) - wallet.debt


def pending(wallet: Wallet) -> int:
    """What is granted and not yet available."""
    return sum([lot.amount for lot in wallet.pending])


def held(wallet: Wallet) -> int:
    """What is reserved."""
    return sum([lot.amount for lots in wallet.held.values() for lot in lots])


def total(wallet: Wallet) -> int:
    """Everything in the wallet: available (less debt), pending and held. What the ledger's accounts must add up to."""
    return available(wallet) + pending(wallet) + held(wallet)


def grant(wallet: Wallet, lot: Lot) -> Wallet:
    """Add a lot, pending where it has yet to mature."""
    if lot.matures_at is not None:
        lots = _with_lot(wallet.pending, lot, _maturity_order)
        return Wallet(wallet.lots, lots, wallet.held, wallet.debt, wallet.emptied_at)
    lots = _with_lot(wallet.lots, lot, consumption_order)
    return Wallet(lots, wallet.pending, wallet.held, wallet.debt, wallet.emptied_at)


def repay(wallet: Wallet) -> tuple[Wallet, int]:
    """Pay debt back out of the available lots, as far as they go."""
    if not wallet.debt:
        return wallet, 0
    lots, taken = _consume(wallet.lots, wallet.debt)
    return Wallet(lots, wallet.pending, wallet.held, wallet.debt - taken, wallet.emptied_at), taken


def owe(wallet: Wallet, amount: int) -> Wallet:
    """Add to the debt."""
    return Wallet(wallet.lots, wallet.pending, wallet.held, wallet.debt + amount, wallet.emptied_at)


def spend(wallet: Wallet, amount: int) -> tuple[Wallet, int]:
    """Take up to an amount from the available lots, in consumption order.

    Lots of 30 (expires in May) and 50 (expires in June), spend 40: the lot of May is used up, 40 of June stay.
    """
    lots, taken = _consume(wallet.lots, amount)
    return Wallet(lots, wallet.pending, wallet.held, wallet.debt, wallet.emptied_at), taken


def give_away(wallet: Wallet, amount: int) -> tuple[Wallet, tuple[Lot, ...]]:
    """Take an amount from the available lots, in consumption order, and give what was taken lot by lot.

    Lots of 30 (expires in May) and 50 (expires in June), give 40 away: 30 of May and 10 of June.
    """
    lots, _ = _consume(wallet.lots, amount)
    left = Wallet(lots, wallet.pending, wallet.held, wallet.debt, wallet.emptied_at)
    return left, _difference(wallet.lots, lots)


def give_back(wallet: Wallet, amount: int, lots: Sequence[Lot]) -> tuple[Wallet, tuple[Lot, ...]]:
    """Take up to an amount, as far as it is there: out of lots like those given first, then out of what is available.

    Gives what was taken lot by lot. 100 until May came; 30 until May and 50 until June are there: both go.
    """
    like = {_granted_as(lot) for lot in lots}
    own = [lot for lot in wallet.lots + wallet.pending if _granted_as(lot) in like]
    others = [lot for lot in wallet.lots if _granted_as(lot) not in like]
    taken: list[Lot] = []
    left = amount
    for lot in own + others:
        if left:
            taken.append(msgspec.structs.replace(lot, amount=min(lot.amount, left)))
            left -= taken[-1].amount
    return _without(wallet, taken), tuple(taken)


def _without(wallet: Wallet, taken: Sequence[Lot]) -> Wallet:
    """The wallet without parts of its lots."""
    gone = {(_granted_as(lot), lot.priority, lot.matures_at): lot.amount for lot in taken}
    lots, still = (
        tuple(
            [
                msgspec.structs.replace(lot, amount=lot.amount - part)
                for lot in some
                if (part := gone.get((_granted_as(lot), lot.priority, lot.matures_at), 0)) < lot.amount
            ]
        )
        for some in (wallet.lots, wallet.pending)
    )
    return Wallet(lots, still, wallet.held, wallet.debt, wallet.emptied_at)


def spend_lot(wallet: Wallet, lot: Lot) -> Wallet:
    """Take one available lot whole."""
    lots = tuple([other for other in wallet.lots if other != lot])
    return Wallet(lots, wallet.pending, wallet.held, wallet.debt, wallet.emptied_at)


def take_back(
    wallet: Wallet, amount: int, *, expires_at: Instant | None, matures_at: Instant | None, reference: str = ""
) -> tuple[Wallet, int, int]:
    """Take back what a grant gave: from its own lot first, pending or available, then from the others in order.

    Gives the wallet, what was taken from pending and what was taken from available lots. The two may be less than
    asked.
    """
    granted_as = (expires_at, reference)
    # A lot with a reference is known by it: what waited for a delivery matures at another time than it was granted for.
    own = [
        lot for lot in wallet.pending if _granted_as(lot) == granted_as and (reference or lot.matures_at == matures_at)
    ]
    others = tuple([lot for lot in wallet.pending if lot not in own])
    own_left, from_pending = _consume(tuple(own), amount)
    still = tuple(sorted(own_left + others, key=_maturity_order))
    first = tuple([lot for lot in wallet.lots if _granted_as(lot) == granted_as])
    rest = tuple([lot for lot in wallet.lots if _granted_as(lot) != granted_as])
    first_left, from_own = _consume(first, amount - from_pending)
    rest_left, from_rest = _consume(rest, amount - from_pending - from_own)
    lots = tuple(sorted(first_left + rest_left, key=consumption_order))
    return Wallet(lots, still, wallet.held, wallet.debt, wallet.emptied_at), from_pending, from_own + from_rest


def take_pending(wallet: Wallet, amount: int, mechanic: str, matures_at: Instant) -> tuple[Wallet, int]:
    """Take up to an amount of a mechanic's from what matures at an instant; gives how much was taken.

    A lot with a reference is a voucher of its own, and its reference ends with the mechanic.
    """
    ending = ("", f"/{mechanic}")
    own = tuple(
        [lot for lot in wallet.pending if lot.matures_at == matures_at and lot.reference[-len(ending[1]) :] in ending]
    )
    others = tuple([lot for lot in wallet.pending if lot not in own])
    left, taken = _consume(own, amount)
    still = tuple(sorted(left + others, key=_maturity_order))
    return Wallet(wallet.lots, still, wallet.held, wallet.debt, wallet.emptied_at), taken


def _granted_as(lot: Lot) -> tuple[Instant | None, str]:
    return (lot.expires_at, lot.reference)


def hold(wallet: Wallet, amount: int, hold_id: str) -> tuple[Wallet, int]:
    """Set up to an amount aside under the hold's id, in consumption order, on top of what it holds already."""
    lots, taken = _consume(wallet.lots, amount)
    kept = wallet.held.get(hold_id, ()) + _difference(wallet.lots, lots)
    if not taken:
        return wallet, 0
    return Wallet(lots, wallet.pending, wallet.held | {hold_id: kept}, wallet.debt, wallet.emptied_at), taken


def capture(wallet: Wallet, amount: int, hold_id: str) -> tuple[Wallet, int]:
    """Spend up to an amount out of a hold; what is left of the hold goes back to the available lots."""
    left, taken = _consume(wallet.held.get(hold_id, ()), amount)
    without = {key: lots for key, lots in wallet.held.items() if key != hold_id}
    kept = Wallet(wallet.lots, wallet.pending, without, wallet.debt, wallet.emptied_at)
    for lot in left:
        kept = grant(kept, lot)
    return kept, taken


def release(wallet: Wallet, hold_id: str) -> tuple[Wallet, int]:
    """Give a whole hold back to the available lots, each with the expiry it had."""
    back = sum([lot.amount for lot in wallet.held.get(hold_id, ())])
    return capture(wallet, 0, hold_id)[0], back


def expire(wallet: Wallet, at: Instant) -> tuple[Wallet, tuple[Lot, ...]]:
    """Take out the lots, available or pending, whose time is up at that instant."""
    gone = tuple([lot for lot in wallet.lots + wallet.pending if lot.expires_at is not None and lot.expires_at <= at])
    if not gone:
        return wallet, ()
    lots = tuple([lot for lot in wallet.lots if lot not in gone])
    still = tuple([lot for lot in wallet.pending if lot not in gone])
    return Wallet(lots, still, wallet.held, wallet.debt, wallet.emptied_at), gone


def empty(wallet: Wallet, at: Instant) -> tuple[Wallet, tuple[Lot, ...]]:
    """Take out every lot that is available or pending; holds and debt stay."""
    return Wallet((), (), wallet.held, wallet.debt, at), wallet.lots + wallet.pending


def mature(wallet: Wallet, at: Instant) -> tuple[Wallet, int]:
    """Make available what has matured by that instant."""
    ripe = [lot for lot in wallet.pending if (lot.matures_at or 0) <= at]
    still = tuple([lot for lot in wallet.pending if (lot.matures_at or 0) > at])
    matured = Wallet(wallet.lots, still, wallet.held, wallet.debt, wallet.emptied_at)
    for lot in ripe:
        matured = grant(matured, msgspec.structs.replace(lot, matures_at=None))
    return matured, sum([lot.amount for lot in ripe])


def wait_until(wallet: Wallet, lot: Lot, matures_at: Instant) -> Wallet:
    """Let one pending lot mature at another instant."""
    others = tuple([other for other in wallet.pending if other != lot])
    moved = msgspec.structs.replace(lot, matures_at=matures_at)
    still = tuple(sorted((*others, moved), key=_maturity_order))
    return Wallet(wallet.lots, still, wallet.held, wallet.debt, wallet.emptied_at)


def _consume(lots: tuple[Lot, ...], amount: int) -> tuple[tuple[Lot, ...], int]:
    """Take up to an amount from the front of the lots; gives what is left of them and how much was taken."""
    left = amount
    for place, lot in enumerate(lots):
        if left < lot.amount:
            if left:
                rest = msgspec.structs.replace(lot, amount=lot.amount - left)
                return (rest, *lots[place + 1 :]), amount
            return lots[place:], amount
        left -= lot.amount
    return (), amount - left


def _difference(before: tuple[Lot, ...], after: tuple[Lot, ...]) -> tuple[Lot, ...]:
    """What a consumption took from the front of the lots, lot by lot."""
    gone = len(before) - len(after)
    taken = before[:gone]
    if gone < len(before) and before[gone] != after[0]:
        part = msgspec.structs.replace(before[gone], amount=before[gone].amount - after[0].amount)
        taken += (part,)
    return taken
