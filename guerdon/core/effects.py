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
| ``converted`` | the program's | what became another unit |
| ``in_transit`` | the program's | what one member has sent and the other not yet received |
| ``cause:NAME`` | a cause's | what was donated to it |
| ``partner:NAME`` | a partner's | what was spent there, less what the partner granted (below zero: the partner owes) |
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import msgspec

from guerdon.core.amounts import Rate, allocate
from guerdon.core.calendar import Day, Instant
from guerdon.core.events import EngineEvent, Refer
from guerdon.core.refusals import Refusal

MEMBER_ACCOUNTS = ("available", "pending", "held", "debt")
PROGRAM_ACCOUNTS = ("issued", "redeemed", "expired", "reversed", "converted", "in_transit")
NAMED_ACCOUNTS = ("cause", "partner")
"""Kinds of accounts of which there is one a name: ``cause:reforestation``."""


class Transfer(NamedTuple):
    """An amount of one unit that moves from one account to another."""

    unit: str
    source: str
    target: str
    amount: int
    """In the unit's smallest part; above zero."""
    reason: str
    """The mechanic, reward or rule that moved it."""


def funding_account(partner: str) -> str:
    """The account that a grant comes out of: the partner's who pays for it, or else the program's own."""
    return f"partner:{partner}" if partner else "issued"


def _moved(unit: str, source: str, target: str, amount: int, reward: str) -> tuple[Transfer, ...]:
    """The transfer of a hold; none for one that holds no amount."""
    return (Transfer(unit, source, target, amount, reward or "hold"),) if amount else ()


class _Effect(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="effect", gc=False):
    """What every effect has."""

    news: ClassVar[str] = ""
    """What the world outside hears it called, such as ``badge.awarded``; empty: it is not told."""

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
    funded_by: str = ""
    """The partner who pays for it; empty: the program."""
    apart: bool = False
    """It hangs on no lines: when goods come back, the mechanic itself says whether it is taken back."""

    def by_line(self, payments: Sequence[int]) -> dict[int, int]:
        """The amount spread over the lines that earned it, given what was paid for each line of the purchase."""
        if self.lines is None:
            return dict(enumerate(allocate(self.amount, payments if self.shares is None else self.shares)))
        weights = [payments[line] for line in self.lines] if self.shares is None else self.shares
        return dict(zip(self.lines, allocate(self.amount, weights), strict=True))

    def transfers(self) -> tuple[Transfer, ...]:
        target = "available" if self.matures_at is None else "pending"
        return (Transfer(self.unit, funding_account(self.funded_by), target, self.amount, self.mechanic),)


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
    partner: str = ""
    """The partner with whom it was spent, who is owed for it; empty: with the program."""

    def transfers(self) -> tuple[Transfer, ...]:
        target = f"partner:{self.partner}" if self.partner else "redeemed"
        return (Transfer(self.unit, "available", target, self.amount, self.reward),)


class Held(_Effect, frozen=True, tag="held"):
    """An amount, a reward or the use of a coupon was reserved."""

    hold: str
    """The id of the hold."""
    until: Instant
    unit: str = ""
    amount: int = 0
    """What was taken out of what is available; for a reward, what it costs."""
    reward: str = ""
    quantity: int = 0
    """How many pieces of the reward."""
    code: str = ""
    """The code, or the reference of a personal coupon."""

    def transfers(self) -> tuple[Transfer, ...]:
        return _moved(self.unit, "available", "held", self.amount, self.reward)


class Captured(_Effect, frozen=True, tag="captured"):
    """What was held was used."""

    hold: str
    unit: str = ""
    amount: int = 0
    reward: str = ""
    code: str = ""
    partner: str = ""
    """The partner with whom it was spent, who is owed for it; empty: with the program."""

    def transfers(self) -> tuple[Transfer, ...]:
        target = f"partner:{self.partner}" if self.partner else "redeemed"
        return _moved(self.unit, "held", target, self.amount, self.reward)


