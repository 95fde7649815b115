"""Short builders, so that a test reads like the table on the wall of the shop.

Times are written as the till's local clock shows them (``2026-03-10 14:30``, New York unless told), money as on the
receipt (``12.50``), terms as in the program (``6 months after month``). A ``Story`` is one member's life: it keeps the
state, the receipts and what is left of the shared limits, so that a test tells only what happens.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from guerdon.core import meters, wallet
from guerdon.core.amounts import Rate
from guerdon.core.calendar import Day, Delay, Instant, Term, Window, date_of, day_of, instant_of
from guerdon.core.codes import ShownCode
from guerdon.core.decide import Decision, decide
from guerdon.core.effects import Effect, Granted, Reduced, sent_of
from guerdon.core.events import (
    Action,
    Adjust,
    Capture,
    Enrol,
    Event,
    Hold,
    Join,
    Leave,
    Line,
    Purchase,
    Redeem,
    Release,
    Renew,
    Return,
    ReturnedLine,
    Tick,
    Use,
    decode_event,
    encode_event,
    purchase_of,
)
from guerdon.core.facts import Facts, PastEvent, PurchaseRecord
from guerdon.core.holding import limits_coming_back
from guerdon.core.program import Allowance, Cap, Meter, Program, Quantity, Reward, Unit
from guerdon.core.reducing import Off
from guerdon.core.refusals import Refusal
from guerdon.core.state import NEW_MEMBER, MemberState, decode_state, encode_state
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.mechanics import Earn

NEW_YORK = "America/New_York"
JOINED = "2026-01-01 12:00"


def money(text: str) -> int:
    """Cents: ``12.50`` is 1250."""
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + (int(cents.ljust(2, "0")) if cents else 0)


def day(text: str) -> Day:
    """The number of a day: ``2026-03-10``."""
    return day_of(date.fromisoformat(text))


def shown_day(number: Day) -> str:
    """A day number as a date."""
    return str(date_of(number))


def moment(text: str, zone: str = NEW_YORK) -> datetime:
    """An aware datetime from what a local clock shows, ``2026-03-10`` or ``2026-03-10 14:30``; a final Z says UTC."""
    if text.endswith("Z"):
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def instant(text: str, zone: str = NEW_YORK) -> Instant:
    """An instant from what a local clock shows."""
    return instant_of(moment(text, zone))


def shown_instant(at: Instant | None, zone: str = NEW_YORK) -> str:
    """An instant as a local clock shows it; ``never`` for None."""
    return "never" if at is None else f"{datetime.fromtimestamp(at, ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def term(text: str) -> Term:
    """``30 days``, ``18 months``, ``6 months after month``, ``1 year after year``."""
    found = re.fullmatch(r"(\d+) (day|week|month|year)s?(?: after (day|week|month|quarter|year))?", text)
    assert found, text
    return Term(int(found[1]), found[2], found[3])  # type: ignore[arg-type]


def delay(text: str) -> Delay:
    """How long a grant stays pending: a term from the event on."""
    return Delay(term=term(text))


def window(text: str) -> Window:
    """``calendar year``, ``12 months``."""
    if text.startswith("calendar "):
        return Window("calendar", 1, text.removeprefix("calendar "))  # type: ignore[arg-type]
    lasts = term(text)
    return Window("rolling", lasts.count, lasts.unit)


def line(text: str) -> Line:
    """A line as on a receipt, ``12.50 grocery/soup brand=private sku=123 x3 off=1.00``; the amount alone will do."""
    amount, *words = text.split()
    fields: dict[str, Any] = {"sku": "", "amount": money(amount)}
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            fields["discount" if name == "off" else name] = money(value) if name == "off" else value
        elif re.fullmatch(r"x\d+", word):
            fields["quantity"] = int(word[1:])
        else:
            fields["category"] = word
    return Line(**fields)


def purchase(event_id: str, when: str, *lines: str, off: str = "0", zone: str = NEW_YORK, **fields: Any) -> Purchase:
    """A paid basket."""
    return Purchase(
        id=event_id, member="m", at=moment(when, zone), lines=tuple(map(line, lines)), discount=money(off), **fields
    )


def points_per_dollar(amount: int = 1, *, name: str = "base", **settings: Any) -> Earn:
    """So many points for each whole dollar."""
    return Earn(name=name, earn="points", rate=Rate(amount, 100), **settings)


def flat(amount: int, *, name: str = "flat", earn: str = "points", **settings: Any) -> Earn:
    """The same amount each time."""
    return Earn(name=name, earn=earn, flat=amount, **settings)


def program(*mechanics: Any, **settings: Any) -> Program:
    """A program in New York from 2020 on, with points, vouchers in dollars and a meter of this year's spend."""
    known: dict[str, Any] = {
        "program": "shop",
        "currency": "USD",
        "timezone": NEW_YORK,
        "effective_from": date(2020, 1, 1),
        "units": {"points": Unit(), "vouchers": Unit(money=True)},
        "meters": {"spend": Meter(counts="spend", window=window("calendar year"))},
    }
    return Program(**(known | {"mechanics": mechanics} | settings))


