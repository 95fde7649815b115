"""Events: everything that happens to a member.

An event is a fact from outside, or the passing of time. It never changes. It names no person: a member is known here by
an id alone. Amounts of money are whole minor units of the program's currency (cents).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from guerdon.core.amounts import MAX_AMOUNT, allocate
from guerdon.core.calendar import FIRST_INSTANT, LAST_INSTANT, Instant, instant_of

# The end is written as "nothing follows", because $ would let a line break at the end pass.
MAX_ID = 200
"""How many characters an id may have."""

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00-\x1f\x7f]+(?![\s\S])")]
Name = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*(?![\s\S])")]
Prose = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+(?![\s\S])")]
Money = Annotated[int, Meta(ge=0, le=MAX_AMOUNT), "money"]
"""Minor units of the program's currency. The word tells it from a count, for whoever looks at a field's type."""
Count = Annotated[int, Meta(ge=0, le=MAX_AMOUNT), "count"]


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
    """Further facts for an `if:`, as names with texts."""


class Redeem(_Event, frozen=True, tag="redeem"):
    """The member takes a reward from the catalogue."""

    reward: Id
    """The reward, by its name in the program file."""


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


class Tick(_Event, frozen=True, tag="tick"):
    """Time has passed: whatever fell due up to ``at`` is settled."""


Event = Enrol | Purchase | Return | Action | Redeem | Adjust | Tick
EventKind = Literal["enrol", "purchase", "return", "action", "redeem", "adjust", "tick"]

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def kind_of(event: Event) -> str:
    """The event's kind as it stands in its JSON."""
    return str(event.__struct_config__.tag)


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


def line_payments(purchase: Purchase, discount: int) -> list[int]:
    """What is paid for each line when ``discount`` (minor units) is taken off the basket and spread over its lines.

    Lines of 999 and 501 with a discount of 500 are paid with 666 and 334.
    """
    return payments_of(line_nets(purchase.lines), discount)


def payments_of(nets: list[int], discount: int) -> list[int]:
    """The same from what each line costs after its own discount."""
    if not discount:
        return nets
    return [net - share for net, share in zip(nets, allocate(discount, nets), strict=True)]
