"""Levels of a ladder that no member can get to."""

from collections.abc import Iterator
from typing import NamedTuple

from guerdon.core.calendar import Window
from guerdon.core.program import Meter, Program
from guerdon.lint.bounds import MOST_DAYS, most_within
from guerdon.lint.conditions import contradictions
from guerdon.lint.finding import Finding
from guerdon.mechanics.tiers import Tiers


class _Asked(NamedTuple):
    """What a level asks of a meter, without which nobody gets there."""

    level: str
    meter: str
    least: int


def levels_that_nobody_can_reach(program: Program) -> Iterator[Finding]:
    """Levels above what their meter can ever show: it stands still, or limits keep down what it counts."""
    for ladder in program.mechanics:
        if isinstance(ladder, Tiers):
            for asked in _asked_by(ladder):
                for reason in _obstacles(asked, program.meters[asked.meter], program):
                    told = f"nobody can reach `{asked.level}`: its meter `{asked.meter}` {reason}"
                    yield Finding(code="level_out_of_reach", what="level", where=asked.level, sentence=told)


def _asked_by(ladder: Tiers) -> Iterator[_Asked]:
    for level in ladder.levels:
        if level.threshold:
            yield _Asked(level.name, ladder.meter, level.threshold)
        for need in level.needs.all_of if level.needs is not None else ():
            if need.meter and need.share is None:
                yield _Asked(level.name, need.meter, need.least)


def _obstacles(asked: _Asked, meter: Meter, program: Program) -> Iterator[str]:
    """Why a meter never shows so much, in words that follow its name."""
    if meter.only is not None:
        for reason in contradictions(meter.only, program):
            yield f"never counts anything, because {reason}"
    if meter.counts == "earned":
        most, shown = most_within(program, meter.unit, _days(meter)), program.units[meter.unit].shown
        if most is not None and asked.least > most:
            yield (
                f"counts {meter.unit} earned, and at most {shown(most)} can be earned in its window where "
                f"{shown(asked.least)} are asked"
            )


def _days(meter: Meter) -> int | None:
    window: Window = meter.window
    return None if window.unit == "ever" else window.count * MOST_DAYS[window.unit]
