"""Effects: what a decision does, as data. Nothing here does anything; the ledger and the state are written from it.

An effect that moves an amount names its **transfers**: an amount of one unit out of one account into another. The
accounts of a unit add up to zero at any time: what ``issued`` is below zero, the members' wallets and the accounts of
what was used up are above.

| account | whose | holds |
|---|---|---|
| ``available`` ``pending`` ``held`` | the member's | the wallet |
| ``debt`` | the member's | what is owed after a return (zero or below) |
| ``issued`` | the program's | everything ever granted (zero or below) |
| ``redeemed`` ``expired`` ``reversed`` | the program's | what was spent, lapsed, taken back |
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from guerdon.core.amounts import Rate, allocate
from guerdon.core.calendar import Instant
from guerdon.core.refusals import Refusal

MEMBER_ACCOUNTS = ("available", "pending", "held", "debt")
PROGRAM_ACCOUNTS = ("issued", "redeemed", "expired", "reversed")


class Transfer(NamedTuple):
    """An amount of one unit that moves from one account to another."""

    unit: str
    source: str
    target: str
    amount: int
    """In the unit's smallest part; above zero."""
    reason: str
    """The mechanic, reward or rule that moved it."""


class _Effect(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="effect", gc=False):
    """What every effect has."""

    def transfers(self) -> tuple[Transfer, ...]:
        """The transfers that carry this effect out; none where it moves no amount."""
        return ()


class Granted(_Effect, frozen=True, tag="granted"):
    """A mechanic gave an amount. Keeps what a later return needs to take back exactly this."""

    mechanic: str
    unit: str
    amount: int
    """In the unit's smallest part; above zero."""
    wanted: int | None = None
    """What it would have been without the cap named in ``capped_by``."""
    capped_by: str = ""
    rate: Rate | None = None
    lines: tuple[int, ...] | None = None
    """The lines of the purchase that earned it. None: all of them, or none in particular for other events."""
    expires_at: Instant | None = None
    matures_at: Instant | None = None
    reference: str = ""
    shares: tuple[int, ...] | None = None
    """What each of the lines earned, before caps; None: in proportion to what was paid for each."""
    at: Instant | None = None
    """When it fell due; None: with the event.

    What merely fell due before a purchase does not come back with its goods.
    """

    def by_line(self, payments: Sequence[int]) -> dict[int, int]:
        """The amount spread over the lines that earned it, given what was paid for each line of the purchase."""
        if self.lines is None:
            return dict(enumerate(allocate(self.amount, payments if self.shares is None else self.shares)))
        weights = [payments[line] for line in self.lines] if self.shares is None else self.shares
        return dict(zip(self.lines, allocate(self.amount, weights), strict=True))

    def transfers(self) -> tuple[Transfer, ...]:
        target = "available" if self.matures_at is None else "pending"
        return (Transfer(self.unit, "issued", target, self.amount, self.mechanic),)


class Capped(_Effect, frozen=True, tag="capped"):
    """A mechanic would have given an amount, and a cap left nothing of it."""

    mechanic: str
    unit: str
    wanted: int
    capped_by: str


class Matured(_Effect, frozen=True, tag="matured"):
    """A pending amount became available."""

    unit: str
    amount: int
    at: Instant

    def transfers(self) -> tuple[Transfer, ...]:
        return (Transfer(self.unit, "pending", "available", self.amount, "maturity"),)


class Repaid(_Effect, frozen=True, tag="repaid"):
    """A debt was paid back out of what had just been granted."""

    unit: str
    amount: int

    def transfers(self) -> tuple[Transfer, ...]:
        return (Transfer(self.unit, "available", "debt", self.amount, "debt"),)


class Spent(_Effect, frozen=True, tag="spent"):
    """The member gave an amount for something."""

    unit: str
    amount: int
    reward: str
    """The reward or the mechanic that it was given for."""
    at: Instant | None = None
    """When it fell due; None: with the event."""

    def transfers(self) -> tuple[Transfer, ...]:
        return (Transfer(self.unit, "available", "redeemed", self.amount, self.reward),)


class Rewarded(_Effect, frozen=True, tag="rewarded"):
    """The member gets a reward that is not an amount: a coffee, a free delivery."""

    reward: str


class Discounted(_Effect, frozen=True, tag="discounted"):
    """A voucher was taken off this basket. It is spent whole."""

    mechanic: str
    unit: str
    amount: int
    """In minor units of the currency, which are the unit's own."""
    reference: str
    expires_at: Instant | None = None
    """When the voucher would have expired."""

    def transfers(self) -> tuple[Transfer, ...]:
        return (Transfer(self.unit, "available", "redeemed", self.amount, self.mechanic),)


