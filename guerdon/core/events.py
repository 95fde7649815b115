"""Events: everything that happens to a member.

An event is a fact from outside, or the passing of time. It never changes. It names no person: a member is known here by
an id alone. Amounts of money are whole minor units of the program's currency (cents).
"""

import hashlib
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeGuard, get_args

import msgspec
from msgspec import Meta

from guerdon.core.amounts import MAX_AMOUNT, allocate
from guerdon.core.belongings import NO_BELONGINGS, Belongings
from guerdon.core.calendar import FIRST_INSTANT, LAST_INSTANT, Instant, instant_of

# The end is written as "nothing follows", because $ would let a line break at the end pass.
MAX_ID = 200
"""How many characters an id may have."""

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00-\x1f\x7f]+(?![\s\S])")]
Name = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*(?![\s\S])")]
Prose = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+(?![\s\S])")]
Money = Annotated[int, Meta(ge=0, le=MAX_AMOUNT), "money"]
"""Minor units of the program's currency. The word tells it from a count, for whoever looks at a field's type."""
OwnMoney = Annotated[int, Meta(ge=0, le=MAX_AMOUNT), "own money"]
"""The same where the purchase may be in another currency, and this is in the program's all the same."""
Count = Annotated[int, Meta(ge=0, le=MAX_AMOUNT), "count"]


_DAY_OF_YEAR = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9])"


