"""Stamps: a card that fills up, with something for every full card.

A visit, an article or an amount spent gives stamps. So many stamps make a card full: the member gets the gifts, and
the next card begins with what is left over. Or the article that fills the card is itself **free**, right at the till:
of the articles in the basket the cheapest are the free ones.

Stamps are a counter of the member's, not a unit: they cannot be spent, sent or converted. Who wants stamps in a wallet
declares a unit and earns it with `earn`.

**Worked.** Every 10th coffee is free. A member with 8 stamps buys three coffees at 3.00, 4.00 and 5.00. With them it
would be 11: one coffee is free, the one at 3.00, and 9.00 are paid. One stamp is on the next card.

A card may **expire**: after a term without a stamp it is empty again, a full card's gift stays.

Goods that come back take their stamps along. If without them the purchase would have filled fewer cards, what the last
of those cards gave is taken back too. Stamps that went into a card which a later purchase filled leave that card as it
is: the open card goes below zero, and the next stamps make up for it. A free article counts as come back when all of
its line has. Stamps that have lapsed since are not taken a second time.
"""

from typing import Literal, NamedTuple

import msgspec

from guerdon.core.amounts import MOST_AT_ONCE, allocate, portion
from guerdon.core.calendar import Day, Instant, Term
from guerdon.core.case import Case
from guerdon.core.counting import back_so_far, came_back, matching, moves_of
from guerdon.core.effects import Progressed
from guerdon.core.events import Purchase, instant_of_event
from guerdon.core.gifts import Gift, Gifts
from guerdon.core.program import Allowance, Texts, When
from guerdon.core.purchasing import quantities
from guerdon.core.refusals import stop
from guerdon.core.returning import Origin
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop


class Stamping(msgspec.Struct, frozen=True):
    """So many stamps for something."""

    count: int = 1
    """How many."""
    per: Literal["visit", "item", "money"] = "visit"
    """``visit`` is the whole purchase, or one action."""
    money: int = 0
    """For ``money``: minor units paid for the lines that match; what is left over is dropped."""


