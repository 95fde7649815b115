"""Rows of tables that stand beside a chart, where the result does not have them as they are drawn."""

from collections.abc import Iterator
from typing import NamedTuple

from guerdon.insight.simulation.result import Burned, LimitUse, MechanicCost, Simulation


class MechanicRow(NamedTuple):
    """A mechanic that gives under the draft, under the current program, or both."""

    mechanic: str
    """Its name."""
    draft: MechanicCost | None
    """None: the draft gives nothing by it, or does not have it."""
    now: MechanicCost | None
    """None: the same of the current program, or there is none."""


def mechanics(result: Simulation) -> Iterator[MechanicRow]:
    """Those of the draft first, as they are; then what the draft drops."""
    current = () if result.current is None else result.current.mechanics
    before = {(one.mechanic, one.unit): one for one in current}
    for one in result.draft.mechanics:
        yield MechanicRow(one.mechanic, one, before.pop((one.mechanic, one.unit), None))
    for one in before.values():
        yield MechanicRow(one.mechanic, None, one)


def month_ends(limit: LimitUse) -> list[Burned]:
    """What was used by the last day of each month on which anything was: a day a row would fill pages."""
    return list({burned.day[:7]: burned for burned in limit.burned}.values())
