"""Tiers: a meter lifts members up a ladder of levels.

A level is reached **at once**, on the event that lifts the meter to its threshold, and is kept for a term. When the
term ends the level is **reviewed**: what the meter showed on the last day of the term decides the next level, up or
down, for another term. The lowest level has no threshold and no review.

**Worked.** Levels basic 0, silver 500 USD, gold 1500 USD on spend over rolling 12 months, kept 12 months. A member who
reaches 500 USD on 10 March 2026 is silver from that purchase on, through 10 March 2027. On 11 March 2027 the spend of
11 March 2026 to 10 March 2027 is looked at: 499.99 makes basic, 500.00 silver for another 12 months.

A return takes the spend out of the meter. Where the member would not have reached the level without what came back, and
the meter does not bear it today either, the level falls back at once to the one held before, or further.
"""

import msgspec

from guerdon.core import meters
from guerdon.core.calendar import Day, Instant, Term
from guerdon.core.case import Case
from guerdon.core.program import Texts
from guerdon.core.rule import Proposal, Rule
from guerdon.core.state import Standing
from guerdon.core.version import Workshop


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One level of a ladder."""

    name: str
    threshold: int
    """What the meter must show, in its own smallest parts. 0 for the lowest level."""
    title: Texts = {}


class Tiers(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a ladder of tiers."""

    name: str = "tiers"
    meter: str
    levels: tuple[Level, ...]
    """From the lowest, which has threshold 0, to the highest."""
    kept: Term
    """How long a level lasts before it is reviewed."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule, and make the ladder known."""
        workshop.levels += [level.name for level in self.levels]
        workshop.ladders[self.name] = tuple([level.name for level in self.levels])
        return TiersRule(self, workshop)


class TiersRule(Rule):
    """A ladder, compiled."""

    triggers = ("purchase", "enrol", "action")

    def __init__(self, settings: Tiers, workshop: Workshop) -> None:
        """Put the levels in order."""
        self.settings = settings
        self.name = settings.name
        self._meter = settings.meter
        self._window = workshop.program.meters[settings.meter].window
        self._names = [level.name for level in settings.levels]
        self._thresholds = [level.threshold for level in settings.levels]
        self._ranks = {name: rank for rank, name in enumerate(self._names)}

    def enrol(self, case: Case) -> None:
        """Start on the lowest level."""
        case.stand(self.name, Standing(self._names[0], case.at), case.at, "joined")

    def propose(self, case: Case) -> Proposal | None:
        """A higher level, where the meter reaches one."""
        rank = self._rank(case)
        if rank + 1 == len(self._names):
            return None
        buckets = case.meters.get(self._meter)
        if buckets is None or meters.upper_bound(buckets, negative=bool(case.returned)) < self._thresholds[rank + 1]:
            return None
        reached = self._reached(case, case.today)
        return Proposal(self, 0, level=self._names[reached]) if reached > rank else None

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Lift the member at once, and remember the level to fall back to."""
        self._lift(case, proposal.level, case.as_of)

    def take_over(self, case: Case) -> None:
        """Lift whoever shows enough by now: the ladder may be new, or a level may have become easier to reach."""
        proposal = self.propose(case)
        if proposal is not None:
            self._lift(case, proposal.level, case.at)

    def _lift(self, case: Case, level: str, at: Instant) -> None:
        before = case.standings.get(self.name) or Standing(self._names[0], at)
        shown = case.reading(self._meter, case.today)
        standing = Standing(level, at, self._until(case, level, case.version.zone.day(at)), shown, before)
        case.stand(self.name, standing, at, "reached")
        case.happened.append(f"reached:{level}")

    def next_due(self, case: Case) -> Instant | None:
        """The end of the term of the level that is held."""
        standing = case.standings.get(self.name)
        return None if standing is None else standing.until

    def settle(self, case: Case, at: Instant) -> None:
        """Review: what the meter showed on the term's last day decides."""
        last = case.version.zone.day(at) - 1
        level = self._names[self._reached(case, last)]
        until = self._until(case, level, last)
        if until is not None and until <= at:  # "until the end of the month" has just ended
            until = self._until(case, level, last + 1)
        case.stand(self.name, Standing(level, at, until), at, "review")

    def take_back(self, case: Case, purchase_day: Day) -> None:
        """After a return: fall back where a level reached since the purchase has lost its ground."""
        standing, came_back = case.standings.get(self.name), case.counted_out.get(self._meter, 0)
        if standing is None or came_back <= 0:
            return
        left = self._without(case, standing, purchase_day, came_back)
        if left.level != standing.level:
            case.stand(self.name, left, case.as_of, "return")
        elif left is not standing:
            case.standings[self.name] = left

    def _without(self, case: Case, standing: Standing, purchase_day: Day, came_back: int) -> Standing:
        """Where the member would stand without the goods that came back."""
        lifted_on = case.version.zone.day(standing.since)
        if standing.before is None or lifted_on < purchase_day or standing.level not in self._ranks:
            return standing
        before = self._without(case, standing.before, purchase_day, came_back)
        counted = self._window.first_day(lifted_on) <= purchase_day
        since, shown = standing.since, standing.shown - came_back if counted else standing.shown
        today = case.reading(self._meter, case.today)
        if self._rank_at(today) > self._rank_at(shown):  # what was bought since bears it instead
            since, shown = case.as_of, today
        borne = min(self._rank_at(shown), self._ranks[standing.level])
        if borne > self._ranks.get(before.level, 0):
            return Standing(self._names[borne], since, standing.until, shown, before)
        if before.until is None or before.until > case.as_of:
            return before
        level = self._names[self._rank_at(today)]
        return Standing(level, case.as_of, self._until(case, level, case.version.zone.day(case.as_of)))

    def _rank(self, case: Case) -> int:
        return self._ranks.get(case.level(self.name), 0)

    def _reached(self, case: Case, day: Day) -> int:
        """The rank of the highest level whose threshold the meter shows on a day."""
        return self._rank_at(case.reading(self._meter, day))

    def _rank_at(self, shown: int) -> int:
        return max([rank for rank, threshold in enumerate(self._thresholds) if shown >= threshold], default=0)

    def _until(self, case: Case, level: str, day: Day) -> Instant | None:
        """When a term that counts from a day ends; None for the lowest level."""
        if level == self._names[0]:
            return None
        return case.version.zone.start(self.settings.kept.ends(day))