class Line(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One line of a basket."""

    sku: Name
    """The article number, as `sku` of the program file matches it."""
    amount: Money
    """What the whole line costs before its discount, in minor units."""
    quantity: Count = 1
    """Items, or the till's own measure (grams, thousandths of a gallon). 0 marks a line that carries nothing."""
    discount: Money = 0
    """What is taken off this line, in minor units. Never more than ``amount``."""
    category: Name = ""
    """A path from the general to the special, such as ``grocery/soft-drinks``."""
    brand: Name = ""
    """As `brand` of the program file matches it."""
    measure: Annotated[str, Meta(pattern=r"^(g|ml)?(?![\s\S])")] = ""
    """What ``quantity`` counts: ``g`` grams, ``ml`` millilitres; empty: items, or a measure of the till's own."""


class _Event(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    kw_only=True,
    gc=False,
):
    """What every event has."""

    id: Id
    """Chosen by the source, unique within the program. Sending it again with the same content is harmless."""
    member: Id
    """Your id of the member. Never a name, an e-mail or a phone number: it stays in the ledger for ever."""
    at: Annotated[datetime, Meta(tz=True)]
    """When it happened, with its offset. It may be earlier than what was recorded before."""


class Enrol(_Event, frozen=True, tag="enrol"):
    """The member joins. Everything else needs it first."""

    referrer: Name = ""
    """The member who brought this one along; empty: nobody."""
    household: bool = False
    """It is a household, which holds a pool for its people: nothing is given for its joining, and it has no tier."""


class Traits(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """What rules may know about a person without knowing who it is."""

    birthday: Annotated[str, Meta(pattern=rf"^({_DAY_OF_YEAR})?(?![\s\S])")] = ""
    """Month and day, ``MM-DD``, never the year; empty: not known."""
    age: Annotated[int, Meta(ge=0, le=150)] | None = None
    """The lower end of the member's age band, in years: 18 for somebody of 18 to 24. None: not known."""
    region: Name = ""
    """As `region` of the program file matches it."""
    language: Name = ""
    """A tag such as ``bg``."""
    segments: tuple[Name, ...] = ()
    """The groups that analysis has put the member into."""
    consents: tuple[Name, ...] = ()
    """The purposes that the member agreed to, such as ``marketing``."""


class Describe(_Event, frozen=True, tag="describe"):
    """What is known of the member now, in place of what was known before."""

    traits: Traits
    """All that is known from now on; what is left out is not known any more."""
    keeps_segments: bool = False
    """The segments stay those that the member is in when this is decided, and ``traits`` names none."""

    def __post_init__(self) -> None:
        """Refuse, as malformed, to keep segments and to name others."""
        if self.keeps_segments and self.traits.segments:
            raise ValueError("`keeps_segments` stands beside segments; leave one of them out")


MOST_SEGMENTS = 100
"""How many segments one event names at most."""


class Segment(_Event, frozen=True, tag="segment"):
    """Analysis has found the member to be in segments, or in some no longer. What else is known stays as it is."""

    entered: Annotated[tuple[Id, ...], Meta(max_length=MOST_SEGMENTS)] = ()
    """The segments that the member is in from now on. One that the member is in already changes nothing."""
    left: Annotated[tuple[Id, ...], Meta(max_length=MOST_SEGMENTS)] = ()
    """The segments that the member is in no longer. One that the member is not in changes nothing."""
    by: Name = ""
    """What found it, such as ``rfm``; empty: it is not told."""


class Erase(_Event, frozen=True, tag="erase"):
    """The person asked to be forgotten: the traits go, the books stay."""


MOST_REWARDS_TAKEN = 20
"""How many rewards a purchase takes along at most."""


class TakenReward(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A reward that a purchase takes along."""

    reward: Id
    """The reward, by its name in the program file."""
    amount: Count = 0
    """How much of its unit the member gives for it, as in `redeem`."""


class Purchase(_Event, frozen=True, tag="purchase"):
    """A paid basket."""

    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=10_000)]
    """The lines of the basket, in the order of the receipt: a return names them by their place."""
    discount: Money = 0
    """Taken off the basket as a whole, in minor units. It is spread over the lines by what each costs."""
    currency: Annotated[str, Meta(pattern=r"^([A-Z]{3})?(?![\s\S])")] = ""
    """ISO 4217; empty means the program's."""
    store: Name = ""
    """As `store` of the program file matches it."""
    channel: Name = ""
    """As `channel` of the program file matches it, such as `web`."""
    tender: Name = ""
    """How it was paid, as `tender` of the program file matches it."""
    tenders: dict[Name, Money] = {}
    """For a bill paid in several ways: how much by each, in minor units. Then ``tender`` is left empty."""
    partner: Name = ""
    """The partner of the program where it was bought; empty: the merchant's own shop."""
    merchant_category: Name = ""
    """What kind of shop it was bought in, as the card scheme codes it: ``5812`` is a restaurant."""
    codes: Annotated[tuple[Id, ...], Meta(max_length=50)] = ()
    """Coupon codes that the member shows."""
    spend: dict[Name, Count] = {}
    """What the member pays with out of the wallet, by unit, in the unit's smallest part."""
    rewards: Annotated[tuple[TakenReward, ...], Meta(max_length=MOST_REWARDS_TAKEN)] = ()
    """Rewards that the member takes with it, before its price is worked out: a voucher comes off this very basket."""
    holds: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()
    """Holds that end with it, by their ids: what they held is there for ``spend``, ``rewards`` and ``codes``."""
    expects: OwnMoney | None = None
    """What the member was told to pay in money, in minor units of the program's currency; None: nothing was told.

    If the program comes to another amount the purchase is refused."""
    attributes: dict[Name, Name] = {}
    """Further facts for `attribute` and `if:`, as names with texts."""


class ReturnedLine(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """How much of one line comes back."""

    line: Annotated[int, Meta(ge=0, le=10_000)]
    """The line's place in the purchase, counted from 0."""
    quantity: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)] | None = None
    """None means all of it that has not come back yet."""


class Return(_Event, frozen=True, tag="return"):
    """Goods of an earlier purchase come back."""

    purchase: Id
    """The id of the purchase."""
    lines: Annotated[tuple[ReturnedLine, ...], Meta(max_length=10_000)] = ()
    """Empty means everything that has not come back yet."""


class Action(_Event, frozen=True, tag="action"):
    """The member did something other than buy: wrote a review, used a coupon, visited."""

    action: Id
    """What the member did, as `on: action NAME` of the program file matches it."""
    attributes: dict[Name, Name] = {}
    """Further facts for `attribute` and `if:`, as names with texts."""
    quantity: Count = 1
    """How much of it: bottles brought back, grams recycled, points bought."""
    partner: Name = ""
    """The partner with whom it was done; empty: with the merchant."""


class Deliver(_Event, frozen=True, tag="deliver"):
    """The goods of a purchase have reached the member. What waited for it begins to mature."""

    purchase: Id
    """The id of the purchase."""


class Redeem(_Event, frozen=True, tag="redeem"):
    """The member takes a reward from the catalogue."""

    reward: Id
    """The reward, by its name in the program file."""
    amount: Count = 0
    """For a reward that is taken in any amount: how much of its unit the member gives for it."""
    channel: Name = ""
    """Where it is taken, as `channel` of the program file matches it."""


class Hold(_Event, frozen=True, tag="hold"):
    """Something is reserved for the member until an instant: an amount, a reward, or the use of a code or coupon."""

    until: Annotated[datetime, Meta(tz=True)]
    """When it lapses by itself; later than ``at``, and at most 30 days later."""
    unit: Name = ""
    """For an amount: the unit, by its name in the program file."""
    amount: Count = 0
    """For an amount: how much, in the unit's smallest part. For a reward: as in `redeem`."""
    reward: Name = ""
    """For a reward: its name in the program file. What it costs is held, and it is taken from the stock."""
    channel: Name = ""
    """For a reward: where it is taken, as in `redeem`."""
    code: Name = ""
    """For a coupon: the code, or the reference of a personal one."""


class Capture(_Event, frozen=True, tag="capture"):
    """What was held is used: an amount is spent, a reward given, a coupon used up. The rest goes back."""

    hold: Id
    """The id of the hold."""
    amount: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)] | None = None
    """How much of it, in the unit's smallest part; for a reward, what its pieces cost. None: all of it."""


