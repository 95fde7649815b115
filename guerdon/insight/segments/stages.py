"""Stages: where a member is in the life of a customer, by the member's own rhythm.

Three weeks without a visit are nothing for somebody who comes once a month, and a goodbye from somebody who came every
other day. So quiet days are counted in the member's own **rhythm**: the median of days from visit to visit in the year.
Whoever has made fewer than four visits in it has no rhythm yet and is measured by the median of those who have; where
nobody has one, by 30 days. No rhythm is taken for shorter than a week. What is spent in one quarter and in the next is
compared only for a rhythm of at most 30 days: who comes twice a quarter has spent more or less by chance.

The first line that fits is the stage:

- **never-bought**: no purchase at all.
- **lapsed**: quiet for more than 6 rhythms.
- **slipping**: quiet for more than 3 rhythms; or here, and spent in the last 90 days less than half of what it was in
  the 90 days before.
- **won-back**: was away for more than 6 rhythms, and came back in the last 90 days.
- **new**: first bought in the last 90 days.
- **growing**: spent in the last 90 days at least a quarter more than in the 90 days before.
- **regular**: everybody else.

**Worked.** A rhythm of 10 days. Quiet for 30: still there. 31: slipping. 60: slipping. 61: lapsed. Back after 61 days
away: won back for 90 days, then regular. Spent 100.00 and before that 80.00: growing; 79.99 after 160.00: slipping.
"""

from collections.abc import Sequence
from statistics import median

from guerdon.insight.segments.grouping import Grouping, Segment, one_each
from guerdon.insight.segments.habits import QUARTER, Habits

SLIPPING = 3
LAPSED = 6
"""After how many rhythms without a visit."""

VISITS_FOR_A_RHYTHM = 4
SHORTEST_RHYTHM = 7.0
USUAL_RHYTHM = 30.0
"""Where nobody has made enough visits to tell one."""

SEGMENTS = (
    Segment("new", "first bought in the last 90 days"),
    Segment("growing", "spend at least a quarter more"),
    Segment("regular", "come as ever"),
    Segment("won-back", "back after a long absence"),
    Segment("slipping", "quiet, or spend less than half"),
    Segment("lapsed", "quiet for more than 6 rhythms"),
    Segment("never-bought", "never bought anything"),
)


def stages(habits: Sequence[Habits]) -> Grouping:
    """Every member by stage."""
    usual = usual_rhythm(habits)
    named = [(one.member, stage_of(one, usual)) for one in habits]
    note = f"The usual rhythm is {usual:.0f} days; it stands in for whoever has no rhythm yet."
    return Grouping("stage", SEGMENTS, one_each(named), (note,) if habits else ())


def usual_rhythm(habits: Sequence[Habits]) -> float:
    """The rhythm of whoever has none."""
    own = [one.rhythm for one in habits if _has_rhythm(one) and one.rhythm is not None]
    return max(median(own), SHORTEST_RHYTHM) if own else USUAL_RHYTHM


def rhythm_of(one: Habits, usual: float) -> float:
    """The days from visit to visit that a member is measured by."""
    return max(one.rhythm, SHORTEST_RHYTHM) if _has_rhythm(one) and one.rhythm is not None else usual


def stage_of(one: Habits, usual: float) -> str:
    """A member's stage."""
    if one.last_days is None or one.first_days is None:
        return "never-bought"
    rhythm = rhythm_of(one, usual)
    if one.last_days > LAPSED * rhythm:
        return "lapsed"
    compared = rhythm <= QUARTER / SLIPPING
    if one.last_days > SLIPPING * rhythm or (compared and 2 * one.spent_quarter < one.spent_quarter_before):
        return "slipping"
    if _was_away(one, rhythm):
        return "won-back"
    if one.first_days < QUARTER:
        return "new"
    return "growing" if compared and _spends_more(one) else "regular"


def _has_rhythm(one: Habits) -> bool:
    return one.visits >= VISITS_FOR_A_RHYTHM


def _was_away(one: Habits, rhythm: float) -> bool:
    away, since = one.longest_gap, one.after_longest
    return away is not None and since is not None and away > LAPSED * rhythm and since < QUARTER


def _spends_more(one: Habits) -> bool:
    """A quarter more than before; whoever spent nothing before spends more with anything."""
    return one.spent_quarter > 0 and 4 * one.spent_quarter >= 5 * one.spent_quarter_before