class Released(_Effect, frozen=True, tag="released"):
    """What was held went back, with the expiry it had."""

    hold: str
    why: str
    """``released``, ``lapsed`` (nobody needed it in time), ``purchase`` (one that may use it), ``rest`` (of what was
    captured in part), ``withdrawn`` (a coupon, whose goods came back) or ``ended`` (the member left, or was merged)."""
    unit: str = ""
    amount: int = 0
    reward: str = ""
    code: str = ""
    at: Instant | None = None
    """When it fell due; None: with the event."""

    def transfers(self) -> tuple[Transfer, ...]:
        return _moved(self.unit, "held", "available", self.amount, self.reward)


class Rewarded(_Effect, frozen=True, tag="rewarded"):
    """The member gets a reward that is not an amount: a coffee, a free delivery, a code to be used elsewhere."""

    reward: str
    quantity: int = 1
    code: str = ""
    """The code that was unlocked; empty: the reward is a thing."""
    expires_at: Instant | None = None
    """When the code is good no more; None: never."""
    mechanic: str = ""
    """The mechanic that gave it; empty: it was taken from the catalogue."""


class Valued(_Effect, frozen=True, tag="valued"):
    """A purchase in another currency was valued in the program's own."""

    currency: str
    rate: Rate
    """Minor units of the program's currency per minor units of the purchase's."""


class Reduced(_Effect, frozen=True, tag="reduced"):
    """A mechanic took something off the price of a basket. No wallet pays for it."""

    mechanic: str
    amount: int
    """In minor units; above zero."""
    lines: tuple[int, ...] = ()
    """The lines whose price was reduced. Empty: the basket as a whole."""
    shares: tuple[int, ...] = ()
    """What was taken off each of them."""
    reference: str = ""
    """The code or coupon that was used."""
    wanted: int | None = None
    """What it would have been without the limit named in ``capped_by``."""
    capped_by: str = ""


class PaidWith(_Effect, frozen=True, tag="paid_with"):
    """A part of the bill was paid out of a wallet."""

    mechanic: str
    unit: str
    amount: int
    money: int
    """The part of the bill that it paid, in minor units."""
    earns: bool = False
    """The part paid like this earns and counts as if it were money."""
    partner: str = ""
    lines: tuple[int, ...] = ()
    """The lines that were paid with it. Empty: the basket as a whole."""
    shares: tuple[int, ...] = ()
    """What it paid of each of them, in minor units."""

    def transfers(self) -> tuple[Transfer, ...]:
        target = f"partner:{self.partner}" if self.partner else "redeemed"
        return (Transfer(self.unit, "available", target, self.amount, self.mechanic),)


class Refunded(_Effect, frozen=True, tag="refunded"):
    """What a returned part of a bill was paid with came back into the wallet."""

    mechanic: str
    unit: str
    amount: int
    expires_at: Instant | None = None
    partner: str = ""

    def transfers(self) -> tuple[Transfer, ...]:
        source = f"partner:{self.partner}" if self.partner else "redeemed"
        return (Transfer(self.unit, source, "available", self.amount, self.mechanic),)


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

    news: ClassVar[str] = "voucher.restored"

    mechanic: str
    unit: str
    amount: int
    reference: str
    expires_at: Instant | None = None

    def transfers(self) -> tuple[Transfer, ...]:
        return (Transfer(self.unit, "redeemed", "available", self.amount, self.mechanic),)


