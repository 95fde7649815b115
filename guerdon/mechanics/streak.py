"""Streaks: something in every period without a gap, and a bonus at certain lengths.

A period (a day, a week, a month) **counts** when the member reached what it asks for: so many visits, so much spend, an
action. Periods that count one after the other make a streak. A period that is missed breaks it, unless the member may
miss some: then the streak goes on behind the gap, and the missed period adds nothing.

**Worked.** A visit every week; 50 points at 4 weeks, 150 at 8; one week may be missed a year. Visits in the weeks of 5,
12 and 19 January make 3. Nothing in the week of 26 January, a visit in that of 2 February: 4, and 50 points. The next
week is missed too: on 16 February, when it is over, the streak is broken.

**Late events** count in the period of their own date. What each period holds is kept for as long as an event may come
late, and the streak is worked out anew, so the order in which events arrive does not matter for its length. A bonus is
paid once for each length of a streak.

**Returns** take their goods out of the period in which they were bought, while it is kept; the streak may be shorter
then. A bonus goes with the purchase that it was paid on, if that purchase no longer makes up the length. What later
periods had given stays.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from guerdon.core.calendar import Day, Instant, period_end, period_start
from guerdon.core.case import Case
from guerdon.core.counting import Counter, Measure, came_back, moves_of
from guerdon.core.events import instant_of_event
from guerdon.core.gifts import Gift, Gifts
from guerdon.core.program import Allowance, Texts
from guerdon.core.returning import Origin
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """What a length of a streak gives."""

    length: int
    """In periods."""
    repeats: bool = False
    """At every multiple of the length, not once."""
    gives: tuple[Gift, ...]
    """What the member gets."""


class Streak(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a streak."""

    name: str
    every: Literal["day", "week", "month"] = "week"
    """The period."""
    measure: Measure = Measure()
    """What is counted in a period."""
    at_least: int = 1
    """How much of it makes a period count; money in minor units."""
    gives: tuple[Milestone, ...] = ()
    """The bonuses, by length."""
    may_miss: Allowance | None = None
    """How many periods may be missed, by the calendar period that they lie in; None: none."""
    ends_at: int | None = None
    """The length after which the next streak begins; None: it goes on."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return StreakRule(self, workshop)


class _Run(NamedTuple):
    """Periods that count, without a gap that breaks them."""

    last: Day
    """The first day of its last period."""
    length: int
    paid: int
    """The length up to which bonuses are paid."""
    missed: dict[Day, int]
    """How many periods were missed so far, by the calendar period of the allowance; those of earlier runs too."""


class StreakRule(Rule):
    """A streak, compiled.

    Its counters: ``length`` of the streak that is alive; ``amount:DAY`` and ``paid:DAY`` for each period that is still
    open to late events; and ``before:…`` for the run that the periods before those ended with.
    """

    def __init__(self, settings: Streak, workshop: Workshop) -> None:
        """Compile the measure and the bonuses."""
        self.settings = settings
        self.name = settings.name
        self.triggers = (settings.measure.trigger,)
        self._counter = Counter(settings.measure, workshop)
        self._gifts = [Gifts(workshop, f"{settings.name}/{each.length}", each.gives) for each in settings.gives]

    def propose(self, case: Case) -> Proposal | None:
        """What this event adds to its period."""
        counted = self._counter.of(case, self.name)
        if counted.amount <= 0:
            return None
        return Proposal(self, counted.amount, lines=counted.lines, shares=counted.shares)

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Count it, pay what is due for the length that is reached, and tell the rules that wait for it."""
        period = period_start(case.day, self.settings.every)
        if period <= case.progress_of(self.name, "before:last"):
            case.note(self.name, "skipped", "period_closed", "its period is too long ago")
            return
        counter = f"amount:{period}"
        amount = case.progress_of(self.name, counter) + proposal.amount
        case.set_progress(self.name, counter, amount, lines=proposal.lines, shares=proposal.shares)
        self._close_old(case)
        before = case.progress_of(self.name, "length")
        for run in self._runs(case):
            self._pay(case, run)
        if self._show(case) > before:
            case.happened.append(f"streak:{self.name}")

    def give_back(self, case: Case, origin: Origin) -> None:
        """Take goods out of their period; take back bonuses of their purchase that it no longer makes up."""
        period = period_start(case.version.zone.day(instant_of_event(origin.purchase)), self.settings.every)
        moves = moves_of(origin.effects, self.name, f"amount:{period}")
        kept = period > case.progress_of(self.name, "before:last")
        if not moves or not kept or case.version.program.returns.points == "kept":
            return
        left = max(case.progress_of(self.name, moves[0].counter) - came_back(moves[0], origin), 0)
        case.set_progress(self.name, moves[0].counter, left)
        given = [gifts for gifts in self._gifts if gifts.times_given(origin)]
        if given and left < self.settings.at_least:
            # Whoever makes the period count again is paid for it again.
            case.set_progress(self.name, f"paid:{period}", 0, told=False)
            for gifts in given:
                gifts.take_back(case, origin, gifts.times_given(origin))
        self._show(case)

    def next_due(self, case: Case) -> Instant | None:
        """When the streak breaks unless something happens: the end of the first period that may not be missed."""
        if not case.progress_of(self.name, "length"):
            return None
        runs = list(self._runs(case))
        if not runs:
            # Another version asks for more than any period that is known: by its rules there is no streak.
            return case.as_of + 1
        return case.version.zone.start(self._breaks_on(case, runs[-1]))

    def settle(self, case: Case, at: Instant) -> None:
        """Break it."""
        case.set_progress(self.name, "length", 0)

    # The periods.

    def _amounts(self, case: Case) -> dict[Day, int]:
        """What each open period holds, in order."""
        counters = case.progress.get(self.name, {})
        named = [(name.partition(":"), amount) for name, amount in counters.items()]
        return dict(sorted([(int(day), amount) for (kind, _, day), amount in named if kind == "amount"]))

    def _counts(self, case: Case) -> list[Day]:
        """The open periods that count, in order."""
        return [day for day, amount in self._amounts(case).items() if amount >= self.settings.at_least]

    def _runs(self, case: Case) -> Iterator[_Run]:
        """The runs that the open periods make up, each as it ended; the first goes on from what lies before."""
        run = self._before(case)
        for day in self._counts(case):
            following = self._following(case, run, day)
            if following.length == 1 and run.length:
                yield run
            run = following
        if run.length:
            yield run

    def _following(self, case: Case, run: _Run, day: Day) -> _Run:
        """The run with one more period that counts: longer, or a new one."""
        paid = case.progress_of(self.name, f"paid:{day}")
        missed = self._missed_between(case, run, day) if run.length else None
        if missed is None or run.length == self.settings.ends_at:
            return _Run(day, 1, paid, run.missed)
        return _Run(day, run.length + 1, max(run.paid, paid), missed)

    def _missed_between(self, case: Case, run: _Run, day: Day) -> dict[Day, int] | None:
        """What has been missed once the periods before a day are bridged; None: they may not be."""
        missed = run.missed
        for period in self._between(run.last, day):
            bridged = self._miss(case, missed, period)
            if bridged is None:
                return None
            missed = bridged
        return missed

    def _miss(self, case: Case, missed: dict[Day, int], period: Day) -> dict[Day, int] | None:
        allowance = self.settings.may_miss
        if allowance is None:
            return None
        start = case.period_start(period, allowance.period)
        times = missed.get(start, 0) + 1
        return None if times > allowance.amount else missed | {start: times}

    def _between(self, last: Day, day: Day) -> Iterator[Day]:
        """The first days of the periods between two."""
        period = period_end(last, self.settings.every)
        while period < day:
            yield period
            period = period_end(period, self.settings.every)

    def _breaks_on(self, case: Case, run: _Run) -> Day:
        """The first day on which a run is broken if nothing more happens."""
        missed, period = run.missed, period_end(run.last, self.settings.every)
        bridged = self._miss(case, missed, period)
        while bridged is not None:
            missed, period = bridged, period_end(period, self.settings.every)
            bridged = self._miss(case, missed, period)
        return period_end(period, self.settings.every)

    def _show(self, case: Case) -> int:
        """Tell how long the streak is that is alive today."""
        runs = list(self._runs(case))
        length = runs[-1].length if runs and case.today < self._breaks_on(case, runs[-1]) else 0
        case.set_progress(self.name, "length", length)
        return length

    # What lies before the open periods.

    def _before(self, case: Case) -> _Run:
        """The run that the closed periods ended with; of length 0 where there was none."""
        counters = case.progress.get(self.name, {})
        missed = {int(name[7:]): times for name, times in counters.items() if name.startswith("missed:")}
        last, length, paid = [counters.get(f"before:{part}", 0) for part in ("last", "length", "paid")]
        return _Run(last, length, paid, missed)

    def _close_old(self, case: Case) -> None:
        """Close the periods into which no event can come any more."""
        oldest = period_start(case.version.keep_from(case.today), self.settings.every)
        old = [day for day in self._amounts(case) if day < oldest]
        run = self._before(case)
        for day in old:
            if case.progress_of(self.name, f"amount:{day}") >= self.settings.at_least:
                run = self._following(case, run, day)
        if old:
            self._keep(case, run, old)

    def _keep(self, case: Case, run: _Run, closed: list[Day]) -> None:
        values = {"before:last": run.last, "before:length": run.length, "before:paid": run.paid}
        values |= {f"missed:{day}": times for day, times in run.missed.items()}
        values |= {f"{kind}:{day}": 0 for day in closed for kind in ("amount", "paid")}
        for name, value in values.items():
            case.set_progress(self.name, name, value, told=False)

    # Bonuses.

    def _pay(self, case: Case, run: _Run) -> None:
        """Give the bonuses of the lengths that a run has reached and was not paid for."""
        if run.length <= run.paid:
            return
        case.set_progress(self.name, f"paid:{run.last}", run.length, told=False)
        for length in range(run.paid + 1, run.length + 1):
            for milestone, gifts in zip(self.settings.gives, self._gifts, strict=True):
                if length == milestone.length or (milestone.repeats and length % milestone.length == 0):
                    gifts.give(case, self, f"/{length}")
