"""Members of segments as they are told to a machine: plain values with a unit each."""

from collections.abc import Sequence

import msgspec

from guerdon.insight.segments.habits import Habits
from guerdon.insight.segments.kinds import Kinds
from guerdon.insight.segments.leanings import Leaning
from guerdon.insight.segments.study import Study


class SegmentMember(msgspec.Struct, frozen=True):
    """A member of a segment."""

    member: str
    purchases: int
    """In the year."""
    sales: int
    """Paid in the year less what came back, in minor units."""
    days_since_last_purchase: int | None
    """None: there was none."""
    tier: str | None


class SegmentList(msgspec.Struct, frozen=True):
    """Who is in a segment."""

    by: str
    segment: str
    day: str
    """The day that it is as of."""
    currency: str
    members: tuple[SegmentMember, ...]
    """Those who spent most first."""


class SegmentLeanings(msgspec.Struct, frozen=True):
    """What a segment buys more of than members in general."""

    by: str
    segment: str
    of: str
    """`category` or `brand`."""
    day: str
    currency: str
    leanings: tuple[Leaning, ...]
    """The highest lift first."""


class MemberPortrait(msgspec.Struct, frozen=True):
    """One member by RFM, stage and kinds of loyalty."""

    member: str
    day: str
    currency: str
    purchases: int
    """In the year."""
    visits: int
    sales: int
    """Paid in the year less what came back, in minor units."""
    days_since_last_purchase: int | None
    rfm: str
    recency: int | None
    """From 1 to 5; None: nothing was bought in the year."""
    frequency: int | None
    money: int | None
    stage: str
    rhythm: float
    """The days from visit to visit that the stage is told by."""
    kinds: Kinds
    segments: tuple[str, ...]
    """Those that the till knows the member to be in."""


def listed(members: Sequence[Habits]) -> tuple[SegmentMember, ...]:
    """Members as a list tells them."""
    return tuple(SegmentMember(one.key, one.purchases, one.spent, one.last_days, one.tier) for one in members)


def portrait_of(study: Study, key: str) -> MemberPortrait | None:
    """One member; None: there is no such member, or none that counts."""
    found = study.portrait(key)
    if found is None:
        return None
    one, scores = found.habits, found.scores
    return MemberPortrait(
        member=one.key,
        day=str(study.day),
        currency=study.currency,
        purchases=one.purchases,
        visits=one.visits,
        sales=one.spent,
        days_since_last_purchase=one.last_days,
        rfm=found.rfm,
        recency=scores and scores.recency,
        frequency=scores and scores.frequency,
        money=scores and scores.money,
        stage=found.stage,
        rhythm=found.rhythm,
        kinds=found.kinds,
        segments=one.segments,
    )
