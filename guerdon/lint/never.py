"""Mechanics and rewards whose conditions cannot all hold."""

from collections.abc import Iterator
from typing import Literal

from guerdon.core.program import Program, When
from guerdon.lint.conditions import contradictions
from guerdon.lint.finding import Finding


def rules_that_never_fire(program: Program) -> Iterator[Finding]:
    """Mechanics and rewards that no event will ever reach."""
    for mechanic in program.mechanics:
        yield from _findings("mechanic", mechanic.name, getattr(mechanic, "when", None), program)
    for reward in program.rewards:
        yield from _findings("reward", reward.name, reward.when, program)


def _findings(what: Literal["mechanic", "reward"], name: str, when: object, program: Program) -> Iterator[Finding]:
    if isinstance(when, When):
        for reason in contradictions(when, program):
            told = f"`{name}` never does anything, because {reason}; correct its conditions or leave it out"
            yield Finding(code="rule_never_fires", what=what, where=name, sentence=told)
