"""``raffle`` and ``wheel`` as they stand in the file."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from guerdon.core.amounts import Rate
from guerdon.core.program import Allowance
from guerdon.language.amounts import MONEY_PATTERN, QUANTITY, money
from guerdon.language.figures import WHOLE, count, counted, positive
from guerdon.language.forms import Either, Form, Listing, Table, Turned
from guerdon.language.gifts import COMMITMENT, GIFTS, LIMITS
from guerdon.language.matchers import FIRST_AND_LAST_DAY, REWARD_WHEN, WHEN
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.words import MECHANIC_TITLE, NAME, TITLE, YES_NO
from guerdon.mechanics.raffle import Entry, Prize, Raffle
from guerdon.mechanics.wheel import Slice, Wheel

T = TypeVar("T")
_MOST = 10**9
_TICKETS = rf"{WHOLE} tickets?"


def _spent(found: re.Match[str], scope: Scope) -> Entry:
    amount = positive(money(found[2], found[3], scope), f"{found[2]} {found[3]}")
    return Entry(rate=Rate(count(found[1], 10_000), amount))


def _done(found: re.Match[str], _: Scope) -> Entry:
    return Entry(tickets=count(found[1], 1_000), action=found[2])


def _bought(found: re.Match[str], scope: Scope) -> Entry:
    return Entry(cost=QUANTITY.parse(found[1], scope))


WAY = Phrase(
    "a way to tickets",
    Wording(f"{_TICKETS} per {MONEY_PATTERN}", _spent),
    Wording(rf"{_TICKETS} for action ([^\s:\x00-\x1f\x7f]{{1,100}})", _done),
    Wording("free ticket", lambda found, _: Entry(free=True)),
    Wording("1 ticket for ([0-9].*)", _bought),
    examples=("1 ticket per 20 USD", "2 tickets for action review", "1 ticket for 100 points", "free ticket"),
    about="For what a purchase comes to, for an action, or with a `play` of the raffle: free, or for an amount of a "
    "unit. Free tickets are taken first.",
)


def _limited(*, way: Entry, limit: tuple[Allowance, ...] = ()) -> Entry:
    return Entry(tickets=way.tickets, rate=way.rate, action=way.action, cost=way.cost, free=way.free, limit=limit)


ENTRY: Section[Entry] = Section(
    "an entry",
    "An entry",
    "A way to tickets, with a limit of its own.",
    [
        Key("way", WAY, "The way.", "free ticket", required=True),
        Key("limit", LIMITS, "How many tickets a member gets this way at most. Left out: any number.", "1 a day"),
    ],
    _limited,
)
ENTRIES: Form[tuple[Entry, ...]] = Listing("a list of entries", Either("an entry", text=WAY, mapping=ENTRY))

PIECES = counted("a number of pieces", "piece", "10", most=_MOST)


def _prize(kind: Callable[..., T]) -> Callable[[dict[str, dict[str, Any]]], tuple[T, ...]]:
    return lambda prizes: tuple([kind(name=name, **settings) for name, settings in prizes.items()])


_GIVES = Key(
    "gives", GIFTS, "What lands in the member's wallet. Left out: nothing, the prize is handed over.", "100 points"
)
_TITLE = Key("title", TITLE, "What members see.", "{en: A bicycle, bg: Колело}")

PRIZE: Section[dict[str, Any]] = Section(
    "a prize",
    "A prize of a raffle",
    "Something to be won.",
    [Key("count", PIECES, "How many there are. Left out: 1.", "10"), _GIVES, _TITLE],
    dict,
)
PRIZES: Form[tuple[Prize, ...]] = Turned(
    Table("prizes by name", NAME, Either("a number of pieces, or a prize", text=Turned(PIECES, lambda n: {"count": n}),
                                         mapping=PRIZE)),
    _prize(Prize),
)  # fmt: skip

SLICE: Section[dict[str, Any]] = Section(
    "a prize of a wheel",
    "A prize of a wheel",
    "A part of the wheel, and what is won there.",
    [
        Key(
            "weight", counted("a weight", "", "9", most=_MOST), "Its part of the sum of all weights.", "9",
            required=True,
        ),
        Key("count", PIECES, "How many there are. Left out: any number.", "1"),
        _GIVES,
        _TITLE,
    ],
    dict,
)  # fmt: skip
SLICES: Form[tuple[Slice, ...]] = Turned(Table("prizes by name", NAME, SLICE), _prize(Slice))

_COMMITTED = Key(
    "commitment", COMMITMENT, "The SHA-256 of the secret seed, made before the game begins.",
    "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b", required=True,
)  # fmt: skip


def _check_entries(fields: Fields) -> None:
    if fields.get("raffle") is not None:
        fields.declare("mechanic", fields.get("raffle"), fields.at("raffle"))
    entries = fields.get("entries") or ()
    kinds = ["spend" if e.rate else "free" if e.free else f"action {e.action}" if e.action else "paid" for e in entries]
    for kind in sorted(set(kinds)):
        if kinds.count(kind) > 1:
            told = f"two entries are of the same kind ({kind}); put them together"
            fields.report("entries", "settings_conflict", told)


RAFFLE: Section[Raffle] = Section(
    "a raffle",
    "`raffle`: tickets, and a draw that anyone can check",
    "Tickets for what a member spends or does. `guerdon raffle draw` finds the winners out of the seed.",
    [
        Key("raffle", NAME, "Its name; a `play` names it.", "summer-draw", required=True, into="name"),
        MECHANIC_TITLE,
        Key(
            "entries", ENTRIES, "The ways to tickets.",
            "[1 ticket per 20 USD, {way: free ticket, limit: 1 a day}]", required=True,
        ),
        Key("prizes", PRIZES, "What is drawn, the first prize first.", "{bicycle: 1, mug: 10}", required=True),
        Key(
            "between", FIRST_AND_LAST_DAY, "The first and the last day for tickets. It closes when the last is over.",
            "[2026-06-01, 2026-08-31]", required=True,
        ),
        _COMMITTED,
        Key("when", WHEN, "Who may take part, and which purchases count. Left out: all.", "{channel: web}"),
        Key("limit", LIMITS, "How many tickets a member gets at most. Left out: any number.", "[10 a day, 50 in all]"),
        Key(
            "total", counted("a number of tickets", "ticket", "10_000", most=_MOST),
            "How many tickets all members get together. Left out: any number.", "10_000 tickets",
        ),
        Key("again", YES_NO, "`yes`: a member may win more than once. Left out: no.", "yes"),
    ],
    Raffle,
    checks=[_check_entries],
)  # fmt: skip


def _check_wheel(fields: Fields) -> None:
    if fields.get("wheel") is not None:
        fields.declare("mechanic", fields.get("wheel"), fields.at("wheel"))


WHEEL: Section[Wheel] = Section(
    "a wheel",
    "`wheel`: a spin, and a prize at once",
    "Where it stops follows from the seed and the ticket. A prize called `nothing` is a blank.",
    [
        Key("wheel", NAME, "Its name; a `play` names it.", "lucky-wheel", required=True, into="name"),
        MECHANIC_TITLE,
        Key(
            "prizes", SLICES, "The parts of the wheel, in order. Where one has run out, the next is given.",
            "{bicycle: {weight: 1, count: 1}, mug: {weight: 9}, nothing: {weight: 90}}", required=True,
        ),
        _COMMITTED,
        Key("cost", QUANTITY, "What a spin costs. Left out: nothing.", "50 points"),
        Key(
            "between", FIRST_AND_LAST_DAY, "From the first day through the last. Left out: any day.",
            "[2026-06-01, 2026-08-31]",
        ),
        Key("when", REWARD_WHEN, "Who may spin, and when. Left out: anyone at any time.", "{tier: gold}"),
        Key("limit", LIMITS, "How often a member may spin. Left out: as often as they like.", "1 a day"),
    ],
    Wheel,
    checks=[_check_wheel],
)  # fmt: skip
