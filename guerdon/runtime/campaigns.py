"""Campaigns: the mechanics of a version that have dates or a shared limit, with how far each has come.

**Worked.** ``spring`` runs from 1 March to 31 May with a total of 10,000 points. On 10 May, when 7,500 were granted, it
is running with 2,500 left; on 1 June it is over, whatever is left.
"""

from collections import Counter
from datetime import date
from typing import Literal, NamedTuple

from guerdon.core.calendar import Instant, date_of
from guerdon.core.program import Mechanic, Texts, When
from guerdon.core.version import Version
from guerdon.mechanics import MECHANICS
from guerdon.runtime.offers import limits_left
from guerdon.store import reading
from guerdon.store.database import Connection
from guerdon.store.reading import StoredLimit

Stage = Literal["scheduled", "running", "over"]

KIND_OF: dict[type, str] = {settings: kind for kind, settings in MECHANICS.items()}
"""The key by which a program file names each kind of mechanic."""


class Given(NamedTuple):
    """What a mechanic has granted of a unit so far."""

    amount: int
    """In the unit's smallest part."""
    times: int


class Campaign(NamedTuple):
    """A mechanic with dates or limits."""

    name: str
    kind: str
    title: Texts
    first_day: date | None
    """None: it always was."""
    last_day: date | None
    """None: it stays."""
    stage: Stage
    limits: list[StoredLimit]
    """Its own shared limits."""
    granted: dict[str, Given]
    """By unit, also under former names."""


def campaigns(connection: Connection, program: int, version: Version, at: Instant) -> list[Campaign]:
    """The campaigns of a version, in the order of the file."""
    limits = limits_left(connection, program, version, at)
    granted = _granted(connection, program, version)
    today = date_of(version.zone.day(at))
    found = []
    for mechanic in version.program.mechanics:
        first, last = days_of(mechanic)
        own = [limit for limit in limits if _owner(limit.name) == mechanic.name]
        if own or first is not None or last is not None:
            stage = _stage(first, last, today)
            given = {unit: given for (name, unit), given in granted.items() if name == mechanic.name}
            title: Texts = getattr(mechanic, "title", {})
            found.append(Campaign(mechanic.name, KIND_OF[type(mechanic)], title, first, last, stage, own, given))
    return found


def days_of(mechanic: Mechanic) -> tuple[date | None, date | None]:
    """The first and the last day of a mechanic; None and None: it has no dates."""
    own = getattr(mechanic, "live_between", None) or getattr(mechanic, "between", None)
    return own or getattr(mechanic, "when", When()).between or (None, None)


def _stage(first: date | None, last: date | None, today: date) -> Stage:
    if first is not None and today < first:
        return "scheduled"
    return "over" if last is not None and today > last else "running"


def _owner(limit: str) -> str:
    """The mechanic of a limit: ``spring`` of ``spring/uses`` and of ``prize:spring/mug``; of a stock none."""
    kind, _, rest = limit.rpartition(":")
    return "" if kind == "stock" else rest.partition("/")[0]


def _granted(connection: Connection, program: int, version: Version) -> dict[tuple[str, str], Given]:
    """By mechanic and unit, what was granted."""
    parts = {part: rule.name for rule in version.rules for part in rule.sources}
    amounts: Counter[tuple[str, str]] = Counter()
    times: Counter[tuple[str, str]] = Counter()
    for row in reading.amounts_by_reason(connection, program):
        if row.source == "issued" or row.source.startswith("partner:"):
            key = parts.get(row.reason) or version.name_now(row.reason), row.unit
            amounts[key] += row.amount
            times[key] += row.times
    return {key: Given(amount, times[key]) for key, amount in amounts.items()}
