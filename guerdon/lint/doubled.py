"""Dated campaigns that overlap and add up, where most likely one of them was meant."""

from collections.abc import Iterator
from itertools import combinations

from guerdon.core.program import Mechanic, Program, When
from guerdon.lint.conditions import overlap
from guerdon.lint.finding import Finding


def rates_that_are_doubled(program: Program) -> Iterator[Finding]:
    """Pairs of dated mechanics outside lanes that give the same unit for the same lines on the same days."""
    for one, other in combinations(program.mechanics, 2):
        if _is_campaign(one) and _is_campaign(other) and _same(one, other):
            first = max(one.when.between[0], other.when.between[0])  # type: ignore[attr-defined]
            last = min(one.when.between[1], other.when.between[1])  # type: ignore[attr-defined]
            told = (
                f"`{one.name}` and `{other.name}` both give {_unit(one)} from {first} to {last}, and they add up; put "
                "them into a lane that takes the `best`, or part their dates"
            )
            yield Finding(code="rate_doubled", where=other.name, sentence=told)


def _is_campaign(mechanic: Mechanic) -> bool:
    """Whether a mechanic raises a rate for some days, and competes with no other."""
    when = getattr(mechanic, "when", When())
    raises = getattr(mechanic, "rate", None) is not None or getattr(mechanic, "multiply", None) is not None
    return raises and when.between is not None and not getattr(mechanic, "lane", "")


def _same(one: Mechanic, other: Mechanic) -> bool:
    multiplied = {getattr(one, "multiply", None), getattr(other, "multiply", None)}
    if len(multiplied - {None}) > 1:
        return False  # each raises what another mechanic gives
    same_kind = type(one) is type(other) and getattr(one, "on", "") == getattr(other, "on", "")
    return same_kind and _unit(one) == _unit(other) and overlap(one.when, other.when)  # type: ignore[attr-defined]


def _unit(mechanic: Mechanic) -> str:
    return str(getattr(mechanic, "earn", ""))
