"""A shop on a real PostgreSQL: programs in few lines, events of several members, and all that is stored at a glance.

The programs are texts, as a merchant writes them, because that is what a till compiles. ``history`` makes up a year
with everything in it that can happen, the same for the same seed.
"""

import os
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from builders import line, moment

from guerdon.core import wallet
from guerdon.core.calendar import instant_of
from guerdon.core.events import (
    Action,
    Adjust,
    Enrol,
    Event,
    Line,
    Purchase,
    Redeem,
    Return,
    ReturnedLine,
    Send,
    Tick,
    encode_event,
)
from guerdon.core.state import MemberState, decode_state
from guerdon.runtime import clock
from guerdon.runtime.programs import publish
from guerdon.runtime.relay import Delivered, deliver
from guerdon.runtime.till import Answer, Till
from guerdon.runtime.verify import Report, verify
from guerdon.store import reading
from guerdon.store.database import Connection, connect

JOINED = "2026-01-01 12:00"

SIMPLE = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
  vouchers: {in: USD}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
rewards:
  - {reward: coffee, cost: 100 points}
  - {reward: five-off, cost: 200 points, gives: 5 USD off}
"""
"""One point a dollar, for ever, and two rewards: a balance is worked out in the head."""

LIMITED = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - earn: points
    name: opening
    flat: 7
    limit: {total: 500 points}
rewards:
  - {reward: mug, cost: 1 points, stock: 20}
"""
"""The same with two limits that members share: a budget that 7 does not divide, and 20 mugs."""

FULL = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
late_events: up to 20 days
never_earn: {category: gift-card}
units:
  points: {expires: 5 months}
  stars: {expires: 2 months without activity}
  vouchers: {in: USD, expires: 60 days}
meters:
  spend_3_months: {sum: spend, window: rolling 3 months}
  points_this_year: {sum: points earned, window: calendar year}
lanes:
  campaigns: best
mechanics:
  - tiers:
      meter: spend_3_months
      levels: {basic: 0, silver: 150 USD, gold: 400 USD}
      kept: 2 months
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {earn: points, name: gold-extra, multiply: base, times: 2, when: {tier: gold}, lane: campaigns}
  - {earn: points, name: weekend, flat: 15, when: {weekday: weekend}, lane: campaigns, available_after: 7 days}
  - {earn: stars, name: coffee-stars, flat: 3, when: {category: grocery/coffee}, limit: 4 a month}
  - {earn: points, name: welcome, on: enrol, flat: 50}
  - {earn: points, name: review, on: action review, flat: 10, available_after: 14 days, limit: 10 points a month}
  - vouchers: {every: 120 points, gives: 5 USD, issued: every month, valid: 40 days, most: 3}
rewards:
  - {reward: coffee, cost: 9 stars}
  - {reward: ten-off, cost: 80 points, gives: 10 USD off, valid: 30 days}
"""
"""A bit of everything that a member's own life may bring: tiers, lanes, caps, pending and expiring lots, vouchers."""

RELATED = """
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {expires: 6 months, worth: 1 USD per 100 points}
  stars: {}
partners:
  sky: {}
mechanics:
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {earn: points, name: sky-bonus, flat: 50, when: {partner: sky}, funded_by: sky}
  - referral: bring
    counts_when: purchase of at least 20 USD
    friend: 10 points
    referrer: 30 points
    paid_after: 10 days
  - {cause: forest, takes: points, target: 500 points, then: sea}
  - {cause: sea, takes: points}
  - {sending: points, fee: 5 %}
  - {conversion: to-miles, every: 10 points, gives: 25 miles, partner: sky}
  - {conversion: to-stars, every: 10 points, gives: 2 stars}
rewards:
  - {reward: flight, cost: 20 points, partner: sky}
  - {reward: coffee, cost: 20 points}
"""
"""What passes between members, causes, partners and units."""

