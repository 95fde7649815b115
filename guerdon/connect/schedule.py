"""When a failed delivery is tried again, and when it is given up.

=====  ==================  ===========================
try    after the last one  after the first, about
=====  ==================  ===========================
2      5 seconds           5 seconds
3      30 seconds          35 seconds
4      2 minutes           2.5 minutes
5      10 minutes          12.5 minutes
6      1 hour              1 hour 12 minutes
7      3 hours             4 hours 12 minutes
8      6 hours             10 hours 12 minutes
9      12 hours            22 hours 12 minutes
=====  ==================  ===========================

Every pause is up to a fifth longer, by chance, so that what failed together does not come back together. After the
ninth failure the delivery is a dead letter. A webhook where *everything* fails rests as a whole, from 5 seconds to a
minute, and is then tried with one change before the others follow.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_LONGEST_RETRY_AFTER = 3_600


class Schedule(NamedTuple):
    """The pauses between tries, in seconds."""

    pauses: tuple[float, ...] = (5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200)
    """After the first failure, the second, and so on; one failure more is the end."""
    first_rest: float = 5
    """How long a webhook rests after a round in which everything failed; twice as long after each further one."""
    longest_rest: float = 60
    seconds_per_try: float = 15
    """How long one try may take in all."""

    def pause(self, failures: int, chance: Callable[[], float] = random.random) -> timedelta | None:
        """How long to wait after so many failures; None: it is given up."""
        if failures > len(self.pauses):
            return None
        return timedelta(seconds=self.pauses[failures - 1] * (1 + chance() / 5))

    def rest(self, rounds: int) -> timedelta:
        """How long a webhook rests after so many rounds of nothing but failures."""
        return timedelta(seconds=min(self.longest_rest, self.first_rest * 2 ** min(rounds - 1, 20)))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """What a ``Retry-After`` header asks for, an hour at most; None: nothing that can be understood."""
    if not value:
        return None
    if value.strip().isdecimal() and value.isascii():
        return timedelta(seconds=min(int(value[:10]), _LONGEST_RETRY_AFTER))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    wanted = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wanted, timedelta()), timedelta(seconds=_LONGEST_RETRY_AFTER))
