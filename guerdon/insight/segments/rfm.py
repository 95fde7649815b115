"""RFM: how recently, how frequently, for how much money; each by fifths of those who bought in the year.

Every member with a purchase in the year gets three scores from 1 to 5: recency (5: the fewest days since the last
purchase), frequency (purchases in the year), money (paid in the year, less what came back). Fifths are by place among
the members (``ranking``), so equal members have equal scores, and with few members some scores stay empty. Frequency
and money are close relatives; their mean, rounded up, says how good a customer is. With recency it names the segment:

============  ==========  ===============  ===============  =====  ===========
recency       value 1     2                3                4      5
============  ==========  ===============  ===============  =====  ===========
5             occasional  promising        promising        loyal  champions
4             occasional  promising        promising        loyal  champions
3             drifting    needs-attention  needs-attention  loyal  loyal
2             hibernating drifting         at-risk          at-risk cannot-lose
1             hibernating hibernating      at-risk          at-risk cannot-lose
============  ==========  ===============  ===============  =====  ===========

Whoever bought before and not in the year is **lost**, whoever never did has **never-bought**: neither has scores.

**Worked.** Five members, last here 1, 5, 20, 60 and 200 days ago, with 40, 10, 8, 30 and 1 purchases for 900.00,
200.00, 90.00, 700.00 and 15.00. Recency 5 4 3 2 1, frequency 5 3 2 4 1, money 5 3 2 4 1: champions, promising,
needs-attention, at-risk, hibernating.

Source: A. M. Hughes, *Strategic Database Marketing* (1994), for the scores. The names are those of the trade, put to
cells here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from guerdon.insight.segments.grouping import Grouping, Segment, one_each
from guerdon.insight.segments.habits import Habits
from guerdon.insight.segments.ranking import fifths

CELLS = (
    ("hibernating", "hibernating", "at-risk", "at-risk", "cannot-lose"),
    ("hibernating", "drifting", "at-risk", "at-risk", "cannot-lose"),
    ("drifting", "needs-attention", "needs-attention", "loyal", "loyal"),
    ("occasional", "promising", "promising", "loyal", "champions"),
    ("occasional", "promising", "promising", "loyal", "champions"),
)
"""The segment by recency (the row, from 1) and by value (the column, from 1)."""

SEGMENTS = (
    Segment("champions", "came lately, buy the most"),
    Segment("loyal", "came not long ago, buy much"),
    Segment("promising", "came lately, buy some"),
    Segment("occasional", "came lately, buy the least"),
    Segment("needs-attention", "medium, getting quiet"),
    Segment("drifting", "buy little, away for a while"),
    Segment("at-risk", "bought much, away for long"),
    Segment("cannot-lose", "bought the most, away for long"),
    Segment("hibernating", "bought little, long ago"),
    Segment("lost", "bought nothing in the year"),
    Segment("never-bought", "never bought anything"),
)


class Scores(NamedTuple):
    """One member's scores, each from 1 to 5."""

    recency: int
    frequency: int
    money: int

    @property
    def value(self) -> int:
        """How good a customer: frequency and money together."""
        return (self.frequency + self.money + 1) // 2

    @property
    def segment(self) -> str:
        """The segment that the scores name."""
        return CELLS[self.recency - 1][self.value - 1]


def scores_of(habits: Sequence[Habits]) -> dict[int, Scores]:
    """The scores of every member who bought in the year, by number."""
    bought = [one for one in habits if one.has_bought]
    recency = fifths([-(one.last_days or 0) for one in bought])
    frequency = fifths([one.purchases for one in bought])
    money = fifths([one.spent for one in bought])
    return {one.member: Scores(*told) for one, *told in zip(bought, recency, frequency, money, strict=True)}


def rfm(habits: Sequence[Habits]) -> Grouping:
    """Every member by RFM."""
    scores = scores_of(habits)
    named = [(one.member, scores[one.member].segment if one.member in scores else _unscored(one)) for one in habits]
    few = f"Only {len(scores)} bought in the last year: fifths of so few say little." if 0 < len(scores) < 25 else ""
    return Grouping("rfm", SEGMENTS, one_each(named), (few,) if few else ())


def _unscored(one: Habits) -> str:
    return "never-bought" if one.last_days is None else "lost"
