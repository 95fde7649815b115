"""A member takes a reward from the catalogue.

**Worked.** A reward at 500 points each gives 10 USD: 1,500 points are three vouchers of 10 USD, 1,400 are refused. At
any amount from 100 points on, with 1 USD per 100 points, 250 points are 2.50 USD.

**Stock that comes in drops** is a shared limit with a name for each drop. With 50 pieces on tue and thu at 09:00 the
51st of a Tuesday is refused and waits for Thursday; what is left on Thursday morning is gone.
"""

import hashlib
from base64 import b32encode
from typing import NamedTuple

from guerdon.core import wallet
from guerdon.core.amounts import Rounding
from guerdon.core.calendar import day_of
from guerdon.core.case import Case
from guerdon.core.effects import Rewarded
from guerdon.core.events import Redeem
from guerdon.core.program import Quantity, Reward
from guerdon.core.refusals import Refused, stop
from guerdon.core.workshop import CompiledReward

MOST_VOUCHERS = 100
"""How many vouchers one redemption gives at most: each is a lot of its own."""

_REFUSED_BY = {"outside_dates": "reward_not_now", "other_weekday": "reward_not_now", "outside_hours": "reward_not_now"}
_PERIODS = {"ever": "in all", "statement": "a statement period"}


class _Taken(NamedTuple):
    """What is taken, and what it costs."""

    reward: CompiledReward
    cost: Quantity
    """Of all pieces together."""
    pieces: int


def redeem(case: Case, event: Redeem) -> None:
    """Take the reward's cost and give what it gives.

    Refused, in this order: a reward that does not exist, one that is not to be had now, one that is not for this
    channel, one that is not for this member, an amount in which it is not taken, one that the member has taken often
    enough, one that costs more than is available, one that is out of stock.
    """
    reward = case.version.rewards.get(event.reward)
    if reward is None:
        raise stop("reward_unknown", reward=event.reward)
    _check_conditions(case, reward)
    taken = _taken(case, event, reward)
    _check_limits(case, taken)
    held = wallet.available(case.wallet(taken.cost.unit))
    if taken.cost.amount > held:
        cost = taken.cost
        raise stop("redemption_exceeds_available_points", cost=cost.amount, unit=cost.unit, available=held)
    _take_stock(case, taken)
    for allowance in reward.settings.per_member:
        start = case.period_start(case.day, allowance.period)
        case.count_use(f"reward:{reward.settings.name}/{allowance.period}", start, taken.pieces)
    case.spend(taken.cost.unit, taken.cost.amount, event.reward, partner=reward.settings.partner)
    _give(case, event, taken)
    case.happened.append(f"redeemed:{event.reward}")


def _check_conditions(case: Case, reward: CompiledReward) -> None:
    """Whether the reward is there for this member, now and here."""
    first, last = reward.settings.first_day, reward.settings.last_day
    if first is not None and case.day < day_of(first):
        raise stop("reward_not_now", reason=f"only from {first} on")
    if last is not None and case.day > day_of(last):
        raise stop("reward_not_now", reason=f"only until {last}")
    failing = reward.condition.failing(case)
    if failing is None:
        return
    if failing.code in _REFUSED_BY:
        raise stop("reward_not_now", reason=failing.sentence)
    if failing.code == "other_channel":
        raise stop("reward_not_here", reason=failing.sentence)
    raise stop("reward_not_for_this_member", reason=failing.sentence)


def _taken(case: Case, event: Redeem, reward: CompiledReward) -> _Taken:
    """How much is taken, by the amount that the event names; none names one piece."""
    settings, cost = reward.settings, _cost(case, reward.settings)
    amount = event.amount or cost.amount
    if settings.taken == "in any amount":
        if amount < cost.amount:
            raise _wrong_amount(event, f"at least {cost.amount} {cost.unit}")
        if settings.value is not None and settings.value.of(amount, Rounding.FLOOR) == 0:
            raise _wrong_amount(event, "so little is worth nothing")
        return _Taken(reward, Quantity(amount, cost.unit), 1)
    pieces, rest = divmod(amount, cost.amount) if cost.amount else (1, 0)
    if rest or (pieces != 1 and settings.taken == "once"):
        told = "or a multiple of it" if settings.taken == "several times" else "no more and no less"
        raise _wrong_amount(event, f"{cost.amount} {cost.unit}, {told}")
    if pieces > MOST_VOUCHERS and settings.gives is not None and case.version.is_voucher(settings.gives.unit):
        raise _wrong_amount(event, f"at most {MOST_VOUCHERS} vouchers at once")
    return _Taken(reward, Quantity(amount, cost.unit), pieces)


def _cost(case: Case, settings: Reward) -> Quantity:
    """What one piece costs the member: by the tier, where the program says so."""
    for level, cost in settings.cost_by_tier.items():
        if case.has_level((level,)):
            return cost
    if settings.cost_by_tier:
        raise stop("reward_not_for_this_member", reason=f"only for {', '.join(settings.cost_by_tier)}")
    return settings.cost


def _wrong_amount(event: Redeem, reason: str) -> Refused:
    return stop("reward_amount_wrong", reward=event.reward, amount=event.amount, reason=reason)


def _check_limits(case: Case, taken: _Taken) -> None:
    """Whether the member may take so many."""
    settings = taken.reward.settings
    if settings.at_once is not None and taken.pieces > settings.at_once:
        raise stop("reward_limit_reached", reward=settings.name, most=settings.at_once, period="at once", used=0)
    for allowance in settings.per_member:
        start = case.period_start(case.day, allowance.period)
        used = case.used_in(f"reward:{settings.name}/{allowance.period}", start)
        if used + taken.pieces > allowance.amount:
            period = _PERIODS.get(allowance.period, f"a {allowance.period}")
            raise stop("reward_limit_reached", reward=settings.name, most=allowance.amount, period=period, used=used)


def _take_stock(case: Case, taken: _Taken) -> None:
    """Take the pieces from the stock, or from that of the last drop."""
    if not taken.reward.stock:
        return
    stock = taken.reward.stock_at(case.at, case.version.zone)
    if case.left_of(stock) < taken.pieces:
        raise stop("reward_out_of_stock", reward=taken.reward.settings.name)
    case.use(stock, taken.pieces)


def _give(case: Case, event: Redeem, taken: _Taken) -> None:
    settings = taken.reward.settings
    if settings.gives is None:
        code, expires_at = "", None
        if settings.code:
            code = _code(event)
            expires_at = None if settings.valid is None else case.version.zone.start(settings.valid.ends(case.day))
        case.effects.append(Rewarded(event.reward, taken.pieces, code, expires_at))
        return
    unit, amount = settings.gives.unit, settings.gives.amount
    expires_at = case.expiry(unit, settings.valid)
    if settings.value is not None:
        amount = settings.value.of(taken.cost.amount, Rounding.FLOOR)
    if not case.version.is_voucher(unit):
        case.grant(unit, amount * taken.pieces, event.reward, expires_at=expires_at)
        return
    for number in range(1, taken.pieces + 1):
        reference = event.id if number == 1 else f"{event.id}/{number}"
        case.grant(unit, amount, event.reward, expires_at=expires_at, reference=reference)


def _code(event: Redeem) -> str:
    """The code that a redemption unlocks: always the same for the same event, and as secret as its id is."""
    digest = hashlib.blake2b(f"{event.member}\0{event.id}".encode(), digest_size=10).digest()
    return b32encode(digest).decode()
