"""A member's last year, lived again: with a paid plan, or without it, and for more or less money.

Everything that happened in it happens again, in the order of its dates, by the same decisions with the facts that the
journal kept; only joining, paying for and leaving the plan, or one of the same program of plans, is left out. In one
life the plan is joined on the first day and paid for as it falls due, in the other never. So a member who has the plan
is told what it brings, and one who has not, what it would.

The member buys the same in both lives. A purchase that paid with what the other life does not have pays with money;
what else cannot happen there, such as the use of a benefit of the plan, does not, and is counted.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from guerdon.core.amounts import Rounding
from guerdon.core.calendar import Instant, instant_of, moment_of
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Effect, PaymentDue, Rewarded, Spent
from guerdon.core.events import Event, Join, Leave, Line, Purchase, Renew, Tick, decode_event, purchase_of
from guerdon.core.facts import Facts, PastEvent, PurchaseRecord
from guerdon.core.program import Quantity
from guerdon.core.state import NEW_MEMBER, MemberState
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.shopping.figures import Outcome, Purse
from guerdon.insight.shopping.habits import Shopper
from guerdon.insight.shopping.money import Exchange
from guerdon.insight.shopping.plans import THOUSAND, rate_of
from guerdon.insight.shopping.routes import Routes
from guerdon.mechanics.membership import MembershipRule
from guerdon.runtime.replay import JournaledFacts, history_of, journaled, replay
from guerdon.store.reading import JournalRow

_MOST_TICKS = 10_000
"""More moments at which something falls due between two events are a program that never comes to rest."""


class _Past(NamedTuple):
    """An entry of the journal within the year."""

    event: Event
    facts: JournaledFacts


class _Before(NamedTuple):
    """Where a member stands as the year begins."""

    state: MemberState
    records: dict[str, PurchaseRecord]
    history: tuple[PastEvent, ...]


class Relived(NamedTuple):
    """A year that was lived again."""

    outcome: Outcome
    cannot: int
    refusal: str
    """Why the plan could not be joined; empty: it was, or was not asked for."""


def net_of(lived: Relived) -> int:
    """What is net in the program's currency."""
    return lived.outcome.own.net


class Year:
    """A member's last year, to be lived again in several ways."""

    def __init__(self, timeline: Timeline, member: str, rows: list[JournalRow], begins: Instant, ends: Instant) -> None:
        self.timeline, self.member, self.begins, self.ends = timeline, member, begins, ends
        earlier = [row for row in rows if instant_of(row.at) < begins]
        self.before = _before(timeline, earlier)
        later = sorted([row for row in rows if instant_of(row.at) >= begins], key=lambda row: (row.at, row.seq))
        self.past = [_Past(decode_event(row.content), journaled(row)) for row in later if row.kind != "tick"]
        self.today = _last_state(timeline, rows)
        self._known: dict[tuple[str, int, str], Relived] = {}

    def lived(self, rule: MembershipRule | None, scale: int, instead_of: MembershipRule | None = None) -> Relived:
        """The year with a plan, or without: without any that ``instead_of`` excludes, and with the others as they were.

        ``scale`` is in thousandths of what everything cost.
        """
        key = ("" if rule is None else rule.name, scale, "" if instead_of is None else instead_of.name)
        if key not in self._known:
            self._known[key] = _Life(self, rule, rule or instead_of).live(scale)
        return self._known[key]


def _before(timeline: Timeline, rows: list[JournalRow]) -> _Before:
    """Fold what happened before the year, as it was decided."""
    state = NEW_MEMBER
    records: dict[str, PurchaseRecord] = {}
    for replayed in replay(timeline, rows):
        state = replayed.decision.state
        if isinstance(replayed.event, Purchase):
            records[replayed.event.id] = PurchaseRecord(replayed.event, replayed.decision.outcome.effects)
    return _Before(state, records, tuple(history_of(rows)))


def _last_state(timeline: Timeline, rows: list[JournalRow]) -> MemberState:
    state = NEW_MEMBER
    for replayed in replay(timeline, rows):
        state = replayed.decision.state
    return state


