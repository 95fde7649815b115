"""Figures: what the decisions on many members did, added up so that parts of a history can be merged.

``Bought`` is what happened whatever the program; ``Figures`` is what one program did. Each is sums, counts, and lists
that never grow beyond a bound: no member stays in memory. Months are numbered as in ``calendar.month_of``.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from guerdon.core.events import Purchase
from guerdon.insight.simulation.courses import Uses
from guerdon.insight.simulation.history import MemberHistory
from guerdon.insight.simulation.spread import Largest, Spread

KEPT = 10
"""How many members and baskets are named of each kind."""
KEPT_SUSPICIONS = 50

Month = int
Count = dict[Any, int]


def bump(counts: Count, key: object, amount: int) -> None:
    """Add to one of many sums."""
    counts[key] = counts.get(key, 0) + amount


def _merge(counts: Count, other: Count) -> None:
    for key, amount in other.items():
        counts[key] = counts.get(key, 0) + amount


class _Sums(msgspec.Struct):
    """Sums that can be merged, field by field."""

    def merge(self, other: "_Sums") -> None:
        """Take in the figures of another part of the history."""
        for name in self.__struct_fields__:
            own, more = getattr(self, name), getattr(other, name)
            if isinstance(own, dict):
                _DICTS.get(name, _merge)(own, more)
            elif isinstance(own, Spread | Largest):
                own.merge(more)
            elif isinstance(own, set):
                own |= more
            else:
                setattr(self, name, own + more)


class Bought(_Sums):
    """What happened, whatever the program."""

    members: int = 0
    """Members of whom anything is told."""
    events: int = 0
    """Everything that happened from outside."""
    baskets: int = 0
    """The purchases among them."""
    unreadable: int = 0
    """Entries that are no events."""

    def count(self, history: MemberHistory) -> None:
        """Take a member's history in."""
        self.members += bool(history.events)
        self.events += len(history.events)
        self.baskets += sum([1 for event in history.events if event.__class__ is Purchase])
        self.unreadable += history.unreadable


class Figures(_Sums):
    """What one program did."""

    granted: dict[tuple[str, str], int] = {}
    """By mechanic and unit (empty: off prices, or things)."""
    taken_back: dict[tuple[str, str], int] = {}
    """By mechanic and unit."""
    exchanged: dict[tuple[str, str, str], int] = {}
    """By mechanic, the unit that it granted, and the unit that was given for it, by the member or a partner."""
    cut: dict[tuple[str, str], int] = {}
    """By mechanic and unit: what a cap or budget was in the way of."""
    times: dict[tuple[str, str], int] = {}
    """By mechanic and unit: how often it gave anything."""
    members_of: dict[tuple[str, str], int] = {}
    """By mechanic and unit: to how many members."""
    pieces: dict[str, int] = {}
    """By mechanic: things that it gave."""
    flows: dict[tuple[Month, str, str], int] = {}
    """By month, unit and kind: ``issued``, ``redeemed``, ``expired``, ``taken_back``, ``elsewhere``."""
    expired: dict[str, int] = {}
    """By unit."""
    reduced_by_month: dict[Month, int] = {}
    """What came off prices, less what came back of it."""
    exchanged_by_month: dict[tuple[Month, str], int] = {}
    """By month and unit."""
    enrolled: dict[Month, int] = {}
    """Members who joined, households aside."""
    moves: dict[tuple[Month, str, str, str], int] = {}
    """By month, ladder, level before and level after."""
    limits: dict[str, Uses] = {}
    """By shared limit."""
    taken: dict[str, int] = {}
    """By reward: pieces."""
    spent: dict[tuple[str, str], int] = {}
    """By reward and unit."""
    refused: dict[tuple[str, str, str], int] = {}
    """By kind of event, code, and what it asked for."""
    examples: dict[tuple[str, str, str], str] = {}
    """Of each of these: one sentence, the first in the order of the alphabet."""
    reached: dict[int, int] = {}
    """By quarter (months since year 0, by 3): members who reached a reward."""
    active: dict[int, int] = {}
    """By quarter: members who bought anything."""
    within: int = 0
    """Members who could pay for the cheapest reward at the end."""
    near: int = 0
    """Members who lack at most a fifth of it."""
    fired: set[str] = set()
    """The mechanics and rewards that did anything."""
    paid: int = 0
    """What members paid in money for baskets, in minor units."""
    sales: dict[Month, int] = {}
    """Less what came back, with what is assumed, in minor units."""
    baskets: dict[Month, int] = {}
    """How many purchases."""
    buyers: dict[Month, int] = {}
    """How many members bought anything."""
    categories: dict[str, int] = {}
    """Sales by category; only where margins are asked for."""
    ratios: Spread = msgspec.field(default_factory=Spread)
    """What members got, per mille of their sales."""
    costly_members: Largest = msgspec.field(default_factory=lambda: Largest(KEPT))
    costly_baskets: Largest = msgspec.field(default_factory=lambda: Largest(KEPT))
    by_ratio: Largest = msgspec.field(default_factory=lambda: Largest(KEPT_SUSPICIONS))
    by_baskets: Largest = msgspec.field(default_factory=lambda: Largest(KEPT_SUSPICIONS))
    by_returns: Largest = msgspec.field(default_factory=lambda: Largest(KEPT_SUSPICIONS))


class Compared(_Sums):
    """What the draft changes for members."""

    differences: Spread = msgspec.field(default_factory=Spread)
    winners: int = 0
    losers: int = 0
    won: int = 0
    lost: int = 0
    groups: dict[tuple[str, str, str], int] = {}
    """By kind of group, its name, and ``members``, ``winners``, ``losers`` or ``difference``."""
    tiers: dict[tuple[str, str], int] = {}
    """By the level under the current program and the level under the draft, at the end."""
    newly_within: int = 0
    newly_near: int = 0
    most_won: Largest = msgspec.field(default_factory=lambda: Largest(KEPT))
    most_lost: Largest = msgspec.field(default_factory=lambda: Largest(KEPT))


def _merge_uses(limits: dict[str, Uses], other: dict[str, Uses]) -> None:
    for name, uses in other.items():
        limits.setdefault(name, Uses(uses.width)).merge(uses)


def keep_least(known: dict[Any, Any], other: dict[Any, Any]) -> None:
    """Keep one value of each key, the same whatever the order in which parts are merged."""
    for key, value in other.items():
        known[key] = min(value, known.get(key, value))


_DICTS: dict[str, Callable[[dict[Any, Any], dict[Any, Any]], None]] = {
    "limits": _merge_uses,
    "examples": keep_least,
}
