"""Quests: challenges of several steps, in order or not, with something for each step and for the whole.

A step counts something (money spent, visits, articles, an action), wants one of each of several brands, or waits for
what happens elsewhere: a tier reached, a badge given, a streak of some length. A **run** of the quest begins when the
member opts in (a `join` with the quest's name), or with the first event that counts. It ends when all steps are done,
or when its time is over: on a last day, so long after it began, or with the calendar period. Then everything counted is
forgotten; a quest that may be repeated begins anew.

**Worked.** Spend 30 USD on skincare, visit twice, write a review; 100 points and the badge `explorer`. A basket with
20 USD of skincare makes 20 of 30 and 1 of 2. The next, with 15 USD, makes 30 of 30 and 2 of 2. The review is the last
step: 100 points, the badge, and the quest is done.

A **late event** counts where it lies within the run that is going. **Returns** take their goods out of the run while
it is kept. What a purchase was given for a step or for the whole is taken back when, without what came back, the step
would not be done; and where the run is forgotten, when all of the purchase comes back.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

import msgspec

from guerdon.core.calendar import Day, Instant, Term, day_of, period_end, period_start
from guerdon.core.case import Case
from guerdon.core.counting import Counted, Counter, Measure, came_back, matching, moves_of
from guerdon.core.effects import Progressed
from guerdon.core.events import Event, Purchase, instant_of_event
from guerdon.core.gifts import Gift, Gifts
from guerdon.core.program import Texts, When
from guerdon.core.refusals import stop
from guerdon.core.returning import Origin
from guerdon.core.rule import Proposal, Rule, Trigger
from guerdon.core.workshop import Workshop


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a quest. Exactly one of ``measure``, ``each_of``, ``tier``, ``badge`` and ``streak`` is given."""

    name: str
    measure: Measure | None = None
    """What is counted."""
    each_of: tuple[When, ...] = ()
    """One article of each of these."""
    tier: str = ""
    """A level that must be reached."""
    badge: str = ""
    """A badge that must be held."""
    streak: str = ""
    """A streak that must be ``needs`` periods long."""
    needs: int = 1
    """How much makes the step done; money in minor units."""
    gives: tuple[Gift, ...] = ()
    """What the step gives by itself."""
    title: Texts = {}


