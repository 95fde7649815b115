"""Reports: campaigns and budgets, partners, causes, the liability."""

from datetime import date, datetime

from guerdon.client.calls import Call, get
from guerdon.client.operations import Group, Way, operation
from guerdon.messages.campaigns import Campaigns as CampaignsAnswer
from guerdon.messages.campaigns import SharedLimits
from guerdon.messages.causes import CausesAnswer
from guerdon.messages.liability import LiabilityAnswer
from guerdon.messages.partners import Partners as PartnersAnswer
from guerdon.messages.partners import StatementOfPartner


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
