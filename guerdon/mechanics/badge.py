"""Badges: a mark that a member holds, given by a challenge or for a condition, for other rules to look at.

`when: {badge: explorer}` asks for one, and a rule may react to it at once (`awarded:explorer`). A badge given on a
purchase goes when all of it comes back.

**Worked.** The badge `explorer` is for whoever has bought in three stores (a meter shows it), with 100 points on top.
The purchase in the third store gives the badge and 100 points. The next one gives nothing: the badge is there.
"""

import msgspec

from guerdon.core.calendar import Day
from guerdon.core.case import Case
from guerdon.core.counting import matching
from guerdon.core.effects import Awarded
from guerdon.core.events import Purchase
from guerdon.core.gifts import Gift, Gifts
from guerdon.core.program import Texts, When
from guerdon.core.returning import Origin
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a badge."""

    name: str
    on: str | None = None
    """What it is given for: ``purchase``, ``enrol`` or ``action:NAME``; None: only other mechanics give it."""
    when: When = When()
    unless: When = When()
    """What stands against it, each matcher for itself."""
    times: int = 1
    """How often a member may get it."""
    gives: tuple[Gift, ...] = ()
    """What comes with it."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return BadgeRule(self, workshop)


class BadgeRule(Rule):
    """A badge, compiled."""

    def __init__(self, settings: Badge, workshop: Workshop) -> None:
        """Compile the conditions. What comes with it is given however the badge was come by."""
        self.settings = settings
        self.name = settings.name
        given = f"awarded:{settings.name}"
        self.triggers = (given,) if settings.on is None else (settings.on, given)
        self._condition = workshop.condition(settings.when, settings.unless)
        self._gifts = Gifts(workshop, settings.name, settings.gives)

    def is_live_on(self, day: Day) -> bool:
        """Always: another mechanic may give it on any day."""
        return True

    def propose(self, case: Case) -> Proposal | None:
        """The badge, where the member does not have it often enough; or what comes with one that was just given."""
        if self._is_new(case):
            return Proposal(self, 1) if self.settings.gives and not self._gifts.were_given(case) else None
        if case.badges.get(self.name, 0) >= self.settings.times:
            case.note(self.name, "skipped", "badge_held", "the member has the badge")
            return None
        failing = self._condition.failing(case)
        if failing is not None:
            case.note(self.name, "skipped", failing.code, failing.sentence)
            return None
        if isinstance(case.event, Purchase) and not matching(case, self._condition):
            case.note(self.name, "skipped", "no_line_matches", "no line counts")
            return None
        return Proposal(self, 1)

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Give the badge; what comes with it follows when the badge is made known."""
        if self._is_new(case):
            self._gifts.give(case, self)
        else:
            case.award(self.name)

    def give_back(self, case: Case, origin: Origin) -> None:
        """Take back the badge, and what came with it, when all of its purchase has come back."""
        if not origin.is_whole or case.version.program.returns.points == "kept":
            return
        for effect in origin.effects:
            if isinstance(effect, Awarded) and (effect.badge, effect.mechanic) == (self.name, ""):
                case.lose_badge(self.name)
        self._gifts.take_back(case, origin, self._gifts.times_given(origin))

    def _is_new(self, case: Case) -> bool:
        """Whether the badge was given by this very event."""
        return any(isinstance(effect, Awarded) and effect.badge == self.name for effect in case.effects)