FULL_LIMITED = FULL.replace(
    "name: welcome, on: enrol, flat: 50", "name: welcome, on: enrol, flat: 50, limit: {total: 420 points}"
).replace("reward: coffee, cost: 9 stars", "reward: coffee, cost: 9 stars, stock: 12")
"""The same with a shared budget for the welcome, and twelve coffees."""


def named(source: str, name: str) -> str:
    """The same program under another name, so that it stands beside the first in one database."""
    return source.replace("program: shop", f"program: {name}")


def from_date(source: str, date: str) -> str:
    """The same program as a version in force from another date."""
    return source.replace("effective_from: 2026-01-01", f"effective_from: {date}")


# Events of several members. The id comes first, then whose it is and when.


def enrol(member: str, when: str = JOINED, id: str | None = None) -> Enrol:
    return Enrol(id=id or f"join/{member}", member=member, at=moment(when))


def buy(id: str, member: str, when: str, *lines: str, **fields: Any) -> Purchase:
    return Purchase(id=id, member=member, at=moment(when), lines=tuple(map(line, lines)), **fields)


def bring_back(id: str, member: str, when: str, purchase: str, *parts: tuple[int, int | None]) -> Return:
    lines = tuple(ReturnedLine(place, quantity) for place, quantity in parts)
    return Return(id=id, member=member, at=moment(when), purchase=purchase, lines=lines)


def redeem(id: str, member: str, when: str, reward: str) -> Redeem:
    return Redeem(id=id, member=member, at=moment(when), reward=reward)


def act(id: str, member: str, when: str, action: str) -> Action:
    return Action(id=id, member=member, at=moment(when), action=action)


def send(id: str, member: str, when: str, to: str, amount: int, unit: str = "points") -> Send:
    return Send(id=id, member=member, at=moment(when), to=to, amount=amount, unit=unit)


def adjust(id: str, member: str, when: str, amount: int, unit: str = "points") -> Adjust:
    return Adjust(id=id, member=member, at=moment(when), unit=unit, amount=amount, reason="goodwill", by="ana")


class Stored(NamedTuple):
    """Everything that a refusal must leave as it is."""

    states: dict[str, bytes]
    transfers: list[tuple[Any, ...]]
    balances: list[tuple[Any, ...]]
    limits: list[tuple[Any, ...]]
    outbox: list[tuple[Any, ...]]
    emitted: list[tuple[Any, ...]]


