"""A year under a program: the shopper joins, buys, redeems, returns, pays for a plan, as the engine lets him.

He joins on the first day of the year, with every club that costs nothing, and with one paid plan where the question is
what that brings: its first term is paid at once, each next one when it falls due and begins within the year, and no
trial is counted on. Goods arrive two days after they are bought and come back, where they do, after fourteen. He is
alone with the program: nobody else takes from its stocks and budgets.

A later version of the program takes over in the middle of the year as it would in life; what there is to join and how
to redeem is looked up on the first day.

**Worked.** A plan of 14.99 a month from 1 April on is paid twelve times by 31 March, 179.88 in all: the payment that
falls due on 29 March is for a term of the next year.
"""

import heapq
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Day, Instant, add_months, instant_of, moment_of
from guerdon.core.effects import Effect, PaymentDue
from guerdon.core.events import Choose, Deliver, Describe, Enrol, Event, Join, Purchase, Renew, Return, Tick, Traits
from guerdon.core.refusals import Refusal
from guerdon.core.state import MemberState
from guerdon.core.timeline import Timeline
from guerdon.insight.shopping.baskets import SHOPPER, Baskets
from guerdon.insight.shopping.figures import Purse
from guerdon.insight.shopping.habits import Shopper
from guerdon.insight.shopping.occasions import Occasion, occasions
from guerdon.insight.shopping.redeeming import Hands
from guerdon.insight.shopping.routes import Routes
from guerdon.mechanics.membership import MembershipRule
from guerdon.mechanics.menu import MenuRule
from guerdon.runtime.outlook import case_at
from guerdon.runtime.rehearsal import Rehearsal

DAYS_TO_ARRIVE, DAYS_TO_RETURN = 2, 14
_A_DAY = 86_400
_AS_IT_IS = Rate(1, 1)
_MOST_TICKS = 10_000
"""More moments at which something falls due between two events are a program that never comes to rest."""


class Way(NamedTuple):
    """How a year is lived, besides the habits."""

    plan: str = ""
    """The paid plan that is joined; empty: none."""
    scale: Rate = _AS_IT_IS
    """How many times as dear every purchase is."""
    chooses: Mapping[str, tuple[str, ...]] = {}
    """By menu: the options, the most wanted first."""


class PlanRefused(Exception):
    """The shopper may not join the plan; the refusal says why."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep the refusal."""
        super().__init__(refusal.sentence)
        self.refusal = refusal


class Lived(NamedTuple):
    """A year that is over."""

    purse: Purse
    state: MemberState
    refused: Counter[str]
    """By code: how many purchases the program refused."""


def live(timeline: Timeline, shopper: Shopper, first: Day, way: Way) -> Lived:
    """Live a year from a day on. Raises ``PlanRefused``; the program has to be in force on that day."""
    life = Life(timeline, shopper, first, way)
    life.join()
    life.go_through()
    return Lived(life.purse, life.rehearsal.state(SHOPPER), life.refused)


