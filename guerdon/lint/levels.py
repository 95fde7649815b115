"""Levels of a ladder that no member can get to."""

from collections.abc import Iterable, Iterator

from guerdon.core.calendar import Window
from guerdon.core.program import Mechanic, Meter, Program
from guerdon.lint.bounds import most_within
from guerdon.lint.conditions import contradictions
from guerdon.lint.finding import Finding

_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def levels_that_nobody_can_reach(program: Program) -> Iterator[Finding]:
    """Levels above what a meter of earned units can ever show, by the limits of what gives them."""
    for ladder in program.mechanics:
        meter = program.meters.get(str(getattr(ladder, "meter", "")))
        if meter is not None and meter.only is not None:
            yield from _that_never_count(ladder, contradictions(meter.only, program))
        if meter is None or meter.counts != "earned":
            continue
        most = most_within(program, meter.unit, _days(meter))
        for level in getattr(ladder, "levels", ()):
            if most is not None and level.threshold > most:
                shown = program.units[meter.unit].shown
                told = (
                    f"nobody can reach `{level.name}`: its meter `{ladder.meter}` counts {meter.unit} earned, "  # type: ignore[attr-defined]
                    f"and at most {shown(most)} can be earned in its window where {shown(level.threshold)} are asked"
                )
                yield Finding(code="level_out_of_reach", what="level", where=level.name, sentence=told)


def _that_never_count(ladder: Mechanic, reasons: Iterable[str]) -> Iterator[Finding]:
    """The levels above the first of a ladder whose meter stands still."""
    for reason in reasons:
        for level in [level for level in getattr(ladder, "levels", ()) if level.threshold > 0][:1]:
            told = (
                f"nobody can reach `{level.name}`: its meter `{ladder.meter}` never counts anything, because {reason}"  # type: ignore[attr-defined]
            )
            yield Finding(code="level_out_of_reach", what="level", where=level.name, sentence=told)


def _days(meter: Meter) -> int | None:
    window: Window = meter.window
    return None if window.unit == "ever" else window.count * _DAYS[window.unit]
