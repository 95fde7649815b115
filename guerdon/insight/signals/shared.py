"""Shared means: one payment card, device or address behind the purchases of many members.

The till or the shop sends a token of it among the attributes of the purchase, never the number itself. Members of one
household share what they like and count once. Two strangers may share an address; from three on it is told.

**Worked.** A card token with 5 members, two of them one household: 4. The score is 50 for 3, and 12.5 for each
more: 62.
"""

from datetime import date
from typing import TYPE_CHECKING

from guerdon.insight.signals.scoring import LOOK, MOST
from guerdon.insight.signals.signal import Seen, Signal, since_day, with_events

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables

MEANS = ("card", "device", "address")
"""The attributes that name them."""
_FEWEST = 3
_POINTS_A_MEMBER = 12.5


def found(tables: "Tables", since: date | None) -> Seen:
    """Members who share a card, a device or an address with others than their household."""
    events = since_day(tables.events, since)
    signals = [signal for means in MEANS for signal in _sharing(tables, since, means)]
    if not signals and not _named(tables, since):
        return Seen([], "no purchase names a `card`, `device` or `address` among its attributes")
    naming = events.filter(events.content.re_search(rf'"({"|".join(MEANS)})":"'))
    return Seen(with_events(signals, naming))


def attribute(name: str) -> str:
    """A pattern that finds an attribute of an event in its canonical JSON."""
    return rf'"attributes":\{{[^}}]*"{name}":"([^"]*)"'


def _named(tables: "Tables", since: date | None) -> bool:
    events = since_day(tables.events, since)
    naming = events.filter(events.content.re_search(rf'"attributes":\{{[^}}]*"({"|".join(MEANS)})":"'))
    return bool(naming.count().to_pyarrow().as_py())


def _sharing(tables: "Tables", since: date | None, means: str) -> list[Signal]:
    events = since_day(tables.events, since)
    pattern = attribute(means)
    named = events.filter(events.content.re_search(pattern))
    named = named.select("member", "day", token=named.content.re_extract(pattern, 1))
    people = tables.members.select(
        "member", who=tables.members.household.fill_null(tables.members.member.cast("string"))
    )
    named = named.inner_join(people, "member")
    tokens = named.group_by("token").aggregate(sharing=named.who.nunique())
    tokens = tokens.filter(tokens.sharing >= _FEWEST)
    own = named.inner_join(tokens, "token")
    most = own.group_by("member").aggregate(sharing=own.sharing.max(), last=own.day.max()).order_by("member")
    return [
        Signal(
            f"shared_{means}",
            row["member"],
            min(MOST, round(LOOK + (row["sharing"] - _FEWEST) * _POINTS_A_MEMBER)),
            f"Shares one {means} with {row['sharing'] - 1} others who are not of the household.",
            row["last"],
        )
        for row in most.to_pyarrow().to_pylist()
    ]
