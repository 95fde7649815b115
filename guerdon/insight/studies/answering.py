"""Who answers which question."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from guerdon.insight.extras import needs
from guerdon.insight.studies import past, prospects, shoppers, trials
from guerdon.insight.studies.inquiry import Inquiry
from guerdon.messages import studies as asked
from guerdon.messages.studies import Question


def answer(inquiry: Inquiry, question: Question) -> msgspec.Struct:
    """Answer a question. Raises ``CannotBeAnswered`` and ``ExtraNotInstalled``."""
    if not isinstance(question, asked.ComparisonQuestion):
        needs("insight")
    return ANSWERS[type(question)](inquiry, question)


ANSWERS: Mapping[type[Any], Callable[[Inquiry, Any], msgspec.Struct]] = {
    asked.FiguresQuestion: past.figures,
    asked.SegmentsQuestion: past.segments,
    asked.RollForwardQuestion: past.roll_forward,
    asked.SignalsQuestion: past.signals,
    asked.SimulationQuestion: prospects.simulation,
    asked.TuningQuestion: prospects.tuning,
    asked.ValueQuestion: prospects.value,
    asked.RecommendationsQuestion: prospects.recommendations,
    asked.RecommendationTestQuestion: prospects.recommendation_test,
    asked.ExperimentQuestion: trials.experiment,
    asked.ExperimentPlanQuestion: trials.experiment_plan,
    asked.ExperimentOffersQuestion: trials.offers,
    asked.CampaignsQuestion: trials.campaigns,
    asked.ComparisonQuestion: shoppers.comparison,
}
"""Every kind of question has its answer."""
