"""All that is suggested to one member, and to all members at once."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import msgspec

from guerdon.core.calendar import Instant, day_of
from guerdon.core.timeline import Timeline
from guerdon.insight.affinity.baskets import Counts, Level, counts
from guerdon.insight.affinity.offers import OfferIdea, bought_by, offers_for
from guerdon.insight.affinity.rewards import RewardIdea, rewards_for
from guerdon.insight.affinity.suggestions import Suggester, Suggestion
from guerdon.insight.engines import Tables
from guerdon.insight.value.purchases import observed_until

_LEAST_MEMBERS = 5
_TO_EACH = 3


class NothingBought(Exception):
    """There is nothing to learn from; the message says what is missing."""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What suits one member."""

    member: str
    as_of: date
    is_cold: bool
    """Nothing is known that the member likes: what is new is what is popular."""
    again: tuple[Suggestion, ...]
    new: tuple[Suggestion, ...]
    rewards: tuple[RewardIdea, ...]
    offers: tuple[OfferIdea, ...]


class ForMember(msgspec.Struct, frozen=True, kw_only=True):
    """What to suggest to one of all members."""

    member: str
    again: tuple[str, ...]
    new: tuple[str, ...]
    is_cold: bool


class ForAll(msgspec.Struct, frozen=True, kw_only=True):
    """What to suggest to all members."""

    level: Level
    as_of: date
    members: tuple[ForMember, ...]
    """Of these nobody is barred."""
    suggested: tuple[tuple[str, int], ...]
    """What is suggested as new to the most members, and to how many."""
    cold: int
    """How many of them are unknown, and get what is popular."""


def advise(tables: Tables, timeline: Timeline, key: str, level: Level = "category") -> Advice | None:
    """What suits a member; None: there is no such member. Raises NothingBought."""
    found, today, at = _learn(tables, timeline, level)
    members = tables.members.filter(tables.members.key == key).select("member", "tiers", "tier")
    rows = members.to_pyarrow().to_pylist()
    if not rows:
        return None
    member, suggester = rows[0]["member"], Suggester(found)
    version = timeline.at(at)
    offers = [] if version is None else offers_for(
        version.program, bought_by(tables, member, today), _levels(rows[0]["tiers"], rows[0]["tier"]), today
    )  # fmt: skip
    return Advice(
        member=key,
        as_of=today,
        is_cold=suggester.is_cold(member),
        again=tuple(suggester.again(member)),
        new=tuple(suggester.new(member)),
        rewards=tuple(rewards_for(tables, timeline, member, at, today)),
        offers=tuple(offers),
    )


def advise_all(tables: Tables, timeline: Timeline, level: Level = "category") -> ForAll:
    """What to suggest to everybody. Raises NothingBought."""
    found, today, _ = _learn(tables, timeline, level)
    suggester = Suggester(found)
    members = tuple(_for_members(tables, suggester))
    suggested = Counter(thing for member in members for thing in member.new)
    return ForAll(
        level=level,
        as_of=today,
        members=members,
        suggested=tuple(sorted(suggested.items(), key=lambda pair: (-pair[1], pair[0]))[:10]),
        cold=sum([member.is_cold for member in members]),
    )


def _for_members(tables: Tables, suggester: Suggester) -> Iterator[ForMember]:
    people = tables.members.filter(tables.members.barred.isnull() & ~tables.members.is_household.fill_null(False))
    for row in people.select("member", "key").order_by("member").to_pyarrow().to_pylist():
        member = row["member"]
        yield ForMember(
            member=row["key"],
            again=tuple(one.thing for one in suggester.again(member, _TO_EACH)),
            new=tuple(one.thing for one in suggester.new(member, _TO_EACH)),
            is_cold=suggester.is_cold(member),
        )


def _learn(tables: Tables, timeline: Timeline, level: Level) -> tuple[Counts, date, Instant]:
    """The counts, the last day that was observed and the start of the day after it, which is when this is asked."""
    today = observed_until(tables)
    if today is None or not tables.lines.count().to_pyarrow().as_py():
        raise NothingBought("Nobody has bought anything yet: there is nothing to learn from. Take in purchases first.")
    newest = max(timeline.versions, key=lambda version: version.number)
    found = counts(tables, newest.program, level, until=today, least_members=_LEAST_MEMBERS)
    if not found.things:
        raise NothingBought(
            f"There is no {level} yet that {_LEAST_MEMBERS} members bought and that may earn: it is too early. "
            "Take in more purchases."
        )
    return found, today, newest.zone.start(day_of(today) + 1)


def _levels(tiers: str | None, tier: str | None) -> frozenset[str]:
    levels = msgspec.json.decode(tiers, type=dict[str, str]).values() if tiers else ()
    return frozenset([*levels, *([tier] if tier else [])])
