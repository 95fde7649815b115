"""The next best reward: what the member can have now, or soon.

Whether a reward can be had is not worked out a second time: the engine is asked, with the member's state, as if the
member redeemed it now. It keeps nothing of it. Shared stocks are not in the lake, and are taken for full: the till says
so where one has run out.

**Worked.** A coffee costs 150 points. The member has 120 and was granted 130 in the last 13 weeks, 10 a week: it is 30
short, and has them in about 3 weeks.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ibis
import msgspec

from guerdon.core import wallet
from guerdon.core.calendar import date_of, instant_of
from guerdon.core.decide import decide
from guerdon.core.events import Redeem
from guerdon.core.program import Program, Quantity, Reward
from guerdon.core.state import MemberState, decode_state
from guerdon.core.timeline import Timeline
from guerdon.insight.engines import Tables

_PACE_WEEKS = 13
_NOT_ENOUGH = "not_enough_available"


class RewardIdea(msgspec.Struct, frozen=True, kw_only=True):
    """A reward for a member."""

    reward: str
    title: Mapping[str, str]
    cost: int
    unit: str
    can_have_it: bool
    short: int
    """How much of the unit is missing; 0: nothing is."""
    weeks: int | None
    """Until the member has it at the pace of the last 13 weeks; None: there is no pace, or it is not about the amount."""
    refusal: str | None
    """Why the engine says no, as its code; None: it says yes."""
    taken: int
    """How often this member took it."""
    taken_by_others: int
    because: str
