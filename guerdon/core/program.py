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
from guerdon.core.calendar import Instant, PeriodUnit, Term, Window, Zone, period_start, weekday_of

if TYPE_CHECKING:
    from guerdon.core.rule import Rule
    from guerdon.core.workshop import Workshop

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
    divisible: bool = False
    """For money: it is one sum, of which any part may be spent (cashback). Otherwise each grant stays a voucher."""
    expires: Term | None = None
    """How long a grant lasts; None: for ever."""
    inactive_after: Term | None = None
    """How long the whole balance lasts without activity; None: it does not matter."""
    lifetimes: "Mapping[str, Lifetime]" = {}
    """By level: how it expires for members who stand there, in place of the two above. The first that fits counts."""
    kept_alive_by: tuple[str, ...] = ()
    """The kinds of events that are activity: ``purchase``, ``action:NAME``. Empty: whatever a member does."""
    warn: tuple[int, ...] = ()
    """How many days before something of it expires members are warned, the earliest warning first."""
    worth: Rate | None = None
    """Money per amount of the unit, for the liability; None for a unit that is not worth money.

    Money is worth itself.
    """
    debt: Literal["owed", "forgiven"] = "owed"
    """What becomes of a return's points that were already spent."""
    title: Counted = {}
    """What members call it."""

    def shown(self, amount: int) -> str:
        """An amount of a unit that is not money, with its decimals: 125 of scale 2 is ``1.25``."""
        whole, part = divmod(amount, 10**self.scale)
        return f"{whole:_}.{part:0{self.scale}}" if self.scale else f"{whole:_}"


class Lifetime(msgspec.Struct, frozen=True, kw_only=True):
    """How long something lasts that members hold. None and None: for ever."""

    expires: Term | None = None
    """How long a grant lasts."""
    inactive_after: Term | None = None
    """How long the whole balance lasts without activity."""


class Quantity(msgspec.Struct, frozen=True):
    """An amount of a unit: 500 points."""

    amount: int
    unit: str


