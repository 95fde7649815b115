"""Mechanics and rewards whose conditions cannot all hold."""

from collections.abc import Iterator

from guerdon.core.program import Program, When
from guerdon.lint.conditions import contradictions
from guerdon.lint.finding import Finding


def rules_that_never_fire(program: Program) -> Iterator[Finding]:
    """Mechanics and rewards that no event will ever reach."""
    named = [(mechanic.name, getattr(mechanic, "when", None)) for mechanic in program.mechanics]
    named += [(reward.name, reward.when) for reward in program.rewards]
    for name, when in named:
        if isinstance(when, When):
            for reason in contradictions(when, program):
                told = f"`{name}` never does anything, because {reason}; correct its conditions or leave it out"
                yield Finding(code="rule_never_fires", where=name, sentence=told)
