"""Kinds of loyalty: scores from 0 to 100 by what members do, and what that cannot show.

**Six kinds of loyalty**, each the member's place among all members (``ranking.scores``: 70 means that 70 of 100 do less
of it, and 0 that there is nothing of it):

- **transactional**: comes for what is given. How much of the price came off, and the share of purchases that used
  points, a voucher, a coupon or a reward; the mean of both places.
- **behavioural**: comes by habit. Visits in the year, and how even the days between them are; the mean of both places.
- **emotional**: stays without being paid for it. How much of the price is paid, for how long the member has bought, and
  how often the member comes again; the mean of the three places. A proxy, and the weakest of all.
- **advocacy**: members who joined on this one's word.
- **social**: what was sent or given to others.
- **engaged**: how often, and in how many ways, the member took part without buying; the mean of both places.

**Four kinds of loyal customer**, for members with at least four visits who have not lapsed. Two questions part them. Do
they take part and pay the full price, more than others (**attitude**, 0 to 1)? Do they widen what they buy, buy more
and bring others along (**reach**, 0 to 1)? Without attitude, is there something that **ties** them: a plan (1), or a
balance that would pay for more of their own baskets than those of others do (0 to 1)?

==============  ==========================
devoted         attitude × reach
satisfied       attitude × (1 - reach)
captive         (1 - attitude) × ties
convenience     (1 - attitude) × (1 - ties)
==============  ==========================

The four add up to 100, since everybody is a mixture. **Worked.** Attitude 0.6, reach 0.25, ties 0.5: devoted 15,
satisfied 45, captive 20, convenience 20. The member counts as satisfied.

What nobody in the data has ever done is not measurable by it: the score is None, with the reason, and not 0. What the
numbers cannot show at all stands in ``docs/why/27-kinds-of-loyalty.md``, with the sources.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import msgspec

from guerdon.insight.engines import Tables
from guerdon.insight.segments.grouping import Grouping, Segment, one_each
from guerdon.insight.segments.habits import Habits
from guerdon.insight.segments.ranking import places, scores
from guerdon.insight.segments.stages import VISITS_FOR_A_RHYTHM, stage_of, usual_rhythm

LOYALTIES = ("transactional", "behavioural", "emotional", "advocacy", "social", "engaged")
CUSTOMERS = ("devoted", "satisfied", "captive", "convenience")

SEGMENTS = (
    Segment("devoted", "take part, widen what they buy"),
    Segment("satisfied", "take part, stay with what they know"),
    Segment("captive", "come for what ties them"),
    Segment("convenience", "come because it is easy"),
    Segment("untied", "captive or convenience: not known"),
    Segment("not-loyal", "few visits in the year, or lapsed"),
)

_REASONS = {
    "transactional": "nothing ever came off a purchase, and nothing was paid with",
    "behavioural": "nobody has made two visits",
    "emotional": "nothing ever came off a purchase, so the full price tells nothing",
    "advocacy": "no member has brought another along",
    "social": "no member has sent or given anything",
    "engaged": "no member has done anything but buy",
    "ties": "nobody holds a balance or a plan",
}
_NOT_BOUGHT = "bought nothing in the year"
_NOT_LOYAL = "fewer than four visits in the year, or lapsed"


class Kinds(msgspec.Struct, frozen=True):
    """One member's scores."""

    member: str
    loyalties: dict[str, int | None]
    """The six kinds of loyalty, each from 0 to 100; None: see `reasons`."""
    customer: dict[str, int | None]
    """The four kinds of loyal customer, from 0 to 100, 100 in all; None: see `reasons`."""
    kind: str
    """The segment: the highest of the four, or why there is none."""
    reasons: dict[str, str]
    """Why a score is None."""


class Balances(NamedTuple):
    """What members hold, by unit and member's number, in the unit's smallest part: available and pending."""

    by_unit: Mapping[str, Mapping[int, int]]


def balances_of(tables: Tables, as_of: date) -> Balances:
    """What every member holds at the end of a day, debts left out."""
    daily = tables.daily_wallets.filter(tables.daily_wallets.day <= as_of)
    held = daily.group_by("unit", "member").aggregate(holds=daily.available.sum() + daily.pending.sum())
    found: dict[str, dict[int, int]] = {}
    for row in held.filter(held.holds > 0).order_by("unit", "member").to_pyarrow().to_pylist():
        found.setdefault(row["unit"], {})[row["member"]] = int(row["holds"])
    return Balances(found)


def kinds_of(habits: Sequence[Habits], balances: Balances) -> dict[int, Kinds]:
    """The scores of every member, by number."""
    bought = [one for one in habits if one.has_bought]
    loyalties = {name: dict(zip(_numbers(bought), told, strict=True)) for name, told in _loyalties(bought).items()}
    loyal = _loyal(habits)
    customers = _customers(loyal, balances)
    return {one.member: _kinds(one, loyalties, customers.get(one.member)) for one in habits}


def kinds(found: Mapping[int, Kinds]) -> Grouping:
    """Every member by the kind of loyal customer."""
    named = one_each((member, kinds.kind) for member, kinds in found.items())
    return Grouping("kinds", SEGMENTS, named, _notes(found))


def _notes(found: Mapping[int, Kinds]) -> tuple[str, ...]:
    """What nobody was scored for, and why."""
    dark = [name for name in LOYALTIES if found and all(one.loyalties[name] is None for one in found.values())]
    return tuple(f"{name.capitalize()} loyalty cannot be told: {_REASONS[name]}." for name in dark)


