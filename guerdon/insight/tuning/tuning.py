"""Tuning a program: from its text and a search file to the settings that keep the goals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from guerdon.insight.simulation.history import History, MemoryHistory, NothingToReplay, sampled
from guerdon.insight.simulation.result import Simulation
from guerdon.insight.simulation.simulating import Candidate, simulate
from guerdon.insight.tuning.file import SearchFile
from guerdon.insight.tuning.frontier import evenly, frontier
from guerdon.insight.tuning.goals import Goal, measured_in, meets, missing
from guerdon.insight.tuning.result import Measured, RefusedSettings, Tried, Tuning, WantedGoal
from guerdon.insight.tuning.searching import Outcome, Values, combinations, search
from guerdon.insight.tuning.settings import ProgramText
from guerdon.language import ProgramErrors, read_program

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how many settings are through, and of how many at most."""

_REFUSALS_TOLD = 10
_WORTH_SHARING = 2_000
"""From how many members on a simulation of a sample is shared out to processes; fewer are folded sooner by one."""


class Effort(NamedTuple):
    """How much is spent on a search."""

    tries: int = 60
    """How many settings are tried on the sample."""
    confirm: int = 6
    """How many of them are tried on all members."""
    sample: float = 0.1
    """The share of the members on which they are tried."""
    least: int = 100
    """With fewer members in the sample, it is all of them."""
    seed: int = 1
    workers: int = 1


class Days(NamedTuple):
    """Which days of the history count; None: all."""

    since: date | None = None
    until: date | None = None


def tune(
    text: str,
    wanted: SearchFile,
    history: History,
    *,
    name: str = "program.yaml",
    effort: Effort = Effort(),  # noqa: B008 - a tuple cannot be changed
    days: Days = Days(),  # noqa: B008
    progress: Progress = lambda what, done, of: None,
) -> Tuning:
    """Search for the settings that keep the goals, and confirm the best on all members.

    Raises ``ProgramErrors`` where the program itself is wrong, ``NothingToReplay``, ``NotMeasurable`` and
    ``SimulationFailed``.
    """
    return _Tuner(text, wanted, history, name, effort, days, progress).run()


