"""A member takes a reward from the catalogue.

**Worked.** A reward at 500 points each gives 10 USD: 1,500 points are three vouchers of 10 USD, 1,400 are refused. At
any amount from 100 points on, with 1 USD per 100 points, 250 points are 2.50 USD.

**Stock that comes in drops** is a shared limit with a name for each drop. With 50 pieces on tue and thu at 09:00 the
51st of a Tuesday is refused and waits for Thursday; what is left on Thursday morning is gone.

**With a purchase**: a basket of 30.00 takes a voucher of 10 USD for 500 points along. The points are spent, the voucher
comes off this very basket, 20.00 are paid, and all of it is one decision: refused together, journaled together.
"""

import hashlib
from base64 import b32encode
from typing import NamedTuple

from guerdon.core import wallet
from guerdon.core.amounts import Rounding
from guerdon.core.calendar import Day, Instant, day_of
from guerdon.core.case import Case
from guerdon.core.effects import Rewarded
from guerdon.core.events import Purchase, Redeem, derived_id
from guerdon.core.program import Quantity, Reward
from guerdon.core.refusals import Refused, stop
from guerdon.core.workshop import CompiledReward

MOST_VOUCHERS = 100
"""How many vouchers one redemption gives at most: each is a lot of its own."""

_REFUSED_BY = {"outside_dates": "reward_not_now", "other_weekday": "reward_not_now", "outside_hours": "reward_not_now"}
_PERIODS = {"ever": "in all", "statement": "a statement period"}


class Asked(NamedTuple):
    """A reward that a member asks for."""

    reward: str
    amount: int
    """How much of its unit the member gives for it; 0: what one piece costs."""
    reference: str
    """What its vouchers and its code are known by: no two that are asked for have the same."""


class Taken(NamedTuple):
    """What is taken, and what it costs."""

    reward: CompiledReward
    cost: Quantity
    """Of all pieces together."""
    pieces: int


def redeem(case: Case, event: Redeem) -> None:
    """Take a reward by itself."""
    _take(case, Asked(event.reward, event.amount, event.id))


def take_along(case: Case, purchase: Purchase) -> None:
    """Take the rewards that come with a purchase. What they cost stays spent when the goods come back."""
    for number, taken in enumerate(purchase.rewards, 1):
        _take(case, Asked(taken.reward, taken.amount, derived_id(purchase.id, f"reward-{number}")))


def _take(case: Case, asked: Asked) -> None:
    """Take the reward's cost and give what it gives."""
    taken = wanted(case, asked)
    take_stock(case, taken)
    count_uses(case, taken)
    case.spend(taken.cost.unit, taken.cost.amount, asked.reward, partner=taken.reward.settings.partner)
    give(case, taken, asked.reference, case.at)


def wanted(case: Case, asked: Asked) -> Taken:
    """What a member takes who asks for a reward; nothing is taken yet.

    Refused, in this order: a reward that does not exist, one that is not to be had now, one that is not for this
    channel, one that is not for this member, an amount in which it is not taken, one that the member has taken often
    enough, one that costs more than is available, one that is out of stock.
    """
    reward = case.version.rewards.get(asked.reward)
    if reward is None:
        raise stop("reward_unknown", reward=asked.reward)
    _check_conditions(case, reward)
    taken = _taken(case, asked, reward)
    _check_limits(case, taken)
    available = wallet.available(case.wallet(taken.cost.unit))
    if taken.cost.amount > available:
        cost = taken.cost
        raise stop("redemption_exceeds_available_points", cost=cost.amount, unit=cost.unit, available=available)
    stock = stock_of(case, reward)
    if stock and case.left_of(stock) < taken.pieces:
        raise stop("reward_out_of_stock", reward=asked.reward)
    return taken


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


def _taken(case: Case, asked: Asked, reward: CompiledReward) -> Taken:
    """How much is taken, by the amount that is named; none names one piece."""
    settings, cost = reward.settings, _cost(case, reward.settings)
    amount = asked.amount or cost.amount
    if settings.taken == "in any amount":
        if amount < cost.amount:
            raise _wrong_amount(asked, f"at least {cost.amount} {cost.unit}")
        if settings.value is not None and settings.value.of(amount, Rounding.FLOOR) == 0:
            raise _wrong_amount(asked, "so little is worth nothing")
        return Taken(reward, Quantity(amount, cost.unit), 1)
    pieces, rest = divmod(amount, cost.amount) if cost.amount else (1, 0)
    if rest or (pieces != 1 and settings.taken == "once"):
        told = "or a multiple of it" if settings.taken == "several times" else "no more and no less"
        raise _wrong_amount(asked, f"{cost.amount} {cost.unit}, {told}")
    if pieces > MOST_VOUCHERS and settings.gives is not None and case.version.is_voucher(settings.gives.unit):
        raise _wrong_amount(asked, f"at most {MOST_VOUCHERS} vouchers at once")
    return Taken(reward, Quantity(amount, cost.unit), pieces)


