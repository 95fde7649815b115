"""Raffles: tickets for what a member spends or does, and a draw that anyone can check.

Tickets come from purchases (one per so much spent), from actions, and from a `play` event: free of charge, so that
nobody has to buy, or for an amount of a unit. Their numbers are hashes of the event that gave them. What the tickets
win is found by ``core.games.draw`` out of the secret seed whose commitment stands in the program file; the winners are
told by `win` events, which only Guerdon sends.

**Worked.** One ticket per 20 USD, 10 tickets a day at most. A basket of 59.99 USD gives 2 tickets, one of 300 USD on
the same day 8 more. A `play` gives a free ticket once a day.

Goods that come back before the raffle closes take their tickets along, the last first. Then the list is final.
"""

from datetime import date

import msgspec

from guerdon.core import wallet
from guerdon.core.amounts import MOST_AT_ONCE, Rate, Rounding
from guerdon.core.calendar import day_of
from guerdon.core.case import Case
from guerdon.core.conditions import Condition
from guerdon.core.counting import matching
from guerdon.core.effects import Entered, TicketsLost, Won
from guerdon.core.events import Event, Play, Purchase, Win
from guerdon.core.games import ticket_numbers
from guerdon.core.gifts import Gift, Gifts
from guerdon.core.program import Allowance, Quantity, Texts, When
from guerdon.core.refusals import stop
from guerdon.core.returning import Origin
from guerdon.core.rule import Proposal, Rule
from guerdon.core.version import PRIZE_LIMIT
from guerdon.core.workshop import Workshop