def _numbers(habits: Sequence[Habits]) -> list[int]:
    return [one.member for one in habits]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(*told: Sequence[int]) -> list[int]:
    return [round(sum(values) / len(values)) for values in zip(*told, strict=True)]


def _loyalties(bought: Sequence[Habits]) -> dict[str, list[int]]:
    """The six scores; a kind that nobody shows is left out."""
    reduced = [one.share_off for one in bought]
    used = [_share(one.rewards, one.purchases) for one in bought]
    visits, even = [float(one.visits - 1) for one in bought], [_evenness(one) for one in bought]
    full = [1 - one.share_off for one in bought]
    since = [float(one.first_days or 0) for one in bought]
    found = {
        "transactional": _mean(scores(reduced), scores(used)) if any(reduced) or any(used) else None,
        "behavioural": _mean(scores(visits), scores(even)) if any(visits) else None,
        "emotional": _mean(scores(full), scores(since), scores(visits)) if any(reduced) else None,
        "advocacy": _told([one.brought for one in bought]),
        "social": _told([one.together for one in bought]),
        "engaged": _engaged(bought),
    }
    return {name: told for name, told in found.items() if told is not None}


def _told(values: Sequence[int]) -> list[int] | None:
    return scores(values) if any(values) else None


def _engaged(bought: Sequence[Habits]) -> list[int] | None:
    times, ways = _told([one.involved for one in bought]), _told([one.ways for one in bought])
    return None if times is None or ways is None else _mean(times, ways)


def _evenness(one: Habits) -> float:
    """The closer to 1, the more even the days between visits; 0: too few to tell."""
    return 0.0 if one.unevenness is None else 1 / (1 + one.unevenness)


def _loyal(habits: Sequence[Habits]) -> list[Habits]:
    usual = usual_rhythm(habits)
    return [one for one in habits if one.visits >= VISITS_FOR_A_RHYTHM and stage_of(one, usual) != "lapsed"]


def _customers(loyal: Sequence[Habits], balances: Balances) -> dict[int, dict[str, int | None]]:
    """The four scores of each loyal customer."""
    attitude, reach, ties = _attitude(loyal), _reach(loyal), _ties(loyal, balances)
    return {one.member: _four(attitude[place], reach[place], ties[place]) for place, one in enumerate(loyal)}


def _attitude(loyal: Sequence[Habits]) -> list[Fraction]:
    full = places([-one.share_off for one in loyal])
    involved = places([one.involved + one.rewards for one in loyal])
    return [(one + other) / 2 for one, other in zip(full, involved, strict=True)]


def _reach(loyal: Sequence[Habits]) -> list[Fraction]:
    wide = places([one.categories for one in loyal])
    more = places([_share(one.spent_quarter, one.spent_quarter + max(one.spent_quarter_before, 0)) for one in loyal])
    others = places([one.brought + one.together for one in loyal])
    return [sum(parts, Fraction(0)) / 3 for parts in zip(wide, more, others, strict=True)]


def _ties(loyal: Sequence[Habits], balances: Balances) -> list[Fraction | None]:
    """How far a balance or a plan ties each of them: the highest place by any unit, 1 with a plan; None: nobody's."""
    if not any(one.plans for one in loyal) and not any(balances.by_unit.values()):
        return [None] * len(loyal)
    by_unit = [_held(loyal, holds) for holds in balances.by_unit.values()]
    return [
        Fraction(1) if one.plans else max([held[place] for held in by_unit], default=Fraction(0))
        for place, one in enumerate(loyal)
    ]


def _held(loyal: Sequence[Habits], holds: Mapping[int, int]) -> list[Fraction]:
    baskets = [holds.get(one.member, 0) / max(one.basket, 1) for one in loyal]
    return [place if held else Fraction(0) for held, place in zip(baskets, places(baskets), strict=True)]


def _four(attitude: Fraction, reach: Fraction, ties: Fraction | None) -> dict[str, int | None]:
    """The four scores, rounded so that they add up to 100."""
    inert = 1 - attitude
    first = [round(100 * attitude * reach), round(100 * attitude) - round(100 * attitude * reach)]
    if ties is None:
        return dict(zip(CUSTOMERS, [*first, None, None], strict=True))
    captive = round(100 * inert * ties)
    return dict(zip(CUSTOMERS, [*first, captive, 100 - sum(first) - captive], strict=True))


def _kinds(one: Habits, loyalties: Mapping[str, Mapping[int, int]], four: Mapping[str, int | None] | None) -> Kinds:
    six = {name: loyalties.get(name, {}).get(one.member) for name in LOYALTIES}
    told = dict.fromkeys(CUSTOMERS) if four is None else dict(four)
    return Kinds(one.key, six, told, _kind(told, is_loyal=four is not None), _why(one, six, four))


def _kind(four: Mapping[str, int | None], *, is_loyal: bool) -> str:
    if not is_loyal:
        return "not-loyal"
    known = {name: score for name, score in four.items() if score is not None}
    best = max(known, key=lambda name: known[name])
    rest = 100 - sum(known.values())
    return "untied" if rest > known[best] else best


def _why(one: Habits, six: Mapping[str, int | None], four: Mapping[str, int | None] | None) -> dict[str, str]:
    reasons = {name: _REASONS[name] if one.has_bought else _NOT_BOUGHT for name, score in six.items() if score is None}
    if four is None:
        return reasons | dict.fromkeys(CUSTOMERS, _NOT_LOYAL)
    return reasons | {name: _REASONS["ties"] for name, score in four.items() if score is None}
