"""Habits: what a member bought and did, in one row. Everything about segments is told from these.

Nothing after the day that is asked for counts, and **a year** is the 365 days up to and with it. A **visit** is a day
with a purchase: two receipts of one day are one visit. What was refused did not happen, time passing is nobody's deed,
and households are no persons. Members who have left or were merged into others are left out.

**Worked.** Asked for 31 December. Ana bought on 1, 8, 15 and 29 December, for 10.00 each, and 4.00 of it came back. She
has 4 purchases and 4 visits, spent 36.00, was last here 2 days ago, and comes every 7 days: the median of 7, 7 and 14.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from guerdon.insight.engines import Tables

YEAR = 365
QUARTER = 90
"""Days of the year and of the quarter that count."""

TIME = ("tick", "describe", "segment", "erase")
"""Kinds of events that are nobody's deed."""

INVOLVED = ("action", "play", "enter", "choose", "redeem", "convert", "use", "join")
"""Kinds by which a member takes part in the program without buying anything."""

TOGETHER = ("send", "donate")
"""Kinds by which a member does something for others."""


class Habits(NamedTuple):
    """One member, as of a day. Money in minor units, days since then as whole days; what is not known is None."""

    member: int
    key: str
    tier: str | None
    region: str | None
    age: int | None
    language: str | None
    referrer: str | None
    segments: tuple[str, ...]
    """Those that the engine knows the member to be in."""
    plans: tuple[str, ...]
    enrolled_days: int | None
    """Days since the member joined."""
    first_days: int | None = None
    """Days since the first purchase of all; None: there is none."""
    last_days: int | None = None
    """Days since the last one."""
    rhythm: float | None = None
    """The median of days from visit to visit in the year; None: fewer than two visits."""
    unevenness: float | None = None
    """How far those days differ: their standard deviation as a share of their mean; None: fewer than three visits."""
    longest_gap: int | None = None
    """The most days from a visit to the next one, ever; None: fewer than two visits."""
    after_longest: int | None = None
    """Days since that longest gap ended."""
    purchases: int = 0
    """In the year, returned or not."""
    visits: int = 0
    spent: int = 0
    """Paid in the year, less what came back."""
    spent_quarter: int = 0
    """The same in the last 90 days, and in the 90 days before those."""
    spent_quarter_before: int = 0
    amount: int = 0
    """What the purchases of the year would have cost before anything came off."""
    off: int = 0
    """What came off: by the till and by the program."""
    weekend: int = 0
    """How many purchases of the year were on a Saturday or Sunday."""
    stores: int = 0
    """How many stores they were in."""
    returns: int = 0
    """How often goods came back in the year."""
    items: int = 0
    rewards: int = 0
    """How many purchases of the year used a reward, a voucher, a coupon or points."""
    involved: int = 0
    """How often the member took part in the year without buying: actions, games, choices, rewards."""
    ways: int = 0
    """In how many different ways that was."""
    together: int = 0
    """How often something was sent or given to others in the year."""
    brought: int = 0
    """How many members joined on this one's word, ever."""
    categories: int = 0
    """How many main categories were bought from in the year."""

    @property
    def has_bought(self) -> bool:
        """Whether there is a purchase in the year."""
        return self.purchases > 0

    @property
    def share_off(self) -> float:
        """How much of what the purchases of the year would have cost came off, from 0 to 1."""
        return self.off / self.amount if self.amount else 0.0

    @property
    def basket(self) -> float:
        """What a purchase of the year comes to, in minor units; 0 without any, and where more came back."""
        return max(self.spent, 0) / self.purchases if self.purchases else 0.0


def habits_of(tables: Tables, as_of: date) -> list[Habits]:
    """Every member's habits, in the order of their numbers."""
    members = _persons(tables.members, as_of)
    found = members
    for part in (_ever(tables, as_of), _year(tables, as_of), _deeds(tables, as_of), _used(tables, as_of)):
        found = _joined(found, part)
    found = _joined(found, _rhythms(tables, as_of))
    found = _joined(found, _gaps(tables, as_of))
    found = _joined(found, _variety(tables, as_of))
    found = _joined(found, _word_of_mouth(tables.members))
    columns = [name for name in Habits._fields if name not in ("segments", "plans")]
    rows = found.select(*columns, "segments", "plans").order_by("member").to_pyarrow().to_pylist()
    return [_habits(row) for row in rows]


def _habits(row: dict[str, object]) -> Habits:
    """A row as the engine gives it; counts of what there is none of are 0."""
    told = {
        name: Habits._field_defaults.get(name) if value is None else value
        for name, value in row.items()
        if name not in ("segments", "plans")
    }
    return Habits(**told, segments=_names(row["segments"]), plans=_names(row["plans"]))  # type: ignore[arg-type]


def _names(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, Sequence) else ()


def _joined(table: ir.Table, part: ir.Table) -> ir.Table:
    return table.left_join(part, "member").drop("member_right")


def _persons(members: ir.Table, as_of: date) -> ir.Table:
    there = members.filter(
        ~members.is_household.fill_null(False),
        members.barred.isnull() | (members.barred == "blocked"),
        members.enrolled_day.isnull() | (members.enrolled_day <= as_of),
    )
    columns = ("member", "key", "tier", "region", "age", "language", "referrer", "segments", "plans")
    return there.select(*columns, enrolled_days=_days_since(there.enrolled_day, as_of))


