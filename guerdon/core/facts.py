"""Facts: what is looked up before a decision, because a decision looks nothing up itself."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from guerdon.core.amounts import Rate
from guerdon.core.codes import ShownCode
from guerdon.core.effects import Effect
from guerdon.core.events import Event, Purchase


class PurchaseRecord(NamedTuple):
    """An earlier purchase of the member, as the journal keeps it."""

    event: Purchase
    effects: tuple[Effect, ...]


class PastEvent(NamedTuple):
    """An earlier event of the member that was not refused, as the journal keeps it."""

    event: Event
    effects: tuple[Effect, ...]


class Facts(NamedTuple):
    """What was looked up before the decision. A decision never looks anything up itself."""

    limits: Mapping[str, int] = {}
    """What is used so far of each shared limit that may be needed; nothing of one that is not named.

    Budgets in the unit's smallest part, stock in pieces. How much there is in all, the version says, with what was
    added since.
    """
    purchase: PurchaseRecord | None = None
    """For a return or a claim: the purchase it belongs to; None: the member has none of that id."""
    history: Sequence[PastEvent] = ()
    """Everything of the member so far, where a version takes over that fills new meters: see ``needs_history``."""
    rates: Mapping[str, Rate] = {}
    """What other currencies were worth on the day of the event: minor units of the program's per their own."""
    seeds: Mapping[str, str] = {}
    """The secret seeds of the games that may be played, each by its commitment, which stands in the program file."""
    codes: Mapping[str, ShownCode] = {}
    """What was found about the codes that a purchase shows, each by its text as it is shown."""
    added: Mapping[str, int] = {}
    """How much was added to shared limits since their version was published; below zero: taken away."""


NO_FACTS = Facts()
