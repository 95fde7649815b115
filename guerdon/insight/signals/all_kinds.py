"""The list of all kinds of signals, and what they say about a crowd and about one member."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from guerdon.insight.signals import earnings, guessing, own_card, refunds, shared, velocity
from guerdon.insight.signals.scoring import together
from guerdon.insight.signals.signal import Seen, Signal

if TYPE_CHECKING:
    from guerdon.insight.engines import Tables

KINDS: dict[str, Callable[["Tables", date | None], Seen]] = {
    "baskets_a_day": velocity.a_day,
    "baskets_an_hour": velocity.an_hour,
    "earnings": earnings.found,
    "shared_means": shared.found,
    "refund_after_use": refunds.after_use,
    "returns": refunds.often,
    "own_card": own_card.with_one_cashier,
    "minutes_apart": own_card.minutes_apart,
    "code_guessing": guessing.found,
}


class Suspect(NamedTuple):
    """A member with the signals about it."""

    member: int
    key: str
    """Your id of the member."""
    barred: str | None
    """``blocked``, ``closed`` or ``merged``; None: the member may act."""
    score: int
    """Of all signals together."""
    signals: tuple[Signal, ...]
    """The strongest first."""


class Look(NamedTuple):
    """What was found, and what could not be looked for."""

    suspects: list[Suspect]
    """The strongest first."""
    not_looked_for: Mapping[str, str]
    """By kind: why not."""


def look(tables: "Tables", since: date | None = None) -> Look:
    """Look for every kind of signal in what happened since a day; None: ever."""
    seen = {kind: found(tables, since) for kind, found in KINDS.items()}
    by_member = defaultdict[int, list[Signal]](list)
    for kind in seen.values():
        for signal in kind.signals:
            by_member[signal.member].append(signal)
    suspects = [_suspect(row, by_member[row["member"]]) for row in _members(tables, sorted(by_member))]
    return Look(
        sorted(suspects, key=lambda suspect: (-suspect.score, suspect.key)),
        {kind: found.not_looked_for for kind, found in seen.items() if found.not_looked_for},
    )


def _members(tables: "Tables", members: list[int]) -> list[dict[str, Any]]:
    if not members:
        return []
    found = tables.members.filter(tables.members.member.isin(members)).select("member", "key", "barred")
    rows: list[dict[str, Any]] = found.to_pyarrow().to_pylist()
    return rows


def _suspect(row: Mapping[str, Any], signals: list[Signal]) -> Suspect:
    strongest = tuple(sorted(signals, key=lambda signal: (-signal.score, signal.kind)))
    score = together([signal.score for signal in strongest])
    return Suspect(row["member"], row["key"], row["barred"], score, strongest)