def _days_since(day: ir.DateValue, as_of: date) -> ir.IntegerValue:
    return ibis.date(as_of).delta(day, unit="day")


def _in_year(day: ir.DateValue, as_of: date) -> ir.BooleanValue:
    return day > as_of - timedelta(days=YEAR)


def _taken(events: ir.Table, as_of: date, *kinds: str) -> ir.Table:
    """The events of some kinds that were not refused, up to a day."""
    return events.filter(events.refusal.isnull(), events.day <= as_of, events.kind.isin(kinds))


def _ever(tables: Tables, as_of: date) -> ir.Table:
    bought = _taken(tables.events, as_of, "purchase")
    return bought.group_by("member").aggregate(
        first_days=_days_since(bought.day.min(), as_of), last_days=_days_since(bought.day.max(), as_of)
    )


def _year(tables: Tables, as_of: date) -> ir.Table:
    moved = _taken(tables.events, as_of, "purchase", "return").filter(lambda table: _in_year(table.day, as_of))
    bought = moved.kind == "purchase"
    off = moved.discount.fill_null(0) + moved.reduced.fill_null(0)
    late, before = as_of - timedelta(days=QUARTER), as_of - timedelta(days=2 * QUARTER)
    return moved.group_by("member").aggregate(
        purchases=bought.sum(),
        visits=moved.day.nunique(where=bought),
        spent=moved.paid.sum(),
        spent_quarter=moved.paid.sum(where=moved.day > late),
        spent_quarter_before=moved.paid.sum(where=(moved.day > before) & (moved.day <= late)),
        amount=moved.amount.sum(where=bought),
        off=off.sum(where=bought),
        weekend=(bought & moved.day.day_of_week.index().isin((5, 6))).sum(),
        stores=moved.store.nunique(where=bought),
        returns=(~bought).sum(),
        items=moved["items"].sum(where=bought),
    )


def _deeds(tables: Tables, as_of: date) -> ir.Table:
    """What was done besides buying."""
    done = _taken(tables.events, as_of, *INVOLVED, *TOGETHER).filter(lambda table: _in_year(table.day, as_of))
    involved = done.kind.isin(INVOLVED)
    return done.group_by("member").aggregate(
        involved=involved.sum(), ways=done.kind.nunique(where=involved), together=done.kind.isin(TOGETHER).sum()
    )


def _used(tables: Tables, as_of: date) -> ir.Table:
    """Purchases that used something the program had given."""
    kinds = ("rewarded", "paid_with", "discounted", "coupon_used")
    used = tables.effects.filter(
        tables.effects.effect.isin(kinds), tables.effects.day <= as_of, _in_year(tables.effects.day, as_of)
    )
    bought = _taken(tables.events, as_of, "purchase").select("member", "seq")
    found = used.semi_join(bought, ["member", "seq"])
    return found.group_by("member").aggregate(rewards=found.seq.nunique())


def _steps(tables: Tables, as_of: date) -> ir.Table:
    """From each visit to the next one: its day, and how many days it took."""
    visits = _taken(tables.events, as_of, "purchase").select("member", "day").distinct()
    before = visits.day.lag().over(group_by="member", order_by="day")
    steps = visits.mutate(before=before)
    return steps.filter(steps.before.notnull()).mutate(gap=lambda table: table.day.delta(table.before, unit="day"))


def _rhythms(tables: Tables, as_of: date) -> ir.Table:
    steps = _steps(tables, as_of).filter(lambda table: _in_year(table.before, as_of))
    spread = (steps.gap.count() > 1).ifelse(steps.gap.std(how="pop") / steps.gap.mean(), ibis.null("float64"))
    return steps.group_by("member").aggregate(rhythm=steps.gap.median().cast("float64"), unevenness=spread)


def _gaps(tables: Tables, as_of: date) -> ir.Table:
    """The longest gap of each member; of several equal ones the last."""
    steps = _steps(tables, as_of)
    place = ibis.row_number().over(group_by="member", order_by=[ibis.desc("gap"), ibis.desc("day")])
    longest = steps.mutate(place=place).filter(lambda table: table.place == 0)
    return longest.select("member", longest_gap="gap", after_longest=_days_since(longest.day, as_of))


def _variety(tables: Tables, as_of: date) -> ir.Table:
    lines = bought_lines(tables, as_of)
    return lines.group_by("member").aggregate(categories=lines.main.nunique())


def bought_lines(tables: Tables, as_of: date) -> ir.Table:
    """The lines of the year with their ``main`` category: the first part of its path. What came back is below zero."""
    lines = tables.lines.filter(tables.lines.day <= as_of, _in_year(tables.lines.day, as_of))
    return lines.mutate(main=lines.category.split("/")[0])


def _word_of_mouth(members: ir.Table) -> ir.Table:
    friends = members.filter(members.referrer.notnull()).group_by("referrer").aggregate(brought=ibis._.count())
    return members.select("member", "key").inner_join(friends, [("key", "referrer")]).select("member", "brought")
