"""Outlier earnings: a day on which a member was granted far more of a unit than any other day of the crowd explains.

Grants of a day are compared on a logarithmic scale, on which those of a crowd lie evenly around their median, by the
robust z-score. What was gained for an amount of another unit is no grant.

**Worked.** The median day brings 30 points, and half of all days lie between 15 and 60 (a factor of 2 either way). A
day with 30,000 is a factor of 1,000 away: z = 0.6745 x ln 1000 / ln 2 = 6.7, a score of 34.
"""

import math
from datetime import date
from typing import TYPE_CHECKING

from guerdon.insight.signals.scoring import outlier, robust_z
from guerdon.insight.signals.signal import Seen, Signal, since_day, with_events

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables

_FEWEST_DAYS = 30
"""With fewer days than that nobody knows what is usual."""
_LEAST_DEVIATION = 0.2


def found(tables: "Tables", since: date | None) -> Seen:
    """The best day of each member, where it is an outlier."""
    import ibis

    effects = tables.effects if since is None else tables.effects.filter(tables.effects.day >= since)
    grants = effects.filter((effects.effect == "granted") & (effects.amount > 0))
    spent = effects.filter(effects.effect == "spent").select("member", "seq", mechanic=effects.reward)
    grants = grants.anti_join(spent, ["member", "seq", "mechanic"])
    days = grants.group_by("member", "unit", "day").aggregate(amount=grants.amount.sum())
    days = days.mutate(log=days.amount.cast("float64").ln())
    usual = days.group_by("unit").aggregate(median=days.log.quantile(0.5), looked_at=days.count())
    days = days.inner_join(usual, "unit")
    spread = days.group_by("unit").aggregate(deviation=(days.log - days["median"]).abs().quantile(0.5))
    days = days.inner_join(spread, "unit")
    best = ibis.row_number().over(group_by=[days.member, days.unit], order_by=days.amount.desc())
    days = days.mutate(best=best).filter(lambda table: (table.best == 0) & (table.looked_at >= _FEWEST_DAYS))
    signals, shown = [], []
    for row in days.to_pyarrow().to_pylist():
        score = outlier(robust_z(row["log"], row["median"], row["deviation"], least=_LEAST_DEVIATION))
        if score:
            usual_amount = round(math.exp(row["median"]))
            sentence = f"{row['amount']:,} {row['unit']} granted on {row['day']}, where {usual_amount:,} are usual."
            signals.append(Signal("earnings", row["member"], score, sentence, row["day"]))
            shown.append({"member": row["member"], "day": row["day"]})
    if not signals:
        return Seen([])
    rows = ibis.memtable(shown, schema={"member": "int64", "day": "date"}).distinct()
    return Seen(with_events(signals, since_day(tables.events, since).semi_join(rows, ["member", "day"])))
