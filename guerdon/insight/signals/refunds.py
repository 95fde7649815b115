"""Refunds after use, and the share of what comes back.

**Refund after use**: goods come back whose points were spent already, so that the return left a debt or let something
go. Once is bad luck; each time is 25 points.

**Returns**: the share of a member's baskets that come back, against the crowd's: so many out of so many, by the
binomial law.

**Worked.** 8 of 10 baskets come back where 3 % are usual: once in 10^10. Among 1,000 members that is 10^-7: 70.
"""

from datetime import date
from typing import TYPE_CHECKING

from guerdon.insight.signals.scoring import MOST, rare_share
from guerdon.insight.signals.signal import Seen, Signal, since_day, with_events

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables

_POINTS_A_TIME = 25
_SPENT_ALREADY = r'"(owed|forgiven)":[1-9]'
_FEWEST_BASKETS = 5


def after_use(tables: "Tables", since: date | None) -> Seen:
    """Members whose goods came back after the points were spent."""
    effects = tables.effects if since is None else tables.effects.filter(tables.effects.day >= since)
    taken = effects.filter((effects.effect == "reversed") & effects.content.re_search(_SPENT_ALREADY))
    times = taken.group_by("member").aggregate(times=taken.seq.nunique(), last=taken.day.max()).order_by("member")
    signals = [
        Signal(
            "refund_after_use",
            row["member"],
            min(MOST, _POINTS_A_TIME * row["times"]),
            f"{row['times']} times goods came back whose points had been spent.",
            row["last"],
        )
        for row in times.to_pyarrow().to_pylist()
    ]
    return Seen(with_events(signals, since_day(tables.events, since).semi_join(taken, ["member", "seq"])))


def often(tables: "Tables", since: date | None) -> Seen:
    """Members whose baskets come back far more often than others'."""
    import ibis

    events = since_day(tables.events, since)
    own = events.filter(events.refusal.isnull())
    returns = own.filter(own.kind == "return")
    counts = own.group_by("member").aggregate(
        baskets=(own.kind == "purchase").sum(),
        returned=ibis.ifelse(own.kind == "return", own.purchase, None).nunique(),
        last=ibis.ifelse(own.kind == "return", own.day, None).max(),
    )
    bought = counts.filter(counts.baskets > 0)
    crowd = bought.aggregate(
        baskets=bought.baskets.sum(), returned=bought.returned.sum(), members=bought.count()
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    usual = (crowd["returned"] or 0) / (crowd["baskets"] or 1)
    signals = []
    for row in bought.filter((bought.baskets >= _FEWEST_BASKETS) & (bought.returned > 0)).to_pyarrow().to_pylist():
        returned = min(row["returned"], row["baskets"])
        score = rare_share(returned, row["baskets"], usual, crowd["members"])
        if score:
            sentence = f"{returned} of {row['baskets']} baskets came back, where {usual:.1%} is usual."
            signals.append(Signal("returns", row["member"], score, sentence, row["last"]))
    return Seen(with_events(signals, returns))
