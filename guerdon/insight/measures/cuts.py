"""Cuts: by what a measure is told apart. A cut gives each row of a grain its key.

What a row is told by is what was so on its day (its month, its channel, its store, the level on which the member began
the day), except for what the lake keeps of a member as it is now: segments and paid plans. A member may be in several
of these; its rows then count in each, and the figures of all segments add up to more than the total. What has no key
(no segment, a channel that was not told) has None for one.
"""

from collections.abc import Callable
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from guerdon.insight.measures.history import History
from guerdon.insight.measures.periods import STEPS


class Cut(NamedTuple):
    """A cut."""

    name: str
    about: str
    keyed: Callable[[ir.Table, History, str, bool], ir.Table]
    """Adds the key to rows, in a column of that name. The last tells whether the rows count to date."""

    @property
    def is_time(self) -> bool:
        """Whether its keys are periods, one after the other."""
        return self.name in STEPS


def _period(step: str) -> Callable[[ir.Table, History, str, bool], ir.Table]:
    return lambda rows, history, name, to_date: rows.mutate(rows.day.truncate(STEPS[step]).cast("date").name(name))


def _place(column: str) -> Callable[[ir.Table, History, str, bool], ir.Table]:
    def keyed(rows: ir.Table, history: History, name: str, to_date: bool) -> ir.Table:
        places = history.places.select("member", "seq", history.places[column].name(name))
        return rows.left_join(places, ["member", "seq"]).select(*rows.columns, name)

    return keyed


def _own(column: str) -> Callable[[ir.Table, History, str, bool], ir.Table]:
    return lambda rows, history, name, to_date: rows.mutate(rows[column].name(name))


def _cohort(rows: ir.Table, history: History, name: str, to_date: bool) -> ir.Table:
    cohorts = history.cohorts.select("member", history.cohorts.cohort.cast("date").name(name))
    return rows.left_join(cohorts, "member").select(*rows.columns, name)


def _enrolment(rows: ir.Table, history: History, name: str, to_date: bool) -> ir.Table:
    members = history.tables.members
    joined = members.select("member", members.enrolled_day.truncate("M").cast("date").name(name))
    return rows.left_join(joined, "member").select(*rows.columns, name)


def _listed(column: str) -> Callable[[ir.Table, History, str, bool], ir.Table]:
    def keyed(rows: ir.Table, history: History, name: str, to_date: bool) -> ir.Table:
        members = history.tables.members
        listed = members.select("member", members[column].unnest().name(name))
        return rows.left_join(listed, "member").select(*rows.columns, name)

    return keyed


def _tier(rows: ir.Table, history: History, name: str, to_date: bool) -> ir.Table:
    dated = rows.mutate(tier_day=ibis.literal(history.until) if to_date else rows.day)
    spells = history.spells.select(of="member", begins="begins", ends="ends", tier_then="tier")
    during = [dated.member == spells.of, spells.begins < dated.tier_day, dated.tier_day <= spells.ends]
    return dated.join(spells, during).select(*rows.columns, ibis._.tier_then.name(name))


CUTS = {
    cut.name: cut
    for cut in (
        Cut("month", "The month, by its first day.", _period("month")),
        Cut("week", "The week, by its Monday.", _period("week")),
        Cut("day", "The day, in the program's time zone.", _period("day")),
        Cut("cohort", "The month of the member's first purchase.", _cohort),
        Cut("enrolment", "The month in which the member joined.", _enrolment),
        Cut("segment", "The member's segments as they are now; who is in several counts in each.", _listed("segments")),
        Cut(
            "tier",
            "The level on the program's first ladder on which the member began the day; for what is told to date, the "
            "last day.",
            _tier,
        ),
        Cut(
            "plan",
            "The paid plans and clubs that the member is in now; who is in several counts in each.",
            _listed("plans"),
        ),
        Cut("channel", "The channel of the event; a return has that of its purchase.", _place("channel")),
        Cut("store", "The store; a return has that of its purchase.", _place("store")),
        Cut("category", "The general part of the article's category.", _own("category")),
        Cut("age", "Months since the month of the first purchase.", _own("age")),
    )
}
"""Every cut, by name."""