class Expired(_Effect, frozen=True, tag="expired"):
    """An amount lapsed."""

    news: ClassVar[str] = "wallet.expired"

    unit: str
    amount: int
    at: Instant
    reason: str
    """``expiry`` (the lot's own time was up), ``inactivity``, or ``closed`` (the member left the program)."""
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
    """What the returned part had earned, or what it would earn at today's rate."""
    available: int = 0
    """The part taken from available lots."""
    pending: int = 0
    """The part taken from pending lots."""
    owed: int = 0
    """The part that was spent already and is now a debt."""
    forgiven: int = 0
    """The part that was spent already and is let go, or had expired already."""
    why_forgiven: str = ""
    """``spent``, ``expired``, or ``closed``: the member had left the program."""
    funded_by: str = ""
    """The partner who had paid for it and gets it back; empty: the program."""

    def transfers(self) -> tuple[Transfer, ...]:
        target = f"partner:{self.funded_by}" if self.funded_by else "reversed"
        parts = (("available", self.available), ("pending", self.pending), ("debt", self.owed))
        return tuple([Transfer(self.unit, account, target, part, self.mechanic) for account, part in parts if part])


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
    """``reached``, ``review``, ``grace`` (not kept, and stays a while), ``kept`` (earned in grace),
    ``return``, ``left`` (its plan ended) or ``joined``."""
    until: Instant | None = None
    """When it is reviewed; None: never."""


class MembershipChanged(_Effect, frozen=True, tag="membership_changed"):
    """A paid membership or a club began, was renewed, ran out or was ended."""

    news: ClassVar[str] = "membership.changed"

    plan: str
    before: str
    """``trial``, ``active``, ``ending`` (runs to the end of its term), ``unpaid`` (its grace runs), ``shared`` (by the
    household), or empty."""
    after: str
    why: str
    """``joined``, ``paid``, ``renewed`` (a term paid in advance began), ``left``, ``switched`` (to another plan),
    ``unpaid`` or ``household``."""
    until: Instant | None = None
    """The end of all that is paid, of the trial or of the grace; None: none, or it has no end."""
    at: Instant | None = None
    """When it fell due; None: with the event."""
    refund: bool = False
    """The fee of the running term is due back: nothing was made use of."""
    unused_terms: int = 0
    """How many terms were paid in advance and will not begin."""


class PaymentDue(_Effect, frozen=True, tag="payment_due"):
    """The next term of a membership is to be paid, by whoever collects the money."""

    news: ClassVar[str] = "membership.payment_due"

    plan: str
    amount: int
    """The fee in minor units."""
    at: Instant
    by: Instant
    """The end of the running term or trial, by when it is to be paid."""


class Chosen(_Effect, frozen=True, tag="chosen"):
    """The member picked options of a menu for a period."""

    menu: str
    period: Day
    """The period's first day."""
    options: tuple[str, ...]


class Awarded(_Effect, frozen=True, tag="awarded"):
    """The member finished something and holds a badge for it."""

    news: ClassVar[str] = "badge.awarded"

    badge: str
    times: int = 1
    """How often by now."""
    mechanic: str = ""
    """The mechanic that gave it, where that is not the badge's own."""


class BadgeLost(_Effect, frozen=True, tag="badge_lost"):
    """The goods that a badge hung on came back, and the badge is gone."""

    news: ClassVar[str] = "badge.lost"

    badge: str
    times: int = 0
    """How often the member still has it."""


class Progressed(_Effect, frozen=True, tag="progressed"):
    """A counter that a mechanic keeps for the member moved: a stamp, a step of a quest, a streak."""

    mechanic: str
    counter: str
    before: int
    after: int
    lines: tuple[int, ...] | None = None
    """The lines of the purchase that moved it; None: the purchase as a whole, or another event."""
    shares: tuple[int, ...] | None = None
    """How far each of those lines moved it."""
    at: Instant | None = None
    """When it fell due; None: with the event."""


class CouponIssued(_Effect, frozen=True, tag="coupon_issued"):
    """The member got a personal coupon."""

    news: ClassVar[str] = "coupon.issued"

    coupon: str
    reference: str
    expires_at: Instant | None = None
    mechanic: str = ""
    """The mechanic that gave it, where that is not the coupon's own."""


class CouponUsed(_Effect, frozen=True, tag="coupon_used"):
    """A personal coupon was used up."""

    coupon: str
    reference: str
    expires_at: Instant | None = None