class Restored(_Effect, frozen=True, tag="restored"):
    """A voucher that was used on a purchase came back with all of its goods, with the expiry it had."""

    mechanic: str
    unit: str
    amount: int
    reference: str
    expires_at: Instant | None = None

    def transfers(self) -> tuple[Transfer, ...]:
        return (Transfer(self.unit, "redeemed", "available", self.amount, self.mechanic),)


class Expired(_Effect, frozen=True, tag="expired"):
    """An amount lapsed."""

    unit: str
    amount: int
    at: Instant
    reason: str
    """``expiry`` (the lot's own time was up) or ``inactivity``."""
    pending: int = 0
    """The part of it that had not matured yet."""
    reference: str = ""

    def transfers(self) -> tuple[Transfer, ...]:
        parts = (("available", self.amount - self.pending), ("pending", self.pending))
        return tuple([Transfer(self.unit, account, "expired", part, self.reason) for account, part in parts if part])


class Reversed(_Effect, frozen=True, tag="reversed"):
    """What a returned line had earned was taken back."""

    mechanic: str
    unit: str
    amount: int
    """What the returned part had earned."""
    available: int = 0
    """The part taken from available lots."""
    pending: int = 0
    """The part taken from pending lots."""
    owed: int = 0
    """The part that was spent already and is now a debt."""
    forgiven: int = 0
    """The part that was spent already and is let go, or had expired already."""
    why_forgiven: str = ""

    def transfers(self) -> tuple[Transfer, ...]:
        parts = (("available", self.available), ("pending", self.pending), ("debt", self.owed))
        return tuple([Transfer(self.unit, account, "reversed", part, self.mechanic) for account, part in parts if part])


class Adjusted(_Effect, frozen=True, tag="adjusted"):
    """A member of staff corrected a balance."""

    unit: str
    amount: int
    """Negative where it took away."""
    reason: str
    by: str
    expires_at: Instant | None = None

    def transfers(self) -> tuple[Transfer, ...]:
        if self.amount > 0:
            return (Transfer(self.unit, "issued", "available", self.amount, "adjustment"),)
        return (Transfer(self.unit, "available", "reversed", -self.amount, "adjustment"),)


class TierChanged(_Effect, frozen=True, tag="tier_changed"):
    """The member moved on a ladder, or was confirmed where they stood."""

    ladder: str
    before: str
    after: str
    at: Instant
    why: str
    """``reached``, ``review``, ``return`` or ``joined``."""
    until: Instant | None = None
    """When it is reviewed; None: never."""


Effect = (
    Granted
    | Capped
    | Matured
    | Repaid
    | Spent
    | Rewarded
    | Discounted
    | Restored
    | Expired
    | Reversed
    | Adjusted
    | TierChanged
)


class Emitted(msgspec.Struct, frozen=True):
    """News for the world outside, to be put into the outbox."""

    type: str
    """In reverse order of words, such as ``member.tier_changed``."""
    data: dict[str, Any]


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a trace: what a mechanic did with an event, and why."""

    mechanic: str
    outcome: str
    """``skipped``, or ``outdone`` (another was better in its lane)."""
    code: str
    sentence: str


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the journal keeps of a decision: its effects, or the refusal."""

    effects: tuple[Effect, ...] = ()
    refusal: Refusal | None = None


_outcome_encoder = msgspec.json.Encoder()
_outcome_decoder = msgspec.json.Decoder(Outcome)


def encode_outcome(outcome: Outcome) -> bytes:
    """The one canonical JSON of an outcome."""
    return _outcome_encoder.encode(outcome)


def decode_outcome(content: bytes | str) -> Outcome:
    """Read a stored outcome."""
    return _outcome_decoder.decode(content)


def transfers_of(effects: Sequence[Effect]) -> list[Transfer]:
    """Every transfer of the effects, in order."""
    return [transfer for effect in effects for transfer in effect.transfers()]


def news_of(effects: Sequence[Effect]) -> list[Emitted]:
    """What the world outside hears: tiers that changed, what expired, vouchers that were issued or came back."""
    news = []
    for effect in effects:
        if isinstance(effect, TierChanged) and effect.before != effect.after:
            news.append(Emitted("member.tier_changed", msgspec.to_builtins(effect)))
        elif isinstance(effect, Expired):
            news.append(Emitted("wallet.expired", msgspec.to_builtins(effect)))
        elif isinstance(effect, Granted) and effect.reference:
            news.append(Emitted("voucher.issued", msgspec.to_builtins(effect)))
        elif isinstance(effect, Restored):
            news.append(Emitted("voucher.restored", msgspec.to_builtins(effect)))
    return news
