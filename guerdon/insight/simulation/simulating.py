"""Simulating: a draft over a history, beside the program in force, from programs to a result."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import NamedTuple

from guerdon.core.amounts import currency_scale
from guerdon.core.calendar import Instant, Zone, date_of, day_of, zone
from guerdon.core.program import Program
from guerdon.insight.simulation.dating import in_force_by
from guerdon.insight.simulation.figures import Figures
from guerdon.insight.simulation.fold import Shared
from guerdon.insight.simulation.history import History, NothingToReplay, Span, Until
from guerdon.insight.simulation.margins import Margins
from guerdon.insight.simulation.passes import Part, Plan, Settled, Trial, settle
from guerdon.insight.simulation.remarks import remarks_on
from guerdon.insight.simulation.result import Margin, MonthOfSales, Replayed, Scenario, Side, Simulation
from guerdon.insight.simulation.telling import Days, Told, comparison, months_of_sales, share, side
from guerdon.insight.simulation.uplift import Uplift
from guerdon.insight.simulation.workers import Run, crew

Progress = Callable[[int, int, int | None], None]
"""Hears the number of the pass, how many members are done in it, and of how many (None: not known yet)."""


Hire = Callable[[Plan, Callable[[int], None]], AbstractContextManager[Run]]
"""Who folds: is given the plan and whom to tell how far it is, and gives what folds the whole history once a call."""


class ProgramsDiffer(Exception):
    """Two programs cannot be compared: their money is not the same."""


class Candidate(NamedTuple):
    """A program to be tried."""

    name: str
    """What a report calls it."""
    programs: tuple[Program, ...]
    """Its versions, in the order in which they were published. A draft is one."""

    @property
    def newest(self) -> Program:
        """The version that takes effect last."""
        return max(self.programs, key=lambda program: program.effective_from)


def simulate(
    draft: Candidate,
    history: History,
    *,
    current: Candidate | None = None,
    workers: int = 1,
    since: date | None = None,
    until: date | None = None,
    margins: Margins | None = None,
    uplifts: Sequence[Uplift] = (),
    progress: Progress = lambda number, done, of: None,
    hire: Hire | None = None,
) -> Simulation:
    """Try a draft on a history, and compare it with the current program.

    With ``since`` what happened before is replayed, so that members stand where they would stand, and is no figure;
    what happened after ``until`` is left out. ``hire`` has others fold than processes of this machine. Raises
    ``NothingToReplay``, ``ProgramsDiffer`` and ``SimulationFailed``.
    """
    began = time.monotonic()
    clock = zone(draft.newest.timezone)
    _check_money(draft, current)
    if until is not None:
        history = Until(history, clock.start(day_of(until) + 1) - 1)
    span = _span(history, since, clock)
    candidates = [draft, *([] if current is None else [current]), *[draft for _ in uplifts]]
    assumed = [None] * (len(candidates) - len(uplifts)) + list(uplifts)
    first = clock.day(span.first)
    trials = [
        Trial(candidate.name, in_force_by(candidate.programs, first), uplift)
        for candidate, uplift in zip(candidates, assumed, strict=True)
    ]
    counts_from = None if since is None else clock.start(day_of(since))
    ends_at = clock.start(clock.day(span.last) + 1) - 1
    plan = Plan(tuple(trials), current is not None, ends_at, counts_from, margins is not None)
    counter = _Counter(progress, history.size())
    hired = hire(plan, counter.add) if hire else crew(plan, history.shards(workers), workers, counter.add)
    with hired as run:
        settled = settle(plan, counter.counted(run))
    days = Days(max(first, first if since is None else day_of(since)), clock.day(span.last), clock)
    return _told(plan, settled, candidates, history, days, margins, began)


def _check_money(draft: Candidate, current: Candidate | None) -> None:
    if current is not None and current.newest.currency != draft.newest.currency:
        one, other = draft.newest.currency, current.newest.currency
        raise ProgramsDiffer(f"The draft counts in {one} and the program it is compared with in {other}.")


def _span(history: History, since: date | None, clock: Zone) -> Span:
    """From when to when; raises NothingToReplay."""
    span = history.span()
    if span is None:
        raise NothingToReplay(f"The history ({history.source}) tells of no event in the time that was asked for.")
    if since is not None and clock.day(span.last) < day_of(since):
        last = date_of(clock.day(span.last))
        raise NothingToReplay(f"The history ({history.source}) ends on {last}, before {since}.")
    return span


class _Counter:
    """Counts the members of a pass, and the passes."""

    def __init__(self, progress: Progress, size: int | None) -> None:
        self._progress, self._size = progress, size
        self._number = self._done = 0

    def add(self, members: int) -> None:
        """So many more members are done."""
        self._done += members
        self._progress(self._number, self._done, self._size)

    def counted(self, run: Run) -> Run:
        """A pass that is counted. How many members there are is known once the first is through."""

        def counted(shared: Sequence[Shared]) -> Part:
            self._number, self._done = self._number + 1, 0
            self.add(0)
            part = run(shared)
            self._size = self._done
            return part

        return counted


def _told(
    plan: Plan,
    settled: Settled,
    candidates: Sequence[Candidate],
    history: History,
    days: Days,
    margins: Margins | None,
    began: float,
) -> Simulation:
    """Everything as a result."""
    part, program = settled.part, candidates[0].newest
    timelines = [trial.timeline() for trial in plan.trials]
    sides = [
        side(Told(candidate.name, candidate.programs, timeline, figures, settled.passes, stands), days, margins)
        for candidate, timeline, figures, stands in zip(
            candidates, timelines, part.figures, settled.is_settled, strict=True
        )
    ]
    draft, current = sides[0], sides[1] if plan.is_compared else None
    scale = currency_scale(program.currency)
    sales = tuple(months_of_sales(part.figures[0], days))
    replayed = _replayed(settled, history, days, plan.counts_from, sales)
    return Simulation(
        program=program.program,
        currency=program.currency,
        currency_scale=scale,
        timezone=program.timezone,
        history=replayed,
        sales=sales,
        draft=draft,
        current=current,
        comparison=None if current is None else comparison(part.compared, draft, current, scale),
        scenarios=tuple(_scenarios(plan, sides, part.figures, current or draft, replayed.sales)),
        remarks=tuple(
            remarks_on(draft, current, replayed, program, assumed=any(trial.uplift for trial in plan.trials))
        ),
        seconds=round(time.monotonic() - began, 3),
    )


def _replayed(
    settled: Settled, history: History, days: Days, counts_from: Instant | None, sales: Sequence[MonthOfSales]
) -> Replayed:
    bought = settled.part.bought
    return Replayed(
        source=history.source,
        members=bought.members,
        events=bought.events,
        baskets=bought.baskets,
        first_day=str(date_of(days.first)),
        last_day=str(date_of(days.last)),
        counted_from=None if counts_from is None else str(date_of(days.first)),
        sales=sum([month.sales for month in sales]),
        unreadable=bought.unreadable,
    )


def _scenarios(
    plan: Plan, sides: Sequence[Side], figures: Sequence[Figures], beside: Side, sales: int
) -> Iterator[Scenario]:
    """The draft under each assumption, beside the current program without any."""
    for trial, told, own in zip(plan.trials, sides, figures, strict=True):
        if trial.uplift is not None:
            with_more = sum([month.sales for month in told.months])
            yield Scenario(
                name=trial.uplift.name,
                assumption=trial.uplift.words,
                baskets=sum([count for month, count in own.baskets.items() if month]),
                sales=with_more,
                more_sales=with_more - sales,
                cost=told.cost,
                share_of_sales=share(told.cost, with_more),
                margin=None if told.margin is None else told.margin.net,
                gain=_gain(told.margin, beside.margin),
            )


def _gain(margin: Margin | None, beside: Margin | None) -> int | None:
    return None if margin is None or beside is None else margin.net - beside.net
