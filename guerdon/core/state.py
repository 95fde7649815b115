"""A member's state: everything that a decision needs to know about the member.

It is the result of folding the member's journal, and its JSON is the same, byte for byte, on every machine. It holds no
clock, no name, no e-mail.
"""

from typing import Literal

import msgspec

from guerdon.core.belongings import NO_BELONGINGS, Belongings, Coupon
from guerdon.core.calendar import Day, Instant
from guerdon.core.events import Traits
from guerdon.core.meters import Buckets
from guerdon.core.wallet import Lot, Wallet

PER_TERM = "term/"
"""Before the name of a plan: an allowance for each of its terms."""


class Standing(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the member stands on one ladder of tiers."""

    level: str
    since: Instant
    until: Instant | None = None
    """When the level is reviewed. None: it has no term, as the lowest level has none."""
    shown: dict[str, int] = {}
    """What the meters showed when the level was reached or reviewed, less what has come back of it since.

    With 1 for a badge that was held (``badge:NAME``) and a plan that the member was in (``plan:NAME``).
    """
    before: "Standing | None" = None
    """For a level that was reached: where the member stood before, to fall back to if a return undoes it."""
    grace: bool = False
    """The level was not kept at its review, and stays until the grace ends."""
    anew: bool = False
    """A level was not kept that takes something else to be kept: what is to be reached counts from here on."""


class Membership(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the member stands with one plan."""

    status: Literal["trial", "active", "ending", "unpaid", "shared"]
    """``ending``: it was given up and runs to the end of what is paid. ``unpaid``: its grace runs. ``shared``: the
    household has it."""
    since: Instant
    """The start of the running term; of the unpaid one while its grace runs."""
    until: Instant | None = None
    """The end of the term, the trial or the grace; None: it has no end."""
    used: bool = False
    """Whether any benefit was used in this term: then its fee is not given back."""
    joined_at: Instant = 0
    """When the membership began that has not ended since: older members may pay another fee."""
    first_paid_at: Instant | None = None
    """The start of the first paid term, from which all others are counted; None: a trial, or there are no terms."""
    paid: int = 0
    """How many terms behind the running one are paid already."""
    asked: bool = False
    """Whether the payment of the next term was asked for."""

    @property
    def is_trial(self) -> bool:
        """Whether nothing was paid yet, given up or not."""
        return self.until is not None and self.first_paid_at is None


class OpenHold(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Something that is reserved for the member. What it took out of a wallet lies there under the hold's id."""

    since: Instant
    until: Instant
    """When it lapses by itself."""
    unit: str = ""
    amount: int = 0
    """In the unit's smallest part; for a reward, what it costs."""
    reward: str = ""
    quantity: int = 1
    """How many pieces of the reward; how many uses of the code."""
    code: str = ""
    coupon: Coupon | None = None
    """A personal coupon, which the member has no more while it is held."""
    limits: tuple[str, ...] = ()
    """The shared limits of which each piece took one, by the names under which they are counted."""
    allowances: dict[str, Day] = {}
    """The member's own allowances of which each piece took one, with the first day of their periods."""


class Household(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A person's place in a household."""

    mechanic: str
    id: str
    """The household's id; empty after leaving."""
    role: str
    since: Instant
    """When the person was taken in, asked, or left."""
    standing: Literal["asked", "in", "left"] = "in"


class Person(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A person in the roster of a household."""

    role: str
    since: Instant
    address: str = ""
    plans: tuple[str, ...] = ()
    """For the owner: the plans that the household shares."""


class Bar(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What stands against a member's events."""

    kind: Literal["blocked", "closed", "merged"]
    since: Instant
    into: str = ""
    """For ``merged``: the member who acts for both."""
    merge: str = ""
    """For ``merged``: the id of the merge."""

    @property
    def is_end(self) -> bool:
        """Whether nothing happens to the member any more by itself."""
        return self.kind != "blocked"


class MergedCard(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A member who was merged into this one, with what came from there: to be given back if that is undone."""

    merge: str
    """The id of the merge."""
    since: Instant
    """When it arrived."""
    lots: dict[str, tuple[Lot, ...]] = {}
    """By unit: the lots that came."""
    debts: dict[str, int] = {}
    """By unit: what was owed."""
    belongings: Belongings = NO_BELONGINGS
    """What was taken over besides amounts."""
    kept: dict[str, dict[str, int]] = {}
    """The counters of mechanics of which this member had counters too: they are kept as they came."""


class MemberState(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is known of a member after the last event."""

    enrolled_at: Instant | None = None
    """None: not enrolled yet."""
    as_of: Instant = 0
    """Everything that fell due up to this instant is settled. An event dated before it is late."""
    version: int = 0
    """The number of the program version under which ``next_due_at`` was worked out."""
    next_due_at: Instant | None = None
    """When time alone next changes something. None: never, as things stand."""
    last_activity_at: Instant | None = None
    purchases: int = 0
    """How many purchases were recorded, returned or not."""
    wallets: dict[str, Wallet] = {}
    meters: dict[str, Buckets] = {}
    standings: dict[str, Standing] = {}
    used: dict[str, Buckets] = {}
    """How much of each allowance is used, by the first day of its period.

    An allowance is named by its mechanic and its period: ``weekend/week``, ``cup/times/day``.
    """
    returned: dict[str, dict[int, int]] = {}
    """By purchase and line: the quantity that has come back. A line of quantity 0 counts as 1."""
    traits: Traits = Traits()
    referrer: str = ""
    """The member who brought this one along."""
    memberships: dict[str, Membership] = {}
    """The plans and clubs that the member is in, by plan."""
    choices: dict[str, dict[Day, tuple[str, ...]]] = {}
    """By menu and first day of the period: what was chosen."""
    badges: dict[str, int] = {}
    """How often each badge was earned."""
    progress: dict[str, dict[str, int]] = {}
    """The counters that mechanics keep for themselves, by mechanic: the stamps on a card, the weeks of a streak."""
    coupons: tuple[Coupon, ...] = ()
    """Personal coupons, in the order in which they were issued."""
    tickets: dict[str, tuple[str, ...]] = {}
    """The tickets held in each raffle."""
    household: Household | None = None
    """For a person: the household it belongs to, or left last."""
    roster: dict[str, Person] = {}
    """For a household: who belongs to it."""
    active_at: dict[str, Instant] = {}
    """By unit that only some kinds of events keep alive: when the last of them was."""
    holds: dict[str, OpenHold] = {}
    """What is reserved, by the id of the hold."""
    bar: Bar | None = None
    """What stands against the member's events; None: nothing."""
    merged_cards: dict[str, MergedCard] = {}
    """By id: the members who were merged into this one."""


NEW_MEMBER = MemberState()

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(MemberState)


def encode_state(state: MemberState) -> bytes:
    """The one canonical JSON of a state."""
    return _encoder.encode(state)


def decode_state(content: bytes | str) -> MemberState:
    """Read a stored state."""
    return _decoder.decode(content)
