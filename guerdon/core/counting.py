"""Counting: what one event adds to something that a mechanic counts for itself, and what a return takes off again.

Each line of a basket keeps its share, so that a part that comes back takes off exactly what it had added. A visit or an
action has no lines: a visit is gone when everything of it came back.

**Worked.** A challenge counts coffee in items. A basket has 3 coffees on one line and 2 on another: 5 are counted, by
shares of 3 and 2. Two of the first line come back: 3 are left.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from guerdon.core.case import Case
from guerdon.core.conditions import Condition
from guerdon.core.effects import Effect, Progressed
from guerdon.core.events import Action, Purchase
from guerdon.core.program import When
from guerdon.core.purchasing import quantities
from guerdon.core.returning import Origin
from guerdon.core.workshop import Workshop


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted of an event."""

    counts: Literal["spend", "visits", "items", "actions"] = "visits"
    """Money paid in minor units, purchases, articles, or how often something was done."""
    action: str = ""
    """For ``actions``: the action."""
    when: When = When()
    unless: When = When()
    """What stands against it."""

    @property
    def trigger(self) -> str:
        """The trigger on which it counts."""
        return f"action:{self.action}" if self.counts == "actions" else "purchase"


class Counted(NamedTuple):
    """What an event adds."""

    amount: int
    lines: tuple[int, ...] | None = None
    """The lines of the basket that it comes from; None: from the event as a whole."""
    shares: tuple[int, ...] | None = None
    """What each of them adds."""


NOTHING = Counted(0)


class Counter:
    """A measure, compiled."""

    def __init__(self, measure: Measure, workshop: Workshop) -> None:
        """Compile the conditions."""
        self.settings = measure
        self.condition: Condition = workshop.condition(measure.when, measure.unless)

    def of(self, case: Case, mechanic: str) -> Counted:
        """What the case's event adds; nothing, with a note, where it does not count."""
        settings, event = self.settings, case.event
        if settings.counts == "actions":
            fits = isinstance(event, Action) and event.action == settings.action
            return Counted(1) if fits and self._holds(case, mechanic) else NOTHING
        if not isinstance(event, Purchase) or not self._holds(case, mechanic):
            return NOTHING
        lines = matching(case, self.condition)
        if not lines:
            case.note(mechanic, "skipped", "no_line_matches", "no line counts")
            return NOTHING
        if settings.counts == "visits":
            return Counted(1)
        values = case.payments if settings.counts == "spend" else quantities(event, "items")
        shares = tuple([values[line] for line in lines])
        return Counted(sum(shares), lines, shares)

    def _holds(self, case: Case, mechanic: str) -> bool:
        failing = self.condition.failing(case)
        if failing is not None:
            case.note(mechanic, "skipped", failing.code, failing.sentence)
        return failing is None


def matching(case: Case, condition: Condition) -> tuple[int, ...]:
    """The lines of the basket that a condition counts."""
    if condition.lines is None:
        return tuple(range(len(case.masks)))
    bit = condition.lines.bit_on(case.day)
    return tuple([line for line, mask in enumerate(case.masks) if mask & bit])


def moves_of(effects: Iterable[Effect], mechanic: str, counter: str) -> list[Progressed]:
    """How an event itself moved a counter of a mechanic, in order; what merely fell due with it is left out."""
    return [
        effect
        for effect in effects
        if isinstance(effect, Progressed) and (effect.mechanic, effect.counter, effect.at) == (mechanic, counter, None)
    ]


def came_back(move: Progressed, origin: Origin) -> int:
    """What a return takes off what its purchase had added."""
    if move.lines is None or move.shares is None:
        return move.after - move.before if origin.is_whole else 0
    pairs = zip(move.lines, move.shares, strict=True)
    return sum([origin.share_coming_back(share, line) for line, share in pairs])


def back_so_far(move: Progressed, origin: Origin, *, with_this: bool) -> int:
    """The same over all returns of the purchase, before this one or with it."""
    start = origin._replace(before={}, after=origin.after if with_this else origin.before)
    return came_back(move, start)
