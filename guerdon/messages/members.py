"""Where a member stands."""

from datetime import datetime

import msgspec

from guerdon.messages.amounts import WireAmount
from guerdon.messages.receipts import WalletBalance


class MissingPart(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that a level asks for and that is not there yet: of a meter, a badge or a plan."""

    meter: str = ""
    badge: str = ""
    plan: str = ""
    has: WireAmount = 0
    """What there is of it, in the meter's smallest parts; of a badge or a plan 0."""
    wanted: WireAmount
    missing: WireAmount


class NextLevel(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The level above the one that is held."""

    level: str
    all_of: list[MissingPart] = []
    """Every one of these is missing."""
    any_of: list[MissingPart] = []
    """One of these is missing; empty: none is."""


class TierStanding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a member stands on a ladder of tiers."""

    ladder: str
    level: str
    since: datetime
    until: datetime | None = None
    """When it is reviewed, or when its grace ends; None: it has no term."""
    grace: bool = False
    """It was not kept at its review, and stays until the grace ends."""
    next: NextLevel | None = None
    """None: there is no level above."""


class MembershipStanding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a member stands with a plan or a club."""

    plan: str
    status: str
    """``trial``, ``active``, ``ending`` (given up, runs to its end), ``unpaid`` (its grace runs), ``shared``."""
    since: datetime
    """The start of the running term."""
    until: datetime | None = None
    """The end of the term, the trial or the grace; None: it has no end."""
    joined_at: datetime
    terms_ahead: int = 0
    """How many terms behind the running one are paid already."""


class HeldCoupon(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A personal coupon that a member holds."""

    coupon: str
    """The mechanic that it is used by."""
    reference: str
    """The code to be shown."""
    issued_at: datetime
    expires_at: datetime | None = None


class HouseholdPlace(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A person's place in a household."""

    id: str
    """The household's own id; empty after leaving."""
    role: str
    standing: str
    """``asked``, ``in`` or ``left``."""
    since: datetime


class HouseholdPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person of a household."""

    member: str
    role: str
    since: datetime


class MemberAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a member stands at a moment, with everything settled that has fallen due."""

    member: str
    as_of: datetime
    """The moment."""
    enrolled_at: datetime | None = None
    """None: not at that moment."""
    barred: str = ""
    """What stands against the member's events: ``blocked``, ``closed`` or ``merged``; empty: nothing."""
    barred_since: datetime | None = None
    merged_into: str = ""
    """The member who acts for both; empty: nobody."""
    merged_cards: list[str] = []
    """The members who were merged into this one."""
    referrer: str = ""
    """The member who brought this one along; empty: nobody."""
    last_activity_at: datetime | None = None
    purchases: int = 0
    """How many were recorded, returned or not."""
    wallets: list[WalletBalance] = []
    tiers: list[TierStanding] = []
    memberships: list[MembershipStanding] = []
    coupons: list[HeldCoupon] = []
    badges: dict[str, int] = {}
    """How often each was earned."""
    meters: dict[str, WireAmount] = {}
    """What each shows, in its own smallest parts."""
    progress: dict[str, dict[str, WireAmount]] = {}
    """The counters of stamps, streaks and quests, by mechanic."""
    tickets: dict[str, list[str]] = {}
    """The tickets held in each raffle."""
    household: HouseholdPlace | None = None
    people: list[HouseholdPerson] = []
    """For a household: who belongs to it."""


class ListedMember(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A member in a list."""

    member: str
    entries: int
    """How many entries the member's journal has."""
    enrolled_at: datetime | None = None
    last_activity_at: datetime | None = None


class MemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """Members in the order of their ids."""

    items: list[ListedMember]
    next: str | None
    """The cursor of the next page; null: this is the last."""
