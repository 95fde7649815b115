"""Velocity: more baskets in an hour or on a day than the member, or the crowd, is used to.

Whoever comes, comes once; what comes on top counts as a Poisson variable. Its mean is what the member's other days
show, or the crowd's where that is more, and the score is that of a rare count.

**Worked.** A member who comes 1.2 times a day comes 9 times: 8 on top where 0.2 are usual, once in 20 billion days.
Who is used to 5 a day is not told.
"""

from datetime import date
from typing import TYPE_CHECKING, Literal

from guerdon.insight.signals.scoring import rare_count
from guerdon.insight.signals.signal import Seen, Signal, since_day, with_events

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables

_LEAST = 4
"""So few baskets are never looked at."""


def a_day(tables: "Tables", since: date | None) -> Seen:
    """Days with more baskets than the member is used to."""
    return _found(tables, since, "day")


def an_hour(tables: "Tables", since: date | None) -> Seen:
    """Hours with more baskets than the member is used to."""
    return _found(tables, since, "hour")


def _found(tables: "Tables", since: date | None, span: Literal["day", "hour"]) -> Seen:
    import ibis

    events = since_day(tables.events, since)
    baskets = events.filter((events.kind == "purchase") & events.refusal.isnull())
    span_of = baskets.day.cast("timestamp") if span == "day" else baskets.at.truncate("h")
    baskets = baskets.mutate(span=span_of)
    spans = baskets.group_by("member", "span").aggregate(baskets=baskets.count(), day=baskets.day.max())
    own = ibis.window(group_by=spans.member)
    spans = spans.mutate(
        all=spans.baskets.sum().over(own),
        times=spans.count().over(own),
        crowd=spans.baskets.mean().over(ibis.window()),
        looked_at=spans.count().over(ibis.window()),
        best=ibis.row_number().over(group_by=spans.member, order_by=[spans.baskets.desc(), spans.span.desc()]),
    )
    signals, shown = [], {}
    for row in spans.filter((spans.best == 0) & (spans.baskets >= _LEAST)).to_pyarrow().to_pylist():
        others = (row["all"] - row["baskets"]) / max(row["times"] - 1, 1)
        usual = max(others, row["crowd"])
        score = rare_count(row["baskets"] - 1, usual - 1, row["looked_at"])
        if score:
            when = f"{row['day']}" if span == "day" else f"{row['span']:%Y-%m-%d %H}h UTC"
            sentence = f"{row['baskets']} baskets in one {span} ({when}), where {usual:.1f} are usual."
            signals.append(
                Signal(f"baskets_{'a' if span == 'day' else 'an'}_{span}", row["member"], score, sentence, row["day"])
            )
            shown[row["member"]] = row["span"]
    rows = ibis.memtable(
        {"member": list(shown), "span": list(shown.values())},
        schema={"member": "int64", "span": spans.schema()["span"]},
    )
    return Seen(with_events(signals, baskets.semi_join(rows, ["member", "span"])) if signals else [])
