"""Wheels: a spin and, at once, a prize. Where the wheel stops follows from a committed seed and the event's id.

The spin is a `play` event. Prizes have weights and, if they are scarce, a stock that all members share. Where the wheel
stops at a prize that has run out, the next one in the list that is still there is given instead (behind the last comes
the first), and the effect says so. A prize called `nothing` is a blank.

**Worked.** Weights 1 bicycle (one piece), 9 mugs, 90 nothing. The second spin that stops at the bicycle gives a mug:
``won wheel, mug, instead of bicycle``.

Whoever sends events chooses their ids, but not knowing the seed cannot choose where the wheel stops; the merchant knows
the seed, and so should take event ids from a source that does not. Both are checked by `guerdon wheel check`.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from guerdon.core import wallet
from guerdon.core.calendar import day_of
from guerdon.core.case import Case
from guerdon.core.effects import Entered, Won
from guerdon.core.events import Event, Play
from guerdon.core.games import place_on_wheel, ticket_numbers
from guerdon.core.gifts import Gift, Gifts
from guerdon.core.program import Allowance, Quantity, Texts, When
from guerdon.core.refusals import stop
from guerdon.core.rule import Rule
from guerdon.core.version import PRIZE_LIMIT
from guerdon.core.workshop import Workshop

BLANK = "nothing"
"""The name of a prize that is none."""


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the wheel, and what is won there."""

    name: str
    weight: int
    """Its part of the sum of all weights."""
    count: int | None = None
    """How many there are; None: any number."""
    gives: tuple[Gift, ...] = ()
    """What lands in the member's wallet; empty: the prize is a thing that is handed over."""
    title: Texts = {}


class Wheel(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a wheel."""

    name: str
    prizes: tuple[Slice, ...]
    """The parts of the wheel, in order."""
    commitment: str
    """The SHA-256 of the secret seed, in hexadecimal digits."""
    cost: Quantity | None = None
    """What a spin costs; None: nothing."""
    between: tuple[date, date] | None = None
    """The first and the last local day; None: any."""
    when: When = When()
    """Who may spin, and when."""
    limit: tuple[Allowance, ...] = ()
    """How often a member may spin, in each period."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return WheelRule(self, workshop)


class WheelRule(Rule):
    """A wheel, compiled."""

    def __init__(self, settings: Wheel, workshop: Workshop) -> None:
        """Declare the stock of the prizes, and the seed that is needed."""
        self.settings = settings
        self.name = settings.name
        self.answers = (("play", self.name),)
        workshop.seeds[self.name] = settings.commitment
        self._condition = workshop.condition(settings.when)
        self._weights = [prize.weight for prize in settings.prizes]
        self._stock = [
            None
            if prize.count is None
            else workshop.game_limit(self.name, f"{PRIZE_LIMIT}{self.name}/{prize.name}", prize.count)
            for prize in settings.prizes
        ]
        self._gifts = [Gifts(workshop, f"{self.name}/{prize.name}", prize.gives) for prize in settings.prizes]

    def answer(self, case: Case, event: Event) -> None:
        """Spin as often as was asked for. Refused as a whole where not all spins can be had."""
        assert isinstance(event, Play)
        self._check_open(case)
        seed = case.seed(self.settings.commitment)
        if seed is None:
            raise stop("seed_missing", game=self.name)
        self._check_limit(case, event.tickets)
        self._pay(case, event.tickets)
        tickets = ticket_numbers(self.name, event.id, event.tickets)
        case.effects.append(Entered(self.name, tickets))
        for number, ticket in enumerate(tickets, 1):
            self._spin(case, seed, ticket, "" if number == 1 else f"/{number}")

    def _check_open(self, case: Case) -> None:
        between, failing = self.settings.between, self._condition.failing(case)
        reason = "" if failing is None else failing.sentence
        if between is not None and not day_of(between[0]) <= case.day <= day_of(between[1]):
            reason = f"only from {between[0]} to {between[1]}"
        if reason:
            raise stop("game_not_open", game=self.name, reason=reason)

    def _check_limit(self, case: Case, spins: int) -> None:
        for allowance in self.settings.limit:
            start, owner = case.period_start(case.day, allowance.period), f"{self.name}/{allowance.period}"
            if case.used_in(owner, start) + spins > allowance.amount:
                raise stop("game_limit_reached", game=self.name)
            case.count_use(owner, start, spins)

    def _pay(self, case: Case, spins: int) -> None:
        cost = self.settings.cost
        if cost is None:
            return
        held, wanted = wallet.available(case.wallet(cost.unit)), cost.amount * spins
        if wanted > held:
            raise stop("game_exceeds_available", cost=wanted, unit=cost.unit, available=held)
        case.spend(cost.unit, wanted, self.name)

    def _spin(self, case: Case, seed: str, ticket: str, part: str) -> None:
        """Give what the wheel stops at, or what stands in for it."""
        stopped = place_on_wheel(seed, ticket, self._weights)
        place = self._still_there(case, stopped)
        name, instead_of = BLANK, ""
        if place is not None:
            name = self.settings.prizes[place].name
            instead_of = self.settings.prizes[stopped].name if place != stopped else ""
            stock = self._stock[place]
            if stock is not None:
                case.use(stock, 1)
        if name == BLANK:
            case.note(self.name, "skipped", "blank", _blank(instead_of))
            return
        case.effects.append(Won(self.name, name, ticket, instead_of))
        self._gifts[place or 0].give(case, self, part)

    def _still_there(self, case: Case, stopped: int) -> int | None:
        """The first prize from there on that has not run out; None: all have."""
        for place in _around(self._weights, stopped):
            stock = self._stock[place]
            if stock is None or case.left_of(stock) > 0:
                return place
        return None


def _around(weights: Sequence[int], first: int) -> list[int]:
    """All places of the wheel, once around from one of them."""
    return [*range(first, len(weights)), *range(first)]


def _blank(instead_of: str) -> str:
    return f"{instead_of} has run out, and the next is a blank" if instead_of else "the wheel stopped at a blank"