def from_day(declared: Program, text: str) -> Program:
    """The same program, in force from another day."""
    return msgspec.structs.replace(declared, effective_from=date.fromisoformat(text))


def timeline(*programs: Program) -> Timeline:
    """The versions of a program, numbered from 1."""
    return Timeline([Version(declared, number) for number, declared in enumerate(programs, 1)])


def reward(name: str = "coffee", cost: int = 100, **settings: Any) -> Reward:
    """Something in the catalogue for points."""
    return Reward(name=name, cost=Quantity(cost, "points"), **settings)


def cap(*, per_member: int | None = None, period: str = "ever", **settings: Any) -> Cap:
    """Limits on what a mechanic gives."""
    allowances = () if per_member is None else (Allowance(per_member, period),)  # type: ignore[arg-type]
    return Cap(per_member=allowances, **settings)


def granted(decision: Decision) -> dict[str, int]:
    """What each mechanic gave."""
    given: dict[str, int] = {}
    for effect in decision.outcome.effects:
        if isinstance(effect, Granted):
            given[effect.mechanic] = given.get(effect.mechanic, 0) + effect.amount
    return given


def skipped(decision: Decision) -> dict[str, str]:
    """Why each mechanic gave nothing, by the trace."""
    return {note.mechanic: note.code for note in decision.notes}


def reduced(decision: Decision) -> dict[str, int]:
    """What each mechanic took off the price."""
    taken: dict[str, int] = {}
    for effect in decision.outcome.effects:
        if isinstance(effect, Reduced):
            taken[effect.mechanic] = taken.get(effect.mechanic, 0) + effect.amount
    return taken


def off(text: str) -> Off:
    """``10 %``, ``5.00``, ``0.10 each``."""
    amount, *words = text.split()
    return Off(share=Rate(int(amount), 100)) if words == ["%"] else Off(amount=money(amount), each=words == ["each"])


