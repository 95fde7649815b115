"""Rewards and tiers: what there is to be had, and who stands where."""

from datetime import datetime

from guerdon.client.calls import EVENT_PATH, Call, Tagged, Who, get, if_match, named, new_id, now, post, tagged, write
from guerdon.client.operations import Group, Way, operation
from guerdon.core.events import Redeem
from guerdon.messages.events import EventAnswer
from guerdon.messages.programs import LeafletLanguage
from guerdon.messages.rewards import Catalogue
from guerdon.messages.stock import Addition, LimitAnswer
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

    @operation
    def stock(self, reward: str) -> Call[Tagged[LimitAnswer]]:
        """How many pieces of a reward are left, of how many. The tag is to be given back with what is added."""
        return tagged(get("/v1/rewards/{name}/stock", LimitAnswer, name=reward))

    @operation
    def add_stock(
        self, reward: str, pieces: int, *, reason: str = "", tag: str | None = None
    ) -> Call[Tagged[LimitAnswer]]:
        """Add pieces of a reward, or take some away; with the ``tag`` of what there was, only if it is still so."""
        addition, headers = Addition(add=pieces, reason=reason), if_match(tag)
        path = "/v1/rewards/{name}/stock"
        return tagged(post(path, LimitAnswer, addition, headers=headers, is_repeatable=False, name=reward))


class Tiers(Group[Way]):
    """The ladders."""

    @operation
    def list(self) -> Call[Ladders]:
        """The ladders of the version in force, with what each level asks for."""
        return get("/v1/tiers", Ladders)
