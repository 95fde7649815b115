"""A history: the tables that measures are counted in, what the program says of units and ladders, the days asked for.

What several measures need is made here once: where an entry took place, the days on which members bought, their first
times, and on which level they stood when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis
import ibis.expr.types as ir

from guerdon.core.program import Unit
from guerdon.insight.engines import Tables
from guerdon.insight.measures.periods import last_whole

LAPSE_DAYS = 90
"""After so many days without a purchase a member counts as lapsed, unless told otherwise."""


@dataclass(frozen=True)
class History:
    """What happened, up to a day."""

    tables: Tables
    units: Mapping[str, Unit]
    """The program's units, by name: what they are worth."""
    levels: Mapping[str, tuple[str, ...]]
    """Its ladders, the first one first, each from the lowest level to the highest."""
    until: date
    """The last day that counts."""
    since: date | None = None
    """The first day that counts; None: from the beginning. What is told "to date" counts from the beginning anyway."""
    lapse_days: int = LAPSE_DAYS
    group: str = ""
    """The segment that is compared with ``control``; empty: none is."""
    control: str = ""

    @cached_property
    def events(self) -> ir.Table:
        """What happened and was not refused."""
        return self.tables.events.filter(lambda event: event.refusal.isnull() & (event.day <= self.until))

    @cached_property
    def baskets(self) -> ir.Table:
        """Purchases and returns."""
        wanted = self.events.filter(lambda event: event.kind.isin(["purchase", "return"]))
        return wanted.select("member", "seq", "day", "kind", "items", "paid", "reduced", "paid_with")

    @cached_property
    def purchases(self) -> ir.Table:
        """Purchases only."""
        return self.baskets.filter(lambda basket: basket.kind == "purchase")

    @cached_property
    def places(self) -> ir.Table:
        """Store and channel of each entry; a return's are those of its purchase."""
        told = self.events.select("member", "seq", "store", "channel", "event_id", "purchase", "kind")
        bought = told.filter(lambda event: event.kind == "purchase").select(
            "member", "event_id", bought_in="store", bought_by="channel"
        )
        origin = told.filter(lambda event: event.kind == "return").select("member", "seq", event_id="purchase")
        found = origin.join(bought, ["member", "event_id"]).select("member", "seq", "bought_in", "bought_by")
        joined = told.left_join(found, ["member", "seq"])
        return joined.select(
            "member",
            "seq",
            store=ibis.coalesce(joined.store, joined.bought_in),
            channel=ibis.coalesce(joined.channel, joined.bought_by),
        )

    @cached_property
    def persons(self) -> ir.Table:
        """Members who are persons, with the day on which each joined: of its first entry, where that is not known."""
        persons = self.tables.members.filter(lambda member: ~member.is_household.fill_null(False))
        first = self.events.group_by("member").aggregate(first_day=lambda event: event.day.min())
        joined = persons.left_join(first, "member")
        return joined.select(
            "member",
            "enrolled_day",
            "barred",
            "segments",
            day=ibis.coalesce(joined.enrolled_day, joined.first_day),
        )

    @cached_property
    def firsts(self) -> ir.Table:
        """Of each member who ever bought: the days of the first two purchases."""
        order = ibis.row_number().over(group_by="member", order_by=["day", "seq"])
        placed = self.purchases.mutate(place=order).filter(lambda basket: basket.place < 2)
        return placed.group_by("member").aggregate(
            first_day=lambda basket: basket.day.min(),
            second_day=lambda basket: basket.day.max(where=basket.place == 1),
        )

    @cached_property
    def cohorts(self) -> ir.Table:
        """Of each member who ever bought: the month of the first purchase."""
        return self.firsts.select("member", cohort=self.firsts.first_day.truncate("M"))

    @cached_property
    def ladder(self) -> str:
        """The first ladder; empty: there is none."""
        return next(iter(self.levels), "")

    @cached_property
    def spells(self) -> ir.Table:
        """On which level of the first ladder a member stood, from the day after ``begins`` to the end of ``ends``.

        A day belongs to the level on which it began: what lifts a member is not counted among what the level brought.
        """
        changes = self.tables.effects.filter(
            lambda effect: (effect.effect == "tier_changed") & (effect.ladder == self.ladder)
        )
        newest = ibis.row_number().over(group_by=["member", "day"], order_by=[ibis.desc("seq"), ibis.desc("number")])
        oldest = ibis.row_number().over(group_by="member", order_by=["day", "seq", "number"])
        placed = changes.mutate(newest=newest, oldest=oldest)
        following = ibis._.day.lead().over(group_by="member", order_by="day")
        last = placed.filter(lambda change: change.newest == 0).mutate(ends=following)
        never, ever = ibis.date(1, 1, 1), ibis.date(9999, 12, 31)
        later = last.select("member", begins="day", ends=ibis.coalesce(last.ends, ever), tier="after")
        first = placed.filter(lambda change: change.oldest == 0)
        before = first.select("member", begins=never, ends="day", tier=ibis.coalesce(first.before, first.after))
        still = self.tables.members.anti_join(changes, "member")
        same = still.select("member", begins=never, ends=ever, tier="tier")
        return ibis.union(later, before, same)

    @cached_property
    def buying_days(self) -> ir.Table:
        """The days on which each member bought, each with the next one (null: there is none yet)."""
        days = self.purchases.select("member", "day").distinct()
        return days.mutate(following=days.day.lead().over(group_by="member", order_by="day"))

    def last_whole(self, step: str) -> date:
        """The first day of the last period that is over."""
        return last_whole(self.until, step)