class Meter(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is counted per member over a window."""

    counts: Literal["spend", "visits", "items", "g", "ml", "actions", "earned"]
    """``g`` and ``ml``: the quantities of lines that are measured so."""
    window: Window
    unit: str = ""
    """For ``earned``: the unit whose grants are counted."""
    action: str = ""
    """For ``actions``: the action that is counted."""
    only: "When | None" = None
    """Which purchases, lines and actions count, by ``METERED`` matchers; None: all do."""


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
    """With a bill paid in several ways, the part that was paid like this counts."""
    partner: tuple[str, ...] | None = None
    """``own`` is the merchant's own shop."""
    merchant_category: tuple[str, ...] | None = None
    """As the card scheme codes the shop: ``5411``."""
    code: tuple[str, ...] | None = None
    """Coupon codes, one of which was shown."""
    attribute: Mapping[str, tuple[str, ...]] | None = None
    """Further facts of the event, each with the values that will do."""
    tier: tuple[str, ...] | None = None
    membership: tuple[str, ...] | None = None
    """Plans and clubs, one of which the member is in."""
    badge: tuple[str, ...] | None = None
    """Badges, one of which the member holds."""
    segment: tuple[str, ...] | None = None
    """Segments, one of which the member is in."""
    experiment: Mapping[str, tuple[str, ...]] | None = None
    """Experiments, each with the groups of which the member is in one while it runs."""
    region: tuple[str, ...] | None = None
    """As the member's traits name it."""
    language: tuple[str, ...] | None = None
    """Tags such as ``bg``."""
    consent: tuple[str, ...] | None = None
    """Purposes, to all of which the member has agreed."""
    age_from: int | None = None
    """Years: the member's age band begins there or above. Unknown is too young."""
    role: tuple[str, ...] | None = None
    """The member's role in the household."""
    birthday: "AroundBirthday | None" = None
    """The day is near the member's birthday. One that is not known never is."""
    enrolled_at_least: Term | None = None
    """The member joined so long ago, or longer."""
    enrolled_at_most: Term | None = None
    """The member joined no longer ago than this."""
    readings: Mapping[str, "Range"] | None = None
    """What meters must show."""
    weekday: tuple[int, ...] | None = None
    """0 for Monday to 6 for Sunday, on the program's local calendar."""
    hours: tuple[int, int] | None = None
    """Minutes since local midnight: from, and up to but not at."""
    between: tuple[date, date] | None = None
    """The first and the last local day."""
    basket_at_least: int | None = None
    """Minor units that are paid for the whole basket."""
    basket_at_most: int | None = None
    """Minor units that are paid for the whole basket."""
    items_at_least: int | None = None
    """Items of the lines that match."""
    first_purchase: bool | None = None
    expression: str | None = None
    """A ZEN expression that must come out true."""
    in_words: Texts = {}
    """What the expression asks for, as members read it. It decides nothing."""


class AroundBirthday(msgspec.Struct, frozen=True):
    """The days around a member's birthday. A member born on 29 February has it on 28 February in other years."""

    days_before: int = 0
    """So many days before it already count."""
    days_after: int = 0
    """So many days after it still count."""
    month: bool = False
    """The whole calendar month of the birthday instead."""


class Range(msgspec.Struct, frozen=True):
    """From so much up to so much, both included. None: no bound."""

    least: int | None = None
    """In what the meter counts."""
    most: int | None = None
    """In what the meter counts."""


LINE_MATCHERS = ("category", "brand", "sku")

METERED = (
    *LINE_MATCHERS, "store", "channel", "tender", "partner", "merchant_category", "attribute", "weekday", "hours",
    "between",
)  # fmt: skip
"""The matchers that look at the event alone: all that a meter may look at, or it could depend on itself."""


class Allowance(msgspec.Struct, frozen=True):
    """So much in each period."""

    amount: int
    period: PeriodUnit = "ever"
    """By the calendar; ``statement`` is the member's own month."""


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on what a mechanic gives, in the smallest part of its unit. None: no limit."""

    total: int | None = None
    """Over all members, for as long as the mechanic has this name."""
    per_member: tuple[Allowance, ...] = ()
    """Each member, in each period."""
    more_for: Mapping[str, tuple[Allowance, ...]] = {}
    """By tier or plan what its members get in place of ``per_member``, in periods that stand there; the most counts."""
    times: tuple[Allowance, ...] = ()
    """How often it gives anything to a member, in each period."""
    per_event: int | None = None


class Refill(msgspec.Struct, frozen=True, kw_only=True):
    """When a stock is there anew: each time as many pieces, and what was left is gone."""

    period: PeriodUnit | None = None
    """At the start of each of these periods. None: on the weekdays."""
    weekdays: tuple[int, ...] = ()
    """0 for Monday to 6 for Sunday."""
    minute: int = 0
    """On the weekdays: minutes since local midnight."""

    def began(self, at: Instant, zone: Zone) -> Instant:
        """When the drop began that an instant lies in."""
        today = zone.day(at)
        if self.period is not None:
            return zone.start(period_start(today, self.period))
        days = [day for day in range(today, today - 8, -1) if weekday_of(day) in self.weekdays]
        return next(begun for day in days if (begun := zone.clock(day, self.minute)) <= at)


class Reward(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the catalogue."""

    name: str
    title: Texts = {}
    cost: Quantity
    """What one piece costs; for a reward that is taken in any amount, the least."""
    cost_by_tier: Mapping[str, Quantity] = {}
    """By level: what it costs members who stand there, and nobody else may take it. The first that fits counts."""
    taken: Literal["once", "several times", "in any amount"] = "once"
    """By one redemption: one piece, several, or as much as the member wants to give."""
    gives: Quantity | None = None
    """A voucher or another amount for each piece; None: the reward is a thing."""
    value: Rate | None = None
    """For any amount: how much of what it gives for how much of what it costs, rounded down."""
    code: bool = False
    """The reward is a code, to be used elsewhere."""
    valid: Term | None = None
    """How long the voucher or the code lasts; None: as the unit says, a code for ever."""
    stock: int | None = None
    refilled: Refill | None = None
    """When the stock is there anew; None: never."""
    per_member: tuple[Allowance, ...] = ()
    """How many pieces a member may take in each period."""
    at_once: int | None = None
    """How many pieces one redemption may take. None: as many as one likes."""
    first_day: date | None = None
    """The first local day on which it may be taken; None: it always was."""
    last_day: date | None = None
    """The last local day on which it may be taken; None: it stays."""
    partner: str = ""
    """The partner who hands it over and is owed what it cost; empty: the merchant does."""
    when: When = When()


class Returns(msgspec.Struct, frozen=True, kw_only=True):
    """What a return takes back."""

    points: Literal["exact", "at today's rate", "kept"] = "exact"
    """``exact``: what the returned lines earned, under the rules they earned it by. ``kept``: nothing.

    ``at today's rate``: what they would earn on the day of the return; exactly what they earned where the mechanic has
    no rate.
    """
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
    """Means of payment."""
    action: Mapping[str, Texts] = {}
    """By the action's name."""
    attribute: Mapping[str, Texts] = {}
    """By the attribute's name."""
    merchant_category: Mapping[str, Texts] = {}
    """By the card scheme's code."""
    segment: Mapping[str, Texts] = {}
    """By the segment's name."""
    region: Mapping[str, Texts] = {}
    """By the region as the member's traits name it."""
    consent: Mapping[str, Texts] = {}
    """By the purpose."""
    role: Mapping[str, Texts] = {}
    """By the role in the household."""


class DeclaredSegment(msgspec.Struct, frozen=True, kw_only=True):
    """A group of members that analysis finds by a rule. No decision looks at the rule: see ``segments``."""

    expression: str
    """A ZEN expression over what is known of a member (``segments.MemberFacts``) that must come out true."""
    title: Texts = {}


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """Members dealt out to groups by chance, to find out what a rule does: see ``experiments``."""

    groups: Mapping[str, int]
    """How many of 10,000 members come into each group, in the order of the file. They add up to 10,000."""
    between: tuple[date, date] | None = None
    """The first and the last local day; None: it always runs. On no other day is anybody in a group."""
    title: Texts = {}
    """What it is called, for whoever reads its results. Members do not hear of it."""


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """A business that takes part: members earn or spend with it, and it settles what it owes or is owed."""

    title: Texts = {}


class Becomes(msgspec.Struct, frozen=True):
    """What members hold of a dropped unit becomes another unit, at a rate."""

    unit: str
    rate: Rate
    """The smallest part of the new unit per whole ones of the old, whose decimals only the version before knows."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of things that the version before had, where this version drops or renames them.

    A dropped unit that is not named here stays with its holders until it expires. A meter that is new, or that counts
    something else than before, is filled from the member's journal.
    """

    units: Mapping[str, Becomes] = {}
    tiers: Mapping[str, str] = {}
    """Levels that are dropped, each with the level that its members move to."""
    mechanics: Mapping[str, str] = {}
    """Mechanics that got another name, old to new: caps, progress, levels and memberships go along."""
    meters: Mapping[str, str] = {}
    """Meters that got another name, old to new: what they show goes along."""


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
    statement_day: int | None = None
    """The day of the month on which statement periods begin; None: each member's own day of joining."""
    late_events: int = 30
    """Up to how many days before the member's last settled moment an event may be dated."""
    never_earn: When = When()
    """Lines that earn nothing, under any mechanic: gift cards, fuel."""
    titles: Titles = Titles()
    """What members call categories, brands, stores and the like."""
    units: Mapping[str, Unit]
    meters: Mapping[str, Meter] = {}
    lanes: Mapping[str, Literal["add", "best", "line", "first"]] = {}
    """How to choose where mechanics compete; ``line`` takes the best for each line of the basket."""
    caps: Mapping[str, Cap] = {}
    """Limits that several mechanics share, by name."""
    segments: Mapping[str, DeclaredSegment] = {}
    """Groups of members that analysis finds by a rule, by name. A condition may name others too."""
    experiments: Mapping[str, Experiment] = {}
    """By name, which decides who comes into which group."""
    partners: Mapping[str, "Partner"] = {}
    """The businesses that take part, by name."""
    mechanics: tuple[Mechanic, ...] = ()
    rewards: tuple[Reward, ...] = ()
    returns: Returns = Returns()
    changes: Changes = Changes()
    """What becomes of what the version before had."""
