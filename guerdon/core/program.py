"""The program model: what a merchant declares, as values.

These are the settings as they stand in the program file, already read and checked for their form. ``compile_program``
(in ``version``) turns them into something that can decide. Amounts are in the smallest part of their unit, money in
minor units.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from guerdon.core.amounts import Rate
from guerdon.core.calendar import PeriodUnit, Term, Window

if TYPE_CHECKING:
    from guerdon.core.rule import Rule
    from guerdon.core.version import Workshop

Texts = dict[str, str]
"""The same text in several languages: ``{"en": "Coffee", "bg": "Кафе"}``."""

Counted = dict[str, tuple[str, ...]]
"""What something counted is called in several languages, in the forms that a number asks for: ``{"en": ("point",
"points"), "ru": ("балл", "балла", "баллов", "баллы")}``.

The forms stand in the order of the language's plural rule. One more, at the end, is the word without a number.
"""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that members hold: points, stars, vouchers."""

    scale: int = 0
    """Decimal digits of its smallest part: 0 for whole points, 2 for hundredths of a star."""
    money: bool = False
    """It is an amount of the program's currency (vouchers, cashback)."""
    expires: Term | None = None
    """How long a grant lasts; None: for ever."""
    inactive_after: Term | None = None
    """How long the whole balance lasts without activity; None: it does not matter."""
    worth: Rate | None = None
    """Money per amount of the unit, for the liability; None for a unit that is not worth money.

    Money is worth itself.
    """
    debt: Literal["owed", "forgiven"] = "owed"
    """What becomes of a return's points that were already spent."""
    title: Counted = {}
    """What members call it."""


class Quantity(msgspec.Struct, frozen=True):
    """An amount of a unit: 500 points."""

    amount: int
    unit: str


class Meter(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is counted per member over a window."""

    counts: Literal["spend", "visits", "items", "earned"]
    window: Window
    unit: str = ""
    """For ``earned``: the unit whose grants are counted."""
    only: "When | None" = None
    """Matchers on lines; None: every line counts."""


class MonthChoice(msgspec.Struct, frozen=True):
    """A list of values that changes from month to month: the category of the month."""

    by_month: dict[int, tuple[str, ...]]
    """Keyed by months since year 0 (``calendar.month_of``)."""


class When(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions, all of which must hold. None: it does not matter.

    The first three look at lines of the basket, and a mechanic then counts the lines that match; the others look at the
    event or the member.
    """

    category: tuple[str, ...] | MonthChoice | None = None
    """Paths; ``grocery`` matches ``grocery/soup`` too."""
    brand: tuple[str, ...] | None = None
    sku: tuple[str, ...] | None = None
    store: tuple[str, ...] | None = None
    channel: tuple[str, ...] | None = None
    tender: tuple[str, ...] | None = None
    tier: tuple[str, ...] | None = None
    weekday: tuple[int, ...] | None = None
    """0 for Monday to 6 for Sunday, on the program's local calendar."""
    hours: tuple[int, int] | None = None
    """Minutes since local midnight: from, and up to but not at."""
    between: tuple[date, date] | None = None
    """The first and the last local day."""
    basket_at_least: int | None = None
    """Minor units that are paid for the whole basket."""
    first_purchase: bool | None = None
    expression: str | None = None
    """A ZEN expression that must come out true."""
    in_words: Texts = {}
    """What the expression asks for, as members read it. It decides nothing."""


LINE_MATCHERS = ("category", "brand", "sku")


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on what a mechanic gives, in the smallest part of its unit. None: no limit."""

    total: int | None = None
    """Over all members, for as long as the mechanic has this name."""
    per_member: int | None = None
    period: PeriodUnit = "ever"
    """The calendar period over which ``per_member`` counts."""
    per_event: int | None = None


class Reward(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the catalogue."""

    name: str
    title: Texts = {}
    cost: Quantity
    gives: Quantity | None = None
    """A voucher of this amount; None: the reward is a thing."""
    valid: Term | None = None
    """How long the voucher lasts; None: as its unit says."""
    stock: int | None = None
    when: When = When()


class Returns(msgspec.Struct, frozen=True, kw_only=True):
    """What a return takes back."""

    points: Literal["exact", "kept"] = "exact"
    """``exact``: what the returned lines earned, under the rules they earned it by. ``kept``: nothing."""
    vouchers: Literal["given back", "lost"] = "given back"
    """What becomes of a voucher used on a purchase that comes back as a whole."""


class Titles(msgspec.Struct, frozen=True, kw_only=True):
    """What members call what the till has codes for: each code with its title."""

    category: Mapping[str, Texts] = {}
    """By path; a path that is not listed is called by its last part."""
    brand: Mapping[str, Texts] = {}
    sku: Mapping[str, Texts] = {}
    store: Mapping[str, Texts] = {}
    channel: Mapping[str, Texts] = {}
    tender: Mapping[str, Texts] = {}
    action: Mapping[str, Texts] = {}
    """By the action's name."""


class Mechanic(Protocol):
    """The settings of one mechanic."""

    @property
    def name(self) -> str:
        """Unique in the program. Caps and provenance hang on it."""

    def compile(self, workshop: "Workshop") -> "Rule":
        """Make the rule that acts on these settings."""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's declaration, in force from a date."""

    program: str
    """The program's name: what its versions have in common."""
    title: Texts = {}
    currency: str
    """ISO 4217."""
    timezone: str
    """IANA name."""
    effective_from: date
    late_events: int = 30
    """Up to how many days before the member's last settled moment an event may be dated."""
    never_earn: When = When()
    """Lines that earn nothing, under any mechanic: gift cards, fuel."""
    titles: Titles = Titles()
    """What members call categories, brands, stores and the like."""
    units: Mapping[str, Unit]
    meters: Mapping[str, Meter] = {}
    lanes: Mapping[str, Literal["add", "best", "first"]] = {}
    mechanics: tuple[Mechanic, ...] = ()
    rewards: tuple[Reward, ...] = ()
    returns: Returns = Returns()
