"""A study: one look at the members of a lake as of a day. Each thing is worked out once, and only if it is asked for.

The day is that of the last thing anybody did, unless another one is asked for: a history that ended last year is
looked at as of then. Where the service looks, it is the present. What happened later is left out. Rules look at the
members' records, which stand at the end, so they cannot be asked about an earlier day.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from guerdon.core.calendar import date_of, instant_of
from guerdon.core.events import Segment as SegmentEvent
from guerdon.core.timeline import Timeline
from guerdon.insight.engines import Tables
from guerdon.insight.segments import changes as changing
from guerdon.insight.segments.grouping import Grouping
from guerdon.insight.segments.habits import TIME, Habits, habits_of
from guerdon.insight.segments.kinds import Kinds, balances_of, kinds, kinds_of
from guerdon.insight.segments.leanings import Leaning, leanings, spending_by
from guerdon.insight.segments.overview import Overview, overview
from guerdon.insight.segments.rfm import Scores, rfm, scores_of
from guerdon.insight.segments.rules import rules, standings_of
from guerdon.insight.segments.stages import rhythm_of, stage_of, stages, usual_rhythm

NOBODY = "There is no member to tell of."


class RulesLookAtNow(Exception):
    """Rules were asked about an earlier day."""

    def __init__(self) -> None:
        super().__init__("Rules look at where members stand now; leave out the day, or ask for another grouping.")


class SegmentUnknown(Exception):
    """There is no such segment in the grouping."""

    def __init__(self, name: str, grouping: Grouping) -> None:
        there = ", ".join(grouping.names) or "none"
        super().__init__(f"There is no segment {name} by {grouping.name}; there are: {there}.")


class NamesDoNotLast(Exception):
    """Clusters are no segments that the till could be told of."""

    def __init__(self, by: str) -> None:
        lasting = ", ".join(changing.KEPT_FRESH)
        super().__init__(f"The names of {by} are new every day; the till can be told of: {lasting}.")


class Portrait(NamedTuple):
    """One member, by everything that is told of members."""

    habits: Habits
    scores: Scores | None
    """None: nothing was bought in the year."""
    rfm: str
    stage: str
    rhythm: float
    """The days from visit to visit that the stage is told by."""
    kinds: Kinds


class Study:
    """What there is to say about the members of a lake."""

    def __init__(
        self,
        tables: Tables,
        timeline: Timeline,
        currency: str,
        as_of: date | None = None,
        *,
        now: datetime | None = None,
    ) -> None:
        """Look at the tables of a lake.

        ``as_of`` is the last day that counts; None: that of ``now`` or, without it, the last with a deed.
        """
        self._tables = tables
        self._timeline = timeline
        self.currency = currency
        self._asked = as_of
        self._now = now
        self._groupings: dict[str, Grouping] = {}

    @cached_property
    def last_deed(self) -> datetime | None:
        """When anybody last did anything; None: nobody ever did."""
        events = self._tables.events
        deeds = events.filter(events.refusal.isnull(), events.kind.notin(TIME))
        found: datetime | None = deeds["at"].max().to_pyarrow().as_py()
        return found

    @property
    def moment(self) -> datetime | None:
        """The moment that members are looked at: now or, where that is not told, the last deed; None: no deed."""
        return self.last_deed if self.last_deed is None or self._now is None else max(self.last_deed, self._now)

    @cached_property
    def day(self) -> date | None:
        """The last day that counts; None: nothing was recorded yet."""
        if self._asked is not None or self.moment is None:
            return self._asked
        return date_of(self._timeline.versions[0].zone.day(instant_of(self.moment)))

    @cached_property
    def habits(self) -> list[Habits]:
        """Every member's habits."""
        return [] if self.day is None else habits_of(self._tables, self.day)

    @cached_property
    def spending(self) -> Mapping[int, dict[str, int]]:
        """What every member spent on each main category."""
        return {} if self.day is None else spending_by(self._tables, self.day)

    @cached_property
    def kinds(self) -> dict[int, Kinds]:
        """Every member's kinds of loyalty."""
        return {} if self.day is None else kinds_of(self.habits, balances_of(self._tables, self.day))

    def grouping(self, by: str) -> Grouping:
        """Every member by a grouping. Raises ``RulesLookAtNow``."""
        if by not in self._groupings:
            found = self._ways()[by]()
            self._groupings[by] = found if self.habits else found._replace(notes=(NOBODY, *found.notes))
        return self._groupings[by]

    def overview(self, by: str) -> Overview:
        """The figures of a grouping's segments."""
        day = "" if self.day is None else str(self.day)
        return overview(self.grouping(by), self.habits, day=day, currency=self.currency)

    def members(self, by: str, segment: str) -> list[Habits]:
        """Who is in a segment, by what they spent. Raises ``SegmentUnknown``."""
        inside = self._inside(by, segment)
        return sorted([one for one in self.habits if one.member in inside], key=lambda one: (-one.spent, one.key))

    def leanings(self, by: str, segment: str, of: str = "category") -> list[Leaning]:
        """What a segment buys more of than members in general. Raises ``SegmentUnknown``."""
        inside = self._inside(by, segment)
        if self.day is None:
            return []
        return leanings(self.spending if of == "category" else spending_by(self._tables, self.day, of), inside)

    def portrait(self, key: str) -> Portrait | None:
        """Everything about one member; None: there is no such member, or none that counts."""
        one = next((one for one in self.habits if one.key == key), None)
        if one is None:
            return None
        usual = usual_rhythm(self.habits)
        (cell,) = self.grouping("rfm").members[one.member]
        scores = scores_of(self.habits).get(one.member)
        return Portrait(one, scores, cell, stage_of(one, usual), rhythm_of(one, usual), self.kinds[one.member])

    def changes(self, by: str) -> Sequence[SegmentEvent]:
        """The events that let the till know who entered and left the segments of a grouping.

        Raises ``NamesDoNotLast`` and ``RulesLookAtNow``.
        """
        if by not in changing.KEPT_FRESH:
            raise NamesDoNotLast(by)
        grouping = self.grouping(by)
        if self.moment is None:
            return []
        before = changing.named_by(self._tables, by)
        return changing.changes(grouping, changing.known_of(self._tables), at=self.moment, before=before)

    def _inside(self, by: str, segment: str) -> set[int]:
        grouping = self.grouping(by)
        if segment not in grouping.names:
            raise SegmentUnknown(segment, grouping)
        return set(grouping.of(segment))

    def _ways(self) -> dict[str, Callable[[], Grouping]]:
        return {
            "rfm": lambda: rfm(self.habits),
            "stage": lambda: stages(self.habits),
            "clusters": self._clusters,
            "kinds": lambda: kinds(self.kinds),
            "rules": self._rules,
        }

    def _clusters(self) -> Grouping:
        # It takes a second to import, and only this needs it.
        from guerdon.insight.segments.clusters import clusters

        return clusters(self.habits, self.spending)

    def _rules(self) -> Grouping:
        if self._asked is not None:
            raise RulesLookAtNow
        standings = standings_of(self._tables)
        return rules(self.habits, standings, self.spending, self._timeline, self.moment)