class Stamps(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a stamp card."""

    name: str
    full: int
    """How many stamps make a card full."""
    stamp: Stamping = Stamping()
    """What gives stamps."""
    gives: tuple[Gift, ...] = ()
    """What a full card gives."""
    free: bool = False
    """The article that fills the card is free itself. Each article is one stamp."""
    on: str = "purchase"
    """What gives stamps: ``purchase``, or ``action:NAME``."""
    when: When = When()
    unless: When = When()
    """What stands against it, each matcher for itself."""
    limit: tuple[Allowance, ...] = ()
    """How many stamps a member gets at most, in each period."""
    expires: Term | None = None
    """How long a card lasts without a stamp; None: for ever."""
    title: Texts = {}

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return StampsRule(self, workshop)


class _Stamped(NamedTuple):
    """What an event gives stamps for: by line, or (None) as a whole."""

    stamps: int
    lines: tuple[int, ...] | None = None
    shares: tuple[int, ...] | None = None


class StampsRule(Rule):
    """A stamp card, compiled."""

    def __init__(self, settings: Stamps, workshop: Workshop) -> None:
        """Compile the conditions and the gifts."""
        self.settings = settings
        self.name = settings.name
        self.triggers = ("checkout",) if settings.free else (settings.on,)
        condition = workshop.condition(settings.when, settings.unless)
        self._condition = condition if settings.on == "purchase" else condition._replace(lines=None)
        self._gifts = Gifts(workshop, settings.name, settings.gives)

    def is_live_on(self, day: Day) -> bool:
        """Whether its dates, weekdays and categories let it stamp anything on that day."""
        return self._condition.is_live_on(day)

    def propose(self, case: Case) -> Proposal | None:
        """The stamps for this event, within the limit."""
        failing = self._condition.failing(case)
        if failing is not None:
            case.note(self.name, "skipped", failing.code, failing.sentence)
            return None
        stamped = self._stamped(case)
        if stamped.stamps <= 0:
            case.note(self.name, "skipped", "nothing_to_stamp", "nothing in it gives a stamp")
            return None
        left = min([self._left(case, allowance) for allowance in self.settings.limit], default=stamped.stamps)
        if left <= 0:
            case.note(self.name, "skipped", "limit_reached", "the limit on stamps is reached")
            return None
        kept = stamped if left >= stamped.stamps else self._cut(case, stamped, left)
        return Proposal(self, kept.stamps, stamped.stamps, lines=kept.lines, shares=kept.shares)

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Stamp the card, and give what is due for each card that is full now."""
        name, full = self.name, self.settings.full
        before = case.progress_of(name, "stamps")
        card = before + proposal.amount
        filled = max(card // full, 0)
        if filled > MOST_AT_ONCE:
            raise stop("amount_out_of_range", amount=filled, limit=MOST_AT_ONCE)
        case.set_progress(name, "stamps", card, lines=proposal.lines, shares=proposal.shares)
        case.set_progress(name, "last", max(case.progress_of(name, "last"), case.day), told=False)
        for allowance in self.settings.limit:
            case.count_use(self._allowance(allowance), case.period_start(case.day, allowance.period), proposal.amount)
        if not filled:
            return
        free = self._free(case, proposal, filled) if self.settings.free else (None, None)
        cards = case.progress_of(name, "cards") + filled
        case.set_progress(name, "cards", cards, lines=free[0], shares=free[1])
        case.set_progress(name, "stamps", card - filled * full)
        for number in range(filled):
            self._gifts.give(case, self, f"/{number + 1}" if number else "")

    def give_back(self, case: Case, origin: Origin) -> None:
        """Take stamps off the card, and take back what cards gave that would not have been full without them."""
        moves = moves_of(origin.effects, self.name, "stamps")
        if not moves or case.version.program.returns.points == "kept":
            return
        gained, cards = moves[0], moves_of(origin.effects, self.name, "cards")
        undone = self._undone(moves, cards, origin)
        if undone[1] > undone[0]:
            self._gifts.take_back(case, origin, undone[1])
            left = case.progress_of(self.name, "cards") - (undone[1] - undone[0])
            case.set_progress(self.name, "cards", max(left, 0))
        if instant_of_event(origin.purchase) < case.progress_of(self.name, "lapsed"):
            case.note(self.name, "skipped", "stamps_lapsed", "the stamps have lapsed since")
            return
        card = case.progress_of(self.name, "stamps") - came_back(gained, origin)
        case.set_progress(self.name, "stamps", card + _full(moves, cards, self.settings.full) * (undone[1] - undone[0]))
        lapses_at = self.next_due(case)
        if lapses_at is not None and lapses_at <= case.as_of:
            # The stamps that are on the card again have waited too long by now.
            self.settle(case, case.as_of)

    def next_due(self, case: Case) -> Instant | None:
        """When a card with stamps on it has waited too long."""
        if self.settings.expires is None or case.progress_of(self.name, "stamps") <= 0:
            return None
        return case.version.zone.start(self.settings.expires.ends(case.progress_of(self.name, "last")))

    def settle(self, case: Case, at: Instant) -> None:
        """Empty the card."""
        case.set_progress(self.name, "stamps", 0)
        case.set_progress(self.name, "lapsed", at, told=False)

    # How many stamps.

    def _stamped(self, case: Case) -> _Stamped:
        stamp, event = self.settings.stamp, case.event
        if not isinstance(event, Purchase):
            return _Stamped(stamp.count)
        found = matching(case, self._condition)
        if stamp.per == "visit":
            return _Stamped(stamp.count if found else 0)
        # What is paid nothing for gives no stamp: an article that was free already is not stamped again.
        lines = tuple([line for line in found if case.payments[line] > 0])
        if stamp.per == "item":
            items = quantities(event, "items")
            shares = tuple([stamp.count * items[line] for line in lines])
            return _Stamped(sum(shares), lines, shares)
        paid = [case.payments[line] for line in lines]
        count = sum(paid) // stamp.money * stamp.count
        return _Stamped(count, lines, tuple(allocate(count, paid)) if lines else ())

    def _cut(self, case: Case, stamped: _Stamped, left: int) -> _Stamped:
        """The first of the stamps, the dearest articles first."""
        if stamped.lines is None or stamped.shares is None:
            return _Stamped(left)
        shares = dict(zip(stamped.lines, stamped.shares, strict=True))
        cut = {}
        for line in self._dearest_first(case, stamped.lines):
            cut[line] = min(shares[line], left)
            left -= cut[line]
        kept = tuple([cut[line] for line in stamped.lines])
        return _Stamped(sum(kept), stamped.lines, kept)

    def _dearest_first(self, case: Case, lines: tuple[int, ...]) -> list[int]:
        """Lines by the price of one article; the earlier first where equal."""
        items = quantities(case.event, "items") if isinstance(case.event, Purchase) else []
        return sorted(lines, key=lambda line: -(case.payments[line] // max(items[line], 1)))

    def _left(self, case: Case, allowance: Allowance) -> int:
        start = case.period_start(case.day, allowance.period)
        return allowance.amount - case.used_in(self._allowance(allowance), start)

    def _allowance(self, allowance: Allowance) -> str:
        return f"{self.name}/{allowance.period}"

    # The free article.

    def _free(self, case: Case, proposal: Proposal, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Take the cheapest of the stamped articles off the bill; gives their lines and how many of each."""
        assert isinstance(case.event, Purchase)
        items = quantities(case.event, "items")
        stamped = dict(zip(proposal.lines or (), proposal.shares or (), strict=True))
        free: dict[int, int] = {}
        for line in reversed(self._dearest_first(case, tuple(stamped))):
            pieces = min(stamped[line], count)
            count -= pieces
            if pieces:
                free[line] = pieces
        lines = tuple(sorted(free))
        off = tuple([portion(case.payments[line], free[line], items[line]) for line in lines])
        if any(off):
            case.reduce(self.name, sum(off), lines, off)
        return lines, tuple([free[line] for line in lines])

    def _undone(self, moves: list[Progressed], cards: list[Progressed], origin: Origin) -> tuple[int, int]:
        """How many of the purchase's full cards would not be, without what came back before, and with this return."""
        filled = sum([move.after - move.before for move in cards])
        if not filled:
            return 0, 0
        if self.settings.free:
            earlier, now = [back_so_far(cards[0], origin, with_this=with_this) for with_this in (False, True)]
            return earlier, now
        full = _full(moves, cards, self.settings.full)
        back = [back_so_far(moves[0], origin, with_this=with_this) for with_this in (False, True)]
        left = [max((moves[0].after - amount) // full, 0) for amount in back]
        return max(filled - left[0], 0), max(filled - left[1], 0)


def _full(moves: list[Progressed], cards: list[Progressed], now: int) -> int:
    """How many stamps made a card full when it was filled; the program may have changed since."""
    filled = sum([move.after - move.before for move in cards])
    return (moves[0].after - moves[-1].after) // filled if filled else now
