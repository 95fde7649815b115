"""Guessing codes: events that were refused because nothing takes the code that was shown.

A slip of the keyboard is one or two. Ten points for each on one day: five are told.
"""

from datetime import date
from typing import TYPE_CHECKING

from guerdon.insight.signals.scoring import MOST
from guerdon.insight.signals.signal import Seen, Signal, since_day, with_events

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables

REFUSED = ("code_mistyped", "code_of_another_member", "code_revoked", "code_unknown", "code_used_up")
_POINTS_A_CODE = 10
_FEWEST = 3


def found(tables: "Tables", since: date | None) -> Seen:
    """Members who showed codes that nothing takes, by their worst day."""
    events = since_day(tables.events, since)
    refused = events.filter(events.refusal.isin(REFUSED))
    days = refused.group_by("member", "day").aggregate(times=refused.count())
    worst = days.group_by("member").aggregate(times=days.times.max(), last=days.day.max())
    rows = worst.filter(worst.times >= _FEWEST).order_by("member").to_pyarrow().to_pylist()
    signals = [
        Signal(
            "code_guessing",
            row["member"],
            min(MOST, _POINTS_A_CODE * row["times"]),
            f"{row['times']} codes on one day that nothing takes.",
            row["last"],
        )
        for row in rows
    ]
    return Seen(with_events(signals, refused))
