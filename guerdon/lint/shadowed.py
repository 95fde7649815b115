"""Mechanics that never get their turn in a lane that takes the first."""

from collections.abc import Iterator

from guerdon.core.program import Mechanic, Program, When
from guerdon.lint.conditions import covers
from guerdon.lint.finding import Finding


def rules_that_are_shadowed(program: Program) -> Iterator[Finding]:
    """In a ``first`` lane, mechanics behind one that applies whenever they do."""
    for lane, chooser in program.lanes.items():
        rules = [mechanic for mechanic in program.mechanics if getattr(mechanic, "lane", "") == lane]
        if chooser == "first":
            for place, rule in enumerate(rules):
                before = next((other for other in rules[:place] if _shadows(other, rule)), None)
                if before is not None:
                    told = (
                        f"`{rule.name}` never gets its turn: lane `{lane}` takes the first, and `{before.name}`, which "
                        "stands above it, applies whenever it does; list it above"
                    )
                    yield Finding(code="rule_shadowed", where=rule.name, sentence=told)


def _shadows(above: Mechanic, below: Mechanic) -> bool:
    if getattr(above, "on", "") != getattr(below, "on", ""):
        return False
    if getattr(above, "multiply", None) is not None or getattr(above, "unless", When()) != When():
        return False
    return covers(getattr(above, "when", When()), getattr(below, "when", When()))
