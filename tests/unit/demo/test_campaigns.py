"""The grocery's campaigns, as the data tells of them."""

from datetime import date

from guerdon.demo.campaigns import campaigns
from guerdon.demo.journey import Journey


def test_the_campaigns_are_those_of_the_data() -> None:
    told = {campaign.name: campaign for campaign in campaigns(Journey.installed())}
    assert len(told) == 27
    assert sum(len(campaign.invited) for campaign in told.values()) == 6589
    assert len(frozenset.union(*[campaign.invited for campaign in told.values()])) == 1559
    first = told["8"]
    assert (first.kind, first.first, first.last, len(first.invited)) == (
        "Type A",
        date(2017, 5, 8),
        date(2017, 6, 25),
        1076,
    )
    assert {name for name, campaign in told.items() if campaign.first < date(2017, 1, 1)} == {"24", "25", "26"}


def test_whoever_was_invited_is_a_household_of_the_data() -> None:
    journey = Journey.installed()
    invited = frozenset.union(*[campaign.invited for campaign in campaigns(journey)])
    assert invited <= set(journey.households())
