"""Studies: the questions that may be asked about a whole program, and what answers each.

An answer is the Struct that the command of the same name prints with ``--json``. Nothing is kept here: who asks, waits
and stores the answer is the business of the works.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from guerdon.core.calendar import date_of, instant_of
from guerdon.language import read_program
from guerdon.messages.studies import (
    FiguresQuestion,
    Question,
    RollForwardQuestion,
    SegmentsQuestion,
    SignalsQuestion,
    SimulationQuestion,
)

if TYPE_CHECKING:
    from guerdon.insight.lake.opening import Lake


class CannotBeAnswered(Exception):
    """A question that is right in form and has no answer here. The message says why."""


def answer(lake: "Lake", question: Question, workers: int = 1) -> msgspec.Struct:
    """Answer a question about a lake. Raises ``CannotBeAnswered``."""
    return _ANSWERS[type(question)](lake, question, workers)


def _figures(lake: "Lake", question: FiguresQuestion, workers: int) -> msgspec.Struct:
    from guerdon.insight.engines.duckdb import tables_of
    from guerdon.insight.measures.answering import answer as told
    from guerdon.insight.measures.asking import DaysBackwards, history_of
    from guerdon.insight.measures.reckoning import GroupsNeeded, MeasureNotFound, NotToldBy, figures
    from guerdon.insight.measures.registry import asked_for

    with _said(DaysBackwards, GroupsNeeded, MeasureNotFound, NotToldBy):
        history = history_of(lake, tables_of(lake), since=question.since, until=question.until)
        measures = asked_for(question.measures, question.by)
        return told(lake.name, lake.currency, history, question.by, figures(history, measures, question.by))


def _segments(lake: "Lake", question: SegmentsQuestion, workers: int) -> msgspec.Struct:
    from guerdon.insight.engines.duckdb import tables_of
    from guerdon.insight.segments.study import Study

    return Study(tables_of(lake), lake.timeline, lake.currency).overview(question.by)


def _roll_forward(lake: "Lake", question: RollForwardQuestion, workers: int) -> msgspec.Struct:
    from guerdon.insight.accounting.closing import close, worths_of
    from guerdon.insight.accounting.deferral import UnitsInACircle
    from guerdon.insight.accounting.lots import WalletOverdrawn, month_of
    from guerdon.insight.accounting.telling import told
    from guerdon.insight.accounting.tying import DoesNotTie, check_wallets
    from guerdon.insight.engines.duckdb import tables_of

    end = question.until or _last_day(lake)
    with _said(DoesNotTie, UnitsInACircle, WalletOverdrawn):
        books = close(tables_of(lake), worths_of(lake.timeline, lake.zone), end, question.method)
        check_wallets(books, tables_of(lake))
    return told(books, lake.name, lake.currency, month_of(end), month_of(end))


def _signals(lake: "Lake", question: SignalsQuestion, workers: int) -> msgspec.Struct:
    from guerdon.insight.engines.duckdb import tables_of
    from guerdon.insight.signals.all_kinds import look
    from guerdon.insight.signals.telling import told

    seen = look(tables_of(lake), question.since)
    return told(seen, seen.suspects, {}, lake.name, question.since)


def _last_day(lake: "Lake") -> date:
    """The day of the last entry; of an empty lake, the day on which it was made."""
    return date_of(lake.zone.day(instant_of(lake.until or lake.made_at)))


@contextmanager
def _said(*reasons: type[Exception]) -> Iterator[None]:
    """Turn what an analysis may refuse into the reason why there is no answer."""
    try:
        yield
    except reasons as why:
        raise CannotBeAnswered(str(why)) from why


def _simulation(lake: "Lake", question: SimulationQuestion, workers: int) -> msgspec.Struct:
    from guerdon.insight.simulation import files
    from guerdon.insight.simulation.history import NothingToReplay, sampled
    from guerdon.insight.simulation.lake import replay_of
    from guerdon.insight.simulation.simulating import Candidate, ProgramsDiffer, simulate
    from guerdon.insight.simulation.workers import SimulationFailed

    history, current = replay_of(lake)
    assumed = [str(share) if share else None for share in (question.visits, question.basket)]
    with _said(NothingToReplay, ProgramsDiffer, SimulationFailed):
        return simulate(
            Candidate("draft", (read_program(question.source),)),
            history if question.sample == 1 else sampled(history, question.sample),
            current=current,
            workers=workers,
            since=question.since,
            until=question.until,
            uplifts=files.uplifts_of(*assumed),
        )


_ANSWERS: Mapping[type[Any], Callable[["Lake", Any, int], msgspec.Struct]] = {
    FiguresQuestion: _figures,
    SegmentsQuestion: _segments,
    RollForwardQuestion: _roll_forward,
    SignalsQuestion: _signals,
    SimulationQuestion: _simulation,
}