class Quest(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a quest."""

    name: str
    steps: tuple[Step, ...]
    """What is to be done."""
    in_order: bool = False
    """A step counts nothing before the ones above it are done."""
    opt_in: bool = False
    """It begins with a `join` of the member; otherwise with the first event that counts."""
    between: tuple[date, date] | None = None
    """The first and the last local day; None: any."""
    within: Term | None = None
    """How long a run lasts; None: as long as the quest."""
    each: Literal["day", "week", "month", "quarter", "year"] | None = None
    """A run ends with each of these calendar periods, and the next begins; None: not."""
    times: int | None = 1
    """How often a member may finish it, with ``each`` at most once a period; None: any number of times."""
    gives: tuple[Gift, ...] = ()
    """What the member gets for all steps."""
    when: When = When()
    """Who may take part, and when. What counts for a step, the step says."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return QuestRule(self, workshop)


class _CompiledStep:
    """A step with its counters and gifts."""

    def __init__(self, step: Step, quest: str, workshop: Workshop) -> None:
        self.settings = step
        self.name = step.name
        self.needs = len(step.each_of) if step.each_of else 1 if step.tier or step.badge else step.needs
        self.gifts = Gifts(workshop, f"{quest}/{step.name}", step.gives)
        self._counter = None if step.measure is None else Counter(step.measure, workshop)
        self._kinds = [workshop.condition(when) for when in step.each_of]

    @property
    def trigger(self) -> Trigger:
        step = self.settings
        if step.measure is not None:
            return step.measure.trigger
        waits = {"reached": step.tier, "awarded": step.badge, "streak": step.streak}
        return next((f"{what}:{name}" for what, name in waits.items() if name), "purchase")

    def counted(self, case: Case, quest: str) -> list[tuple[str, Counted]]:
        """What the event adds, by counter."""
        step = self.settings
        if self._counter is not None:
            return [(self.name, self._counter.of(case, f"{quest}/{self.name}"))]
        if self._kinds:
            return list(self._found(case))
        return [(self.name, Counted(self._shown(case) - case.progress_of(quest, step.name)))]

    def _found(self, case: Case) -> Iterator[tuple[str, Counted]]:
        for number, condition in enumerate(self._kinds, 1):
            lines = matching(case, condition) if isinstance(case.event, Purchase) else ()
            if lines:
                yield f"{self.name}/{number}", Counted(len(lines), lines, (1,) * len(lines))

    def _shown(self, case: Case) -> int:
        """How far the member is with something that happens elsewhere."""
        step = self.settings
        if step.tier:
            return 1 if case.has_level((step.tier,)) else 0
        return min(case.badges.get(step.badge, 0), 1) if step.badge else case.progress_of(step.streak, "length")

    def reached(self, case: Case, quest: str) -> int:
        """How much of the step is done."""
        if not self._kinds:
            return case.progress_of(quest, self.name)
        return sum([1 for number in range(1, self.needs + 1) if case.progress_of(quest, f"{self.name}/{number}") > 0])

    def is_done(self, case: Case, quest: str) -> bool:
        return self.reached(case, quest) >= self.needs


class QuestRule(Rule):
    """A quest, compiled.

    Its counters: one a step (of several kinds one each); ``begun`` the instant at which the run began; ``done`` how
    often it was finished; ``over`` 1 where this run is finished; ``given:STEP`` 1 where the step gave its own.
    """

    def __init__(self, settings: Quest, workshop: Workshop) -> None:
        """Compile the steps."""
        self.settings = settings
        self.name = settings.name
        self._steps = [_CompiledStep(step, settings.name, workshop) for step in settings.steps]
        self._condition = workshop.condition(settings.when)
        self._gifts = Gifts(workshop, settings.name, settings.gives)
        self.triggers = tuple(dict.fromkeys(step.trigger for step in self._steps))
        self.answers = (("join", settings.name),) if settings.opt_in else ()

    def propose(self, case: Case) -> Proposal | None:
        """Whether the event may count for a run."""
        failing = self._condition.failing(case)
        if failing is not None:
            case.note(self.name, "skipped", failing.code, failing.sentence)
            return None
        reason = self._why_not(case)
        if reason:
            case.note(self.name, "skipped", "quest_not_open", reason)
            return None
        return Proposal(self, 0)

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Count for the steps, and give what is due for those that are done now, and for all of them."""
        if case.progress_of(self.name, "over"):
            self._forget(case)
        for step in self._open_steps(case):
            self._count(case, step)
        if case.progress_of(self.name, "begun") and all(step.is_done(case, self.name) for step in self._steps):
            self._finish(case)

    def answer(self, case: Case, event: Event) -> None:
        """Opt in: a run begins, and what the member has reached elsewhere already counts."""
        failing = self._condition.failing(case)
        reason = failing.sentence if failing is not None else self._why_closed(case)
        if not reason and self._is_running(case):
            reason = "it is going already"
        if reason:
            raise stop("quest_not_open", quest=self.name, reason=reason)
        self._forget(case)
        case.set_progress(self.name, "begun", case.at, told=False)
        self.carry_out(case, Proposal(self, 0))

    def give_back(self, case: Case, origin: Origin) -> None:
        """Take goods out of the run, and take back what their purchase was given for steps that are not done then."""
        if case.version.program.returns.points == "kept":
            return
        begun = case.progress_of(self.name, "begun")
        if not begun or instant_of_event(origin.purchase) < begun:
            self._give_back_forgotten(case, origin)
            return
        for step in self._steps:
            for move in self._moves(step, origin):
                left = case.progress_of(self.name, move.counter) - came_back(move, origin)
                case.set_progress(self.name, move.counter, max(left, 0))
            if step.gifts.times_given(origin) and not step.is_done(case, self.name):
                step.gifts.take_back(case, origin, step.gifts.times_given(origin))
                case.set_progress(self.name, f"given:{step.name}", 0, told=False)
        finished = moves_of(origin.effects, self.name, "done")
        if finished and not all(step.is_done(case, self.name) for step in self._steps):
            self._unfinish(case, origin)

    def next_due(self, case: Case) -> Instant | None:
        """The end of the run that is going."""
        begun = case.progress_of(self.name, "begun")
        ends = self._ends(case, begun) if begun else None
        return None if ends is None else case.version.zone.start(ends)

    def settle(self, case: Case, at: Instant) -> None:
        """Forget the run."""
        self._forget(case)

    # The run.

    def _is_running(self, case: Case) -> bool:
        return bool(case.progress_of(self.name, "begun")) and not case.progress_of(self.name, "over")

    def _why_closed(self, case: Case) -> str:
        """Why no run may begin; empty where one may."""
        if not self._is_open_on(case.day):
            return "it is not open on this day"
        times = self.settings.times
        if times is not None and case.progress_of(self.name, "done") >= times:
            return "it was finished already"
        if self.settings.each and case.progress_of(self.name, "over"):
            return "it was finished already in this period"
        return ""

    def _why_not(self, case: Case) -> str:
        """Why an event does not count; empty where it does."""
        if self._is_running(case):
            begun = case.progress_of(self.name, "begun")
            first = period_start(case.version.zone.day(begun), self.settings.each) if self.settings.each else None
            if case.day < first if first is not None else self.settings.opt_in and case.at < begun:
                return "it happened before the run began"
            return "" if self._is_open_on(case.day) else "it is not open on this day"
        return self._why_closed(case) or ("the member has not joined it" if self.settings.opt_in else "")

    def _is_open_on(self, day: Day) -> bool:
        between = self.settings.between
        return between is None or day_of(between[0]) <= day <= day_of(between[1])

    def _forget(self, case: Case) -> None:
        for counter in sorted(case.progress.get(self.name, {})):
            if counter not in ("done",) and not counter.startswith("back:"):
                told = counter not in ("begun", "over") and not counter.startswith("given:")
                case.set_progress(self.name, counter, 0, told=told)

    def _ends(self, case: Case, begun: Instant) -> Day | None:
        """The first day on which a run that began at an instant is over; None: it has no end."""
        settings, day = self.settings, case.version.zone.day(begun)
        ends = [day_of(settings.between[1]) + 1] if settings.between is not None else []
        ends += [settings.within.ends(day)] if settings.within is not None else []
        ends += [period_end(day, settings.each)] if settings.each is not None else []
        return min(ends, default=None)

    # The steps.

    def _open_steps(self, case: Case) -> Sequence[_CompiledStep]:
        """The steps that may count now: all, or those up to the first that is not done."""
        if not self.settings.in_order or not self._is_running(case):
            return self._steps[:1] if self.settings.in_order else self._steps
        done = 0
        while done < len(self._steps) and self._steps[done].is_done(case, self.name):
            done += 1
        return self._steps[: done + 1]

    def _count(self, case: Case, step: _CompiledStep) -> None:
        for counter, counted in step.counted(case, self.name):
            if counted.amount <= 0:
                continue
            begun = case.progress_of(self.name, "begun")
            if not begun or (case.at < begun and not self.settings.opt_in):
                case.set_progress(self.name, "begun", case.at, told=False)
            amount = case.progress_of(self.name, counter) + counted.amount
            case.set_progress(self.name, counter, amount, lines=counted.lines, shares=counted.shares)
        given = f"given:{step.name}"
        if step.is_done(case, self.name) and not case.progress_of(self.name, given):
            case.set_progress(self.name, given, 1, told=False)
            step.gifts.give(case, self)

    def _finish(self, case: Case) -> None:
        if case.progress_of(self.name, "over"):
            return
        case.set_progress(self.name, "done", case.progress_of(self.name, "done") + 1)
        case.set_progress(self.name, "over", 1, told=False)
        self._gifts.give(case, self)

    # Returns.

    def _moves(self, step: _CompiledStep, origin: Origin) -> list[Progressed]:
        """How a purchase moved the counters of a step."""
        kinds = len(step.settings.each_of)
        counters = [f"{step.name}/{number}" for number in range(1, kinds + 1)] if kinds else [step.name]
        return [move for counter in counters for move in moves_of(origin.effects, self.name, counter)
                if move.after > move.before]  # fmt: skip

    def _unfinish(self, case: Case, origin: Origin) -> None:
        """The purchase that finished the quest no longer does: what it gave is taken back, and the run goes on."""
        if not case.progress_of(self.name, "over"):
            return
        case.set_progress(self.name, "over", 0, told=False)
        case.set_progress(self.name, "done", max(case.progress_of(self.name, "done") - 1, 0))
        self._gifts.take_back(case, origin, self._gifts.times_given(origin))

    def _give_back_forgotten(self, case: Case, origin: Origin) -> None:
        """The run is forgotten: what its purchase was given is taken back when all of it comes back."""
        if not origin.is_whole:
            return
        for gifts in (*[step.gifts for step in self._steps], self._gifts):
            gifts.take_back(case, origin, gifts.times_given(origin))
        if moves_of(origin.effects, self.name, "done"):
            case.set_progress(self.name, "done", max(case.progress_of(self.name, "done") - 1, 0))
