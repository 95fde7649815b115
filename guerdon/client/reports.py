"""Reports: campaigns and budgets, partners, causes, the liability."""

from datetime import date, datetime

from guerdon.client.calls import Call, Tagged, get, if_match, post, tagged
from guerdon.client.operations import Group, Way, operation
from guerdon.messages.campaigns import Campaigns as CampaignsAnswer
from guerdon.messages.campaigns import SharedLimits
from guerdon.messages.causes import CausesAnswer
from guerdon.messages.liability import LiabilityAnswer
from guerdon.messages.partners import Partners as PartnersAnswer
from guerdon.messages.partners import StatementOfPartner
from guerdon.messages.stock import Addition, LimitAnswer


class Campaigns(Group[Way]):
    """What has dates or a budget."""

    @operation
    def list(self) -> Call[CampaignsAnswer]:
        """The mechanics that have dates or a budget, with what they have granted so far."""
        return get("/v1/campaigns", CampaignsAnswer)

    @operation
    def limits(self) -> Call[SharedLimits]:
        """Every budget, number of uses and stock that all members share, and what is left of it."""
        return get("/v1/limits", SharedLimits)

    @operation
    def budget(self, mechanic: str) -> Call[Tagged[LimitAnswer]]:
        """How much is left of what a mechanic gives to all members together. The tag goes back with what is added."""
        return tagged(get("/v1/budgets/{name}", LimitAnswer, name=mechanic))

    @operation
    def add_budget(
        self, mechanic: str, amount: int, *, reason: str = "", tag: str | None = None
    ) -> Call[Tagged[LimitAnswer]]:
        """Add to a budget, or take from it; with the ``tag`` of what there was, only if it is still so."""
        addition, headers = Addition(add=amount, reason=reason), if_match(tag)
        path = "/v1/budgets/{name}"
        return tagged(post(path, LimitAnswer, addition, headers=headers, is_repeatable=False, name=mechanic))


class Partners(Group[Way]):
    """Other businesses that take part."""

    @operation
    def list(self) -> Call[PartnersAnswer]:
        """The businesses that take part in the version in force."""
        return get("/v1/partners", PartnersAnswer)

    @operation
    def statement(
        self, partner: str, *, first: date | None = None, last: date | None = None
    ) -> Call[StatementOfPartner]:
        """What a partner granted and was paid with from a day through another, and who owes whom."""
        query = {"from": first, "to": last}
        return get("/v1/partners/{partner}/statement", StatementOfPartner, query=query, partner=partner)


class Causes(Group[Way]):
    """What members give to."""

    @operation
    def list(self) -> Call[CausesAnswer]:
        """What each cause was given, and how far its target is."""
        return get("/v1/causes", CausesAnswer)


class Liability(Group[Way]):
    """What is outstanding."""

    @operation
    def read(self, *, as_of: datetime | None = None) -> Call[LiabilityAnswer]:
        """What is outstanding of each unit and what it is worth, now or at a past moment."""
        return get("/v1/liability", LiabilityAnswer, query={"as_of": as_of})
