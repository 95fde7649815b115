"""A rule is a mechanic, compiled: it looks at a case and proposes what to give for it, or does what time brings.

``mechanics`` makes them out of settings; ``decide`` runs them.
"""

from typing import TYPE_CHECKING, NamedTuple

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Day, Delay, Instant

if TYPE_CHECKING:
    from guerdon.core.case import Case
    from guerdon.core.conditions import Condition
    from guerdon.core.events import Event, Purchase
    from guerdon.core.returning import Origin

Trigger = str
"""What a rule reacts to.

``purchase``, ``enrol`` and ``action:NAME`` come with the event; ``checkout`` is a purchase before it is settled what is
paid. ``reached:LEVEL``, ``awarded:BADGE``, ``joined:PLAN``, ``left:PLAN``, ``redeemed:REWARD`` and ``used:BENEFIT``
happen through other rules, ``entered_segment:NAME`` and ``left_segment:NAME`` through analysis. ``afterwards`` comes
after those, after an event that one rule answers, and after what time has granted: ladders look again then.
"""


class Proposal(NamedTuple):
    """What a rule would give for this event.

    In a ``best`` lane the largest amount wins, the earlier rule where equal.
    """

    rule: "Rule"
    amount: int
    wanted: int = 0
    capped_by: str = ""
    lines: tuple[int, ...] | None = None
    rate: Rate | None = None
    shares: tuple[int, ...] | None = None
    """What each of the lines earns, where it is not in proportion to what was paid for it."""
    level: str = ""
    """For a rule of tiers: the level that is reached."""
    apart: bool = False
    """What is granted hangs on no lines; on a return the rule itself says what becomes of it."""


class Rule:
    """A mechanic, compiled. A mechanic overrides what it has to do with; the rest does nothing."""

    name: str
    lane: str = ""
    """The lane it runs in; empty: it stands for itself."""
    triggers: tuple[Trigger, ...] = ()
    """What it reacts to with a proposal."""
    answers: tuple[tuple[str, str], ...] = ()
    """The events that are for this rule alone, by kind and by the name that they carry: ``("donate", "forest")``."""

    sources: tuple[str, ...] = ()
    """The names under which its parts grant, where they do so under names of their own."""
    condition: "Condition | None" = None
    """The conditions without which it proposes nothing. An event that cannot meet them does not come to it."""
    delay: Delay | None = None
    """How long what it grants stays pending; None: not at all."""

    def lane_on(self, trigger: Trigger) -> str:
        """The lane in which it competes when it reacts to a trigger."""
        return self.lane

    def is_live_on(self, day: Day) -> bool:
        """Whether it can propose anything on that day. Where it cannot, it is asked only for the trace."""
        return True

    def propose(self, case: "Case") -> Proposal | None:
        """What it would do with this event; None, with a note, where it does nothing."""

    def carry_out(self, case: "Case", proposal: Proposal) -> None:
        """Do it."""

    def prepare(self, case: "Case") -> None:
        """Act on a purchase before what is paid for it is settled: take a voucher off the basket."""

    def answer(self, case: "Case", event: "Event") -> None:
        """Deal with an event that is for this rule alone."""

    def enrol(self, case: "Case") -> None:
        """Set up what a new member starts with."""

    def take_over(self, case: "Case") -> None:
        """Look again at what a member has, as the program's new version takes over."""

    def take_back(self, case: "Case", purchase_day: Day) -> None:
        """Look again at what a return has changed."""

    def give_back(self, case: "Case", origin: "Origin") -> None:
        """Undo, for goods that come back, what this rule did with their purchase other than grant."""

    def worth_today(self, case: "Case", purchase: "Purchase", paid: int, part: str) -> int | None:
        """What it would give today for so much of an earlier purchase; None: it gives nothing by a rate.

        ``part`` names the part of the rule that gave then, such as an option of a menu; empty: the rule as a whole.
        """

    def next_due(self, case: "Case") -> Instant | None:
        """When time alone next gives it something to do, looking at the case as it stands.

        Later than ``case.as_of``.
        """

    def settle(self, case: "Case", at: Instant) -> None:
        """Do what falls due at that instant."""
