"""The id of a quote: what was quoted, and for which basket, so that nothing need be stored to hold a purchase to it.

**Worked.** A basket of 30.00 is quoted at 27.00 with the code ``TEN``. The purchase that names the quote has to be of
the same basket: other lines, another member or no code are refused with ``quote_of_another_cart``. It goes to the till
with ``expects`` 2700, so that the engine refuses it in the same transaction if by then the code is used up.

A hold that was made since, and how it is paid, are not known yet when a basket is quoted. They may differ; where they
change the price, ``expects`` refuses it.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from guerdon.api.problems import Problem
from guerdon.core.events import OwnMoney, Purchase, encode_event
from guerdon.messages.carts import PurchaseRequest
from guerdon.messages.problems import Fault

_PREFIX = "q1_"
_FIELDS = [field.name for field in msgspec.structs.fields(Purchase)]
_decoder = msgspec.msgpack.Decoder(tuple[OwnMoney, bytes])
_OF_THE_MOMENT: dict[str, Any] = {
    "id": "cart", "at": datetime(2000, 1, 1, tzinfo=UTC), "expects": None, "holds": (), "tender": "", "tenders": {},
}  # fmt: skip
"""What may be other in the purchase than it was in the quote."""


class QuotedPrice(NamedTuple):
    """What the id of a quote says."""

    to_pay: int
    """In minor units of the program's currency."""
    cart: bytes
    """What tells whether a purchase is of the same basket: see ``cart_digest``."""


def quote_id(price: QuotedPrice) -> str:
    """The id of the quote of a price."""
    return _PREFIX + urlsafe_b64encode(msgspec.msgpack.encode(tuple(price))).decode()


def quoted_price(shown: str) -> QuotedPrice:
    """Read the id of a quote; raises Problem where it is none."""
    try:
        content = urlsafe_b64decode(shown.removeprefix(_PREFIX).encode("ascii"))
        return QuotedPrice(*_decoder.decode(content))
    except (ValueError, msgspec.DecodeError):
        raise Problem("quote_not_readable") from None


def cart_digest(purchase: Purchase) -> bytes:
    """What two purchases share that are of one basket by one member, whenever they are and however they are paid."""
    plain = msgspec.structs.replace(purchase, **_OF_THE_MOMENT)
    return hashlib.blake2b(encode_event(plain), digest_size=8).digest()


def plain_purchase(asked: Purchase, **changes: Any) -> Purchase:
    """The event in a request that carries further fields."""
    return Purchase(**({name: getattr(asked, name) for name in _FIELDS} | changes))


def as_quoted(asked: PurchaseRequest) -> Purchase:
    """The event of a purchase, held to the quote that it names. Raises Problem where that is of another basket."""
    purchase = plain_purchase(asked)
    if not asked.quote:
        return purchase
    price = quoted_price(asked.quote)
    if price.cart != cart_digest(purchase):
        raise Problem("quote_of_another_cart")
    if purchase.expects not in (None, price.to_pay):
        told = f"The quote says {price.to_pay} is to be paid."
        raise Problem("not_as_wanted", first=told, faults=[Fault("$.expects", told)])
    return msgspec.structs.replace(purchase, expects=price.to_pay)
