"""Holding: something is reserved for the member while a checkout or an order is under way.

A hold reserves one of three things until an instant: an **amount** of a unit; a **reward**, whose cost is held and
which is taken from the stock and from what the member may take; the use of a **coupon**, which nobody else may have
then. It ends in one of four ways: it is captured, whole or in part; it is released; it lapses by itself; or a purchase
ends it and uses what it held. What is not captured goes back with the expiry it had.

**Worked.** 500 points are there, 200 of them until midnight. At 23:50 a checkout holds 200 for half an hour: 300 are
available, 200 held. At 00:10 the purchase names the hold and pays with 200 points: it has them, though they would have
expired. Had the hold lapsed at 00:20 instead, they would have come back and expired in the same instant.

**In part.** 200 points are held for an order and 150 captured: 150 are spent, 50 are available again.

What is on hold when goods come back cannot be taken back at once, and is owed, whatever the unit's debt says: it is not
spent yet.
"""

from guerdon.core import wallet
from guerdon.core.calendar import Instant, instant_of
from guerdon.core.case import Case
from guerdon.core.effects import Captured, CouponExpired, CouponUsed, Released
from guerdon.core.events import Capture, Close, Event, Hold, Merge, Purchase, Release, holds_of
from guerdon.core.program import Quantity, Reward
from guerdon.core.redemption import Asked, Taken, allowances_of, count_uses, give, stock_of, take_stock, wanted
from guerdon.core.refusals import stop
from guerdon.core.state import MemberState, OpenHold
from guerdon.core.succession import convert_freed
from guerdon.core.timeline import Timeline

MOST_DAYS = 30
"""How many days a hold lasts at most. It is for a checkout or an order, and not for keeping."""
MOST_HOLDS = 20
"""How many open holds a member has at most."""

_A_DAY = 86_400


# What begins a hold.


def hold(case: Case, event: Hold) -> None:
    """Reserve what the event names.

    Refused, in this order: an end out of range, too many holds, not one thing alone, then what each thing asks for.
    """
    until = instant_of(event.until)
    if not case.at < until <= case.at + MOST_DAYS * _A_DAY:
        raise stop("hold_until_out_of_range", until=f"{event.until:%Y-%m-%dT%H:%M:%S%z}", days=MOST_DAYS)
    if len(case.holds) >= MOST_HOLDS:
        raise stop("holds_too_many", most=MOST_HOLDS)
    if event.code and not (event.reward or event.unit or event.amount):
        held = _hold_code(case, event, until)
    elif event.reward and not event.code:
        held = _hold_reward(case, event, until)
    elif event.unit and event.amount and not event.code:
        held = _hold_amount(case, event, until)
    else:
        raise stop("hold_unclear")
    case.reserve(event.id, held)


def _hold_amount(case: Case, event: Hold, until: Instant) -> OpenHold:
    if event.unit not in case.version.program.units:
        raise stop("unit_unknown", unit=event.unit)
    if case.version.is_voucher(event.unit):
        raise stop("unit_not_held", unit=event.unit)
    available = wallet.available(case.wallet(event.unit))
    if event.amount > available:
        raise stop("wanted_exceeds_available", wanted=event.amount, unit=event.unit, available=available)
    return OpenHold(case.at, until, event.unit, event.amount)


def _hold_reward(case: Case, event: Hold, until: Instant) -> OpenHold:
    """Take everything that a redemption takes, but hold its cost."""
    taken = wanted(case, Asked(event.reward, event.amount, event.id))
    cost, stock = taken.cost, stock_of(case, taken.reward)
    if event.unit and event.unit != cost.unit:
        raise stop("hold_unclear")
    take_stock(case, taken)
    count_uses(case, taken)
    limits = (case.version.first_name(stock),) if stock else ()
    unit = cost.unit if cost.amount else ""
    return OpenHold(
        case.at, until, unit, cost.amount, event.reward, taken.pieces, limits=limits,
        allowances=allowances_of(case, taken.reward),
    )  # fmt: skip


def _hold_code(case: Case, event: Hold, until: Instant) -> OpenHold:
    """Hold a personal coupon, or one use of a code wherever it is good for one more."""
    coupon = next((held for held in case.coupons if held.reference == event.code), None)
    if coupon is not None:
        case.coupons = tuple([other for other in case.coupons if other is not coupon])
        return OpenHold(case.at, until, code=event.code, coupon=coupon)
    if event.code not in case.version.codes:
        raise stop("code_unknown", shown=event.code)
    limits = case.version.limits_of_codes.get(event.code, ())
    good = [limit for limit in limits if case.left_of(limit) > 0]
    if limits and not good:
        raise stop("code_used_up", shown=event.code)
    for limit in good:
        case.use(limit, 1)
    return OpenHold(case.at, until, code=event.code, limits=tuple(map(case.version.first_name, good)))


# What ends it.


def capture(case: Case, event: Capture, timeline: Timeline) -> None:
    """Use what is held, as it was promised when it was held; what is left of it goes back."""
    held = _open(case, event.hold)
    amount = held.amount if event.amount is None else event.amount
    if amount > held.amount:
        raise stop("capture_exceeds_hold", hold=event.hold, held=held.amount, wanted=amount)
    if held.reward:
        _capture_reward(case, event.hold, held, amount, timeline)
    else:
        _capture(case, event.hold, held, amount)
    if held.coupon is not None:
        case.effects.append(CouponUsed(held.coupon.coupon, held.coupon.reference, held.coupon.expires_at))


