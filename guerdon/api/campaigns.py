"""Campaigns and shared limits: what has dates or a budget, and how much of it is left."""

import time

from litestar import Router, get

from guerdon.api.access import AUDITOR, open_to
from guerdon.api.requests import AnyRequest, reading_program
from guerdon.messages.amounts import wired
from guerdon.messages.campaigns import CampaignFigures, Campaigns, GrantedSoFar, SharedLimit, SharedLimits
from guerdon.runtime.campaigns import Campaign, campaigns
from guerdon.runtime.offers import limits_left
from guerdon.store.reading import StoredLimit


@get("/campaigns", sync_to_thread=True, **open_to(*AUDITOR))
def list_campaigns(request: AnyRequest) -> Campaigns:
    """The mechanics of the version in force that have dates or a budget, with what they have granted so far."""
    with reading_program(request) as (connection, published):
        found = campaigns(connection, published.id, published.in_force(), int(time.time()))
    return Campaigns(items=[_figures(campaign) for campaign in found])


@get("/limits", sync_to_thread=True, **open_to(*AUDITOR))
def list_limits(request: AnyRequest) -> SharedLimits:
    """Every budget, number of uses and stock that all members share, with what is used of it and what is left."""
    with reading_program(request) as (connection, published):
        found = limits_left(connection, published.id, published.in_force(), int(time.time()))
    return SharedLimits(items=[_limit(limit) for limit in found])


def _figures(campaign: Campaign) -> CampaignFigures:
    return CampaignFigures(
        name=campaign.name,
        kind=campaign.kind,
        title=campaign.title,
        first_day=campaign.first_day,
        last_day=campaign.last_day,
        status=campaign.stage,
        limits=[_limit(limit) for limit in campaign.limits],
        granted=[
            GrantedSoFar(unit=unit, amount=wired(given.amount), times=given.times)
            for unit, given in campaign.granted.items()
        ],
    )


def _limit(limit: StoredLimit) -> SharedLimit:
    return SharedLimit(
        name=limit.name,
        allowed=wired(limit.allowed),
        added=wired(limit.added),
        used=wired(limit.used),
        left=wired(max(0, limit.allowed + limit.added - limit.used)),
    )


router = Router(path="/", route_handlers=[list_campaigns, list_limits], tags=["Campaigns"])
