"""Measures of loyalty: who takes part, who moves up and down, and what a treatment brought."""

from guerdon.core.amounts import Rounding, divide
from guerdon.insight.measures.grains import COMPARABLE, COMPARED, EFFECTS
from guerdon.insight.measures.measure import Found, Measure, Part, Value, just, quotient
from guerdon.insight.measures.members import JOINED_SO_FAR, LEFT_SO_FAR, standing

_USING = ["spent", "paid_with", "discounted", "captured"]

EARNERS = Part("earners", EFFECTS, lambda rows: rows.member.nunique(where=rows.effect == "granted"))
REDEEMERS = Part("redeemers", EFFECTS, lambda rows: rows.member.nunique(where=rows.effect.isin(_USING)))
UPS = Part("ups", EFFECTS, lambda rows: rows.member.count(where=rows.rise > 0))
DOWNS = Part("downs", EFFECTS, lambda rows: rows.member.count(where=rows.rise < 0))
GROUP_NET = Part("group_net", COMPARED, lambda rows: rows.paid.sum(where=rows.is_treated))
CONTROL_NET = Part("control_net", COMPARED, lambda rows: rows.paid.sum(where=~rows.is_treated))
GROUP_SIZE = Part("group_size", COMPARABLE, lambda rows: rows.member.count(where=rows.is_treated), to_date=True)
CONTROL_SIZE = Part("control_size", COMPARABLE, lambda rows: rows.member.count(where=~rows.is_treated), to_date=True)


def _incremental(found: Found) -> Value:
    """What the group spent beyond what as many members of the control did."""
    treated, controls = found(GROUP_SIZE), found(CONTROL_SIZE)
    if not treated or not controls:
        return None
    return found(GROUP_NET) - divide(found(CONTROL_NET) * treated, controls, Rounding.NEAREST)


LOYALTY = (
    Measure(
        "earning_participation",
        "Participation in earning",
        "members who were granted anything ÷ members",
        "share",
        "`effects.member` where `effect` is `granted`; `members` as at the end of the period.",
        (EARNERS, JOINED_SO_FAR, LEFT_SO_FAR),
        lambda found: quotient(found(EARNERS), standing(found)),
        unknown="There was no member.",
    ),
    Measure(
        "redeeming_participation",
        "Participation in redeeming",
        "members who used any amount ÷ members",
        "share",
        "`effects.member` where `effect` is `spent`, `paid_with`, `discounted` or `captured`; `members` as at the end "
        "of the period.",
        (REDEEMERS, JOINED_SO_FAR, LEFT_SO_FAR),
        lambda found: quotient(found(REDEEMERS), standing(found)),
        unknown="There was no member.",
    ),
    Measure(
        "tier_ups",
        "Moves up",
        "number of times that a member came to stand on a higher level",
        "count",
        "`effects` where `effect` is `tier_changed`: `after` is above `before` on the ladder. Joining is no move.",
        (UPS,),
        just(UPS),
    ),
    Measure(
        "tier_downs",
        "Moves down",
        "number of times that a member came to stand on a lower level",
        "count",
        "As `tier_ups`, with `after` below `before`.",
        (DOWNS,),
        just(DOWNS),
    ),
    Measure(
        "incremental_sales",
        "Incremental sales",
        "n × (net sales ÷ n in the group − net sales ÷ m in the control), with n and m members",
        "money",
        "`events.paid` of the members of two segments (`members.segments`), by `--group` and `--control`; members in "
        "both are left out. Members who bought nothing count. It is a difference of means and says nothing of chance: "
        "only where the two were divided by lot is it what the treatment did. Kohavi, Tang and Xu, *Trustworthy Online "
        "Controlled Experiments*.",
        (GROUP_NET, CONTROL_NET, GROUP_SIZE, CONTROL_SIZE),
        _incremental,
        unknown="The group or the control has no member.",
        compares=True,
    ),
)