def _cost(case: Case, settings: Reward) -> Quantity:
    """What one piece costs the member: by the tier, where the program says so."""
    for level, cost in settings.cost_by_tier.items():
        if case.has_level((level,)):
            return cost
    if settings.cost_by_tier:
        raise stop("reward_not_for_this_member", reason=f"only for {', '.join(settings.cost_by_tier)}")
    return settings.cost


def _wrong_amount(asked: Asked, reason: str) -> Refused:
    return stop("reward_amount_wrong", reward=asked.reward, amount=asked.amount, reason=reason)


def _check_limits(case: Case, taken: Taken) -> None:
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


def stock_of(case: Case, reward: CompiledReward) -> str:
    """The shared limit that a reward's pieces are taken from now: that of the last drop; empty: there is no end."""
    return reward.stock_at(case.at, case.version.zone) if reward.stock else ""


def take_stock(case: Case, taken: Taken) -> None:
    """Take the pieces from the stock, which is known to have them."""
    stock = stock_of(case, taken.reward)
    if stock:
        case.use(stock, taken.pieces)


def count_uses(case: Case, taken: Taken) -> None:
    """Count the pieces against what the member may take in each period."""
    for allowance, start in allowances_of(case, taken.reward).items():
        case.count_use(allowance, start, taken.pieces)


def allowances_of(case: Case, reward: CompiledReward) -> dict[str, Day]:
    """The member's own allowances of a reward, with the first day of the period that runs."""
    settings = reward.settings
    periods = [allowance.period for allowance in settings.per_member]
    return {f"reward:{settings.name}/{period}": case.period_start(case.day, period) for period in periods}


def give(case: Case, taken: Taken, reference: str, since: Instant) -> None:
    """Give what a reward gives, for a cost that was taken; ``since`` is when it was promised."""
    settings = taken.reward.settings
    if settings.gives is None:
        _hand_out(case, taken, reference)
    else:
        _grant(case, taken, settings.gives, reference, since)
    case.happened.append(f"redeemed:{settings.name}")


def _hand_out(case: Case, taken: Taken, reference: str) -> None:
    """Give a thing, or the code for one."""
    settings, code, expires_at = taken.reward.settings, "", None
    if settings.code:
        code = _code(case.event.member, reference)
        expires_at = None if settings.valid is None else case.version.zone.start(settings.valid.ends(case.day))
    case.effects.append(Rewarded(settings.name, taken.pieces, code, expires_at))


def _grant(case: Case, taken: Taken, gives: Quantity, reference: str, since: Instant) -> None:
    """Give an amount. One that comes with a purchase hangs on none of its lines: it was paid for."""
    settings, amount = taken.reward.settings, gives.amount
    if settings.value is not None:
        amount = settings.value.of(taken.cost.amount, Rounding.FLOOR)
    unit, amount = _today(case, gives.unit, amount, since)
    expires_at, apart = case.expiry(unit, settings.valid), isinstance(case.event, Purchase)
    if not case.version.is_voucher(unit):
        case.grant(unit, amount * taken.pieces, settings.name, expires_at=expires_at, apart=apart)
        return
    for number in range(1, taken.pieces + 1):
        own = reference if number == 1 else f"{reference}/{number}"
        case.grant(unit, amount, settings.name, expires_at=expires_at, reference=own, apart=apart)


def _today(case: Case, unit: str, amount: int, since: Instant) -> tuple[str, int]:
    """What was promised, in the unit that its unit has become since then."""
    became = case.version.became.get(unit)
    if became is None or became.at <= since:
        return unit, amount
    return became.unit, became.rate.of(amount, Rounding.UP)


def _code(member: str, reference: str) -> str:
    """The code that a redemption unlocks: always the same for the same event, and as secret as its id is."""
    digest = hashlib.blake2b(f"{member}\0{reference}".encode(), digest_size=10).digest()
    return b32encode(digest).decode()
