"""Statements: what happened to a member, entry by entry, with running balances; and why."""

from datetime import datetime

import msgspec

from guerdon.core.effects import Note
from guerdon.core.events import Event
from guerdon.core.refusals import Refusal
from guerdon.messages.amounts import WireAmount
from guerdon.messages.effects import WireEffect
from guerdon.messages.receipts import WalletBalance


class StatementLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One entry of a member's journal."""

    seq: int
    """Its place in the journal, from 1."""
    at: datetime
    """When it happened; it may be earlier than the entry before it."""
    recorded_at: datetime
    kind: str
    """What happened: purchase, return and so on."""
    event: str
    """The event's id."""
    effects: list[WireEffect] = []
    """What it led to. What fell due before it is among them, each with its own time."""
    change: dict[str, WireAmount] = {}
    """By unit: how much more the member has, in its smallest part."""
    balance: dict[str, WireAmount] = {}
    """By unit: what the member has afterwards: available, pending and reserved, less debt. A unit of which there is
    nothing is left out."""
    refusal: Refusal | None = None
    """Why it was refused; None: it was not."""


class StatementPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a member's statement."""

    member: str
    items: list[StatementLine]
    next: str | None
    """The cursor of the next page; null: this is the last."""


class ExplanationAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one event led to, and why it led to nothing else."""

    id: str
    member: str
    seq: int
    version: int
    """The number of the program version that decided; 0 where none was in force."""
    event: Event
    effects: list[WireEffect] = []
    refusal: Refusal | None = None
    notes: list[Note] = []
    """What was skipped, capped or outdone, with the reason."""
    wallets_before: list[WalletBalance] = []
    wallets_after: list[WalletBalance] = []
    tiers_before: dict[str, str] = {}
    """The level on each ladder."""
    tiers_after: dict[str, str] = {}
