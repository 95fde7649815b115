"""What may be concluded from a campaign that was not dealt out by chance, and what never."""

import msgspec

from guerdon.insight.campaigns.matching import UNLIKE
from guerdon.insight.campaigns.result import CampaignResult

FEW = 30
"""Below so many invited members an interval cannot be trusted."""

MAY_NOT = (
    "That a campaign caused a difference: who was invited was chosen, not dealt out by chance. The two sides are alike "
    "in what was recorded; what nobody recorded may be behind it.",
    "That a campaign did nothing: an interval around nothing holds everything within it.",
    "That members who were not compared, or next year's, would do the same.",
    "What one of several campaigns at the same time did alone: many of the invited were in others too.",
    "That a campaign paid: what its coupons, its goods and its mailing cost is not in these figures.",
)

_SENTENCES = {
    "too_little_history": "Fewer than four weeks are known before it: nobody can be told similar.",
    "too_short": "Fewer than seven of its days are known.",
    "nobody_similar": "Nobody who was not invited is similar to those who were.",
    "few_members": "Too few of the invited can be compared for an interval to be trusted.",
    "unlike": "The two sides are still unlike before the campaign: the difference may be that.",
    "differed_before": "The two sides differed as well in the four weeks before, without it: whom to invite was chosen "
    "by where they were going, so the difference says nothing about the campaign.",
    "not_shown": "No difference is shown. Anything within the interval fits what was seen.",
    "shown_unchecked": "The invited {did} than similar members. Too little is known before to check that they did not "
    "in weeks without the campaign.",
    "shown": "The invited {did} than similar members, beyond what so many campaigns show by chance, and they did not "
    "in the four weeks before.",
}


def concluded(told: CampaignResult, error_rate: float) -> CampaignResult:
    """The result with what may be concluded."""
    code = told.code or _code(told, error_rate)
    did = "spent less" if (told.difference or 0) < 0 else "spent more"
    sentence = _SENTENCES[code].format(did=did)
    return msgspec.structs.replace(told, code=code, conclusion=sentence)


def _code(told: CampaignResult, error_rate: float) -> str:
    """The first that holds: what speaks against a difference goes before the difference."""
    if told.compared < FEW:
        return "few_members"
    if (told.farthest_apart or 0) > UNLIKE:
        return "unlike"
    if told.placebo_p is not None and told.placebo_p < error_rate:
        return "differed_before"
    if told.p_of_all is None or told.p_of_all >= error_rate:
        return "not_shown"
    return "shown_unchecked" if told.placebo_p is None else "shown"
