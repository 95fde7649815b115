"""Worth: what a paid plan is worth on a member's own last year."""

from datetime import date
from typing import Literal

import msgspec

from guerdon.messages.amounts import WireAmount


class PlanWorthAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One paid plan. All money is in minor units of the program's currency."""

    plan: str
    held: bool
    """Whether the member is in the plan today."""
    fee: WireAmount
    """What is paid for a term."""
    term: str
    """How long a payment lasts: ``1 month``."""
    refusal: str = ""
    """Why the member may not join; empty: the rest is there."""
    brings: WireAmount | None = None
    """How much more the year brings with the plan, before its fees."""
    fees: WireAmount | None = None
    """What is paid for it in the year."""
    net: WireAmount | None = None
    """What it brings, less its fees."""
    pays: Literal["always", "from", "never"] | None = None
    """Where it pays for itself, if that was asked for: whatever is spent, from a spend on, or nowhere up to 16 times
    what the member spent."""
    pays_from: WireAmount | None = None
    """The spend of the year from which it pays for itself."""
    pays_above: bool | None = None
    """Whether it pays at every larger spend that was looked at."""
    cannot_without: int = 0
    """How many events of the year could not happen without the plan: the use of its benefits, for one."""
    cannot_with: int = 0
    """How many could not happen with it."""
    not_counted: list[str] = []
    """Benefits that count for nothing here, because no program knows what they are worth."""


class WorthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A member's last year, and what paid plans would have made of it."""

    member: str
    currency: str
    first_day: date
    last_day: date
    """The last day on which the member did anything."""
    spend: WireAmount
    """What was spent in the year before anything came off it, in minor units."""
    items: list[PlanWorthAnswer]
    """The paid plans, in the order of the program file."""