class CouponRestored(_Effect, frozen=True, tag="coupon_restored"):
    """A personal coupon that was used on a purchase came back with all of its goods, with the expiry it had."""

    news: ClassVar[str] = "coupon.restored"

    coupon: str
    reference: str
    expires_at: Instant | None = None


class CouponWithdrawn(_Effect, frozen=True, tag="coupon_withdrawn"):
    """A personal coupon that a purchase had brought went with all of its goods, unused."""

    news: ClassVar[str] = "coupon.withdrawn"

    coupon: str
    reference: str


class CouponExpired(_Effect, frozen=True, tag="coupon_expired"):
    """A personal coupon lapsed unused."""

    news: ClassVar[str] = "coupon.expired"

    coupon: str
    reference: str
    at: Instant


class BenefitUsed(_Effect, frozen=True, tag="benefit_used"):
    """The member made use of a benefit."""

    news: ClassVar[str] = "benefit.used"

    benefit: str
    quantity: int
    left: int | None = None
    """How often it may still be used in this period; None: as often as one likes."""
    purchase: str = ""
    """The purchase that it was used for; empty: none."""


class Donated(_Effect, frozen=True, tag="donated"):
    """The member gave an amount to a cause."""

    news: ClassVar[str] = "cause.donated"

    cause: str
    unit: str
    amount: int

    def transfers(self) -> tuple[Transfer, ...]:
        return (Transfer(self.unit, "available", f"cause:{self.cause}", self.amount, self.cause),)


class Converted(_Effect, frozen=True, tag="converted"):
    """An amount of one unit became an amount of another, or of a partner's own."""

    news: ClassVar[str] = "unit.converted"

    conversion: str
    unit: str
    amount: int
    into: str
    got: int
    partner: str = ""
    """The partner in whose own unit it was paid out; empty: ``into`` is a unit of this program."""
    expires_at: Instant | None = None
    pending: int = 0
    """The part of ``amount`` that had not matured yet."""

    def transfers(self) -> tuple[Transfer, ...]:
        target = f"partner:{self.partner}" if self.partner else "converted"
        parts = (("available", self.amount - self.pending), ("pending", self.pending))
        given = [Transfer(self.unit, account, target, part, self.conversion) for account, part in parts if part]
        if not self.partner and self.got:
            given.append(Transfer(self.into, "issued", "available", self.got, self.conversion))
        return tuple(given)


class Gave(_Effect, frozen=True, tag="gave"):
    """An amount left for another member."""

    unit: str
    amount: int
    to: str
    pending: int = 0
    """The part of it that had not matured yet."""

    def transfers(self) -> tuple[Transfer, ...]:
        parts = (("available", self.amount - self.pending), ("pending", self.pending))
        return tuple([Transfer(self.unit, account, "in_transit", part, "sent") for account, part in parts if part])


class Received(_Effect, frozen=True, tag="received"):
    """An amount arrived from another member."""

    news: ClassVar[str] = "wallet.received"

    unit: str
    amount: int
    sender: str
    expires_at: Instant | None = None
    returned: str = ""
    """The code for which it comes back, from a receiver who could not take it; empty: it was sent."""
    matures_at: Instant | None = None
    """When it becomes available; None: it is."""

    def transfers(self) -> tuple[Transfer, ...]:
        target = "available" if self.matures_at is None else "pending"
        return (Transfer(self.unit, "in_transit", target, self.amount, "sent"),)


class DebtMoved(_Effect, frozen=True, tag="debt_moved"):
    """What a member owes went over to another with a merge, or arrived there."""

    unit: str
    amount: int
    other: str
    """Where it goes, or comes from."""
    arrives: bool = False

    def transfers(self) -> tuple[Transfer, ...]:
        source, target = ("debt", "in_transit") if self.arrives else ("in_transit", "debt")
        return (Transfer(self.unit, source, target, self.amount, "merge"),)


