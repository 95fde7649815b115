"""Shaping a member's state into what the service answers. Pure: a case, which is a state at a moment."""

from collections.abc import Sequence

from guerdon.api.receipts import balances, moment, next_expiry
from guerdon.core import wallet
from guerdon.core.belongings import Coupon
from guerdon.core.calendar import moment_of
from guerdon.core.case import Case
from guerdon.core.state import Household, Membership, MemberState
from guerdon.core.wallet import Lot
from guerdon.mechanics.tiers import Ahead, Missing
from guerdon.messages.amounts import WireAmount, wired
from guerdon.messages.members import (
    HeldCoupon,
    HouseholdPerson,
    HouseholdPlace,
    MemberAnswer,
    MembershipStanding,
    MissingPart,
    NextLevel,
    TierStanding,
)
from guerdon.messages.wallets import WalletAnswer, WalletLot, WalletsAnswer
from guerdon.runtime import outlook
from guerdon.runtime.outlook import LadderStanding


def member_answer(member: str, case: Case) -> MemberAnswer:
    """Where a member stands."""
    state, bar = case.state, case.state.bar
    return MemberAnswer(
        member=member,
        as_of=moment_of(case.at),
        enrolled_at=moment(state.enrolled_at),
        barred="" if bar is None else bar.kind,
        barred_since=None if bar is None else moment_of(bar.since),
        merged_into="" if bar is None else bar.into,
        merged_cards=sorted(state.merged_cards),
        referrer=state.referrer,
        last_activity_at=moment(state.last_activity_at),
        purchases=state.purchases,
        wallets=balances(state),
        tiers=[_tier(standing) for standing in outlook.ladders(case)],
        memberships=[_membership(plan, held) for plan, held in sorted(state.memberships.items())],
        coupons=[_coupon(coupon) for coupon in state.coupons],
        badges=state.badges,
        meters={name: wired(reading) for name, reading in outlook.meters(case).items()},
        progress=_progress(state),
        tickets={game: list(tickets) for game, tickets in state.tickets.items()},
        household=None if state.household is None else _place(state.household),
        people=[
            HouseholdPerson(member=key, role=person.role, since=moment_of(person.since))
            for key, person in sorted(state.roster.items())
        ],
    )


def wallets_answer(member: str, case: Case) -> WalletsAnswer:
    """All that a member has, lot by lot."""
    items = [wallet_answer(case, unit) for unit in sorted(case.wallets)]
    return WalletsAnswer(member=member, as_of=moment_of(case.at), items=items)


def wallet_answer(case: Case, unit: str) -> WalletAnswer:
    """What a member has of one unit, lot by lot."""
    held = case.wallet(unit)
    reserved = [_lot(lot, hold) for hold, lots in sorted(held.held.items()) for lot in lots]
    return WalletAnswer(
        unit=unit,
        available=wired(wallet.available(held)),
        pending=wired(wallet.pending(held)),
        held=wired(wallet.held(held)),
        debt=wired(held.debt),
        lots=[_lot(lot) for lot in held.lots + held.pending] + reserved,
        expires_next=next_expiry(case, unit),
    )


def _lot(lot: Lot, hold: str = "") -> WalletLot:
    return WalletLot(
        amount=wired(lot.amount),
        earned_at=moment_of(lot.earned_at),
        available_from=moment(lot.matures_at),
        expires_at=moment(lot.expires_at),
        hold=hold,
        reference=lot.reference,
    )


def _tier(found: LadderStanding) -> TierStanding:
    standing = found.standing
    return TierStanding(
        ladder=found.ladder,
        level=standing.level,
        since=moment_of(standing.since),
        until=moment(standing.until),
        grace=standing.grace,
        next=None if found.ahead is None else next_level(found.ahead),
    )


def next_levels(case: Case) -> dict[str, NextLevel]:
    """By ladder, the next level with what is missing for it."""
    return {found.ladder: next_level(found.ahead) for found in outlook.ladders(case) if found.ahead is not None}


def next_level(ahead: Ahead) -> NextLevel:
    """What is missing for the next level."""
    return NextLevel(level=ahead.level, all_of=_parts(ahead.all_of), any_of=_parts(ahead.any_of))


def _parts(parts: Sequence[Missing]) -> list[MissingPart]:
    return [
        MissingPart(
            meter=part.need.meter,
            badge=part.need.badge,
            plan=part.need.plan,
            has=wired(part.shown),
            wanted=wired(part.wanted),
            missing=wired(part.wanted - part.shown),
        )
        for part in parts
    ]


def _membership(plan: str, held: Membership) -> MembershipStanding:
    return MembershipStanding(
        plan=plan,
        status=held.status,
        since=moment_of(held.since),
        until=moment(held.until),
        joined_at=moment_of(held.joined_at),
        terms_ahead=held.paid,
    )


def _coupon(coupon: Coupon) -> HeldCoupon:
    return HeldCoupon(
        coupon=coupon.coupon,
        reference=coupon.reference,
        issued_at=moment_of(coupon.issued_at),
        expires_at=moment(coupon.expires_at),
    )


def _place(place: Household) -> HouseholdPlace:
    return HouseholdPlace(id=place.id, role=place.role, standing=place.standing, since=moment_of(place.since))


def _progress(state: MemberState) -> dict[str, dict[str, WireAmount]]:
    return {
        mechanic: {counter: wired(count) for counter, count in counters.items()}
        for mechanic, counters in state.progress.items()
    }
