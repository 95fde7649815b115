"""Members' histories of buying, one row each: all that the models look at.

A *purchase* is a day on which a member paid for goods that stayed: two baskets on one day are one, and a basket that
came back whole is none. ``repeats`` counts the purchases after the first, ``recency`` the weeks from the first to the
last, ``age`` the weeks from the first to the end of the last day that was observed, ``spend`` is the mean of the
repeated purchases in minor units, after what came back.

**Worked.** First purchase on 2 January (20.00), then on 9 January (30.00) and 23 January (50.00, of which 10.00 came
back), observed until 31 January: ``repeats`` 2, ``recency`` 21 / 7 = 3.0, ``age`` (29 + 1) / 7 = 4.29, ``spend``
(3000 + 4000) / 2 = 3500.

A return counts for the day of its purchase, whenever it came.
"""

from datetime import date
from typing import Any

import ibis

from guerdon.insight.engines import Tables

COLUMNS = ("member", "key", "tier", "repeats", "recency", "age", "spend", "spent", "first", "last")
"""Of a history; ``spent`` is all that was paid so far, ``first`` and ``last`` are days."""


def observed_until(tables: Tables) -> date | None:
    """The last day on which anything happened; None: nothing ever did. That time passed is no event of a member."""
    active = tables.events.filter(tables.events.kind != "tick")
    last = active.day.max().to_pyarrow().as_py()
    return last if last is None else date(last.year, last.month, last.day)


def purchase_days(tables: Tables) -> Any:
    """A table of purchases: ``member``, ``day`` and ``spent`` in minor units."""
    events = tables.events.filter(tables.events.refusal.isnull())
    returns = events.filter(events.kind == "return")
    back = returns.group_by("member", "purchase").agg(back=returns.paid.sum())
    back = back.rename(returned_by="member")
    bought = events.filter(events.kind == "purchase").select("member", "event_id", "day", "paid")
    kept = bought.left_join(back, [bought.member == back.returned_by, bought.event_id == back.purchase])
    days = kept.group_by("member", "day").agg(spent=(kept.paid + kept.back.fill_null(0)).sum())
    return days.filter(days.spent > 0)


def histories(tables: Tables, until: date) -> Any:
    """The histories up to a day, ordered by member; members who never bought have none, and those barred neither."""
    days = purchase_days(tables)
    days = days.filter(days.day <= ibis.literal(until))
    days = days.mutate(first=days.day.min().over(ibis.window(group_by="member")))
    each = days.group_by("member").agg(
        first=days.day.min(),
        last=days.day.max(),
        repeats=days.count() - 1,
        spent=days.spent.sum(),
        repeated=days.spent.sum(where=days.day > days.first),
    )
    members = tables.members.filter(tables.members.barred.isnull()).select("member", "key", "tier")
    return _measured(each.join(members, "member").order_by("member").to_pyarrow().to_pydict(), until)


def _measured(columns: dict[str, list[Any]], until: date) -> Any:
    import pandas as pd

    rows = pd.DataFrame(columns)
    first, last = pd.to_datetime(rows["first"]), pd.to_datetime(rows["last"])
    rows["recency"] = (last - first).dt.days / 7
    rows["age"] = ((pd.Timestamp(until) - first).dt.days + 1) / 7
    rows["repeats"] = rows["repeats"].astype("int64")
    # Nothing is divided by zero: without a repeated purchase there is no mean of them.
    rows["spend"] = (rows["repeated"].astype("float64") / rows["repeats"].where(rows["repeats"] > 0)).astype("float64")
    rows["first"], rows["last"] = first.dt.date, last.dt.date
    return rows[list(COLUMNS)]


def purchases_between(tables: Tables, after: date, until: date) -> dict[int, int]:
    """By member: the purchases after one day and up to another."""
    days = purchase_days(tables)
    days = days.filter((days.day > ibis.literal(after)) & (days.day <= ibis.literal(until)))
    counted = days.group_by("member").agg(purchases=days.count()).to_pyarrow()
    return dict(zip(counted["member"].to_pylist(), counted["purchases"].to_pylist(), strict=True))


def purchases_by_day(tables: Tables, after: date, until: date) -> dict[date, int]:
    """By day after one and up to another: the purchases of those who have a history up to the first."""
    days = purchase_days(tables)
    days = days.mutate(first=days.day.min().over(ibis.window(group_by="member")))
    days = days.filter(
        (days.day > ibis.literal(after)) & (days.day <= ibis.literal(until)) & (days.first <= ibis.literal(after))
    )
    members = tables.members.filter(tables.members.barred.isnull()).select("member")
    theirs = days.join(members, "member")
    counted = theirs.group_by("day").agg(purchases=theirs.count()).to_pyarrow().to_pydict()
    told = [date(day.year, day.month, day.day) for day in counted["day"]]
    return dict(zip(told, counted["purchases"], strict=True))