class _Life:
    """One way to live the year again."""

    def __init__(self, year: Year, joined: MembershipRule | None, asked: MembershipRule | None) -> None:
        version = year.timeline.at(year.ends - 1) or year.timeline.versions[-1]
        self._year, self._joined, self._asked = year, joined, asked
        self._excluded = _group(version, asked)
        self._exchange = Exchange(version.program.currency, {})
        nobody = Shopper(name="member", exchange=self._exchange, habits=())
        self._routes = Routes(version, nobody)
        self._purse = Purse(version, self._routes)
        held = {name: held for name, held in year.before.state.memberships.items() if name not in self._excluded}
        self._state = msgspec.structs.replace(year.before.state, memberships=held)
        self._records, self._history = dict(year.before.records), list(year.before.history)
        self._sent = self._cannot = 0
        self._refusal = ""
        self._is_asked = False

    def live(self, scale: int) -> Relived:
        """Live it, at a scale in thousandths."""
        if self._state.enrolled_at is not None:
            self._join(self._year.begins)
        for event, facts in self._year.past:
            if isinstance(event, Join | Renew | Leave) and event.plan in self._excluded:
                continue
            self._happen(event if scale == THOUSAND else _scaled(event, scale), facts)
            if not self._is_asked and self._state.enrolled_at is not None:
                self._join(instant_of(event.at))
        self._wait_until(self._year.ends - 1)
        outcome = self._purse.outcome(self._state, self._exchange, {})
        return Relived(outcome, self._cannot, self._refusal)

    def _join(self, at: Instant) -> None:
        """Join the plan as soon as there is a member; the first term is paid at once."""
        self._is_asked = True
        if self._joined is None:
            return
        joining = Join(id=self._id("join"), member=self._year.member, at=moment_of(at), plan=self._joined.name)
        self._wait_until(at)
        decision = self._decide(joining, JournaledFacts())
        if decision.outcome.refusal is not None:
            self._refusal = decision.outcome.refusal.sentence
            return
        self._purse.fees += self._joined.settings.fee
        self._keep(joining, decision)

    def _happen(self, event: Event, facts: JournaledFacts) -> None:
        """Let an event happen again; where the other life does not allow it, without what it was paid with."""
        self._wait_until(instant_of(event.at))
        for tried in _as_far_as_possible(event):
            decision = self._decide(tried, facts)
            if decision.outcome.refusal is None:
                self._keep(tried, decision)
                return
        self._cannot += 1

    def _decide(self, event: Event, kept: JournaledFacts) -> Decision:
        at, timeline = instant_of(event.at), self._year.timeline
        history = tuple(self._history) if timeline.needs_history(self._state, at) else ()
        record = self._records.get(purchase_of(event))
        facts = Facts(kept.limits, record, history, kept.rates, kept.seeds, kept.codes, kept.added)
        return decide(timeline, self._state, event, facts)

    def _keep(self, event: Event, decision: Decision) -> None:
        effects = decision.outcome.effects
        self._state = decision.state
        self._purse.note(event, effects)
        self._purse.rewards += self._worth_of_things(effects)
        self._history.append(PastEvent(event, effects))
        if isinstance(event, Purchase):
            self._records[event.id] = PurchaseRecord(event, effects)
        for effect in effects:
            if isinstance(effect, PaymentDue) and effect.plan in self._excluded and effect.by < self._year.ends:
                self._renew(effect, instant_of(event.at))

    def _worth_of_things(self, effects: tuple[Effect, ...]) -> int:
        """What the rewards that were taken are worth, by what was given for them."""
        taken = {given.reward for given in effects if isinstance(given, Rewarded) and not given.mechanic}
        spent = [one for one in effects if isinstance(one, Spent) and one.reward in taken]
        return sum([self._routes.reward_worth(one.reward, Quantity(one.amount, one.unit)) for one in spent])

    def _renew(self, due: PaymentDue, at: Instant) -> None:
        renewing = Renew(id=self._id("renew"), member=self._year.member, at=moment_of(at), plan=due.plan)
        decision = self._decide(renewing, JournaledFacts())
        if decision.outcome.refusal is None:
            self._purse.fees += due.amount
            self._keep(renewing, decision)

    def _wait_until(self, at: Instant) -> None:
        """Let time pass, moment by moment, so that what falls due is paid when it does."""
        for _ in range(_MOST_TICKS):
            wakes_at = None if self._state.enrolled_at is None else self._year.timeline.wakes_at(self._state)
            if wakes_at is None or wakes_at > at:
                return
            tick = Tick(id=self._id("tick"), member=self._year.member, at=moment_of(wakes_at))
            self._keep(tick, self._decide(tick, JournaledFacts()))
        raise RuntimeError(f"something falls due again and again before {moment_of(at)}")

    def _id(self, what: str) -> str:
        self._sent += 1
        return f"worth/{what}-{self._sent}"


def _group(version: Version, rule: MembershipRule | None) -> frozenset[str]:
    """A plan with all that exclude it."""
    if rule is None:
        return frozenset()
    of = rule.settings.of
    rules = [other for other in version.rules if isinstance(other, MembershipRule)]
    return frozenset({rule.name, *[other.name for other in rules if of and other.settings.of == of]})


def _as_far_as_possible(event: Event) -> Iterator[Event]:
    """The event, and for a purchase the same goods for money alone."""
    if not isinstance(event, Purchase):
        yield event
        return
    yield msgspec.structs.replace(event, expects=None)
    yield msgspec.structs.replace(event, expects=None, spend={}, rewards=(), codes=(), holds=())


def _scaled(event: Event, scale: int) -> Event:
    """A purchase for so many thousandths of what it cost; anything else as it is."""
    if not isinstance(event, Purchase):
        return event
    rate = rate_of(scale)
    lines = tuple([_scaled_line(line, scale) for line in event.lines])
    tenders = {name: rate.of(amount, Rounding.FLOOR) for name, amount in event.tenders.items()}
    return msgspec.structs.replace(
        event, lines=lines, discount=rate.of(event.discount, Rounding.FLOOR), tenders=tenders
    )


def _scaled_line(line: Line, scale: int) -> Line:
    rate = rate_of(scale)
    quantity = rate.of(line.quantity, Rounding.NEAREST) if line.measure else line.quantity
    return msgspec.structs.replace(
        line, amount=rate.of(line.amount, Rounding.UP), discount=rate.of(line.discount, Rounding.FLOOR),
        quantity=quantity,
    )  # fmt: skip
