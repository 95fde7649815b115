"""The next best reward: what the member can have now, or soon.

Whether a reward can be had is not worked out a second time: the engine is asked, with the member's state, as if the
member redeemed it now. It keeps nothing of it. Shared stocks are not in the lake, and are taken for full: the till says
so where one has run out.

**Worked.** A coffee costs 150 points. The member has 120 and was granted 130 in the last 13 weeks, 10 a week: it is 30
short, and has them in about 3 weeks.
"""

import math
from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import msgspec

from guerdon.core import wallet
from guerdon.core.calendar import Instant, moment_of
from guerdon.core.decide import decide
from guerdon.core.events import Redeem
from guerdon.core.program import Quantity, Reward
from guerdon.core.state import MemberState, decode_state
from guerdon.core.timeline import Timeline
from guerdon.core.wallet import Wallet
from guerdon.insight.engines import Tables

_PACE_WEEKS = 13
_TOO_LITTLE = "redemption_exceeds_available_points"


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
    """Until the member has it at the pace of the last 13 weeks; None: no pace, or it is not about the amount."""
    refusal: str | None
    """Why the engine says no, as its code; None: it says yes."""
    taken: int
    """How often this member took it."""
    taken_by_others: int
    because: str
    """The sentence for it."""


class Habit(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of taking rewards and earning."""

    taken: Mapping[str, int]
    """By reward: how often the member took it."""
    taken_by_others: Mapping[str, int]
    weekly: Mapping[str, float]
    """By unit: what the member was granted a week."""


def rewards_for(tables: Tables, timeline: Timeline, member: int, at: Instant, today: date) -> list[RewardIdea]:
    """The rewards of the version in force, the best first; none for a member who is not known.

    First what can be had, then what will be had soonest, then what is refused for another reason. Among equals, what
    the member took before, what others took, and what costs more.
    """
    rows = tables.members.filter(tables.members.member == member).select("key", "state").to_pyarrow().to_pylist()
    version = timeline.at(at)
    if version is None or not rows or rows[0]["state"] is None:
        return []
    key, state = rows[0]["key"], decode_state(rows[0]["state"])
    at = max(at, state.as_of)
    habit = habit_of(tables, member, today)
    ideas = [_idea(timeline, key, state, reward, at, habit) for reward in version.program.rewards]
    return sorted(ideas, key=_order)


def _order(idea: RewardIdea) -> tuple[int, int, int, int, int, str]:
    soon = 0 if idea.can_have_it else 1 if idea.weeks is not None else 2
    return (soon, idea.weeks or 0, -idea.taken, -idea.taken_by_others, -idea.cost, idea.reward)


def habit_of(tables: Tables, member: int, today: date) -> Habit:
    """What the member and others took, and what the member was granted a week in the last 13 weeks."""
    rewarded = tables.effects.filter(tables.effects.effect == "rewarded")
    counted = rewarded.group_by(["reward", (rewarded.member == member).name("own")]).agg(times=rewarded.count())
    rows = counted.to_pyarrow().to_pylist()
    effects, since = tables.effects, today - timedelta(weeks=_PACE_WEEKS)
    mine = effects.filter((effects.member == member) & (effects.effect == "granted"))
    recent = mine.filter((mine.day > ibis.literal(since)) & (mine.day <= ibis.literal(today)))
    granted = recent.group_by("unit").agg(amount=recent.amount.sum()).to_pyarrow().to_pylist()
    return Habit(
        taken={row["reward"]: row["times"] for row in rows if row["own"]},
        taken_by_others={row["reward"]: row["times"] for row in rows if not row["own"]},
        weekly={row["unit"]: row["amount"] / _PACE_WEEKS for row in granted},
    )


def _idea(timeline: Timeline, key: str, state: MemberState, reward: Reward, at: Instant, habit: Habit) -> RewardIdea:
    cost = _cost(state, reward)
    amount = cost.amount if reward.taken == "in any amount" else 0
    asked = Redeem(id="what-if", member=key, at=moment_of(at), reward=reward.name, amount=amount)
    refusal = decide(timeline, state, asked).outcome.refusal
    code = None if refusal is None else refusal.code
    short = max(0, cost.amount - wallet.available(state.wallets.get(cost.unit, Wallet())))
    weeks = _weeks(short, habit.weekly.get(cost.unit, 0.0)) if code == _TOO_LITTLE else None
    taken, others = habit.taken.get(reward.name, 0), habit.taken_by_others.get(reward.name, 0)
    return RewardIdea(
        reward=reward.name,
        title=reward.title,
        cost=cost.amount,
        unit=cost.unit,
        can_have_it=refusal is None,
        short=short,
        weeks=weeks,
        refusal=code,
        taken=taken,
        taken_by_others=others,
        because=refusal.sentence if refusal is not None else _liked(taken, others),
    )


def _cost(state: MemberState, reward: Reward) -> Quantity:
    levels = {standing.level for standing in state.standings.values()}
    return next((cost for level, cost in reward.cost_by_tier.items() if level in levels), reward.cost)


def _weeks(short: int, weekly: float) -> int | None:
    return math.ceil(short / weekly) if weekly > 0 else None


def _liked(taken: int, others: int) -> str:
    if taken:
        return f"The member took it {taken} times before."
    return f"It was taken {others} times by others." if others else "The member has enough for it now."
