"""Members: joining, where they stand, what they have, what happened to them."""

from datetime import datetime
from typing import Literal

from guerdon.client.calls import Call, get, new_id, now, write
from guerdon.client.operations import Group, Way, operation, series
from guerdon.client.pages import Pages
from guerdon.core.events import Block, Close, Enrol, Merge, Unblock, Unmerge
from guerdon.messages.events import EventAnswer
from guerdon.messages.members import ListedMember, MemberAnswer, MemberPage
from guerdon.messages.persons import MergeAnswer
from guerdon.messages.segments import MemberSegments
from guerdon.messages.statements import StatementLine, StatementPage
from guerdon.messages.wallets import WalletAnswer, WalletsAnswer


class Members(Group[Way]):
    """Those who take part.

    Who blocked, closed or merged a member is the id of the key, where ``by`` is left out.
    """

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

    @operation
    def segments(self, member: str) -> Call[MemberSegments]:
        """The segments that a member is in, and every stay in one so far."""
        return get("/v1/members/{member}/segments", MemberSegments, member=member)

    @operation
    def block(
        self, member: str, reason: str, *, by: str = "", id: str | None = None, at: datetime | None = None
    ) -> Call[EventAnswer]:
        """Stop whatever the member does. Returns, time and what others send go on."""
        event = Block(id=id or new_id(), at=at or now(), member=member, reason=reason, by=by)
        return write("/v1/members/{member}/block", EventAnswer, event, member=member)

    @operation
    def unblock(
        self, member: str, reason: str, *, by: str = "", id: str | None = None, at: datetime | None = None
    ) -> Call[EventAnswer]:
        """Let the member act again."""
        event = Unblock(id=id or new_id(), at=at or now(), member=member, reason=reason, by=by)
        return write("/v1/members/{member}/unblock", EventAnswer, event, member=member)

    @operation
    def close(
        self, member: str, reason: str, *, by: str = "", id: str | None = None, at: datetime | None = None
    ) -> Call[EventAnswer]:
        """Let the member leave for good: what is in the wallets lapses, and memberships end."""
        event = Close(id=id or new_id(), at=at or now(), member=member, reason=reason, by=by)
        return write("/v1/members/{member}/close", EventAnswer, event, member=member)

    @operation
    def merge(
        self, member: str, into: str, *, by: str = "", id: str | None = None, at: datetime | None = None
    ) -> Call[MergeAnswer]:
        """Two cards turn out to be one person's: what this member has goes over to another, identities and all."""
        event = Merge(id=id or new_id(), at=at or now(), member=member, into=into, by=by)
        return write("/v1/members/{member}/merge", MergeAnswer, event, member=member)

    @operation
    def unmerge(
        self, member: str, *, by: str = "", id: str | None = None, at: datetime | None = None
    ) -> Call[MergeAnswer]:
        """They were two persons after all: the member is active again, and gets back what is still there."""
        event = Unmerge(id=id or new_id(), at=at or now(), member=member, by=by)
        return write("/v1/members/{member}/unmerge", MergeAnswer, event, member=member)


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
