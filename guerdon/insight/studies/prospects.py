"""Questions about what may come: what a draft would do, the best settings, and what members will do and like."""

from functools import partial

import msgspec

from guerdon.insight.studies.inquiry import CannotBeAnswered, Inquiry, said
from guerdon.language import read_program
from guerdon.messages.studies import (
    RecommendationsQuestion,
    RecommendationTestQuestion,
    SimulationQuestion,
    TuningQuestion,
    ValueQuestion,
)


def simulation(inquiry: Inquiry, question: SimulationQuestion) -> msgspec.Struct:
    """As ``guerdon simulate``."""
    from guerdon.insight.simulation import files
    from guerdon.insight.simulation.history import NothingToReplay, sampled
    from guerdon.insight.simulation.lake import replay_of
    from guerdon.insight.simulation.simulating import Candidate, ProgramsDiffer, simulate
    from guerdon.insight.simulation.workers import SimulationFailed

    history, current = replay_of(inquiry.lake)
    if question.against is not None:
        current = Candidate("against", (read_program(question.against),))
    with said(NothingToReplay, ProgramsDiffer, SimulationFailed):
        return simulate(
            Candidate("draft", (read_program(question.source),)),
            history if question.sample == 1 else sampled(history, question.sample),
            current=current,
            workers=inquiry.workers,
            since=question.since,
            until=question.until,
            margins=files.margins_in(question.margins, "margins") if question.margins else None,
            uplifts=files.uplifts_in(question.uplift, "uplift") if question.uplift else (),
            progress=lambda number, done, of: inquiry.progress(f"Replaying, pass {number}", done, of),
        )


def tuning(inquiry: Inquiry, question: TuningQuestion) -> msgspec.Struct:
    """As ``guerdon tune``."""
    from guerdon.insight.simulation.history import NothingToReplay
    from guerdon.insight.simulation.lake import replay_of
    from guerdon.insight.simulation.workers import SimulationFailed
    from guerdon.insight.tuning.file import read_search
    from guerdon.insight.tuning.goals import NotMeasurable
    from guerdon.insight.tuning.settings import ProgramText
    from guerdon.insight.tuning.tuning import Days, Effort, tune

    currency = read_program(question.source).currency
    wanted = read_search(question.space, ProgramText(question.source), currency)
    history, _ = replay_of(inquiry.lake)
    with said(NothingToReplay, NotMeasurable, SimulationFailed):
        return tune(
            question.source,
            wanted,
            history,
            name="draft",
            effort=Effort(
                question.tries, question.confirm, question.sample, seed=question.seed, workers=inquiry.workers
            ),
            days=Days(question.since, question.until),
            progress=inquiry.progress,
        )


def value(inquiry: Inquiry, question: ValueQuestion) -> msgspec.Struct:
    """As ``guerdon value``."""
    from guerdon.insight.extras import needs

    needs("lifetime")
    from guerdon.insight.value import worth
    from guerdon.insight.value.fitting import TooFewToFit

    margin = None if question.margin is None else question.margin / 100
    reckon = worth.value_of if question.member is None else partial(worth.card_for, key=question.member)
    tables = inquiry.tables
    inquiry.progress("Learning from all members", 0, None)
    with said(TooFewToFit):
        told = reckon(
            tables,
            months=question.months,
            model=question.model,
            draws=question.draws,
            margin=margin,
            compiled=inquiry.compiled,
            cores=inquiry.workers,
        )
    if told is None:
        raise _unknown(question.member)
    return told


def recommendations(inquiry: Inquiry, question: RecommendationsQuestion) -> msgspec.Struct:
    """As ``guerdon recommend``."""
    from guerdon.insight.affinity import advice

    tables, timeline = inquiry.tables, inquiry.lake.timeline
    with said(advice.NothingBought):
        if question.member is None:
            return advice.advise_all(tables, timeline, question.level)
        told = advice.advise(tables, timeline, question.member, question.level)
    if told is None:
        raise _unknown(question.member)
    return told


def recommendation_test(inquiry: Inquiry, question: RecommendationTestQuestion) -> msgspec.Struct:
    """As ``guerdon recommend --evaluate``."""
    from guerdon.insight.affinity.evaluation import TooShortToEvaluate, evaluate

    with said(TooShortToEvaluate):
        return evaluate(inquiry.tables, inquiry.lake.program, question.level, weeks=question.weeks)


def _unknown(member: str | None) -> CannotBeAnswered:
    return CannotBeAnswered(f"There is no member {member}.")
