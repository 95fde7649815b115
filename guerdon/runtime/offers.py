"""What the catalogue offers at an instant: each reward, how many pieces are left, and whether anybody may take it.

Whether one member may take it is for a decision to say; here stands what is the same for all: dates, weekdays, hours
and stock.

**Worked.** 50 mugs come on tue and thu at 09:00 and 48 were taken on Tuesday: at noon two are left, on Wednesday too,
and from Thursday 09:00 on there are 50 again.
"""

from typing import NamedTuple

from guerdon.core.calendar import Instant, day_of
from guerdon.core.program import Reward
from guerdon.core.version import Version
from guerdon.core.workshop import CompiledReward
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import StoredLimit


class Offer(NamedTuple):
    """A reward of the catalogue at an instant."""

    reward: Reward
    left: int | None
    """How many pieces are left, of those that came last; None: it is not counted."""
    is_open: bool
    """Whether it may be taken now by those members for whom it is."""


def offers(connection: Connection, program: int, version: Version, at: Instant) -> list[Offer]:
    """The whole catalogue of a version, in its order."""
    known = {limit.name: limit for limit in limits_left(connection, program, version, at)}
    return [_offer(reward, version, known, at) for reward in version.rewards.values()]


def limits_left(connection: Connection, program: int, version: Version, at: Instant) -> list[StoredLimit]:
    """The shared limits of a version with what is used of each; of a stock that comes in drops, of the last drop."""
    stored = {limit.name: limit for limit in reading.limits(connection, program)}
    now = {reward.stock: reward.stock_at(at, version.zone) for reward in version.rewards.values() if reward.stock}
    found = [
        (name, allowed, stored.get(version.first_name(now.get(name, name))))
        for name, allowed in sorted(version.limits.items())
    ]
    return [
        StoredLimit(name, allowed, *((0, 0) if limit is None else (limit.used, limit.added)))
        for name, allowed, limit in found
    ]


def _offer(reward: CompiledReward, version: Version, known: dict[str, StoredLimit], at: Instant) -> Offer:
    left = None
    if reward.stock:
        stock = known[reward.stock]
        left = max(0, stock.allowed + stock.added - stock.used)
    return Offer(reward.settings, left, left != 0 and _is_in_time(reward, version, at))


def _is_in_time(reward: CompiledReward, version: Version, at: Instant) -> bool:
    settings, day = reward.settings, version.zone.day(at)
    if settings.first_day is not None and day < day_of(settings.first_day):
        return False
    if settings.last_day is not None and day > day_of(settings.last_day):
        return False
    hours = settings.when.hours
    if hours is not None and not hours[0] <= version.zone.minute(at) < hours[1]:
        return False
    return reward.condition.is_live_on(day)