class Shop:
    """A program in a database, its till, and what is stored."""

    def __init__(self, url: str, *sources: str) -> None:
        """Publish the versions of one program and open a till."""
        self.url = url
        self.look: Connection = connect(url, autocommit=True)
        for source in sources:
            self.program, _ = publish(self.look, source)
        self.till = self.open_till()

    def open_till(self, **settings: Any) -> Till:
        """One more till, with a connection of its own."""
        return Till(lambda: connect(self.url), self.program, **settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.till.close()
        self.look.close()

    # What happens.

    def meets(self, *events: Event) -> list[Answer]:
        """Commit events in one batch; none may be refused."""
        answers = self.till.commit(events)
        refused = [answer.refusal for answer in answers if answer.refusal is not None]
        assert not refused, refused
        return answers

    def refuses(self, event: Event, *, till: Till | None = None, journaled: bool) -> str:
        """Commit an event that must be refused, see that nothing moved, and give the code.

        A refusal that is journaled adds one journal entry; one that is not adds no row anywhere.
        """
        before, rows = self.stored(), self.row_counts()
        answer = (till or self.till).commit_one(event)
        assert answer.refusal is not None, f"not refused: {answer.outcome.effects}"
        assert answer.outcome.effects == ()
        assert self.stored() == before
        assert (answer.seq is not None) == journaled
        added = {name: count - rows[name] for name, count in self.row_counts().items() if count != rows[name]}
        assert added == ({"journal": 1, "event_ids": 1} if journaled else {})
        return answer.refusal.code

    def waits_until(self, when: str) -> int:
        """Let the clock come by; gives the number of members for whom something was due."""
        return clock.tick(self.till, self.look, instant_of(moment(when)))

    def delivers(self) -> Delivered:
        """Let a relay deliver what waits."""
        with connect(self.url) as connection:
            return deliver(self.till, connection)

    # What there is to see.

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.look.execute(query, values).fetchall()  # type: ignore[arg-type]

    def value(self, query: str, *values: object) -> Any:
        ((value,),) = self.rows(query, *values)
        return value

    def member(self, key: str) -> reading.StoredMember:
        member = reading.find_member(self.look, self.program, key)
        assert member is not None, key
        return member

    def state(self, key: str) -> MemberState:
        return decode_state(self.member(key).state)

    def has(self, key: str, unit: str = "points") -> int:
        """What is available to a member; below zero while a debt is owed."""
        return wallet.available(self.state(key).wallets.get(unit, wallet.EMPTY))

    def has_pending(self, key: str, unit: str = "points") -> int:
        return wallet.pending(self.state(key).wallets.get(unit, wallet.EMPTY))

    def level(self, key: str) -> str:
        return self.state(key).standings["tiers"].level

    def account(self, name: str, unit: str = "points") -> int:
        """What one account of the books holds, over all members."""
        return reading.account_balances(self.look, self.program).get((unit, name), 0)

    def limit(self, name: str) -> tuple[int, int]:
        """What a shared limit allows, and what of it is used."""
        return {limit.name: (limit.allowed, limit.used) for limit in reading.limits(self.look, self.program)}[name]

    def member_keys(self) -> set[str]:
        return {key for (key,) in self.rows("select key from members where program = %s", self.program)}

    def stored(self) -> Stored:
        """Everything that a refusal must leave as it is."""
        own = "where program = %s order by"
        return Stored(
            dict(self.rows("select key, state from members where program = %s", self.program)),
            self.rows(f"select * from transfers {own} member, seq, number", self.program),
            self.rows(f"select * from balances {own} unit, account, stripe", self.program),
            self.rows(f"select * from limits where (used, added) <> (0, 0) and {own[6:]} name", self.program),
            self.rows(f"select * from outbox {own} id", self.program),
            self.rows(f"select * from emitted {own} id", self.program),
        )

    def row_counts(self) -> dict[str, int]:
        tables = ("members", "journal", "event_ids", "transfers", "outbox", "emitted")
        return {name: self.value(f"select count(*) from {name}") for name in tables}

    def books(self) -> "Books":
        """The program's whole ledger, without anything that depends on when or by whom it was written."""
        joined = "join members on members.id = member where members.program = %s order by key, seq"
        return Books(
            dict(self.rows("select key, state from members where program = %s", self.program)),
            self.rows(
                f"select key, journal.seq, event_id, kind, version, content, facts, outcome from journal {joined}",
                self.program,
            ),
            self.rows(
                "select key, transfers.seq, number, unit, source, target, amount, reason from transfers"
                f" {joined}, number",
                self.program,
            ),
            reading.account_balances(self.look, self.program),
        )

    def verify(self, **settings: Any) -> Report:
        return verify(self.url, self.program, **({"workers": 1} | settings))

    def is_proven(self) -> bool:
        """Whether the books are right; if not, the differences are shown."""
        report = self.verify()
        assert report.is_clean, report
        assert report.members == len(self.member_keys())
        anew = reading.account_totals(self.look, self.program)
        assert reading.account_balances(self.look, self.program) == anew
        return True


class Books(NamedTuple):
    """A program's ledger, ready to be compared with another's, byte for byte."""

    states: dict[str, bytes]
    journal: list[tuple[Any, ...]]
    transfers: list[tuple[Any, ...]]
    balances: dict[tuple[str, str], int]


# A made-up year.

_CATEGORIES = ("grocery/coffee", "grocery/soup", "toys", "gift-card", "")


class _Year:
    """Makes up one event after another."""

    def __init__(self, seed: int, members: int) -> None:
        self.chance = random.Random(seed)
        self.members = [f"m{number}" for number in range(members)]
        self.now = moment("2026-01-02 09:00")
        self.purchases: dict[str, list[Purchase]] = {}
        self.told: list[Event] = []

    def tell(self) -> Event:
        """What happens next. Now and then something comes late, twice, or makes no sense."""
        chance = self.chance
        self.now += timedelta(seconds=chance.randrange(60, 90_000))
        member = chance.choice(self.members) if chance.random() < 0.98 else "stranger"
        at = self.now - timedelta(days=chance.randrange(30)) if chance.random() < 0.08 else self.now
        kinds = (self._purchase, self._return, self._action, self._redeem, self._adjust, self._tick, self._again)
        kind = chance.choices(kinds, weights=(50, 12, 8, 12, 6, 6, 6))[0]
        event = kind(f"e{len(self.told)}", member, at)
        self.told.append(event)
        return event

    def _purchase(self, id: str, member: str, at: datetime) -> Event:
        chance = self.chance
        lines = tuple([self._line() for _ in range(chance.randrange(1, 5))])
        currency = "EUR" if chance.random() < 0.03 else ""
        event = Purchase(id=id, member=member, at=at, lines=lines, currency=currency)
        self.purchases.setdefault(member, []).append(event)
        return event

    def _line(self) -> Line:
        chance = self.chance
        category = chance.choice(_CATEGORIES)
        return line(f"{chance.randrange(100)}.{chance.randrange(100):02} {category} x{chance.randrange(4)}")

    def _return(self, id: str, member: str, at: datetime) -> Event:
        bought = self.purchases.get(member) or [p for own in self.purchases.values() for p in own]
        if not bought:
            return self._tick(id, member, at)
        purchase = self.chance.choice(bought)
        places = [place for place in range(len(purchase.lines)) if self.chance.random() < 0.6]
        parts = tuple(ReturnedLine(place, self.chance.choice((None, 1))) for place in places)
        return Return(id=id, member=member, at=at, purchase=purchase.id, lines=parts)

    def _action(self, id: str, member: str, at: datetime) -> Event:
        return Action(id=id, member=member, at=at, action=self.chance.choice(("review", "visit")))

    def _redeem(self, id: str, member: str, at: datetime) -> Event:
        return Redeem(id=id, member=member, at=at, reward=self.chance.choice(("coffee", "ten-off", "ten-off", "yacht")))

    def _adjust(self, id: str, member: str, at: datetime) -> Event:
        unit, amount = self.chance.choice((("points", 40), ("points", -30), ("vouchers", 250), ("stars", 5)))
        return Adjust(id=id, member=member, at=at, unit=unit, amount=amount, reason="goodwill", by="ana")

    def _tick(self, id: str, member: str, at: datetime) -> Event:
        return Tick(id=id, member=member, at=at)

    def _again(self, id: str, member: str, at: datetime) -> Event:
        """A retry, or another event of the same member under an id that is taken.

        Of two members who send the same id the first to come wins, and who that is depends on the traffic.
        """
        if not self.told:
            return self._tick(id, member, at)
        known = self.chance.choice(self.told)
        return known if self.chance.random() < 0.7 else Tick(id=known.id, member=known.member, at=at)


def history(seed: int, events: int = 600, members: int = 12) -> list[Event]:
    """Members join, and then so many things happen to them; the same for the same seed."""
    year = _Year(seed, members)
    joining: list[Event] = [enrol(member, JOINED) for member in year.members]
    return [*joining, *(year.tell() for _ in range(events))]


def in_batches(events: Sequence[Event], size: int) -> Iterator[Sequence[Event]]:
    for start in range(0, len(events), size):
        yield events[start : start + size]


def write_ndjson(path: Path, events: Sequence[Event]) -> Path:
    """A file with one event a line, as a source sends it."""
    path.write_bytes(b"".join([encode_event(event) + b"\n" for event in events]))
    return path


def seed_of_this_run() -> int:
    """A fresh seed for tests of chance; GUERDON_TEST_SEED repeats a run."""
    return int(os.environ.get("GUERDON_TEST_SEED") or random.SystemRandom().randrange(10**9))