class Sent(_Effect, frozen=True, tag="sent"):
    """An event goes to another member. The relay delivers it, exactly once in effect."""

    event: EngineEvent


class Entered(_Effect, frozen=True, tag="entered"):
    """The member entered a raffle or spun a wheel."""

    game: str
    tickets: tuple[str, ...]
    """The tickets' numbers, which nobody could choose."""
    lines: tuple[int, ...] | None = None
    """The lines of the purchase that they were given for; None: all of them, or another event."""


class TicketsLost(_Effect, frozen=True, tag="tickets_lost"):
    """The goods that tickets of a raffle were given for came back before it closed."""

    game: str
    tickets: tuple[str, ...]


class Won(_Effect, frozen=True, tag="won"):
    """The member won a prize."""

    news: ClassVar[str] = "game.won"

    game: str
    prize: str
    ticket: str = ""
    instead_of: str = ""
    """For a wheel: the prize that it stopped at, which had run out."""


class HouseholdChanged(_Effect, frozen=True, tag="household_changed"):
    """A person entered or left a household, or was not taken in."""

    news: ClassVar[str] = "household.changed"

    household: str
    """The household mechanic."""
    other: str
    """For a person the household's id, for a household the person's."""
    role: str
    why: str
    """``asked``, ``admitted``, ``left``; or why it was declined: ``full``, ``other_address`` or ``no_owner``."""


class Blocked(_Effect, frozen=True, tag="blocked"):
    """Staff stopped whatever the member does."""

    news: ClassVar[str] = "member.blocked"

    reason: str
    by: str


class Unblocked(_Effect, frozen=True, tag="unblocked"):
    """The member may act again."""

    news: ClassVar[str] = "member.unblocked"

    reason: str
    by: str


class Closed(_Effect, frozen=True, tag="closed"):
    """The member left the program."""

    news: ClassVar[str] = "member.closed"

    reason: str
    by: str


class Merged(_Effect, frozen=True, tag="merged"):
    """The member turned out to be another one, who acts for both from now on."""

    news: ClassVar[str] = "member.merged"

    into: str
    by: str = ""


class Unmerged(_Effect, frozen=True, tag="unmerged"):
    """The member is active again: the merge was undone, or the other one could not take it."""

    news: ClassVar[str] = "member.unmerged"

    other: str
    """Into whom the member had been merged."""
    by: str = ""
    refused: str = ""
    """The code by which the other one refused; empty: it was undone."""


class Absorbed(_Effect, frozen=True, tag="absorbed"):
    """What another member had besides amounts arrived with a merge, or came home from one."""

    news: ClassVar[str] = "member.absorbed"

    other: str
    comes_home: bool = False


class Separated(_Effect, frozen=True, tag="separated"):
    """A merge into this member was undone."""

    news: ClassVar[str] = "member.separated"

    other: str


class ExpiresSoon(_Effect, frozen=True, tag="expires_soon"):
    """An amount will expire before long, if nothing happens."""

    news: ClassVar[str] = "wallet.expires_soon"

    unit: str
    amount: int
    """Everything that expires on that day, available or pending."""
    expires_at: Instant
    at: Instant
    """When the warning fell due."""
    reference: str = ""
    """The voucher; empty: it is none."""


class Described(_Effect, frozen=True, tag="described"):
    """The member's traits changed. What they are stands in the event and in the state, and nowhere else."""


class SegmentEntered(_Effect, frozen=True, tag="segment_entered"):
    """The member is in a segment that the member was not in before."""

    news: ClassVar[str] = "segment.entered"

    segment: str
    """By its name, which may be one that the program does not declare."""
    by: str = ""
    """What found it, such as ``rfm``; empty: it came with a description, or is not told."""


class SegmentLeft(_Effect, frozen=True, tag="segment_left"):
    """The member is in a segment no longer."""

    news: ClassVar[str] = "segment.left"

    segment: str
    """By its name, which may be one that the program does not declare."""
    by: str = ""
    """What found it, such as ``rfm``; empty: it came with a description, or is not told."""


