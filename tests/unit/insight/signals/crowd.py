"""A crowd of shoppers as in the demo, and cases of fraud planted among them, each known by its member."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from guerdon.insight.engines.duckdb import tables_from

MEMBERS, DAYS, STORES, CASHIERS = 400, 90, 4, 6
PLANTED = 5
"""Cases of each kind."""
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class Crowd:
    """Rows of the lake, as events are added."""

    def __init__(self, seed: int = 7) -> None:
        self.chance = random.Random(seed)
        self.planted: dict[str, set[int]] = {}
        self._events: list[dict[str, Any]] = []
        self.effects: list[dict[str, Any]] = []
        self._members: list[dict[str, Any]] = []

    @property
    def members(self) -> int:
        """How many members there are."""
        return len(self._members)

    def tables(self) -> Any:
        """What the lake would hold."""
        return tables_from({"events": self._events, "effects": self.effects, "members": self._members})

    def join(self, household: str | None = None) -> int:
        """One member more."""
        member = len(self._members) + 1
        self._members.append({"member": member, "key": f"m{member}", "seq": 1, "household": household})
        return member

    def event(self, member: int, at: datetime, kind: str, effects: Any = (), **told: Any) -> str:
        """An event, with its effects as pairs of kind and content."""
        seq = len(self._events) + 1
        content = json.dumps({"kind": kind} | told.pop("content", {}), separators=(",", ":"))
        where = {"member": member, "seq": seq, "day": at.date()}
        self._events.append(where | {"event_id": f"e{seq}", "kind": kind, "at": at, "content": content} | told)
        for number, (effect, amount, detail) in enumerate(effects):
            self.effects.append(
                where | {"number": number, "effect": effect, "unit": "points", "amount": amount, "content": detail}
            )
        return f"e{seq}"

    def buy(
        self, member: int, at: datetime, paid: int = 0, store: int = 0, cashier: int | None = None, **own: str
    ) -> str:
        """A basket, with a point for each unit of money."""
        paid = paid or round(self.chance.lognormvariate(7.5, 0.8))
        taken = f"c{self.chance.randrange(CASHIERS) if cashier is None else cashier}"
        attributes = {"cashier": taken, "device": f"d{member}"} | own
        return self.event(
            member, at, "purchase", [("granted", max(1, paid // 100), "{}")], paid=paid, store=f"s{store}",
            content={"attributes": attributes},
        )  # fmt: skip

    def moment(self, day: int) -> datetime:
        """Some moment of a day, while the shops are open."""
        return FIRST + timedelta(days=day, minutes=self.chance.randrange(9 * 60, 20 * 60))

    def live(self, member: int) -> Iterator[tuple[datetime, str]]:
        """An ordinary quarter: now and then two baskets in a row, now and then one that comes back."""
        eagerness, store = self.chance.betavariate(2, 5), member % STORES
        for day in range(DAYS):
            if self.chance.random() > eagerness:
                continue
            at = self.moment(day)
            basket = self.buy(member, at, store=store)
            yield at, basket
            if self.chance.random() < 0.08:
                self.buy(member, at + timedelta(minutes=4), store=store)
            if self.chance.random() < 0.02:
                self.event(member, at + timedelta(days=3), "return", purchase=basket, paid=-500)
            if self.chance.random() < 0.003:
                self.event(member, at, "purchase", refusal="code_mistyped")


def crowd(seed: int = 7) -> Crowd:
    """An ordinary crowd, with a few households that share a device, and cases of each kind planted into it."""
    made = Crowd(seed)
    for number in range(MEMBERS):
        for _ in made.live(made.join(f"h{number // 4}" if number < 40 else None)):
            pass
    for kind, plant in PLANTS.items():
        made.planted[kind] = plant(made)
    return made


def _each(made: Crowd) -> list[int]:
    """Members who live as others do, and do something more."""
    members = [made.join() for _ in range(PLANTED)]
    for member in members:
        for _ in made.live(member):
            pass
    return members


def _fast(made: Crowd) -> set[int]:
    members = _each(made)
    for member in members:
        for number in range(12):
            made.buy(member, FIRST + timedelta(days=40, hours=9, minutes=55 * number), store=member % STORES)
    return set(members)


def _at_once(made: Crowd) -> set[int]:
    members = _each(made)
    for member in members:
        for number in range(9):
            made.buy(member, FIRST + timedelta(days=50, hours=12, minutes=6 * number), store=number % STORES)
    return set(members)


def _rich(made: Crowd) -> set[int]:
    members = _each(made)
    for member in members:
        made.buy(member, made.moment(30), paid=9_000_000)
    return set(members)


def _sharing(made: Crowd) -> set[int]:
    members = _each(made)
    for member in members:
        for _ in range(3):
            made.buy(member, made.moment(60 + member % 20), store=member % STORES, device="farm")
    return set(members)


def _refunding(made: Crowd) -> set[int]:
    members = _each(made)
    for member in members:
        for number in range(3):
            basket = made.buy(member, made.moment(20 + number), paid=20_000)
            made.event(member, made.moment(24 + number), "return", [("reversed", 200, '{"owed":200}')],
                       purchase=basket, paid=-20_000)  # fmt: skip
    return set(members)


def _returning(made: Crowd) -> set[int]:
    members = [made.join() for _ in range(PLANTED)]
    for member in members:
        for number in range(12):
            basket = made.buy(member, made.moment(5 * number))
            if number < 8:
                made.event(member, made.moment(5 * number + 2), "return", purchase=basket, paid=-900)
    return set(members)


def _scanning(made: Crowd) -> set[int]:
    members = [made.join() for _ in range(PLANTED)]
    for number, member in enumerate(members):
        for shift in range(45):
            made.buy(member, made.moment(shift), store=number % STORES, cashier=number)
    return set(members)


def _in_a_row(made: Crowd) -> set[int]:
    members = [made.join() for _ in range(PLANTED)]
    for number, member in enumerate(members):
        for shift in range(40):
            at = made.moment(shift)
            for basket in range(3):
                made.buy(member, at + timedelta(minutes=5 * basket), paid=300, store=number % STORES)
    return set(members)


def _guessing(made: Crowd) -> set[int]:
    members = _each(made)
    for member in members:
        for number in range(9):
            made.event(member, FIRST + timedelta(days=70, minutes=number), "purchase", refusal="code_unknown")
    return set(members)


PLANTS = {
    "baskets_a_day": _fast,
    "baskets_an_hour": _at_once,
    "earnings": _rich,
    "shared_device": _sharing,
    "refund_after_use": _refunding,
    "returns": _returning,
    "own_card": _scanning,
    "minutes_apart": _in_a_row,
    "code_guessing": _guessing,
}
