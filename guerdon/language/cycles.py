"""Mechanics that would feed themselves: points given for points that were earned.

A mechanic that gives a unit by a meter of that same unit being earned makes the meter rise by what it gives. That goes
for several in a circle too: stars for points earned, points for stars earned.
"""

import re
from typing import NamedTuple

from guerdon.core.program import Meter, When
from guerdon.language.section import Fields
from guerdon.mechanics.earn import Earn


class _Feed(NamedTuple):
    """A mechanic that gives a unit by how much of another, or of the same, was earned."""

    mechanic: int
    name: str
    gives: str
    by: str
    meter: str


def check_cycles(fields: Fields) -> None:
    """Report the mechanics that feed themselves, each circle once, at the first of its mechanics."""
    meters: dict[str, Meter] = fields.get("meters") or {}
    mechanics = enumerate(fields.get("mechanics") or ())
    feeds = [feed for place, found in mechanics if isinstance(found, Earn) for feed in _feeds(place, found, meters)]
    told: set[int] = set()
    for feed in feeds:
        circle = _circle(feed, feeds)
        if circle and not told & {other.mechanic for other in circle}:
            told |= {other.mechanic for other in circle}
            steps = ", ".join(
                f"`{part.name}` gives `{part.gives}` by `{part.meter}` ({part.by} earned)" for part in circle
            )
            place = fields.at("mechanics").items("a list of mechanics")[feed.mechanic]
            place.report("settings_conflict", f"this would feed itself: {steps}")


def _feeds(place: int, earn: Earn, meters: dict[str, Meter]) -> list[_Feed]:
    """The meters of something earned that an earning mechanic looks at."""
    looked_at = {earn.of, *_read_by(earn.when), *_read_by(earn.unless)}
    if earn.ladder is not None:
        looked_at.add(earn.ladder.meter)
    found = [name for name in meters if name in looked_at and meters[name].counts == "earned"]
    return [_Feed(place, earn.name, earn.earn, meters[name].unit, name) for name in found]


def _read_by(when: When) -> set[str]:
    """The meters that conditions look at."""
    return {*(when.readings or {}), *re.findall(r"\bmeters\.(\w+)", when.expression or "")}


def _circle(first: _Feed, feeds: list[_Feed]) -> list[_Feed]:
    """The shortest way from what a mechanic looks at back to what it gives, itself included; empty where none is."""
    ways, seen = [[first]], {first.by}
    while ways:
        way = ways.pop(0)
        if way[-1].by == first.gives:
            return way
        for feed in feeds:
            if feed.gives == way[-1].by and feed.by not in seen:
                seen.add(feed.by)
                ways.append([*way, feed])
    return []
