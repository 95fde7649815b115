"""Studies: the questions that may be asked about a whole program, and what answers each.

An answer is the Struct that the command of the same name prints with ``--json``. Nothing is kept here: who asks, waits
and stores the answer is the business of the works.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from guerdon.language import read_program
from guerdon.messages.studies import (
    Question,
    SimulationQuestion,
)

if TYPE_CHECKING:
    from guerdon.insight.lake.opening import Lake


class CannotBeAnswered(Exception):
    """A question that is right in form and has no answer here. The message says why."""


def answer(lake: "Lake", question: Question, workers: int = 1) -> msgspec.Struct:
    """Answer a question about a lake. Raises ``CannotBeAnswered``."""
    return _ANSWERS[type(question)](lake, question, workers)


def _simulation(lake: "Lake", question: SimulationQuestion, workers: int) -> msgspec.Struct:
    from guerdon.insight.simulation import files
    from guerdon.insight.simulation.history import NothingToReplay, sampled
    from guerdon.insight.simulation.lake import LakeHistory
    from guerdon.insight.simulation.simulating import Candidate, ProgramsDiffer, simulate

    versions = sorted(lake.timeline.versions, key=lambda version: version.number)
    current = Candidate("published", tuple([version.program for version in versions]))
    history = LakeHistory(tuple(lake.files("events")))
    assumed = [str(share) if share else None for share in (question.visits, question.basket)]
    try:
        return simulate(
            Candidate("draft", (read_program(question.source),)),
            history if question.sample == 1 else sampled(history, question.sample),
            current=current,
            workers=workers,
            since=question.since,
            until=question.until,
            uplifts=files.uplifts_of(*assumed),
        )
    except (NothingToReplay, ProgramsDiffer) as why:
        raise CannotBeAnswered(str(why)) from why


_ANSWERS: Mapping[type[Any], Callable[["Lake", Any, int], msgspec.Struct]] = {
    SimulationQuestion: _simulation,
}