class Life:
    """A year under way."""

    def __init__(self, timeline: Timeline, shopper: Shopper, first: Day, way: Way) -> None:
        version = timeline.at(timeline.versions[0].zone.start(first))
        assert version is not None, "the program is in force on the first day"
        self.zone = version.zone
        self.begins, self.ends = self.zone.start(first), self.zone.start(add_months(first, 12))
        self.timeline, self.shopper, self.way, self.version = timeline, shopper, way, version
        self.rehearsal = Rehearsal(timeline, traced=False)
        self.baskets = Baskets(shopper, version.program, way.scale)
        self.routes = Routes(version, shopper)
        self.purse = Purse(version, self.routes)
        self.hands = Hands(self)
        self.refused: Counter[str] = Counter()
        self._menus = [rule for rule in version.rules if isinstance(rule, MenuRule)]
        self._chosen: set[tuple[str, Day]] = set()
        self._sent = self._planned = 0
        self._agenda: list[tuple[Instant, int, Occasion | Event | None]] = []
        for day in range(first, add_months(first, 12)) if self._menus else ():
            self._put_down(self.zone.start(day), None)
        for occasion in occasions(shopper.habits, first):
            self._put_down(self.zone.clock(occasion.day, occasion.minute), occasion)

    # Events.

    def name(self, what: str) -> str:
        """An id for the next event: the same in every year that is lived alike."""
        self._sent += 1
        return f"{what}-{self._sent}"

    def take(self, event: Event) -> Refusal | None:
        """Let an event happen, and everything that falls due before it; gives why it was refused."""
        self._wait_until(instant_of(event.at))
        return self._take(event)

    def _take(self, event: Event) -> Refusal | None:
        own = next(iter(self.rehearsal.take(event))).decision
        if own.outcome.refusal is None:
            self.purse.note(event, own.outcome.effects)
            self._pay_dues(own.outcome.effects, event.at)
        return own.outcome.refusal

    def _wait_until(self, at: Instant) -> None:
        """Let time pass, moment by moment, so that what falls due is there when it does."""
        for _ in range(_MOST_TICKS):
            state = self.rehearsal.state(SHOPPER)
            wakes_at = self.timeline.wakes_at(state)
            if state.enrolled_at is None or wakes_at is None or wakes_at > at:
                return
            self._take(Tick(id=self.name("tick"), member=SHOPPER, at=moment_of(wakes_at)))
        raise RuntimeError(f"something falls due again and again before {moment_of(at)}")

    def _pay_dues(self, effects: tuple[Effect, ...], at: datetime) -> None:
        """Pay for the next term of a plan, where that begins within the year."""
        for effect in effects:
            if isinstance(effect, PaymentDue) and effect.by < self.ends:
                renewal = Renew(id=self.name("renew"), member=SHOPPER, at=at, plan=effect.plan)
                if self._take(renewal) is None:
                    self.purse.fees += effect.amount

    # The year.

    def join(self) -> None:
        """Enrol, say who one is, and join what there is to join."""
        at = moment_of(self.begins)
        self.take(Enrol(id=self.name("enrol"), member=SHOPPER, at=at))
        traits = Traits(birthday=self.shopper.birthday, age=self.shopper.age)
        if traits != Traits():
            self.take(Describe(id=self.name("describe"), member=SHOPPER, at=at, traits=traits))
        plans = [rule.settings for rule in self.version.rules if isinstance(rule, MembershipRule)]
        for plan in plans:
            if plan.term is None:  # a club that costs nothing, for whoever may join it
                self.take(Join(id=self.name("join"), member=SHOPPER, at=at, plan=plan.name))
            elif plan.name == self.way.plan:
                refusal = self.take(Join(id=self.name("join"), member=SHOPPER, at=at, plan=plan.name))
                if refusal is not None:
                    raise PlanRefused(refusal)
                self.purse.fees += plan.fee

    def go_through(self) -> None:
        """Do what the habits bring, in order, and let the last day pass."""
        while self._agenda:
            at, _, entry = heapq.heappop(self._agenda)
            if entry is None:
                self._choose(at)
            elif isinstance(entry, Occasion):
                self._do(entry, moment_of(at))
            else:
                self.take(entry)
        self.take(Tick(id=self.name("tick"), member=SHOPPER, at=moment_of(self.ends - 1)))

    def _put_down(self, at: Instant, entry: Occasion | Event | None) -> None:
        if self.begins <= at < self.ends:
            self._planned += 1
            heapq.heappush(self._agenda, (at, self._planned, entry))

    def _do(self, occasion: Occasion, at: datetime) -> None:
        habit = self.shopper.habits[occasion.habit]
        event_id = f"habit-{occasion.habit + 1}-{occasion.number + 1}"
        if habit.action:
            self.take(self.baskets.action(habit, event_id, at))
            return
        self._wait_until(instant_of(at))
        purchase = self.hands.fill(self.baskets.purchase(habit, event_id, at))
        refusal = self.take(purchase)
        if refusal is not None:
            self.refused[refusal.code] += 1
            return
        self.hands.after(purchase)
        self._plan_what_follows(purchase, is_returned=occasion.is_returned)

    def _plan_what_follows(self, purchase: Purchase, *, is_returned: bool) -> None:
        arrives_at = instant_of(purchase.at) + DAYS_TO_ARRIVE * _A_DAY
        if self.routes.waits_for_delivery:
            arriving = Deliver(
                id=f"{purchase.id}/deliver", member=SHOPPER, at=moment_of(arrives_at), purchase=purchase.id
            )
            self._put_down(arrives_at, arriving)
        if is_returned:
            back_at = instant_of(purchase.at) + DAYS_TO_RETURN * _A_DAY
            back = Return(id=f"{purchase.id}/return", member=SHOPPER, at=moment_of(back_at), purchase=purchase.id)
            self._put_down(back_at, back)

    def _choose(self, at: Instant) -> None:
        """Choose from every menu as soon as a period begins; where that is too late, for the next one."""
        case = case_at(self.timeline, SHOPPER, self.rehearsal.state(SHOPPER), at)
        for menu in self._menus:
            period = case.period_start(self.zone.day(at), menu.settings.every)
            wanted = self.way.chooses.get(menu.name, ())
            if wanted and (menu.name, period) not in self._chosen:
                self._chosen.add((menu.name, period))
                ahead = menu.settings.choose_now_until == 0
                of = case.period_end(self.zone.day(at), menu.settings.every) if ahead else period
                offered = menu.offered(SHOPPER, of)
                options = tuple([name for name in wanted if name in offered][: menu.allowed(case)])
                choice = Choose(
                    id=self.name("choose"), member=SHOPPER, at=moment_of(at), menu=menu.name, options=options,
                    next_period=ahead,
                )  # fmt: skip
                self.take(choice)