class Release(_Event, frozen=True, tag="release"):
    """What was held is not needed: all of it goes back."""

    hold: Id
    """The id of the hold."""


class Use(_Event, frozen=True, tag="use"):
    """The member makes use of a benefit: a free return, a test of a tent, the monthly cup."""

    benefit: Id
    """The benefit, by its name in the program file."""
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    """How often it is made use of."""
    purchase: Name = ""
    """The purchase that it is used for, where the benefit is bound to one: a claim on a price; empty: none."""


class Join(_Event, frozen=True, tag="join"):
    """The member takes up a membership whose first term is paid, or opts into a club.

    Money is collected elsewhere. A membership that was given up and has not ended yet is taken up again without a
    payment.
    """

    plan: Id
    """The plan, by its name in the program file."""
    trial: bool = False
    """It begins with the plan's trial instead of a payment."""


class Renew(_Event, frozen=True, tag="renew"):
    """The next term of a membership was paid, in advance or late. One that was given up goes on."""

    plan: Id
    """The plan, by its name in the program file."""


class Leave(_Event, frozen=True, tag="leave"):
    """The member ends a membership, at the end of the term or at once."""

    plan: Id
    """The plan, by its name in the program file."""
    at_once: bool = False
    """It ends now; otherwise at the end of the term that is paid for."""


class Choose(_Event, frozen=True, tag="choose"):
    """The member picks options of a menu for a period: the categories of the month."""

    menu: Id
    """The menu, by its name in the program file."""
    options: Annotated[tuple[Id, ...], Meta(max_length=100)]
    """All that are wanted for the period, by their names; none at all takes the choice back."""
    next_period: bool = False
    """For the period after the one the event lies in."""


class Donate(_Event, frozen=True, tag="donate"):
    """The member gives an amount to a cause."""

    cause: Id
    """The cause, by its name in the program file."""
    amount: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
    """In the smallest part of the cause's unit."""


class Send(_Event, frozen=True, tag="send"):
    """The member gives an amount to another member, or into the household's pool."""

    unit: Id
    """The unit, by its name in the program file."""
    amount: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
    """In the unit's smallest part."""
    to: Id
    """The other member's id."""


class Convert(_Event, frozen=True, tag="convert"):
    """The member turns an amount of one unit into another."""

    conversion: Id
    """The conversion, by its name in the program file."""
    amount: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
    """In the smallest part of the unit that is given."""


