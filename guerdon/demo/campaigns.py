"""The grocery's 27 campaigns: when they ran, and which households were sent them."""

from collections import defaultdict

import pyarrow.parquet as pq

from guerdon.demo.journey import Journey
from guerdon.insight.campaigns.campaign import Campaign


def campaigns(journey: Journey) -> list[Campaign]:
    """Every campaign of the data; three of them began before its first day."""
    described = pq.read_table(journey.folder / "campaign_descriptions.parquet").to_pylist()
    sent = pq.read_table(journey.folder / "campaigns.parquet", columns=["campaign_id", "household_id"]).to_pylist()
    invited = defaultdict[int, set[str]](set)
    for row in sent:
        invited[row["campaign_id"]].add(str(row["household_id"]))
    return [
        Campaign(
            name=str(row["campaign_id"]),
            kind=row["campaign_type"],
            first=row["start_date"].date(),
            last=row["end_date"].date(),
            invited=frozenset(invited[row["campaign_id"]]),
        )
        for row in described
    ]
