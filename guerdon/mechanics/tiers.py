"""Tiers: what a member does lifts them up a ladder of levels.

A level asks for one thing or for several: that a meter shows so much, that it is such a share of another meter, that
the member holds a badge or is in a plan. It is reached **at once**, on the event that brings what it asks for (or only
at a review, where the program says so), and is kept for a term. When the term ends the level is **reviewed**: what the
meters showed on the last day of the term decides the next level, up or down, for another term. Reviews may also be held
on fixed dates. The lowest level asks for nothing and is never lost.

**Worked.** Levels basic 0, silver 500 USD, gold 1500 USD on spend over rolling 12 months, kept 12 months. A member who
reaches 500 USD on 10 March 2026 is silver from that purchase on, through 10 March 2027. On 11 March 2027 the spend of
11 March 2026 to 10 March 2027 is looked at: 499.99 makes basic, 500.00 silver for another 12 months.

**With grace** of a month the same member with 499.99 stays silver through 10 April 2027. A cent on 20 March is enough:
silver for another 12 months from that day on. Without it the level is lowered on 11 April.

**To keep** a level something else may be asked, also of what is new: gold by 300 stars, kept by another 300 in its
term. Who does not bring them falls, and what is then to be reached again counts from that day on.

A return takes the spend out of the meter. Where the member would not have reached the level without what came back, and
the meter does not bear it today either, the level falls back at once to the one held before, or further. A level that
hangs on a plan falls in the same way when the plan ends.

Every rise is announced as ``reached:LEVEL``: those that are jumped over, and the one that is reached.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from guerdon.core import meters
from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Day, Instant, PeriodUnit, Term, period_end
from guerdon.core.case import Case
from guerdon.core.program import Texts
from guerdon.core.rule import Proposal, Rule
from guerdon.core.state import Standing
from guerdon.core.workshop import Workshop

Readings = dict[str, int]
"""What there is, by source: what a meter shows, and 1 for a badge that is held or a plan that the member is in."""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a level asks for: of a meter, a badge or a plan. The other two are empty."""

    meter: str = ""
    least: int = 1
    """What the meter must show, in its own smallest parts."""
    share: Rate | None = None
    """In place of ``least``: the part of what ``share_of`` shows. Of nothing there is no part, and the need not met."""
    share_of: str = ""
    """The meter that the share is taken of."""
    anew: bool = False
    """Only what came since the level was reached or last confirmed counts."""
    badge: str = ""
    """The badge that the member must hold."""
    plan: str = ""
    """The plan that the member must be in."""

    @property
    def source(self) -> str:
        """The reading that it looks at."""
        if self.badge or self.plan:
            return f"badge:{self.badge}" if self.badge else f"plan:{self.plan}"
        return f"new:{self.meter}" if self.anew else self.meter

    def is_met(self, shown: Readings) -> bool:
        """Whether it is met by what is shown."""
        reading = shown.get(self.source, 0)
        if self.share is None:
            return reading >= self.least
        whole = shown.get(self.share_of, 0)
        return whole > 0 and reading * self.share.per >= whole * self.share.amount


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What a level asks for."""

    all_of: tuple[Need, ...] = ()
    """Every one of these."""
    any_of: tuple[Need, ...] = ()
    """One of these; where there are none, nothing more."""

    def are_met(self, shown: Readings) -> bool:
        """Whether all that is asked for is there."""
        if not all(need.is_met(shown) for need in self.all_of):
            return False
        return not self.any_of or any(need.is_met(shown) for need in self.any_of)

    @property
    def parts(self) -> tuple[Need, ...]:
        """All of them."""
        return self.all_of + self.any_of


class Missing(NamedTuple):
    """One thing that a level asks for and that is not there yet."""

    need: Need
    shown: int
    """What there is of it."""
    wanted: int
    """What it takes; of a share, of what there is now."""


class Ahead(NamedTuple):
    """The level above the one that a member stands on, and what is missing for it."""

    level: str
    all_of: tuple[Missing, ...]
    """Every one of these is missing."""
    any_of: tuple[Missing, ...]
    """One of these is missing; empty: none is."""


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One level of a ladder."""

    name: str
    threshold: int = 0
    """What the ladder's meter must show, in its own smallest parts. 0 for the lowest level, or with ``needs``."""
    needs: Needs | None = None
    """What it asks for in place of a threshold."""
    keep: Needs | None = None
    """What it asks for at its review; None: the same as to reach it."""
    title: Texts = {}


