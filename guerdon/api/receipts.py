"""Shaping what a purchase led to into what a receipt is printed from. Pure: an event, its effects, where it led to."""

from collections.abc import Sequence
from datetime import datetime

from guerdon.core import wallet
from guerdon.core.calendar import Instant, moment_of
from guerdon.core.case import Case
from guerdon.core.effects import (
    Awarded,
    CouponIssued,
    CouponUsed,
    Discounted,
    Effect,
    Granted,
    PaidWith,
    Reduced,
    Released,
    Rewarded,
    Spent,
    TierChanged,
)
from guerdon.core.events import Purchase, line_nets
from guerdon.core.purchasing import paid_by_line, to_pay
from guerdon.core.state import MemberState
from guerdon.messages.amounts import wired
from guerdon.messages.receipts import (
    Earned,
    GivenReward,
    Payment,
    PriceOff,
    Receipt,
    ReceiptLine,
    RewardTaken,
    WalletBalance,
)
from guerdon.messages.wallets import NextExpiry
from guerdon.runtime import outlook


def receipt(purchase: Purchase, effects: Sequence[Effect], after: Case) -> Receipt:
    """What to print, given where the member stands after the purchase."""
    state = after.state
    payments = paid_by_line(purchase, effects)
    total = sum(line_nets(purchase.lines)) - purchase.discount
    paid = [_payment(effect) for effect in effects if isinstance(effect, PaidWith)]
    off = [_off(effect) for effect in effects if isinstance(effect, Reduced | Discounted)]
    return Receipt(
        total=wired(total),
        discount=wired(sum([effect.amount for effect in effects if isinstance(effect, Reduced | Discounted)])),
        to_pay=wired(to_pay(purchase, effects)),
        lines=[
            ReceiptLine(line=place, sku=line.sku, amount=wired(line.amount), to_pay=wired(payment))
            for place, (line, payment) in enumerate(zip(purchase.lines, payments, strict=True))
        ],
        off=off,
        paid_with=paid,
        earned=[_earned(effect) for effect in effects if isinstance(effect, Granted)],
        rewards=[_given(effect) for effect in effects if isinstance(effect, Rewarded)],
        rewards_taken=_rewards_taken(purchase, effects),
        codes_used=_codes_used(effects),
        holds_ended=_holds_ended(effects),
        coupons_issued=[effect.reference for effect in effects if isinstance(effect, CouponIssued)],
        badges=[effect.badge for effect in effects if isinstance(effect, Awarded)],
        wallets=balances(state),
        expires_next=_expires_next(after),
        tiers=tiers(state) | {effect.ladder: effect.after for effect in effects if isinstance(effect, TierChanged)},
    )


def balances(state: MemberState) -> list[WalletBalance]:
    """What a member has of each unit."""
    return [
        WalletBalance(
            unit=unit,
            available=wired(wallet.available(held)),
            pending=wired(sum([lot.amount for lot in held.pending])),
            held=wired(sum([lot.amount for lots in held.held.values() for lot in lots])),
            debt=wired(held.debt),
        )
        for unit, held in sorted(state.wallets.items())
    ]


def tiers(state: MemberState) -> dict[str, str]:
    """Where a member stands on each ladder on which a level was reached."""
    return {ladder: standing.level for ladder, standing in state.standings.items()}


def next_expiry(case: Case, unit: str) -> NextExpiry | None:
    """What expires next of a unit; None: nothing does, as things stand."""
    found = outlook.next_expiry(case, unit)
    return (
        None if found is None else NextExpiry(amount=wired(found.amount), at=moment_of(found.at), reason=found.reason)
    )


def moment(instant: Instant | None) -> datetime | None:
    """An instant as it goes over the wire."""
    return None if instant is None else moment_of(instant)


def _expires_next(case: Case) -> dict[str, NextExpiry]:
    found = {unit: next_expiry(case, unit) for unit in sorted(case.wallets)}
    return {unit: expiry for unit, expiry in found.items() if expiry is not None}


def _rewards_taken(purchase: Purchase, effects: Sequence[Effect]) -> list[RewardTaken]:
    """The rewards that came along, each with what it cost: nothing is spent on one that is free."""
    spent = [effect for effect in effects if isinstance(effect, Spent) and effect.at is None]
    found = []
    for taken in purchase.rewards:
        cost = next((effect for effect in spent if effect.reward == taken.reward), None)
        if cost is None:
            found.append(RewardTaken(reward=taken.reward))
        else:
            spent.remove(cost)
            found.append(RewardTaken(reward=taken.reward, unit=cost.unit, cost=wired(cost.amount)))
    return found


def _codes_used(effects: Sequence[Effect]) -> list[str]:
    used = [effect.reference for effect in effects if isinstance(effect, Reduced | CouponUsed) and effect.reference]
    return list(dict.fromkeys(used))


def _holds_ended(effects: Sequence[Effect]) -> list[str]:
    return [effect.hold for effect in effects if isinstance(effect, Released) and effect.why == "purchase"]


def _off(effect: Reduced | Discounted) -> PriceOff:
    lines = effect.lines if isinstance(effect, Reduced) else ()
    return PriceOff(mechanic=effect.mechanic, amount=wired(effect.amount), reference=effect.reference, lines=lines)


def _payment(effect: PaidWith) -> Payment:
    return Payment(unit=effect.unit, amount=wired(effect.amount), money=wired(effect.money))


def _earned(effect: Granted) -> Earned:
    return Earned(
        mechanic=effect.mechanic,
        unit=effect.unit,
        amount=wired(effect.amount),
        available_from=moment(effect.matures_at),
        expires_at=moment(effect.expires_at),
        capped_by=effect.capped_by,
    )


def _given(effect: Rewarded) -> GivenReward:
    return GivenReward(
        reward=effect.reward, quantity=effect.quantity, code=effect.code, expires_at=moment(effect.expires_at)
    )