class Prize(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be won."""

    name: str
    count: int = 1
    """How many there are."""
    gives: tuple[Gift, ...] = ()
    """What lands in the member's wallet; empty: the prize is a thing that is handed over."""
    title: Texts = {}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One way to tickets. Exactly one of ``rate``, ``action``, ``cost`` and ``free`` is given."""

    tickets: int = 1
    """How many each time."""
    rate: Rate | None = None
    """Tickets per minor units paid, each purchase by itself."""
    action: str = ""
    """What has to be done for it."""
    cost: Quantity | None = None
    """What is paid for it with a `play`."""
    free: bool = False
    """With a `play`, without any purchase."""
    limit: tuple[Allowance, ...] = ()
    """How many tickets a member gets this way, in each period."""


class Raffle(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a raffle."""

    name: str
    entries: tuple[Entry, ...]
    """The ways to tickets."""
    prizes: tuple[Prize, ...]
    """What is drawn, the first prize first."""
    between: tuple[date, date]
    """The first and the last local day on which tickets are given. It closes when the last is over."""
    commitment: str
    """The SHA-256 of the secret seed, in hexadecimal digits."""
    when: When = When()
    """Who may take part, and which purchases count."""
    limit: tuple[Allowance, ...] = ()
    """How many tickets a member gets in all ways together, in each period."""
    total: int | None = None
    """How many tickets all members get together; None: any number."""
    again: bool = False
    """A member may win more than once."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return RaffleRule(self, workshop)


class RaffleRule(Rule):
    """A raffle, compiled."""

    def __init__(self, settings: Raffle, workshop: Workshop) -> None:
        """Compile the conditions and declare what members share: the tickets, and the pieces of each prize."""
        self.settings = settings
        self.name = settings.name
        own = [f"action:{entry.action}" for entry in settings.entries if entry.action]
        spends = ["purchase"] if any(entry.rate for entry in settings.entries) else []
        self.triggers = tuple(dict.fromkeys([*spends, *own]))
        plays = any(entry.free or entry.cost for entry in settings.entries)
        self.answers = (("win", self.name), *((("play", self.name),) if plays else ()))
        self._condition: Condition = workshop.condition(settings.when)
        zone = workshop.zone
        self.opens_at, self.closes_at = [
            zone.start(day_of(day) + after) for day, after in zip(settings.between, (0, 1), strict=True)
        ]
        self._total = "" if settings.total is None else workshop.limit(f"tickets:{self.name}", settings.total)
        self._stock = {
            prize.name: workshop.game_limit(self.name, f"{PRIZE_LIMIT}{self.name}/{prize.name}", prize.count)
            for prize in settings.prizes
        }
        self._gifts = {
            prize.name: Gifts(workshop, f"{self.name}/{prize.name}", prize.gives) for prize in settings.prizes
        }

    def propose(self, case: Case) -> Proposal | None:
        """The tickets for a purchase or an action, within the limits."""
        reason = self._why_not(case)
        if reason is not None:
            case.note(self.name, "skipped", *reason)
            return None
        place = self._way(case)
        lines = matching(case, self._condition) if isinstance(case.event, Purchase) else None
        wanted = 0 if place is None else self._wanted(case, self.settings.entries[place], lines)
        count = 0 if place is None else self._within_all(case, self._within(case, place, wanted))
        if count <= 0:
            code = "limit_reached" if wanted else "rounds_to_zero"
            case.note(self.name, "skipped", code, "the limit on tickets is reached" if wanted else "too little for one")
            return None
        return Proposal(self, count, wanted, lines=lines)

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Give the tickets."""
        place = self._way(case)
        if place is not None:
            self._count(case, f"{self.name}/{place}", self.settings.entries[place].limit, proposal.amount)
        self._enter(case, proposal.amount, proposal.lines)

    def answer(self, case: Case, event: Event) -> None:
        """Give tickets for a `play`, or hand out a prize that was drawn."""
        if isinstance(event, Win):
            self._win(case, event)
            return
        assert isinstance(event, Play)
        reason = self._why_not(case)
        if reason is not None:
            raise stop("game_not_open", game=self.name, reason=reason[1])
        self._play(case, event.tickets)

    def give_back(self, case: Case, origin: Origin) -> None:
        """Take back the tickets that the purchase would not have given without what came back."""
        given = [effect for effect in origin.effects if isinstance(effect, Entered) and effect.game == self.name]
        if not given or case.version.program.returns.points == "kept":
            return
        if case.as_of >= self.closes_at:
            case.note(self.name, "skipped", "raffle_closed", "the list of tickets is final")
            return
        held = case.tickets.get(self.name, ())
        kept = self._tickets_left(origin, given[0])
        lost = tuple([number for number in given[0].tickets[kept:] if number in held])
        if lost:
            case.hold_tickets(self.name, tuple([number for number in held if number not in lost]))
            case.effects.append(TicketsLost(self.name, lost))

    # Tickets.

    def _way(self, case: Case) -> int | None:
        """Which way to tickets a purchase or an action is; None: none."""
        done = getattr(case.event, "action", None)
        for place, entry in enumerate(self.settings.entries):
            if entry.action == done if done is not None else entry.rate is not None:
                return place
        return None

    def _wanted(self, case: Case, entry: Entry, lines: tuple[int, ...] | None) -> int:
        """How many tickets it would be without limits."""
        if entry.rate is None:
            return entry.tickets
        return entry.rate.of(sum([case.payments[line] for line in lines or ()]), Rounding.FLOOR)

    def _tickets_left(self, origin: Origin, given: Entered) -> int:
        """How many tickets the purchase would have given for what is left of it."""
        rate = next((entry.rate for entry in self.settings.entries if entry.rate is not None), None)
        if rate is None or origin.is_whole:
            return 0
        start = origin._replace(before={})
        lines = range(len(origin.payments)) if given.lines is None else given.lines
        left = sum([origin.payments[line] - start.share_coming_back(origin.payments[line], line) for line in lines])
        return min(rate.of(left, Rounding.FLOOR), len(given.tickets))

    def _why_not(self, case: Case) -> tuple[str, str] | None:
        """Why the member gets no ticket now, by code and sentence; None: nothing stands against it."""
        if not self.opens_at <= case.at < self.closes_at:
            return "outside_dates", f"only from {self.settings.between[0]} to {self.settings.between[1]}"
        failing = self._condition.failing(case)
        return None if failing is None else (failing.code, failing.sentence)

    def _play(self, case: Case, tickets: int) -> None:
        """The free tickets first, then those that are paid for. Refused where not all can be had."""
        left = tickets
        for place, entry in enumerate(self.settings.entries):
            if entry.free:
                left -= self._count(case, f"{self.name}/{place}", entry.limit, self._within(case, place, left))
        for place, entry in enumerate(self.settings.entries):
            if entry.cost is not None and left:
                bought = self._count(case, f"{self.name}/{place}", entry.limit, self._within(case, place, left))
                self._pay(case, entry.cost, bought)
                left -= bought
        if left or self._within_all(case, tickets) < tickets:
            raise stop("game_limit_reached", game=self.name)
        self._enter(case, tickets, None)

    def _pay(self, case: Case, cost: Quantity, times: int) -> None:
        held = wallet.available(case.wallet(cost.unit))
        if cost.amount * times > held:
            raise stop("game_exceeds_available", cost=cost.amount * times, unit=cost.unit, available=held)
        case.spend(cost.unit, cost.amount * times, self.name)

    def _enter(self, case: Case, count: int, lines: tuple[int, ...] | None) -> None:
        if count > MOST_AT_ONCE:
            raise stop("amount_out_of_range", amount=count, limit=MOST_AT_ONCE)
        self._count(case, self.name, self.settings.limit, count)
        if self._total:
            case.use(self._total, count)
        tickets = ticket_numbers(self.name, case.event.id, count)
        case.hold_tickets(self.name, (*case.tickets.get(self.name, ()), *tickets))
        case.effects.append(Entered(self.name, tickets, lines))

    # Limits.

    def _within(self, case: Case, place: int, wanted: int) -> int:
        """What the limits of one way leave."""
        return self._left(case, f"{self.name}/{place}", self.settings.entries[place].limit, wanted)

    def _within_all(self, case: Case, wanted: int) -> int:
        """What the limits of the whole raffle leave."""
        left = self._left(case, self.name, self.settings.limit, wanted)
        return max(min(left, case.left_of(self._total)), 0) if self._total and left else left

    def _left(self, case: Case, owner: str, limit: tuple[Allowance, ...], wanted: int) -> int:
        left = [
            allowance.amount
            - case.used_in(f"{owner}/{allowance.period}", case.period_start(case.day, allowance.period))
            for allowance in limit
        ]
        return max(min([wanted, *left]), 0)

    def _count(self, case: Case, owner: str, limit: tuple[Allowance, ...], count: int) -> int:
        for allowance in limit:
            case.count_use(f"{owner}/{allowance.period}", case.period_start(case.day, allowance.period), count)
        return count

    # Winning.

    def _win(self, case: Case, event: Win) -> None:
        """Hand out a prize. A draw hands out no more than there is, whatever it is asked."""
        if event.prize not in self._stock:
            raise stop("prize_unknown", game=self.name, prize=event.prize)
        stock = self._stock[event.prize]
        if case.left_of(stock) < 1:
            raise stop("prize_run_out", prize=event.prize)
        case.use(stock, 1)
        case.effects.append(Won(self.name, event.prize, event.ticket))
        self._gifts[event.prize].give(case, self)
