"""Every measure, and those that the board shows."""

from collections.abc import Sequence

from guerdon.insight.measures.loyalty import LOYALTY
from guerdon.insight.measures.measure import Measure
from guerdon.insight.measures.members import MEMBERS
from guerdon.insight.measures.points import POINTS
from guerdon.insight.measures.reckoning import MeasureNotFound
from guerdon.insight.measures.sales import SALES

TOPICS = {"Sales": SALES, "Members": MEMBERS, "Points": POINTS, "Loyalty": LOYALTY}
"""The measures by topic."""
MEASURES = {measure.name: measure for topic in TOPICS.values() for measure in topic}
"""The measures by name."""
BOARD = (
    "net_sales",
    "baskets",
    "average_order",
    "active_members",
    "purchase_frequency",
    "spend_per_member",
    "members",
    "enrolments",
    "lapsed",
    "reactivated",
    "retention",
    "engagement",
    "earning_participation",
    "redeeming_participation",
    "points_issued",
    "points_redeemed",
    "points_expired",
    "points_outstanding",
    "redemption_rate",
    "breakage_rate",
    "reward_cost",
    "reward_cost_share",
    "liability",
)
"""What a manager looks at first."""


def asked_for(names: Sequence[str], *, compares: bool) -> list[Measure]:
    """The measures of some names: of none the board, of ``all`` every one (those that compare only where they can).

    Raises ``MeasureNotFound``.
    """
    if names == ["all"]:
        return [measure for measure in MEASURES.values() if compares or not measure.compares]
    return [measure_of(name) for name in dict.fromkeys(names or BOARD)]


def measure_of(name: str) -> Measure:
    """The measure of a name. Raises ``MeasureNotFound``."""
    if name not in MEASURES:
        raise MeasureNotFound(f"No measure is called {name}. There are {', '.join(MEASURES)}.")
    return MEASURES[name]
