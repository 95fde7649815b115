"""One's own card: staff who scan their card for customers who have none.

**Cashier**: one member stands behind more baskets of one cashier than chance explains, by how many of the store's
baskets go through that cashier's hands. The till sends the cashier among the attributes of the purchase, as a token.

**Minutes apart**: baskets of one member within ten minutes of the one before at the same store, as a share of all of
the member's baskets, against the share that 19 of 20 members stay below: people who shop together pay apart.

**Worked.** A cashier takes a tenth of the store's baskets. Of a member's 20 baskets there 2 are to be expected with
that cashier, and 18 are: once in 10^16, among 1,000 pairs of member and cashier 10^-13: 100.
"""

from datetime import date
from typing import TYPE_CHECKING

from guerdon.insight.signals.scoring import rare_share
from guerdon.insight.signals.shared import attribute
from guerdon.insight.signals.signal import Seen, Signal, since_day, with_events

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from guerdon.insight.engines import Tables

_FEWEST = 8
"""So few baskets are never looked at."""
_MINUTES_APART = 10
_MOST_MEMBERS = 0.95


def with_one_cashier(tables: "Tables", since: date | None) -> Seen:
    """Members who meet one cashier far more often than chance would have it."""
    import ibis

    baskets = _baskets(tables, since)
    pattern = attribute("cashier")
    known = baskets.filter(baskets.content.re_search(pattern))
    known = known.mutate(cashier=known.content.re_extract(pattern, 1), place=known.store.fill_null(""))
    pairs = known.group_by("place", "cashier", "member").aggregate(times=known.count(), last=known.day.max())
    pairs = pairs.mutate(
        visits=pairs.times.sum().over(ibis.window(group_by=[pairs.place, pairs.member])),
        taken=pairs.times.sum().over(ibis.window(group_by=[pairs.place, pairs.cashier])),
        all=pairs.times.sum().over(ibis.window(group_by=pairs.place)),
        looked_at=pairs.count().over(ibis.window()),
    )
    rows = pairs.filter(pairs.times >= _FEWEST).to_pyarrow().to_pylist()
    if not rows and not known.count().to_pyarrow().as_py():
        return Seen([], "no purchase names a `cashier` among its attributes")
    signals: dict[int, Signal] = {}
    for row in rows:
        # The member's own baskets say nothing about how many baskets the cashier takes.
        others = row["all"] - row["visits"]
        usual = (row["taken"] - row["times"]) / others if others else 1.0
        score = rare_share(row["times"], row["visits"], usual, row["looked_at"])
        told = f"{row['times']} of {row['visits']} baskets at one cashier, who takes {usual:.0%} of all others."
        if score and score > signals.get(row["member"], _NONE).score:
            signals[row["member"]] = Signal("own_card", row["member"], score, told, row["last"])
    return Seen(with_events(signals.values(), known))


_NONE = Signal("", 0, 0, "", date.min)


def minutes_apart(tables: "Tables", since: date | None) -> Seen:
    """Members with far more baskets than others within minutes of the one before, at one store."""
    import ibis

    baskets = _baskets(tables, since)
    own = ibis.window(group_by=[baskets.member, baskets.store], order_by=[baskets.at, baskets.seq])
    timed = baskets.mutate(before=baskets.at.lag(1).over(own))
    quick = timed.filter(timed["at"] <= timed.before + ibis.interval(minutes=_MINUTES_APART))
    times = baskets.group_by("member").aggregate(baskets=baskets.count())
    counted = quick.group_by("member").aggregate(quick=quick.count(), last=quick.day.max())
    times = times.left_join(counted, "member").drop("member_right").filter(times.baskets >= _FEWEST)
    share = times.quick.fill_null(0) / times.baskets
    crowd = times.aggregate(usual=share.quantile(_MOST_MEMBERS), members=times.count()).to_pyarrow().to_pylist()[0]
    signals = []
    for row in times.filter(times.quick >= _FEWEST).to_pyarrow().to_pylist():
        score = rare_share(row["quick"], row["baskets"], crowd["usual"], crowd["members"])
        if score:
            much = f"where {crowd['usual']:.0%} is much."
            told = f"{row['quick']} of {row['baskets']} baskets within minutes of another, {much}"
            signals.append(Signal("minutes_apart", row["member"], score, told, row["last"]))
    return Seen(with_events(signals, quick))


def _baskets(tables: "Tables", since: date | None) -> "ir.Table":
    events = since_day(tables.events, since)
    return events.filter((events.kind == "purchase") & events.refusal.isnull())
