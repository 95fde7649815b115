"""The checkout: quote, hold, purchase, return.

The two calls of a checkout are a quote of the basket and its purchase. Whoever may have to send a purchase again after
a restart of its own names ``id`` and ``at``, both from its own records: the same id with other content is refused.

A member is named by its id, or by what the person shows: ``ShownIdentity(kind="card", value="4000 1234")``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from guerdon.client.calls import Call, Who, get, named, new_id, now, post, write
from guerdon.client.operations import Group, Way, operation
from guerdon.core.events import Hold, Line, Return, ReturnedLine, TakenReward
from guerdon.messages.carts import PurchaseRequest, QuoteRequest
from guerdon.messages.holds import CaptureRequest, HoldAnswer, HoldStanding, OpenHolds, ReleaseRequest
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
        self, member: Who, lines: Sequence[Line], *, as_of: datetime | None = None, **basket: Unpack[Basket]
    ) -> Call[QuoteAnswer]:
        """What buying a basket would lead to, now or at another moment. Nothing is recorded."""
        asked = QuoteRequest(member=named(member), lines=tuple(lines), as_of=as_of, **basket)  # type: ignore[arg-type]
        return post("/v1/quotes", QuoteAnswer, asked, of=member)


class Purchases(Group[Way]):
    """What members buy."""

    @operation
    def send(
        self,
        member: Who,
        lines: Sequence[Line],
        *,
        quote: str = "",
        id: str | None = None,
        at: datetime | None = None,
        **basket: Unpack[Basket],
    ) -> Call[PurchaseAnswer]:
        """Record a purchase, and get what its receipt is printed from.

        With the id of a ``quote`` of the same basket it is refused if the price has changed since.
        """
        request = PurchaseRequest(
            id=id or new_id(),
            at=at or now(),
            member=named(member),
            lines=tuple(lines),
            quote=quote,
            **basket,  # type: ignore[arg-type]
        )
        return write("/v1/purchases", PurchaseAnswer, request, of=member)


class Returns(Group[Way]):
    """Goods that come back."""

    @operation
    def send(
        self,
        member: Who,
        purchase: str,
        lines: Sequence[ReturnedLine] = (),
        *,
        id: str | None = None,
        at: datetime | None = None,
    ) -> Call[ReturnAnswer]:
        """Record that goods of a purchase come back: some lines, or everything that has not come back yet."""
        event = Return(id=id or new_id(), at=at or now(), member=named(member), purchase=purchase, lines=tuple(lines))
        return write("/v1/returns", ReturnAnswer, event, of=member)


class Holds(Group[Way]):
    """What is reserved for a member for a while."""

    @operation
    def make(
        self,
        member: Who,
        until: datetime,
        *,
        unit: str = "",
        amount: int = 0,
        reward: str = "",
        channel: str = "",
        code: str = "",
        id: str | None = None,
        at: datetime | None = None,
    ) -> Call[HoldAnswer]:
        """Reserve an amount of a unit, a reward, or the use of a code, until a moment. Its id is the hold's."""
        event = Hold(
            id=id or new_id(),
            at=at or now(),
            member=named(member),
            until=until,
            unit=unit,
            amount=amount,
            reward=reward,
            channel=channel,
            code=code,
        )
        return write("/v1/holds", HoldAnswer, event, of=member)

    @operation
    def read(self, hold: str) -> Call[HoldStanding]:
        """A hold as it stands now: open, or how it ended."""
        return get("/v1/holds/{hold}", HoldStanding, hold=hold)

    @operation
    def list(self, member: str) -> Call[OpenHolds]:
        """What is reserved for a member now."""
        return get("/v1/members/{member}/holds", OpenHolds, member=member)

    @operation
    def capture(
        self, hold: str, amount: int | None = None, *, id: str | None = None, at: datetime | None = None
    ) -> Call[HoldAnswer]:
        """Use what was held: so much of it, or all. The rest goes back."""
        request = CaptureRequest(id=id or new_id(), at=at or now(), amount=amount)
        return write("/v1/holds/{hold}/capture", HoldAnswer, request, hold=hold)

    @operation
    def release(self, hold: str, *, id: str | None = None, at: datetime | None = None) -> Call[HoldAnswer]:
        """Give back all that was held."""
        request = ReleaseRequest(id=id or new_id(), at=at or now())
        return write("/v1/holds/{hold}/release", HoldAnswer, request, hold=hold)