class _Tuner:
    """One search."""

    def __init__(
        self,
        text: str,
        wanted: SearchFile,
        history: History,
        name: str,
        effort: Effort,
        days: Days,
        progress: Progress,
    ) -> None:
        self._text, self._wanted, self._history = ProgramText(text), wanted, history
        self._name, self._effort, self._days, self._progress = name, effort, days, progress
        self._program = read_program(text, name)
        self._present = tuple([self._text.setting(one.path).words for one in wanted.ranges])
        self._measured: dict[Values, Measured] = {}
        self._refused: dict[Values, str] = {}
        self._remarks: dict[str, None] = {}
        self._goals_of_sample = wanted.goals

    def run(self) -> Tuning:
        held, is_all = _held(self._history, self._effort)
        if not is_all:
            self._goals_of_sample = tuple([goal.on_part(self._effort.sample) for goal in self._wanted.goals])
        tries = min(self._effort.tries, combinations(self._wanted.ranges))
        workers = self._effort.workers if _members(held) >= _WORTH_SHARING else 1

        def attempt(values: Values) -> Outcome | None:
            self._progress("Trying settings", len(self._measured) + len(self._refused), tries)
            return self._try(values, held, workers)

        search(self._wanted.ranges, self._effort.tries, self._effort.seed, attempt)
        confirmed = dict(self._measured) if is_all else self._confirmed()
        whole = (held, workers) if is_all else (self._history, self._effort.workers)
        present = self._measure(self._text.text, *whole)
        return self._told(held, confirmed, present)

    def _try(self, values: Values, history: History, workers: int) -> Outcome | None:
        """Try settings on the sample; None where the language does not allow them."""
        try:
            measured = self._measure(self._text_with(values), history, workers)
        except ProgramErrors as wrong:
            self._refused[values] = wrong.errors[0].sentence
            return None
        self._measured[values] = measured
        return Outcome(measured.cost, measured.reached, _excesses(self._goals_of_sample, measured))

    def _measure(self, text: str, history: History, workers: int) -> Measured:
        draft = Candidate(self._name, (read_program(text, self._name),))
        found = simulate(draft, history, workers=workers, since=self._days.since, until=self._days.until)
        self._remark(found)
        return measured_in(found)

    def _remark(self, found: Simulation) -> None:
        for remark in found.remarks:
            if remark.code in ("behaviour_does_not_change", "in_force_earlier", "not_settled", "unit_without_worth"):
                self._remarks[remark.sentence] = None

    def _text_with(self, values: Values) -> str:
        return self._text.with_values(self._by_path(values))

    def _by_path(self, values: Values) -> dict[str, str]:
        return dict(zip([one.path for one in self._wanted.ranges], values, strict=True))

    def _confirmed(self) -> dict[Values, Measured]:
        """The likeliest settings, with all members."""
        chosen = self._shortlist()
        confirmed = {}
        for number, values in enumerate(chosen):
            self._progress("Confirming on all members", number, len(chosen))
            text = self._text_with(values)
            confirmed[values] = self._measure(text, self._history, self._effort.workers)
        return confirmed

    def _shortlist(self) -> list[Values]:
        """The best of the sample, then its frontier, evenly, as many as are to be confirmed."""
        order = sorted(self._measured, key=lambda values: self._rank(self._measured[values], self._goals_of_sample))
        most = self._effort.confirm
        first = order[: -(-most // 2)]
        others = [values for values in frontier(self._measured, self._measured.__getitem__) if values not in first]
        chosen = [*first, *evenly(others, most - len(first)), *order]
        return list(dict.fromkeys(chosen))[:most]

    def _rank(self, measured: Measured, goals: tuple[Goal, ...]) -> tuple[float, ...]:
        """What comes first: what meets the goals, then what is nearest, then what is wanted."""
        by = (measured.cost, -measured.reached)
        off = 0.0 if meets(goals, measured) else missing(goals, measured)
        return (not meets(goals, measured), off, *(by if self._wanted.wanted == "cheapest" else by[::-1]))

    def _tried(self, values: Mapping[str, str], on_sample: Measured | None, on_all: Measured) -> Tried:
        goals = self._wanted.goals
        return Tried(
            values=dict(values),
            on_sample=on_sample,
            on_all=on_all,
            meets=meets(goals, on_all),
            missing=round(missing(goals, on_all), 6),
        )

    def _by_path_in_full(self, values: Values) -> dict[str, str]:
        """The values as they stand in the program."""
        return {path: self._text.setting(path).with_value(value) for path, value in self._by_path(values).items()}

    def _told(self, held: MemoryHistory, confirmed: Mapping[Values, Measured], present: Measured) -> Tuning:
        order = sorted(confirmed, key=lambda values: self._rank(confirmed[values], self._wanted.goals))
        tried = {
            values: self._tried(self._by_path_in_full(values), self._measured[values], confirmed[values])
            for values in order
        }
        first = order[0] if order else None
        best = None if first is None or not tried[first].meets else first
        return Tuning(
            program=self._program.program,
            name=self._name,
            currency=self._program.currency,
            source=self._history.source,
            seed=self._effort.seed,
            combinations=combinations(self._wanted.ranges),
            tried=len(self._measured) + len(self._refused),
            on_members=_members(held),
            members=present.members,
            confirmed=len(confirmed),
            goals=tuple([WantedGoal(figure=goal.figure, words=goal.words) for goal in self._wanted.goals]),
            wanted=self._wanted.wanted,
            present=self._tried(self._by_path(self._present), None, present),
            best=None if best is None else tried[best],
            draft=None if best is None else self._text.with_values(tried[best].values),
            nearest=tried[first] if first is not None and best is None else None,
            frontier=tuple(frontier(tried.values(), lambda one: one.on_all)),
            refused=tuple(self._refusals()),
            refused_times=len(self._refused),
            remarks=(*self._remarks, *self._own_remarks(held, present, best)),
        )

    def _refusals(self) -> Iterator[RefusedSettings]:
        for values, sentence in list(self._refused.items())[:_REFUSALS_TOLD]:
            yield RefusedSettings(values=self._by_path_in_full(values), sentence=sentence)

    def _own_remarks(self, held: MemoryHistory, present: Measured, best: Values | None) -> Iterator[str]:
        if _members(held) < present.members:
            yield (
                f"Settings were chosen on {_members(held):,} of {present.members:,} members, who use budgets alone "
                "there; what was not confirmed may be better than it looked."
            )
        for one, value in zip(self._wanted.ranges, best or (), strict=best is not None):
            if one.is_ordered and len(one.values) > 1 and value in (one.values[0], one.values[-1]):
                end = "first" if value == one.values[0] else "last"
                yield f"`{one.path}` is best at the {end} value of its range: a wider range may hold something better."


def _excesses(goals: Sequence[Goal], measured: Measured) -> dict[str, float]:
    return {goal.figure: goal.excess(measured) for goal in goals}


def _members(held: MemoryHistory) -> int:
    return sum([bool(one.events) for one in held.held])


def _held(history: History, effort: Effort) -> tuple[MemoryHistory, bool]:
    """The members on whom settings are tried, and whether that is all of them. Raises NothingToReplay."""
    if effort.sample < 1:
        part = sampled(history, effort.sample)
        if _members(part) >= effort.least:
            return part, False
    whole = sampled(history, 1)
    if not _members(whole):
        raise NothingToReplay(f"The history ({history.source}) tells of no event in the time that was asked for.")
    return whole, True
