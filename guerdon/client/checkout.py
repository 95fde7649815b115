"""The checkout: quote, hold, purchase, return.

The two calls of a checkout are a quote of the basket and its purchase. Whoever may have to send a purchase again after
a restart of its own names ``id`` and ``at``, both from its own records: the same id with other content is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from guerdon.client.calls import EVENT_PATH, Call, new_id, now, post, write
from guerdon.client.operations import Group, Way, operation
from guerdon.core.events import Capture, Hold, Line, Purchase, Release, Return, ReturnedLine, TakenReward
from guerdon.messages.carts import QuoteRequest
from guerdon.messages.events import EventAnswer
from guerdon.messages.quotes import QuoteAnswer
from guerdon.messages.receipts import PurchaseAnswer
from guerdon.messages.returns import ReturnAnswer


class Basket(TypedDict, total=False):
    """What a basket may have besides its lines; each is explained with ``guerdon.core.events.Purchase``."""

    discount: int
    currency: str
    store: str
    channel: str
    tender: str
    tenders: Mapping[str, int]
    partner: str
    merchant_category: str
    codes: Sequence[str]
    spend: Mapping[str, int]
    rewards: Sequence[TakenReward]
    holds: Sequence[str]
    expects: int | None
    attributes: Mapping[str, str]


class Quotes(Group[Way]):
    """What a basket would cost, earn and unlock."""

    @operation
    def ask(
        self, member: str, lines: Sequence[Line], *, as_of: datetime | None = None, **basket: Unpack[Basket]
    ) -> Call[QuoteAnswer]:
        """What buying a basket would lead to, now or at another moment. Nothing is recorded."""
        asked = QuoteRequest(member=member, lines=tuple(lines), as_of=as_of, **basket)  # type: ignore[arg-type]
        return post("/v1/quotes", QuoteAnswer, asked)


class Purchases(Group[Way]):
    """What members buy."""

    @operation
    def send(
        self,
        member: str,
        lines: Sequence[Line],
        *,
        id: str | None = None,
        at: datetime | None = None,
        **basket: Unpack[Basket],
    ) -> Call[PurchaseAnswer]:
        """Record a purchase, and get what its receipt is printed from."""
        event = Purchase(id=id or new_id(), at=at or now(), member=member, lines=tuple(lines), **basket)  # type: ignore[arg-type]
        return write("/v1/purchases", PurchaseAnswer, event)


class Returns(Group[Way]):
    """Goods that come back."""

    @operation
    def send(
        self,
        member: str,
        purchase: str,
        lines: Sequence[ReturnedLine] = (),
        *,
        id: str | None = None,
        at: datetime | None = None,
    ) -> Call[ReturnAnswer]:
        """Record that goods of a purchase come back: some lines, or everything that has not come back yet."""
        event = Return(id=id or new_id(), at=at or now(), member=member, purchase=purchase, lines=tuple(lines))
        return write("/v1/returns", ReturnAnswer, event)


class Holds(Group[Way]):
    """What is reserved for a member for a while."""

    @operation
    def make(
        self,
        member: str,
        until: datetime,
        *,
        unit: str = "",
        amount: int = 0,
        reward: str = "",
        channel: str = "",
        code: str = "",
        id: str | None = None,
        at: datetime | None = None,
    ) -> Call[EventAnswer]:
        """Reserve an amount of a unit, a reward, or the use of a code. The answer's id is the hold's."""
        event = Hold(
            id=id or new_id(),
            at=at or now(),
            member=member,
            until=until,
            unit=unit,
            amount=amount,
            reward=reward,
            channel=channel,
            code=code,
        )
        return write(EVENT_PATH, EventAnswer, event)

    @operation
    def capture(
        self, member: str, hold: str, amount: int | None = None, *, id: str | None = None, at: datetime | None = None
    ) -> Call[EventAnswer]:
        """Use what was held: so much of it, or all. The rest goes back."""
        event = Capture(id=id or new_id(), at=at or now(), member=member, hold=hold, amount=amount)
        return write(EVENT_PATH, EventAnswer, event)

    @operation
    def release(
        self, member: str, hold: str, *, id: str | None = None, at: datetime | None = None
    ) -> Call[EventAnswer]:
        """Give back all that was held."""
        return write(EVENT_PATH, EventAnswer, Release(id=id or new_id(), at=at or now(), member=member, hold=hold))