def _capture_reward(case: Case, hold_id: str, held: OpenHold, amount: int, timeline: Timeline) -> None:
    version = timeline.at(held.since) or case.version
    reward = version.rewards[held.reward]
    pieces = held.quantity if amount == held.amount else _pieces(held, amount, reward.settings)
    _capture(case, hold_id, held, amount, reward.settings.partner)
    _return_uses(case, held, held.quantity - pieces)
    give(case, Taken(reward, Quantity(amount, reward.settings.cost.unit), pieces), hold_id, held.since)


def _pieces(held: OpenHold, amount: int, settings: Reward) -> int:
    """How many pieces of a held reward a part of its cost is for."""
    each = held.amount // held.quantity
    if settings.taken == "in any amount":
        is_right = amount >= settings.cost.amount
        pieces, reason = 1, f"at least {settings.cost.amount} {held.unit}"
    else:
        is_right = amount % each == 0
        pieces, reason = amount // each, f"{each} {held.unit} for each piece"
    if not is_right:
        raise stop("reward_amount_wrong", reward=held.reward, amount=amount, reason=reason)
    return pieces


def _capture(case: Case, hold_id: str, held: OpenHold, amount: int, partner: str = "") -> None:
    """Spend a part of what is held, or all of it, and let the rest go back."""
    case.end_hold(hold_id)
    if held.unit:
        case.wallets[held.unit], _ = wallet.capture(case.wallet(held.unit), amount, hold_id)
    case.effects.append(Captured(hold_id, held.unit, amount, held.reward, held.code, partner))
    rest = held.amount - amount
    if rest:
        case.effects.append(Released(hold_id, "rest", held.unit, rest, held.reward))
        _let_expire(case, held)
        _bring_up_to_date(case, hold_id, held)


def release(case: Case, event: Release) -> None:
    """Let all of it go back."""
    _let_go(case, event.hold, _open(case, event.hold), "released")


def lapse(case: Case, at: Instant) -> None:
    """Let every hold go whose time is over."""
    for hold_id, held in list(case.holds.items()):
        if held.until <= at:
            _let_go(case, hold_id, held, "lapsed")


def free(case: Case, purchase: Purchase) -> None:
    """Let go what a purchase is about to use: it may, even where it would have expired while it was held."""
    for hold_id in purchase.holds:
        _let_go(case, hold_id, _open(case, hold_id), "purchase")


def let_all_go(case: Case) -> None:
    """Let every hold go: the member leaves, or turns out to be another one."""
    for hold_id, held in list(case.holds.items()):
        _let_go(case, hold_id, held, "ended")


def let_rest_lapse(case: Case) -> None:
    """Let go for good, after everything else, what an event has set free, did not use, and whose time is over.

    After a late event that is done with everything else that is due since.
    """
    ended = [held for hold_id, held in case.state.holds.items() if hold_id not in case.holds]
    for held in ended:
        _let_expire(case, held)
        lapses_at = case.version.lapses_at(case, held.unit) if case.at == case.as_of else None
        if lapses_at is not None and lapses_at <= case.at:
            case.lapse(held.unit, case.at)


def _open(case: Case, hold_id: str) -> OpenHold:
    held = case.holds.get(hold_id)
    if held is None:
        raise stop("hold_unknown", hold=hold_id)
    return held


def _let_go(case: Case, hold_id: str, held: OpenHold, why: str) -> None:
    """Give everything back."""
    case.end_hold(hold_id)
    if held.unit:
        case.wallets[held.unit], _ = wallet.release(case.wallet(held.unit), hold_id)
    case.effects.append(Released(hold_id, why, held.unit, held.amount, held.reward, held.code, case.settled_at))
    if held.coupon is not None:
        case.coupons = (*case.coupons, held.coupon)
    if why != "purchase":
        _let_expire(case, held)
    if held.unit:
        _bring_up_to_date(case, hold_id, held)
    _return_uses(case, held, held.quantity)


def _bring_up_to_date(case: Case, hold_id: str, held: OpenHold) -> None:
    """Do with an amount that came back what was done with the rest of the wallet while it was held."""
    case.repay(held.unit)
    convert_freed(case, held.unit, held.since, hold_id)


def _return_uses(case: Case, held: OpenHold, pieces: int) -> None:
    """Give back what some pieces had taken of shared limits and of the member's own allowances."""
    if pieces:
        for limit in held.limits:
            case.give_back(limit, pieces)
        for allowance, start in held.allowances.items():
            case.count_use_back(allowance, start, pieces)


def _let_expire(case: Case, held: OpenHold) -> None:
    """Let go for good what came back after its time."""
    now = max(case.at, case.as_of)
    if held.unit:
        case.expire(held.unit, now)
    reference = "" if held.coupon is None else held.coupon.reference
    for coupon in case.coupons:
        if coupon.reference == reference and coupon.expires_at is not None and coupon.expires_at <= now:
            case.coupons = tuple([other for other in case.coupons if other is not coupon])
            case.effects.append(CouponExpired(coupon.coupon, reference, now))


def limits_coming_back(state: MemberState, event: Event) -> set[str]:
    """The shared limits of which a decision may give some back: those of holds that are due, or that the event ends."""
    at, ended = instant_of(event.at), holds_of(event)
    ends_all = isinstance(event, Close | Merge)
    coming = [held for hold_id, held in state.holds.items() if ends_all or held.until <= at or hold_id in ended]
    return {limit for held in coming for limit in held.limits}
