"""Rewards and tiers: what there is to be had, and who stands where."""

from datetime import datetime

from guerdon.client.calls import EVENT_PATH, Call, Who, get, named, new_id, now, write
from guerdon.client.operations import Group, Way, operation
from guerdon.core.events import Redeem
from guerdon.messages.events import EventAnswer
from guerdon.messages.programs import LeafletLanguage
from guerdon.messages.rewards import Catalogue
from guerdon.messages.tiers import Ladders


class Rewards(Group[Way]):
    """The catalogue."""

    @operation
    def list(self, *, language: LeafletLanguage = "en") -> Call[Catalogue]:
        """The rewards of the version in force, with what each costs and what there is to know."""
        return get("/v1/rewards", Catalogue, query={"language": language})

    @operation
    def redeem(
        self,
        member: Who,
        reward: str,
        *,
        amount: int = 0,
        channel: str = "",
        id: str | None = None,
        at: datetime | None = None,
    ) -> Call[EventAnswer]:
        """Give a reward to a member, for what it costs."""
        event = Redeem(
            id=id or new_id(), at=at or now(), member=named(member), reward=reward, amount=amount, channel=channel
        )
        return write(EVENT_PATH, EventAnswer, event, of=member)


class Tiers(Group[Way]):
    """The ladders."""

    @operation
    def list(self) -> Call[Ladders]:
        """The ladders of the version in force, with what each level asks for."""
        return get("/v1/tiers", Ladders)