class Tiers(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a ladder of tiers."""

    name: str = "tiers"
    meter: str = ""
    """The meter that thresholds are of; empty where every level has needs of its own."""
    levels: tuple[Level, ...]
    """From the lowest, which asks for nothing, to the highest."""
    kept: Term | None = None
    """How long a level lasts before it is reviewed. None: for ever, or until the next fixed date."""
    reviewed: PeriodUnit | None = None
    """Reviews at the start of each of these periods. With ``kept`` members only rise there, else they fall too."""
    raised: Literal["at once", "at review"] = "at once"
    """When a higher level is given."""
    lowered: Literal["to what is shown", "by one level"] = "to what is shown"
    """How far a review lowers a member."""
    grace: Term | None = None
    """How much longer a level that a review would lower stays, to be earned after all."""
    starts_on: str = ""
    """The level that new members start on; empty: the lowest."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule, and make the ladder known."""
        workshop.levels += [level.name for level in self.levels]
        workshop.ladders[self.name] = tuple([level.name for level in self.levels])
        return TiersRule(self, workshop)


class TiersRule(Rule):
    """A ladder, compiled."""

    triggers = ("purchase", "enrol", "action", "afterwards")

    def __init__(self, settings: Tiers, workshop: Workshop) -> None:
        """Put the levels in order, and note what they look at."""
        self.settings = settings
        self.name = settings.name
        self._zone = workshop.zone
        self._names = [level.name for level in settings.levels]
        self._ranks = {name: rank for rank, name in enumerate(self._names)}
        self._reach = [needs_of(level, settings.meter) for level in settings.levels]
        self._keep = [level.keep or self._reach[rank] for rank, level in enumerate(settings.levels)]
        parts = [need for needs in (*self._reach, *self._keep) for need in needs.parts]
        looked_at = [meter for need in parts for meter in (need.meter, need.share_of) if meter]
        self._windows = {meter: workshop.program.meters[meter].window for meter in dict.fromkeys(looked_at)}
        self._counts_anew = settings.grace is not None or any(level.keep is not None for level in settings.levels)
        self._badges = tuple(dict.fromkeys([need.badge for need in parts if need.badge]))
        self._plans = tuple(dict.fromkeys([need.plan for need in parts if need.plan]))
        self._bounds = [_bounds(needs) for needs in self._reach]
        self._climbs = settings.meter != "" and all(level.needs is None for level in settings.levels)

    def enrol(self, case: Case) -> None:
        """Start on the lowest level, or on the one that new members are given."""
        level = self.settings.starts_on or self._names[0]
        case.stand(self.name, Standing(level, case.at, self._until(level, case.day)), case.at, "joined")

    # Rising at once, and what becomes of a level when its plan ends.

    def propose(self, case: Case) -> Proposal | None:
        """A higher level where what it asks for is there, or the one that is held where grace has saved it."""
        standing = self.standing(case)
        rank = self._ranks.get(standing.level, 0)
        if self._plans and self._plans_lost(case, standing):
            return Proposal(self, 0, level=self._after_leaving(case, standing).level)
        if standing.grace and self._is_kept(standing, rank, self._readings(case, standing, case.today)):
            return Proposal(self, 0, level=self._names[max(rank, self._reached(case, standing, case.today))])
        if self.settings.raised == "at review" or not self._is_within_reach(case, rank):
            return None
        reached = self._reached(case, standing, case.today)
        return Proposal(self, 0, level=self._names[reached]) if reached > rank else None

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Lift the member at once, and remember the level to fall back to."""
        self._lift(case, proposal.level, self._now(case))

    def take_over(self, case: Case) -> None:
        """Lift whoever shows enough by now: the ladder may be new, or a level may have become easier to reach."""
        proposal = self.propose(case)
        if proposal is not None:
            self._lift(case, proposal.level, case.at)

    def _lift(self, case: Case, level: str, now: Instant) -> None:
        before = self.standing(case)
        if self._plans and self._plans_lost(case, before):
            self._fall_back(case, before, self._after_leaving(case, before), "left")
            return
        shown = self._readings(case, before, case.today)
        below, rank = self._ranks.get(before.level, 0), self._ranks[level]
        standing = Standing(level, now, self._until(level, case.today), shown, before)
        case.stand(self.name, standing, now, "reached" if rank > below else "kept")
        self._announce(case, below, rank)

    def _announce(self, case: Case, below: int, rank: int) -> None:
        """Tell the other rules of every level that was reached, those that were jumped over first."""
        case.happened += [f"reached:{name}" for name in self._names[below + 1 : rank + 1]]

    def _is_within_reach(self, case: Case, rank: int) -> bool:
        """Whether a higher level might be reached: a quick look, which rules out most of what happens."""
        if self._climbs:  # who does not reach the next level reaches none above it
            return rank + 1 < len(self._bounds) and self._may_show(case, self._bounds[rank + 1])
        return any(self._may_show(case, bounds) for bounds in self._bounds[rank + 1 :])

    def _may_show(self, case: Case, bounds: Sequence[tuple[str, int]]) -> bool:
        negative = bool(case.returned)
        for meter, least in bounds:
            buckets = case.meters.get(meter)
            if buckets is None or meters.upper_bound(buckets, negative=negative) < least:
                return False
        return True

    def ahead(self, case: Case) -> Ahead | None:
        """What is missing for the next level, as the case stands; None on the highest.

        Nothing is missing where a level is only given at a review.
        """
        standing = self.standing(case)
        above = self._ranks.get(standing.level, 0) + 1
        if above == len(self._names):
            return None
        shown, needs = self._view(standing, self._readings(case, standing, case.today)), self._reach[above]
        any_of = () if any(need.is_met(shown) for need in needs.any_of) else needs.any_of
        return Ahead(
            self._names[above],
            tuple([_missing(need, shown) for need in needs.all_of if not need.is_met(shown)]),
            tuple([_missing(need, shown) for need in any_of]),
        )

    # Reviews.

    def next_due(self, case: Case) -> Instant | None:
        """The end of the term of the level that is held, or the next fixed date on which something may change."""
        if self.settings.reviewed is None:
            held = case.standings.get(self.name)
            return None if held is None else held.until
        standing = self.standing(case)
        dues = [standing.until] if standing.until is not None else []
        if not standing.grace:
            day = period_end(case.day_of(case.as_of), self.settings.reviewed)
            if self._may_change(case, standing, day - 1):
                dues.append(self._zone.start(day))
        return min(dues, default=None)

    def _may_change(self, case: Case, standing: Standing, last: Day) -> bool:
        """Whether a review of what is shown on a day does anything. Most members stand low and have done little."""
        rank = self._ranks.get(standing.level, 0)
        if rank and self.settings.kept is None:
            return True
        if self.settings.raised == "at once" or not self._is_within_reach(case, rank):
            return False
        return self._reached(case, standing, last) > rank

    def settle(self, case: Case, at: Instant) -> None:
        """Review: what was shown on the day before decides."""
        standing, last = self.standing(case), self._zone.day(at) - 1
        is_over = standing.until is not None and standing.until <= at
        rank = self._ranks.get(standing.level, 0)
        shown = self._readings(case, standing, last)
        reached = self._reviewed(rank, self._view(standing, shown))
        term_runs_on = not is_over and self.settings.kept is not None
        if (reached < rank and term_runs_on) or (reached == rank and not is_over and (term_runs_on or not rank)):
            return
        if reached < rank and self.settings.grace is not None and not standing.grace:
            self._give_grace(case, standing, at, shown)
            return
        if reached < rank and self.settings.lowered == "by one level":
            reached = rank - 1
        self._place(case, at, rank, reached, shown)

    def _reviewed(self, rank: int, shown: Readings) -> int:
        """The rank that a review comes to: to stay is a matter of what it takes to keep the level."""
        for higher in range(len(self._names) - 1, rank, -1):
            if self._reach[higher].are_met(shown):
                return higher
        if self._keep[rank].are_met(shown):
            return rank
        lower = [low for low in range(rank) if self._reach[low].are_met(shown) or self._keep[low].are_met(shown)]
        return max(lower, default=0)

    def _place(self, case: Case, at: Instant, rank: int, reached: int, shown: Readings) -> None:
        """Set the level that a review has come to, for another term."""
        level, last = self._names[reached], self._zone.day(at) - 1
        until = self._until(level, last)
        if until is not None and until <= at:  # "until the end of the month" has just ended
            until = self._until(level, last + 1)
        anew = reached < rank and self.settings.levels[rank].keep is not None
        case.stand(self.name, Standing(level, at, until, shown, anew=anew), at, "review")
        self._announce(case, rank, reached)

    def _give_grace(self, case: Case, standing: Standing, at: Instant, shown: Readings) -> None:
        grace = self.settings.grace
        until = None if grace is None else self._zone.start(grace.ends(self._zone.day(at) - 1))
        case.stand(self.name, Standing(standing.level, at, until, shown, grace=True), at, "grace")

    # Returns.

    def take_back(self, case: Case, purchase_day: Day) -> None:
        """After a return: fall back where a level reached since the purchase has lost its ground."""
        standing = case.standings.get(self.name)
        taken = {meter: case.counted_out[meter] for meter in self._windows if case.counted_out.get(meter)}
        if standing is not None and taken:
            self._fall_back(case, standing, self._without(case, standing, taken, purchase_day), "return")

    def _fall_back(self, case: Case, standing: Standing, left: Standing, why: str) -> None:
        if left.level != standing.level:
            case.stand(self.name, left, self._now(case), why)
        elif left is not standing:
            case.standings = case.standings | {self.name: left}

    def _without(self, case: Case, standing: Standing, taken: Readings, purchase_day: Day) -> Standing:
        """Where the member would stand without the goods that came back, or without the plan that ended."""
        if self._zone.day(standing.since) < purchase_day or standing.level not in self._ranks:
            return standing
        shown, since = self._less(standing, taken, purchase_day), standing.since
        if standing.before is None and not any(source.startswith("plan:") for source in taken):
            return standing if shown == standing.shown else msgspec.structs.replace(standing, shown=shown)
        before = standing.before and self._without(case, standing.before, taken, purchase_day)
        rank, ground = self._ranks[standing.level], before or Standing(self._names[0], since)
        today = self._readings(case, ground, case.today)
        if self._rank_at(ground, today) > self._rank_at(ground, shown):  # what was bought since bears it instead
            since, shown = self._now(case), today
        is_kept = ground.grace and ground.level == standing.level and self._is_kept(ground, rank, shown)
        borne = rank if is_kept else min(self._rank_at(ground, shown), rank)
        if is_kept or borne > self._ranks.get(ground.level, 0):
            return Standing(self._names[borne], since, standing.until, shown, before)
        if before is not None and (before.until is None or before.until > case.as_of):
            return before
        level = self._names[self._rank_at(ground, today)]
        return Standing(level, self._now(case), self._until(level, case.today), today)

    def _less(self, standing: Standing, taken: Readings, purchase_day: Day) -> Readings:
        """What was shown when a level was reached, less what is taken out of it by now."""
        shown, looked_at = standing.shown.copy(), self._zone.day(standing.since)
        is_new = standing.before is not None and purchase_day > self._placed_on(standing.before)
        for source, amount in taken.items():
            if source not in self._windows:
                shown.pop(source, None)
            elif self._windows[source].first_day(looked_at) <= purchase_day:
                for key in (source, f"new:{source}") if is_new else (source,):
                    if key in shown:
                        shown[key] -= amount
        return shown

    # Plans.

    def _plans_lost(self, case: Case, standing: Standing) -> Readings:
        """The plans that the level rested on and that the member is in no more."""
        held = [f"plan:{plan}" for plan in self._plans if plan not in case.memberships]
        return {source: 1 for source in held if standing.shown.get(source)}

    def _after_leaving(self, case: Case, standing: Standing) -> Standing:
        return self._without(case, standing, self._plans_lost(case, standing), 0)

    # What there is.

    def standing(self, case: Case) -> Standing:
        """Where the member stands: on the lowest level, where the ladder is newer than the member."""
        return case.standings.get(self.name) or Standing(self._names[0], case.as_of)

    def _now(self, case: Case) -> Instant:
        return case.as_of if case.settled_at is None else case.settled_at

    def _reached(self, case: Case, standing: Standing, day: Day) -> int:
        """The rank of the highest level that asks for no more than there is on a day."""
        return self._rank_at(standing, self._readings(case, standing, day))

    def _rank_at(self, standing: Standing, shown: Readings) -> int:
        """The rank of the highest level that is reached from a standing by what is shown."""
        counted = self._view(standing, shown)
        return max([rank for rank, needs in enumerate(self._reach) if needs.are_met(counted)], default=0)

    def _is_kept(self, standing: Standing, rank: int, shown: Readings) -> bool:
        return self._keep[rank].are_met(self._view(standing, shown))

    def _view(self, standing: Standing, shown: Readings) -> Readings:
        """What of the readings counts for a member who stands there.

        After a level that was not kept only what is new counts. In grace a calendar period that is over counts together
        with what came since.
        """
        if standing.anew:
            return shown | {meter: shown.get(f"new:{meter}", 0) for meter in self._windows}
        if not standing.grace:
            return shown
        before = standing.shown
        together = {
            meter: before.get(meter, 0) + shown.get(f"new:{meter}", 0) - before.get(f"new:{meter}", 0)
            for meter, window in self._windows.items()
            if window.kind == "calendar"
        }
        return shown | together

    def _readings(self, case: Case, standing: Standing, day: Day) -> Readings:
        """What is there on a day, for a member who stands there."""
        shown = {meter: case.reading(meter, day) for meter in self._windows}
        for meter in self._windows if self._counts_anew else ():
            so_far = standing.shown.get(f"new:{meter}", 0) if standing.grace else 0
            shown[f"new:{meter}"] = so_far + self._since(case, standing, meter, day)
        shown |= {f"badge:{badge}": 1 for badge in self._badges if case.badges.get(badge)}
        return shown | {f"plan:{plan}": 1 for plan in self._plans if plan in case.memberships}

    def _since(self, case: Case, standing: Standing, meter: str, day: Day) -> int:
        """What came into a meter after the member was placed there: by whole days in a rolling window."""
        window, buckets = self._windows[meter], case.meters.get(meter, {})
        placed_on = self._placed_on(standing)
        if window.kind == "rolling":
            first = max(window.first_day(day), placed_on + 1)
            return sum([amount for key, amount in buckets.items() if first <= key <= day])
        shown = meters.value(buckets, window, day)
        is_same = window.bucket(placed_on) == window.bucket(day)
        return shown - standing.shown.get(meter, 0) if is_same else shown

    def _placed_on(self, standing: Standing) -> Day:
        """The day of which the readings stand in ``shown``: a review looks at the day before."""
        return self._zone.day(standing.since if standing.before is not None else standing.since - 1)

    def _until(self, level: str, day: Day) -> Instant | None:
        """When a term that counts from a day ends; None for the lowest level, and where levels last for ever."""
        if level == self._names[0] or self.settings.kept is None:
            return None
        return self._zone.start(self.settings.kept.ends(day))


def _missing(need: Need, shown: Readings) -> Missing:
    wanted = need.least
    if need.share is not None:
        wanted = max(need.share.of(shown.get(need.share_of, 0), Rounding.UP), 1)
    return Missing(need, shown.get(need.source, 0), wanted)


def needs_of(level: Level, meter: str) -> Needs:
    """What it takes to reach a level. A threshold of 0 asks for nothing."""
    if level.needs is not None or not level.threshold:
        return level.needs or Needs()
    return Needs(all_of=(Need(meter=meter, least=level.threshold),))


def _bounds(needs: Needs) -> tuple[tuple[str, int], ...]:
    """What meters must show at least for the needs to be met."""
    return tuple([(need.meter, need.least) for need in needs.all_of if need.meter and need.share is None])