class Play(_Event, frozen=True, tag="play"):
    """The member spins a wheel, or enters a raffle."""

    game: Id
    """The raffle or wheel, by its name in the program file."""
    tickets: Annotated[int, Meta(ge=1, le=1_000)] = 1
    """For a raffle: how many tickets are asked for."""


def _plain_role(event: "Enter | Admit | Settle") -> None:
    """Let a role that is the default be the default itself.

    Defaults are left out of an event's JSON by identity: another text that reads ``adult``, out of a request or a
    stored state, would be written, and the same event would have two canonical forms.
    """
    msgspec.structs.force_setattr(event, "role", sys.intern(event.role))


class Enter(_Event, frozen=True, tag="enter"):
    """The member asks to enter a household. The household admits or declines."""

    household: Id
    """The household's own id: it is a member too, and holds the pool."""
    role: Name = "adult"
    """As the household's roles are called in the program file."""
    address: Name = ""
    """A token that is equal for equal addresses, never the address itself."""

    def __post_init__(self) -> None:
        """See ``_plain_role``."""
        _plain_role(self)


class Exit(_Event, frozen=True, tag="exit"):
    """The member leaves the household."""


class Receive(_Event, frozen=True, tag="receive"):
    """An amount that another member sent arrives, or comes back because the other could not take it."""

    unit: Id
    """The unit, by its name in the program file."""
    amount: Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
    """In the unit's smallest part."""
    sender: Id
    """Who sent it; for what comes back, who could not take it."""
    expires_at: Instant | None = None
    """The expiry that it keeps; None: as its unit says."""
    comes_back_with: Instant | None = None
    """The expiry that it had with the sender, and has again if it comes back."""
    returned: Name = ""
    """For what comes back: the code by which it was refused. Empty: it was sent."""
    merge: Name = ""
    """The id of the merge that it travels for; empty: it was sent. Then an expiry of None means that it has none."""
    separated: bool = False
    """The merge was undone, and it comes home."""
    matures_at: Instant | None = None
    """When it becomes available with the receiver too; None: at once."""
    reference: Name = ""
    """The reference by which the lot is known, and stays known; empty: it has none."""
    owed: bool = False
    """It is no amount but a debt."""


class Absorb(_Event, frozen=True, tag="absorb"):
    """What a merged member had besides amounts arrives, or comes home because the merge was refused or undone."""

    sender: Id
    """The member who was merged; for what comes home, the one who had it."""
    merge: Id
    """The id of the merge."""
    belongings: Belongings = NO_BELONGINGS
    """What there is: meters, purchases, badges, coupons, tickets, counters."""
    more: bool = False
    """It came after the merge: a late return, or what others still sent."""
    returned: Name = ""
    """For what comes back: the code by which it was refused. Empty: it was sent."""
    separated: bool = False
    """The merge was undone, and it comes home."""


class Separate(_Event, frozen=True, tag="separate"):
    """A merge was undone: whoever took over a member's wallet and meters gives them back, as far as they are there."""

    sender: Id
    """The member who was merged."""
    merge: Id
    """The id of the merge."""


class Refer(_Event, frozen=True, tag="refer"):
    """Somebody whom the member brought along has met the condition of a referral, or meets it no longer."""

    referral: Id
    """The referral, by its name in the program file."""
    friend: Id
    """Who was brought along."""
    withdrawn: bool = False
    """The goods that met the condition came back."""


class Admit(_Event, frozen=True, tag="admit"):
    """A household is asked to take a person in, or told that one has left."""

    household: Id
    """The household mechanic, by its name in the program file."""
    person: Id
    """The member who asks or leaves."""
    role: Name = "adult"
    """The role that is asked for."""
    address: Name = ""
    """As in `enter`."""
    leaves: bool = False
    """The person has left; otherwise it asks to be taken in."""
    plans: tuple[Name, ...] = ()
    """From the owner: the plans that the household shares now."""

    def __post_init__(self) -> None:
        """See ``_plain_role``."""
        _plain_role(self)


