"""Every measure, and those that the board shows."""

from collections.abc import Sequence

from guerdon.insight.measures.loyalty import LOYALTY
from guerdon.insight.measures.measure import Measure
from guerdon.insight.measures.members import MEMBERS
from guerdon.insight.measures.points import POINTS
from guerdon.insight.measures.reckoning import MeasureNotFound
from guerdon.insight.measures.sales import SALES
from guerdon.language.errors import closest

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


def asked_for(names: Sequence[str], by: Sequence[str] = (), *, compares: bool = False) -> list[Measure]:
    """The measures of some names. Of no name: the board, of ``all``: every one; both without what cannot be told so.

    Raises ``MeasureNotFound``.
    """
    if names and list(names) != ["all"]:
        return [measure_of(name) for name in dict.fromkeys(names)]
    wanted = [measure_of(name) for name in (MEASURES if names else BOARD)]
    told = [measure for measure in wanted if _is_told(measure, by)]
    told = told or [measure for measure in MEASURES.values() if _is_told(measure, by)]
    return [measure for measure in told if compares or not measure.compares]


def _is_told(measure: Measure, by: Sequence[str]) -> bool:
    return all(cut in measure.cuts for cut in by)


def measure_of(name: str) -> Measure:
    """The measure of a name. Raises ``MeasureNotFound``."""
    if name not in MEASURES:
        meant = closest(name, list(MEASURES))
        hint = f" Is it {meant}?" if meant else ""
        raise MeasureNotFound(f"No measure is called {name}.{hint} `guerdon kpi all` tells every one.")
    return MEASURES[name]
