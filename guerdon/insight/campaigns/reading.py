"""Reading campaigns: each one, its placebo, and what may be concluded of it and of all together."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from guerdon.insight.campaigns.campaign import Campaign
from guerdon.insight.campaigns.conclusions import MAY_NOT, concluded
from guerdon.insight.campaigns.effects import Effect, effect
from guerdon.insight.campaigns.figures import STRETCHES, WEEKS, Figures, Span, figures
from guerdon.insight.campaigns.likeness import logits, standardised
from guerdon.insight.campaigns.matching import Matched, apart, matched
from guerdon.insight.campaigns.result import Balance, CampaignResult, CampaignsResult
from guerdon.insight.campaigns.sensitivity import e_value, e_value_of_interval
from guerdon.insight.experiments.many import discovered
from guerdon.insight.experiments.means import Floats
from guerdon.insight.experiments.metrics import first_day

ERROR_RATE = 0.05
LEAST_DAYS = 7
"""Fewer days of a campaign than this say nothing."""
OTHERS = "other campaigns at the same time"
EARLIER = "campaigns that began before"


class _Compared(NamedTuple):
    """One side against the other over a span."""

    span: Span
    seen: Figures
    known: dict[str, Floats]
    invited: NDArray[np.bool_]
    pairs: Matched
    effect: Effect | None


def read(tables: Any, campaigns: Sequence[Campaign], *, until: date, currency: str) -> CampaignsResult:
    """What each campaign did, as far as can be told."""
    began = first_day(tables)
    ordered = sorted(campaigns, key=lambda campaign: (campaign.first, campaign.last, campaign.name))
    told = [_told(tables, campaign, ordered, began, until) for campaign in ordered]
    return CampaignsResult(
        currency=currency, began=began, until=until, campaigns=tuple(_together(told)), may_not=MAY_NOT
    )


def _together(told: Sequence[CampaignResult]) -> list[CampaignResult]:
    """The results with their p for all of them, and what may be concluded then."""
    chances = iter(discovered([each.p for each in told if each.p is not None]))
    together = [each if each.p is None else msgspec.structs.replace(each, p_of_all=next(chances)) for each in told]
    return [concluded(each, ERROR_RATE) for each in together]


def _told(
    tables: Any, campaign: Campaign, campaigns: Sequence[Campaign], began: date | None, until: date
) -> CampaignResult:
    base = CampaignResult(
        campaign=campaign.name,
        kind=campaign.kind,
        first=campaign.first,
        last=campaign.last,
        invited=len(campaign.invited),
    )
    span = _span(campaign.first, min(campaign.last, until), began)
    if span.stretches < 1:
        return msgspec.structs.replace(base, code="too_little_history")
    if (span.last - span.first).days + 1 < LEAST_DAYS:
        return msgspec.structs.replace(base, code="too_short")
    found = _compared(tables, campaign, campaigns, span)
    if found is None or found.effect is None:
        return msgspec.structs.replace(base, code="nobody_similar")
    placebo = _placebo(tables, campaign, campaigns, began)
    return _filled(base, found, found.effect, placebo)


def _span(first: date, last: date, began: date | None) -> Span:
    """The span with as many stretches before it as are known."""
    known = 0 if began is None else max((first - began).days, 0)
    return Span(first, last, min(STRETCHES, known // WEEKS.days))


def _placebo(tables: Any, campaign: Campaign, campaigns: Sequence[Campaign], began: date | None) -> Effect | None:
    """The same for the four weeks before; None where too little is known before those."""
    span = _span(campaign.first - WEEKS, campaign.first - timedelta(1), began)
    if span.stretches < 1:
        return None
    found = _compared(tables, campaign, campaigns, span)
    return found.effect if found else None


def _compared(tables: Any, campaign: Campaign, campaigns: Sequence[Campaign], span: Span) -> _Compared | None:
    """The invited and those similar to them; None where one of the sides is empty."""
    seen = figures(tables, span)
    places = {key: place for place, key in enumerate(seen.keys)}
    invited = _times(places, [campaign]) > 0
    if not invited.any() or invited.all():
        return None
    known = seen.known | _campaigns_known(places, campaign, campaigns, span)
    pairs = matched(logits(standardised(known, len(seen.keys)), invited), invited)
    return _Compared(span, seen, known, invited, pairs, effect(seen.outcome, seen.before, pairs))


def _campaigns_known(
    places: dict[str, int], campaign: Campaign, campaigns: Sequence[Campaign], span: Span
) -> dict[str, Floats]:
    """How many other campaigns each member was in, before the span and during it."""
    others = [other for other in campaigns if other is not campaign]
    during = [other for other in others if other.first <= span.last and other.last >= span.first]
    before = [other for other in others if other.first < span.first]
    return {OTHERS: _times(places, during), EARLIER: _times(places, before)}


def _times(places: dict[str, int], campaigns: Sequence[Campaign]) -> Floats:
    """How many of the campaigns each member was sent."""
    times = np.zeros(len(places))
    for campaign in campaigns:
        times[[places[key] for key in campaign.invited if key in places]] += 1
    return times


def _filled(base: CampaignResult, found: _Compared, what: Effect, placebo: Effect | None) -> CampaignResult:
    """The result with its figures."""
    pairs, ones = found.pairs, found.pairs.compared.astype(np.float64)
    before, compared = float(found.seen.before[pairs.compared].mean()), int(pairs.compared.sum())
    low, high = what.interval(ERROR_RATE)
    others = found.known[OTHERS]
    return msgspec.structs.replace(
        base,
        compared=compared,
        similar=int((pairs.weights > 0).sum()),
        before=round(before),
        plain=round(float(found.seen.outcome[found.invited].mean() - found.seen.outcome[~found.invited].mean())),
        difference=round(what.value),
        low=round(low),
        high=round(high),
        share=what.value / before if before > 0 else None,
        total=round(what.value * compared * found.span.weeks),
        p=what.p,
        placebo=round(placebo.value) if placebo else None,
        placebo_p=placebo.p if placebo else None,
        balance=tuple(_balance(found, ones)),
        others_invited=float(np.average(others, weights=ones)),
        others_similar=float(np.average(others, weights=pairs.weights)),
        e_value=e_value(what.value, what.spread),
        e_value_of_interval=e_value_of_interval(low, high, what.spread),
    )


def _balance(found: _Compared, ones: Floats) -> list[Balance]:
    invited = found.invited.astype(np.float64)
    return [
        Balance(
            known=name,
            before=apart(values, invited, 1 - invited),
            after=apart(values, ones, found.pairs.weights),
        )
        for name, values in found.known.items()
    ]
