"""Members: joining, where they stand, what they have, what happened to them."""

from datetime import datetime
from typing import Literal

from guerdon.client.calls import Call, get, new_id, now, write
from guerdon.client.operations import Group, Way, operation, series
from guerdon.client.pages import Pages
from guerdon.core.events import Enrol
from guerdon.messages.events import EventAnswer
from guerdon.messages.members import ListedMember, MemberAnswer, MemberPage
from guerdon.messages.statements import StatementLine, StatementPage
from guerdon.messages.wallets import WalletAnswer, WalletsAnswer


class Members(Group[Way]):
    """Those who take part."""

    @operation
    def enrol(
        self,
        member: str,
        *,
        referrer: str = "",
        household: bool = False,
        id: str | None = None,
        at: datetime | None = None,
    ) -> Call[EventAnswer]:
        """Let a member join. Everything else needs it first."""
        event = Enrol(id=id or new_id(), at=at or now(), member=member, referrer=referrer, household=household)
        return write("/v1/members", EventAnswer, event)

    @operation
    def read(self, member: str, *, as_of: datetime | None = None) -> Call[MemberAnswer]:
        """Where a member stands, now or at any moment of the past or the future."""
        return get("/v1/members/{member}", MemberAnswer, query={"as_of": as_of}, member=member)

    @series
    def list(self, *, limit: int = 1_000) -> Pages[ListedMember]:
        """All members in the order of their ids; ``limit`` is how many are asked for at a time."""
        return Pages(get("/v1/members", MemberPage, query={"limit": limit}), ListedMember)

    @series
    def statement(
        self, member: str, *, order: Literal["newest", "oldest"] = "newest", limit: int = 100
    ) -> Pages[StatementLine]:
        """What happened to a member, entry by entry, with running balances; so many are asked for at a time."""
        query = {"order": order, "limit": limit}
        return Pages(get("/v1/members/{member}/statement", StatementPage, query=query, member=member), StatementLine)


class Wallets(Group[Way]):
    """What members have."""

    @operation
    def read(self, member: str, *, as_of: datetime | None = None) -> Call[WalletsAnswer]:
        """What a member has of each unit, lot by lot, now or at any moment."""
        return get("/v1/members/{member}/wallets", WalletsAnswer, query={"as_of": as_of}, member=member)

    @operation
    def read_one(self, member: str, unit: str, *, as_of: datetime | None = None) -> Call[WalletAnswer]:
        """What a member has of one unit, lot by lot, now or at any moment."""
        return get(
            "/v1/members/{member}/wallets/{unit}", WalletAnswer, query={"as_of": as_of}, member=member, unit=unit
        )
