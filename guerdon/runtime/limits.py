"""Stock and budgets between two versions: what was added to a shared limit, and what is left of it.

A version of the program says how much there is. What comes in or is taken away later is added by hand, on top of it:
the next version's figure and what was added count together.

**Worked.** A version has a stock of 20 mugs, and 18 are taken. 10 are added: 12 are left. 12 may be taken away again
and not 13, as 18 are promised. A new version with a stock of 30 leaves 30 + 10 - 18 = 22.

A decision is told what was added beside what is used, and the journal keeps both.
"""

from typing import NamedTuple

from guerdon.core.calendar import Instant
from guerdon.core.version import Version
from guerdon.runtime.programs import PublishedProgram
from guerdon.store import ledger, reading
from guerdon.store.database import Connection


class LimitTrouble(Exception):
    """A shared limit cannot be found or changed like this, for the reason given."""


class LimitNow(NamedTuple):
    """A shared limit as it stands."""

    name: str
    allowed: int
    """How much the version in force allows: pieces, or the smallest part of the unit."""
    added: int
    used: int

    @property
    def left(self) -> int:
        """How much is left."""
        return self.allowed + self.added - self.used


def limit_now(connection: Connection, program: int, name: str, at: Instant) -> LimitNow:
    """A shared limit by its reward or mechanic, under the version in force. Raises LimitTrouble."""
    counted_as, allowed = _limit_called(connection, program, name, at)
    known = reading.limit(connection, program, counted_as)
    return LimitNow(name, allowed, *((0, 0) if known is None else (known.added, known.used)))


def add_to_limit(
    connection: Connection, program: int, name: str, amount: int, at: Instant, *, reason: str = ""
) -> LimitNow:
    """Add to a shared limit, or take away by an amount below zero. Does not commit.

    Raises LimitTrouble for nothing at all, and where less would be left than is used or held already.
    """
    counted_as, allowed = _limit_called(connection, program, name, at)
    if not amount:
        raise LimitTrouble("Say how much is added, or taken away by a number below zero.")
    stored = ledger.add_to_limit(connection, program, counted_as, amount, allowed=allowed, reason=reason)
    if stored is None:
        left = limit_now(connection, program, name, at).left
        raise LimitTrouble(f"Of {name} {left:,} are left; {-amount:,} cannot be taken away.")
    return LimitNow(name, allowed, stored.added, stored.used)


def _limit_called(connection: Connection, program: int, name: str, at: Instant) -> tuple[str, int]:
    """The name under which a limit is counted at a moment, and how much the version in force allows."""
    version = PublishedProgram(connection, program).in_force()
    reward = version.rewards.get(name)
    limit = reward.stock_at(at, version.zone) if reward is not None and reward.stock else name
    if limit == name and name not in version.limits:
        raise LimitTrouble(f"The program has no limit {name}; there is {', '.join(_names(version)) or 'none'}.")
    return version.first_name(limit), version.allowed(limit)


def _names(version: Version) -> list[str]:
    return [name.removeprefix("stock:") for name in version.limits]
