"""Whatever was bought: months add up to the whole, and nothing is anything but a number or nothing."""

import math
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from guerdon.insight.engines.duckdb import tables_from
from guerdon.insight.measures.reckoning import figures
from guerdon.insight.measures.registry import MEASURES
from tests.unit.insight.worked_year import bought, happened, member, moved, worked

FIRST = date(2024, 1, 1)
DAYS = st.integers(0, 120).map(lambda days: FIRST + timedelta(days=days))
STORES = st.sampled_from(["north", "south", None])
PURCHASES = st.tuples(st.integers(1, 4), DAYS, st.integers(0, 10_000), STORES)
RETURNS = st.tuples(st.integers(1, 4), DAYS, st.integers(0, 10_000))
MOVES = st.tuples(
    st.integers(1, 4),
    DAYS,
    st.integers(1, 500),
    st.sampled_from(["issued", "available"]),
    st.sampled_from(["points", "vouchers"]),
)
ADDITIVE = [measure for measure in MEASURES.values() if measure.is_additive and not measure.parts[0].to_date]
# A member may be active in several months.
SUMMED = [measure for measure in ADDITIVE if measure.name != "active_members"]


@given(st.lists(PURCHASES, max_size=8), st.lists(RETURNS, max_size=3), st.lists(MOVES, max_size=6), DAYS)
@settings(max_examples=12, deadline=None)
def test_months_add_up_to_the_whole(purchases, returns, moves, joined) -> None:
    events = [bought(who, seq, on, paid, store=store) for seq, (who, on, paid, store) in enumerate(purchases, 1)]
    events += [
        happened(who, seq, on, "return", items=-1, paid=-paid, purchase="gone")
        for seq, (who, on, paid) in enumerate(returns, 100)
    ]
    transfers = [
        moved(who, seq, on, amount, source, "redeemed" if source == "available" else "available", unit=unit)
        for seq, (who, on, amount, source, unit) in enumerate(moves, 200)
    ]
    members = [member(who, str(who), joined if who < 3 else None) for who in range(1, 5)]
    history = worked(tables_from({"events": events, "transfers": transfers, "members": members}))
    whole, by_month = figures(history, SUMMED), figures(history, SUMMED, ["month"])
    for measure in SUMMED:
        for total in whole[measure.name]:
            months = [figure.value for figure in by_month[measure.name] if figure.unit == total.unit]
            assert sum(months) == total.value, measure.name
    told = [figure.value for found in (whole, by_month) for each in found.values() for figure in each]
    assert all(value is not None and math.isfinite(value) for value in told)