class Erased(_Effect, frozen=True, tag="erased"):
    """The member's traits are gone."""


class Delivered(_Effect, frozen=True, tag="delivered"):
    """Goods have arrived, and what waited for them matures at that instant."""

    purchase: str
    unit: str
    amount: int
    matures_at: Instant


class Carried(_Effect, frozen=True, tag="carried"):
    """A new version of the program took over: what it made of something that the member had."""

    what: str
    """``meter``, ``mechanic``, ``unit`` or ``tier``."""
    before: str
    after: str
    at: Instant
    amount: int = 0
    """For a meter that was backfilled: what it shows."""


Effect = (
    Granted
    | Capped
    | Matured
    | Repaid
    | Spent
    | Held
    | Captured
    | Released
    | Rewarded
    | Valued
    | Reduced
    | PaidWith
    | Refunded
    | Discounted
    | Restored
    | Expired
    | Reversed
    | Adjusted
    | TierChanged
    | MembershipChanged
    | PaymentDue
    | Chosen
    | Awarded
    | BadgeLost
    | Progressed
    | CouponIssued
    | CouponUsed
    | CouponRestored
    | CouponWithdrawn
    | CouponExpired
    | BenefitUsed
    | Donated
    | Converted
    | Gave
    | Received
    | Sent
    | Entered
    | TicketsLost
    | Won
    | DebtMoved
    | HouseholdChanged
    | Blocked
    | Unblocked
    | Closed
    | Merged
    | Unmerged
    | Absorbed
    | Separated
    | ExpiresSoon
    | Described
    | SegmentEntered
    | SegmentLeft
    | Erased
    | Delivered
    | Carried
)


class Emitted(msgspec.Struct, frozen=True):
    """News for the world outside, to be put into the outbox."""

    type: str
    """In reverse order of words, such as ``member.tier_changed``."""
    data: dict[str, Any]


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a trace: what a mechanic did with an event, and why."""

    mechanic: str
    """Its name; for ``assigned`` that of the experiment."""
    outcome: str
    """``skipped``, ``outdone`` (another was better in its lane), or ``assigned`` (to a group of an experiment)."""
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
    """What the world outside hears: tiers that changed, what expired, vouchers that were issued, badges."""
    news = []
    for effect in effects:
        if isinstance(effect, TierChanged):
            told = "member.tier_changed" if effect.before != effect.after else ""
        elif isinstance(effect, Granted):
            told = "voucher.issued" if effect.reference else ""
        elif isinstance(effect, Released):
            told = "hold.lapsed" if effect.why == "lapsed" else ""
        else:
            told = effect.news
        if told:
            news.append(Emitted(told, msgspec.to_builtins(effect)))
    return news


_NAMING = ("mechanic", "coupon", "badge", "game")
"""The fields of effects that name a mechanic."""


def renamed(effects: Sequence[Effect], names: Mapping[str, str]) -> tuple[Effect, ...]:
    """Effects with other names of the mechanics in them; a mechanic's part (``menu/fuel``) goes by its mechanic."""
    return tuple([_renamed(effect, names) for effect in effects]) if names else tuple(effects)


def _renamed(effect: Effect, names: Mapping[str, str]) -> Effect:
    if isinstance(effect, Sent) and isinstance(effect.event, Refer):
        referral = names.get(effect.event.referral, effect.event.referral)
        return Sent(msgspec.structs.replace(effect.event, referral=referral))
    changed = {}
    for field in _NAMING:
        mechanic, slash, part = getattr(effect, field, "").partition("/")
        if mechanic in names:
            changed[field] = f"{names[mechanic]}{slash}{part}"
    return msgspec.structs.replace(effect, **changed) if changed else effect


def sent_of(effects: Sequence[Effect]) -> list[EngineEvent]:
    """The events for other members, in order."""
    return [effect.event for effect in effects if isinstance(effect, Sent)]
