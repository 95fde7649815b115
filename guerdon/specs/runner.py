"""Running cases: a program and its cases in, what differs out. It reads no file and prints nothing.

Every case is a rehearsal of its own, so cases neither help nor disturb each other. A case goes on behind a step that
differs: what follows from a mistake may show what it is.
"""

from typing import NamedTuple

from guerdon.core.calendar import Instant
from guerdon.core.events import Enrol, instant_of_event
from guerdon.core.timeline import Timeline
from guerdon.runtime.rehearsal import Rehearsal, Rehearsed
from guerdon.specs.cases import Case, Specs, Step
from guerdon.specs.declared import Declared, declared_by
from guerdon.specs.looks import Difference, Seen, differences


class StepResult(NamedTuple):
    """What came of a step."""

    step: Step
    answers: list[Rehearsed]
    """The step's own event with its decision, then what it sent to other members."""
    differences: list[Difference]


class CaseResult(NamedTuple):
    """What came of a case."""

    case: Case
    wrong: list[StepResult]
    """The steps of which something came otherwise than expected."""

    @property
    def is_right(self) -> bool:
        return not self.wrong


def run(specs: Specs, timeline: Timeline) -> list[CaseResult]:
    """Run every case under the versions of its program."""
    names = declared_by(timeline)
    return [_run_case(case, specs, timeline, names) for case in specs.cases]


def _run_case(case: Case, specs: Specs, timeline: Timeline, names: Declared) -> CaseResult:
    """Run one case from the beginning."""
    rehearsal = Rehearsal(timeline)
    rehearsal.rates = specs.rates
    for game, seed in specs.seeds.items():
        rehearsal.plant(game, seed)
    rehearsal.codes = {code.key: code for batch in specs.batches for code in batch}
    for name, left in case.left.items():
        rehearsal.leave(names.limits[name], left, _begin(case))
    results = [_run_step(step, rehearsal, names) for step in case.steps]
    return CaseResult(case, [result for result in results if result.differences])


def _begin(case: Case) -> Instant:
    """When a case begins: at the first step that is more than joining."""
    told = [step.event for step in case.steps if not isinstance(step.event, Enrol)]
    return instant_of_event(told[0] if told else case.steps[0].event)


def _run_step(step: Step, rehearsal: Rehearsal, names: Declared) -> StepResult:
    answers = rehearsal.take(step.event)
    own = answers[0]
    seen = Seen(rehearsal, own.event, own.decision, own.repeated, names)
    return StepResult(step, answers, differences(step.looks, seen, step.line))