class Story:
    """One member's life under a program. Each verb is an event; it gives the decision and keeps its state."""

    def __init__(self, *programs: Program, zone: str = NEW_YORK, joined: str | None = JOINED) -> None:
        """Enrol the member, unless ``joined`` is None."""
        self.timeline = timeline(*programs)
        self.zone = zone
        self.state: MemberState = NEW_MEMBER
        self.receipts: dict[str, PurchaseRecord] = {}
        self.limits = {name: allowed for version in self.timeline.versions for name, allowed in version.limits.items()}
        self.allowed: dict[str, int] = {}
        """What each shared limit that was looked at allows, by the version that was in force then."""
        self.history: list[PastEvent] = []
        self.seeds: dict[str, str] = {}
        """The seeds of games, by commitment."""
        self.codes: dict[str, ShownCode] = {}
        """What there is to codes, as they are shown."""
        self.added: dict[str, int] = {}
        """What was added to shared limits by hand."""
        self._count = 0
        if joined is not None:
            self.enrols(joined)

    # What happens.

    def enrols(self, when: str) -> Decision:
        return self.meets(Enrol(id=self._next(), member="m", at=moment(when, self.zone)))

    def buys(self, when: str, *lines: str, id: str | None = None, off: str = "0", **fields: Any) -> Decision:
        return self.meets(purchase(id or self._next(), when, *lines, off=off, zone=self.zone, **fields))

    def brings_back(self, when: str, receipt: str, *parts: tuple[int, int | None]) -> Decision:
        """Return lines by (line, quantity); without parts everything."""
        return self.meets(self.a_return(when, receipt, *parts))

    def a_return(self, when: str, receipt: str, *parts: tuple[int, int | None]) -> Return:
        lines = tuple(ReturnedLine(place, quantity) for place, quantity in parts)
        return Return(id=self._next(), member="m", at=moment(when, self.zone), purchase=receipt, lines=lines)

    def redeems(self, when: str, name: str, amount: int = 0, channel: str = "") -> Decision:
        return self.meets(self.a_redemption(when, name, amount, channel))

    def a_redemption(self, when: str, name: str, amount: int = 0, channel: str = "") -> Redeem:
        at = moment(when, self.zone)
        return Redeem(id=self._next(), member="m", at=at, reward=name, amount=amount, channel=channel)

    def holds(self, when: str, until: str, id: str | None = None, **what: Any) -> Decision:
        """Hold an amount of a unit, a reward or a code."""
        return self.meets(self.a_hold(when, until, id, **what))

    def a_hold(self, when: str, until: str, id: str | None = None, **what: Any) -> Hold:
        at, ends = moment(when, self.zone), moment(until, self.zone)
        return Hold(id=id or self._next(), member="m", at=at, until=ends, **what)

    def captures(self, when: str, hold: str, amount: int | None = None) -> Decision:
        return self.meets(self.a_capture(when, hold, amount))

    def a_capture(self, when: str, hold: str, amount: int | None = None) -> Capture:
        return Capture(id=self._next(), member="m", at=moment(when, self.zone), hold=hold, amount=amount)

    def releases(self, when: str, hold: str) -> Decision:
        return self.meets(Release(id=self._next(), member="m", at=moment(when, self.zone), hold=hold))

    def does(self, when: str, action: str, **attributes: str) -> Decision:
        at = moment(when, self.zone)
        return self.meets(Action(id=self._next(), member="m", at=at, action=action, attributes=attributes))

    def uses(self, when: str, benefit: str, quantity: int = 1, **fields: Any) -> Decision:
        return self.meets(self.a_use(when, benefit, quantity, **fields))

    def a_use(self, when: str, benefit: str, quantity: int = 1, **fields: Any) -> Use:
        at = moment(when, self.zone)
        return Use(id=self._next(), member="m", at=at, benefit=benefit, quantity=quantity, **fields)

    def is_adjusted(self, when: str, amount: int, unit: str = "points") -> Decision:
        return self.meets(self.an_adjustment(when, amount, unit))

    def an_adjustment(self, when: str, amount: int, unit: str = "points") -> Adjust:
        at = moment(when, self.zone)
        return Adjust(id=self._next(), member="m", at=at, unit=unit, amount=amount, reason="goodwill", by="ana")

    def joins(self, when: str, plan: str, *, trial: bool = False) -> Decision:
        return self.meets(self.a_joining(when, plan, trial=trial))

    def a_joining(self, when: str, plan: str, *, trial: bool = False) -> Join:
        return Join(id=self._next(), member="m", at=moment(when, self.zone), plan=plan, trial=trial)

    def renews(self, when: str, plan: str) -> Decision:
        return self.meets(self.a_renewal(when, plan))

    def a_renewal(self, when: str, plan: str) -> Renew:
        return Renew(id=self._next(), member="m", at=moment(when, self.zone), plan=plan)

    def leaves(self, when: str, plan: str, *, at_once: bool = False) -> Decision:
        return self.meets(self.a_leaving(when, plan, at_once=at_once))

    def a_leaving(self, when: str, plan: str, *, at_once: bool = False) -> Leave:
        return Leave(id=self._next(), member="m", at=moment(when, self.zone), plan=plan, at_once=at_once)

    def waits_until(self, when: str) -> Decision:
        return self.meets(Tick(id=self._next(), member="m", at=moment(when, self.zone)))

    def meets(self, event: Event) -> Decision:
        """Let an event happen that must not be refused."""
        decision = self.tries(event)
        assert decision.outcome.refusal is None, decision.outcome.refusal
        self.state = decision.state
        for name, used in decision.limit_uses.items():
            self.limits[name] = self.limits.get(name, 0) - used
        self.history.append(PastEvent(event, decision.outcome.effects))
        if isinstance(event, Purchase):
            self.receipts[event.id] = PurchaseRecord(event, decision.outcome.effects)
        return decision

    def is_refused(self, event: Event) -> Refusal:
        """Let an event be refused, and see that nothing moved."""
        before = encode_state(self.state)
        decision = self.tries(event)
        refusal = decision.outcome.refusal
        assert refusal is not None, f"not refused: {decision.outcome.effects}"
        assert decision.state is self.state
        assert encode_state(self.state) == before
        assert decision.outcome.effects == ()
        assert decision.limit_uses == {}
        assert decision.notes == []
        return refusal

    def tries(self, event: Event) -> Decision:
        """Decide on the facts that the timeline asks for. A trace changes nothing, and the state survives its JSON."""
        receipt = self.receipts.get(purchase_of(event))
        self.allowed |= self.timeline.limits_for([event])
        limits = self.timeline.limits_for([event]).keys() | limits_coming_back(self.state, event)
        used = {name: self.allowed[name] - self.limits.setdefault(name, self.allowed[name]) for name in limits}
        needed = self.timeline.needs_history(self.state, instant_of(event.at))
        codes = {text: self.codes[text] for text in getattr(event, "codes", ()) if text in self.codes}
        used |= {code.limit: -self.limits.get(code.limit, 0) for code in codes.values()}
        facts = Facts(used, receipt, self.history if needed else (), seeds=self.seeds, codes=codes, added=self.added)
        decision = decide(self.timeline, self.state, event, facts, traced=True)
        untraced = decide(self.timeline, self.state, event, facts)
        assert untraced == decision._replace(notes=[])
        assert decode_state(encode_state(decision.state)) == decision.state
        return decision

    # What there is to see.

    def has(self, unit: str = "points") -> int:
        """What is available; below zero while a debt is owed."""
        return wallet.available(self.wallet(unit))

    def has_held(self, unit: str = "points") -> int:
        return wallet.held(self.wallet(unit))

    def has_pending(self, unit: str = "points") -> int:
        return wallet.pending(self.wallet(unit))

    def wallet(self, unit: str = "points") -> wallet.Wallet:
        return self.state.wallets.get(unit, wallet.EMPTY)

    def level(self, ladder: str = "tiers") -> str:
        return self.state.standings[ladder].level

    def meter(self, name: str, when: str) -> int:
        """What a meter shows on a day, under the version in force then."""
        version = self.timeline.at(instant(when, self.zone))
        assert version is not None
        return meters.value(self.state.meters.get(name, {}), version.program.meters[name].window, day(when[:10]))

    def due(self) -> str:
        """When time alone next changes something."""
        return shown_instant(self.state.next_due_at, self.zone)

    def _next(self) -> str:
        self._count += 1
        return f"e{self._count}"


