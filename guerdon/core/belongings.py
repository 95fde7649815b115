"""Belongings: what a member has besides amounts, as it travels when two cards turn out to be one person's.

Meters add up, bucket by bucket; so do purchases and badges. Coupons and tickets go along one by one. The counters of a
mechanic are adopted whole by a member who has none of that mechanic, since half a streak and half another make no
streak.

**Worked.** Ana's second card shows 120.00 USD in ``spend_this_year`` and 3 purchases. Her first one shows 400.00 and 9:
it shows 520.00 and 12 afterwards. Parted again, it shows 400.00 and 9, and what was bought since.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from guerdon.core.calendar import Instant


class Coupon(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A personal coupon that the member holds."""

    coupon: str
    """The mechanic that it is used by."""
    reference: str
    """The code by which it is shown."""
    issued_at: Instant
    """When it was given."""
    expires_at: Instant | None = None
    """None: it does not expire."""


Counts = tuple[tuple[int, int], ...]
"""Buckets of a meter, each with what it counts, in order: as pairs, since the keys of JSON are texts."""


class Belongings(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a member has besides amounts."""

    meters: dict[str, Counts] = {}
    """By meter: buckets with what they count; below zero for what a return took out."""
    purchases: int = 0
    """How many purchases were recorded."""
    badges: dict[str, int] = {}
    """How often each badge was earned."""
    coupons: tuple[Coupon, ...] = ()
    """The personal coupons that are held."""
    tickets: dict[str, tuple[str, ...]] = {}
    """The tickets held in each raffle."""
    progress: dict[str, dict[str, int]] = {}
    """The counters that mechanics keep."""


NO_BELONGINGS = Belongings()


def renamed_belongings(held: Belongings, mechanics: Mapping[str, str], meters: Mapping[str, str]) -> Belongings:
    """The same by other names of mechanics and meters."""
    return Belongings(
        {meters.get(name, name): buckets for name, buckets in held.meters.items()},
        held.purchases,
        {mechanics.get(name, name): times for name, times in held.badges.items()},
        tuple([msgspec.structs.replace(one, coupon=mechanics.get(one.coupon, one.coupon)) for one in held.coupons]),
        {mechanics.get(name, name): tickets for name, tickets in held.tickets.items()},
        {_part_renamed(name, mechanics): counters for name, counters in held.progress.items()},
    )


def _part_renamed(name: str, mechanics: Mapping[str, str]) -> str:
    mechanic, slash, rest = name.partition("/")
    return f"{mechanics.get(mechanic, mechanic)}{slash}{rest}"


def together(one: Belongings, other: Belongings) -> Belongings:
    """Two belongings added up, where neither has a coupon, ticket or counter that the other has."""
    tickets = {game: one.tickets.get(game, ()) + other.tickets.get(game, ()) for game in one.tickets | other.tickets}
    meters = {
        meter: tuple(_sum(dict(one.meters.get(meter, ())), dict(other.meters.get(meter, ()))).items())
        for meter in one.meters | other.meters
    }
    return Belongings(
        meters, one.purchases + other.purchases, _sum(one.badges, other.badges), one.coupons + other.coupons, tickets,
        one.progress | other.progress,
    )  # fmt: skip


def _sum(one: Mapping[Any, int], other: Mapping[Any, int]) -> dict[Any, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}