class Settle(_Event, frozen=True, tag="settle"):
    """A household's answer to a person who asked to enter."""

    household: Id
    """The household mechanic, by its name in the program file."""
    pool: Id
    """The household's own id."""
    role: Name = "adult"
    """The role that was given."""
    refused: Name = ""
    """Why the household declined: ``full``, ``other_address`` or ``no_owner``; empty: the person was taken in."""
    plans: tuple[Name, ...] = ()
    """The plans that the household shares with the person."""

    def __post_init__(self) -> None:
        """See ``_plain_role``."""
        _plain_role(self)


class Win(_Event, frozen=True, tag="win"):
    """A raffle was drawn, and the member has won."""

    game: Id
    """The raffle, by its name in the program file."""
    prize: Id
    """The prize, by its name in the program file."""
    ticket: Name = ""
    """The number of the ticket that was drawn."""


class Adjust(_Event, frozen=True, tag="adjust"):
    """A member of staff corrects a balance."""

    unit: Id
    """The unit, by its name in the program file."""
    amount: Annotated[int, Meta(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
    """In the unit's smallest part; negative takes away."""
    reason: Prose
    """Why, for whoever reads the statement. No personal data."""
    by: Id
    """Who did it: an id of the person on the staff, not a name."""


class Block(_Event, frozen=True, tag="block"):
    """A member of staff stops whatever the member does. What others do, returns and time go on."""

    reason: Prose
    """Why, for whoever looks at the member. No personal data."""
    by: Id
    """Who did it: an id of the person on the staff, not a name."""


class Unblock(_Event, frozen=True, tag="unblock"):
    """The member may act again."""

    reason: Prose
    """Why, for whoever looks at the member. No personal data."""
    by: Id
    """Who did it: an id of the person on the staff, not a name."""


class Close(_Event, frozen=True, tag="close"):
    """The member leaves the program: what is in the wallets lapses, memberships end, and nothing happens any more."""

    reason: Prose
    """Why, for whoever looks at the member. No personal data."""
    by: Id
    """Who did it: an id of the person on the staff, or the member's own."""


class Merge(_Event, frozen=True, tag="merge"):
    """Two cards turn out to be one person's: what this member has goes over to another, who acts for both."""

    into: Id
    """The other member's id."""
    by: Name = ""
    """Who did it: an id of the person on the staff, not a name."""


class Unmerge(_Event, frozen=True, tag="unmerge"):
    """They were two persons after all: the member is active again, and gets back what the other one still has."""

    by: Name = ""
    """Who did it: an id of the person on the staff, not a name."""


class Tick(_Event, frozen=True, tag="tick"):
    """Time has passed: whatever fell due up to ``at`` is settled."""


EngineEvent = Receive | Refer | Admit | Settle | Win | Absorb | Separate
"""What Guerdon itself sends from one member to another. Nobody outside may."""

Event = (
    Enrol
    | Describe
    | Segment
    | Erase
    | Purchase
    | Return
    | Action
    | Deliver
    | Redeem
    | Hold
    | Capture
    | Release
    | Use
    | Join
    | Renew
    | Leave
    | Choose
    | Donate
    | Send
    | Convert
    | Play
    | Enter
    | Exit
    | Adjust
    | Block
    | Unblock
    | Close
    | Merge
    | Unmerge
    | Tick
    | EngineEvent
)
"""Everything that happens to a member, told apart by ``kind``."""

ENGINE_EVENTS: tuple[type[msgspec.Struct], ...] = get_args(EngineEvent)
ENGINE_KINDS = frozenset(str(kind.__struct_config__.tag) for kind in ENGINE_EVENTS)

NEVER_LATE = frozenset((*ENGINE_EVENTS, Segment, Block, Unblock, Close, Merge, Unmerge))
"""What is decided as the member's record stands, where that stands later than the event is dated."""

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def kind_of(event: Event) -> str:
    """The event's kind as it stands in its JSON."""
    return str(event.__struct_config__.tag)


def may_go_back(event: Event) -> TypeGuard[Receive | Absorb]:
    """Whether an event goes back to its sender where it is refused. What is on its way back already does not."""
    return isinstance(event, Receive | Absorb) and not event.returned


def returned(event: Receive | Absorb, code: str) -> Receive | Absorb:
    """The event by which something goes back to its sender, where the receiver's was refused with a code."""
    back = {"id": derived_id(event.id, "returned"), "member": event.sender, "sender": event.member, "returned": code}
    if isinstance(event, Absorb):
        return msgspec.structs.replace(event, **back)
    expires_at = event.expires_at or event.comes_back_with
    return msgspec.structs.replace(event, **back, expires_at=expires_at, comes_back_with=None)


def derived_id(cause: str, mechanic: str) -> str:
    """The id of the event that a mechanic sends on account of another event: always the same for the same cause."""
    own = f"{cause}>{mechanic}"
    return own if len(own) <= MAX_ID else f">{hashlib.blake2b(own.encode(), digest_size=16).hexdigest()}"


_ADDRESSED = {
    "use": "benefit",
    "join": "plan",
    "renew": "plan",
    "leave": "plan",
    "choose": "menu",
    "donate": "cause",
    "send": "unit",
    "convert": "conversion",
    "play": "game",
    "receive": "unit",
    "refer": "referral",
    "admit": "household",
    "settle": "household",
    "win": "game",
}
"""The field by which an event of a kind names the mechanic that it is for."""


def addressed(event: Event) -> str:
    """The name of what an event is for, as the program file has it; empty for a kind of which there is only one."""
    field = _ADDRESSED.get(kind_of(event))
    return "" if field is None else getattr(event, field)


def purchase_of(event: Event) -> str:
    """The id of the earlier purchase whose record a decision of this event needs; empty: it needs none."""
    return event.purchase if isinstance(event, Return | Use) else ""


def rewards_of(event: Event) -> tuple[str, ...]:
    """The rewards that an event asks for, by their names."""
    if isinstance(event, Purchase):
        return tuple([taken.reward for taken in event.rewards])
    return (event.reward,) if isinstance(event, Redeem | Hold) and event.reward else ()


def holds_of(event: Event) -> tuple[str, ...]:
    """The holds that an event ends, by their ids."""
    if isinstance(event, Purchase):
        return event.holds
    return (event.hold,) if isinstance(event, Capture | Release) else ()


def encode_event(event: Event) -> bytes:
    """The one canonical JSON of an event: fields in order, keys sorted, defaults left out.

    What is hashed and what is stored.
    """
    return _encoder.encode(event)


def decode_event(content: bytes | str) -> Event:
    """Read an event.

    Raises ``msgspec.ValidationError`` or ``msgspec.DecodeError`` with the place of what is wrong.
    """
    return _decoder.decode(content)


def differences(content: bytes, other: bytes) -> list[str]:
    """The fields in which two events differ, by their canonical JSON."""
    one, two = msgspec.json.decode(content), msgspec.json.decode(other)
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def event_from(value: object) -> Event:
    """Read an event from plain Python values (a dict from a client, a row of a file)."""
    event: Event = msgspec.convert(value, Event)
    return event


def instant_in_range(instant: Instant) -> bool:
    """Whether an event may carry this time: the years 2000 to 2099."""
    return FIRST_INSTANT <= instant < LAST_INSTANT


def instant_of_event(event: Event) -> Instant:
    """When the event happened, as an instant."""
    return instant_of(event.at)


def line_nets(lines: Sequence[Line]) -> list[int]:
    """What each line costs after its own discount, in minor units."""
    return [line.amount - line.discount for line in lines]


def payments_of(nets: list[int], discount: int) -> list[int]:
    """What is paid for each line when ``discount`` (minor units) is taken off the basket and spread over its lines.

    ``nets`` is what each line costs after its own discount: 999 and 501 with a discount of 500 are paid with 666 and
    334.
    """
    if not discount:
        return nets
    return [net - share for net, share in zip(nets, allocate(discount, nets), strict=True)]


def lowered(payments: list[int], lines: Sequence[int], shares: Sequence[int]) -> list[int]:
    """What is paid for each line when some of them cost less, each by its share."""
    left = payments.copy()
    for line, share in zip(lines, shares, strict=True):
        left[line] -= share
    return left