class Town:
    """Several members under one program, and a relay that delivers what they send one another when it is told to."""

    def __init__(self, *programs: Program, zone: str = NEW_YORK, joined: str = JOINED, members: str = "") -> None:
        """Enrol the members whose names are given, set apart by spaces."""
        self.programs = programs
        self.zone = zone
        self.members: dict[str, Story] = {}
        self.waiting: list[Event] = []
        self._count = 0
        for name in members.split():
            self.members[name] = Story(*programs, zone=zone, joined=None)
            self.meets(Enrol(**self.of(name, joined)))

    def of(self, member: str, when: str) -> dict[str, Any]:
        """What every event has: an id, the member and the time."""
        self._count += 1
        return {"id": f"t{self._count}", "member": member, "at": moment(when, self.zone)}

    def meets(self, event: Event) -> Decision:
        """Let an event happen that must not be refused; what it sends waits."""
        decision = self.members[event.member].meets(event)
        self.waiting += sent_of(decision.outcome.effects)
        return decision

    def delivers(self, *, refused: tuple[str, ...] = ()) -> list[Decision]:
        """Deliver everything that waits, in order, and what that sends. Only these refusals may come of it."""
        decisions = []
        while self.waiting:
            event = self.waiting.pop(0)
            assert event == decode_event(encode_event(event))
            story = self.members[event.member]
            decision = story.tries(event)
            if decision.outcome.refusal is not None:
                assert decision.outcome.refusal.code in refused, decision.outcome.refusal
            else:
                decision = self.meets(event)
            decisions.append(decision)
        return decisions

    def is_refused(self, event: Event) -> Refusal:
        return self.members[event.member].is_refused(event)


def kinds(effects: Iterable[Effect]) -> list[str]:
    """The effects by their kind, in order."""
    return [str(effect.__struct_config__.tag) for effect in effects]


def rows(table: str) -> list[list[str]]:
    """A text table, one list of cells a line; cells are set apart by ``|``, and ``#`` starts a comment."""
    lines = [text.split("#")[0].strip() for text in table.strip().splitlines()]
    return [[cell.strip() for cell in text.split("|")] for text in lines if text]


def later(when: str, **by: int) -> str:
    """A local time moved by days, hours, minutes or seconds on the wall clock."""
    return (datetime.fromisoformat(when) + timedelta(**by)).isoformat(sep=" ")


def amounts(lots: Sequence[wallet.Lot]) -> list[int]:
    """The amounts of lots, in their order."""
    return [lot.amount for lot in lots]
